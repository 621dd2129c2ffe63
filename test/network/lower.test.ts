import { expect, test } from 'vitest';
import { encodeQonnx } from '../../src/import/onnx-write.js';
import { readOnnx } from '../../src/import/onnx-read.js';
import { valueRange } from '../../src/network/element-type.js';
import { executeSamples } from '../../src/network/execute.js';
import { sizeOf, tensor, type Graph, type GraphNode } from '../../src/network/graph.js';
import { lowerGraph } from '../../src/network/lower.js';
import { codesInput } from '../../src/network/passes/codes-input.js';
import { streamline } from '../../src/network/passes/streamline.js';
import { decodeOutput } from '../../src/network/ports.js';
import { runStages } from '../../src/network/run-stages.js';
import type { ElementType } from '../../src/network/stages.js';
import { random, randomNetwork } from './random-graph.js';
import { largestDifference } from './shared.js';

const first = Number(process.env.HEDDLE_SEED ?? 1);
const count = process.env.HEDDLE_SEED === undefined ? 150 : 1;

test.each(Array.from({ length: count }, (_, index) => first + index))(
  'random network %i: stages equal the reference',
  (seed) => {
    const repeat = `repeat: HEDDLE_SEED=${seed} npx vitest run test/network/lower.test.ts`;
    const { graph, inputBits, inputSigned, inputScale } = randomNetwork(seed);
    const inputType: ElementType = { kind: 'int', bits: inputBits, signed: inputSigned };
    const network = lowerGraph(graph, { inputType, inputScale });
    const { min, max } = valueRange(inputType);
    const next = random(seed + 1e6);
    const codes = Float64Array.from(
      { length: 40 * sizeOf(network.input.shape) },
      () => min + Math.floor(next() * (max - min + 1)),
    );
    const stages = decodeOutput(runStages(network, codes).outputs, network.output);
    const reference = executeSamples(streamline(codesInput(graph, inputScale)), codes);
    const size = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    expect(largestDifference(stages, reference), repeat).toBeLessThan(1e-12 * size + 1e-12);
    const again = lowerGraph(readOnnx(encodeQonnx(graph), 'round trip'), { inputType, inputScale });
    expect(largestDifference(runStages(again, codes).outputs, runStages(network, codes).outputs), repeat).toBe(0);
  },
);

/** x [1, 2] -> nodes; the last node's output is the output. */
function chain(
  nodes: readonly Pick<GraphNode, 'op' | 'inputs' | 'attributes'>[],
  constants: Record<string, [number[], number[]]>,
): Graph {
  const named = nodes.map((node, index): GraphNode => {
    const from = index === 0 ? 'x' : `t${index - 1}`;
    return { ...node, name: `n${index}`, domain: '', inputs: [from, ...node.inputs], outputs: [`t${index}`] };
  });
  const initializers = new Map(Object.entries(constants).map(([name, [shape, data]]) => [name, tensor(shape, data)]));
  const outputs = [{ name: `t${nodes.length - 1}`, shape: [1, 2] }];
  return { name: 'hand', source: 'qonnx', inputs: [{ name: 'x', shape: [1, 2] }], outputs, nodes: named, initializers };
}

const matMul = { op: 'MatMul', inputs: ['w'], attributes: {} };
const w: [number[], number[]] = [
  [2, 2],
  [1, -2, 3, -128],
];
const bits = { one: [[], [1]] as [number[], number[]], zero: [[], [0]] as [number[], number[]] };

test('thresholds by hand: 2-bit unsigned of acc / 4 rounded half to even', () => {
  const quant = { op: 'Quant', inputs: ['four', 'zero', 'two'], attributes: { signed: 0, rounding_mode: 'ROUND' } };
  const graph = chain([matMul, quant], {
    w: [
      [2, 2],
      [1, 2, 3, 5],
    ],
    ...bits,
    four: [[], [4]],
    two: [[], [2]],
  });
  const stage = lowerGraph(graph, { inputType: { kind: 'int', bits: 4, signed: false }, inputScale: 1 }).stages[0];
  // acc / 4 >= 0.5 is 2 (half to even gives 0 at 2), 1.5 is 6 (even: 2), 2.5 is 10 (even: 2, so 11).
  expect(stage).toMatchObject({
    activation: { kind: 'thresholds', levels: 3, table: [3, 6, 11], perChannel: false },
  });
});

