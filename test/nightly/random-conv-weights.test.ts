/** 40 random convolutional networks with weights anywhere as circuits in the simulator, 7 of them in Verilator as well. */
import { describe, expect, it } from 'vitest';
import { packSamples } from '../../src/dataflow/port-beats.js';
import { predictTiming } from '../../src/dataflow/timing.js';
import { chainBench, figuresOf, runChain } from '../dataflow/chain-bench.js';
import { weightsCase } from '../dataflow/weights/random-weights-case.js';

const flowing = { source: { kind: 'none' }, sink: { kind: 'none' } } as const;
const half = { kind: 'bernoulli', p: 0.5 } as const;

const seeds = Array.from({ length: 40 }, (_, k) => 100 + k);

describe('random convolutional networks with weights anywhere', () => {
  // One of them alone: npx vitest run -c vitest.nightly.config.ts test/nightly/random-conv-weights.test.ts -t 'seed 108 '
  it.each(seeds)(
    'seed %i is the executor, in the cycles predicted',
    async (seed) => {
      const { chain, codes, expected, samples, recipe, modes } = weightsCase(seed);
      const told = [...recipe, modes];
      const bench = await chainBench(chain, seed % 6 === 0);
      const due = packSamples(chain.output, expected);
      const free = runChain(bench, codes, due, flowing);
      expect([told, free.failure]).toEqual([told, undefined]);
      expect([told, figuresOf(chain, free)]).toEqual([told, predictTiming(chain, samples).cycles]);
      const stalled = runChain(bench, codes, due, { source: half, sink: half }, 2);
      expect([told, stalled.failure]).toEqual([told, undefined]);
    },
    300_000,
  );
});
