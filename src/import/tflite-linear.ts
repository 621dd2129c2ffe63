/** TFLite's convolutions and matrix products: integer product, bias, one requantization per output channel. */
import { tensor, type Tensor } from '../network/graph.js';
import { flattened, type Value } from './image-order.js';
import {
  activationRange,
  centred,
  codesOf,
  constant,
  constantOf,
  emit,
  emitter,
  factorOf,
  inputTensor,
  inputValue,
  outputTensor,
  requantize,
  Unread,
  type OpContext,
} from './tflite-context.js';
import { windowAttributes } from './tflite-window.js';
import type { TfliteTensor } from './tflite-schema.js';

/** Scale of each of `count` output channels of a filter; H3007 for zero points or another number of scales. */
function filterScales({ name, quantization }: TfliteTensor, axis: number, count: number): readonly number[] {
  const { scale = [], zeroPoint = [] } = quantization ?? {};
  if (zeroPoint.some((value) => value !== 0)) throw new Unread('H3007', `filter "${name}" has a zero point`);
  if (scale.length === 1) return Array.from({ length: count }, () => scale[0] ?? 0);
  if (scale.length !== count || quantization?.axis !== axis)
    throw new Unread('H3007', `filter "${name}" has ${scale.length} scales for ${count} output channels`);
  return scale;
}

/** Bias, if there is one, and the requantization; `spread` is [c, 1, 1] behind a convolution, [c] behind a matrix. */
function finish(context: OpContext, sum: string, scales: readonly number[], spread: readonly number[]): string {
  const input = codesOf(inputTensor(context, 0));
  const output = codesOf(outputTensor(context));
  let biased = sum;
  if ((context.operator.inputs[2] ?? -1) >= 0) {
    const bias = constantOf(inputTensor(context, 2), ['INT32']);
    if (bias.data.length !== scales.length)
      throw new Unread('H3005', `has ${bias.data.length} biases for ${scales.length} channels`);
    biased = emit(context, 'Add', [sum, constant(context, 'bias', tensor(spread, bias.data))], {}, 'add');
  }
  const factors = scales.map((scale, channel) =>
    // Scales are float32 and multiplied as doubles: numerics.md 6.2.
    factorOf((input.scale * scale) / output.scale, `channel ${channel}`),
  );
  const [min, max] = activationRange(context.operator.options.activation ?? 0, output);
  return requantize(context, biased, { factors, shape: spread, zeroPoint: output.zeroPoint, min, max });
}

/** CONV_2D: filter [o, h, w, i]; fewer filter channels than input channels make groups. */
export function conv2d(context: OpContext): Value {
  const input = inputValue(context, 0);
  const file = inputTensor(context, 1);
  const filter = constantOf(file, ['INT8']);
  const [outputs = 0, kh = 0, kw = 0, inner = 0] = filter.shape;
  const [, height = 0, width = 0, channels = 0] = input.shape;
  if (
    filter.shape.length !== 4 ||
    input.shape.length !== 4 ||
    channels % inner !== 0 ||
    outputs % (channels / inner) !== 0
  )
    throw new Unread('H3005', `cannot use a filter [${filter.shape.join(',')}] on [${input.shape.join(',')}]`);
  const { attributes, size } = windowAttributes(context, [height, width], [kh, kw]);
  const weights = constant(
    context,
    'filter',
    toOihw(filter, (o, y, x, i) => ((o * kh + y) * kw + x) * inner + i),
  );
  const centre = centred(context, input.name, codesOf(inputTensor(context, 0)));
  const sum = emit(context, 'Conv', [centre, weights], { ...attributes, group: channels / inner });
  const name = finish(context, sum, filterScales(file, 0, outputs), [outputs, 1, 1]);
  return { name, shape: [1, ...size, outputs] };
}

/** [o, i, h, w] of a filter, from the place of each element in the file. */
function toOihw(filter: Tensor, place: (o: number, y: number, x: number, i: number) => number): Tensor {
  const [outputs = 0, kh = 0, kw = 0, inner = 0] = filter.shape;
  const data = new Float64Array(filter.data.length);
  let at = 0;
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inner; i++)
      for (let y = 0; y < kh; y++) for (let x = 0; x < kw; x++) data[at++] = filter.data[place(o, y, x, i)] ?? 0;
  return tensor([outputs, inner, kh, kw], data);
}

/** DEPTHWISE_CONV_2D: filter [1, h, w, c * multiplier]; output channel c * multiplier + m reads input channel c. */
export function depthwiseConv2d(context: OpContext): Value {
  const input = inputValue(context, 0);
  const file = inputTensor(context, 1);
  const filter = constantOf(file, ['INT8']);
  const [one = 0, kh = 0, kw = 0, outputs = 0] = filter.shape;
  const [, height = 0, width = 0, channels = 0] = input.shape;
  if (filter.shape.length !== 4 || input.shape.length !== 4 || one !== 1 || outputs % channels !== 0)
    throw new Unread('H3005', `cannot use a filter [${filter.shape.join(',')}] on [${input.shape.join(',')}]`);
  const { attributes, size } = windowAttributes(context, [height, width], [kh, kw]);
  const turned = tensor([outputs, kh, kw, 1], filter.data);
  const weights = constant(
    context,
    'filter',
    toOihw(turned, (o, y, x) => (y * kw + x) * outputs + o),
  );
  const centre = centred(context, input.name, codesOf(inputTensor(context, 0)));
  const sum = emit(context, 'Conv', [centre, weights], { ...attributes, group: channels });
  const name = finish(context, sum, filterScales(file, 3, outputs), [outputs, 1, 1]);
  return { name, shape: [1, ...size, outputs] };
}

/** FULLY_CONNECTED: weights [o, i] on the whole sample as one vector. */
export function fullyConnected(context: OpContext): Value {
  const file = inputTensor(context, 1);
  const weights = constantOf(file, ['INT8']);
  const [outputs = 0, inputs = 0] = weights.shape;
  if (context.operator.options.weights_format !== 0) throw new Unread('H3003', 'has shuffled weights', 'convert again');
  const vector = flattened(emitter(context), inputValue(context, 0), 'flatten');
  if (weights.shape.length !== 2 || vector.shape[1] !== inputs)
    throw new Unread('H3005', `multiplies [${vector.shape.join(',')}] by weights [${weights.shape.join(',')}]`);
  const matrix = new Float64Array(weights.data.length);
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++) matrix[i * outputs + o] = weights.data[o * inputs + i] ?? 0;
  const right = constant(context, 'weights', tensor([inputs, outputs], matrix));
  const centre = centred(context, vector.name, codesOf(inputTensor(context, 0)));
  const sum = emit(context, 'MatMul', [centre, right]);
  return { name: finish(context, sum, filterScales(file, 0, outputs), [outputs]), shape: outputTensor(context).shape };
}
