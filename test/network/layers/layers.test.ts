import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { executeSamples } from '../../../src/network/execute.js';
import { sizeOf, type Graph } from '../../../src/network/graph.js';
import { lowerGraph } from '../../../src/network/lower.js';
import { codesInput } from '../../../src/network/passes/codes-input.js';
import { streamline } from '../../../src/network/passes/streamline.js';
import { decodeOutput, toStream } from '../../../src/network/ports.js';
import { runStages } from '../../../src/network/run-stages.js';
import {
  add,
  averagePool,
  bundle,
  bytes,
  concat,
  conv,
  dense,
  depthwise,
  type Flow,
  globalAveragePool,
  graphOf,
  maxPool,
  norm,
  pipe,
  quantize,
  relu,
  residual,
  sign,
  upsample,
} from '../../../src/network/layers/index.js';
import { largestDifference } from '../shared.js';

const weightsOf = (graph: Graph, layer: string) => graph.initializers.get(`${layer}_weight`)?.data;

describe('layers', () => {
  it('compute the matrices they were given', () => {
    const end = pipe(bytes(2), dense(2, { weightBits: 3, weights: [1, -2, 3, 3] }));
    const network = lowerGraph(graphOf('two', end));
    // Inputs are bytes over 255 and weights have a scale; the raw sums are the integers.
    expect([...runStages(network, Float64Array.of(10, 3)).outputs]).toEqual([10 - 6, 30 + 9]);
  });

  it('compute the kernels they were given, with padding behind an even kernel', () => {
    const weights = [1, 2, 3, -3];
    const end = pipe(
      bytes({ height: 2, width: 2, channels: 1 }),
      conv(1, { kernel: 2, padding: 'same', weightBits: 3, weights }),
    );
    expect(end.shape).toEqual([1, 2, 2]);
    const network = lowerGraph(graphOf('even', end));
    const [a, b, c, d] = [1, 10, 20, 50] as const;
    expect([...runStages(network, Float64Array.of(a, b, c, d)).outputs]).toEqual([
      a + 2 * b + 3 * c - 3 * d,
      b + 3 * d,
      c + 2 * d,
      d,
    ]);
  });

  it('are the same for the same seed and differ for another', () => {
    const end = pipe(bytes(5), dense(4, { weightBits: 4 }));
    const weights = (seed: bigint) => weightsOf(graphOf('r', end, { seed }), 'dense_0');
    expect(weights(3n)).toEqual(weights(3n));
    expect(weights(3n)).not.toEqual(weights(4n));
  });

  it('are written once where several read them', () => {
    const trunk = pipe(bytes(4), dense(4, { weightBits: 2 }), relu(2));
    const { nodes } = graphOf('shared', add(trunk, trunk));
    expect(nodes.filter(({ op }) => op === 'MatMul')).toHaveLength(1);
    expect(nodes.at(-1)?.inputs).toEqual(['relu_0_quant_out', 'relu_0_quant_out']);
  });

  it('refuse shapes that do not fit', () => {
    const image = bytes({ height: 4, width: 4, channels: 3 });
    expect(() => add(image, maxPool(2)(image))).toThrow('[3, 4, 4] and [3, 2, 2] have no sum');
    expect(() => concat(image, maxPool(2)(image))).toThrow('differ in more than channels');
    expect(() => graphOf('g', conv(4, { kernel: 3, groups: 2, weightBits: 2 })(image))).toThrow('conv_0');
    expect(() => graphOf('w', dense(2, { weightBits: 2, weights: [1] })(image))).toThrow('1 weights given, [2, 48]');
  });
});

const image = bytes({ height: 8, width: 8, channels: 3 });
const small = bundle(conv(4, { kernel: 3, padding: 'same', weightBits: 3 }), norm(), relu(3));

/** Networks with the kinds of stages that they lower to. */
const networks: Readonly<Record<string, readonly [Flow, readonly string[]]>> = {
  dense: [
    pipe(bytes(8), dense(6, { weightBits: 4 }), sign(), dense(4, { weightBits: 1 }), relu(3)),
    ['dense', 'dense'],
  ],
  pools: [
    pipe(image, small, maxPool([2, 1]), averagePool(2), quantize(4), dense(3, { weightBits: 2 })),
    ['conv', 'pool', 'pool', 'dense'],
  ],
  residual: [
    pipe(image, small, residual(small), relu(4), residual(small, conv1x1()), relu(3), globalAveragePool()),
    ['conv', 'duplicate', 'conv', 'add', 'duplicate', 'conv', 'conv', 'add', 'pool'],
  ],
  branches: [
    pipe(
      image,
      small,
      (x) => concat(small(x), upsample(2)(maxPool(2)(x))),
      depthwise({ kernel: [3, 2], weightBits: 4 }),
    ),
    ['conv', 'duplicate', 'conv', 'pool', 'upsample', 'concat', 'conv'],
  ],
  strided: [
    pipe(
      image,
      conv(5, { kernel: 2, stride: [2, 1], padding: [1, 0, 0, 1], dilation: [1, 2], weightBits: 1 }),
      norm(),
      sign(),
    ),
    ['conv'],
  ],
};

function conv1x1() {
  return bundle(conv(4, { kernel: 1, weightBits: 4 }), relu(3));
}

describe.each(Object.entries(networks))('%s', (name, [end, kinds]) => {
  const graph = graphOf(name, end, { seed: 11n });
  const network = lowerGraph(graph);

  it('has these stages', () => {
    expect(network.stages.map(({ kind }) => kind).sort()).toEqual([...kinds].sort());
  });

  it('computes in integers what its graph computes', () => {
    const random = randomStream(5n, name);
    const codes = Float64Array.from({ length: 8 * sizeOf(network.input.shape) }, () => random.nextInt(256));
    const { outputs } = runStages(network, toStream(codes, network.input));
    const expected = executeSamples(streamline(codesInput(graph, 1)), codes);
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    expect(largestDifference(decodeOutput(outputs, network.output), expected)).toBeLessThanOrEqual(1e-12 * largest);
    // Random weights that drive every output to one value would prove nothing.
    expect(new Set(outputs).size).toBeGreaterThan(1);
  });
});
