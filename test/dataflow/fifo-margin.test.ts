/** Chains with branches give their results with any pauses at their ports; without the margins of their FIFOs some stop for ever. */
import { describe, expect, it } from 'vitest';
import type { Chain } from '../../src/dataflow/chain.js';
import { withDepths } from '../../src/dataflow/fifo-depths.js';
import { proveFifos } from '../../src/dataflow/fifo-proof.js';
import { type SizedFifo, sizeFifos } from '../../src/dataflow/fifo-sizing.js';
import { planNetwork } from '../../src/dataflow/plan.js';
import { packSamples } from '../../src/dataflow/port-beats.js';
import { lossText } from './fifo-cases.js';
import { pausePatterns, runPaused } from './paused-model.js';
import { randomConvCase } from './random-conv-case.js';
import { weightsCase } from './weights/random-weights-case.js';

interface Case {
  readonly chain: Chain;
  readonly fifos: readonly SizedFifo[];
  readonly codes: Float64Array;
  readonly due: readonly bigint[];
}

/** `rom 21` is randomConvCase(21), `anywhere 118` weightsCase(118). */
function caseOf(name: string): Case {
  const [kind, digits] = name.split(' ');
  const seed = Number(digits);
  const dueOf = (chain: Chain, expected: Float64Array) => packSamples(chain.output, expected).map(({ data }) => data);
  if (kind === 'anywhere') {
    const { chain, fifos, codes, expected } = weightsCase(seed);
    return { chain, fifos, codes, due: dueOf(chain, expected) };
  }
  const { network, folding, portBits, codes, expected } = randomConvCase(seed);
  const { chain, fifos } = planNetwork(network, { folding, portBits });
  return { chain, fifos, codes, due: dueOf(chain, expected) };
}

const withMargin = ['rom 4', 'rom 21', 'rom 53', 'rom 68', 'rom 69', 'rom 87', 'rom 88', 'rom 113', 'rom 131'];
const stopping = ['rom 21', 'anywhere 118'];
const others = ['rom 10', 'rom 36', 'rom 109', 'rom 16', 'rom 40', 'anywhere 5', 'anywhere 21', 'anywhere 88'];
const cases = new Map([...new Set([...withMargin, ...stopping, ...others])].map((name) => [name, caseOf(name)]));

/** The chain with the depths that full throughput needs. */
const withoutMargin = ({ chain, fifos }: Case): Chain =>
  withDepths(chain, new Map(fifos.map(({ name, depth, margin }) => [name, depth - margin])));

describe('chains with branches', () => {
  // One of them alone: npx vitest run test/dataflow/fifo-margin.test.ts -t 'rom 21 '
  it.each([...cases.keys()])('%s gives its results with any pauses', (name) => {
    const { chain, codes, due } = cases.get(name)!;
    expect(chain.nodes.map(({ kind }) => kind)).toContain('duplicate');
    for (const pattern of pausePatterns)
      for (const seed of [1, 2])
        expect([pattern.name, seed, runPaused(chain, codes, due.length, pattern, seed)]).toEqual([
          pattern.name,
          seed,
          due,
        ]);
  });

  it.each(stopping)('%s stops for ever without its margin', (name) => {
    const one = cases.get(name)!;
    const ends = pausePatterns.map((pattern) => {
      return runPaused(withoutMargin(one), one.codes, one.due.length, pattern, 1).length === one.due.length;
    });
    expect(ends).toContain(false);
  });
});

describe('a margin', () => {
  it('belongs to FIFOs between a fork and a join', () => {
    const grown = [...cases.values()].flatMap(({ chain, fifos }) =>
      fifos.flatMap(({ name, margin }) => (margin > 0 ? [{ chain, name }] : [])),
    );
    expect(grown.length).toBeGreaterThanOrEqual(withMargin.length);
    for (const { chain, name } of grown) {
      expect([name, ...reach(chain, name, 'up')]).toContain('duplicate');
      expect([...reach(chain, name, 'down')].some((kind) => kind === 'add' || kind === 'concat')).toBe(true);
    }
  });

  it('is what the proof calls the places that only pauses need', () => {
    for (const name of withMargin) {
      const { chain, fifos } = cases.get(name)!;
      const grown = fifos.filter(({ margin }) => margin > 0).map((fifo) => fifo.name);
      expect(grown.length, name).toBeGreaterThan(0);
      const proofs = proveFifos(chain, grown).fifos;
      expect([name, proofs.map(({ loss }) => loss.kind)]).toEqual([name, grown.map(() => 'margin')]);
      expect(lossText(proofs[0]!.loss, 1)).toContain('justified');
    }
  });

  it('is in the depths that the interval is measured with', () => {
    for (const name of withMargin) {
      const { network, folding, portBits } = randomConvCase(Number(name.split(' ')[1]));
      const { chain, fifos, interval } = sizeFifos(planNetwork(network, { folding, portBits, sizing: false }).chain);
      expect(fifos.some(({ margin }) => margin > 0)).toBe(true);
      expect([name, proveFifos(chain, [], 24).interval]).toEqual([name, interval]);
    }
  });

  it('is an error where the user gave the depths', () => {
    const one = cases.get('rom 21')!;
    const all = new Set(one.chain.nodes.flatMap(({ kind, name }) => (kind === 'fifo' ? [name] : [])));
    expect(() => sizeFifos(withoutMargin(one), all)).toThrow(/H2107.*late beats/);
    expect(sizeFifos(one.chain, all).fifos).toEqual([]);
  });
});

/** Kinds of the nodes in front of (`up`) or behind (`down`) a node. */
function reach(chain: Chain, name: string, way: 'up' | 'down'): Set<string> {
  const near = new Set(chain.nodes.filter((node) => node.name === name).flatMap((node) => streams(node, way)));
  const kinds = new Set<string>();
  for (const node of way === 'down' ? chain.nodes : [...chain.nodes].reverse()) {
    if (!streams(node, way === 'up' ? 'down' : 'up').some((stream) => near.has(stream))) continue;
    kinds.add(node.kind);
    for (const stream of streams(node, way)) near.add(stream);
  }
  return kinds;
}

const streams = (node: Chain['nodes'][number], way: 'up' | 'down') => (way === 'up' ? node.inputs : node.outputs);
