/** Pass: every node whose inputs are all constants, and every Shape node, becomes an initializer; same outputs for batch 1. */
import { executeNode } from '../execute.js';
import { tensor, withoutDeadNodes, type Graph, type GraphNode } from '../graph.js';
import { inferShapes } from '../infer-shapes.js';

/** `keep` names operators that stay although their inputs are constant (weight quantizers before their codes are taken). */
export function foldConstants(graph: Graph, keep: ReadonlySet<string> = new Set()): Graph {
  const shapes = graph.nodes.some((node) => node.op === 'Shape')
    ? inferShapes(graph)
    : new Map<string, readonly number[]>();
  const initializers = new Map(graph.initializers);
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    const shape = node.op === 'Shape' ? shapes.get(node.inputs[0] ?? '') : undefined;
    const output = node.outputs[0];
    if (shape && output !== undefined) {
      initializers.set(output, tensor([shape.length], shape));
      continue;
    }
    const constant = node.inputs.every((name) => name === '' || initializers.has(name));
    if (!constant || keep.has(node.op)) {
      nodes.push(node);
      continue;
    }
    const values = executeNode(
      node,
      node.inputs.map((name) => (name === '' ? undefined : initializers.get(name))),
    );
    node.outputs.forEach((name, index) => {
      const value = values[index];
      if (value && name !== '') initializers.set(name, value);
    });
  }
  return withoutDeadNodes({ ...graph, nodes, initializers });
}
