/** Operators over axes: TopK, ArgMax, Softmax, and sums, means and maxima. */
import { listAttribute, numberAttribute, sizeOf, tensor } from '../graph.js';
import { broadcastIndex } from './elementwise.js';
import { axisOf, need, needScalar, refuse, type Op } from './op.js';

/** Values and indices of the k greatest along the last axis, the lower index first among equals (ONNX TopK, sorted). */
const topK: Op = (node, inputs) => {
  const x = need(node, inputs, 0);
  const axis = axisOf(node, numberAttribute(node, 'axis', -1), x.shape.length);
  if (axis !== x.shape.length - 1) refuse(node, 'is read along the last axis only');
  const length = x.shape[axis] ?? 1;
  const k = inputs[1] ? needScalar(node, inputs, 1) : numberAttribute(node, 'k', 1);
  if (!Number.isInteger(k) || k < 1 || k > length) refuse(node, `k = ${k} is not in 1..${length}`);
  const direction = numberAttribute(node, 'largest', 1) !== 0 ? 1 : -1;
  const rows = sizeOf(x.shape.slice(0, -1));
  const values = new Float64Array(rows * k);
  const indices = new Float64Array(rows * k);
  for (let row = 0; row < rows; row++) {
    const slice = x.data.subarray(row * length, (row + 1) * length);
    const order = Array.from(slice.keys()).sort((a, b) => direction * ((slice[b] ?? 0) - (slice[a] ?? 0)) || a - b);
    for (let rank = 0; rank < k; rank++) {
      indices[row * k + rank] = order[rank] ?? 0;
      values[row * k + rank] = slice[order[rank] ?? 0] ?? 0;
    }
  }
  const shape = [...x.shape.slice(0, -1), k];
  return [tensor(shape, values), tensor(shape, indices)];
};

/** exp(x - max) / sum along the last axis, in place on a copy: [rows][length]. */
export function softmaxRows(data: Float64Array, length: number): Float64Array {
  const out = new Float64Array(data.length);
  for (let start = 0; start < data.length; start += length) {
    const row = data.subarray(start, start + length);
    const max = row.reduce((best, value) => Math.max(best, value), -Infinity);
    const powers = row.map((value) => Math.exp(value - max));
    const sum = powers.reduce((total, value) => total + value, 0);
    powers.forEach((value, index) => (out[start + index] = value / sum));
  }
  return out;
}

/** Any axis: the axis is moved to the end, row by row. */
const softmax: Op = (node, inputs) => {
  const x = need(node, inputs, 0);
  const axis = axisOf(node, numberAttribute(node, 'axis', -1), x.shape.length);
  const length = x.shape[axis] ?? 1;
  const inner = sizeOf(x.shape.slice(axis + 1));
  const moved = new Float64Array(x.data.length);
  const place = (index: number): number => {
    const row = Math.floor(index / length);
    return (Math.floor(row / inner) * length + (index % length)) * inner + (row % inner);
  };
  for (let index = 0; index < moved.length; index++) moved[index] = x.data[place(index)] ?? 0;
  const data = new Float64Array(x.data.length);
  softmaxRows(moved, length).forEach((value, index) => (data[place(index)] = value));
  return [tensor(x.shape, data)];
};

/** Axes from the attribute or the second input; none means all of them, or no change with noop_with_empty_axes. */
const reduceAxes =
  (combine: (sum: number, value: number) => number, start: number, mean: boolean): Op =>
  (node, inputs) => {
    const x = need(node, inputs, 0);
    const rank = x.shape.length;
    const given = listAttribute(node, 'axes') ?? [...(inputs[1]?.data ?? [])];
    if (given.length === 0 && numberAttribute(node, 'noop_with_empty_axes', 0) !== 0) return [x];
    const axes = new Set(given.length === 0 ? x.shape.keys() : given.map((axis) => axisOf(node, axis, rank)));
    const kept = x.shape.map((size, axis) => (axes.has(axis) ? 1 : size));
    const out = new Float64Array(sizeOf(kept)).fill(start);
    const index = broadcastIndex(kept, x.shape);
    x.data.forEach((value, at) => {
      const to = index[at] ?? 0;
      out[to] = combine(out[to] ?? start, value);
    });
    const count = x.data.length / out.length;
    const keep = numberAttribute(node, 'keepdims', 1) !== 0;
    const shape = keep ? kept : kept.filter((_, axis) => !axes.has(axis));
    return [tensor(shape, mean ? out.map((value) => value / count) : out)];
  };

/** Index of the greatest element along one axis: the first among equals, or the last with select_last_index. */
const argMax: Op = (node, inputs) => {
  const x = need(node, inputs, 0);
  const axis = axisOf(node, numberAttribute(node, 'axis', 0), x.shape.length);
  const last = numberAttribute(node, 'select_last_index', 0) !== 0;
  const length = x.shape[axis] ?? 1;
  const inner = sizeOf(x.shape.slice(axis + 1));
  const outer = sizeOf(x.shape.slice(0, axis));
  const out = new Float64Array(outer * inner);
  for (let row = 0; row < outer; row++) {
    for (let column = 0; column < inner; column++) {
      const at = (index: number): number => x.data[(row * length + index) * inner + column] ?? 0;
      let best = 0;
      for (let index = 1; index < length; index++)
        if (at(index) > at(best) || (last && at(index) === at(best))) best = index;
      out[row * inner + column] = best;
    }
  }
  const keep = numberAttribute(node, 'keepdims', 1) !== 0;
  return [tensor([...x.shape.slice(0, axis), ...(keep ? [1] : []), ...x.shape.slice(axis + 1)], out)];
};

const add = (sum: number, value: number): number => sum + value;

export const reduceOps: Readonly<Record<string, Op>> = {
  TopK: topK,
  ArgMax: argMax,
  Softmax: softmax,
  ReduceSum: reduceAxes(add, 0, false),
  ReduceMean: reduceAxes(add, 0, true),
  ReduceMax: reduceAxes(Math.max, -Infinity, false),
};
