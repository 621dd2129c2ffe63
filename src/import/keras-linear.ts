/** Keras layers with weights: dense and convolution, with and without a batch normalization folded into the kernel. */
import { tensor, type Tensor } from '../network/graph.js';
import { asNumber } from './json.js';
import {
  addBias,
  constant,
  imagesOf,
  inputOf,
  kernelQuantizer,
  node,
  ownActivation,
  pairOf,
  problem,
  quantizedKernel,
  weight,
  type Context,
} from './keras-context.js';
import type { Value } from './image-order.js';
import { placeWindow, type Pair, type PlacedWindow } from './window.js';

/** What a layer multiplies with and adds, before their quantizers. */
interface Affine {
  readonly kernel: Tensor;
  readonly bias: Tensor | undefined;
}

/** One number per channel of a BatchNormalization: gamma 1, beta 0 where the layer has none. */
interface Statistics {
  readonly gamma: Tensor;
  readonly beta: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly epsilon: number;
}

function statistics(context: Context, channels: number): Statistics {
  const { config } = context.layer;
  const mean = weight(context, 'moving_mean', [channels]);
  const size = mean.data.length;
  const filled = (value: number): Tensor => tensor([size], new Float64Array(size).fill(value));
  return {
    gamma: config.scale === false ? filled(1) : weight(context, 'gamma', [size]),
    beta: config.center === false ? filled(0) : weight(context, 'beta', [size]),
    mean,
    variance: weight(context, 'moving_variance', [size]),
    epsilon: asNumber(config.epsilon) ?? 1e-3,
  };
}

/** `kernel * inv` and `inv * (bias - mean) + beta` with `inv = gamma / sqrt(variance + epsilon)`: numerics.md 1.4. */
function folded(context: Context, { kernel, bias }: Affine, channels: number): Affine {
  const { gamma, beta, mean, variance, epsilon } = statistics(context, channels);
  const inverse = gamma.data.map((value, channel) => value / Math.sqrt((variance.data[channel] ?? 0) + epsilon));
  if (inverse.some((value) => !Number.isFinite(value)))
    problem(context, 'H3008', 'has a variance that is not positive');
  const at = (list: Float64Array | undefined, index: number): number => list?.[index] ?? 0;
  return {
    kernel: tensor(
      kernel.shape,
      kernel.data.map((value, index) => value * at(inverse, index % channels)),
    ),
    bias: tensor(
      [channels],
      inverse.map(
        (factor, channel) => factor * (at(bias?.data, channel) - at(mean.data, channel)) + at(beta.data, channel),
      ),
    ),
  };
}

/** Kernel and bias of a layer; classes that end in Batchnorm fold. */
function affineOf(context: Context, name: string, shape: readonly number[], channels: number): Affine {
  const kernel = weight(context, name, shape);
  const bias = context.layer.config.use_bias === false ? undefined : weight(context, 'bias', [channels]);
  const own = { kernel, bias };
  return context.layer.className.endsWith('Batchnorm') ? folded(context, own, channels) : own;
}

function finish(context: Context, sum: string, shape: readonly number[], bias: Tensor | undefined): Value {
  return ownActivation(context, { name: bias ? addBias(context, sum, shape, bias) : sum, shape });
}

/** Dense, QDense, QDenseBatchnorm on one vector per sample. */
export function dense(context: Context): Value {
  const units = asNumber(context.layer.config.units) ?? -1;
  const input = inputOf(context);
  if (input.shape.length !== 2)
    problem(context, 'H3005', `multiplies [${input.shape.join(',')}]`, 'put Flatten in front of it');
  const found = kernelQuantizer(context, 'kernel_quantizer');
  const { kernel, bias } = affineOf(context, 'kernel', [input.shape.at(-1) ?? -1, units], units);
  const right = quantizedKernel(context, found, 'kernel_quantizer', kernel);
  const attributes = found.kind === 'none' ? {} : { quantized_kernel: 1 };
  const sum = node(context, 'MatMul', [input.name, right], attributes);
  return finish(context, sum, [1, units], bias);
}

/** The window of a layer on its images, or the whole image after reporting why there is none. */
export function windowOn(context: Context, size: Pair, kernel: Pair, strides: Pair): PlacedWindow {
  const { padding = 'valid' } = context.layer.config;
  if (padding !== 'same' && padding !== 'valid')
    problem(context, 'H3003', `padding ${String(padding)}`, 'use same or valid');
  const dilations = pairOf(context, 'dilation_rate', 1);
  const placed = placeWindow(size, { kernel, strides, dilations, padding: padding === 'same' ? 'same' : 'valid' });
  if (typeof placed !== 'string') return placed;
  problem(context, 'H3005', placed);
  return { attributes: {}, size };
}

