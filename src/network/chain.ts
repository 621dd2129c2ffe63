/** The graph as one chain of nodes from its only input to its only output, cut into sections at quantizers. */
import { networkError } from './errors.js';
import { onlyInput, onlyOutput } from './execute.js';
import { consumersOf, listAttribute, sizeOf, type Graph, type GraphNode } from './graph.js';

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

const quantizers = new Set(['QuantCodes', 'BipolarQuant', 'MultiThreshold']);

export interface Section {
  /** Tensor in front of the section: integer codes' values. */
  readonly from: string;
  readonly matrix?: GraphNode;
  /** Elementwise operators and reshapes behind the matrix product, quantizer not included. */
  readonly body: readonly GraphNode[];
  readonly end: { readonly kind: 'quantizer' | 'argmax'; readonly node: GraphNode } | { readonly kind: 'output' };
  /** True where a Softmax closes the last section. */
  readonly softmax: boolean;
}

const elementwise = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Sqrt', 'Neg', 'Relu', 'Clip', 'BatchNormalization', 'Identity', 'Dropout'],
  ...['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose'],
]);

/** A Transpose that moves only axes of length 1 keeps the order of the elements. */
function keepsOrder(node: GraphNode, shape: readonly number[]): boolean {
  const perm = listAttribute(node, 'perm') ?? shape.map((_, axis) => shape.length - 1 - axis);
  const moved = perm.filter((axis) => shape[axis] !== 1);
  return moved.every((axis, index) => index === 0 || axis > (moved[index - 1] ?? 0));
}

/** Cuts the chain. H3038 for operators without a place, H3041 for a product of values that no quantizer made integers. */
export function sectionsOf(graph: Graph, shapes: ReadonlyMap<string, readonly number[]>): Section[] {
  const sections: Section[] = [];
  let from = onlyInput(graph).name;
  let matrix: GraphNode | undefined;
  let body: GraphNode[] = [];
  let softmax = false;
  const close = (end: Section['end'], next: string): void => {
    sections.push({ from, ...(matrix ? { matrix } : {}), body, end, softmax });
    [from, matrix, body] = [next, undefined, []];
  };
  for (const node of chainOf(graph)) {
    const input = node.inputs.find((name) => name !== '' && !graph.initializers.has(name)) ?? '';
    const shape = shapes.get(input) ?? [];
    if (softmax) throw networkError('H3038', node.name, `${node.op} stands behind Softmax`);
    if (node.op === 'MatMul') {
      if (matrix ?? body.some((item) => !isMove(item)))
        throw networkError('H3041', node.name, 'reads values that are not integer codes');
      if (node.inputs[0] !== input) throw networkError('H3038', node.name, 'has its weights on the left');
      if (sizeOf(shape) !== shape.at(-1))
        throw networkError('H3038', node.name, `multiplies a matrix of activations [${shape.join(',')}]`);
      matrix = node;
      if (body.length > 0) from = input;
      body = [];
    } else if (quantizers.has(node.op)) {
      close({ kind: 'quantizer', node }, node.outputs[0] ?? '');
    } else if (node.op === 'TopK') {
      const count = graph.initializers.get(node.inputs[1] ?? '')?.data[0] ?? node.attributes.k;
      if (count !== 1 || node.outputs[1] !== onlyOutput(graph).name)
        throw networkError(
          'H3040',
          node.name,
          'only the index of the greatest element (k = 1) at the output has a stage',
        );
      close({ kind: 'argmax', node }, node.outputs[1]);
    } else if (node.op === 'Softmax') softmax = true;
    else if (!elementwise.has(node.op)) throw networkError('H3038', node.name, `${node.op} has no stage`);
    else if (node.op === 'Transpose' && !keepsOrder(node, shape))
      throw networkError('H3038', node.name, 'Transpose reorders the elements of a sample');
    else body.push(node);
  }
  if (matrix ?? (body.length > 0 || softmax || sections.length === 0)) close({ kind: 'output' }, '');
  return sections;
}

const moves = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose', 'Identity', 'Dropout']);

function isMove(node: GraphNode): boolean {
  return moves.has(node.op);
}
