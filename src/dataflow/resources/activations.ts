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
import type { RequantizeKind } from '../stages/requantize.js';

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
  const addend = wraps ? Math.min(A_W, SHIFT + OUT_W) : A_W;
  const steps = kind.scale === 'shift' ? counterBits(E_MAX + 1) : 0;
  const known = columns === undefined ? undefined : Math.max(0, columns - PE * (A_W - addend));
  const memory = romWithRegister(PE * (M_W + steps + addend), FOLDS, known);
  const above = T_W - SHIFT;
  const round = kind.rounding === 'floor' || SHIFT === 0 ? 0 : kind.rounding === 'half_up' ? above / 2 : above / 4;
  const fit = wraps ? 0 : OUT_W + (kind.overflow === 'wrap' ? 0 : (above - OUT_W) / 4 + 2);
  const x = X_W + (kind.signedInput ? 0 : 1);
  const scaled =
    kind.scale === undefined
      ? { dsp: dspsOfProduct(x, M_W, x + M_W) }
      : { lut: ((x + E_MAX) * steps) / 2 + Math.min(T_W, Math.max(x + E_MAX, addend) + 1), ff: steps > 0 ? X_W : 0 };
  const lane = addResources(scaled, { lut: round + fit, ff: OUT_W });
  const fold = counterBits(FOLDS);
  return addResources(memory, timesResources(PE, lane), { lut: fold + 3, ff: fold + 3 });
}

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
