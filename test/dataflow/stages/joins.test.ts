/** Duplicate, add and concat: circuit, cycle model and Verilator in lockstep. */
import { describe, it } from 'vitest';
import { Add, type Addition } from '../../../src/dataflow/stages/add.js';
import { AddModel } from '../../../src/dataflow/stages/add.model.js';
import { Concat } from '../../../src/dataflow/stages/concat.js';
import { ConcatModel } from '../../../src/dataflow/stages/concat.model.js';
import { Duplicate } from '../../../src/dataflow/stages/duplicate.js';
import { DuplicateModel } from '../../../src/dataflow/stages/duplicate.model.js';
import { packBigLanes, readBigLanes } from '../../../src/dataflow/stages/lanes.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { uniformBeats } from '../../blocks/module-bench.js';
import { expectStreamsAgree } from '../../blocks/streams-bench.js';

const joinPaths = ['m_axis_tready -> s0_axis_tready', 'm_axis_tready -> s1_axis_tready'];

describe('duplicate', () => {
  it.each([
    [1, 1, false],
    [8, 2, true],
    [33, 7, false],
  ])('W %i', async (W, turn, verilator) => {
    await expectStreamsAgree({
      design: buildDesign(Duplicate),
      params: { W },
      model: (of) => new DuplicateModel(of('s_axis'), [of('m0_axis'), of('m1_axis')]),
      inputs: (random, count) => ({ s_axis: uniformBeats(W)(random, count) }),
      reference: ({ s_axis = [] }) => ({ m0_axis: s_axis, m1_axis: s_axis }),
      claims: {
        latency: { from: 's_axis', to: turn === 2 ? 'm0_axis' : 'm1_axis', cycles: 1 },
        fullRate: ['s_axis', 'm0_axis', 'm1_axis'],
        capacity: { stream: 's_axis', beats: 1 },
        paths: ['m0_axis_tready -> s_axis_tready', 'm1_axis_tready -> s_axis_tready'],
      },
      turn,
      verilator,
    });
  });
});

describe('add', () => {
  // kind, PE, X0_W, X1_W, OUT_W
  it.each([
    ['uu', 1, 1, 1, 2, false],
    ['us', 3, 7, 8, 9, true],
    ['su', 2, 9, 4, 12, false],
    ['ss', 4, 8, 5, 9, true],
    ['ss', 1, 40, 60, 64, false],
  ] as const)('%s, PE %i, X0_W %i, X1_W %i, OUT_W %i', async (kind, PE, X0_W, X1_W, OUT_W, verilator) => {
    const sizes = { PE, X0_W, X1_W, OUT_W };
    const signs = [kind.startsWith('s'), kind.endsWith('s')] as const;
    await expectStreamsAgree({
      design: buildDesign(Add[kind satisfies Addition]),
      params: sizes,
      model: (of) => new AddModel([of('s0_axis'), of('s1_axis')], of('m_axis'), kind, sizes),
      inputs: (random, count) => {
        const beats = uniformBeats(PE * (X0_W + X1_W))(random, count);
        return {
          s0_axis: beats.map((beat) => BigInt.asUintN(PE * X0_W, beat)),
          s1_axis: beats.map((beat) => beat >> BigInt(PE * X0_W)),
        };
      },
      reference: ({ s0_axis = [], s1_axis = [] }) => ({
        m_axis: s0_axis.map((beat, n) => {
          const [x0, x1] = [readBigLanes(beat, PE, X0_W, signs[0]), readBigLanes(s1_axis[n] ?? 0n, PE, X1_W, signs[1])];
          return packBigLanes(
            x0.map((x, lane) => x + (x1[lane] ?? 0n)),
            OUT_W,
          );
        }),
      }),
      claims: {
        latency: { from: 's0_axis', to: 'm_axis', cycles: 1 },
        fullRate: ['s0_axis', 's1_axis', 'm_axis'],
        capacity: { stream: 's1_axis', beats: 1 },
        paths: joinPaths,
      },
      turn: PE + X0_W,
      verilator,
    });
  });
});

describe('concat', () => {
  it.each([
    [1, 1, 1, false],
    [8, 3, 2, true],
    [5, 1, 7, false],
    [33, 4, 4, false],
  ])('W %i, FOLDS0 %i, FOLDS1 %i', async (W, FOLDS0, FOLDS1, verilator) => {
    const params = { W, FOLDS0, FOLDS1 };
    await expectStreamsAgree({
      design: buildDesign(Concat),
      params,
      model: (of) => new ConcatModel([of('s0_axis'), of('s1_axis')], of('m_axis'), params),
      inputs: (random, count) => {
        const beats = uniformBeats(W)(random, (FOLDS0 + FOLDS1) * Math.ceil(count / 2));
        const own = (operand: number) => beats.filter((_, n) => (n % (FOLDS0 + FOLDS1) < FOLDS0 ? 0 : 1) === operand);
        return { s0_axis: own(0), s1_axis: own(1) };
      },
      reference: ({ s0_axis = [], s1_axis = [] }) => ({
        m_axis: Array.from({ length: s0_axis.length / FOLDS0 }, (_, pixel) => [
          ...s0_axis.slice(pixel * FOLDS0, (pixel + 1) * FOLDS0),
          ...s1_axis.slice(pixel * FOLDS1, (pixel + 1) * FOLDS1),
        ]).flat(),
      }),
      claims: {
        latency: { from: 's0_axis', to: 'm_axis', cycles: 1 },
        fullRate: ['m_axis'],
        capacity: { stream: 's0_axis', beats: 1 },
        paths: joinPaths,
      },
      turn: FOLDS0 + W,
      verilator,
    });
  });
});
