/** Elementwise operators with NumPy broadcasting, in float64. */
import { numberAttribute, sizeOf, tensor, type GraphNode, type Tensor } from '../graph.js';
import { roundHalfEven } from '../rounding.js';
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
  if (a.data.length === data.length && b.data.length === data.length) {
    for (let i = 0; i < data.length; i++) data[i] = f(a.data[i] ?? 0, b.data[i] ?? 0);
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

/** Any number of inputs, combined from the left. */
const variadic =
  (f: (x: number, y: number) => number): Op =>
  (node, inputs) => {
    const [first, ...rest] = inputs.map((_, index) => need(node, inputs, index));
    return [rest.reduce((sum, part) => zip(node, sum, part, f), first ?? refuse(node, 'has no inputs'))];
  };

const truth =
  (f: (x: number, y: number) => boolean): Op =>
  (node, inputs) => [zip(node, need(node, inputs, 0), need(node, inputs, 1), (x, y) => (f(x, y) ? 1 : 0))];

const where: Op = (node, inputs) => {
  const [condition, yes, no] = [need(node, inputs, 0), need(node, inputs, 1), need(node, inputs, 2)];
  const shape = broadcastShape(node, condition.shape, broadcastShape(node, yes.shape, no.shape));
  const [c, y, n] = [condition, yes, no].map((part) => ({ data: part.data, index: broadcastIndex(part.shape, shape) }));
  const at = (part: typeof c, index: number): number => part?.data[part.index[index] ?? 0] ?? 0;
  return [
    tensor(
      shape,
      Float64Array.from({ length: sizeOf(shape) }, (_, index) => at(at(c, index) ? y : n, index)),
    ),
  ];
};

const slope = (x: number, alpha: number): number => (x < 0 ? x * alpha : x);

const prelu: Op = (node, inputs) => [zip(node, need(node, inputs, 0), need(node, inputs, 1), slope)];

const leakyRelu: Op = (node, inputs) => {
  const alpha = numberAttribute(node, 'alpha', 0.01);
  return [map(need(node, inputs, 0), (x) => slope(x, alpha))];
};

const hardSigmoid: Op = (node, inputs) => {
  const [alpha, beta] = [numberAttribute(node, 'alpha', 0.2), numberAttribute(node, 'beta', 0.5)];
  return [map(need(node, inputs, 0), (x) => Math.min(Math.max(alpha * x + beta, 0), 1))];
};

/** ONNX numbers of integer element types, bool included; conversions to them drop the fraction. */
const integerTypes: ReadonlySet<number> = new Set([2, 3, 4, 5, 6, 7, 12, 13, 21, 22]);

/** Float types stay float64; a value that its integer type cannot hold is not wrapped but refused by its reader. */
const cast: Op = (node, inputs) => {
  const to = numberAttribute(node, 'to', 1);
  const x = need(node, inputs, 0);
  if (to === 9) return [map(x, (value) => (value === 0 ? 0 : 1))];
  return [integerTypes.has(to) ? map(x, (value) => Math.trunc(value) + 0) : x];
};

export const elementwiseOps: Readonly<Record<string, Op>> = {
  Add: binary((x, y) => x + y),
  Sub: binary((x, y) => x - y),
  Mul: binary((x, y) => x * y),
  Div: binary((x, y) => x / y),
  Pow: binary((x, y) => (y === 0.5 ? Math.sqrt(x) : x ** y)),
  Sum: variadic((x, y) => x + y),
  Max: variadic(Math.max),
  Min: variadic(Math.min),
  Less: truth((x, y) => x < y),
  Greater: truth((x, y) => x > y),
  Equal: truth((x, y) => x === y),
  Where: where,
  Sqrt: unary(Math.sqrt),
  Exp: unary(Math.exp),
  Abs: unary(Math.abs),
  Neg: unary((x) => -x),
  Sign: unary((x) => Math.sign(x)),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Round: unary(roundHalfEven),
  Relu: unary((x) => (x > 0 ? x : 0)),
  LeakyRelu: leakyRelu,
  PRelu: prelu,
  Sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  HardSigmoid: hardSigmoid,
  Tanh: unary(Math.tanh),
  Identity: unary((x) => x),
  Dropout: unary((x) => x),
  Cast: cast,
  Clip: clip,
};
