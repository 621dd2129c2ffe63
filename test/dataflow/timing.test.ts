/** Prediction, cycle model and circuit: the same figures, on planned networks and on chains that nobody would plan. */
import { describe, expect, it } from 'vitest';
import { isSigned, planNetwork } from '../../src/dataflow/plan.js';
import { type PipelineRun, runPipelineModel } from '../../src/dataflow/run-pipeline.js';
import { packSamples } from '../../src/dataflow/port-beats.js';
import { predictTiming, type Timing } from '../../src/dataflow/timing.js';
import { Times } from '../../src/dataflow/times.js';
import { FreezeTimes } from '../../src/dataflow/timing-equations.js';
import { runStages } from '../../src/network/run-stages.js';
import { chainBench, figuresOf, runChain } from './chain-bench.js';
import { randomChain } from './random-chain.js';
import { randomCase } from './random-network.js';

const flowing = { source: { kind: 'none' }, sink: { kind: 'none' } } as const;

function expectEqual(seed: number, predicted: Timing, run: PipelineRun): void {
  expect([seed, predicted.cycles]).toEqual([seed, run.cycles]);
  const of = (nodes: readonly { name: string; cycles: unknown }[]) =>
    nodes.map(({ name, cycles }) => ({ name, cycles }));
  expect([seed, of(predicted.nodes)]).toEqual([seed, of(run.nodes)]);
}

const zeros = (count: number): number[] => new Array<number>(count).fill(0);

describe('timing', () => {
  it('of 300 random networks is that of the cycle model, whose results are those of the integer executor', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const { network, folding, portBits, samples, codes } = randomCase(BigInt(seed));
      const { chain } = planNetwork(network, { folding, portBits });
      const run = runPipelineModel(chain, codes, { signedOutput: isSigned(network.output.type) });
      expectEqual(seed, predictTiming(chain, samples), run);
      expect([seed, run.outputs]).toEqual([seed, runStages(network, codes).outputs]);
    }
  });

  it('of 20 random networks is that of the circuit', async () => {
    for (let seed = 1001; seed <= 1020; seed++) {
      const { network, folding, portBits, samples, codes } = randomCase(BigInt(seed), 3);
      const { chain } = planNetwork(network, { folding, portBits });
      const due = packSamples(chain.output, runStages(network, codes).outputs);
      const result = runChain(await chainBench(chain), codes, due, flowing);
      expect([seed, result.failure]).toEqual([seed, undefined]);
      expect([seed, figuresOf(chain, result)]).toEqual([seed, predictTiming(chain, samples).cycles]);
    }
  });

  it('of 500 random chains is that of the cycle model', () => {
    for (let seed = 1; seed <= 500; seed++) {
      const chain = randomChain(BigInt(seed));
      const samples = 1 + (seed % 6);
      expectEqual(seed, predictTiming(chain, samples), runPipelineModel(chain, zeros(samples * chain.input.elements)));
    }
  });

  it('of 15 random chains is that of the circuit', async () => {
    for (let seed = 1001; seed <= 1015; seed++) {
      const chain = randomChain(BigInt(seed));
      const codes = Array.from({ length: 4 * chain.input.elements }, (_, i) => (i * seed) % 4);
      const { outputBeats } = runPipelineModel(chain, codes);
      const result = runChain(await chainBench(chain), codes, outputBeats, flowing);
      expect([seed, result.failure]).toEqual([seed, undefined]);
      expect([seed, figuresOf(chain, result)]).toEqual([seed, predictTiming(chain, 4).cycles]);
    }
  });

  it('has no interval for one sample', () => {
    const chain = randomChain(3n);
    expect(predictTiming(chain, 1).cycles.steady_interval).toBeNull();
    expect(predictTiming(chain, 2).cycles.steady_interval).toBeTypeOf('number');
  });
});

describe('a pipeline that freezes', () => {
  /** Offers of three outputs: inputs in cycles 0, 3 and 6, output 0 leaves in `first` and output 1 in cycle 20. */
  const lastOffer = (first: number): number => {
    const [input, output] = [new Times(), new Times()];
    const pipeline = new FreezeTimes(input, output, 4);
    const take = (from: number): void => {
      const time = pipeline.take(from);
      expect(time).toBe(from);
      input.push(from);
    };
    take(0);
    take(3);
    expect(pipeline.offer()).toBe(4);
    output.push(first);
    take(6);
    expect(pipeline.offer()).toBe(7 + first - 4);
    output.push(20);
    return pipeline.offer();
  };

  it('may give a later beat earlier when an earlier one is held', () => {
    expect(lastOffer(4)).toBe(23);
    expect(lastOffer(6)).toBe(21);
  });

  it('does not answer before it can know', () => {
    const [input, output] = [new Times(), new Times()];
    const pipeline = new FreezeTimes(input, output, 2);
    expect(pipeline.offer()).toBe(Infinity);
    input.push(pipeline.take(0));
    expect(pipeline.take(2)).toBe(Infinity);
    output.push(9);
    expect(pipeline.take(2)).toBe(9);
  });
});
