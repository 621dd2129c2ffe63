/** hls4ml networks with branches: stages and accelerators against the C++ of hls4ml written in float64, exact for these sizes. */
import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../src/import/keras-builder.js';
import { isSigned, planNetwork } from '../../src/dataflow/plan.js';
import { packSamples } from '../../src/dataflow/port-beats.js';
import { runPipelineModel } from '../../src/dataflow/run-pipeline.js';
import { fractionBits, type FixedType } from '../../src/network/fixed-type.js';
import { tensor, type Graph } from '../../src/network/graph.js';
import type { Hls4mlConfig, Hls4mlLayer } from '../../src/network/hls4ml-config.js';
import { collapseNetwork, lowerHls4mlExactly } from '../../src/network/lower-hls4ml.js';
import { decodeOutput } from '../../src/network/ports.js';
import { runStages } from '../../src/network/run-stages.js';
import { chainBench, runChain } from '../dataflow/chain-bench.js';
import { random } from './random-graph.js';

/** ap_fixed assignment. */
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
  readonly port: FixedType;
  readonly pixels: number;
  /** The C++ of hls4ml on the channels of one pixel. */
  readonly emulate: (pixel: readonly number[]) => number[];
}

/**
 * The input goes to a layer a and, cast, around it; both are added; the sum, a relu of it and a layer b of it are joined; a layer c ends
 * it. Layers are dense, or convolutions with a kernel of one pixel.
 */
function branched(seed: number): Case {
  const next = random(seed);
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const type = (bits: number, integer: number): FixedType => ({
    ...{ bits, integer, signed: true },
    rounding: next() < 0.5 ? 'half-up' : 'floor',
    overflow: next() < 0.3 ? 'saturate' : 'wrap',
  });
  const plain = (bits: number, integer: number): FixedType => ({
    ...{ bits, integer, signed: true, rounding: 'floor', overflow: 'wrap' },
  });
  const images = seed % 2 === 1;
  const [height, width] = images ? [int(1, 3), int(2, 3)] : [1, 1];
  const channels = int(2, 3);
  const [port, weight] = [plain(6, int(2, 4)), plain(4, 2)];
  const results = ['a', 'around', 'sum', 'rectified', 'b', 'joined', 'c'].map((name): [string, FixedType] => [
    name,
    type(int(6, 10), int(3, 5)),
  ]);
  const types = new Map(results);
  const of = (name: string): FixedType => types.get(name) ?? port;
  const accum = plain(20, 10);
  const builder = new GraphBuilder();
  const kernels = new Map<string, readonly (readonly number[])[]>();
  const linear = (layer: string, from: string, inputs: number, outputs: number): string => {
    const kernel = Array.from({ length: inputs }, () =>
      Array.from({ length: outputs }, () => assign(next() * 4 - 2, weight)),
    );
    kernels.set(layer, kernel);
    const [shape, data] = images
      ? [[outputs, inputs, 1, 1], kernel[0]?.flatMap((_, o) => kernel.map((row) => row[o] ?? 0))]
      : [[inputs, outputs], kernel.flat()];
    const weights = builder.constant(`${layer}_kernel`, tensor(shape, data ?? []));
    const attributes = images ? { kernel_shape: [1, 1], quantized_kernel: 1 } : { quantized_kernel: 1 };
    return builder.node(images ? 'Conv' : 'MatMul', layer, layer, [from, weights], attributes);
  };
  const start = images ? builder.node('Transpose', 'turn', 'turn', ['in'], { perm: [0, 3, 1, 2] }) : 'in';
  const quant = ['scale', 'zero', 'bits'].map((name) => builder.constant(name, tensor([], [1])));
  const around = builder.node('Quant', 'around', 'around', [start, ...quant]);
  const a = linear('a', start, channels, channels);
  const sum = builder.node('Add', 'sum', 'sum', seed % 3 === 0 ? [a, around] : [around, a]);
  const rectified = builder.node('Relu', 'rectified', 'rectified', [sum]);
  const b = linear('b', sum, channels, 2);
  const joined = builder.node('Concat', 'joined', 'joined', [rectified, b], { axis: 1 });
  const c = linear('c', joined, channels + 2, 2);
  const end = images ? builder.node('Transpose', 'back', 'back', [c], { perm: [0, 2, 3, 1] }) : c;
  const shape = (count: number): number[] => (images ? [1, height, width, count] : [1, count]);
  const graph: Graph = {
    ...{ name: 'branched', source: 'qkeras', inputs: [{ name: 'in', shape: shape(channels) }] },
    outputs: [{ name: end, shape: shape(2) }],
    ...builder.parts(),
  };
  const layers = new Map(results.map(([name, result]): [string, Hls4mlLayer] => [name, { weight, accum, result }]));
  const product = (layer: string, x: readonly number[]): number[] => {
    const kernel = kernels.get(layer) ?? [];
    return (kernel[0] ?? []).map((_, o) => {
      const total = x.reduce((partial, value, i) => {
        const one = assign(value * (kernel[i]?.[o] ?? 0), accum);
        return assign(partial + one, accum);
      }, 0);
      return assign(total, of(layer));
    });
  };
  const emulate = (x: readonly number[]): number[] => {
    const left = product('a', x);
    const total = x.map((value, i) => assign((left[i] ?? 0) + assign(value, of('around')), of('sum')));
    const positive = total.map((value) => assign(Math.max(value, 0), of('rectified')));
    const all = [...positive, ...product('b', total)].map((value) => assign(value, of('joined')));
    return product('c', all);
  };
  const config = { model: plain(16, 6), layers, input: port, removeSoftmax: false };
  return { graph, config, port, pixels: height * width, emulate };
}

