/** Where the programmable layers of an accelerator are on its AXI4-Lite port, as plain data for drivers. */
import type { Chain, ChainNode } from '../chain.js';
import { storeSizes } from './matvec-programmable.js';

export interface StorePlace {
  readonly stage: string;
  /** Byte address of the window. */
  readonly base: number;
  /** Byte offsets in the window. */
  readonly registers: Readonly<Record<'CONTROL' | 'STATUS' | 'FRAME' | 'AT', number>>;
  readonly weights: {
    /** Byte offset of word 0 in the window. */
    readonly offset: number;
    readonly words: number;
    /** Bits of a word; its 32-bit pieces follow each other, the lowest first. */
    readonly bits: number;
    /** Bytes from one word to the next. */
    readonly stride: number;
    readonly packing: Packing;
  };
}

/**
 * Which weight is where: that of `row` and `column` is field `(row mod PE) * SIMD + place mod SIMD` of word
 * `floor(row / PE) * (columns / SIMD) + floor(place / SIMD)`, field 0 in the lowest bits. With groups the rows of all of them
 * follow each other. `place` is where the column meets the unit: {@link placeOfColumn}.
 */
export interface Packing {
  readonly rows: number;
  readonly columns: number;
  readonly PE: number;
  readonly SIMD: number;
  /** Positions of a kernel whose channels come `lanes` at a time; 1 where columns come in their own order. */
  readonly taps: number;
  readonly lanes: number;
  /** Bits of a field. */
  readonly bits: number;
  /** `bipolar`: 0 stands for -1 and 1 for +1. */
  readonly type: 'signed' | 'unsigned' | 'bipolar';
}

export interface AddressMap {
  /** Bits of a byte address of the port. */
  readonly addressBits: number;
  /** Bytes of a window. */
  readonly window: number;
  readonly layers: readonly StorePlace[];
}

type StoreNode = Extract<ChainNode, { readonly kind: 'matvec_programmable' | 'weight_store_stream' }>;

/** Nodes with a store, in the order of their windows. */
export function storeNodes({ nodes }: Chain): readonly StoreNode[] {
  return nodes.filter(
    (node): node is StoreNode => node.kind === 'matvec_programmable' || node.kind === 'weight_store_stream',
  );
}

/** Columns count kernel rows, kernel columns and channels, the last fastest; whole patches bring channel groups outermost. */
export function placeOfColumn({ columns, taps, lanes }: Packing, column: number): number {
  const channels = columns / taps;
  const [tap, channel] = [Math.floor(column / channels), column % channels];
  return (Math.floor(channel / lanes) * taps + tap) * lanes + (channel % lanes);
}

/** The unit that the words of a store are for. */
function unitOf({ nodes, name }: Chain, store: StoreNode) {
  if (store.kind === 'matvec_programmable') return store;
  const unit = nodes.find(({ inputs }) => inputs[1] !== undefined && inputs[1] === store.outputs[0]);
  if (unit?.kind !== 'matvec_stream') throw new Error(`${name}: nobody reads the words of ${store.name}`);
  return unit;
}

function packingOf(chain: Chain, node: StoreNode): Packing {
  const { arithmetic, params } = unitOf(chain, node);
  const { MH, MW, PE, SIMD, W_W } = params;
  const groups = storeOf(node).WORDS / ((MH / PE) * (MW / SIMD));
  const type = arithmetic.endsWith('s') ? 'signed' : arithmetic.endsWith('u') ? 'unsigned' : 'bipolar';
  return { rows: groups * MH, columns: MW, PE, SIMD, ...patchOrder(chain, node, MW), bits: W_W, type };
}

/** The window of whole patches in front of a unit, where it brings the channels of a pixel in several beats. */
function patchOrder({ nodes }: Chain, { stage }: StoreNode, columns: number): Pick<Packing, 'taps' | 'lanes'> {
  const window = nodes.find((node) => node.kind === 'patch_window' && node.stage === stage);
  if (window?.kind !== 'patch_window' || window.params.FOLDS === 1) return { taps: 1, lanes: columns };
  const { KH, KW, FOLDS } = window.params;
  return { taps: KH * KW, lanes: columns / (KH * KW * FOLDS) };
}

const indexBits = (count: number): number => Math.max(1, Math.ceil(Math.log2(count)));
const storeOf = (node: StoreNode) => (node.kind === 'matvec_programmable' ? storeSizes(node.params) : node.params);

/** Bits of the word address of a store. */
export function storeBits(node: StoreNode): number {
  const { W, WORDS } = storeOf(node);
  return indexBits(WORDS) + indexBits(Math.ceil(W / 32)) + 1;
}

/** Undefined where no layer is programmable. */
export function addressMap(chain: Chain): AddressMap | undefined {
  const nodes = storeNodes(chain);
  if (nodes.length === 0) return undefined;
  const windowBits = Math.max(...nodes.map(storeBits));
  const window = 4 * 2 ** windowBits;
  return {
    addressBits: windowBits + indexBits(nodes.length) + 2,
    window,
    layers: nodes.map((node, k): StorePlace => {
      const { W, WORDS } = storeOf(node);
      const stride = 4 * 2 ** indexBits(Math.ceil(W / 32));
      return {
        stage: node.stage,
        base: k * window,
        registers: { CONTROL: 0, STATUS: 4, FRAME: 8, AT: 12 },
        weights: { offset: 2 * 2 ** storeBits(node), words: WORDS, bits: W, stride, packing: packingOf(chain, node) },
      };
    }),
  };
}
