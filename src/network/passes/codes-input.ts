/** Pass: the graph input becomes integer codes of the hardware port, multiplied by the port's scale. */
import { onlyInput } from '../execute.js';
import { freshName, scalar, type Graph, type GraphNode } from '../graph.js';

/** `real = code * scale`; a scale of 1 changes nothing. */
export function codesInput(graph: Graph, scale: number): Graph {
  const input = onlyInput(graph);
  if (scale === 1) return graph;
  const codes = freshName(graph, `${input.name}_codes`);
  const operand = freshName(graph, `${input.name}_scale`);
  const node: GraphNode = {
    name: operand,
    op: 'Mul',
    domain: '',
    inputs: [codes, operand],
    outputs: [input.name],
    attributes: {},
  };
  return {
    ...graph,
    inputs: [{ ...input, name: codes }],
    nodes: [node, ...graph.nodes],
    initializers: new Map(graph.initializers).set(operand, scalar(scale)),
  };
}
