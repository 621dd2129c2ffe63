/**
 * Random convolutional networks whose layers have their weights anywhere: results of the executor, cycles as predicted, in the
 * cycle model and as circuits. Some have floored products.
 */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { weightedStages } from '../../../src/dataflow/folding.js';
import { isSigned, type Plan, planNetwork } from '../../../src/dataflow/plan.js';
import { packSamples } from '../../../src/dataflow/port-beats.js';
import { runPipelineModel } from '../../../src/dataflow/run-pipeline.js';
import { predictTiming } from '../../../src/dataflow/timing.js';
import { weightModes } from '../../../src/dataflow/weights/place-weights.js';
import { chainBench, figuresOf, runChain } from '../chain-bench.js';
import { randomConvCase } from '../random-conv-case.js';
import { weightsCase } from './random-weights-case.js';

const flowing = { source: { kind: 'none' }, sink: { kind: 'none' } } as const;
const half = { kind: 'bernoulli', p: 0.5 } as const;

const seeds = Array.from({ length: 16 }, (_, k) => k);
const cases = seeds.map(weightsCase);

/** What is tried of each mode: `external groups`, `stream shift`. */
const tried = new Set(
  cases.flatMap(({ network, modes }) =>
    weightedStages(network).flatMap((stage) => {
      const mode = modes[stage.name] ?? '';
      const groups = stage.kind === 'conv' && stage.groups > 1 ? [`${mode} groups`] : [];
      return [mode, ...groups, ...(stage.productShift === undefined ? [] : [`${mode} shift`])];
    }),
  ),
);

describe('weights of convolutions', () => {
  it('are tried everywhere, with floored products and mostly with groups', () => {
    const wanted = weightModes.flatMap((mode) => [mode, `${mode} shift`]);
    expect(wanted.filter((each) => !tried.has(each))).toEqual([]);
    expect(weightModes.filter((mode) => tried.has(`${mode} groups`)).length).toBeGreaterThan(2);
  });

  // One of them alone: npx vitest run test/dataflow/weights/conv-weights.test.ts -t 'seed 8 '
  it.each(seeds)('seed %i in the cycle model: results of the executor, cycles as predicted', (seed) => {
    const { chain, codes, network, expected, samples, recipe, modes } = cases[seed]!;
    const run = runPipelineModel(chain, codes, { signedOutput: isSigned(network.output.type) });
    const told = [...recipe, modes];
    expect([told, run.outputs]).toEqual([told, expected]);
    const { cycles, nodes } = predictTiming(chain, samples);
    const of = (all: readonly { name: string; cycles: unknown }[]) => all.map(({ name, cycles: each }) => [name, each]);
    expect([told, cycles, of(nodes)]).toEqual([told, run.cycles, of(run.nodes)]);
  });

  // In seed 36 branches meet again behind layers whose words are late.
  it.each([3, 11, 36])('seed %i keeps the interval of fixed weights, and its plan read back is the same', (seed) => {
    const { network, folding, portBits } = randomConvCase(seed);
    const random = randomStream(BigInt(seed), 'm');
    const layers = Object.entries(folding).map(([name, { PE, SIMD }]) => [name, { PE, SIMD }] as const);
    const inside = ['stream', 'programmable', 'programmable_stream'] as const;
    const elsewhere = layers.map(([name, layer]) => [name, { ...layer, weights: inside[random.nextInt(3)]! }] as const);
    const [fixed, placed] = [layers, elsewhere].map((all) =>
      planNetwork(network, { folding: Object.fromEntries(all), portBits }),
    ) as [Plan, Plan];
    const end = ({ chain }: Plan, samples: number) => predictTiming(chain, samples).cycles.total;
    expect(end(placed, 9) - end(placed, 5)).toBe(end(fixed, 9) - end(fixed, 5));
    const fifos = Object.fromEntries(placed.fifos.map(({ name, depth }) => [name, depth]));
    expect(planNetwork(network, { folding: placed.folding, fifos, portBits }).chain).toEqual(placed.chain);
  });

  // Seed 4 has everything, groups and floored products with most modes. The nightly run has 40, seven of them in Verilator.
  it.each([
    [9, true],
    [2, false],
    [4, false],
    [7, false],
  ])('seed %i as a circuit: the executor and the cycle model, stalled or not', async (seed, verilator) => {
    const { chain, codes, expected, samples, recipe, modes } = cases[seed]!;
    const told = [...recipe, modes];
    const bench = await chainBench(chain, verilator);
    const due = packSamples(chain.output, expected);
    const free = runChain(bench, codes, due, flowing);
    expect([told, free.failure]).toEqual([told, undefined]);
    expect([told, figuresOf(chain, free)]).toEqual([told, predictTiming(chain, samples).cycles]);
    const stalled = runChain(bench, codes, due, { source: half, sink: half }, 2);
    expect([told, stalled.failure]).toEqual([told, undefined]);
  });
});
