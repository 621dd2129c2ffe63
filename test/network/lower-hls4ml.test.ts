import { expect, test } from 'vitest';
import { GraphBuilder } from '../../src/import/keras-builder.js';
import { fractionBits, type FixedType } from '../../src/network/fixed-type.js';
import { tensor, type Graph } from '../../src/network/graph.js';
import type { Hls4mlConfig } from '../../src/network/hls4ml-config.js';
import { collapseNetwork, lowerHls4mlExactly } from '../../src/network/lower-hls4ml.js';
import { decodeOutput } from '../../src/network/ports.js';
import { runStages } from '../../src/network/run-stages.js';
import { random } from './random-graph.js';
import { largestDifference } from './shared.js';

const fixed = (bits: number, integer: number, more: Partial<FixedType> = {}): FixedType => ({
  ...{ bits, integer, signed: true, rounding: 'floor', overflow: 'wrap' },
  ...more,
});

/** ap_fixed assignment in float64: exact for the small numbers of this test. */
function assign(x: number, type: FixedType): number {
  const step = 2 ** -fractionBits(type);
  const rounded = type.rounding === 'half-up' ? Math.floor(x / step + 0.5) : Math.floor(x / step);
  const size = 2 ** type.bits;
  const min = type.signed ? -size / 2 : 0;
  if (type.overflow === 'saturate') return Math.min(Math.max(rounded, min), min + size - 1) * step;
  return (((((rounded - min) % size) + size) % size) + min) * step;
}

interface Case {
  readonly graph: Graph;
  readonly config: Hls4mlConfig;
  /** The C++ of hls4ml, one sample. */
  readonly emulate: (input: readonly number[]) => number[];
  readonly port: FixedType;
}

/** dense -> batch normalization -> relu -> dense, types at random; the first accumulator may floor its products. */
function randomCase(seed: number): Case {
  const next = random(seed);
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const list = (count: number, scale: number): number[] =>
    Array.from({ length: count }, () => (next() * 2 - 1) * scale);
  const port = fixed(6, int(2, 6), { signed: next() < 0.7 });
  const weight = fixed(int(4, 7), int(0, 3));
  // Fractional bits for a part of the product, all of it or the bias, then as many bits in all as may or may not wrap.
  const fraction = fractionBits(port) + fractionBits(weight) + int(-4, 2);
  const accumBits = int(12, 24);
  const accumType = fixed(accumBits, accumBits - fraction);
  const result = fixed(int(8, 16), int(3, 7));
  const scale = fixed(10, 3);
  const bias = fixed(9, 4);
  const overflow = next() < 0.5 ? 'saturate' : 'wrap';
  const relu = fixed(int(4, 8), int(1, 4), { overflow, rounding: next() < 0.5 ? 'half-up' : 'floor' });
  const [inputs, units, outputs] = [3, 4, 2];
  const kernel = list(inputs * units, 2).map((x) => assign(x, weight));
  const offsets = list(units, 1).map((x) => assign(x, weight));
  const gamma = list(units, 2);
  const beta = list(units, 2);
  const last = list(units * outputs, 2).map((x) => assign(x, weight));
  const builder = new GraphBuilder();
  const constant = (name: string, shape: number[], data: number[]): string =>
    builder.constant(name, tensor(shape, data));
  let at = builder.node('MatMul', 'd0', 'd0', ['in', constant('k0', [inputs, units], kernel)], { quantized_kernel: 1 });
  at = builder.node('Add', 'd0_add', 'd0', [at, constant('b0', [units], offsets)]);
  const zeros = constant('zeros', [units], [0, 0, 0, 0]);
  const ones = constant('ones', [units], [1, 1, 1, 1]);
  const parameters = [constant('gamma', [units], gamma), constant('beta', [units], beta), zeros, ones];
  at = builder.node('BatchNormalization', 'bn', 'bn', [at, ...parameters], { epsilon: 0 });
  at = builder.node('Relu', 'act', 'act', [at]);
  at = builder.node('MatMul', 'd1', 'd1', [at, constant('k1', [units, outputs], last)], { quantized_kernel: 1 });
  const graph: Graph = {
    ...{
      name: 'hls',
      source: 'qkeras',
      inputs: [{ name: 'in', shape: [1, inputs] }],
      outputs: [{ name: at, shape: [1, outputs] }],
    },
    ...builder.parts(),
  };
  const accum1 = fixed(32, 32 - Math.max(0, fractionBits(relu)) - fractionBits(weight));
  const layers = new Map([
    ['d0', { weight, bias: weight, accum: accumType, result }],
    ['bn', { scale, bias, result }],
    ['act', { result: relu }],
    ['d1', { weight, accum: accum1, result: fixed(12, 8) }],
  ]);
  const output = fixed(8, 7);
  const emulate = (input: readonly number[]): number[] => {
    const hidden = Array.from({ length: units }, (_, unit) => {
      let sum = assign(offsets[unit] ?? 0, accumType);
      input.forEach((x, i) => (sum = assign(sum + assign(x * (kernel[i * units + unit] ?? 0), accumType), accumType)));
      const normal = assign(
        assign(sum, result) * assign(gamma[unit] ?? 0, scale) + assign(beta[unit] ?? 0, bias),
        result,
      );
      return assign(Math.max(normal, 0), relu);
    });
    return Array.from({ length: outputs }, (_, unit) => {
      let sum = 0;
      hidden.forEach((x, i) => (sum = assign(sum + assign(x * (last[i * outputs + unit] ?? 0), accum1), accum1)));
      return assign(assign(sum, fixed(12, 8)), output);
    });
  };
  return { graph, config: { model: fixed(16, 6), layers, input: port, output, removeSoftmax: false }, emulate, port };
}

