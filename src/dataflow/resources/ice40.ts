/**
 * Estimates in cells of an iCE40 (4-input LUTs, block memories of 4 Kibit) for the modules that networks of binary weights are made of.
 * Coefficients are those of Yosys 0.23 `synth_ice40`, which `npm run check:estimates ice40` runs beside them; flip-flops are exact within
 * a few. Other modules have no estimate here.
 */
import { counterBits, noResources, type Resources } from '../../blocks/resources/index.js';
import { type Chain, type ChainModule } from '../chain.js';
import { columnsOf } from './chain.js';

export interface Ice40Cells {
  /** 4-input LUTs; carries stand beside them in the same logic cells. */
  readonly lut: number;
  readonly ff: number;
  /** Block memories of 4 Kibit. */
  readonly ebr: number;
}

const none: Ice40Cells = { lut: 0, ff: 0, ebr: 0 };

export const sum = (...parts: readonly Partial<Ice40Cells>[]): Ice40Cells =>
  parts.reduce<Ice40Cells>(
    (a, { lut = 0, ff = 0, ebr = 0 }) => ({ lut: a.lut + lut, ff: a.ff + ff, ebr: a.ebr + ebr }),
    none,
  );

/** Words and bits of a block memory. */
const shapes = [
  [256, 16],
  [512, 8],
  [1024, 4],
  [2048, 2],
] as const;

/** The fewest, with the multiplexer where a word stands in one of several rows. */
function memory(width: number, depth: number): Ice40Cells {
  const choices = shapes.map(([words, bits]) => {
    const rows = Math.ceil(depth / words);
    return sum({ ebr: rows * Math.ceil(width / bits), lut: width * multiplexer(rows), ff: counterBits(rows) });
  });
  return choices.reduce((a, b) => (b.ebr <= a.ebr ? b : a));
}

const blocks = (width: number, depth: number): number => memory(width, depth).ebr;

/** A block memory costs as much as 64 bits of registers or 1024 bits of a table; the dearer of the two is not taken. */
const inBlocks = (width: number, depth: number, kind: 'ram' | 'rom'): boolean =>
  64 * blocks(width, depth) < (width * depth) / (kind === 'ram' ? 1 : 16);

/** LUTs of a bit of an n-to-1 multiplexer: two LUTs choose among four. */
const multiplexer = (n: number): number => (n <= 1 ? 0 : n <= 2 ? 1 : Math.ceil((2 * (n - 1)) / 3));

/** LUTs of a column of a table. */
const table = (depth: number): number => (depth <= 1 ? 0 : depth <= 16 ? 1 : depth <= 32 ? depth / 10 : depth / 8);

/** A read-only memory with its register; `columns` of it are different and not constant. */
function rom(width: number, depth: number, columns: number): Ice40Cells {
  if (inBlocks(width, depth, 'rom')) return memory(width, depth);
  return sum({ lut: columns * table(depth), ff: columns });
}

const ones = (n: number): number => 2 * (n - counterBits(n + 1));

/** A FIFO of DEPTH words. */
export function fifo(W: number, DEPTH: number): Ice40Cells {
  const pointer = counterBits(DEPTH);
  const level = counterBits(DEPTH + 1);
  if (DEPTH === 1) return sum({ lut: 3, ff: W + 1 });
  // The word that is written while it is read passes beside a block memory.
  if (inBlocks(W, DEPTH, 'ram'))
    return sum({ lut: W + 9.3 * pointer, ff: 2 * pointer + level + W + 2 }, memory(W, DEPTH));
  return sum({ lut: W * multiplexer(DEPTH) + 10.5 * pointer + 4.5, ff: W * DEPTH + 3 * pointer + level + 1 });
}

function upsizer(W: number, ratio: number, frame: number): Ice40Cells {
  const counters = counterBits(ratio) + counterBits(frame);
  const places = 2 * ratio - (Number.isInteger(Math.log2(ratio)) ? 1 : 0);
  return sum({ lut: ratio * W + (ratio > 4 ? ratio : 0) + 2 * counters + 5, ff: places * W + counters + 2 });
}

function downsizer(W: number, ratio: number, frame: number): Ice40Cells {
  const counters = counterBits(ratio) + counterBits(frame);
  return sum({ lut: (ratio - 1) * W + 2 * counters + 5, ff: ratio * W + counters + 2 });
}

type Matvec = Extract<ChainModule, { readonly kind: 'matvec' }>;
type MatvecSizes = Pick<Matvec['params'], 'MH' | 'MW' | 'PE' | 'SIMD' | 'ACC_W'> & { readonly GROUPS?: number };

