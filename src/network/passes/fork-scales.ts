/** Pass step: a scale or an offset that several nodes read is repeated for each of them, so that the branch stands at the integers. */
import { consumersOf, freshName, type Graph, type GraphNode } from '../graph.js';

const affine = new Set(['Mul', 'Div', 'Add', 'Sub']);

/** One fork, or undefined where none is left; equal in every bit. A node that reads a tensor twice keeps reading one copy. */
export function forkOne(graph: Graph): Graph | undefined {
  for (const node of graph.nodes) {
    const output = node.outputs[0] ?? '';
    if (!affine.has(node.op) || !node.inputs.some((name) => graph.initializers.has(name))) continue;
    const readers = consumersOf(graph, output);
    if (readers.length < 2 || graph.outputs.some((value) => value.name === output)) continue;
    const renamed = new Map<GraphNode, string>();
    const copies: GraphNode[] = [];
    let grown = graph;
    for (const reader of readers.slice(1)) {
      const name = freshName(grown, `${node.name}_for_${reader.name}`);
      renamed.set(reader, name);
      copies.push({ ...node, name, outputs: [name] });
      grown = { ...grown, nodes: [...grown.nodes, ...copies] };
    }
    const nodes = graph.nodes.flatMap((other): GraphNode[] => {
      if (other === node) return [node, ...copies];
      const name = renamed.get(other);
      if (name === undefined) return [other];
      return [{ ...other, inputs: other.inputs.map((input) => (input === output ? name : input)) }];
    });
    return { ...graph, nodes };
  }
  return undefined;
}
