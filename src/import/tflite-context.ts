/** What the readers of TFLite operators share: tensors with their quantization, constants, values in the graph that is built. */
import { sizeOf, tensor, type Tensor } from '../network/graph.js';
import { quantizeFactor } from '../network/requantize.js';
import type { importError } from './errors.js';
import { constantInGraphOrder, type Emitter, type Value } from './image-order.js';
import type { GraphBuilder } from './keras-builder.js';
import type { TfliteModel, TfliteOperator, TfliteTensor } from './tflite-schema.js';

/** `real = (code - zeroPoint) * scale`, codes in low .. high. */
export interface Codes {
  readonly scale: number;
  readonly zeroPoint: number;
  readonly low: number;
  readonly high: number;
}

export interface OpContext {
  readonly model: TfliteModel;
  readonly operator: TfliteOperator;
  /** `CONV_2D_3`: operator and place, unique in the graph. */
  readonly name: string;
  readonly builder: GraphBuilder;
  /** By tensor index, of everything that has been computed. */
  readonly values: ReadonlyMap<number, Value>;
}

/** Why one operator cannot be read; the caller goes on with the next one, so that all problems are listed. */
export class Unread extends Error {
  constructor(
    readonly code: Parameters<typeof importError>[0],
    message: string,
    readonly fix?: string,
  ) {
    super(message);
  }
}

const fullyQuantized = 'convert with a representative data set, TFLITE_BUILTINS_INT8 and inference_input_type int8';
const ranges: Readonly<Record<string, readonly [low: number, high: number]>> = { INT8: [-128, 127], UINT8: [0, 255] };

/** Index of input `index`; H3005 where the file has none. */
function tensorIndex({ operator }: OpContext, index: number): number {
  const at = operator.inputs[index];
  if (at === undefined || at < 0) throw new Unread('H3005', `has no input ${index}`);
  return at;
}

export function tensorAt({ model }: Pick<OpContext, 'model'>, at: number): TfliteTensor {
  const found = model.tensors[at];
  if (!found) throw new Unread('H3005', `names tensor ${at} of ${model.tensors.length}`);
  return found;
}

/** Input `index` as the file describes it. */
export function inputTensor(context: OpContext, index: number): TfliteTensor {
  return tensorAt(context, tensorIndex(context, index));
}

export function outputTensor(context: OpContext): TfliteTensor {
  return tensorAt(context, context.operator.outputs[0] ?? -1);
}

/** Scale and zero point of a tensor of activations. H3006 for other types than `types`, H3007 for other forms. */
export function codesOf(found: TfliteTensor, types: readonly string[] = ['INT8']): Codes {
  const { type, name, quantization } = found;
  const range = ranges[type];
  if (!types.includes(type) || !range)
    throw new Unread('H3006', `tensor "${name}" holds ${type}, not ${types.join(' or ')}`, fullyQuantized);
  const [scale = 0, ...others] = quantization?.scale ?? [];
  const zeroPoint = quantization?.zeroPoint[0] ?? 0;
  if (others.length > 0)
    throw new Unread('H3007', `tensor "${name}" is an activation with ${others.length + 1} scales`, fullyQuantized);
  if (!(scale > 0 && Number.isFinite(scale)))
    throw new Unread('H3007', `tensor "${name}" has no scale`, fullyQuantized);
  if (!Number.isInteger(zeroPoint) || zeroPoint < range[0] || zeroPoint > range[1])
    throw new Unread('H3007', `tensor "${name}" has the zero point ${zeroPoint}`);
  return { scale, zeroPoint, low: range[0], high: range[1] };
}

/** H3005 unless the sizes are those of a tensor that can be held; activations have one sample. */
export function checkShape({ name, shape }: TfliteTensor, activation: boolean): void {
  const fits = shape.length <= 4 && shape.every((size) => size > 0) && sizeOf(shape) < 2 ** 24;
  if (!fits) throw new Unread('H3005', `tensor "${name}" has the shape [${shape.join(',')}]`);
  if (activation && (shape.length < 2 || shape[0] !== 1))
    throw new Unread('H3005', `tensor "${name}" [${shape.join(',')}] is no single sample`, 'convert with batch size 1');
}

const readers: Readonly<Record<string, readonly [size: number, read: (view: DataView, at: number) => number]>> = {
  INT8: [1, (view, at) => view.getInt8(at)],
  INT32: [4, (view, at) => view.getInt32(at, true)],
  INT64: [8, (view, at) => Number(view.getBigInt64(at, true))],
};

