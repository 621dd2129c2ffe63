/** Pass: average pooling becomes a sum over the window and a division by its size; the same float64 numbers. */
import { networkError } from '../errors.js';
import {
  freshName,
  listAttribute,
  numberAttribute,
  scalar,
  stringAttribute,
  type Graph,
  type GraphNode,
} from '../graph.js';
import { inferShapes } from '../infer-shapes.js';

/** Window of a pooling node in ONNX attributes, and the number of elements it averages; undefined where that differs by position. */
function windowAttributes(
  graph: Graph,
  node: GraphNode,
  shape: readonly number[],
): { attributes: GraphNode['attributes']; count: number } | undefined {
  const spatial = shape.slice(2);
  const whole = { kernel_shape: spatial, strides: spatial.map(() => 1) };
  const area = (kernel: readonly number[]): number => kernel.reduce((product, size) => product * size, 1);
  if (node.op === 'GlobalAveragePool') return { attributes: whole, count: area(spatial) };
  if (node.op === 'ReduceMean') {
    const given = listAttribute(node, 'axes') ?? [...(graph.initializers.get(node.inputs[1] ?? '')?.data ?? [])];
    const axes = given.map((axis) => (axis < 0 ? axis + shape.length : axis)).sort();
    const images = shape.length >= 3 && axes.join() === spatial.map((_, axis) => axis + 2).join();
    return images && numberAttribute(node, 'keepdims', 1) !== 0
      ? { attributes: whole, count: area(spatial) }
      : undefined;
  }
  const kernel = listAttribute(node, 'kernel_shape') ?? [];
  const padded = (listAttribute(node, 'pads') ?? []).some((pad) => pad !== 0);
  const automatic = !['NOTSET', 'VALID'].includes(stringAttribute(node, 'auto_pad', 'NOTSET'));
  const even = !padded || numberAttribute(node, 'count_include_pad', 0) !== 0;
  if (!even || automatic || numberAttribute(node, 'ceil_mode', 0) !== 0) return undefined;
  return { attributes: node.attributes, count: area(kernel) };
}

const averages = new Set(['AveragePool', 'GlobalAveragePool', 'ReduceMean']);

/** Nodes whose windows hold different numbers of elements stay as they are; the lowering refuses them. */
export function sumPools(graph: Graph): Graph {
  if (!graph.nodes.some((node) => averages.has(node.op))) return graph;
  const shapes = inferShapes(graph);
  let result: Graph = { ...graph, nodes: [] };
  for (const node of graph.nodes) {
    const [x = ''] = node.inputs;
    const output = node.outputs[0];
    const window = averages.has(node.op) ? windowAttributes(graph, node, shapes.get(x) ?? []) : undefined;
    if (!window || output === undefined) {
      result = { ...result, nodes: [...result.nodes, node] };
      continue;
    }
    if (window.count === 0) throw networkError('H3030', node.name, `${node.op} has no window`);
    const taken: Graph = { ...result, nodes: [...graph.nodes, ...result.nodes] };
    const sum = freshName(taken, `${node.name}_sum`);
    const count = freshName(taken, `${node.name}_count`);
    const layer = node.layer === undefined ? {} : { layer: node.layer };
    const pool: GraphNode = { ...node, op: 'SumPool', domain: 'heddle', inputs: [x], outputs: [sum], ...window };
    const division: GraphNode = {
      ...{ name: count, op: 'Div', domain: '', inputs: [sum, count], outputs: [output], attributes: {} },
      ...layer,
    };
    const { name, op, domain, inputs, outputs, attributes } = pool;
    result = {
      ...result,
      initializers: new Map(result.initializers).set(count, scalar(window.count)),
      nodes: [...result.nodes, { name, op, domain, inputs, outputs, attributes, ...layer }, division],
    };
  }
  return result;
}
