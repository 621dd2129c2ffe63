/** Pass: constant scales and offsets move behind reshapes, relus and integer matrix products, so that products see integers. */
import { executeNode } from '../execute.js';
import { consumersOf, freshName, sizeOf, tensor, type Graph, type GraphNode, type Tensor } from '../graph.js';

const affine = new Set(['Mul', 'Div', 'Add', 'Sub']);
const moves = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose', 'Identity', 'Dropout']);

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
    const next = moveOne(current);
    if (next === current) return current;
    current = next;
  }
}