/** Values of a constant in the order of the file. H3006 for types and forms that are not read, H3002 for a wrong length. */
export function constantOf(found: TfliteTensor, types: readonly string[]): Tensor {
  const { name, type, shape, data, sparse } = found;
  const reader = readers[type];
  if (!types.includes(type) || !reader)
    throw new Unread('H3006', `constant "${name}" holds ${type}, not ${types.join(' or ')}`, fullyQuantized);
  if (sparse) throw new Unread('H3006', `constant "${name}" is stored sparsely`, 'convert without sparsity');
  if (!data) throw new Unread('H3007', `"${name}" is computed in the network, not a constant`);
  checkShape(found, false);
  const [size, read] = reader;
  const count = sizeOf(shape);
  if (data.length !== count * size)
    throw new Unread('H3002', `constant "${name}": ${count} elements, ${data.length} bytes of ${count * size}`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return tensor(
    shape,
    Float64Array.from({ length: count }, (_, index) => read(view, index * size)),
  );
}

/** The value that input `index` reads. A constant of INT8 becomes an initializer in the order of the graph. */
export function inputValue(context: OpContext, index: number): Value {
  const at = tensorIndex(context, index);
  const value = context.values.get(at);
  if (value) return value;
  const found = tensorAt(context, at);
  if (!found.data) throw new Unread('H3005', `reads "${found.name}", which nothing has computed`);
  const constant = constantOf(found, ['INT8']);
  return { name: context.builder.constant(found.name, constantInGraphOrder(constant)), shape: found.shape };
}

/** Adds a node of the operator and returns the name of its output. */
export function emit(
  context: OpContext,
  op: string,
  inputs: readonly string[],
  attributes: Parameters<GraphBuilder['node']>[4] = {},
  suffix = '',
): string {
  const base = suffix === '' ? context.name : `${context.name}/${suffix}`;
  return context.builder.node(op, base, context.name, inputs, attributes);
}

/** The operator as a place to add nodes to. */
export function emitter(context: OpContext): Emitter {
  return {
    node: (op, inputs, attributes, suffix) => emit(context, op, inputs, attributes, suffix),
    constant: (suffix, value) => constant(context, suffix, value),
  };
}

/** A constant of the operator. */
export function constant(context: OpContext, suffix: string, value: Tensor): string {
  return context.builder.constant(`${context.name}/${suffix}`, value);
}

export function scalarConstant(context: OpContext, suffix: string, value: number): string {
  return constant(context, suffix, tensor([], [value]));
}

/** Codes minus their zero point. */
export function centred(context: OpContext, name: string, { zeroPoint }: Codes, suffix = 'centred'): string {
  if (zeroPoint === 0) return name;
  return emit(context, 'Sub', [name, scalarConstant(context, `${suffix}_zero_point`, zeroPoint)], {}, suffix);
}

/** Limits of the output codes with a fused activation: 0 NONE, 1 RELU, 2 RELU_N1_TO_1, 3 RELU6; in float32 as in the kernels. */
export function activationRange(
  activation: number,
  { scale, zeroPoint, low, high }: Codes,
): [min: number, max: number] {
  const code = (real: number): number => {
    const exact = Math.fround(real / scale);
    return zeroPoint + Math.sign(exact) * Math.floor(Math.abs(exact) + 0.5);
  };
  switch (activation) {
    case 0:
      return [low, high];
    case 1:
      return [Math.max(low, code(0)), high];
    case 2:
      return [Math.max(low, code(-1)), Math.min(high, code(1))];
    case 3:
      return [Math.max(low, code(0)), Math.min(high, code(6))];
    default:
      throw new Unread('H3003', `fused activation ${activation} is not read`, 'use NONE, RELU or RELU6');
  }
}

export interface Requantization {
  /** Real factors, one per channel of `shape` or one. */
  readonly factors: readonly { readonly multiplier: number; readonly shift: number }[];
  /** Shape that spreads the factors over the input: [c, 1, 1], [c] or []. */
  readonly shape: readonly number[];
  readonly zeroPoint: number;
  readonly min: number;
  readonly max: number;
  readonly leftShift?: number;
}

/** A Requantize node behind `name`. */
export function requantize(context: OpContext, name: string, by: Requantization, suffix = 'requantize'): string {
  const list = (kind: 'multiplier' | 'shift'): string =>
    constant(
      context,
      `${suffix}_${kind}`,
      tensor(
        by.shape,
        by.factors.map((factor) => factor[kind]),
      ),
    );
  const attributes = { left_shift: by.leftShift ?? 0, zero_point: by.zeroPoint, min: by.min, max: by.max };
  return emit(context, 'Requantize', [name, list('multiplier'), list('shift')], attributes, suffix);
}

/** Multiplier and exponent of a real factor; H3007 where the kernels would not take it. */
export function factorOf(value: number, what: string): { multiplier: number; shift: number } {
  const factor = quantizeFactor(value);
  if (!(value > 0) || factor.shift > 30) throw new Unread('H3007', `${what}: the factor ${value} is out of range`);
  return factor;
}
