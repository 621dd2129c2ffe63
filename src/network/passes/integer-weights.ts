/** Pass: every MatMul and Conv with constant weights gets integer weights, and a Mul with the scale of each output channel behind. */
import { networkError } from '../errors.js';
import { freshName, tensor, withoutDeadNodes, type Attribute, type Graph, type GraphNode } from '../graph.js';
import { gridOf, type Grid } from './weight-grid.js';

/** Scale of each output channel: column of a MatMul, first axis of a Conv. H3032 where it changes within a channel. */
function channelScales(node: GraphNode, grid: Grid): Float64Array {
  const { data } = grid.scale;
  const channels = (node.op === 'Conv' ? grid.codes.shape[0] : grid.codes.shape.at(-1)) ?? 1;
  const each = data.length / channels;
  const channelOf = (index: number): number => (node.op === 'Conv' ? Math.floor(index / each) : index % channels);
  const scales = Float64Array.from(
    { length: channels },
    (_, channel) => data[node.op === 'Conv' ? channel * each : channel] ?? 1,
  );
  if (data.some((value, index) => value !== scales[channelOf(index)]))
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
    if ((node.op !== 'MatMul' && node.op !== 'Conv') || output === undefined) return [node];
    const grid = gridOf(graph, weights);
    const rank = grid?.codes.shape.length ?? 0;
    if (!grid || (node.op === 'MatMul' ? rank !== 2 : rank < 3)) return [node];
    const scales = channelScales(node, grid);
    const named = (base: string): string => freshName({ ...graph, initializers }, base);
    const codes = named(`${node.name}_codes`);
    initializers.set(codes, grid.codes);
    const attributes = { ...node.attributes, ...typeAttributes(grid) };
    if (scales.every((value) => value === 1)) return [{ ...node, inputs: [input, codes], attributes }];
    const scale = named(`${node.name}_scale`);
    const uniform = scales.every((value) => value === scales[0]);
    const perChannel = node.op === 'Conv' ? [scales.length, ...new Array<number>(rank - 2).fill(1)] : [scales.length];
    initializers.set(scale, uniform ? tensor([], scales.slice(0, 1)) : tensor(perChannel, scales));
    const sum = named(`${node.name}_sum`);
    const layer = node.layer === undefined ? {} : { layer: node.layer };
    return [
      { ...node, inputs: [input, codes], outputs: [sum], attributes },
      { name: scale, op: 'Mul', domain: '', inputs: [sum, scale], outputs: [output], attributes: {}, ...layer },
    ];
  });
  return withoutDeadNodes({ ...graph, nodes, initializers });
}
