/** The layers of a Keras graph as hls4ml sees them: nodes of one layer together, the streams they read, the one they give. */
import { networkError } from './errors.js';
import { onlyOutput } from './execute.js';
import { consumersOf, type Graph, type GraphNode } from './graph.js';

/** Nodes of one Keras layer, in order. */
export interface LayerGroup {
  readonly layer: string;
  readonly nodes: readonly GraphNode[];
  /** Tensors of activations that other layers give; one is named twice where it is read twice. */
  readonly inputs: readonly string[];
  readonly output: string;
}

/** Every layer behind those it reads. A layer that is used twice is two groups. H3031 where a tensor inside of one is read elsewhere. */
export function groupsOf(graph: Graph): LayerGroup[] {
  const groups: { layer: string; nodes: GraphNode[]; last: number }[] = [];
  const giver = new Map<string, (typeof groups)[number]>();
  graph.nodes.forEach((node, last) => {
    const layer = node.layer ?? node.name;
    let group = node.inputs.map((name) => giver.get(name)).find((found) => found?.layer === layer);
    if (group) Object.assign(group, { last });
    else groups.push((group = { layer, nodes: [], last }));
    group.nodes.push(node);
    for (const name of node.outputs) giver.set(name, group);
  });
  // The last node of a group stands behind everything that the group reads, and in front of everything that reads the group.
  return groups.sort((a, b) => a.last - b.last).map(({ layer, nodes }) => closed(graph, layer, nodes));
}

function closed(graph: Graph, layer: string, nodes: readonly GraphNode[]): LayerGroup {
  const own = new Set(nodes.flatMap((node) => node.outputs));
  const inputs = nodes
    .flatMap((node) => node.inputs)
    .filter((name) => name !== '' && !graph.initializers.has(name) && !own.has(name));
  const output = nodes.at(-1)?.outputs[0] ?? '';
  const end = onlyOutput(graph).name;
  const open = [...own].find(
    (name) => name !== output && (name === end || consumersOf(graph, name).some((node) => !nodes.includes(node))),
  );
  if (open !== undefined) throw networkError('H3031', layer, `gives "${open}" away before its end`);
  return { layer, nodes, inputs, output };
}
