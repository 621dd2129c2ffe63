/** Foldings under the budget of a board, for a network of the tree. */
import { describe, expect, it } from 'vitest';
import { describeNextStep, nextStep, searchPlan } from '../../src/build/folding-plan.js';
import { loadModel } from '../../src/build/load-model.js';
import { planFor } from '../../src/build/plan-goal.js';
import { layerInterval, weightedStages } from '../../src/dataflow/folding.js';
import { overBudget } from '../../src/dataflow/folding-search.js';
import { predictTiming } from '../../src/dataflow/timing.js';
import { loadNetwork } from '../../src/import/index.js';
import { chainResources } from '../../src/dataflow/resources/chain.js';
import { fromIce40, ice40Chain } from '../../src/dataflow/resources/ice40.js';
import { boardNames, findBoard } from '../../src/target/boards.js';
import { haveModels, model } from '../network/shared.js';

const board = findBoard('PYNQ-Z2')!;
const load = async () => (await loadModel({ model: 'vectors/digits/digits_w4a4.onnx' })).loaded.stageNetwork;

describe('foldings under a budget', () => {
  it('stays within every board, the chain as a whole', async () => {
    const network = await load();
    // These weights have estimates in cells of AMD only.
    for (const { name, resources } of boardNames()
      .map((each) => findBoard(each)!)
      .filter(({ flow }) => flow === 'vivado')) {
      const { plan, total } = searchPlan(network, { interval: 1, budget: resources, portBits: 64 })!;
      expect(overBudget(total, resources), name).toEqual([]);
      expect(total).toEqual(chainResources(plan.chain).total);
    }
  });

  it('counts the cells of an iCE40 for its board where all modules have estimates, and takes fewer then', async () => {
    const { resources: budget, family } = findBoard('icebreaker')!;
    const request = { interval: 784, budget, portBits: 8 } as const;
    const bits = (await loadModel({ model: 'vectors/digits/digits_w1a1.onnx' })).loaded.stageNetwork;
    const [own, amd] = [searchPlan(bits, { ...request, family })!, searchPlan(bits, request)!];
    const cells = ({ plan }: typeof own) => ice40Chain(plan.chain)!.total;
    expect([own.total, own.search.fits]).toEqual([fromIce40(cells(own)), true]);
    expect(Math.max(own.search.interval, amd.search.interval)).toBeLessThanOrEqual(784);
    expect(cells(own).lut).toBeLessThan(0.8 * cells(amd).lut);
    expect(cells(own).ebr).toBeLessThan(cells(amd).ebr);
    const step = nextStep(bits, own.plan, budget, family)!;
    expect([step.more.lut > 0, step.interval < own.search.interval]).toEqual([true, true]);
    const codes = searchPlan(await load(), { ...request, portBits: 64, family })!;
    expect(codes.total).toEqual(chainResources(codes.plan.chain).total);
  });

  it('reaches a rate with less than the fastest takes, or says what ends it', async () => {
    const network = await load();
    const rate = planFor(network, { portBits: 64, clockMhz: 100, targetFps: 100_000 });
    const intervals = weightedStages(network).map((stage) => layerInterval(stage, rate.folding[stage.name]!));
    expect(Math.max(...intervals)).toBeLessThanOrEqual(1000);
    const fastest = planFor(network, { portBits: 64, clockMhz: 100, board: 'pynq-z2' });
    expect(chainResources(rate.chain).total.lut).toBeLessThan(chainResources(fastest.chain).total.lut / 4);
    // The products of the largest layer are more than there are DSPs; those of the others stay in theirs.
    expect(fastest.folding['dense_0']).toMatchObject({ mult_style: 'lut' });
    expect(fastest.folding['dense_1']).not.toHaveProperty('mult_style');
    expect(chainResources(fastest.chain).total.dsp).toBeGreaterThan(0);
    const beyond = () => planFor(network, { portBits: 'full', clockMhz: 100, targetFps: 5_000_000 });
    expect(beyond).toThrow(/more LUT than pynq-z2 has/);
  });

  it('prices the next step up', async () => {
    const network = await load();
    const plan = planFor(network, { portBits: 'full', clockMhz: 100, board: 'pynq-z2' });
    const step = nextStep(network, plan, board.resources)!;
    const slowest = Math.max(...weightedStages(network).map((s) => layerInterval(s, plan.folding[s.name]!)));
    expect(step.interval).toBeLessThan(slowest);
    expect(step.over).toEqual(['lut']);
    expect(describeNextStep(step, 'pynq-z2')).toMatch(
      /^interval \d+ with dense_0 .* in LUTs .*\+[\d,]+ LUT.*; more LUT than pynq-z2 has$/,
    );
  });

  it.skipIf(!haveModels)('gives the first result of AD03 within 360 cycles on a pynq-z2', async () => {
    const file = model('ad03', 'model_ToyCar.h5');
    const { stageNetwork } = await loadNetwork(file, { numerics: model('ad03', 'hls4ml.yml') });
    const plan = planFor(stageNetwork, { portBits: 64, clockMhz: 100, board: 'pynq-z2', maxLatency: 3.6 });
    expect(predictTiming(plan.chain, 1).cycles.first_sample + 1).toBeLessThanOrEqual(360);
    expect(overBudget(chainResources(plan.chain).total, board.resources)).toEqual([]);
  });

  it.skipIf(!haveModels)(
    'gives the first result of RN06 in time, in seconds, with no more than that takes',
    async () => {
      const numerics = model('rn06', 'hls4ml.yml');
      const { stageNetwork } = await loadNetwork(model('rn06', 'model_best.h5'), { numerics });
      const request = { portBits: 64, clockMhz: 100, board: 'pynq-z2' } as const;
      const start = process.cpuUsage();
      const plans = [1000, 400, 200].map((maxLatency) => planFor(stageNetwork, { ...request, maxLatency }));
      expect(process.cpuUsage(start).user / 1e6).toBeLessThan(60);
      const totals = plans.map(({ chain }) => chainResources(chain).total);
      for (const total of totals) expect(overBudget(total, board.resources)).toEqual([]);
      const latencies = plans.map(({ chain }) => predictTiming(chain, 1).cycles.first_sample + 1);
      expect(latencies[0]).toBeLessThanOrEqual(100_000);
      expect(latencies[1]).toBeLessThanOrEqual(40_000);
      expect(latencies[2]).toBeLessThanOrEqual(20_000);
      expect(totals[0]!.dsp).toBeLessThan(totals[2]!.dsp);
      expect(() => planFor(stageNetwork, { ...request, maxLatency: 30 })).toThrow(
        /after 3000 cycles, the best takes \d{4,5}\b/,
      );
    },
  );
});
