/** A planted fault is found in the layer, channel and pixel where it first shows. */
import { expect, it } from 'vitest';
import { locateDifference, readCircuit } from '../../src/build/locate-difference.js';
import { simulatorParticipant } from '../../src/build/participants.js';
import type { Chain, ChainNode } from '../../src/dataflow/chain.js';
import { generateChain } from '../../src/dataflow/generate.js';
import { planNetwork } from '../../src/dataflow/plan.js';
import { placeOfElement, stageStreams } from '../../src/dataflow/stage-streams.js';
import { bytes, dense, graphOf, pipe, relu, sign } from '../../src/network/layers/index.js';
import { lowerGraph } from '../../src/network/lower.js';
import { runStages } from '../../src/network/run-stages.js';
import type { Stage } from '../../src/network/stages.js';

const weightBits = 4;
const network = lowerGraph(
  graphOf(
    'three',
    pipe(
      bytes(12),
      dense(8, { weightBits }),
      relu(3, { top: 1 }),
      dense(6, { weightBits }),
      sign(),
      dense(5, { weightBits }),
    ),
    { seed: 2n },
  ),
);
const folding = { dense_0: { PE: 2, SIMD: 3 }, dense_1: { PE: 3, SIMD: 4 }, dense_2: { PE: 5, SIMD: 2 } };
const { chain } = planNetwork(network, { folding, portBits: 64 });
const codes = Float64Array.from({ length: 24 }, (_, k) => (k * 91) % 256);

const located = (run: Chain): string | undefined => {
  const design = generateChain(run);
  return locateDifference({
    chain: run,
    design,
    network,
    participant: simulatorParticipant(design),
    read: readCircuit,
    codes,
  });
};

/** The chain with every word of one memory of a node changed. */
function mutated(name: string, change: (word: bigint, index: number) => bigint): Chain {
  const nodes = chain.nodes.map((node): ChainNode => {
    if (node.name !== name || node.kind !== 'matvec') return node;
    const { WEIGHTS } = node.images;
    return { ...node, images: { WEIGHTS: { ...WEIGHTS, words: WEIGHTS.words.map(change) } } };
  });
  expect(nodes).not.toEqual(chain.nodes);
  return { ...chain, nodes };
}

it('sees every stage of a chain', () => {
  expect(stageStreams(chain, network).map(({ stage, lanes, elements }) => [stage, lanes, elements])).toEqual([
    ['dense_0', 2, 8],
    ['dense_1', 3, 6],
    ['dense_2', 5, 5],
  ]);
});

it('finds nothing where nothing is wrong', () => {
  expect(located(chain)).toBeUndefined();
});

it('names the layer with the fault, not the ones behind it', () => {
  // Row 4 of dense_0 has its weights in the words 8 .. 11, lane 0; all of them become the most negative one.
  const fault = mutated('dense_0_matvec', (word, k) => (k >= 8 && k < 12 ? (word & ~0xfffn) | 0x888n : word));
  const expected = runStages(network, codes).stages[0] ?? new Float64Array();
  const sample = [0, 1].find((each) => expected[each * 8 + 4] !== 0);
  expect(located(fault)).toBe(
    `first wrong layer dense_0 (dense_0), sample ${sample}, element 4: 0x0, not 0x${expected[(sample ?? 0) * 8 + 4]?.toString(16)}`,
  );
  expect(located(mutated('dense_2_matvec', (word) => word ^ 1n))).toMatch(/^first wrong layer dense_2 .*, element 0: /);
});

it('says channel and pixel of an image', () => {
  const axis = { kernel: 2, stride: 1, dilation: 1, before: 0, after: 0, count: 4 };
  const window = { y: axis, x: { ...axis, count: 7 } };
  const conv = { kind: 'conv', channels: 3, window } as Stage;
  expect(placeOfElement(conv, (2 * 7 + 5) * 3 + 1)).toBe('channel 1, row 2, column 5');
});
