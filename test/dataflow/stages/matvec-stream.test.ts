/** Matrix-vector units with a weight stream: all forms in lockstep, other weights for every second vector. */
import { describe, expect, it } from 'vitest';
import { weightImage } from '../../../src/dataflow/images.js';
import { type Arithmetic, arithmetics } from '../../../src/dataflow/stages/arithmetic.js';
import { MatvecStream } from '../../../src/dataflow/stages/matvec.js';
import { fromStream, MatvecModel } from '../../../src/dataflow/stages/matvec.model.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { measureThroughput } from '../../../src/cosim/measure.js';
import { randomStream } from '../../../src/base/random.js';
import { expectStreamsAgree, streamsBench, type StreamsCase } from '../../blocks/streams-bench.js';
import { layerOf, matvecReference, type Sizes, sumWidth } from './matvec-cases.js';

function caseOf(sizes: Sizes, verilator: boolean): StreamsCase {
  const { arithmetic, MH, MW, PE, SIMD, X_W, W_W } = sizes;
  const [SF, NF] = [MW / SIMD, MH / PE];
  const params = { MH, MW, PE, SIMD, X_W, W_W, ACC_W: sumWidth(sizes) };
  const layers = [layerOf(sizes), layerOf(sizes, 1)] as const;
  const words = layers.map((layer) => weightImage(layer, PE, SIMD, W_W).words);
  const vectors = <T>(count: number, of: (vector: number) => readonly T[]): T[] =>
    Array.from({ length: count }, (_, v) => of(v)).flat();
  return {
    design: buildDesign(MatvecStream[arithmetic]),
    params,
    model: (at) => new MatvecModel(at('s_axis'), at('m_axis'), arithmetic, params, fromStream(at('w_axis'))),
    inputs: (random, count) => {
      const whole = Math.ceil(count / SF);
      return {
        s_axis: vectors(whole, () => Array.from({ length: SF }, () => random.nextBigInt(SIMD * X_W))),
        w_axis: vectors(whole, (v) => words[v % 2]!),
      };
    },
    reference: ({ s_axis = [] }) => ({
      m_axis: vectors(s_axis.length / SF, (v) =>
        matvecReference(sizes, layers[v % 2]!, s_axis.slice(v * SF, (v + 1) * SF)),
      ),
    }),
    capacity: SF + 4,
    claims: {
      latency: { from: 's_axis', to: 'm_axis', cycles: SF - 1 + 4 },
      fullRate: ['w_axis'],
      // Blocked, the pipeline makes the steps 0 .. SF + 2 before its first sums reach the output.
      capacity: { stream: 'w_axis', beats: SF + 3 },
      paths: [
        'm_axis_tready -> s_axis_tready',
        'm_axis_tready -> w_axis_tready',
        's_axis_tvalid -> w_axis_tready',
        'w_axis_tvalid -> s_axis_tready',
      ],
    },
    effort: { beats: 4 * SF },
    turn: arithmetics.indexOf(arithmetic) + SF + NF,
    verilator,
  };
}

const some: readonly (readonly [Arithmetic, number, number, number, number, number, number, boolean])[] = [
  ['us', 6, 8, 2, 4, 4, 3, true],
  ['us', 1, 1, 1, 1, 1, 1, false],
  ['us', 7, 5, 7, 1, 2, 7, false],
  ['ss', 6, 9, 2, 3, 5, 4, false],
  ['xnor', 4, 12, 2, 6, 1, 1, true],
  ['xnor', 7, 8, 1, 8, 1, 1, false],
];

describe('matrix-vector unit with a weight stream', () => {
  it.each(some)(
    '%s, %i x %i, PE %i, SIMD %i, %i and %i bits',
    async (arithmetic, MH, MW, PE, SIMD, X_W, W_W, verilator) => {
      const one = caseOf({ arithmetic, MH, MW, PE, SIMD, X_W, W_W }, verilator === true);
      await expectStreamsAgree(one);
      // The rate of the unit with a ROM: SF * NF cycles a vector.
      const [SF, NF] = [MW / SIMD, MH / PE];
      const { participants, inputs, ...bench } = await streamsBench(one);
      for (const participant of participants) {
        const beats = inputs(randomStream(1n, 'beats'), 6 * SF);
        const { bubbles } = measureThroughput({ participant, ...bench, inputs: beats }, 's_axis');
        expect(bubbles, participant.name).toBe(5 * SF * (NF - 1));
      }
    },
  );
});
