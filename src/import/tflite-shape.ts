/** TFLite operators that move codes. Images are [n, c, h, w] in the graph; what reshapes them sees the order of the file. */
import { sizeOf, tensor } from '../network/graph.js';
import { axisInGraph, reshaped, toGraphOrder, type Value } from './image-order.js';
import {
  codesOf,
  constant,
  constantOf,
  emit,
  emitter,
  inputTensor,
  inputValue,
  outputTensor,
  Unread,
  type OpContext,
} from './tflite-context.js';

/** The output shape of the file says where RESHAPE, SQUEEZE and EXPAND_DIMS lead; they copy codes. */
export function reshape(context: OpContext): Value {
  const value = inputValue(context, 0);
  const { shape } = outputTensor(context);
  if (sizeOf(shape) !== sizeOf(value.shape))
    throw new Unread('H3005', `cannot turn [${value.shape.join(',')}] into [${shape.join(',')}]`);
  return reshaped(emitter(context), value, shape);
}

/** PAD: new elements are real zeros, code `zero_point`. */
export function pad(context: OpContext): Value {
  const value = inputValue(context, 0);
  const { zeroPoint } = codesOf(outputTensor(context));
  const amounts = constantOf(inputTensor(context, 1), ['INT32', 'INT64']);
  const rank = value.shape.length;
  const pairs = value.shape.map((_, axis): [number, number] => [
    amounts.data[2 * axis] ?? -1,
    amounts.data[2 * axis + 1] ?? -1,
  ]);
  const fits = pairs.every((pair, axis) => pair.every((size) => size >= 0 && size < 65536 && (axis > 0 || size === 0)));
  if (amounts.shape.join() !== `${rank},2` || !fits)
    throw new Unread('H3005', `cannot pad [${value.shape.join(',')}] by [${[...amounts.data].join(',')}]`);
  const ordered = toGraphOrder(pairs);
  const list = [...ordered.map(([before]) => before), ...ordered.map(([, after]) => after)];
  const inputs = [
    constant(context, 'pads', tensor([2 * rank], list)),
    constant(context, 'value', tensor([], [zeroPoint])),
  ];
  const name = emit(context, 'Pad', [value.name, ...inputs], { mode: 'constant' });
  return { name, shape: value.shape.map((size, axis) => size + (pairs[axis]?.[0] ?? 0) + (pairs[axis]?.[1] ?? 0)) };
}

/** CONCATENATION: all parts and the result have one quantization, so that codes are joined as they are. */
export function concatenation(context: OpContext): Value {
  const to = codesOf(outputTensor(context));
  const parts = context.operator.inputs.map((_, index) => {
    const { scale, zeroPoint } = codesOf(inputTensor(context, index));
    if (scale !== to.scale || zeroPoint !== to.zeroPoint)
      throw new Unread(
        'H3007',
        'joins tensors of different scales',
        'convert with a newer TensorFlow, which aligns them',
      );
    return inputValue(context, index);
  });
  const { axis: given = 0, activation = 0 } = context.operator.options;
  const [first] = parts;
  if (!first || activation !== 0) throw new Unread('H3003', 'has no inputs, or a fused activation');
  const rank = first.shape.length;
  const axis = given < 0 ? given + rank : given;
  const same = parts.every(
    ({ shape }) => shape.length === rank && shape.every((size, at) => at === axis || size === first.shape[at]),
  );
  if (!same || axis < 1 || axis >= rank) throw new Unread('H3005', `cannot join its inputs along axis ${given}`);
  const name = emit(
    context,
    'Concat',
    parts.map((part) => part.name),
    { axis: axisInGraph(axis, rank) },
  );
  const total = parts.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0);
  return { name, shape: first.shape.map((size, at) => (at === axis ? total : size)) };
}
