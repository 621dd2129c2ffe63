/** Thresholds and requantizers: circuit, cycle model and Verilator in lockstep; results by the integer executor. */
import { describe, expect, it } from 'vitest';
import { type RandomStream, randomStream } from '../../../src/base/random.js';
import { channelImage } from '../../../src/dataflow/images.js';
import { requantizer } from '../../../src/dataflow/requantizers.js';
import { packBigLanes, readBigLanes } from '../../../src/dataflow/stages/lanes.js';
import {
  makeRequantize,
  type RequantizeKind,
  requantizeName,
  roundings,
} from '../../../src/dataflow/stages/requantize.js';
import { divideRounded, RequantizeModel } from '../../../src/dataflow/stages/requantize.model.js';
import { Thresholds } from '../../../src/dataflow/stages/thresholds.js';
import { ThresholdsModel } from '../../../src/dataflow/stages/thresholds.model.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { fixedStep, runStage } from '../../../src/network/run-stages.js';
import type { FixedStep, RoundingMode } from '../../../src/network/stages.js';
import { expectAgreement, type ModuleCase, uniformBeats } from '../../blocks/module-bench.js';

const claimsOf = (latency: number): ModuleCase['claims'] => ({
  latency: { from: 's_axis', to: 'm_axis', cycles: latency },
  fullRate: ['s_axis', 'm_axis'],
  capacity: { stream: 's_axis', beats: latency },
  paths: ['m_axis_tready -> s_axis_tready'],
});

describe('thresholds', () => {
  // signed, PE, FOLDS, LEVELS, X_W, OUT_W, LOWEST
  it.each([
    [true, 1, 1, 1, 1, 1, 0, false],
    [false, 1, 1, 1, 1, 1, 0, false],
    [true, 2, 3, 15, 12, 4, 8, true],
    [false, 3, 2, 15, 9, 5, 16, true],
    [false, 4, 1, 3, 6, 2, 0, false],
    [true, 1, 5, 7, 20, 3, 4, false],
    [true, 2, 2, 3, 60, 2, 2, false],
  ])(
    'signed %s, PE %i, FOLDS %i, LEVELS %i, X_W %i',
    async (signed, PE, FOLDS, LEVELS, X_W, OUT_W, LOWEST, verilator) => {
      const random = randomStream(BigInt(X_W * LEVELS), 'thresholds');
      const width = X_W + (signed ? 1 : 2);
      const [lowest, above] = signed ? [-(1n << BigInt(X_W - 1)), 1n << BigInt(X_W - 1)] : [0n, 1n << BigInt(X_W)];
      // Rows in no order, and one threshold that nothing reaches.
      const table = Array.from({ length: PE * FOLDS }, () =>
        Array.from({ length: LEVELS }, (_, k) => (k === LEVELS - 1 && k > 0 ? above : lowest + random.nextBigInt(X_W))),
      );
      const images = { THRESHOLDS: channelImage('t.mem', PE * FOLDS, PE, width, (channel) => table[channel] ?? []) };
      const params = { PE, FOLDS, LEVELS, X_W, OUT_W, LOWEST };
      const limitNear = (draw: RandomStream): bigint => {
        const row = table[draw.nextInt(table.length)] ?? [];
        return (row[draw.nextInt(row.length)] ?? 0n) + BigInt(draw.nextInt(3) - 1);
      };
      await expectAgreement({
        design: buildDesign(Thresholds[signed ? 'signed' : 'unsigned']),
        params,
        images,
        model: (i, o) => new ThresholdsModel(i, o, signed, params, images),
        inputs: (draw, count) =>
          Array.from({ length: count }, () =>
            packBigLanes(
              Array.from({ length: PE }, () => (draw.nextInt(2) === 0 ? limitNear(draw) : draw.nextBigInt(X_W))),
              X_W,
            ),
          ),
        reference: (beats) =>
          beats.map((beat, n) => {
            const codes = readBigLanes(beat, PE, X_W, signed).map((x, lane) => {
              const row = table[(n % FOLDS) * PE + lane] ?? [];
              return BigInt(LOWEST + row.filter((limit) => x >= limit).length);
            });
            return packBigLanes(codes, OUT_W);
          }),
        claims: claimsOf(2),
        turn: PE + LEVELS,
        verilator,
      });
    },
  );

  it('agrees with the integer executor of stage networks', () => {
    const table = [-3, 0, 2, -1, 1, 1];
    const images = { THRESHOLDS: channelImage('t.mem', 2, 2, 5, (c) => table.slice(3 * c, 3 * c + 3).map(BigInt)) };
    const sizes = { PE: 2, FOLDS: 1, LEVELS: 3, X_W: 4, OUT_W: 3, LOWEST: 4 };
    const codes = Float64Array.from({ length: 32 }, (_, i) => (i >> 1) - 8);
    const [input, output] = [
      { valid: true, ready: true, data: 0n },
      { valid: false, ready: true, data: 0n },
    ];
    const model = new ThresholdsModel(input, output, true, sizes, images);
    const got: number[] = [];
    for (let n = 0; got.length < 32; n++) {
      input.data = packBigLanes([BigInt(codes[2 * n] ?? 0), BigInt(codes[2 * n + 1] ?? 0)], 4);
      model.settle();
      if (output.valid) got.push(...readBigLanes(output.data, 2, 3, true).map(Number));
      model.tick();
    }
    const type = { kind: 'int', bits: 3, signed: true } as const;
    const reference = runStage(
      {
        ...{ kind: 'elementwise', name: 't', origin: '', inputs: 2, outputs: 2, output: type },
        input: { kind: 'int', bits: 4, signed: true },
        activation: { kind: 'thresholds', levels: 3, table, perChannel: true },
      },
      codes,
    );
    expect(got).toEqual([...reference]);
  });
});

