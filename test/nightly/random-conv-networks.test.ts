/** 120 random convolutional networks as circuits in the simulator, 20 of them in Verilator as well. */
import { describe, expect, it } from 'vitest';
import { planNetwork } from '../../src/dataflow/plan.js';
import { packSamples } from '../../src/dataflow/port-beats.js';
import { predictTiming } from '../../src/dataflow/timing.js';
import { chainBench, figuresOf, runChain } from '../dataflow/chain-bench.js';
import { randomConvCase } from '../dataflow/random-conv-case.js';

const flowing = { source: { kind: 'none' }, sink: { kind: 'none' } } as const;
const half = { kind: 'bernoulli', p: 0.5 } as const;

describe('random convolutional networks', () => {
  // One of them alone: npx vitest run -c vitest.nightly.config.ts test/nightly/random-conv-networks.test.ts -t 'seed 8 '
  it.each(Array.from({ length: 120 }, (_, seed) => seed))(
    'seed %i is the executor, in the cycles predicted',
    async (seed) => {
      const one = randomConvCase(seed);
      const { chain } = planNetwork(one.network, { folding: one.folding, portBits: one.portBits });
      const bench = await chainBench(chain, seed % 6 === 0);
      const due = packSamples(chain.output, one.expected);
      const free = runChain(bench, one.codes, due, flowing);
      expect([one.recipe, free.failure]).toEqual([one.recipe, undefined]);
      expect(figuresOf(chain, free)).toEqual(predictTiming(chain, one.samples).cycles);
      const stalled = runChain(bench, one.codes, due, { source: half, sink: half }, 2);
      expect([one.recipe, stalled.failure]).toEqual([one.recipe, undefined]);
    },
    300_000,
  );
});
