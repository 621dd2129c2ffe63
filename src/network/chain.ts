/** The graph as one chain of nodes from its only input to its only output. */
import { networkError } from './errors.js';
import { onlyInput, onlyOutput } from './execute.js';
import { consumersOf, type Graph, type GraphNode } from './graph.js';

/** The nodes from input to output in order. H3031 where a tensor is read twice or a node joins two activations. */
export function chainOf(graph: Graph): GraphNode[] {
  const nodes: GraphNode[] = [];
  const end = onlyOutput(graph).name;
  for (let at = onlyInput(graph).name; at !== end;) {
    const readers = consumersOf(graph, at);
    const node = readers[0];
    if (!node) throw networkError('H3031', at, 'no path from here to the output');
    if (readers.length > 1)
      throw networkError('H3031', at, `is read by ${readers.map((reader) => reader.name).join(' and ')}`);
    const joined = node.inputs.filter((name) => name !== '' && !graph.initializers.has(name));
    if (joined.length !== 1) throw networkError('H3031', node.name, `joins ${joined.length} activations`);
    nodes.push(node);
    at = node.outputs.includes(end) ? end : (node.outputs[0] ?? '');
  }
  return nodes;
}
