/**
 * Pass: average pooling, and sums and means over all pixels, become a sum over the window and a division by one number; the same
 * float64 numbers where the sums are integers.
 *
 * Windows over the border hold fewer elements than others. With L a multiple of every count n, sum / n = (sum * L / n) / L: each
 * sum is multiplied with L / n, which is whole, and all are divided by L.
 */
import { networkError } from '../errors.js';
import {
  freshName,
  listAttribute,
  numberAttribute,
  scalar,
  sizeOf,
  type Attribute,
  type Graph,
  type GraphNode,
} from '../graph.js';
import { inferShapes } from '../infer-shapes.js';
import { kernelShape, windowOf } from '../ops/window.js';
import { elementsCounted } from '../ops/pool.js';

/** What a node becomes: SumPool with `attributes`, its result divided by `divisor`; `flat` drops the pixel's axes. */
interface Summed {
  readonly attributes: GraphNode['attributes'];
  readonly divisor: number;
  readonly flat: boolean;
}

/** Factors that bring sums of `counts` elements to one denominator: their least common multiple. */
function evenFactors(counts: readonly number[]): { factors: readonly number[]; multiple: number } {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  const multiple = counts.reduce((all, count) => (all / gcd(all, count)) * count, 1);
  return { factors: counts.map((count) => multiple / count), multiple };
}

/** A window as large as the image, behind a reduction over all pixels; undefined for reductions over other axes. */
function reduction(graph: Graph, node: GraphNode, shape: readonly number[]): Summed | undefined {
  const spatial = shape.slice(2);
  const attributes = { kernel_shape: spatial, strides: spatial.map(() => 1) };
  const divisor = node.op === 'ReduceSum' ? 1 : sizeOf(spatial);
  if (node.op === 'GlobalAveragePool') return { attributes, divisor, flat: false };
  const given = listAttribute(node, 'axes') ?? [...(graph.initializers.get(node.inputs[1] ?? '')?.data ?? [])];
  const axes = given.map((axis) => (axis < 0 ? axis + shape.length : axis)).sort();
  const pixels = shape.length >= 3 && axes.join() === spatial.map((_, axis) => axis + 2).join();
  return pixels ? { attributes, divisor, flat: numberAttribute(node, 'keepdims', 1) === 0 } : undefined;
}

/** H3030 for a window that lies in the padding alone, H3038 where the counts have no common multiple that is small enough. */
function average(node: GraphNode, shape: readonly number[]): Summed {
  const rank = shape.length - 2;
  const [height, width] = rank === 1 ? [1, shape[2] ?? 1] : [shape[2] ?? 1, shape[3] ?? 1];
  const window = windowOf(node, [height, width], kernelShape(node, rank), rank);
  const withPads = numberAttribute(node, 'count_include_pad', 0) !== 0;
  const [rows, columns] = [window.y, window.x].map((axis) =>
    Array.from({ length: axis.count }, (_, position) => elementsCounted(axis, position, withPads)),
  ) as [number[], number[]];
  if ([...rows, ...columns].includes(0)) throw networkError('H3030', node.name, `${node.op} has an empty window`);
  const [y, x] = [evenFactors(rows), evenFactors(columns)];
  const divisor = y.multiple * x.multiple;
  if (!Number.isSafeInteger(divisor))
    throw networkError(
      'H3038',
      node.name,
      'its windows hold so many different numbers of elements that no integer sum covers them',
      'give the pool less padding, or use a global average',
    );
  const uneven = [...y.factors, ...x.factors].some((factor) => factor !== 1);
  const attributes: Record<string, Attribute> = {
    ...node.attributes,
    ...(uneven ? { row_factors: y.factors, column_factors: x.factors } : {}),
    // What a constant 1 gives at every position.
    ...(withPads ? {} : { total: divisor }),
  };
  return { attributes, divisor, flat: false };
}

function summed(graph: Graph, node: GraphNode, shape: readonly number[]): Summed | undefined {
  switch (node.op) {
    case 'AveragePool':
      return shape.length === 3 || shape.length === 4 ? average(node, shape) : undefined;
    case 'GlobalAveragePool':
    case 'ReduceMean':
    case 'ReduceSum':
      return reduction(graph, node, shape);
    default:
      return undefined;
  }
}

/** `graph` with SumPool and what follows it in place of a node of `whole`. */
function replacement(whole: Graph, graph: Graph, node: GraphNode, { attributes, divisor, flat }: Summed): Graph {
  let result = graph;
  const fresh = (base: string): string => freshName({ ...result, nodes: [...whole.nodes, ...result.nodes] }, base);
  if (divisor === 0) throw networkError('H3030', node.name, `${node.op} has no window`);
  const layer = node.layer === undefined ? {} : { layer: node.layer };
  const steps: Omit<GraphNode, 'name' | 'inputs' | 'outputs'>[] = [
    { op: 'SumPool', domain: 'heddle', attributes, ...layer },
    ...(flat ? [{ op: 'Flatten', domain: '', attributes: { axis: 1 }, ...layer }] : []),
    ...(divisor === 1 ? [] : [{ op: 'Div', domain: '', attributes: {}, ...layer }]),
  ];
  let from = node.inputs[0] ?? '';
  steps.forEach((step, at) => {
    const last = at === steps.length - 1;
    const name = at === 0 ? node.name : fresh(`${node.name}_${step.op === 'Div' ? 'count' : 'flat'}`);
    const to = last ? (node.outputs[0] ?? '') : fresh(`${node.name}_sum`);
    const operands = step.op === 'Div' ? [name] : [];
    if (step.op === 'Div')
      result = { ...result, initializers: new Map(result.initializers).set(name, scalar(divisor)) };
    result = { ...result, nodes: [...result.nodes, { name, ...step, inputs: [from, ...operands], outputs: [to] }] };
    from = to;
  });
  return result;
}

const sums = new Set(['AveragePool', 'GlobalAveragePool', 'ReduceMean', 'ReduceSum']);

/** Reductions over other axes than the pixels stay as they are; the lowering refuses them. */
export function sumPools(graph: Graph): Graph {
  if (!graph.nodes.some((node) => sums.has(node.op))) return graph;
  const shapes = inferShapes(graph);
  return graph.nodes.reduce<Graph>(
    (result, node) => {
      const found = summed(graph, node, shapes.get(node.inputs[0] ?? '') ?? []);
      if (!found || node.outputs[0] === undefined) return { ...result, nodes: [...result.nodes, node] };
      return replacement(graph, result, node, found);
    },
    { ...graph, nodes: [] },
  );
}
