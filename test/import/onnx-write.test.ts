/** Convolutional networks written as QONNX and read back are the same function. */
import { expect, test } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { readOnnx } from '../../src/import/onnx-read.js';
import { encodeQonnx } from '../../src/import/onnx-write.js';
import { executeSamples } from '../../src/network/execute.js';
import { sizeOf } from '../../src/network/graph.js';
import { randomConvNetwork } from '../network/random-conv-graph.js';
import { largestDifference } from '../network/shared.js';

test.each(Array.from({ length: 25 }, (_, seed) => seed))('seed %i', (seed) => {
  const { graph } = randomConvNetwork(seed);
  const read = readOnnx(encodeQonnx(graph), 'file.onnx');
  const random = randomStream(BigInt(seed), 'written');
  const input = Float64Array.from({ length: sizeOf(graph.inputs[0]?.shape ?? []) }, () => random.nextInt(16) - 8);
  expect(read.nodes.map((node) => node.op)).toEqual(graph.nodes.map((node) => node.op));
  const actual = executeSamples(read, input);
  const expected = executeSamples(graph, input);
  // The epsilon of a batch normalization is a float32 in the file.
  expect(largestDifference(actual, expected)).toBeLessThanOrEqual(1e-6 * Math.max(1, ...expected.map(Math.abs)));
});
