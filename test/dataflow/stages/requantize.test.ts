/** Requantizers without multipliers and with zero points: circuit, cycle model and Verilator in lockstep. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { requantizer } from '../../../src/dataflow/requantizers.js';
import type { HardwareStep } from '../../../src/dataflow/simplify-steps.js';
import { packBigLanes, readBigLanes } from '../../../src/dataflow/stages/lanes.js';
import {
  makeRequantize,
  requantizeLatency,
  requantizeName,
  type RequantizeKind,
  roundings,
} from '../../../src/dataflow/stages/requantize.js';
import { RequantizeModel } from '../../../src/dataflow/stages/requantize.model.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { fixedStep } from '../../../src/network/run-stages.js';
import type { FixedStep, RoundingMode } from '../../../src/network/stages.js';
import { expectAgreement, type ModuleCase, uniformBeats } from '../../blocks/module-bench.js';

const fits = [
  { relu: false, overflow: 'saturate', signedOutput: true },
  { relu: true, overflow: 'wrap', signedOutput: true },
  { relu: true, overflow: 'saturate', signedOutput: false },
  { relu: false, overflow: 'wrap', signedOutput: false },
] as const;

/** Every scale and rounding, with and without a zero point; signs and fits take turns. */
const kinds: readonly RequantizeKind[] = (['shift', 'none', undefined] as const).flatMap((scale, i) =>
  roundings.flatMap((rounding, j) =>
    [true, false]
      .filter((zeroPoint) => zeroPoint || scale !== undefined)
      .map((zeroPoint, k): RequantizeKind => ({
        ...{ rounding, signedInput: (i + j) % 3 !== 0, ...fits[(i + j + k) % fits.length]! },
        ...(scale === undefined ? {} : { scale }),
        ...(zeroPoint ? { zeroPoint } : {}),
      })),
  ),
);

const sizes = [
  { PE: 1, FOLDS: 2, X_W: 6, shift: 1, OUT_W: 5 },
  { PE: 3, FOLDS: 1, X_W: 9, shift: 4, OUT_W: 4 },
  { PE: 2, FOLDS: 3, X_W: 7, shift: 9, OUT_W: 3 },
] as const;

function caseOf(kind: RequantizeKind, { PE, FOLDS, X_W, shift, OUT_W }: (typeof sizes)[number]): ModuleCase {
  const random = randomStream(BigInt(kinds.indexOf(kind)), 'requantize');
  const channels = PE * FOLDS;
  const each = (of: (c: number) => bigint): bigint[] => Array.from({ length: channels }, (_, c) => of(c));
  const multiplier = {
    shift: each((c) => 1n << BigInt(c === 0 ? 2 : c === 1 ? 0 : random.nextInt(4))),
    none: [1n << BigInt(random.nextInt(3))],
    multiply: each((c) => (c === 0 ? 11n : BigInt.asIntN(5, random.nextBigInt(5)))),
  }[kind.scale ?? 'multiply'];
  const whole = each(() => BigInt.asIntN(4, random.nextBigInt(4)));
  const result = { bits: OUT_W, signed: kind.signedOutput };
  const step: FixedStep = {
    ...{ multiplier, shift, result, relu: kind.relu, overflow: kind.overflow },
    addend: kind.zeroPoint === true ? [0n] : each((c) => (c === 0 ? 1n : BigInt.asIntN(8, random.nextBigInt(8)))),
    rounding: kind.rounding.replace('_', '-') as RoundingMode,
  };
  const hardware: HardwareStep =
    kind.zeroPoint === true ? { ...step, zeroPoint: true, addend: whole.map((z) => z << BigInt(shift)) } : step;
  // The executor takes a zero point as a step of its own.
  const steps: readonly FixedStep[] =
    kind.zeroPoint === true
      ? [
          { ...step, relu: false, overflow: 'saturate', result: { bits: 60, signed: true } },
          { ...step, multiplier: [1n], addend: whole, shift: 0 },
        ]
      : [step];
  const { requantize, params, images } = requantizer('r', hardware, {
    ...{ lanes: PE, width: X_W, signed: kind.signedInput, channels },
  });
  expect(requantizeName(requantize)).toBe(requantizeName(kind));
  return {
    design: buildDesign(makeRequantize(requantize)),
    params,
    images,
    model: (i, o) => new RequantizeModel(i, o, requantize, params, images),
    inputs: uniformBeats(PE * X_W),
    reference: (beats) =>
      beats.map((beat, n) => {
        const values = readBigLanes(beat, PE, X_W, kind.signedInput);
        const codes = values.map((x, lane) =>
          steps.reduce((value, one) => fixedStep(one, value, (n % FOLDS) * PE + lane), x),
        );
        return packBigLanes(codes, OUT_W);
      }),
    claims: {},
    effort: { beats: 120, resets: 2, stalls: [{ source: { kind: 'bursty' }, sink: { kind: 'bernoulli', p: 0.3 } }] },
  };
}

describe('requantizer', () => {
  it.each(kinds.map((kind, k) => [requantizeName(kind), kind, k] as const))('%s computes', async (_, kind, k) => {
    // A shift by channel needs channels that differ.
    await expectAgreement(caseOf(kind, sizes[k % sizes.length]!));
  });

  it.each([
    ['requantize_shift_s_half_away_zp', sizes[2], true],
    ['requantize_none_s_floor', sizes[0], true],
    ['requantize_none_s_half_even_zp', sizes[1], false],
  ] as const)('%s streams under all stall patterns', async (start, size, verilator) => {
    const kind = kinds.find((each) => requantizeName(each).startsWith(start));
    expect(kind).toBeDefined();
    const { effort: _, ...one } = caseOf(kind!, size);
    const cycles = requantizeLatency(kind!);
    await expectAgreement({
      ...one,
      claims: {
        latency: { from: 's_axis', to: 'm_axis', cycles },
        fullRate: ['s_axis', 'm_axis'],
        capacity: { stream: 's_axis', beats: cycles },
        paths: ['m_axis_tready -> s_axis_tready'],
      },
      turn: cycles,
      verilator,
    });
  });
});
