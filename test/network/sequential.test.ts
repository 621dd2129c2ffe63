import { describe, expect, it } from 'vitest';
import { lowerGraph } from '../../src/network/lower.js';
import { runStages } from '../../src/network/run-stages.js';
import { sequential } from '../../src/network/sequential.js';

describe('the network API', () => {
  it('computes the matrices it was given', () => {
    const graph = sequential('two', { inputs: 2 })
      .dense(2, { weightBits: 3, weights: [1, -2, 3, 3] })
      .graph();
    const network = lowerGraph(graph);
    // Inputs are bytes over 255, weights are quarters; the raw sums are the integers.
    expect([...runStages(network, Float64Array.of(10, 3)).outputs]).toEqual([10 - 6, 30 + 9]);
  });

  it('is the same for the same seed and differs for another', () => {
    const weightsOf = (seed: bigint) =>
      sequential('r', { inputs: 5, seed }).dense(4, { weightBits: 4 }).graph().initializers.get('dense_0_weight')!.data;
    expect(weightsOf(3n)).toEqual(weightsOf(3n));
    expect(weightsOf(3n)).not.toEqual(weightsOf(4n));
  });

  it('lowers activations of one and of several bits', () => {
    const graph = sequential('acts', { inputs: 8 })
      .dense(6, { weightBits: 4 })
      .sign()
      .dense(4, { weightBits: 1 })
      .relu(3)
      .dense(2, { weightBits: 2 })
      .graph();
    const { stages } = lowerGraph(graph);
    expect(stages.map(({ kind, outputs, output }) => [kind, outputs, output.kind])).toEqual([
      ['dense', 6, 'bipolar'],
      ['dense', 4, 'int'],
      ['dense', 2, 'int'],
    ]);
  });
});