const first = Number(process.env.HEDDLE_SEED ?? 1);
const count = process.env.HEDDLE_SEED === undefined ? 60 : 1;

test.each(Array.from({ length: count }, (_, index) => first + index))(
  'random types %i: stages equal the C++ semantics',
  (seed) => {
    const repeat = `repeat: HEDDLE_SEED=${seed} npx vitest run test/network/lower-hls4ml.test.ts`;
    const { graph, config, emulate, port } = randomCase(seed);
    const exact = lowerHls4mlExactly(graph, config);
    const joined = collapseNetwork(exact);
    const next = random(seed + 1000);
    const low = port.signed ? -32 : 0;
    const codes = Float64Array.from({ length: 3 * 60 }, () => low + Math.floor(next() * 64));
    const expected = Array.from({ length: 60 }, (_, sample) =>
      emulate([...codes.subarray(3 * sample, 3 * sample + 3)].map((code) => code * 2 ** -fractionBits(port))),
    ).flat();
    expect(largestDifference(decodeOutput(runStages(exact, codes).outputs, exact.output), expected), repeat).toBe(0);
    expect(largestDifference(decodeOutput(runStages(joined, codes).outputs, joined.output), expected), repeat).toBe(0);
  },
);

test('H3037: an accumulator that rounds products in another way than down', () => {
  const { graph, config } = randomCase(1);
  const layers = new Map(config.layers).set('d0', {
    ...config.layers.get('d0'),
    accum: fixed(12, 12, { rounding: 'half-up' }),
  });
  expect(() => lowerHls4mlExactly(graph, { ...config, layers })).toThrow(/H3037 {2}d0/);
});

test('H3042: batch normalization behind a kernel without quantizer, saturating accumulators', () => {
  const { graph, config } = randomCase(1);
  const plain = {
    ...graph,
    nodes: graph.nodes.map((node) => ({ ...node, attributes: { ...node.attributes, quantized_kernel: 0 } })),
  };
  expect(() => lowerHls4mlExactly(plain, config)).toThrow(/H3042 {2}bn/);
  const narrow = { ...(config.layers.get('d0')?.accum ?? fixed(8, 0)), overflow: 'saturate' as const };
  const layers = new Map(config.layers).set('d0', {
    ...config.layers.get('d0'),
    accum: { ...narrow, bits: 8, integer: narrow.integer + 8 - narrow.bits },
  });
  expect(() => lowerHls4mlExactly(graph, { ...config, layers })).toThrow(/H3042 {2}d0/);
});
