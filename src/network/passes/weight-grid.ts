/** The integer grid of a constant: which integers times which scale a quantized weight tensor is. */
import { networkError } from '../errors.js';
import { executeNode } from '../execute.js';
import { producerOf, tensor, type Graph, type GraphNode, type Tensor } from '../graph.js';
import { zip } from '../ops/elementwise.js';
import type { ElementType } from '../stages.js';

export interface Grid {
  /** Integers. */
  readonly codes: Tensor;
  /** One scale per element, same shape as `codes`. */
  readonly scale: Tensor;
  /** Declared type of the codes; undefined where the constant had no quantizer. */
  readonly type: ElementType | undefined;
}

function spread(node: GraphNode, scale: Tensor, like: Tensor): Tensor {
  return zip(node, tensor(like.shape, new Float64Array(like.data.length)), scale, (_, s) => s);
}

const movesElements = new Set(['Transpose', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'Identity']);

/**
 * Grid of the tensor `name`, followed back through quantizers, transpositions and scalings; undefined where `name` depends on a
 * graph input. Throws H3032 for a constant that is neither quantized nor made of integers.
 */
export function gridOf(graph: Graph, name: string): Grid | undefined {
  const initializer = graph.initializers.get(name);
  if (initializer) {
    if (initializer.data.some((value) => !Number.isInteger(value)))
      throw networkError('H3032', name, 'the weights are neither integers nor quantized');
    return {
      codes: initializer,
      scale: tensor(
        initializer.shape,
        initializer.data.map(() => 1),
      ),
      type: undefined,
    };
  }
  const node = producerOf(graph, name);
  if (!node) return undefined;
  const constants = node.inputs.map((input) => graph.initializers.get(input));
  const [first, scale] = constants;
  if (node.op === 'Quant' || node.op === 'IntQuant' || node.op === 'BipolarQuant') {
    if (!first || !scale) return undefined;
    const bipolar = node.op === 'BipolarQuant';
    const unit = { ...node, op: bipolar ? 'BipolarQuant' : 'QuantCodes' };
    const inputs = bipolar ? [first, tensor([], [1])] : constants;
    const codes = executeNode(unit, inputs)[0] ?? first;
    const signed = node.attributes.signed !== 0;
    const type: ElementType = bipolar
      ? { kind: 'bipolar' }
      : { kind: 'int', bits: constants[3]?.data[0] ?? 32, signed };
    return { codes, scale: spread(node, scale, codes), type };
  }
  if (movesElements.has(node.op)) {
    const grid = gridOf(graph, node.inputs[0] ?? '');
    const move = (value: Tensor): Tensor => executeNode(node, [value, ...constants.slice(1)])[0] ?? value;
    return grid && { codes: move(grid.codes), scale: move(grid.scale), type: grid.type };
  }
  if (node.op === 'Mul' && node.inputs.length === 2) {
    // Of two constants the integers are the codes.
    const codes = first && scale ? first.data.every((value) => Number.isInteger(value)) : !first;
    const side = codes ? 0 : 1;
    const factor = constants[1 - side];
    const grid = factor && gridOf(graph, node.inputs[side] ?? '');
    return grid && factor && { ...grid, scale: zip(node, grid.scale, factor, (a, b) => a * b) };
  }
  return undefined;
}
