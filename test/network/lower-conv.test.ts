/** Convolutional networks: the integer stages against the reference executor, which computes on float64 in another layout. */
import { describe, expect, test } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { valueRange } from '../../src/network/element-type.js';
import { executeSamples } from '../../src/network/execute.js';
import { sizeOf } from '../../src/network/graph.js';
import { lowerGraph } from '../../src/network/lower.js';
import { codesInput } from '../../src/network/passes/codes-input.js';
import { streamline } from '../../src/network/passes/streamline.js';
import { decodeOutput, toStream } from '../../src/network/ports.js';
import { runStages } from '../../src/network/run-stages.js';
import { sourcesOf, type Stage } from '../../src/network/stages.js';
import { randomConvNetwork } from './random-conv-graph.js';
import { largestDifference } from './shared.js';

const seeds = Array.from({ length: 120 }, (_, index) => index);
const kinds = new Map<Stage['kind'], number>();

describe('random networks', () => {
  // One of them alone: npx vitest run test/network/lower-conv.test.ts -t 'seed 17 '
  test.each(seeds)('seed %i equals the reference', (seed) => {
    const { graph, inputType, inputScale, recipe } = randomConvNetwork(seed);
    const network = lowerGraph(graph, { inputType, inputScale });
    network.stages.forEach((stage) => kinds.set(stage.kind, (kinds.get(stage.kind) ?? 0) + 1));
    const { min, max } = valueRange(inputType);
    const random = randomStream(BigInt(seed), 'codes');
    const samples = 3;
    const codes = Float64Array.from(
      { length: samples * sizeOf(network.input.shape) },
      () => min + random.nextInt(max - min + 1),
    );
    const expected = executeSamples(streamline(codesInput(graph, inputScale)), codes);
    const run = runStages(network, toStream(codes, network.input));
    const actual = decodeOutput(run.outputs, network.output);
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    expect([recipe, largestDifference(actual, expected) <= 1e-12 * largest]).toEqual([recipe, true]);
  });

  test('between them they have every kind of stage, and every stream has one reader', () => {
    for (const kind of ['conv', 'dense', 'pool', 'add', 'concat', 'upsample', 'duplicate', 'elementwise'] as const)
      expect([kind, (kinds.get(kind) ?? 0) > 3]).toEqual([kind, true]);
    for (const seed of seeds.slice(0, 40)) {
      const { graph, inputType, inputScale } = randomConvNetwork(seed);
      const { stages } = lowerGraph(graph, { inputType, inputScale });
      const readers = new Map<string, number>();
      stages.forEach((_, index) =>
        sourcesOf(stages, index).forEach((name) => readers.set(name, (readers.get(name) ?? 0) + 1)),
      );
      stages.forEach((stage, index) => {
        const wanted = stage.kind === 'duplicate' ? stage.copies : index === stages.length - 1 ? 0 : 1;
        expect([stage.name, readers.get(stage.name) ?? 0]).toEqual([stage.name, wanted]);
      });
    }
  });
});
