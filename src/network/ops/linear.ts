/** Matrix operators and batch normalization in float64: integer operands below 2^53 give exact sums. */
import { numberAttribute, sizeOf, tensor, type GraphNode, type Tensor } from '../graph.js';
import { broadcastIndex, broadcastShape, map, zip } from './elementwise.js';
import { need, refuse, type Op } from './op.js';

/** [m, k] times [k, n], rows of `a` outermost, k in the middle: sums run in the order of k. */
function multiply(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  for (let row = 0; row < m; row++) {
    for (let inner = 0; inner < k; inner++) {
      const x = a[row * k + inner] ?? 0;
      if (x === 0) continue;
      for (let column = 0; column < n; column++)
        out[row * n + column] = (out[row * n + column] ?? 0) + x * (b[inner * n + column] ?? 0);
    }
  }
  return out;
}

/** np.matmul: vectors get an axis of 1 that goes away again, leading axes are broadcast. */
export function matMul(node: GraphNode, a: Tensor, b: Tensor): Tensor {
  if (a.shape.length < 1 || b.shape.length < 1) refuse(node, 'needs vectors or matrices');
  const left = a.shape.length === 1 ? [1, ...a.shape] : a.shape;
  const right = b.shape.length === 1 ? [...b.shape, 1] : b.shape;
  const [m, k] = [left.at(-2) ?? 0, left.at(-1) ?? 0];
  const [rows, n] = [right.at(-2) ?? 0, right.at(-1) ?? 0];
  if (k !== rows) refuse(node, `cannot multiply [${a.shape.join(',')}] and [${b.shape.join(',')}]`);
  const shape = [
    ...broadcastShape(node, left.slice(0, -2), right.slice(0, -2)),
    ...(a.shape.length === 1 ? [] : [m]),
    ...(b.shape.length === 1 ? [] : [n]),
  ];
  // One matrix on the right: all rows of the left at once.
  if (right.length === 2) return tensor(shape, multiply(a.data, b.data, sizeOf(left.slice(0, -1)), k, n));
  const lead = broadcastShape(node, left.slice(0, -2), right.slice(0, -2));
  const [fromLeft, fromRight] = [broadcastIndex(left.slice(0, -2), lead), broadcastIndex(right.slice(0, -2), lead)];
  const out = new Float64Array(sizeOf(lead) * m * n);
  fromLeft.forEach((at, batch) => {
    const of = fromRight[batch] ?? 0;
    const product = multiply(a.data.subarray(at * m * k), b.data.subarray(of * k * n), m, k, n);
    out.set(product, batch * m * n);
  });
  return tensor(shape, out);
}

/** Transposed matrix. */
export function transposed(node: GraphNode, a: Tensor): Tensor {
  const [rows, columns] = a.shape;
  if (rows === undefined || columns === undefined || a.shape.length !== 2) refuse(node, 'needs a matrix');
  const data = new Float64Array(a.data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) data[column * rows + row] = a.data[row * columns + column] ?? 0;
  return tensor([columns, rows], data);
}

const gemm: Op = (node, inputs) => {
  const a = need(node, inputs, 0);
  const b = need(node, inputs, 1);
  const left = numberAttribute(node, 'transA', 0) ? transposed(node, a) : a;
  const right = numberAttribute(node, 'transB', 0) ? transposed(node, b) : b;
  const alpha = numberAttribute(node, 'alpha', 1);
  const beta = numberAttribute(node, 'beta', 1);
  const product = map(matMul(node, left, right), (x) => x * alpha);
  const c = inputs[2];
  return [
    c === undefined
      ? product
      : zip(
          node,
          product,
          map(c, (x) => x * beta),
          (x, y) => x + y,
        ),
  ];
};

/**
 * `y = x * inv + (beta - mean * inv)` with `inv = gamma / sqrt(var + eps)`: the folded form, two monotone roundings per
 * value. The channel is axis 1, or the last axis when `data_layout` is NHWC.
 */
const batchNormalization: Op = (node, inputs) => {
  const x = need(node, inputs, 0);
  if (numberAttribute(node, 'training_mode', 0) !== 0) refuse(node, 'is in training mode');
  const nhwc = node.attributes.data_layout === 'NHWC';
  const axis = nhwc ? x.shape.length - 1 : Math.min(1, x.shape.length - 1);
  const channels = x.shape[axis] ?? 1;
  const affine = batchNormAffine(node, inputs);
  if (affine.scale.length !== channels) refuse(node, `has ${affine.scale.length} parameters for ${channels} channels`);
  const inner = sizeOf(x.shape.slice(axis + 1));
  const data = x.data.map((value, index) => {
    const channel = Math.floor(index / inner) % channels;
    return value * (affine.scale[channel] ?? 1) + (affine.offset[channel] ?? 0);
  });
  return [tensor(x.shape, data)];
};

/** Scale and offset of each channel of a BatchNormalization node; inputs x, gamma, beta, mean, variance. */
export function batchNormAffine(
  node: GraphNode,
  inputs: readonly (Tensor | undefined)[],
): { scale: Float64Array; offset: Float64Array } {
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((index) => need(node, inputs, index).data);
  const channels = gamma?.length ?? 0;
  if (!gamma || !beta || !mean || !variance || [beta, mean, variance].some((values) => values.length !== channels))
    refuse(node, 'has parameters of different lengths');
  const epsilon = numberAttribute(node, 'epsilon', 1e-5);
  const scale = gamma.map((value, channel) => value / Math.sqrt((variance[channel] ?? 0) + epsilon));
  if (scale.some((value) => !Number.isFinite(value))) refuse(node, 'has a variance that is not positive');
  const offset = beta.map((value, channel) => value - (mean[channel] ?? 0) * (scale[channel] ?? 0));
  return { scale, offset };
}

export const linearOps: Readonly<Record<string, Op>> = {
  MatMul: (node, inputs) => [matMul(node, need(node, inputs, 0), need(node, inputs, 1))],
  Gemm: gemm,
  BatchNormalization: batchNormalization,
};
