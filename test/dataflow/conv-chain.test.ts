/** Random convolutional networks as accelerators: results of the integer stages, prediction and cycle model in step, circuits. */
import { describe, expect, it } from 'vitest';
import { isSigned, planNetwork } from '../../src/dataflow/plan.js';
import { packSamples } from '../../src/dataflow/port-beats.js';
import { runPipelineModel } from '../../src/dataflow/run-pipeline.js';
import { predictTiming } from '../../src/dataflow/timing.js';
import { chainBench, figuresOf, runChain } from './chain-bench.js';
import { type ConvCase, randomConvCase } from './random-conv-case.js';

const flowing = { source: { kind: 'none' }, sink: { kind: 'none' } } as const;
const half = { kind: 'bernoulli', p: 0.5 } as const;

const planned = (seed: number) => {
  const one = randomConvCase(seed);
  return { ...one, chain: planNetwork(one.network, { folding: one.folding, portBits: one.portBits }).chain };
};
const runOf = ({ network, codes }: ConvCase, chain: ReturnType<typeof planned>['chain']) =>
  runPipelineModel(chain, codes, { signedOutput: isSigned(network.output.type) });

// The nightly run has 120 of them as circuits, 20 also in Verilator.
// 36 and 53 have whole patches of a part of the channels.
const modelSeeds = [...Array.from({ length: 28 }, (_, seed) => seed), 36, 53];
const circuitSeeds = [4, 12, 36, 87];

const units = ['sliding_window', 'patch_window', 'depthwise', 'matvec'];

describe('random convolutional networks', () => {
  it('have plain windows, windows of whole patches and of parts of their channels, and depthwise units', () => {
    const nodes = modelSeeds.flatMap((seed) => planned(seed).chain.nodes);
    expect(units.filter((unit) => !nodes.some(({ kind }) => kind === unit))).toEqual([]);
    expect(nodes.some((node) => node.kind === 'patch_window' && node.params.FOLDS > 1)).toBe(true);
  });

  // One of them alone: npx vitest run test/dataflow/conv-chain.test.ts -t 'seed 8 '
  it.each(modelSeeds)('seed %i in the cycle model is the executor, at the cycles predicted', (seed) => {
    const one = planned(seed);
    const run = runOf(one, one.chain);
    expect([one.recipe, run.outputs]).toEqual([one.recipe, one.expected]);
    const { cycles, nodes } = predictTiming(one.chain, one.samples);
    const of = (all: readonly { name: string; cycles: unknown }[]) => all.map(({ name, cycles: each }) => [name, each]);
    expect([one.recipe, cycles, of(nodes)]).toEqual([one.recipe, run.cycles, of(run.nodes)]);
  });

  it.each(circuitSeeds)('seed %i as a circuit is the executor and the cycle model, stalled or not', async (seed) => {
    const one = planned(seed);
    const bench = await chainBench(one.chain);
    const due = packSamples(one.chain.output, one.expected);
    const free = runChain(bench, one.codes, due, flowing);
    expect([one.recipe, free.failure]).toEqual([one.recipe, undefined]);
    expect(figuresOf(one.chain, free)).toEqual(predictTiming(one.chain, one.samples).cycles);
    expect(runChain(bench, one.codes, due, { source: half, sink: half }, 2).failure).toBeUndefined();
  });
});
