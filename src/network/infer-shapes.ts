/** Shape inference: the shape of every tensor of a graph, batch axis 1, by running the operators once on zeros. */
import { executeAll } from './execute.js';
import { sizeOf, tensor, type Graph } from './graph.js';

/**
 * Shapes by tensor name. One evaluation costs as much as one inference and needs no second table of rules per operator;
 * shapes never depend on values in the supported operators. Throws H3030 for a node whose inputs do not fit.
 */
export function inferShapes(graph: Graph): Map<string, readonly number[]> {
  const feeds = new Map(
    graph.inputs.map((value) => [value.name, tensor(value.shape, new Float64Array(sizeOf(value.shape)))]),
  );
  return new Map([...executeAll(graph, feeds)].map(([name, value]) => [name, value.shape]));
}
