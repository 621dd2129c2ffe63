/** Operators that move elements or compute shapes; no arithmetic on values. */
import { listAttribute, numberAttribute, sizeOf, tensor, type GraphNode, type Tensor } from '../graph.js';
import { axisOf, need, refuse, type Op } from './op.js';

/** Axes from the attribute (opset < 13) or from the second input. */
function axes(node: GraphNode, inputs: readonly (Tensor | undefined)[]): readonly number[] | undefined {
  return listAttribute(node, 'axes') ?? (inputs[1] ? [...inputs[1].data] : undefined);
}

const reshape: Op = (node, inputs) => {
  const x = need(node, inputs, 0);
  const target = [...need(node, inputs, 1).data];
  const allowZero = numberAttribute(node, 'allowzero', 0) !== 0;
  const shape = target.map((size, index) => (size === 0 && !allowZero ? (x.shape[index] ?? 0) : size));
  const free = shape.indexOf(-1);
  if (free >= 0) {
    const rest = shape.reduce((product, size, index) => (index === free ? product : product * size), 1);
    shape[free] = x.data.length / rest;
  }
  if (shape.some((size) => !Number.isInteger(size) || size < 0) || sizeOf(shape) !== x.data.length)
    refuse(node, `cannot turn [${x.shape.join(',')}] into [${target.join(',')}]`);
  return [tensor(shape, x.data)];
};

const flatten: Op = (node, inputs) => {
  const x = need(node, inputs, 0);
  const axis = numberAttribute(node, 'axis', 1);
  const split = axis < 0 ? axis + x.shape.length : axis;
  if (split < 0 || split > x.shape.length) refuse(node, `axis ${axis} is not in rank ${x.shape.length}`);
  return [tensor([sizeOf(x.shape.slice(0, split)), sizeOf(x.shape.slice(split))], x.data)];
};

const unsqueeze: Op = (node, inputs) => {
  const x = need(node, inputs, 0);
  const list = axes(node, inputs) ?? refuse(node, 'has no axes');
  const rank = x.shape.length + list.length;
  const at = new Set(list.map((axis) => axisOf(node, axis, rank)));
  if (at.size !== list.length) refuse(node, 'names an axis twice');
  const rest = [...x.shape];
  return [
    tensor(
      Array.from({ length: rank }, (_, axis) => (at.has(axis) ? 1 : (rest.shift() ?? 1))),
      x.data,
    ),
  ];
};

const squeeze: Op = (node, inputs) => {
  const x = need(node, inputs, 0);
  const list = axes(node, inputs)?.map((axis) => axisOf(node, axis, x.shape.length));
  if (list?.some((axis) => x.shape[axis] !== 1)) refuse(node, 'removes an axis that is not 1');
  const shape = x.shape.filter((size, axis) => (list ? !list.includes(axis) : size !== 1));
  return [tensor(shape, x.data)];
};

const transpose: Op = (node, inputs) => {
  const x = need(node, inputs, 0);
  const rank = x.shape.length;
  const perm = listAttribute(node, 'perm') ?? x.shape.map((_, axis) => rank - 1 - axis);
  if (perm.length !== rank || new Set(perm.map((axis) => axisOf(node, axis, rank))).size !== rank)
    refuse(node, `permutation [${perm.join(',')}] does not fit rank ${rank}`);
  const strides = x.shape.map((_, axis) => sizeOf(x.shape.slice(axis + 1)));
  const shape = perm.map((axis) => x.shape[axis] ?? 1);
  const data = new Float64Array(x.data.length);
  // Counts through the result, innermost axis first; an axis that is through goes back to its begin.
  const steps = perm.map((axis) => strides[axis < 0 ? axis + rank : axis] ?? 0);
  const position = new Uint32Array(rank);
  let from = 0;
  for (let flat = 0; flat < data.length; flat++) {
    data[flat] = x.data[from] ?? 0;
    for (let axis = rank - 1; axis >= 0; axis--) {
      const size = shape[axis] ?? 1;
      const next = (position[axis] ?? 0) + 1;
      const step = steps[axis] ?? 0;
      if (next < size) {
        position[axis] = next;
        from += step;
        break;
      }
      position[axis] = 0;
      from -= step * (size - 1);
    }
  }
  return [tensor(shape, data)];
};

