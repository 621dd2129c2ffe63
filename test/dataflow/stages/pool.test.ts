/** Pooling: circuit, cycle model and Verilator in lockstep; windows of images by the integer executor. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { packBigLanes, readBigLanes } from '../../../src/dataflow/stages/lanes.js';
import { Pool } from '../../../src/dataflow/stages/pool.js';
import { PoolGlobal } from '../../../src/dataflow/stages/pool-global.js';
import { type PoolKind, poolName } from '../../../src/dataflow/stages/pool-lanes.js';
import { PoolGlobalModel, PoolModel } from '../../../src/dataflow/stages/pool.model.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { valueOf } from '../../../src/network/element-type.js';
import { pooledValues } from '../../../src/network/run-image-stages.js';
import type { ElementType, PoolStage, WindowGeometry } from '../../../src/network/stages.js';
import { channel, type CycleModel, type Channel } from '../../../src/simulator/index.js';
import { expectAgreement, uniformBeats } from '../../blocks/module-bench.js';

const paths = ['m_axis_tready -> s_axis_tready'];
const [maxS, maxU, sumS, sumU]: PoolKind[] = [
  { reduce: 'max', signed: true },
  { reduce: 'max', signed: false },
  { reduce: 'sum', signed: true },
  { reduce: 'sum', signed: false },
];

/** Greatest or sum of lists of beats, lane by lane. */
function pooled(
  { reduce, signed }: PoolKind,
  beats: readonly bigint[],
  PE: number,
  X_W: number,
  OUT_W: number,
): bigint {
  const rows = beats.map((beat) => readBigLanes(beat, PE, X_W, signed));
  const of = (lane: number): bigint =>
    rows.map((row) => row[lane] ?? 0n).reduce((a, b) => (reduce === 'sum' ? a + b : a > b ? a : b));
  return packBigLanes(
    Array.from({ length: PE }, (_, lane) => of(lane)),
    OUT_W,
  );
}

describe('pool', () => {
  // kind, PE, K, X_W, OUT_W
  it.each([
    [maxS, 2, 9, 4, 4, true],
    [maxU, 1, 1, 1, 1, false],
    [maxU, 3, 4, 8, 8, false],
    [sumS, 3, 4, 5, 7, true],
    [sumU, 1, 6, 3, 4, false],
    [sumS, 2, 2, 40, 41, false],
  ] as const)('%o, PE %i, K %i, X_W %i, OUT_W %i', async (kind, PE, K, X_W, OUT_W, verilator) => {
    const sizes = { PE, K, X_W, OUT_W };
    await expectAgreement({
      design: buildDesign(Pool[poolName(kind!)]!),
      params: sizes,
      model: (i, o) => new PoolModel(i, o, kind!, sizes),
      inputs: uniformBeats(PE * X_W),
      reference: (beats) =>
        Array.from({ length: Math.floor(beats.length / K) }, (_, n) =>
          pooled(kind!, beats.slice(n * K, (n + 1) * K), PE, X_W, OUT_W),
        ),
      claims: {
        latency: { from: 's_axis', to: 'm_axis', cycles: K },
        fullRate: ['s_axis'],
        capacity: { stream: 's_axis', beats: K },
        paths,
      },
      turn: PE + K,
      verilator,
    });
  });
});

describe('pool of images', () => {
  // kind, PE, FOLDS, PIXELS, X_W, OUT_W
  it.each([
    [maxS, 2, 3, 4, 4, 4, false],
    [maxU, 1, 1, 1, 3, 3, false],
    [sumS, 2, 3, 5, 5, 8, true],
    [sumU, 1, 1, 7, 3, 6, false],
    [sumU, 2, 4, 2, 8, 8, false],
  ] as const)('%o, PE %i, FOLDS %i, PIXELS %i, X_W %i', async (kind, PE, FOLDS, PIXELS, X_W, OUT_W, verilator) => {
    const sizes = { PE, FOLDS, PIXELS, X_W, OUT_W };
    const image = FOLDS * PIXELS;
    await expectAgreement({
      design: buildDesign(PoolGlobal[poolName(kind!)]!),
      params: sizes,
      model: (i, o) => new PoolGlobalModel(i, o, kind!, sizes),
      inputs: uniformBeats(PE * X_W),
      reference: (beats) =>
        Array.from({ length: Math.floor(beats.length / image) * FOLDS }, (_, n) => {
          const first = Math.floor(n / FOLDS) * image + (n % FOLDS);
          const own = Array.from({ length: PIXELS }, (_, pixel) => beats[first + pixel * FOLDS] ?? 0n);
          return pooled(kind!, own, PE, X_W, OUT_W);
        }),
      claims: {
        latency: { from: 's_axis', to: 'm_axis', cycles: image - FOLDS + 1 },
        fullRate: ['s_axis'],
        capacity: { stream: 's_axis', beats: image - FOLDS + 1 },
        paths,
      },
      turn: PE + PIXELS,
      verilator,
    });
  });
});

