/** Pass: a Reshape that spells out batch size 1 copies the batch axis instead (size 0), so that batches may be longer. */
import { freshName, tensor, type Graph, type GraphNode } from '../graph.js';
import { inferShapes } from '../infer-shapes.js';

/** Expects constant targets (after `fold-constants`); the result is the same for batch 1. */
export function batchFree(graph: Graph): Graph {
  if (!graph.nodes.some((node) => node.op === 'Reshape')) return graph;
  const shapes = inferShapes(graph);
  const initializers = new Map(graph.initializers);
  const nodes = graph.nodes.map((node): GraphNode => {
    const [data = '', target = ''] = node.inputs;
    const sizes = initializers.get(target);
    if (node.op !== 'Reshape' || sizes?.data[0] !== 1 || shapes.get(data)?.[0] !== 1) return node;
    const name = freshName({ ...graph, initializers }, `${node.name}_shape`);
    initializers.set(name, tensor(sizes.shape, [0, ...sizes.data.slice(1)]));
    // allowzero would read the 0 as a size.
    const { allowzero: _, ...attributes } = node.attributes;
    return { ...node, inputs: [data, name], attributes };
  });
  return { ...graph, nodes, initializers };
}
