/** Matrix operators and batch normalization in float64: integer operands below 2^53 give exact sums. */
import { numberAttribute, sizeOf, tensor, type GraphNode, type Tensor } from '../graph.js';
import { broadcastShape, map, zip } from './elementwise.js';
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

/** MatMul of the last two axes; leading axes of `a` are kept, `b` is a matrix or has equal leading axes. */
function matMul(node: GraphNode, a: Tensor, b: Tensor): Tensor {
  if (a.shape.length < 1 || b.shape.length < 2) refuse(node, 'needs a vector or matrix and a matrix');
  const k = a.shape.at(-1) ?? 0;
  const [rows, n] = [b.shape.at(-2) ?? 0, b.shape.at(-1) ?? 0];
  if (k !== rows) refuse(node, `cannot multiply [${a.shape.join(',')}] and [${b.shape.join(',')}]`);
  if (b.shape.length === 2) {
    const m = sizeOf(a.shape.slice(0, -1));
    return tensor([...a.shape.slice(0, -1), n], multiply(a.data, b.data, m, k, n));
  }
  const lead = broadcastShape(node, a.shape.slice(0, -2), b.shape.slice(0, -2));
  const m = a.shape.at(-2) ?? 1;
  const batches = sizeOf(lead);
  if (sizeOf(a.shape.slice(0, -2)) !== batches || sizeOf(b.shape.slice(0, -2)) !== batches)
    refuse(node, 'does not broadcast batches of matrices');
  const out = new Float64Array(batches * m * n);
  for (let batch = 0; batch < batches; batch++) {
    const left = a.data.subarray(batch * m * k, (batch + 1) * m * k);
    const right = b.data.subarray(batch * k * n, (batch + 1) * k * n);
    out.set(multiply(left, right, m, k, n), batch * m * n);
  }
  return tensor([...lead, m, n], out);
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
