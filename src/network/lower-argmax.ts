/** When TopK or ArgMax of real values is the argmax of the integers in front of them. */
import { networkError } from './errors.js';
import { onlyOutput } from './execute.js';
import { sizeOf, type Graph, type GraphNode } from './graph.js';
import { segmentOf, type Value } from './lower-value.js';
import { affineOf } from './segment.js';
import { isPlain } from './stream-layout.js';

/** Tensor of the index, and 1 or -1: the greatest or the least integer is the greatest value. H3040 where it is neither. */
export function argmaxOf(graph: Graph, node: GraphNode, value: Value): { index: string; sign: number } {
  const index = node.op === 'TopK' ? node.outputs[1] : node.outputs[0];
  const count = graph.initializers.get(node.inputs[1] ?? '')?.data[0] ?? node.attributes.k;
  if ((node.op === 'TopK' && count !== 1) || index !== onlyOutput(graph).name)
    throw networkError('H3040', node.name, 'only the index of the greatest element (k = 1) at the output has a stage');
  if (node.attributes.largest === 0) throw networkError('H3040', node.name, 'TopK of the smallest has no stage');
  const { shape } = value.end.indices;
  const axis = node.attributes.axis ?? (node.op === 'TopK' ? -1 : 0);
  const over = typeof axis === 'number' && (shape.at(axis) ?? 0) === sizeOf(shape);
  if (!over || node.attributes.select_last_index === 1 || !isPlain(value.end))
    throw networkError('H3040', node.name, 'only the greatest of all elements of a vector has a stage');
  const sign = argmaxSign(graph, value, node.name);
  if (sign < 0 && !value.core?.turns) throw networkError('H3040', node.name, 'the scale in front of TopK is negative');
  return { index, sign };
}

/** Sign of the slope that an argmax sees: 1 or -1, H3040 where channels differ. */
function argmaxSign(graph: Graph, value: Value, name: string): number {
  const segment = segmentOf(graph, value, value.body, value.body.at(-1)?.outputs[0] ?? value.tensor);
  if (!segment.affine) throw networkError('H3040', name, 'what follows the last integers is not a scale and an offset');
  const { scale, offset } = affineOf(segment);
  const [slope = 1, shift = 0] = [scale[0], offset[0]];
  if (slope === 0 || scale.some((factor) => factor !== slope) || offset.some((term) => term !== shift))
    throw networkError('H3040', name, 'channels reach TopK with different scales or offsets');
  return Math.sign(slope);
}
