/** Networks that people deploy, as accelerators: a few samples in the simulator; the nightly run has all of them. */
import { describe, expect, it } from 'vitest';
import { predictTiming } from '../../src/dataflow/timing.js';
import { haveModels } from '../network/shared.js';
import { cnv, cnvFolding, planOf, rn06, runReal } from './real-network.js';

describe.skipIf(!haveModels)('as accelerators', () => {
  it('RN06 (hls4ml): logits of four samples, at the cycles predicted', async () => {
    const network = await rn06();
    const plan = planOf(network, { interval: 10_000 });
    const { run, equal } = await runReal(network, plan, { count: 4, first: 8 });
    expect([run.failure, equal]).toEqual([undefined, 4]);
    expect(run.cycles).toEqual(predictTiming(plan.chain, 4).cycles);
  }, 120_000);

  it('CNV (FINN) at the folding of BNN-PYNQ: an interval of 32768 cycles, as its slowest layers have', async () => {
    const network = await cnv();
    const plan = planOf(network, { folding: cnvFolding(network) });
    const { first_sample, steady_interval } = predictTiming(plan.chain, 8).cycles;
    expect(steady_interval).toBe(32768);
    expect(first_sample).toBeLessThanOrEqual(137_000);
    const { run, equal } = await runReal(network, plan, { count: 1 });
    expect([run.failure, equal]).toEqual([undefined, 1]);
    expect(run.cycles).toEqual(predictTiming(plan.chain, 1).cycles);
  }, 120_000);
});
