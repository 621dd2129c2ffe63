/** Every way to weights gives the same results at the same rate: cycle model, circuit and Verilator against the executor. */
import { describe, expect, it } from 'vitest';
import { readFolding } from '../../../src/dataflow/folding-file.js';
import { isSigned, planNetwork } from '../../../src/dataflow/plan.js';
import { packSamples } from '../../../src/dataflow/port-beats.js';
import { runPipelineModel } from '../../../src/dataflow/run-pipeline.js';
import { predictTiming } from '../../../src/dataflow/timing.js';
import {
  placeWeights,
  type WeightMode,
  weightModes,
  wordsBehind,
} from '../../../src/dataflow/weights/place-weights.js';
import { runStages } from '../../../src/network/run-stages.js';
import { chainBench, figuresOf, runChain } from '../chain-bench.js';
import { randomCase, type RandomCase } from '../random-network.js';

/** Networks with two weighted layers. */
function cases(count: number): (RandomCase & { readonly layers: readonly [string, string] })[] {
  const found: (RandomCase & { readonly layers: readonly [string, string] })[] = [];
  for (let seed = 1n; found.length < count; seed++) {
    const one = randomCase(seed);
    const dense = one.network.stages.filter(({ kind }) => kind === 'dense').map(({ name }) => name);
    if (dense.length === 2 && one.samples > 1) found.push({ ...one, layers: [dense[0]!, dense[1]!] });
  }
  return found;
}

const pairs: readonly (readonly [WeightMode, WeightMode])[] = weightModes.flatMap((a) =>
  weightModes.map((b) => [a, b] as const),
);

describe('weights of a network', () => {
  it('are where the folding file says', () => {
    const [{ network, folding, portBits, layers }] = cases(1) as [ReturnType<typeof cases>[number]];
    const [first] = layers;
    // Deep enough for words that wait for their frame.
    const deep = { ...folding, [first]: { ...folding[first]!, fifo: wordsBehind } };
    const text = (weights: string): string => JSON.stringify({ ...deep, [first]: { ...deep[first], weights } });
    for (const mode of weightModes) {
      const { chain } = planNetwork(network, { folding: readFolding(text(mode), network), portBits });
      const fixed = planNetwork(network, { folding: deep, portBits }).chain;
      expect(chain).toEqual(placeWeights(fixed, { [first]: mode }));
    }
    expect(() => readFolding(text('flash'), network)).toThrow('rom stream programmable programmable_stream external');
  });

  it('give the same results, and the interval of fixed ones, wherever they are, in the cycle model', () => {
    for (const { network, folding, portBits, codes, samples, layers } of cases(6)) {
      const { chain } = planNetwork(network, { folding, portBits });
      const signedOutput = isSigned(network.output.type);
      const expected = runStages(network, codes).outputs;
      const fixed = runPipelineModel(chain, codes, { signedOutput });
      expect(fixed.outputs).toEqual(expected);
      for (const [a, b] of pairs) {
        const placed = placeWeights(chain, { [layers[0]]: a, [layers[1]]: b });
        const run = runPipelineModel(placed, codes, { signedOutput });
        expect([a, b, run.outputs]).toEqual([a, b, expected]);
        expect([a, b, predictTiming(placed, samples).cycles]).toEqual([a, b, run.cycles]);
        // A port may be slower than the layer that it feeds.
        if (a === 'external' || b === 'external') continue;
        const [interval, before] = [run.cycles.steady_interval ?? 0, fixed.cycles.steady_interval ?? 0];
        // Words that are read once their frame has begun come up to three cycles late where the FIFO in front is short.
        const late = [a, b].filter((mode) => mode === 'programmable_stream').length * 3;
        expect(interval, `${a} ${b}`).toBeLessThanOrEqual(before + late);
        if (late === 0) expect(interval, `${a} ${b}`).toBe(before);
      }
    }
  });

  it.each([
    ['external', 'programmable_stream', true],
    ['stream', 'programmable', true],
    ['programmable_stream', 'external', false],
    ['programmable', 'stream', false],
    ['programmable_stream', 'programmable_stream', false],
  ] as const)('give the same results in the circuit: %s and %s', async (a, b, verilator) => {
    const [one] = cases(2).slice(1) as [ReturnType<typeof cases>[number]];
    const { network, folding, portBits, codes, layers } = one;
    const chain = placeWeights(planNetwork(network, { folding, portBits }).chain, { [layers[0]]: a, [layers[1]]: b });
    const bench = await chainBench(chain, verilator);
    const due = packSamples(chain.output, runStages(network, codes).outputs);
    for (const p of [0, 0.3, 0.8]) {
      const side = p === 0 ? ({ kind: 'none' } as const) : ({ kind: 'bernoulli', p } as const);
      const result = runChain(bench, codes, due, { source: side, sink: side }, p > 0.5 ? 2 : 0);
      expect(result.failure, `stall ${p}`).toBeUndefined();
      if (p === 0) expect(figuresOf(chain, result)).toEqual(predictTiming(chain, one.samples).cycles);
    }
  });
});
