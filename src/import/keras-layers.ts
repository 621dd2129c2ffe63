/** One Keras layer at a time: what its class, configuration and weights mean as graph operators. */
import type { Diagnostic } from '../base/diagnostics.js';
import { scalar, sizeOf, tensor } from '../network/graph.js';
import { axisInGraph, flattened, reshaped, toGraphOrder, type Value } from './image-order.js';
import { asList, asNumber } from './json.js';
import {
  activation,
  constant,
  emitter,
  imagesOf,
  inputOf,
  node,
  pairOf,
  problem,
  type Context,
} from './keras-context.js';
import { batchNormalization, conv2d, dense, depthwiseConv2d, windowOn } from './keras-linear.js';

const rewrites: Readonly<Record<string, string>> = {
  QDepthwiseConv2DBatchnorm: 'use QDepthwiseConv2D and BatchNormalization',
  QSeparableConv2D: 'use QDepthwiseConv2D and a QConv2D of kernel size 1',
  SeparableConv2D: 'use QDepthwiseConv2D and a QConv2D of kernel size 1',
  QConv1D: 'use QConv2D on images of one row',
  Conv1D: 'use QConv2D on images of one row',
  QConv2DTranspose: 'use UpSampling2D and QConv2D',
  Conv2DTranspose: 'use UpSampling2D and QConv2D',
  QBatchNormalization: 'use BatchNormalization, or QConv2DBatchnorm and QDenseBatchnorm',
  QAveragePooling2D: 'use AveragePooling2D and QActivation',
  QGlobalAveragePooling2D: 'use GlobalAveragePooling2D and QActivation',
  LeakyReLU: 'use quantized_relu',
  PReLU: 'use quantized_relu',
  Multiply: 'use Add',
  Subtract: 'use Add',
  QAdaptiveActivation: 'use QActivation with fixed bits and integer bits',
  LSTM: 'recurrent layers have no dataflow stage',
  GRU: 'recurrent layers have no dataflow stage',
};

function reshape(context: Context): Value {
  const input = inputOf(context);
  const given = (asList(context.layer.config.target_shape) ?? []).map((size) => asNumber(size) ?? 0);
  const known = given.reduce((product, size) => (size < 0 ? product : product * size), 1);
  const target = [1, ...given.map((size) => (size < 0 ? sizeOf(input.shape) / known : size))];
  if (sizeOf(target) === sizeOf(input.shape) && target.every((size) => Number.isInteger(size) && size > 0))
    return reshaped(emitter(context), input, target);
  problem(context, 'H3005', `cannot turn [${input.shape.slice(1).join(',')}] into [${given.join(',')}]`);
  return input;
}

function pool(context: Context, op: 'MaxPool' | 'AveragePool'): Value {
  const { name, size, channels } = imagesOf(context);
  const kernel = pairOf(context, 'pool_size', 2);
  const strides = context.layer.config.strides === null ? kernel : pairOf(context, 'strides', kernel[0]);
  const window = windowOn(context, size, kernel, strides);
  return { name: node(context, op, [name], window.attributes), shape: [1, ...window.size, channels] };
}

/** Rows and columns become one element, or disappear unless `keepdims`. */
function globalPool(context: Context, op: 'GlobalAveragePool' | 'GlobalMaxPool'): Value {
  const { name, channels } = imagesOf(context);
  const keep = context.layer.config.keepdims === true;
  const pooled = { name: node(context, op, [name], {}, keep ? '' : 'pool'), shape: [1, 1, 1, channels] };
  return keep ? pooled : flattened(emitter(context), pooled);
}

function zeroPadding(context: Context): Value {
  const { name, size, channels } = imagesOf(context);
  const list = asList(context.layer.config.padding) ?? [1, 1];
  const sides = list.map((side) => (asList(side) ?? [side, side]).map((count) => asNumber(count) ?? -1));
  const [[top = 0, bottom = 0] = [], [left = 0, right = 0] = []] = sides;
  if (![top, bottom, left, right].every((count) => Number.isInteger(count) && count >= 0 && count < 4096))
    problem(context, 'H3005', `cannot pad by ${JSON.stringify(list)}`);
  const amounts = toGraphOrder([
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ] as const);
  const pads = [...amounts.map(([before]) => before), ...amounts.map(([, after]) => after)];
  const inputs = [name, constant(context, 'pads', tensor([8], pads)), constant(context, 'value', scalar(0))];
  const shape = [1, size[0] + top + bottom, size[1] + left + right, channels];
  return { name: node(context, 'Pad', inputs, { mode: 'constant' }), shape };
}

function upSampling(context: Context): Value {
  const { name, size, channels } = imagesOf(context);
  const factors = pairOf(context, 'size', 2);
  const { interpolation = 'nearest' } = context.layer.config;
  if (interpolation !== 'nearest') problem(context, 'H3003', `interpolation ${String(interpolation)}`, 'use nearest');
  const scales = constant(context, 'scales', tensor([4], [1, 1, ...factors]));
  const shape = [1, size[0] * factors[0], size[1] * factors[1], channels];
  return { name: node(context, 'Upsample', [name, scales], { mode: 'nearest' }), shape };
}

