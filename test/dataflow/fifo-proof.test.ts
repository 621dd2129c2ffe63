/** Proofs of FIFO depths: sized ones lose throughput with a place less, larger ones do not. */
import { describe, expect, it } from 'vitest';
import { proveFifos } from '../../src/dataflow/fifo-proof.js';
import { withDepths } from '../../src/dataflow/fifo-depths.js';
import { planNetwork } from '../../src/dataflow/plan.js';
import { randomConvCase } from './random-conv-case.js';

const planned = (seed: number) => {
  const { network, folding } = randomConvCase(seed);
  const free = Object.fromEntries(Object.entries(folding).map(([name, { PE, SIMD }]) => [name, { PE, SIMD }]));
  return planNetwork(network, { folding: free, portBits: 'full' });
};

describe('proofs of FIFO depths', () => {
  it('say what each sized FIFO loses with a place less', () => {
    const losses = [10, 36, 109].flatMap((seed) => {
      const { chain, fifos } = planned(seed);
      const proofs = proveFifos(
        chain,
        fifos.map(({ name }) => name),
        24,
      );
      expect(proofs.fifos.map(({ name, depth }) => [name, depth])).toEqual(
        fifos.map(({ name, depth }) => [name, depth]),
      );
      for (const { name, depth, held, loss } of proofs.fifos) {
        expect(held, `seed ${seed}, ${name}`).toBeLessThanOrEqual(depth);
        expect(loss.kind === 'least', `seed ${seed}, ${name}`).toBe(depth === 1);
        if (loss.kind === 'slower') expect(loss.interval).toBeGreaterThan(proofs.interval);
      }
      return proofs.fifos.map(({ loss }) => loss.kind);
    });
    expect(losses).not.toContain('none');
    expect(losses).toContain('slower');
  });

  it('find a FIFO that is deeper than it need be, and one without which nothing moves', () => {
    const { chain, fifos } = planned(10);
    const deep = fifos.find(({ depth }) => depth > 2)!;
    const larger = withDepths(chain, new Map([[deep.name, deep.depth + 1]]));
    expect(proveFifos(larger, [deep.name], 24).fifos).toMatchObject([{ loss: { kind: 'none' } }]);
    // The least depth with which a branch does not stop everything.
    const branch = fifos.find(({ name, depth }) => name.startsWith('duplicate') && depth >= 8)!;
    const kinds = Array.from({ length: branch.depth - 1 }, (_, k) => {
      const cut = withDepths(chain, new Map([[branch.name, k + 2]]));
      return proveFifos(cut, [branch.name], 6).fifos[0]?.loss.kind;
    });
    expect(kinds).toContain('deadlock');
  });
});