/** Beats that come out of a model for these. */
function through(beats: readonly bigint[], make: (i: Channel<bigint>, o: Channel<bigint>) => CycleModel): bigint[] {
  const [input, output] = [channel(0n), channel(0n)];
  const model = make(input, output);
  const out: bigint[] = [];
  output.ready = true;
  for (const beat of [...beats, undefined]) {
    input.valid = beat !== undefined;
    input.data = beat ?? 0n;
    model.settle();
    if (output.valid) out.push(output.data);
    model.tick();
  }
  return out;
}

const axis = (size: number, kernel: number, stride: number, before: number, after: number): WindowGeometry => ({
  ...{ kernel, stride, dilation: 1, before, after },
  count: Math.floor((size + before + after - kernel) / stride) + 1,
});

describe('pool, seen by the integer executor', () => {
  const [height, width, channels, PE] = [5, 4, 4, 2];
  const types: readonly ElementType[] = [
    { kind: 'int', bits: 4, signed: true },
    { kind: 'int', bits: 3, signed: false },
    { kind: 'bipolar' },
  ];
  it.each(types.flatMap((type) => (['max', 'sum'] as const).map((reduce) => [type, reduce] as const)))(
    '%o, %s',
    (type, reduce) => {
      const random = randomStream(7n, 'image');
      const bits = type.kind === 'bipolar' ? 1 : type.bits;
      const signed = type.kind === 'int' && type.signed;
      const least = signed ? 2 ** (bits - 1) : 0;
      // The sum of bipolar codes has no code for padding.
      const pads = type.kind === 'bipolar' && reduce === 'sum' ? [0, 0, 0, 0] : [1, 2, 0, 1];
      const [top = 0, bottom = 0, left = 0, right = 0] = pads;
      const window = { y: axis(height, 3, 2, top, bottom), x: axis(width, 2, 1, left, right) };
      const raw = Array.from({ length: height * width * channels }, () => Number(random.nextBigInt(bits)));
      const values = Float64Array.from(raw, (code) => valueOf(type, signed && code >= least ? code - 2 * least : code));
      const stage = { kind: 'pool', reduce, image: { height, width, channels }, window } as PoolStage;
      const due = pooledValues(stage, values);

      const K = 6;
      const beats: bigint[] = [];
      for (let pixel = 0; pixel < window.y.count * window.x.count; pixel++)
        for (let fold = 0; fold < channels / PE; fold++)
          for (let tap = 0; tap < K; tap++) {
            const y = Math.floor(pixel / window.x.count) * 2 - top + Math.floor(tap / 2);
            const x = (pixel % window.x.count) - left + (tap % 2);
            const inside = y >= 0 && y < height && x >= 0 && x < width;
            const code = (lane: number): number =>
              inside ? (raw[(y * width + x) * channels + fold * PE + lane] ?? 0) : reduce === 'max' ? least : 0;
            beats.push(packBigLanes([BigInt(code(0)), BigInt(code(1))], bits));
          }
      const OUT_W = reduce === 'max' ? bits : bits + 3;
      const out = through(beats, (i, o) => new PoolModel(i, o, { reduce, signed }, { PE, K, X_W: bits, OUT_W }));
      const codes = out.flatMap((beat) => readBigLanes(beat, PE, OUT_W, signed)).map(Number);
      const bipolarSum = (sum: number): number => 2 * sum - K;
      const got = codes.map((code) =>
        type.kind === 'bipolar' && reduce === 'sum' ? bipolarSum(code) : valueOf(type, code),
      );
      expect(got).toEqual([...due]);
      // A threshold on the value of a bipolar sum, and the one on its codes that the header of the module gives.
      if (type.kind !== 'bipolar' || reduce !== 'sum') return;
      for (let t = -K - 1; t <= K + 1; t++)
        expect(codes.map((code) => code >= Math.ceil((t + K) / 2))).toEqual([...due].map((value) => value >= t));
    },
  );
});
