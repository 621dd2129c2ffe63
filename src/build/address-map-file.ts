/** `address_map.json`: all that a driver must know to read and write the weights of an accelerator over its AXI4-Lite port. */
import type { Chain } from '../dataflow/chain.js';
import { addressMap, type Packing, type StorePlace } from '../dataflow/weights/address-map.js';

interface Field {
  readonly bits: string;
  readonly doc: string;
}

interface Register {
  /** Bytes from the base of the layer. */
  readonly offset: number;
  readonly access: 'read-only' | 'read-write';
  readonly fields: Readonly<Record<string, Field>>;
}

interface LayerMap {
  readonly layer: string;
  /** Byte address of the window; offsets below count from here. */
  readonly base: number;
  readonly registers: Readonly<Record<keyof StorePlace['registers'], Register>>;
  /** Write `value` to the register at `offset`: what was written is used from the next sample on. */
  readonly commit: { readonly offset: number; readonly value: number };
  readonly weights: {
    readonly offset: number;
    readonly words: number;
    readonly word_bits: number;
    /** 32-bit accesses that a word takes, the lowest bits first. */
    readonly accesses_per_word: number;
    /** Bytes from one word to the next. */
    readonly stride: number;
    readonly packing: Packing;
  };
}

export interface AddressMapFile {
  readonly schema: 1;
  readonly module: string;
  readonly bus: {
    readonly prefix: 's_axi';
    readonly protocol: 'axi4-lite';
    readonly data_bits: 32;
    readonly address_bits: number;
  };
  /** Bytes of the window of a layer. */
  readonly window: number;
  readonly place_of: string;
  readonly word_of: string;
  readonly field_of: string;
  readonly address_of: string;
  readonly layers: readonly LayerMap[];
}

function registersOf({ CONTROL, STATUS, FRAME, AT }: StorePlace['registers']): LayerMap['registers'] {
  return {
    CONTROL: {
      offset: CONTROL,
      access: 'read-write',
      fields: {
        commit: {
          bits: '0',
          doc: 'write 1 to commit at the next frame boundary, 0 to withdraw; reads as 1 while it waits',
        },
        at_frame: { bits: '1', doc: 'with commit: not before frame AT' },
      },
    },
    STATUS: {
      offset: STATUS,
      access: 'read-only',
      fields: {
        waits: { bits: '0', doc: 'a commit waits; writes of weights are refused (SLVERR) meanwhile' },
        active: { bits: '1', doc: 'the bank that the layer computes with; reads and writes go to the other one' },
      },
    },
    FRAME: {
      offset: FRAME,
      access: 'read-only',
      fields: { begun: { bits: '31:0', doc: 'samples begun since reset, which is the number of the next one' } },
    },
    AT: {
      offset: AT,
      access: 'read-write',
      fields: { frame: { bits: '31:0', doc: 'the first sample that a commit with at_frame is for' } },
    },
  };
}

/** Undefined where no layer of the chain is programmable; `module` is the top. */
export function addressMapFile(chain: Chain, module: string): AddressMapFile | undefined {
  const map = addressMap(chain);
  if (map === undefined) return undefined;
  return {
    schema: 1,
    module,
    bus: { prefix: 's_axi', protocol: 'axi4-lite', data_bits: 32, address_bits: map.addressBits },
    window: map.window,
    place_of:
      '(floor(channel / lanes) * taps + tap) * lanes + channel mod lanes, where tap = floor(column / (columns / taps)) and channel = column mod (columns / taps)',
    word_of: 'floor(row / PE) * (columns / SIMD) + floor(place / SIMD)',
    field_of: '(row mod PE) * SIMD + place mod SIMD, field 0 in the lowest bits of the word',
    address_of: 'base + weights.offset + word * weights.stride + 4 * k for bits 32 k + 31 .. 32 k of a word',
    layers: map.layers.map(({ stage, base, registers, weights }): LayerMap => {
      const { offset, words, bits, stride, packing } = weights;
      return {
        layer: stage,
        base,
        registers: registersOf(registers),
        commit: { offset: registers.CONTROL, value: 1 },
        weights: { offset, words, word_bits: bits, accesses_per_word: Math.ceil(bits / 32), stride, packing },
      };
    }),
  };
}
