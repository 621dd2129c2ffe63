/**
 * `alpha="auto_po2"` of QKeras: the scale of a kernel is computed from its weights, one power of two for each element of the last axis.
 * Source: `quantized_bits.__call__` and `_get_scale` in qkeras/quantizers.py, which look five times for the power of two next to the
 * least-squares scale.
 *
 * TensorFlow does this in float32. Sums are taken in float64 here: the power of two is the same unless a logarithm lies within
 * 1e-6 of a tie.
 */
import { tensor, type Tensor } from '../network/graph.js';
import { roundHalfEven } from '../network/rounding.js';

const epsilon = 1e-7;

const nearestPower = (scale: number): number => 2 ** roundHalfEven(Math.log2(scale + epsilon));

export interface AutoScaled {
  /** Weights on their grid, in the shape of the kernel. */
  readonly values: Tensor;
  /** The step of each channel, [1, ..., 1, channels]. */
  readonly scales: Tensor;
}

/**
 * `bits` counts the sign; codes are symmetric. The weights that come out are those of the last codes times the last scale, which need
 * not be the nearest grid points of the weights that went in.
 */
export function autoScaled(kernel: Tensor, { bits, integer }: { bits: number; integer: number }): AutoScaled {
  const rank = kernel.shape.length;
  // Of a vector every element is a channel for the second search, all together are one for the first.
  const channels = kernel.shape.at(-1) ?? 1;
  const top = 2 ** (bits - 1) - 1;
  const unit = 2 ** integer;
  const weights = kernel.data.map((value) => value / unit);
  const each = (f: (at: number, channel: number) => void): void => weights.forEach((_, at) => f(at, at % channels));
  const greatest = new Float64Array(channels);
  each((at, channel) => (greatest[channel] = Math.max(greatest[channel] ?? 0, Math.abs(weights[at] ?? 0))));
  if (rank < 2) greatest.fill(greatest.reduce((a, b) => Math.max(a, b), 0));
  const scales = greatest.map((value) => nearestPower(Math.fround((value * 2) / (2 * top))));
  const codes = new Float64Array(weights.length);
  for (let count = 0; count < 5; count++) {
    each((at, channel) => {
      const value = weights[at] ?? 0;
      const steps = Math.floor(Math.fround(Math.fround(Math.abs(value) / (scales[channel] ?? 1)) + 0.5));
      codes[at] = Math.sign(value) * Math.min(steps, top);
    });
    const products = new Float64Array(channels);
    const squares = new Float64Array(channels);
    each((at, channel) => {
      const code = codes[at] ?? 0;
      products[channel] = (products[channel] ?? 0) + (weights[at] ?? 0) * code;
      squares[channel] = (squares[channel] ?? 0) + code * code;
    });
    const rows = Math.max(1, weights.length / channels);
    products.forEach(
      (sum, channel) => (scales[channel] = nearestPower(sum / rows / ((squares[channel] ?? 0) / rows + epsilon))),
    );
  }
  const values = codes.map((code, at) => code * (scales[at % channels] ?? 1) * unit + 0);
  const shape = kernel.shape.map((size, axis) => (axis === rank - 1 ? size : 1));
  return {
    values: tensor(kernel.shape, values),
    scales: tensor(
      shape,
      scales.map((scale) => scale * unit),
    ),
  };
}