const concat: Op = (node, inputs) => {
  const parts = inputs.map((_, index) => need(node, inputs, index));
  const first = parts[0] ?? refuse(node, 'has no inputs');
  const axis = axisOf(node, numberAttribute(node, 'axis', 0), first.shape.length);
  const same = (part: Tensor): boolean =>
    part.shape.length === first.shape.length && part.shape.every((size, at) => at === axis || size === first.shape[at]);
  if (!parts.every(same)) refuse(node, 'has inputs of different shapes');
  const outer = sizeOf(first.shape.slice(0, axis));
  const total = parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0);
  const shape = first.shape.map((size, at) => (at === axis ? total : size));
  const data = new Float64Array(sizeOf(shape));
  let at = 0;
  for (let row = 0; row < outer; row++) {
    for (const part of parts) {
      const width = part.data.length / outer;
      data.set(part.data.subarray(row * width, (row + 1) * width), at);
      at += width;
    }
  }
  return [tensor(shape, data)];
};

/** Sizes from the attribute (opset < 13), the second input, or equal ones for every output, the last one smaller. */
const split: Op = (node, inputs) => {
  const x = need(node, inputs, 0);
  const axis = axisOf(node, numberAttribute(node, 'axis', 0), x.shape.length);
  const length = x.shape[axis] ?? 0;
  const size = Math.ceil(length / node.outputs.length);
  const given = listAttribute(node, 'split') ?? (inputs[1] ? [...inputs[1].data] : undefined);
  const parts = given ?? node.outputs.map((_, index) => Math.max(0, Math.min(size, length - index * size)));
  if (parts.reduce((sum, part) => sum + part, 0) !== length || parts.length !== node.outputs.length)
    refuse(node, `cannot cut ${length} elements into [${parts.join(',')}]`);
  const inner = sizeOf(x.shape.slice(axis + 1));
  const outer = sizeOf(x.shape.slice(0, axis));
  let first = 0;
  return parts.map((part) => {
    const data = new Float64Array(outer * part * inner);
    for (let row = 0; row < outer; row++) {
      const from = (row * length + first) * inner;
      data.set(x.data.subarray(from, from + part * inner), row * part * inner);
    }
    first += part;
    return tensor([...x.shape.slice(0, axis), part, ...x.shape.slice(axis + 1)], data);
  });
};

const gather: Op = (node, inputs) => {
  const x = need(node, inputs, 0);
  const indices = need(node, inputs, 1);
  const axis = axisOf(node, numberAttribute(node, 'axis', 0), x.shape.length);
  const length = x.shape[axis] ?? 0;
  const inner = sizeOf(x.shape.slice(axis + 1));
  const outer = sizeOf(x.shape.slice(0, axis));
  const data = new Float64Array(outer * indices.data.length * inner);
  let at = 0;
  for (let row = 0; row < outer; row++) {
    for (const index of indices.data) {
      const from = index < 0 ? index + length : index;
      if (!Number.isInteger(from) || from < 0 || from >= length) refuse(node, `index ${index} is out of range`);
      data.set(x.data.subarray((row * length + from) * inner, (row * length + from + 1) * inner), at);
      at += inner;
    }
  }
  return [tensor([...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], data)];
};

const constant: Op = (node) => {
  const { value, value_float: float, value_int: int } = node.attributes;
  if (typeof value === 'object' && 'data' in value) return [value];
  const list = listAttribute(node, 'value_floats') ?? listAttribute(node, 'value_ints');
  if (list) return [tensor([list.length], list)];
  const number = typeof float === 'number' ? float : int;
  return typeof number === 'number' ? [tensor([], [number])] : refuse(node, 'has no value that is read');
};

export const shapeOps: Readonly<Record<string, Op>> = {
  Shape: (node, inputs) => {
    const x = need(node, inputs, 0);
    return [tensor([x.shape.length], x.shape)];
  },
  Reshape: reshape,
  Flatten: flatten,
  Unsqueeze: unsqueeze,
  Squeeze: squeeze,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Gather: gather,
  Constant: constant,
};
