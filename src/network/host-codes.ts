/** Operators behind a softmax that turn its shares into codes again: Quant, zero point, clamp (TFLite). The host computes them. */
import { networkError } from './errors.js';
import type { Graph, GraphNode } from './graph.js';
import type { HostCodes } from './stages.js';

/** The codes behind one more node; H3043 for anything else than this chain. */
export function hostCodesBehind(graph: Graph, node: GraphNode, codes: HostCodes | undefined): HostCodes {
  const constant = (at: number): number => {
    const data = graph.initializers.get(node.inputs[at] ?? '')?.data;
    return data?.length === 1 ? (data[0] ?? NaN) : NaN;
  };
  const [first, second] = [constant(1), constant(2)];
  if (node.op === 'QuantCodes' && !codes && second === 0 && node.attributes.rounding_mode === 'HALF_UP' && first > 0)
    return { scale: first, zeroPoint: 0, min: -Infinity, max: Infinity };
  if (codes && node.op === 'Add' && Number.isInteger(first)) return { ...codes, zeroPoint: codes.zeroPoint + first };
  if (codes && node.op === 'Clip' && first <= second) return { ...codes, min: first, max: second };
  throw networkError('H3043', node.name, `${node.op} stands behind Softmax, which is computed on the host`);
}
