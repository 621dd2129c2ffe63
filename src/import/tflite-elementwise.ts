/** TFLite's ADD, MEAN, SOFTMAX, QUANTIZE and rectifiers. */
import { scalar, tensor } from '../network/graph.js';
import { axisInGraph, constantInGraphOrder, type Value } from './image-order.js';
import {
  activationRange,
  centred,
  codesOf,
  constant,
  constantOf,
  emit,
  factorOf,
  inputTensor,
  inputValue,
  outputTensor,
  requantize,
  scalarConstant,
  Unread,
  type OpContext,
} from './tflite-context.js';

const int32 = { zeroPoint: 0, min: -(2 ** 31), max: 2 ** 31 - 1 };

/** An operand of ADD as `rank` axes: constants of fewer get axes of length 1 in front. */
function operand(context: OpContext, index: number, rank: number): Value {
  const found = inputTensor(context, index);
  if (!found.data || found.shape.length >= rank) return inputValue(context, index);
  const { data } = constantOf(found, ['INT8']);
  const shape = [...Array.from({ length: rank - found.shape.length }, () => 1), ...found.shape];
  return { name: constant(context, `operand_${index}`, constantInGraphOrder(tensor(shape, data))), shape };
}

/** What two shapes of one rank broadcast to, or undefined. */
function broadcast(a: readonly number[], b: readonly number[]): readonly number[] | undefined {
  const fits = a.length === b.length && a.every((size, axis) => size === b[axis] || size === 1 || b[axis] === 1);
  return fits ? a.map((size, axis) => Math.max(size, b[axis] ?? 1)) : undefined;
}

/** Both inputs in 20 more bits at twice the greater scale, added there, and back: numerics.md 6.2. */
export function add(context: OpContext): Value {
  const output = codesOf(outputTensor(context));
  const rank = Math.max(...[0, 1].map((index) => inputTensor(context, index).shape.length));
  const inputs = [0, 1].map((index) => ({
    value: operand(context, index, rank),
    codes: codesOf(inputTensor(context, index)),
  }));
  const [a, b] = inputs;
  const shape = a && b && broadcast(a.value.shape, b.value.shape);
  if (!a || !b || !shape)
    throw new Unread(
      'H3003',
      'adds tensors of different shapes',
      'add tensors of one shape, or a constant per channel',
    );
  const double = 2 * Math.max(a.codes.scale, b.codes.scale);
  const [left, right] = inputs.map(({ value, codes }, index) => {
    const factors = [factorOf(codes.scale / double, `input ${index}`)];
    const centre = centred(context, value.name, codes, `centred_${index}`);
    return requantize(context, centre, { ...int32, factors, shape: [], leftShift: 20 }, `scaled_${index}`);
  });
  const sum = emit(context, 'Add', [left ?? '', right ?? '']);
  const [min, max] = activationRange(context.operator.options.activation ?? 0, output);
  const factors = [factorOf(double / (2 ** 20 * output.scale), 'output')];
  return {
    name: requantize(context, sum, { factors, shape: [], zeroPoint: output.zeroPoint, min, max }),
    shape,
  };
}

/** From one quantization to another, clamped to the activation `kind` (0 NONE, 1 RELU, 3 RELU6). */
export function rescale(context: OpContext, kind: number, types: readonly string[] = ['INT8']): Value {
  const value = inputValue(context, 0);
  const [from, to] = [codesOf(inputTensor(context, 0), types), codesOf(outputTensor(context), types)];
  const [min, max] = activationRange(kind, to);
  const factors = [factorOf(from.scale / to.scale, 'scale')];
  const centre = centred(context, value.name, from);
  const name = requantize(context, centre, { factors, shape: [], zeroPoint: to.zeroPoint, min, max });
  return { name, shape: value.shape };
}

/**
 * MEAN: the sum of centred codes times one factor that holds the division by n, as `QuantizedMeanOrSum` folds it. TensorFlow
 * before 2.9 divided after the requantization for keep_dims over rows and columns, which may differ by one code.
 */
export function mean(context: OpContext): Value {
  const value = inputValue(context, 0);
  const [from, to] = [codesOf(inputTensor(context, 0)), codesOf(outputTensor(context))];
  const rank = value.shape.length;
  const list = [...constantOf(inputTensor(context, 1), ['INT32', 'INT64']).data];
  const axes = [...new Set(list.map((axis) => (axis < 0 ? axis + rank : axis)))].sort();
  const spatial = axes.join() === '1,2';
  if (axes.length === 0 || !axes.every((axis) => axis > 0 && axis < rank) || (rank === 4 && !spatial))
    throw new Unread('H3003', `takes the mean over axes [${list.join(',')}]`, 'take the mean over rows and columns');
  const count = axes.reduce((product, axis) => product * (value.shape[axis] ?? 1), 1);
  const keep = context.operator.options.keep_dims !== 0;
  const centre = centred(context, value.name, from);
  const reduced = { axes: axes.map((axis) => axisInGraph(axis, rank)), keepdims: keep ? 1 : 0 };
  const sum = emit(context, 'ReduceSum', [centre], reduced);
  const whole = factorOf(from.scale / to.scale, 'scale');
  const fold = Math.min(Math.floor(Math.log2(count)), 32, 31 + whole.shift);
  const multiplier = Number((BigInt(whole.multiplier) << BigInt(Math.max(fold, 0))) / BigInt(count));
  const factors = [{ multiplier, shift: whole.shift - fold }];
  const name = requantize(context, sum, { factors, shape: [], zeroPoint: to.zeroPoint, min: to.low, max: to.high });
  const shape = value.shape.flatMap((size, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [size]));
  return { name, shape };
}

/** SOFTMAX in floating point, then rounded, halves up, and saturated to the output's codes. */
export function softmax(context: OpContext): Value {
  const value = inputValue(context, 0);
  const [from, to] = [codesOf(inputTensor(context, 0)), codesOf(outputTensor(context))];
  if (value.shape.length === 4) throw new Unread('H3003', 'works on images', 'flatten in front of softmax');
  const { beta = 0 } = context.operator.options;
  if (!(beta > 0 && Number.isFinite(beta))) throw new Unread('H3005', `has the beta ${beta}`);
  const centre = centred(context, value.name, from);
  const real = emit(context, 'Mul', [centre, scalarConstant(context, 'input_scale', from.scale * beta)], {}, 'real');
  const shares = emit(context, 'Softmax', [real], { axis: -1 });
  const grid = [
    scalarConstant(context, 'output_scale', to.scale),
    constant(context, 'zero', scalar(0)),
    constant(context, 'bits', scalar(32)),
  ];
  const flags = { signed: 1, narrow: 0, rounding_mode: 'HALF_UP' };
  const codes = emit(context, 'QuantCodes', [shares, ...grid], flags, 'quantize');
  const placed = emit(context, 'Add', [codes, scalarConstant(context, 'zero_point', to.zeroPoint)], {}, 'offset');
  const limits = [scalarConstant(context, 'low', to.low), scalarConstant(context, 'high', to.high)];
  return { name: emit(context, 'Clip', [placed, ...limits], {}, 'clip'), shape: value.shape };
}
