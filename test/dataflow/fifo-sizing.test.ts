/** Sized FIFOs keep the interval of endless ones and no FIFO can lose a place; chains that stop say where. */
import { describe, expect, it } from 'vitest';
import { HeddleError } from '../../src/base/diagnostics.js';
import { packSamples } from '../../src/dataflow/port-beats.js';
import { withDepths } from '../../src/dataflow/fifo-depths.js';
import { sizeFifos } from '../../src/dataflow/fifo-sizing.js';
import { planNetwork } from '../../src/dataflow/plan.js';
import { predictTiming } from '../../src/dataflow/timing.js';
import { runStages } from '../../src/network/run-stages.js';
import { chainBench, figuresOf, runChain } from './chain-bench.js';
import { randomConvCase } from './random-conv-case.js';

/** Cycles from sample to sample at the end of a long run. */
function lateInterval(chain: Parameters<typeof predictTiming>[0]): number {
  const end = (samples: number) => predictTiming(chain, samples).cycles.total;
  return (end(24) - end(20)) / 4;
}

/** Networks with branches among them. */
const seeds = [10, 16, 36, 40, 54, 85, 93, 109, 120, 130];

const planned = (seed: number) => {
  const { network, folding } = randomConvCase(seed);
  const free = Object.fromEntries(Object.entries(folding).map(([name, { PE, SIMD }]) => [name, { PE, SIMD }]));
  return { network, plan: planNetwork(network, { folding: free, portBits: 'full' }) };
};

describe('sized FIFOs', () => {
  it.each(seeds)('of seed %i cost no throughput, and none can lose a place', (seed) => {
    const { chain, fifos } = planned(seed).plan;
    const endless = withDepths(chain, new Map(fifos.map(({ name }) => [name, 1e6])));
    const interval = lateInterval(endless);
    expect(lateInterval(chain)).toBe(interval);
    for (const { name, depth, peak } of fifos) {
      expect(depth).toBeGreaterThanOrEqual(1);
      expect(peak).toBeGreaterThanOrEqual(1);
      if (depth === 1) continue;
      expect([name, slower(withDepths(chain, new Map([[name, depth - 1]])), interval)]).toEqual([name, true]);
    }
  });

  it('are what the circuit needs, too', async () => {
    const { network, plan } = planned(10);
    const { elements } = plan.chain.input;
    const codes = Float64Array.from({ length: 8 * elements }, (_, i) => (i * 7) % 2);
    const due = packSamples(plan.chain.output, runStages(network, codes).outputs);
    const flowing = { source: { kind: 'none' }, sink: { kind: 'none' } } as const;
    const run = runChain(await chainBench(plan.chain), codes, due, flowing);
    expect(run.failure).toBeUndefined();
    expect(figuresOf(plan.chain, run)).toEqual(predictTiming(plan.chain, 8).cycles);
  });

  it('that the user gives stay as they are', () => {
    const { network, plan } = planned(10);
    const names = plan.fifos.map(({ name }) => name);
    const [branch = ''] = names.filter((name) => name.startsWith('duplicate'));
    const again = planNetwork(network, { folding: plan.folding, fifos: { [branch]: 77 }, portBits: 'full' });
    const node = again.chain.nodes.find(({ name }) => name === branch);
    expect(node?.kind === 'fifo' && node.params.DEPTH).toBe(77);
    expect(again.fifos.map(({ name }) => name)).not.toContain(branch);
  });
});

/** True where a chain loses throughput or stops. */
function slower(chain: Parameters<typeof predictTiming>[0], interval: number): boolean {
  try {
    return lateInterval(chain) > interval;
  } catch (error) {
    if (error instanceof HeddleError) return true;
    throw error;
  }
}

describe('a deadlock', () => {
  // One branch goes through a convolution with a window of several rows, the other one straight to the addition.
  it('names the circle of streams and the FIFO that is too small', () => {
    const found = seeds.flatMap((seed) => {
      const { chain, fifos } = planned(seed).plan;
      return fifos.flatMap(({ name, depth }) => {
        if (depth < 8 || !name.startsWith('duplicate')) return [];
        const cut = withDepths(chain, new Map([[name, 1]]));
        try {
          predictTiming(cut, 3);
          return [];
        } catch (error) {
          return [{ name, message: error instanceof Error ? error.message : '' }];
        }
      });
    });
    expect(found.length).toBeGreaterThan(0);
    for (const { name, message } of found) {
      expect(message).toContain('H2107');
      expect(message).toContain(`${name} is full with 1 beats`);
      expect(message).toContain(`give ${name} more depth`);
      expect(message).toContain(' > ');
    }
  });

  it('is an error of the sizing, too, where the user gave the depth', () => {
    const { chain, fifos } = planned(10).plan;
    const small = fifos.filter(({ name, depth }) => depth >= 8 && name.startsWith('duplicate'));
    expect(small.length).toBeGreaterThan(0);
    for (const { name } of small) {
      const cut = withDepths(chain, new Map([[name, 1]]));
      expect(() => sizeFifos(cut, new Set([name]))).toThrow(/H2107/);
    }
  });
});
