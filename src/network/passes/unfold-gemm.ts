/** Pass: a Gemm with constant B (not transA) becomes MatMul and Add, the bias in the activation that follows. */
import { freshName, numberAttribute, tensor, type Graph, type GraphNode } from '../graph.js';

/** Gemm computes alpha * A * B' + beta * C; B' may itself be a quantizer's output, then Transpose stays a node. */
export function unfoldGemm(graph: Graph): Graph {
  const initializers = new Map(graph.initializers);
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    const [a = '', b = '', c = ''] = node.inputs;
    const output = node.outputs[0];
    if (node.op !== 'Gemm' || numberAttribute(node, 'transA', 0) !== 0 || output === undefined) {
      nodes.push(node);
      continue;
    }
    let current: Graph = { ...graph, nodes: [...graph.nodes, ...nodes], initializers };
    const fresh = (suffix: string): string => {
      const name = freshName(current, `${node.name}_${suffix}`);
      current = { ...current, initializers: new Map(current.initializers).set(name, tensor([], [0])) };
      return name;
    };
    const plain = { domain: '', attributes: {}, ...(node.layer === undefined ? {} : { layer: node.layer }) };
    const emit = (op: string, inputs: string[], to: string, suffix: string): void => {
      const name = suffix === '' ? node.name : fresh(suffix);
      nodes.push({ ...plain, name, op, inputs, outputs: [to] });
    };
    let right = b;
    if (numberAttribute(node, 'transB', 0) !== 0) {
      right = fresh('weights');
      emit('Transpose', [b], right, 'transpose');
    }
    const alpha = numberAttribute(node, 'alpha', 1);
    const steps: [op: string, operand: string][] = [];
    if (alpha !== 1) {
      const name = fresh('alpha');
      initializers.set(name, tensor([], [alpha]));
      steps.push(['Mul', name]);
    }
    if (c !== '') {
      const beta = numberAttribute(node, 'beta', 1);
      let bias = c;
      if (beta !== 1) {
        const factor = fresh('beta');
        initializers.set(factor, tensor([], [beta]));
        bias = fresh('bias');
        emit('Mul', [c, factor], bias, 'scale_bias');
      }
      steps.push(['Add', bias]);
    }
    let value = steps.length === 0 ? output : fresh('product');
    emit('MatMul', [a, right], value, '');
    steps.forEach(([op, operand], index) => {
      const to = index === steps.length - 1 ? output : fresh('scaled');
      emit(op, [value, operand], to, op.toLowerCase());
      value = to;
    });
  }
  return { ...graph, nodes, initializers };
}
