/** Predicted cycles are those of the circuit, on more random networks and chains than the suite has time for. */
import { expect, it } from 'vitest';
import { isSigned, planNetwork } from '../../src/dataflow/plan.js';
import { packSamples } from '../../src/dataflow/port-beats.js';
import { runPipelineModel } from '../../src/dataflow/run-pipeline.js';
import { predictTiming } from '../../src/dataflow/timing.js';
import { runStages } from '../../src/network/run-stages.js';
import { chainBench, figuresOf, runChain } from '../dataflow/chain-bench.js';
import { randomChain } from '../dataflow/random-chain.js';
import { randomCase } from '../dataflow/random-network.js';

const flowing = { source: { kind: 'none' }, sink: { kind: 'none' } } as const;
const from = (first: number, count: number) => Array.from({ length: count }, (_, k) => first + k);

it.each(from(2001, 120))('network of seed %i', async (seed) => {
  const { network, folding, portBits, samples, codes } = randomCase(BigInt(seed), 3);
  const { chain } = planNetwork(network, { folding, portBits });
  const due = packSamples(chain.output, runStages(network, codes).outputs);
  expect(runPipelineModel(chain, codes, { signedOutput: isSigned(network.output.type) }).cycles).toEqual(
    predictTiming(chain, samples).cycles,
  );
  const result = runChain(await chainBench(chain), codes, due, flowing);
  expect(result.failure).toBeUndefined();
  expect(figuresOf(chain, result)).toEqual(predictTiming(chain, samples).cycles);
});

it.each(from(2001, 60))('chain of seed %i', async (seed) => {
  const chain = randomChain(BigInt(seed));
  const codes = Array.from({ length: 4 * chain.input.elements }, (_, i) => (i * seed) % 4);
  const { outputBeats } = runPipelineModel(chain, codes);
  const result = runChain(await chainBench(chain), codes, outputBeats, flowing);
  expect(result.failure).toBeUndefined();
  expect(figuresOf(chain, result)).toEqual(predictTiming(chain, 4).cycles);
});