/** Agreements of bits, counted and added up; undefined for other products. `columns` of the weights are no constants. */
export function matvec(arithmetic: string, params: MatvecSizes, columns: number): Ice40Cells | undefined {
  if (arithmetic !== 'xnor' && arithmetic !== 'xnor_sum') return undefined;
  const { MH, MW, PE, SIMD, ACC_W, GROUPS = 1 } = params;
  const [SF, NF] = [MW / SIMD, MH / PE];
  const words = SF * NF * GROUPS;
  const counters = counterBits(SF) + counterBits(NF) + counterBits(GROUPS) + counterBits(words);
  const count = counterBits(SIMD + 1) + (arithmetic === 'xnor' ? 0 : 1);
  const row = { lut: SIMD + ones(SIMD) + ACC_W, ff: SIMD + count + ACC_W };
  const inBlock = inBlocks(SIMD, SF, 'ram');
  const kept =
    NF === 1 ? none : inBlock ? memory(SIMD, SF) : sum({ lut: SIMD * (multiplexer(SF) + 1) + SF, ff: SIMD * SF });
  return sum(
    rom(PE * SIMD, words, columns),
    kept,
    { lut: PE * row.lut, ff: PE * row.ff },
    { lut: 2.5 * counters, ff: counters + SIMD + 12 },
  );
}

type Thresholds = Extract<ChainModule, { readonly kind: 'thresholds' }>;

type ThresholdSizes = Pick<Thresholds['params'], 'PE' | 'FOLDS' | 'LEVELS' | 'X_W' | 'OUT_W'>;

/** Comparisons with limits, of which `columns` are no constants. */
export function thresholds(params: ThresholdSizes, signed: boolean, columns: number): Ice40Cells {
  const { PE, FOLDS, LEVELS, X_W, OUT_W } = params;
  const width = X_W + (signed ? 1 : 2);
  const fold = counterBits(FOLDS);
  // Limits that are constants, or one bit and its complement, go into the carries; others are turned around in a LUT each.
  const bit = FOLDS === 1 ? 0.15 : FOLDS === 2 ? 0.48 : 1.125 + 0.375 / LEVELS;
  const compare = PE * LEVELS * width * bit + PE * ones(LEVELS + 1);
  return sum(
    rom(PE * LEVELS * width, FOLDS, columns),
    { lut: compare, ff: PE * (X_W + OUT_W) },
    { lut: 3.5 * fold + 6, ff: fold + 3 },
  );
}

/** One module; undefined where there is no estimate. */
export function ice40Module(node: ChainModule): Ice40Cells | undefined {
  switch (node.kind) {
    case 'lane_truncate':
    case 'lane_extend':
      return none;
    case 'register_slice':
      return sum({ lut: node.params.W + 9, ff: 2 * node.params.W + 3 });
    case 'fifo':
      return fifo(node.params.W, node.params.DEPTH);
    case 'width_converter': {
      const { IN_W, OUT_W, UP, DOWN, FRAME_IN, FRAME_OUT } = node.params;
      return sum(UP > 1 ? upsizer(IN_W, UP, FRAME_IN) : none, DOWN > 1 ? downsizer(OUT_W, DOWN, FRAME_OUT) : none);
    }
    case 'matvec':
      return matvec(node.arithmetic, node.params, columnsOf(node.images.WEIGHTS));
    case 'thresholds':
      return thresholds(node.params, node.signed, columnsOf(node.images.THRESHOLDS));
    default:
      return undefined;
  }
}

/** As cells of a budget: a block memory of 4 Kibit is a ninth of one of 36. */
export const fromIce40 = ({ lut, ff, ebr }: Ice40Cells): Resources => ({ ...noResources, lut, ff, bram36: ebr / 9 });

export interface Ice40Chain {
  readonly total: Ice40Cells;
  /** By stage, as `chainResources` has them. */
  readonly stages: ReadonlyMap<string, Ice40Cells>;
}

/** Estimate of a whole chain; undefined where one of its modules has none. */
export function ice40Chain(chain: Chain): Ice40Chain | undefined {
  if ((chain.weightPorts ?? []).length > 0) return undefined;
  const stages = new Map<string, Ice40Cells>();
  for (const node of chain.nodes) {
    const cells = ice40Module(node);
    if (cells === undefined) return undefined;
    stages.set(node.stage, sum(stages.get(node.stage) ?? none, cells));
  }
  const beats = counterBits(chain.output.beats);
  stages.set('output', sum(stages.get('output') ?? none, { lut: 1.5 * beats + 1, ff: beats }));
  return { total: sum(...stages.values()), stages };
}
