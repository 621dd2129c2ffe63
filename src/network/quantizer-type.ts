/** Which integers a quantizer node of a streamlined graph returns, and the stream type that carries them. */
import { intType } from './element-type.js';
import { networkError } from './errors.js';
import { numberAttribute, type Graph, type GraphNode } from './graph.js';
import { quantRange } from './ops/quantizers.js';
import type { ElementType } from './stages.js';

/** Narrowest type that holds all codes; a Quant with zero point 0 keeps its declared width and sign. */
export function quantizerType(graph: Graph, node: GraphNode): ElementType {
  if (node.op === 'BipolarQuant') return { kind: 'bipolar' };
  if (node.op === 'MultiThreshold') {
    const levels = graph.initializers.get(node.inputs[1] ?? '')?.shape[1] ?? 0;
    const base = numberAttribute(node, 'out_bias', 0);
    if (numberAttribute(node, 'out_scale', 1) === 2) return { kind: 'bipolar' };
    return intType(base, base + levels);
  }
  const [, , zero, width] = node.inputs.map((name) => graph.initializers.get(name));
  const bits = width?.data[0] ?? 0;
  const { low, high } = quantRange(node, bits);
  const zeros = zero?.data ?? Float64Array.of(0);
  if (zeros.every((value) => value === 0) || numberAttribute(node, 'keep_zero', 0) !== 0)
    return { kind: 'int', bits, signed: numberAttribute(node, 'signed', 1) !== 0 };
  if (zeros.length > 1)
    throw networkError('H3038', node.name, 'zero points that differ by channel have no stream type');
  return intType(low - (zeros[0] ?? 0), high - (zeros[0] ?? 0));
}
