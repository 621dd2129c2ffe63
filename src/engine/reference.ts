/**
 * A layer by its definition, fast enough for whole networks (several 10^9 multiply-accumulates a second): the reference that
 * simulated results are compared with. It shares nothing with planning, streams and hardware.
 */
import type { EngineLayer, Residual } from './layer.js';
import { requantized } from './reference-requant.js';
import { sumsOf } from './reference-sums.js';

type Image = Int8Array | Int16Array | Int32Array;

/** Rows and columns of the input with its padding around it. */
function paddedSize({ y, x, input, output }: EngineLayer): { readonly height: number; readonly width: number } {
  const extent = (n: number, axis: typeof y): number => (n - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1;
  return {
    height: Math.max(extent(output.height, y), input.height + y.pad),
    width: Math.max(extent(output.width, x), input.width + x.pad),
  };
}

/** Channels `first` .. `first + count - 1` of the input with its padding, in rows of `width` pixels. */
function pad(layer: EngineLayer, input: Image, to: Int16Array, width: number, first: number, count: number): void {
  const { y, x, padValue } = layer;
  const { height, width: columns, channels } = layer.input;
  to.fill(padValue);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < columns; column++) {
      const from = (row * columns + column) * channels + first;
      const at = ((row + y.pad) * width + column + x.pad) * count;
      for (let k = 0; k < count; k++) to[at + k] = input[from + k]!;
    }
}

/** Results of a layer, row by row, channels innermost. `residual`: an image of the output's size. */
export function referenceLayer(layer: EngineLayer, input: Image, residual?: ArrayLike<number>): Int16Array {
  const sums = layer.op === 'dense' ? denseSums(layer, input) : windowSums(layer, input);
  const { channels } = layer.output;
  const results = new Int16Array(sums.length);
  const { requant } = layer;
  const { lut } = requant;
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
  const { groups, output, y, x, weights = [] } = layer;
  const [inner, outer] = [layer.input.channels / groups, output.channels / groups];
  const { height, width } = paddedSize(layer);
  // Runs of the image that lie side by side and meet weights that do: whole kernel rows, or single pixels where dilated.
  const whole = x.dilation === 1;
  const run = whole ? x.kernel * inner : inner;
  const runs = whole ? 1 : x.kernel;
  const starts = new Int32Array(y.kernel * runs);
  for (let k = 0; k < starts.length; k++)
    starts[k] = (Math.floor(k / runs) * y.dilation * width + (k % runs) * x.dilation) * inner;
  const adder = sumsOf({ image: height * width * inner, starts, run, channels: outer });
  const places = placesOf(output, y.stride * width * inner, x.stride * inner);
  const sums = new Int32Array(places.length * output.channels);
  for (let group = 0; group < groups; group++) {
    pad(layer, input, adder.image, width, group * inner, inner);
    for (let from = group * outer; from < (group + 1) * outer; from += adder.block) {
      const count = Math.min(adder.block, (group + 1) * outer - from);
      adder.setWeights(weights, from, count);
      for (let k = 0; k < places.length; k += 2) {
        const first = places[k] ?? 0;
        const [one, other] = adder.at(first, places[k + 1] ?? first);
        for (let n = 0; n < count; n++) sums[k * output.channels + from + n] = one[n]!;
        if (k + 1 < places.length)
          for (let n = 0; n < count; n++) sums[(k + 1) * output.channels + from + n] = other[n]!;
      }
    }
  }
  return sums;
}

/** Where in the padded image the windows of the output's pixels begin, row by row. */
function placesOf({ height, width }: EngineLayer['output'], row: number, pixel: number): Int32Array {
  return Int32Array.from({ length: height * width }, (_, k) => Math.floor(k / width) * row + (k % width) * pixel);
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
