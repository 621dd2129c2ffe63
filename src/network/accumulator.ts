/** The reachable range of integer matrix products: every later proof of exactness starts here. */
import { valueRange } from './element-type.js';
import type { ElementType } from './stages.js';

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Range of the sum of each row of `weights` [outputs][inputs] over all inputs of a type. */
export function rowRanges(weights: Int32Array, inputs: number, input: ElementType): Range[] {
  const { min: low, max: high } = valueRange(input);
  const outputs = inputs === 0 ? 0 : weights.length / inputs;
  return Array.from({ length: outputs }, (_, row) => {
    let min = 0;
    let max = 0;
    for (let column = 0; column < inputs; column++) {
      const weight = weights[row * inputs + column] ?? 0;
      min += weight > 0 ? weight * low : weight * high;
      max += weight > 0 ? weight * high : weight * low;
    }
    return { min: min + 0, max: max + 0 };
  });
}

/** Least and greatest of several ranges. */
export function hull(ranges: readonly Range[]): Range {
  return ranges.reduce((all, range) => ({ min: Math.min(all.min, range.min), max: Math.max(all.max, range.max) }), {
    min: 0,
    max: 0,
  });
}
