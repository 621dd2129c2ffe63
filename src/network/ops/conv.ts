/**
 * Convolution in float64, NCHW, by patches: each output pixel is the product of one patch with the kernel matrix.
 *
 * Sums run in the order channel, kernel row, kernel column, the bias last; integer operands below 2^53 give exact sums.
 */
import { listAttribute, numberAttribute, tensor, type GraphNode, type Tensor } from '../graph.js';
import { need, refuse, type Op } from './op.js';
import { asImages, windowOf, type Window } from './window.js';

/** Elements of the patch matrix that are made at a time: 2 MiB. */
const patchElements = 262144;

/** Where a group of channels of one sample lies in the input. */
interface Source {
  readonly data: Float64Array;
  /** Index of its first element. */
  readonly start: number;
  readonly channels: number;
}

/** Patches of the output rows `first` to `last` (not included): [pixels][channels * kernel], zeros in the padding. */
function gatherPatches(source: Source, window: Window, first: number, last: number, into: Float64Array): void {
  const { y, x } = window;
  const area = y.size * x.size;
  const length = source.channels * y.kernel * x.kernel;
  into.fill(0, 0, (last - first) * x.count * length);
  for (let channel = 0; channel < source.channels; channel++) {
    for (let ky = 0; ky < y.kernel; ky++) {
      for (let kx = 0; kx < x.kernel; kx++) {
        const column = (channel * y.kernel + ky) * x.kernel + kx;
        for (let oy = first; oy < last; oy++) {
          const iy = oy * y.stride - y.before + ky * y.dilation;
          if (iy < 0 || iy >= y.size) continue;
          const row = source.start + channel * area + iy * x.size;
          let at = (oy - first) * x.count * length + column;
          let ix = kx * x.dilation - x.before;
          for (let ox = 0; ox < x.count; ox++, at += length, ix += x.stride)
            if (ix >= 0 && ix < x.size) into[at] = source.data[row + ix] ?? 0;
        }
      }
    }
  }
}

/**
 * `out[start + row * stride + pixel] = sum over k of weights[row * length + k] * patches[pixel * length + k]` for all rows and
 * pixels; four rows at a time, whose weights stay in the cache over all pixels.
 */
function multiplyPatches(
  weights: Float64Array,
  rows: number,
  patches: Float64Array,
  pixels: number,
  out: { readonly data: Float64Array; readonly start: number; readonly stride: number },
): void {
  const length = rows === 0 ? 0 : weights.length / rows;
  const { data, start, stride } = out;
  for (let row = 0; row < rows; row += 4) {
    const some = Math.min(4, rows - row);
    // Rows behind the last one repeat it; their sums are thrown away.
    const w0 = row * length;
    const w1 = (row + Math.min(1, some - 1)) * length;
    const w2 = (row + Math.min(2, some - 1)) * length;
    const w3 = (row + some - 1) * length;
    for (let pixel = 0; pixel < pixels; pixel++) {
      const base = pixel * length;
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let k = 0; k < length; k++) {
        const value = patches[base + k] ?? 0;
        s0 += value * (weights[w0 + k] ?? 0);
        s1 += value * (weights[w1 + k] ?? 0);
        s2 += value * (weights[w2 + k] ?? 0);
        s3 += value * (weights[w3 + k] ?? 0);
      }
      const at = start + row * stride + pixel;
      data[at] = s0;
      if (some > 1) data[at + stride] = s1;
      if (some > 2) data[at + 2 * stride] = s2;
      if (some > 3) data[at + 3 * stride] = s3;
    }
  }
}

/** One image per group: `weights` of shape [outputs, channels / groups, ky, kx] on images [n, channels, h, w]. */
function convolveImages(images: Tensor, weights: Tensor, window: Window, groups: number): Tensor {
  const [samples = 1, channels = 1] = images.shape;
  const outputs = weights.shape[0] ?? 1;
  const { y, x } = window;
  const inner = channels / groups;
  const length = inner * y.kernel * x.kernel;
  const rows = outputs / groups;
  const pixels = y.count * x.count;
  const out = new Float64Array(samples * outputs * pixels);
  const block = Math.max(1, Math.min(y.count, Math.floor(patchElements / (x.count * length))));
  const patches = new Float64Array(block * x.count * length);
  for (let sample = 0; sample < samples; sample++) {
    for (let group = 0; group < groups; group++) {
      const start = (sample * channels + group * inner) * y.size * x.size;
      const matrix = weights.data.subarray(group * rows * length, (group + 1) * rows * length);
      for (let first = 0; first < y.count; first += block) {
        const last = Math.min(first + block, y.count);
        gatherPatches({ data: images.data, start, channels: inner }, window, first, last, patches);
        const to = (sample * outputs + group * rows) * pixels + first * x.count;
        multiplyPatches(matrix, rows, patches, (last - first) * x.count, { data: out, start: to, stride: pixels });
      }
    }
  }
  return tensor([samples, outputs, y.count, x.count], out);
}

/**
 * The convolution of a node (attributes of ONNX Conv) without bias: x [n, c, h, w] or [n, c, w], weights
 * [outputs, c / group, kernel...]. Padding is 0. H3030 where shapes do not fit.
 */
export function convolve(node: GraphNode, x: Tensor, weights: Tensor): Tensor {
  const { images, lower } = asImages(node, x);
  const rank = x.shape.length - 2;
  if (weights.shape.length !== x.shape.length) refuse(node, `has weights of shape [${weights.shape.join(',')}]`);
  const kernel = rank === 1 ? [1, weights.shape[2] ?? 1] : weights.shape.slice(2);
  const declared = listAttribute(node, 'kernel_shape');
  if (declared && declared.join() !== weights.shape.slice(2).join())
    refuse(node, `declares a kernel [${declared.join(',')}] for weights [${weights.shape.join(',')}]`);
  const groups = numberAttribute(node, 'group', 1);
  const [, channels = 1, height = 1, width = 1] = images.shape;
  const [outputs = 1, inner = 1] = weights.shape;
  if (!(groups >= 1) || inner * groups !== channels || outputs % groups !== 0)
    refuse(node, `has ${channels} channels, ${groups} groups and weights [${weights.shape.join(',')}]`);
  return lower(convolveImages(images, weights, windowOf(node, [height, width], kernel, rank), groups));
}

/** Adds one number per channel (axis 1), in place. */
export function addBias(node: GraphNode, result: Tensor, bias: Tensor | undefined): Tensor {
  if (!bias) return result;
  const [samples = 1, channels = 1] = result.shape;
  if (bias.data.length !== channels) refuse(node, `has ${bias.data.length} biases for ${channels} channels`);
  const pixels = result.data.length / Math.max(1, samples * channels);
  for (let at = 0; at < result.data.length; at++)
    result.data[at] = (result.data[at] ?? 0) + (bias.data[Math.floor(at / pixels) % channels] ?? 0);
  return result;
}

const conv: Op = (node, inputs) => [
  addBias(node, convolve(node, need(node, inputs, 0), need(node, inputs, 1)), inputs[2]),
];

export const convOps: Readonly<Record<string, Op>> = { Conv: conv };
