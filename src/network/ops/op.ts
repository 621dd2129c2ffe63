/** What an operator of the reference executor is: tensors and attributes in, tensors out, nothing else. */
import { networkError } from '../errors.js';
import type { GraphNode, Tensor } from '../graph.js';

export type Op = (node: GraphNode, inputs: readonly (Tensor | undefined)[]) => Tensor[];

/** Refuses a node with H3030. */
export function refuse(node: GraphNode, what: string): never {
  throw networkError('H3030', node.name, `${node.op} ${what}`);
}

/** Input `index` of a node, which must be there. */
export function need(node: GraphNode, inputs: readonly (Tensor | undefined)[], index: number): Tensor {
  return inputs[index] ?? refuse(node, `has no input ${index}`);
}

/** The only element of input `index`. */
export function needScalar(node: GraphNode, inputs: readonly (Tensor | undefined)[], index: number): number {
  const value = need(node, inputs, index);
  const first = value.data[0];
  return value.data.length === 1 && first !== undefined
    ? first
    : refuse(node, `needs a single number at input ${index}`);
}

/** Axis counted from the end where negative; must exist. */
export function axisOf(node: GraphNode, axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(positive) || positive < 0 || positive >= rank)
    refuse(node, `axis ${axis} is not in rank ${rank}`);
  return positive;
}