function add(context: Context): Value {
  const [first, ...rest] = context.inputs;
  const shape = first?.shape ?? [];
  const odd = rest.find((value) => value.shape.join() !== shape.join());
  if (!first || odd || rest.length === 0)
    problem(
      context,
      'H3003',
      `adds [${shape.join(',')}] and [${odd?.shape.join(',') ?? ''}]`,
      'add tensors of one shape',
    );
  const last = rest.length - 1;
  const name = rest.reduce(
    (sum, value, index) => node(context, 'Add', [sum, value.name], {}, index === last ? '' : `partial_${index}`),
    first?.name ?? '',
  );
  return { name, shape };
}

function concatenate(context: Context): Value {
  const shape = inputOf(context).shape;
  const given = asNumber(context.layer.config.axis) ?? -1;
  const axis = given < 0 ? given + shape.length : given;
  const same = context.inputs.every(
    (value) =>
      value.shape.length === shape.length && value.shape.every((size, at) => at === axis || size === shape[at]),
  );
  if (!same || axis < 1 || axis >= shape.length)
    problem(context, 'H3005', `cannot join its inputs along axis ${given}`);
  const names = context.inputs.map((value) => value.name);
  const total = context.inputs.reduce((sum, value) => sum + (value.shape[axis] ?? 0), 0);
  return {
    name: node(context, 'Concat', names, { axis: axisInGraph(axis, shape.length) }),
    shape: shape.map((size, at) => (at === axis ? total : size)),
  };
}

/** `max_value` clips; slopes and thresholds are not read. */
function relu(context: Context): Value {
  const input = inputOf(context);
  const { config } = context.layer;
  if ((asNumber(config.negative_slope) ?? 0) !== 0 || (asNumber(config.threshold) ?? 0) !== 0)
    problem(context, 'H3003', 'has a slope or a threshold', 'use quantized_relu');
  const top = asNumber(config.max_value);
  if (top === undefined) return { name: node(context, 'Relu', [input.name]), shape: input.shape };
  const limits = [constant(context, 'low', scalar(0)), constant(context, 'high', scalar(top))];
  return { name: node(context, 'Clip', [input.name, ...limits]), shape: input.shape };
}

const activationLayer = (context: Context): Value => {
  const input = inputOf(context);
  return { name: activation(context, context.layer.config.activation, context.layer.name, input), shape: input.shape };
};

const one: Readonly<Record<string, (context: Context) => Value>> = {
  QDense: dense,
  Dense: dense,
  QDenseBatchnorm: dense,
  Conv2D: conv2d,
  QConv2D: conv2d,
  QConv2DBatchnorm: conv2d,
  DepthwiseConv2D: depthwiseConv2d,
  QDepthwiseConv2D: depthwiseConv2d,
  BatchNormalization: batchNormalization,
  QActivation: activationLayer,
  Activation: activationLayer,
  ReLU: relu,
  Softmax: (context) => {
    const input = inputOf(context);
    return { name: activation(context, 'softmax', context.layer.name, input), shape: input.shape };
  },
  Flatten: (context) => flattened(emitter(context), inputOf(context)),
  Reshape: reshape,
  Dropout: (context) => ({ name: node(context, 'Dropout', [inputOf(context).name]), shape: inputOf(context).shape }),
  MaxPooling2D: (context) => pool(context, 'MaxPool'),
  AveragePooling2D: (context) => pool(context, 'AveragePool'),
  GlobalAveragePooling2D: (context) => globalPool(context, 'GlobalAveragePool'),
  GlobalMaxPooling2D: (context) => globalPool(context, 'GlobalMaxPool'),
  ZeroPadding2D: zeroPadding,
  UpSampling2D: upSampling,
};

const several: Readonly<Record<string, (context: Context) => Value>> = { Add: add, Concatenate: concatenate };

/** Appends the operators of one layer to the builder. Problems are returned, not thrown. */
export function readLayer(given: Omit<Context, 'problems'>): { output: Value; problems: readonly Diagnostic[] } {
  const context: Context = { ...given, problems: [] };
  const { className } = given.layer;
  const named = (table: Readonly<Record<string, (context: Context) => Value>>): (typeof several)[string] | undefined =>
    Object.hasOwn(table, className) ? table[className] : undefined;
  const single = named(one);
  const read = named(several) ?? (given.inputs.length === 1 ? single : undefined);
  if (read) return { output: read(context), problems: context.problems };
  const what = single ? `joins ${given.inputs.length} layers` : `layer ${className || 'without class'} is not read`;
  problem(context, 'H3003', what, rewrites[className]);
  return { output: inputOf(context), problems: context.problems };
}
