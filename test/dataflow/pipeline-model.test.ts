/** Whole chains: circuit, composed cycle model and Verilator in lockstep under every stall pattern and with resets. */
import { describe, expect, it } from 'vitest';
import { isSigned, planNetwork } from '../../src/dataflow/plan.js';
import { packSamples } from '../../src/dataflow/port-beats.js';
import { runPipelineModel } from '../../src/dataflow/run-pipeline.js';
import { runStages } from '../../src/network/run-stages.js';
import { turnedStalls } from '../blocks/module-bench.js';
import { chainBench, runChain } from './chain-bench.js';
import { randomCase } from './random-network.js';

const planned = (seed: bigint, layers?: number) => {
  const one = randomCase(seed, layers);
  return { ...one, chain: planNetwork(one.network, { folding: one.folding, portBits: one.portBits }).chain };
};

describe('a chain', () => {
  it.each([
    [2001n, true],
    [2002n, true],
    [2003n, false],
    [2004n, false],
    [2005n, false],
    [2006n, false],
    [2007n, false],
    [2008n, false],
  ])('of seed %i agrees in all its forms', async (seed, verilator) => {
    const { chain, network, codes } = planned(seed, 2);
    const bench = await chainBench(chain, verilator);
    const due = packSamples(chain.output, runStages(network, codes).outputs);
    for (const stall of turnedStalls(Number(seed % 12n))) {
      expect(runChain(bench, codes, due, stall).failure).toBeUndefined();
    }
    const half = { kind: 'bernoulli', p: 0.5 } as const;
    expect(runChain(bench, codes, due, { source: half, sink: half }, 8).failure).toBeUndefined();
  });
});

describe('runPipelineModel', () => {
  it('computes the same under stalls, only later', () => {
    for (const seed of [5n, 9n, 14n]) {
      const { chain, network, codes } = planned(seed);
      const signedOutput = isSigned(network.output.type);
      const free = runPipelineModel(chain, codes, { signedOutput });
      for (const stalls of turnedStalls(Number(seed))) {
        const run = runPipelineModel(chain, codes, { signedOutput, stalls, seed });
        expect(run.outputs).toEqual(free.outputs);
        expect(run.cycles.total).toBeGreaterThanOrEqual(free.cycles.total);
      }
    }
  });

  it('counts work, intervals and FIFO levels', () => {
    const { chain, codes, samples } = planned(7n);
    const run = runPipelineModel(chain, codes);
    chain.nodes.forEach((node, i) => {
      if (node.kind !== 'matvec') return;
      const { MH, MW, PE, SIMD } = node.params;
      const steps = (MH / PE) * (MW / SIMD);
      expect(run.nodes[i]?.busy).toBe(samples * steps);
      expect(run.nodes[i]?.cycles.steady_interval).toBeGreaterThanOrEqual(steps);
    });
    expect(run.fifos.length).toBe(chain.nodes.filter(({ kind }) => kind === 'fifo').length);
    for (const { depth, peak } of run.fifos) {
      expect(peak).toBeGreaterThan(0);
      expect(peak).toBeLessThanOrEqual(depth);
    }
    expect(run.inputBeats).toHaveLength(samples * chain.input.beats);
    expect(run.outputBeats.filter(({ last }) => last)).toHaveLength(samples);
    expect(run.outputBeats.at(-1)?.last).toBe(true);
  });
});
