/**
 * A layer by its definition, fast enough for whole networks (about 10^9 multiply-accumulates a second): the reference that
 * simulated results are compared with. It shares nothing with planning, streams and hardware.
 */
import type { EngineLayer, Residual } from './layer.js';
import { requantized } from './reference-requant.js';

type Image = Int8Array | Int16Array | Int32Array;

/** The input with its padding around it, channels `channel0` .. `channel0 + channels - 1` only. */
function padded(layer: EngineLayer, input: Image, channel0: number, channels: number, value: number) {
  const { y, x, output } = layer;
  const extent = (n: number, axis: typeof y): number => (n - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1;
  const height = Math.max(extent(output.height, y), layer.input.height + y.pad);
  const width = Math.max(extent(output.width, x), layer.input.width + x.pad);
  const image = new Int16Array(height * width * channels).fill(value);
  for (let row = 0; row < layer.input.height; row++)
    for (let column = 0; column < layer.input.width; column++) {
      const from = (row * layer.input.width + column) * layer.input.channels + channel0;
      image.set(input.subarray(from, from + channels), ((row + y.pad) * width + column + x.pad) * channels);
    }
  return { image, width };
}

/** Results of a layer, row by row, channels innermost. `residual`: an image of the output's size. */
export function referenceLayer(layer: EngineLayer, input: Image, residual?: ArrayLike<number>): Int16Array {
  const sums = layer.op === 'dense' ? denseSums(layer, input) : windowSums(layer, input);
  const { channels } = layer.output;
  const results = new Int16Array(sums.length);
  const { lut, ...requant } = layer.requant;
  const span = lut?.length ?? 256;
  const unsigned = requant.lo >= 0 && requant.hi >= span / 2;
  for (let i = 0; i < sums.length; i++) {
    let value = requantized(requant, sums[i] ?? 0, i % channels);
    if (lut !== undefined) value = codeOf(lut[value & (span - 1)] ?? 0, span, unsigned);
    if (layer.residual !== undefined) {
      value = requantized(layer.residual.second, added(layer.residual, value, residual?.[i] ?? 0), 0);
    }
    results[i] = value;
  }
  return results;
}

/** The sum of a result and a pixel of the residual, exact in doubles. */
function added({ scalesOwn, up, zero, factor, drop }: Residual, own: number, other: number): number {
  const [plain, scaled] = scalesOwn ? [other, own] : [own, other];
  const whole = Math.floor(((scaled - zero) * factor + 1024) / 2048);
  const dropped = Math.floor(Math.abs(whole) / 2 ** drop + 0.5);
  return plain * 2 ** up + (whole < 0 ? -dropped : dropped);
}

/** What a code below `span` stands for. */
const codeOf = (code: number, span: number, unsigned: boolean): number =>
  unsigned || code < span / 2 ? code : code - span;

function denseSums(layer: EngineLayer, input: Image): Int32Array {
  const { groups, output, y, x } = layer;
  const [inner, outer] = [layer.input.channels / groups, output.channels / groups];
  const weights = Int16Array.from(layer.weights ?? []);
  const sums = new Int32Array(output.height * output.width * output.channels);
  for (let group = 0; group < groups; group++) {
    const { image, width } = padded(layer, input, group * inner, inner, layer.padValue);
    // Runs of the image that lie side by side and meet weights that do: whole kernel rows, or single pixels where dilated.
    const whole = x.dilation === 1;
    const run = whole ? x.kernel * inner : inner;
    const runs = whole ? 1 : x.kernel;
    const starts = new Int32Array(y.kernel * runs);
    for (let k = 0; k < starts.length; k++)
      starts[k] = (Math.floor(k / runs) * y.dilation * width + (k % runs) * x.dilation) * inner;
    const shape = { starts, run, pixel: x.stride * inner, row: y.stride * width * inner };
    const span = { first: group * outer, count: outer, height: output.height, width: output.width };
    accumulate(image, weights, sums, shape, { ...span, channels: output.channels });
  }
  return sums;
}

interface Runs {
  readonly starts: Int32Array;
  readonly run: number;
  readonly pixel: number;
  readonly row: number;
}
interface Span {
  readonly first: number;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Two pixels times four channels at a time. */
function accumulate(image: Int16Array, weights: Int16Array, sums: Int32Array, of: Runs, span: Span): void {
  const { starts, run, pixel, row } = of;
  const { first, count, height, width, channels } = span;
  const size = starts.length * run;
  const end = first + count;
  for (let channel = first; channel < end; channel += 4) {
    const [w0, w1, w2, w3] = [0, 1, 2, 3].map((i) => Math.min(channel + i, end - 1) * size) as [
      number,
      number,
      number,
      number,
    ];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x += 2) {
        const a = y * row + x * pixel;
        const b = x + 1 < width ? a + pixel : a;
        let [a0, a1, a2, a3, b0, b1, b2, b3] = [0, 0, 0, 0, 0, 0, 0, 0];
        for (let k = 0; k < starts.length; k++) {
          const at = starts[k]!;
          const w = k * run;
          for (let i = 0; i < run; i++) {
            const [p, q] = [image[a + at + i]!, image[b + at + i]!];
            const [u0, u1] = [weights[w0 + w + i]!, weights[w1 + w + i]!];
            const [u2, u3] = [weights[w2 + w + i]!, weights[w3 + w + i]!];
            a0 = (a0 + p * u0) | 0;
            a1 = (a1 + p * u1) | 0;
            a2 = (a2 + p * u2) | 0;
            a3 = (a3 + p * u3) | 0;
            b0 = (b0 + q * u0) | 0;
            b1 = (b1 + q * u1) | 0;
            b2 = (b2 + q * u2) | 0;
            b3 = (b3 + q * u3) | 0;
          }
        }
        const left = [a0, a1, a2, a3];
        const right = [b0, b1, b2, b3];
        for (let i = 0; i < 4 && channel + i < end; i++) {
          const to = (y * width + x) * channels + channel + i;
          sums[to] = left[i]!;
          if (x + 1 < width) sums[to + channels] = right[i]!;
        }
      }
    }
  }
}

/** Depthwise layers and pooling; what lies in the padding is never the greatest and adds nothing. */
function windowSums(layer: EngineLayer, input: Image): Int32Array {
  const { op, output, y, x, weights, padValue } = layer;
  const { height, width, channels } = layer.input;
  const sums = new Int32Array(output.height * output.width * channels);
  for (let row = 0; row < output.height; row++)
    for (let column = 0; column < output.width; column++)
      for (let channel = 0; channel < channels; channel++) {
        let sum = op === 'max' ? -(2 ** 31) : 0;
        for (let ky = 0; ky < y.kernel; ky++)
          for (let kx = 0; kx < x.kernel; kx++) {
            const iy = row * y.stride - y.pad + ky * y.dilation;
            const ix = column * x.stride - x.pad + kx * x.dilation;
            const inside = iy >= 0 && iy < height && ix >= 0 && ix < width;
            const pixel = inside ? input[(iy * width + ix) * channels + channel]! : padValue;
            if (op === 'dw') sum += pixel * (weights?.[(channel * y.kernel + ky) * x.kernel + kx] ?? 0);
            else if (op === 'max') sum = inside ? Math.max(sum, pixel) : sum;
            else if (inside) sum += pixel;
          }
        sums[(row * output.width + column) * channels + channel] = sum;
      }
  return sums;
}
