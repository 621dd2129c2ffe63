/** The reachable range of integer sums: every later proof of exactness starts here. */
import { valueRange } from './element-type.js';
import type { SumRange, ElementType } from './stage-types.js';
import type { Stage } from './stages.js';

export type Range = SumRange;

/** Range of the sum of each row of `weights` [outputs][inputs] over all inputs of a type, products floored by `shift`. */
export function rowRanges(weights: Int32Array, inputs: number, input: ElementType, shift = 0): Range[] {
  const { min: low, max: high } = valueRange(input);
  const outputs = inputs === 0 ? 0 : weights.length / inputs;
  const unit = 2 ** shift;
  return Array.from({ length: outputs }, (_, row) => {
    let min = 0;
    let max = 0;
    for (let column = 0; column < inputs; column++) {
      const weight = weights[row * inputs + column] ?? 0;
      min += Math.floor((weight > 0 ? weight * low : weight * high) / unit);
      max += Math.floor((weight > 0 ? weight * high : weight * low) / unit);
    }
    return { min: min + 0, max: max + 0 };
  });
}

/** Range of each channel in front of the activation of a stage. */
export function channelRanges(stage: Extract<Stage, { readonly activation: unknown }>): Range[] {
  switch (stage.kind) {
    case 'dense':
      return rowRanges(stage.weights, stage.inputs, stage.input, stage.productShift);
    case 'conv':
      // The padding has a value of the input's range.
      return rowRanges(stage.weights, stage.weights.length / stage.channels, stage.input, stage.productShift);
    case 'elementwise':
      return Array.from({ length: stage.channels ?? stage.outputs }, () => valueRange(stage.input));
    case 'pool':
    case 'add':
      return Array.from({ length: stage.image.channels }, () => stage.accumulator);
  }
}

/** Least and greatest of several ranges. */
export function hull(ranges: readonly Range[]): Range {
  return ranges.reduce((all, range) => ({ min: Math.min(all.min, range.min), max: Math.max(all.max, range.max) }), {
    min: 0,
    max: 0,
  });
}
