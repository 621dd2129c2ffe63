/** Resources of thresholds, requantizers and argmax. */
import {
  addResources,
  comparator,
  constantComparator,
  counterBits,
  dspsOfProduct,
  popcount,
  type Resources,
  romWithRegister,
  timesResources,
} from '../../blocks/resources/index.js';
import type { RequantizeKind, Rounding } from '../stages/requantize.js';

export interface ThresholdsSizes {
  readonly PE: number;
  readonly FOLDS: number;
  readonly LEVELS: number;
  readonly X_W: number;
  readonly OUT_W: number;
}

/** Threshold memory of `columns` different columns, one comparator a lane and level, a count a lane. */
export function thresholdsResources(
  signed: boolean,
  { PE, FOLDS, LEVELS, X_W, OUT_W }: ThresholdsSizes,
  columns?: number,
): Resources {
  const width = X_W + (signed ? 1 : 2);
  const limits = romWithRegister(PE * LEVELS * width, FOLDS, columns);
  const compare = limits.style === 'constant' ? constantComparator(width) : comparator(width);
  const lane = { lut: LEVELS * compare + popcount(LEVELS), ff: X_W + OUT_W };
  const fold = counterBits(FOLDS);
  return addResources(limits, timesResources(PE, lane), { lut: fold + 3, ff: fold + 2 });
}

export interface RequantizeSizes {
  readonly PE: number;
  readonly FOLDS: number;
  readonly X_W: number;
  /** By the kind's scale: width of a multiplier, greatest exponent, or nothing that costs. */
  readonly M_W?: number;
  readonly E_MAX?: number;
  readonly A_W: number;
  readonly T_W: number;
  readonly SHIFT: number;
  readonly OUT_W: number;
}

/**
 * Product, addend and their registers sit in a DSP; without multipliers, a shifter of two places a LUT and an adder. Behind it stand the rounding adder, the test for the range and the choice
 * of the result. Bits that the result does not depend on are not built.
 */
export function requantizeResources(kind: RequantizeKind, sizes: RequantizeSizes, columns?: number): Resources {
  const { PE, FOLDS, X_W, M_W = 0, E_MAX = 0, A_W, T_W, SHIFT, OUT_W } = sizes;
  const wraps = kind.overflow === 'wrap' && !kind.relu;
  const kept = wraps ? SHIFT + OUT_W : T_W;
  const addend = Math.min(A_W, kept);
  const steps = kind.scale === 'shift' ? counterBits(E_MAX + 1) : 0;
  const known = columns === undefined ? undefined : Math.max(0, columns - PE * (A_W - addend));
  const memory = romWithRegister(PE * (M_W + steps + addend), FOLDS, known);
  // Yosys makes trees of F7 and F8 multiplexers of addends that are added in the cycle in which they are read.
  const read = kind.scale === 'none' && FOLDS > 8 && FOLDS <= 16 ? memory.lut * (FOLDS / 4 - 1) : 0;
  const above = T_W - SHIFT;
  const round = SHIFT === 0 ? 0 : above * roundLuts[kind.rounding];
  const fit = wraps ? 0 : OUT_W + (kind.overflow === 'wrap' ? 0 : (above - OUT_W) / 4 + 2);
  const x = X_W + (kind.signedInput ? 0 : 1);
  const wide = Math.min(x + E_MAX, kept);
  // With one group of channels exponents and addends are constants: wires, and carries without LUTs.
  const shifted = FOLDS === 1 ? 0 : 0.35 * wide * steps + Math.min(T_W, Math.max(wide, addend) + 1);
  const scaled =
    kind.scale === undefined
      ? { dsp: dspsOfProduct(x, M_W, x + M_W) }
      : { lut: shifted, ff: kind.scale === 'shift' ? X_W : 0 };
  const lane = addResources(scaled, { lut: round + fit, ff: OUT_W });
  const fold = counterBits(FOLDS);
  const valids = kind.scale === 'none' ? 1 : 3;
  return addResources(memory, timesResources(PE, lane), { lut: read + fold + 3, ff: fold + valids });
}

/** LUTs of a rounding term for each bit above those that are dropped. */
const roundLuts: Readonly<Record<Rounding, number>> = {
  floor: 0,
  half_up: 0.5,
  half_even: 0.25,
  half_away: 1.5,
  to_zero: 1.5,
};

export interface ArgmaxSizes {
  readonly N: number;
  readonly PE: number;
  readonly X_W: number;
  readonly OUT_W: number;
}

/** A chain of PE comparators with multiplexers of value and index. */
export function argmaxResources({ N, PE, X_W, OUT_W }: ArgmaxSizes): Resources {
  const beats = N / PE;
  const [counter, index] = [counterBits(beats), Math.ceil(Math.log2(N + 1))];
  const lane = comparator(X_W + 1) + X_W + index;
  const state = beats > 1 ? X_W + 2 * OUT_W + counter : 0;
  return addResources({ lut: PE * lane + counter + OUT_W + 4, ff: state + OUT_W + 1 });
}
