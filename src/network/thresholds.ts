/**
 * Exact threshold search: the integer thresholds that reproduce a segment over a whole range of integers.
 *
 * Not by algebra: the segment is evaluated by the reference executor. For each channel and level k the search finds the least
 * integer a with `code(a) >= lowest + k`. Bisection is right only for non-decreasing functions. That is verified, in one of
 * two ways: for ranges of up to 2^16 integers by evaluating all of them and comparing with the thresholds found (a proof by
 * exhaustion); for larger ones by structure: every operator of the segment is a monotone real function followed by one
 * rounding to float64, rounding is monotone, and so is the composition.
 */
import { networkError } from './errors.js';
import type { Range } from './accumulator.js';
import type { Segment } from './segment.js';

export interface ThresholdTable {
  /** [channels][levels] ascending; range.max + 1 of the channel where a level is never reached. */
  readonly table: Float64Array;
  readonly levels: number;
  /** Channels whose codes fall with rising input: the table is for the negated input. */
  readonly turned: readonly boolean[];
}

/** Largest number of (integer, channel) pairs for the proof by exhaustion. */
const exhaustive = 2 ** 23;

/** `lowest` is the value of the segment's least code, `step` the distance of two codes (2 for bipolar values). */
export function searchThresholds(
  segment: Segment,
  ranges: readonly Range[],
  codes: { lowest: number; step: number; levels: number },
  name: string,
): ThresholdTable {
  const { channels } = segment;
  const { levels } = codes;
  const level = (values: Float64Array): Float64Array =>
    segment.evaluate(values).map((value) => Math.round((value - codes.lowest) / codes.step));
  const low = Float64Array.from(ranges, (range) => range.min);
  const high = Float64Array.from(ranges, (range) => range.max);
  const atLow = level(low);
  const atHigh = level(high);
  const turned = Array.from(atLow, (value, channel) => (atHigh[channel] ?? 0) < value);
  const sign = turned.map((turn) => (turn ? -1 : 1));
  // From here on in turned coordinates: g(a) = f(sign * a) does not fall.
  const first = low.map((value, channel) => (turned[channel] ? -(high[channel] ?? 0) : value) + 0);
  const last = high.map((value, channel) => (turned[channel] ? -(low[channel] ?? 0) : value) + 0);
  const evaluate = (values: Float64Array): Float64Array =>
    level(values.map((a, index) => a * (sign[index % channels] ?? 1) + 0));

  // Bisection of all channels and levels at once: row k - 1 looks for level k; g(below) < k <= g(reached) throughout.
  const below = new Float64Array(levels * channels);
  const reached = new Float64Array(levels * channels);
  const span = ranges.reduce((widest, range) => Math.max(widest, range.max - range.min), 0);
  for (let index = 0; index < below.length; index++) {
    below[index] = (first[index % channels] ?? 0) - 1;
    reached[index] = (last[index % channels] ?? 0) + 1;
  }
  for (let width = span + 2; width > 1; width = Math.ceil(width / 2)) {
    const middle = below.map((value, index) => Math.floor((value + (reached[index] ?? 0)) / 2));
    // Where the search has ended the middle is `below`, which may lie outside of the range: keep it inside.
    const probe = middle.map((a, index) =>
      Math.min(Math.max(a, first[index % channels] ?? 0), last[index % channels] ?? 0),
    );
    const found = evaluate(probe);
    middle.forEach((a, index) => {
      if ((reached[index] ?? 0) - (below[index] ?? 0) <= 1) return;
      if ((found[index] ?? 0) >= Math.floor(index / channels) + 1) reached[index] = a;
      else below[index] = a;
    });
  }
  const table = new Float64Array(channels * levels);
  for (let channel = 0; channel < channels; channel++)
    for (let k = 0; k < levels; k++) table[channel * levels + k] = reached[k * channels + channel] ?? 0;

  if ((span + 1) * channels <= exhaustive) verifyAll(evaluate, first, last, { table, levels, channels }, name);
  else if (!segment.monotone)
    throw networkError('H3033', name, `cannot be shown to be monotone over ${span + 1} values`);
  return { table, levels, turned };
}

/** Compares the thresholds with the segment at every integer of every channel; H3033 at the first difference. */
function verifyAll(
  evaluate: (values: Float64Array) => Float64Array,
  first: Float64Array,
  last: Float64Array,
  found: { table: Float64Array; levels: number; channels: number },
  name: string,
): void {
  const { table, levels, channels } = found;
  const rows = first.reduce((widest, value, channel) => Math.max(widest, (last[channel] ?? 0) - value + 1), 0);
  const block = Math.max(1, Math.floor(262144 / channels));
  const counts = new Uint32Array(channels);
  for (let start = 0; start < rows; start += block) {
    const size = Math.min(block, rows - start);
    const at = (index: number): number => (first[index % channels] ?? 0) + start + Math.floor(index / channels);
    const values = Float64Array.from({ length: size * channels }, (_, index) =>
      Math.min(at(index), last[index % channels] ?? 0),
    );
    const codes = evaluate(values);
    codes.forEach((code, index) => {
      const channel = index % channels;
      let count = counts[channel] ?? 0;
      while (count < levels && (table[channel * levels + count] ?? 0) <= (values[index] ?? 0)) count++;
      counts[channel] = count;
      if (code !== count)
        throw networkError(
          'H3033',
          name,
          `channel ${channel} is not monotone (at ${values[index] ?? 0}: code ${code}, not ${count})`,
        );
    });
  }
}
