/** Pass: every MatMul with constant weights gets integer weights, and a Mul with the scale of each output channel behind it. */
import { networkError } from '../errors.js';
import { freshName, tensor, withoutDeadNodes, type Attribute, type Graph, type GraphNode } from '../graph.js';
import { gridOf, type Grid } from './weight-grid.js';

/** Scale of each column of the weights; H3032 where it changes within a column. */
function columnScales(node: GraphNode, grid: Grid): Float64Array {
  const columns = grid.codes.shape.at(-1) ?? 1;
  const scales = grid.scale.data.slice(0, columns);
  if (grid.scale.data.some((value, index) => value !== scales[index % columns]))
    throw networkError('H3032', node.name, 'the weight scale differs within an output channel');
  return scales;
}

/** Attributes in which the node remembers the declared type of its integer weights, for the lowering. */
function typeAttributes(grid: Grid): Record<string, Attribute> {
  if (!grid.type) return {};
  if (grid.type.kind === 'bipolar') return { weight_kind: 'bipolar' };
  return { weight_kind: 'int', weight_bits: grid.type.bits, weight_signed: grid.type.signed ? 1 : 0 };
}

/** Run after a constant folding that keeps quantizers; MatMuls of two activations stay as they are. */
export function integerWeights(graph: Graph): Graph {
  const initializers = new Map(graph.initializers);
  const nodes = graph.nodes.flatMap((node): GraphNode[] => {
    const [input = '', weights = ''] = node.inputs;
    const output = node.outputs[0];
    if (node.op !== 'MatMul' || output === undefined) return [node];
    const grid = gridOf(graph, weights);
    if (!grid || grid.codes.shape.length !== 2) return [node];
    const scales = columnScales(node, grid);
    const named = (base: string): string => freshName({ ...graph, initializers }, base);
    const codes = named(`${node.name}_codes`);
    initializers.set(codes, grid.codes);
    const attributes = { ...node.attributes, ...typeAttributes(grid) };
    if (scales.every((value) => value === 1)) return [{ ...node, inputs: [input, codes], attributes }];
    const scale = named(`${node.name}_scale`);
    const uniform = scales.every((value) => value === scales[0]);
    initializers.set(scale, uniform ? tensor([], scales.slice(0, 1)) : tensor([scales.length], scales));
    const sum = named(`${node.name}_sum`);
    const layer = node.layer === undefined ? {} : { layer: node.layer };
    return [
      { ...node, inputs: [input, codes], outputs: [sum], attributes },
      { name: scale, op: 'Mul', domain: '', inputs: [sum, scale], outputs: [output], attributes: {}, ...layer },
    ];
  });
  return withoutDeadNodes({ ...graph, nodes, initializers });
}
