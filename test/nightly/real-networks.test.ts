/** Networks of MLPerf Tiny and of the FINN course, all samples in the simulator, some in Verilator under stalls. */
import { describe, expect, it } from 'vitest';
import { predictTiming } from '../../src/dataflow/timing.js';
import { cnv, cnvFolding, planOf, type RealNetwork, resnet8, rn06, runReal } from '../dataflow/real-network.js';
import { haveModels } from '../network/shared.js';

const half = { kind: 'bernoulli', p: 0.75 } as const;
const stall = { source: half, sink: half };

const cases = [
  {
    name: 'rn06',
    load: rn06,
    samples: 64,
    verilated: 4,
    plan: (net: RealNetwork) => planOf(net, { interval: 10_000 }),
  },
  {
    name: 'resnet8',
    load: resnet8,
    samples: 64,
    verilated: 2,
    plan: (net: RealNetwork) => planOf(net, { interval: 40_000 }),
  },
  {
    name: 'cnv',
    load: cnv,
    samples: 24,
    verilated: 1,
    plan: (net: RealNetwork) => planOf(net, { folding: cnvFolding(net) }),
  },
] as const;

describe.skipIf(!haveModels).each(cases)('$name', ({ load, samples, verilated, plan }) => {
  it('equals the expected values in the simulator, at the cycles predicted', async () => {
    const network = await load();
    const planned = plan(network);
    const { run, equal } = await runReal(network, planned, { count: samples });
    expect([run.failure, equal]).toEqual([undefined, samples]);
    expect(run.cycles).toEqual(predictTiming(planned.chain, samples).cycles);
  }, 1_800_000);

  it('equals them in Verilator under stalls', async () => {
    const network = await load();
    const { run, equal } = await runReal(network, plan(network), { count: verilated, verilator: true, stall });
    expect([run.failure, equal]).toEqual([undefined, verilated]);
  }, 1_800_000);
});
