/** Elementwise operators with NumPy broadcasting, in float64. */
import { sizeOf, tensor, type GraphNode, type Tensor } from '../graph.js';
import { need, refuse, type Op } from './op.js';

/** Broadcast shape of two shapes; H3030 where they do not fit. */
export function broadcastShape(node: GraphNode, a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, index) => {
    const left = a[a.length - rank + index] ?? 1;
    const right = b[b.length - rank + index] ?? 1;
    if (left !== right && left !== 1 && right !== 1)
      refuse(node, `cannot combine shapes [${a.join(',')}] and [${b.join(',')}]`);
    return left === 1 ? right : left;
  });
}

/** For each element of `shape` the flat index into a tensor of shape `from` that broadcasts to it. */
export function broadcastIndex(from: readonly number[], shape: readonly number[]): Uint32Array {
  const index = new Uint32Array(sizeOf(shape));
  const strides = new Array<number>(shape.length).fill(0);
  let stride = 1;
  for (let axis = from.length - 1; axis >= 0; axis--) {
    const length = from[axis] ?? 1;
    strides[axis + shape.length - from.length] = length === 1 ? 0 : stride;
    stride *= length;
  }
  const position = new Array<number>(shape.length).fill(0);
  let at = 0;
  for (let flat = 0; flat < index.length; flat++) {
    index[flat] = at;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (position[axis] ?? 0) + 1;
      at += strides[axis] ?? 0;
      if (next < (shape[axis] ?? 1)) {
        position[axis] = next;
        break;
      }
      at -= (strides[axis] ?? 0) * next;
      position[axis] = 0;
    }
  }
  return index;
}

/** Applies `f` to two broadcast tensors. */
export function zip(node: GraphNode, a: Tensor, b: Tensor, f: (x: number, y: number) => number): Tensor {
  const shape = broadcastShape(node, a.shape, b.shape);
  const data = new Float64Array(sizeOf(shape));
  if (b.data.length === 1 && a.data.length === data.length) {
    const y = b.data[0] ?? 0;
    for (let i = 0; i < data.length; i++) data[i] = f(a.data[i] ?? 0, y);
    return { shape, data };
  }
  const left = broadcastIndex(a.shape, shape);
  const right = broadcastIndex(b.shape, shape);
  for (let i = 0; i < data.length; i++) data[i] = f(a.data[left[i] ?? 0] ?? 0, b.data[right[i] ?? 0] ?? 0);
  return { shape, data };
}

export function map(a: Tensor, f: (x: number) => number): Tensor {
  return tensor(a.shape, a.data.map(f));
}

const binary =
  (f: (x: number, y: number) => number): Op =>
  (node, inputs) => [zip(node, need(node, inputs, 0), need(node, inputs, 1), f)];

const unary =
  (f: (x: number) => number): Op =>
  (node, inputs) => [map(need(node, inputs, 0), f)];

const clip: Op = (node, inputs) => {
  const bound = (index: number, name: string, fallback: number): number => {
    const attribute = node.attributes[name];
    if (typeof attribute === 'number') return attribute;
    return inputs[index]?.data[0] ?? fallback;
  };
  const low = bound(1, 'min', -Infinity);
  const high = bound(2, 'max', Infinity);
  return [map(need(node, inputs, 0), (x) => Math.min(Math.max(x, low), high))];
};

export const elementwiseOps: Readonly<Record<string, Op>> = {
  Add: binary((x, y) => x + y),
  Sub: binary((x, y) => x - y),
  Mul: binary((x, y) => x * y),
  Div: binary((x, y) => x / y),
  Pow: binary((x, y) => (y === 0.5 ? Math.sqrt(x) : x ** y)),
  Sqrt: unary(Math.sqrt),
  Neg: unary((x) => -x),
  Relu: unary((x) => (x > 0 ? x : 0)),
  Identity: unary((x) => x),
  Dropout: unary((x) => x),
  Clip: clip,
};
