/** Operators of the channels-last domain are read as plain ONNX between transpositions, and lower to the same stages. */
import { expect, test } from 'vitest';
import { channelsFirst } from '../../src/import/onnx-channels-last.js';
import { executeSamples } from '../../src/network/execute.js';
import { scalar, tensor, type Graph, type GraphNode } from '../../src/network/graph.js';
import { lowerGraph } from '../../src/network/lower.js';
import { runStages } from '../../src/network/run-stages.js';
import type { ElementType } from '../../src/network/stages.js';

const domain = 'qonnx.custom_op.channels_last';
const node = (
  name: string,
  op: string,
  inputs: string[],
  attributes: GraphNode['attributes'] = {},
  of = '',
): GraphNode => ({
  ...{ name, op, domain: of, inputs, outputs: [`${name}_out`], attributes },
});

test('Conv, BatchNormalization and MaxPool on [n, h, w, c]', () => {
  // [o][ky][kx][i].
  const weights = tensor([1, 1, 2, 2], [1, -2, 3, 1]);
  const graph: Graph = {
    name: 'last',
    source: 'qonnx',
    inputs: [{ name: 'x', shape: [1, 2, 2, 2] }],
    outputs: [{ name: 'pool_out', shape: [1, 1, 1, 1] }],
    nodes: [
      node('conv', 'Conv', ['x', 'w'], { kernel_shape: [1, 2] }, domain),
      node('norm', 'BatchNormalization', ['conv_out', 'gamma', 'beta', 'mean', 'variance'], { epsilon: 0 }, domain),
      node('quant', 'Quant', ['norm_out', 'one', 'zero', 'bits'], { signed: 1, rounding_mode: 'ROUND' }),
      node('pool', 'MaxPool', ['quant_out'], { kernel_shape: [2, 1], strides: [2, 1] }, domain),
    ],
    initializers: new Map([
      ['w', weights],
      ['gamma', tensor([1], [2])],
      ['beta', tensor([1], [1])],
      ['mean', tensor([1], [0])],
      ['variance', tensor([1], [1])],
      ['one', scalar(1)],
      ['zero', scalar(0)],
      ['bits', scalar(8)],
    ]),
  };
  const plain = channelsFirst(graph);
  expect(plain.nodes.every(({ domain: of }) => of === '')).toBe(true);
  // Rows of two pixels: 1 x00 - 2 x01 + 3 x10 + x11 is 10 and 17; doubled, plus 1, the greater one.
  const input = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 3);
  const expected = Float64Array.of(35);
  expect(executeSamples(plain, input)).toEqual(expected);
  const inputType: ElementType = { kind: 'int', bits: 4, signed: false };
  const network = lowerGraph(plain, { inputType, inputScale: 1 });
  expect(network.input.streamOrder).toBeUndefined();
  expect(network.stages.map((stage) => stage.kind)).toEqual(['conv', 'pool']);
  expect(runStages(network, input).outputs).toEqual(expected);
});