/** [h, w, i, o] to [o, i, h, w]. */
function toOihw(kernel: Tensor): Tensor {
  const [kh = 1, kw = 1, inputs = 1, outputs = 1] = kernel.shape;
  const area = kh * kw;
  const data = Float64Array.from({ length: kernel.data.length }, (_, at) => {
    const [pixel, i, o] = [at % area, Math.floor(at / area) % inputs, Math.floor(at / (area * inputs))];
    return kernel.data[(pixel * inputs + i) * outputs + o] ?? 0;
  });
  return tensor([outputs, inputs, kh, kw], data);
}

/** Conv2D, QConv2D, QConv2DBatchnorm; `groups` groups of channels. */
export function conv2d(context: Context): Value {
  const { name, size, channels } = imagesOf(context);
  const { config } = context.layer;
  const filters = asNumber(config.filters) ?? -1;
  const groups = asNumber(config.groups) ?? 1;
  const kernelSize = pairOf(context, 'kernel_size', -1);
  if (!(groups >= 1) || channels % groups !== 0 || filters % groups !== 0)
    problem(context, 'H3005', `${groups} groups do not divide ${channels} channels and ${filters} filters`);
  const found = kernelQuantizer(context, 'kernel_quantizer');
  const { kernel, bias } = affineOf(context, 'kernel', [...kernelSize, channels / groups, filters], filters);
  const weights = quantizedKernel(context, found, 'kernel_quantizer', kernel, toOihw);
  const window = windowOn(context, size, kernelSize, pairOf(context, 'strides', 1));
  const attributes = { ...window.attributes, group: groups, ...(found.kind === 'none' ? {} : { quantized_kernel: 1 }) };
  const sum = node(context, 'Conv', [name, weights], attributes);
  return finish(context, sum, [1, ...window.size, filters], bias);
}

/** [h, w, c, m] to [c * m, 1, h, w]; output channel c * m + j reads input channel c. A scale [1, 1, 1, m] goes to [c * m, 1, 1, 1]. */
function toDepthwise(channels: number): (kernel: Tensor) => Tensor {
  return (kernel) => {
    const [kh = 1, kw = 1, c = 1, m = 1] = kernel.shape;
    const area = kh * kw;
    const data = Float64Array.from({ length: area * channels * m }, (_, at) => {
      const [pixel, output] = [at % area, Math.floor(at / area)];
      const channel = c === 1 ? 0 : Math.floor(output / m);
      return kernel.data[(pixel * c + channel) * m + (output % m)] ?? 0;
    });
    return tensor([channels * m, 1, kh, kw], data);
  };
}

/** DepthwiseConv2D and QDepthwiseConv2D. */
export function depthwiseConv2d(context: Context): Value {
  const { name, size, channels } = imagesOf(context);
  const multiplier = asNumber(context.layer.config.depth_multiplier) ?? 1;
  const kernelSize = pairOf(context, 'kernel_size', -1);
  const outputs = channels * multiplier;
  const found = kernelQuantizer(context, 'depthwise_quantizer');
  const { kernel, bias } = affineOf(context, 'depthwise_kernel', [...kernelSize, channels, multiplier], outputs);
  const weights = quantizedKernel(context, found, 'depthwise_quantizer', kernel, toDepthwise(channels));
  const window = windowOn(context, size, kernelSize, pairOf(context, 'strides', 1));
  const attributes = {
    ...window.attributes,
    group: channels,
    ...(found.kind === 'none' ? {} : { quantized_kernel: 1 }),
  };
  const sum = node(context, 'Conv', [name, weights], attributes);
  return finish(context, sum, [1, ...window.size, outputs], bias);
}

/** BatchNormalization on its own, over the last axis. */
export function batchNormalization(context: Context): Value {
  const input = inputOf(context);
  const rank = input.shape.length;
  const axis = context.layer.config.axis;
  const last = Array.isArray(axis) ? (axis as unknown[])[0] : axis;
  if (typeof last === 'number' && last !== -1 && last !== rank - 1)
    problem(context, 'H3003', `normalizes axis ${last}`, 'normalize the last axis');
  const { gamma, beta, mean, variance, epsilon } = statistics(context, input.shape.at(-1) ?? -1);
  const names = Object.entries({ gamma, beta, moving_mean: mean, moving_variance: variance }).map(([name, value]) =>
    constant(context, name, value),
  );
  // Images stand in the order of the graph, with channels on axis 1.
  const layout = rank === 4 ? {} : { data_layout: 'NHWC' };
  const name = node(context, 'BatchNormalization', [input.name, ...names], { epsilon, ...layout });
  return { name, shape: input.shape };
}
