/** Pass: the bias of a Conv becomes an Add behind it, so that it joins the activation that follows. */
import { freshName, tensor, type Graph, type GraphNode } from '../graph.js';
import { inferShapes } from '../infer-shapes.js';

/** The bias may itself be a quantizer's output; a Reshape spreads it over axis 1. */
export function unfoldBias(graph: Graph): Graph {
  const biased = (node: GraphNode): boolean => node.op === 'Conv' && (node.inputs[2] ?? '') !== '';
  if (!graph.nodes.some(biased)) return graph;
  const shapes = inferShapes(graph);
  let result: Graph = { ...graph, nodes: [] };
  for (const node of graph.nodes) {
    const [x = '', weights = '', bias = ''] = node.inputs;
    const output = node.outputs[0] ?? '';
    const rank = shapes.get(output)?.length ?? 0;
    if (!biased(node) || rank < 3) {
      result = { ...result, nodes: [...result.nodes, node] };
      continue;
    }
    const taken: Graph = { ...result, nodes: [...graph.nodes, ...result.nodes] };
    const [shape, spread, sum] = ['bias_shape', 'bias', 'sum'].map((name) => freshName(taken, `${node.name}_${name}`));
    const plain = { domain: '', attributes: {}, ...(node.layer === undefined ? {} : { layer: node.layer }) };
    const target = [-1, ...new Array<number>(rank - 2).fill(1)];
    const unfolded: GraphNode[] = [
      { ...plain, name: spread ?? '', op: 'Reshape', inputs: [bias, shape ?? ''], outputs: [spread ?? ''] },
      { ...node, inputs: [x, weights], outputs: [sum ?? ''] },
      { ...plain, name: `${sum ?? ''}_add`, op: 'Add', inputs: [sum ?? '', spread ?? ''], outputs: [output] },
    ];
    const initializers = new Map(result.initializers).set(shape ?? '', tensor([target.length], target));
    result = { ...result, initializers, nodes: [...result.nodes, ...unfolded] };
  }
  return result;
}
