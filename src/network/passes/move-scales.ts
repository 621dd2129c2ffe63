/** Pass: constant scales and offsets move behind reshapes, relus, pools and integer products, so that products see integers. */
import { executeNode } from '../execute.js';
import {
  consumersOf,
  freshName,
  listAttribute,
  numberAttribute,
  sizeOf,
  stringAttribute,
  tensor,
  type Graph,
  type GraphNode,
  type Tensor,
} from '../graph.js';
import { forkOne } from './fork-scales.js';
import { joinOne } from './join-scales.js';

const affine = new Set(['Mul', 'Div', 'Add', 'Sub']);
const moves = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose', 'Identity', 'Dropout']);
/** What moves one channel of an image as a whole: a constant per channel passes as it is. */
const perImage = new Set(['MaxPool', 'SumPool', 'Upsample', 'Resize']);

/** The constant as one number per channel (axis 1 of an image), or undefined where it differs within a channel. */
function byChannel(constant: Tensor, channels: number): Float64Array | undefined {
  const { shape, data } = constant;
  if (data.length === 1) return new Float64Array(channels).fill(data[0] ?? 0);
  const plain = shape.slice(-2).every((size) => size === 1) && data.length === channels;
  return plain && shape.at(-3) === channels ? data : undefined;
}

const padded = (node: GraphNode): boolean =>
  (listAttribute(node, 'pads') ?? []).some((pad) => pad !== 0) ||
  stringAttribute(node, 'auto_pad', '').startsWith('SAME');

/** Behind a convolution: a single scale, a scale per channel where the convolution is depthwise, an offset without padding. */
function behindConv(scales: boolean, second: GraphNode, constant: Tensor, weights: Tensor): Tensor | undefined {
  const [outputs = 0, inner = 0] = weights.shape;
  const groups = numberAttribute(second, 'group', 1);
  const each = outputs / groups;
  const values = byChannel(constant, groups * inner);
  if (scales && constant.data.length === 1) return tensor([], constant.data);
  if (!values || weights.shape.length !== 4 || (scales && inner !== 1)) return undefined;
  const shape = [outputs, 1, 1];
  if (scales)
    return tensor(
      shape,
      Float64Array.from({ length: outputs }, (_, o) => values[Math.floor(o / each)] ?? 0),
    );
  if (padded(second)) return undefined;
  const taps = weights.data.length / Math.max(1, outputs * inner);
  const sums = Float64Array.from({ length: outputs }, (_, o) => {
    let sum = 0;
    for (let at = 0; at < inner * taps; at++)
      sum +=
        (weights.data[o * inner * taps + at] ?? 0) *
        (values[Math.floor(o / each) * inner + Math.floor(at / taps)] ?? 0);
    return sum;
  });
  return tensor(shape, sums);
}

/** Behind a pool or an upsampling: scales that keep the order, offsets; a sum counts an offset once per tap. */
function behindImage(scales: boolean, second: GraphNode, constant: Tensor): Tensor | undefined {
  const plain = constant.data.length === 1 || constant.shape.slice(-2).every((size) => size === 1);
  if (!plain) return undefined;
  const same = constant.data.length === 1 ? tensor([], constant.data) : constant;
  if (second.op === 'MaxPool') return scales && !constant.data.every((value) => value > 0) ? undefined : same;
  if (second.op !== 'SumPool' || scales) return same;
  // Windows over the border count an offset less often, unless factors make up for that.
  const taps = padded(second) ? 0 : sizeOf(listAttribute(second, 'kernel_shape') ?? []);
  const total = numberAttribute(second, 'total', numberAttribute(second, 'ceil_mode', 0) !== 0 ? 0 : taps);
  return total === 0
    ? undefined
    : tensor(
        same.shape,
        same.data.map((value) => value * total),
      );
}

/** Swaps `first` (affine, constant operand) with its only reader `second`, or returns undefined where that is not exact algebra. */
function swapped(
  first: GraphNode,
  second: GraphNode,
  constant: Tensor,
  weights: Tensor | undefined,
): Tensor | undefined {
  const single = constant.data.length === 1;
  const scales = first.op === 'Mul' || first.op === 'Div';
  if (moves.has(second.op)) return single ? tensor([], constant.data) : undefined;
  if (second.op === 'Relu')
    return scales && single && (constant.data[0] ?? 0) > 0 ? tensor([], constant.data) : undefined;
  if (perImage.has(second.op)) return behindImage(scales, second, constant);
  if (second.op === 'Conv' && weights?.data.every((value) => Number.isInteger(value)))
    return behindConv(scales, second, constant, weights);
  if (second.op !== 'MatMul' || !weights || weights.shape.length !== 2) return undefined;
  if (weights.data.some((value) => !Number.isInteger(value))) return undefined;
  if (scales) return single ? tensor([], constant.data) : undefined;
  // (x + c) W = x W + c W, with c spread over the rows of W.
  const rows = weights.shape[0] ?? 0;
  if (!single && (constant.shape.at(-1) !== rows || sizeOf(constant.shape) !== rows)) return undefined;
  const row = tensor(
    [1, rows],
    Float64Array.from({ length: rows }, (_, index) => constant.data[single ? 0 : index] ?? 0),
  );
  const product = executeNode(second, [row, weights])[0];
  return product && tensor([product.data.length], product.data);
}

/** One move, or the graph itself where none is left. */
function moveOne(graph: Graph): Graph {
  for (const first of graph.nodes) {
    // Operand on the right, or a commutative operator with the operand on the left.
    const constantSide = [1, 0].find((side) => graph.initializers.has(first.inputs[side] ?? ''));
    if (!affine.has(first.op) || constantSide === undefined) continue;
    if (constantSide === 0 && (first.op === 'Sub' || first.op === 'Div')) continue;
    const constant = graph.initializers.get(first.inputs[constantSide] ?? '');
    const middle = first.outputs[0] ?? '';
    const readers = consumersOf(graph, middle);
    const second = readers[0];
    if (!constant || !second || readers.length !== 1 || second.inputs[0] !== middle) continue;
    if (graph.outputs.some((value) => value.name === middle)) continue;
    const moved = swapped(first, second, constant, graph.initializers.get(second.inputs[1] ?? ''));
    if (!moved) continue;
    const operand = freshName(graph, `${first.name}_moved`);
    const between = freshName(graph, `${second.name}_before_${first.op.toLowerCase()}`);
    const source = first.inputs[1 - constantSide] ?? '';
    const newSecond = { ...second, inputs: [source, ...second.inputs.slice(1)], outputs: [between] };
    const newFirst = { ...first, inputs: [between, operand], outputs: second.outputs };
    const nodes = graph.nodes.flatMap((node) =>
      node === first ? [] : node === second ? [newSecond, newFirst] : [node],
    );
    return { ...graph, nodes, initializers: new Map(graph.initializers).set(operand, moved) };
  }
  return graph;
}

/** Run after `integer-weights` and `integer-quantizers`. Equal in real arithmetic; every product it frees of scales is exact. */
export function moveScales(graph: Graph): Graph {
  for (let current = graph; ;) {
    const moved = moveOne(current);
    const next = moved === current ? (joinOne(current) ?? forkOne(current)) : moved;
    if (!next) return current;
    current = next;
  }
}
