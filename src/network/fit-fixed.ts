/**
 * Finds one fixed-point step per channel that gives exactly the codes of a threshold table: for activations with so many levels
 * that thresholds are not stored.
 *
 * `floor((a * m + b) / 2^s) >= k` must hold from `t_k` on and not before. Both sides rise with a, so it is enough to look at
 * `a = t_k` and `a = t_k - 1` for every k: `k 2^s - m t_k <= b <= k 2^s - 1 - m (t_k - 1)`. The intersection of these intervals
 * over k is all that b may be; where it is empty the next shift is tried. What is found is therefore exact for every
 * integer of the range, not only on samples.
 */
import type { Range } from './accumulator.js';
import { fixedStep } from './run-stages.js';
import type { FixedStep, RoundingMode } from './stages.js';

const maxShift = 40;

/** `codes = a * slope + offset` per channel, before rounding and clipping; a is the turned accumulator. */
export interface Line {
  readonly slope: Float64Array;
  readonly offset: Float64Array;
}

interface Levels {
  readonly table: Float64Array;
  readonly levels: number;
}

/** The allowed addends of one channel for multiplier `m` and shift `s`, or undefined. `t` ascending, already turned. */
function addend(t: Float64Array, range: Range, lowest: number, m: bigint, s: bigint): bigint | undefined {
  let low: bigint | undefined;
  let high: bigint | undefined;
  for (let k = 0; k < t.length; k++) {
    const level = BigInt(lowest + k + 1) << s;
    const threshold = t[k] ?? 0;
    if (threshold <= range.max) {
      const bound = level - m * BigInt(threshold);
      if (low === undefined || bound > low) low = bound;
    }
    if (threshold > range.min) {
      const bound = level - 1n - m * BigInt(threshold - 1);
      if (high === undefined || bound < high) high = bound;
    }
    if (low !== undefined && high !== undefined && low > high) return undefined;
  }
  return low ?? high ?? 0n;
}

/** True where a step gives every code of the table: looked at on both sides of each threshold, monotone in between. */
function givesTable(step: FixedStep, found: Levels, ranges: readonly Range[], lowest: number): boolean {
  return ranges.every((range, channel) => {
    for (let k = 0; k < found.levels; k++) {
      const t = found.table[channel * found.levels + k] ?? 0;
      const level = BigInt(lowest + k + 1);
      if (t <= range.max && fixedStep(step, BigInt(t), channel) < level) return false;
      if (t > range.min && fixedStep(step, BigInt(t - 1), channel) >= level) return false;
    }
    return true;
  });
}

/**
 * Lines whose slopes and offsets are multiples of a power of two need no search, only the rounding of the quantizer: the sole
 * form that gets ties of half-even right.
 */
function dyadic(line: Line, result: FixedStep['result']): FixedStep[] {
  const numbers = [...line.slope, ...line.offset];
  for (let shift = 0; shift <= maxShift; shift++) {
    const scaled = numbers.map((value) => value * 2 ** shift);
    if (!scaled.every((value) => Number.isSafeInteger(value))) continue;
    const codes = scaled.map(BigInt);
    const multiplier = codes.slice(0, line.slope.length);
    const addend = codes.slice(line.slope.length);
    const roundings: RoundingMode[] = ['half-even', 'floor', 'half-away', 'to-zero'];
    return roundings.map((rounding) => ({
      multiplier,
      addend,
      shift,
      rounding,
      relu: false,
      overflow: 'saturate',
      result,
    }));
  }
  return [];
}

/**
 * `ranges` are those of the turned accumulator. Returns the exact line with its rounding, or else the floored step with the
 * smallest shift, or undefined when no shift up to 40 works for all channels.
 */
export function fitFixed(
  found: Levels,
  ranges: readonly Range[],
  line: Line,
  output: { readonly bits: number; readonly signed: boolean },
): FixedStep | undefined {
  const lowest = output.signed ? -(2 ** (output.bits - 1)) : 0;
  const result = { bits: output.bits, signed: output.signed };
  const exact = dyadic(line, result).find((step) => givesTable(step, found, ranges, lowest));
  if (exact) return exact;
  for (let shift = 0; shift <= maxShift; shift++) {
    const multipliers: bigint[] = [];
    const addends: bigint[] = [];
    for (let channel = 0; channel < ranges.length; channel++) {
      const t = found.table.subarray(channel * found.levels, (channel + 1) * found.levels);
      const range = ranges[channel] ?? { min: 0, max: 0 };
      const near = Math.round((line.slope[channel] ?? 0) * 2 ** shift);
      const fits = [near, near + 1, near - 1]
        .filter((m) => m >= 0)
        .map((m) => ({ m, b: addend(t, range, lowest, BigInt(m), BigInt(shift)) }));
      const best = fits.find((fit) => fit.b !== undefined);
      if (best?.b === undefined) break;
      multipliers.push(BigInt(best.m));
      addends.push(best.b);
    }
    if (multipliers.length === ranges.length)
      return {
        multiplier: multipliers,
        addend: addends,
        shift,
        rounding: 'floor',
        relu: false,
        overflow: 'saturate',
        result,
      };
  }
  return undefined;
}
