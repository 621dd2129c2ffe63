/**
 * The suite can fail: each planted fault in a pipeline is seen by lockstep of the circuit with the unharmed cycle model, and
 * those that change values by the integer reference too.
 */
import { describe, expect, it } from 'vitest';
import type { Image } from '../../src/circuit/index.js';
import { bindStream, modelParticipant } from '../../src/cosim/channel-model.js';
import { runLockstep } from '../../src/cosim/lockstep.js';
import { moduleStreams } from '../../src/cosim/streams.js';
import type { Chain, ChainNode } from '../../src/dataflow/chain.js';
import { generateChain } from '../../src/dataflow/generate.js';
import { PipelineModel } from '../../src/dataflow/pipeline-model.js';
import { planNetwork } from '../../src/dataflow/plan.js';
import { packSamples } from '../../src/dataflow/port-beats.js';
import { randomStream } from '../../src/base/random.js';
import { lowerGraph } from '../../src/network/lower.js';
import { runStages } from '../../src/network/run-stages.js';
import { bytes, dense, graphOf, pipe, relu } from '../../src/network/layers/index.js';
import type { StageNetwork } from '../../src/network/stages.js';
import { compile, elaborate } from '../../src/simulator/index.js';

const samples = 12;

const thresholded = lowerGraph(
  graphOf(
    'thresholded',
    pipe(bytes(12), dense(8, { weightBits: 4 }), relu(2, { top: 1 }), dense(6, { weightBits: 2 })),
    {
      seed: 5n,
    },
  ),
);
/** One matrix with a requantizer of 11 bits that rounds. */
const rounded: StageNetwork = {
  ...thresholded,
  name: 'rounded',
  stages: [
    {
      ...(thresholded.stages[0] as Extract<StageNetwork['stages'][number], { kind: 'dense' }>),
      output: { kind: 'int', bits: 11, signed: true },
      activation: {
        kind: 'fixed',
        steps: [
          {
            multiplier: [3n],
            addend: [5n],
            shift: 3,
            rounding: 'half-even',
            relu: false,
            overflow: 'saturate',
            result: { bits: 11, signed: true },
          },
        ],
      },
    },
  ],
  output: { shape: [8], type: { kind: 'int', bits: 11, signed: true }, scale: [1], offset: [0] },
};

const foldings = {
  thresholded: { dense_0: { PE: 2, SIMD: 3, fifo: 2 }, dense_1: { PE: 3, SIMD: 4, fifo: 2 } },
  rounded: { dense_0: { PE: 4, SIMD: 3, fifo: 2 } },
};

function codesOf(network: StageNetwork): Float64Array {
  const random = randomStream(11n, network.name);
  return Float64Array.from({ length: samples * network.stages[0]!.inputs }, () => random.nextInt(256));
}

/** First difference between the circuit of `mutant` and the cycle model of `chain` under random stalls. */
function lockstep(chain: Chain, mutant: Chain, network: StageNetwork) {
  const design = generateChain(mutant);
  const streams = moduleStreams(design.modules[design.top]!, {});
  const model = modelParticipant(() => {
    const pipeline = new PipelineModel(chain);
    const bound = streams.map((stream) =>
      stream.role === 'sink'
        ? bindStream(
            stream,
            pipeline.input,
            (tdata) => ({ tdata, tlast: 0n }),
            ({ tdata }) => tdata ?? 0n,
          )
        : bindStream(
            stream,
            pipeline.output,
            ({ data, last }) => ({ tdata: data, tlast: last ? 1n : 0n }),
            (beat) => ({
              data: beat.tdata ?? 0n,
              last: beat.tlast === 1n,
            }),
          ),
    );
    return { model: pipeline, streams: bound };
  }, 'aresetn');
  const circuit = elaborate(design);
  return runLockstep({
    participants: [{ name: 'circuit', compare: 'exact', create: () => compile(circuit) }, model],
    streams,
    inputs: {
      s_axis: packSamples(mutant.input, codesOf(network)).map(({ data, last }) => ({
        tdata: data,
        tlast: last ? 1n : 0n,
      })),
    },
    expected: {
      m_axis: packSamples(chain.output, runStages(network, codesOf(network)).outputs).map(({ data, last }) => ({
        tdata: data,
        tlast: last ? 1n : 0n,
      })),
    },
    stall: {
      source: { kind: 'bernoulli', p: 0.3 },
      sink: { kind: 'bernoulli', p: 0.3 },
    },
    seed: 3n,
    reset: 'aresetn',
  }).failure;
}

type Change = (node: ChainNode) => ChainNode;
const withImage =
  (name: string, key: string, edit: (image: Image) => Image): Change =>
  (node) => {
    if (node.name !== name || !('images' in node)) return node;
    const images = node.images as Readonly<Record<string, Image>>;
    return { ...node, images: { ...images, [key]: edit(images[key]!) } } as ChainNode;
  };
const flipBit = (image: Image, word: number, bit: number): Image => ({
  ...image,
  words: image.words.map((value, at) => (at === word ? value ^ (1n << BigInt(bit)) : value)),
});
/** Exchanges the two halves of every word: PE 0 gets the rows of PE 1. */
const swapHalves = (image: Image): Image => {
  const half = BigInt(image.width / 2);
  const mask = (1n << half) - 1n;
  return { ...image, words: image.words.map((word) => ((word & mask) << half) | (word >> half)) };
};

function mutate(chain: Chain, change: Change): Chain {
  return { ...chain, nodes: chain.nodes.map(change) };
}

describe('planted faults', () => {
  const plan = (network: StageNetwork, folding: (typeof foldings)['thresholded'] | (typeof foldings)['rounded']) =>
    planNetwork(network, { folding, portBits: 32 }).chain;
  const chain = plan(thresholded, foldings.thresholded);
  const roundedChain = plan(rounded, foldings.rounded);

  it('no fault: circuit, cycle model and reference agree', () => {
    expect(lockstep(chain, chain, thresholded)).toBeUndefined();
    expect(lockstep(roundedChain, roundedChain, rounded)).toBeUndefined();
  });

  const faults: readonly (readonly [string, Change])[] = [
    ['one weight bit', withImage('dense_0_matvec', 'WEIGHTS', (image) => flipBit(image, 3, 1))],
    // The sign of the first of 2 x 3 thresholds of the word.
    [
      'one threshold bit',
      withImage('dense_0_thresholds', 'THRESHOLDS', (image) => flipBit(image, 1, image.width / 6 - 1)),
    ],
    ['a swapped PE', withImage('dense_0_matvec', 'WEIGHTS', swapHalves)],
    [
      'one FIFO place less',
      (node) =>
        node.name === 'dense_0_fifo' && node.kind === 'fifo'
          ? { ...node, params: { ...node.params, DEPTH: node.params.DEPTH - 1 } }
          : node,
    ],
  ];
  it.each(faults)('%s is caught', (_, change) => {
    expect(lockstep(chain, mutate(chain, change), thresholded)).toBeDefined();
  });

  it('another rounding mode is caught', () => {
    const mutant = mutate(roundedChain, (node) =>
      node.kind === 'requantize' ? { ...node, requantize: { ...node.requantize, rounding: 'half_up' } } : node,
    );
    expect(lockstep(roundedChain, mutant, rounded)).toBeDefined();
  });

  it('a tlast one beat late is caught', () => {
    const mutant = { ...chain, output: { ...chain.output, beats: chain.output.beats + 1 } };
    expect(lockstep(chain, mutant, thresholded)).toBeDefined();
  });
});