const modes: Readonly<Record<(typeof roundings)[number], RoundingMode>> = {
  floor: 'floor',
  half_up: 'half-up',
  half_away: 'half-away',
  half_even: 'half-even',
  to_zero: 'to-zero',
};
const kinds: readonly RequantizeKind[] = roundings.flatMap((rounding) =>
  [true, false].flatMap((signedInput) =>
    [true, false].flatMap((relu) =>
      [
        { overflow: 'wrap', signedOutput: true } as const,
        { overflow: 'saturate', signedOutput: true } as const,
        { overflow: 'saturate', signedOutput: false } as const,
      ].map((fit): RequantizeKind => ({ signedInput, rounding, relu, ...fit })),
    ),
  ),
);

interface RequantizeSizes {
  readonly PE: number;
  readonly FOLDS: number;
  readonly X_W: number;
  readonly shift: number;
  readonly OUT_W: number;
}

function requantizeCase(kind: RequantizeKind, { PE, FOLDS, X_W, shift, OUT_W }: RequantizeSizes): ModuleCase {
  const random = randomStream(BigInt(kinds.indexOf(kind)), 'requantize');
  const channels = PE * FOLDS;
  const numbers = (bits: number): bigint[] =>
    Array.from({ length: channels }, () => BigInt.asIntN(bits, random.nextBigInt(bits)));
  const step: FixedStep = {
    // Powers of two alone would make no multiplier.
    multiplier: numbers(1 + random.nextInt(6)).map((value, c) => (c === 0 ? -1n - (value & 15n) * 2n : value)),
    addend: numbers(1 + random.nextInt(9)),
    shift,
    rounding: modes[kind.rounding],
    relu: kind.relu,
    overflow: kind.overflow,
    result: { bits: OUT_W, signed: kind.signedOutput },
  };
  const flow = { lanes: PE, width: X_W, signed: kind.signedInput, channels };
  const { requantize, params, images } = requantizer('r', step, flow);
  expect(requantizeName(requantize)).toBe(requantizeName(kind));
  return {
    design: buildDesign(makeRequantize(kind)),
    params,
    images,
    model: (i, o) => new RequantizeModel(i, o, kind, params, images),
    inputs: uniformBeats(PE * X_W),
    reference: (beats) =>
      beats.map((beat, n) => {
        const values = readBigLanes(beat, PE, X_W, kind.signedInput);
        const codes = values.map((x, lane) => fixedStep(step, x, (n % FOLDS) * PE + lane));
        return packBigLanes(codes, OUT_W);
      }),
    claims: {},
    effort: { beats: 120, resets: 2, stalls: [{ source: { kind: 'bursty' }, sink: { kind: 'bernoulli', p: 0.3 } }] },
  };
}

const corners: readonly RequantizeSizes[] = [
  { PE: 1, FOLDS: 1, X_W: 1, shift: 0, OUT_W: 1 },
  { PE: 2, FOLDS: 3, X_W: 6, shift: 1, OUT_W: 5 },
  { PE: 3, FOLDS: 1, X_W: 9, shift: 4, OUT_W: 4 },
  { PE: 1, FOLDS: 5, X_W: 5, shift: 12, OUT_W: 3 },
  { PE: 2, FOLDS: 2, X_W: 7, shift: -2, OUT_W: 8 },
];

describe('requantizer', () => {
  it.each(kinds.map((kind) => [requantizeName(kind), kind] as const))('%s computes', async (_, kind) => {
    const sizes = corners[kinds.indexOf(kind) % corners.length];
    if (sizes !== undefined) await expectAgreement(requantizeCase(kind, sizes));
  });

  it.each([
    [4, { PE: 2, FOLDS: 3, X_W: 6, shift: 2, OUT_W: 4 }, false],
    [19, { PE: 1, FOLDS: 1, X_W: 12, shift: 3, OUT_W: 1 }, false],
    [38, { PE: 3, FOLDS: 2, X_W: 16, shift: 5, OUT_W: 8 }, true],
    [51, { PE: 2, FOLDS: 4, X_W: 24, shift: 6, OUT_W: 6 }, true],
  ] as const)('kind %i streams under all stall patterns', async (at, sizes, verilator) => {
    const kind = kinds[at];
    if (kind === undefined) throw new RangeError(`kind ${at}`);
    const { effort: _, ...one } = requantizeCase(kind, sizes);
    await expectAgreement({ ...one, claims: claimsOf(3), turn: at, verilator });
  });

  it('rounds by definition', () => {
    const halves = [-3n, -2n, -1n, 0n, 1n, 2n, 3n];
    const table = roundings.map((rounding) => [rounding, ...halves.map((t) => Number(divideRounded(t, 1n, rounding)))]);
    expect(table).toEqual([
      ['floor', -2, -1, -1, 0, 0, 1, 1],
      ['half_up', -1, -1, 0, 0, 1, 1, 2],
      ['half_away', -2, -1, -1, 0, 1, 1, 2],
      ['half_even', -2, -1, 0, 0, 0, 1, 2],
      ['to_zero', -1, -1, 0, 0, 0, 1, 1],
    ]);
  });
});