/** Codes of random samples and what the C++ gives for them. */
function samplesOf({ port, pixels, emulate, graph }: Case, seed: number, samples: number) {
  const next = random(seed + 1000);
  const channels = graph.inputs[0]?.shape.at(-1) ?? 1;
  const codes = Float64Array.from({ length: samples * pixels * channels }, () => Math.floor(next() * 64) - 32);
  const expected = Array.from({ length: samples * pixels }, (_, pixel) =>
    emulate(
      [...codes.subarray(pixel * channels, (pixel + 1) * channels)].map((code) => code * 2 ** -fractionBits(port)),
    ),
  );
  return { codes, expected: expected.flat() };
}

const first = Number(process.env.HEDDLE_SEED ?? 1);
const count = process.env.HEDDLE_SEED === undefined ? 40 : 1;
const repeat = (seed: number): string => `repeat: HEDDLE_SEED=${seed} npx vitest run test/network/hls4ml-join.test.ts`;

describe('hls4ml networks with branches', () => {
  test.each(Array.from({ length: count }, (_, index) => first + index))('random types %i', (seed) => {
    const one = branched(seed);
    const exact = lowerHls4mlExactly(one.graph, one.config);
    const network = collapseNetwork(exact);
    const { codes, expected } = samplesOf(one, seed, 8);
    expect([...decodeOutput(runStages(exact, codes).outputs, exact.output)], repeat(seed)).toEqual(expected);
    expect([...decodeOutput(runStages(network, codes).outputs, network.output)], repeat(seed)).toEqual(expected);
    const { chain } = planNetwork(network, { portBits: 'full' });
    const run = runPipelineModel(chain, codes, { signedOutput: isSigned(network.output.type) });
    expect([...decodeOutput(run.outputs, network.output)], repeat(seed)).toEqual(expected);
    expect(network.stages.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['duplicate', 'add', 'concat']));
  });

  test.each([first, first + 1])('random types %i as a circuit, stalled', async (seed) => {
    const one = branched(seed);
    const network = collapseNetwork(lowerHls4mlExactly(one.graph, one.config));
    const { codes } = samplesOf(one, seed, 2);
    const { chain } = planNetwork(network, { portBits: 'full' });
    const due = packSamples(chain.output, runStages(network, codes).outputs);
    const half = { kind: 'bernoulli', p: 0.5 } as const;
    const { failure } = runChain(await chainBench(chain), codes, due, { source: half, sink: half });
    expect(failure, repeat(seed)).toBeUndefined();
  });

  test('three activations in one layer are refused, and a concatenation along rows', () => {
    const { graph, config } = branched(1);
    const change = (name: string, with_: Partial<Graph['nodes'][number]>): Graph => ({
      ...graph,
      nodes: graph.nodes.map((node) => (node.name === name ? { ...node, ...with_ } : node)),
    });
    const [sum = '', rectified = ''] = ['sum', 'rectified'].map(
      (name) => graph.nodes.find((node) => node.name === name)?.outputs[0],
    );
    expect(() => lowerHls4mlExactly(change('sum', { op: 'Mul' }), config)).toThrow(/H3031 {2}sum/);
    const joining = (inputs: readonly string[], axis: number): Graph => {
      const nodes = change('joined', { inputs, attributes: { axis } }).nodes.filter(
        ({ name }) => name !== 'c' && name !== 'back',
      );
      const output = nodes.find(({ name }) => name === 'joined')?.outputs[0] ?? '';
      return { ...graph, nodes, outputs: [{ name: output, shape: [1] }] };
    };
    expect(() => lowerHls4mlExactly(joining([sum, rectified, sum], 1), config)).toThrow(/H3031 {2}joined.*two/s);
    expect(() => lowerHls4mlExactly(joining([sum, rectified], 2), config)).toThrow(/H3038 {2}joined/);
    expect(() => lowerHls4mlExactly(joining([sum, rectified], 1), config)).not.toThrow();
  });
});