test('a negative slope turns the weights, and -128 needs one bit more', () => {
  const graph = chain(
    [matMul, { op: 'Neg', inputs: [], attributes: {} }, { op: 'BipolarQuant', inputs: ['one'], attributes: {} }],
    { w, ...bits },
  );
  const stage = lowerGraph(graph, { inputType: { kind: 'int', bits: 2, signed: true }, inputScale: 1 }).stages[0];
  if (stage?.kind !== 'dense') throw new Error('a dense stage');
  expect([...stage.weights]).toEqual([-1, -3, 2, 128]);
  expect(stage.weight).toEqual({ kind: 'int', bits: 9, signed: true });
  // -acc >= 0 in turned coordinates: acc' >= 0.
  expect(stage.activation).toMatchObject({ table: [0], perChannel: false });
});

test.each([
  ['real scales', [0.7311, -1.9137]],
  ['powers of two with ties', [0.125, -0.25]],
])('10 bits become one fixed step that equals the reference at every input: %s', (_, gain) => {
  const nodes = [
    matMul,
    { op: 'Mul', inputs: ['gain'], attributes: {} },
    { op: 'Quant', inputs: ['one', 'zero', 'ten'], attributes: { signed: 1, rounding_mode: 'ROUND' } },
  ];
  const graph = chain(nodes, { w, ...bits, gain: [[2], gain], ten: [[], [10]] });
  const network = lowerGraph(graph, { inputType: { kind: 'int', bits: 8, signed: true }, inputScale: 1 });
  const stage = network.stages[0];
  if (stage?.kind !== 'dense' || stage.activation.kind !== 'fixed') throw new Error('a fixed step');
  expect(stage.activation.steps).toHaveLength(1);
  const codes = Float64Array.from(
    { length: 2 * 65536 },
    (_, index) => ((index % 2 ? index >> 1 : index >> 9) & 255) - 128,
  );
  const reference = executeSamples(streamline(graph), codes);
  expect(largestDifference(runStages(network, codes).outputs, reference)).toBe(0);
});

test.each([
  [
    'H3033',
    [
      matMul,
      { op: 'Pow', inputs: ['two'], attributes: {} },
      { op: 'Quant', inputs: ['one', 'zero', 'four'], attributes: {} },
    ],
  ],
  ['H3041', [{ op: 'Relu', inputs: [], attributes: {} }, { ...matMul }]],
  ['H3032', [{ op: 'MatMul', inputs: ['real'], attributes: {} }]],
  ['H3043', [matMul, { op: 'Softmax', inputs: [], attributes: { axis: 0 } }]],
  [
    'H3034',
    [
      { op: 'Neg', inputs: [], attributes: {} },
      { op: 'BipolarQuant', inputs: ['one'], attributes: {} },
    ],
  ],
  ['H3035', [matMul, { op: 'Quant', inputs: ['one', 'zero', 'twenty'], attributes: {} }]],
  ['H3040', [matMul, { op: 'Relu', inputs: [], attributes: {} }]],
  [
    'H3043',
    [matMul, { op: 'Softmax', inputs: [], attributes: {} }, { op: 'BipolarQuant', inputs: ['one'], attributes: {} }],
  ],
  ['H3038', [matMul, { op: 'ReduceMax', inputs: [], attributes: { axes: [1] } }]],
] as const)('%s is thrown with a fix', (code, nodes) => {
  const constants: Record<string, [number[], number[]]> = {
    w,
    ...bits,
    two: [[], [2]],
    four: [[], [4]],
    twenty: [[], [20]],
  };
  const graph = chain(nodes, {
    ...constants,
    real: [
      [2, 2],
      [0.5, 1, 1, 0.3],
    ],
  });
  const inputType: ElementType = { kind: 'int', bits: 4, signed: true };
  expect(() => lowerGraph(graph, { inputType, inputScale: 1 })).toThrow(new RegExp(`error ${code}  `));
});

test('TopK of more than one, or of values, has no stage', () => {
  const constants: Record<string, [number[], number[]]> = { w, ...bits, k: [[1], [2]] };
  const graph = chain([matMul, { op: 'TopK', inputs: ['k'], attributes: {} }], constants);
  const inputType: ElementType = { kind: 'int', bits: 4, signed: true };
  expect(() => lowerGraph(graph, { inputType, inputScale: 1 })).toThrow(/H3040/);
  const values = { ...graph, initializers: new Map(graph.initializers).set('k', tensor([1], [1])) };
  expect(() => lowerGraph(values, { inputType, inputScale: 1 })).toThrow(/H3040/);
});
