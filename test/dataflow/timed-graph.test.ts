/** The search for transfer times gives the same whether samples come one after the other or all at once. */
import { describe, expect, it } from 'vitest';
import { planNetwork } from '../../src/dataflow/plan.js';
import { ChainTimes, streamTimes } from '../../src/dataflow/timing.js';
import { randomChain } from './random-chain.js';
import { randomConvCase } from './random-conv-case.js';
import { weightsCase } from './weights/random-weights-case.js';

const chains = {
  ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8].map((seed) => [`chain ${seed}`, () => randomChain(BigInt(seed))])),
  ...Object.fromEntries([5, 21, 88].map((seed) => [`weights ${seed}`, () => weightsCase(seed).chain])),
  'conv 10': () => {
    const { network, folding } = randomConvCase(10);
    return planNetwork(network, { folding, portBits: 'full' }).chain;
  },
};

describe.each(Object.entries(chains))('%s', (_, make) => {
  it('has the same times sample by sample', () => {
    const chain = make();
    const times = new ChainTimes(chain);
    for (let samples = 1; samples <= 5; samples++) times.run(samples);
    const found = times.times();
    for (const [name, all] of streamTimes(chain, 5)) expect([name, found.get(name)]).toEqual([name, all]);
    expect(times.endOf(4)).toBeLessThan(Infinity);
    expect(times.endOf(5)).toBe(Infinity);
  });

  it('repeats a sample only where all its beats are an interval later', () => {
    const chain = make();
    const beats = chain.input.beats;
    const slow = 5000;
    const times = new ChainTimes(chain, { pace: (k) => Math.floor(k / beats) * slow + (k % beats) });
    times.run(6);
    expect(times.endOf(5) - times.endOf(4)).toBe(slow);
    expect([times.repeats(5, slow), times.repeats(5, slow + 1)]).toEqual([true, false]);
    const rushed = new ChainTimes(chain, {
      pace: (k) => Math.floor(k / beats) * slow + (k % beats) - (k >= 5 * beats ? 1 : 0),
    });
    rushed.run(6);
    expect(rushed.repeats(5, slow)).toBe(false);
  });
});
