/** Operators of `qonnx.custom_op.channels_last` as plain ONNX: a Transpose in front of them and one behind. */
import { freshName, type Graph, type GraphNode } from '../network/graph.js';

const domain = 'qonnx.custom_op.channels_last';

/** Axes of an image [n, h, w, c] in the order of ONNX, and back. The domain knows images of two spatial axes. */
const toFirst = [0, 3, 1, 2];
const toLast = [0, 2, 3, 1];

/** The first input and the output are turned, for Conv the weights [o, ky, kx, i] too. A graph without such operators as it is. */
export function channelsFirst(graph: Graph): Graph {
  if (!graph.nodes.some((node) => node.domain === domain)) return graph;
  let result: Graph = { ...graph, nodes: [] };
  for (const node of graph.nodes) {
    const [x = '', ...rest] = node.inputs;
    const [output = '', ...others] = node.outputs;
    if (node.domain !== domain) {
      result = { ...result, nodes: [...result.nodes, node] };
      continue;
    }
    const taken: Graph = { ...result, nodes: [...graph.nodes, ...result.nodes] };
    const [first, last, kernel] = ['channels_first', 'channels_last', 'kernel'].map((name) =>
      freshName(taken, `${node.name}_${name}`),
    );
    const [weights = '', ...more] = rest;
    const convolution = node.op === 'Conv' && weights !== '';
    const turn = (name: string, from: string, to: string, perm: readonly number[]): GraphNode => ({
      ...{ name, op: 'Transpose', domain: '', inputs: [from], outputs: [to], attributes: { perm } },
    });
    // The graph's own name for the layout; it says nothing about the plain operator.
    const { data_layout: _, ...attributes } = node.attributes;
    const plain = {
      ...node,
      domain: '',
      inputs: [first ?? '', ...(convolution ? [kernel ?? '', ...more] : rest)],
      outputs: [`${last ?? ''}_in`, ...others],
      attributes,
    };
    const turned = [
      turn(first ?? '', x, first ?? '', toFirst),
      ...(convolution ? [turn(kernel ?? '', weights, kernel ?? '', toFirst)] : []),
      plain,
      turn(last ?? '', `${last ?? ''}_in`, output, toLast),
    ];
    result = { ...result, nodes: [...result.nodes, ...turned] };
  }
  return result;
}
