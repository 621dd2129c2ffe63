/** What a pass did to a graph, in numbers. */
import type { Graph } from '../graph.js';

export interface PassChange {
  /** Nodes before and behind the pass. */
  readonly before: number;
  readonly after: number;
  /** Operators of which there are more or fewer now: `{ op: 'Mul', by: -3 }`, those that went first. */
  readonly operators: readonly { readonly op: string; readonly by: number }[];
  /** Nodes that kept their name and operator but read other tensors or have other attributes. */
  readonly rewired: number;
  /** Constants that are new or have other values. */
  readonly constants: number;
}

/** Compares the graph in front of a pass with the one behind it. */
export function describePass(before: Graph, after: Graph): PassChange {
  const counts = new Map<string, number>();
  const count = (op: string, by: number): unknown => counts.set(op, (counts.get(op) ?? 0) + by);
  for (const { op } of before.nodes) count(op, -1);
  for (const { op } of after.nodes) count(op, 1);
  const known = new Map(before.nodes.map((node) => [`${node.op} ${node.name}`, node]));
  const rewired = after.nodes.filter((node) => {
    const old = known.get(`${node.op} ${node.name}`);
    return (
      old !== undefined &&
      old !== node &&
      (old.inputs.join('\n') !== node.inputs.join('\n') ||
        JSON.stringify(old.attributes) !== JSON.stringify(node.attributes))
    );
  });
  const constants = [...after.initializers].filter(([name, value]) => {
    const old = before.initializers.get(name);
    return old === undefined || (old !== value && old.data.some((element, k) => element !== value.data[k]));
  });
  return {
    before: before.nodes.length,
    after: after.nodes.length,
    operators: [...counts]
      .filter(([, by]) => by !== 0)
      .map(([op, by]) => ({ op, by }))
      .sort((a, b) => a.by - b.by || (a.op < b.op ? -1 : 1)),
    rewired: rewired.length,
    constants: constants.length,
  };
}
