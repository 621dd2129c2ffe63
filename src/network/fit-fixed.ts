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
import type { FixedStep } from './stages.js';

const maxShift = 40;

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

/**
 * `slopes[c]` is the real number of codes per unit of the turned accumulator; `ranges` are turned too. Returns the step with
 * the smallest shift, or undefined when no shift up to 40 works for all channels.
 */
export function fitFixed(
  found: { table: Float64Array; levels: number },
  ranges: readonly Range[],
  slopes: Float64Array,
  output: { readonly bits: number; readonly signed: boolean },
): FixedStep | undefined {
  const lowest = output.signed ? -(2 ** (output.bits - 1)) : 0;
  for (let shift = 0; shift <= maxShift; shift++) {
    const multipliers: bigint[] = [];
    const addends: bigint[] = [];
    for (let channel = 0; channel < ranges.length; channel++) {
      const t = found.table.subarray(channel * found.levels, (channel + 1) * found.levels);
      const range = ranges[channel] ?? { min: 0, max: 0 };
      const near = Math.round((slopes[channel] ?? 0) * 2 ** shift);
      const fits = [near, near + 1, near - 1].map((m) => ({
        m,
        b: addend(t, range, lowest, BigInt(m), BigInt(shift)),
      }));
      const best = fits.find((fit) => fit.b !== undefined && fit.m >= 0);
      if (best?.b === undefined) break;
      multipliers.push(BigInt(best.m));
      addends.push(best.b);
    }
    if (multipliers.length < ranges.length) continue;
    const result = { bits: output.bits, signed: output.signed };
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
