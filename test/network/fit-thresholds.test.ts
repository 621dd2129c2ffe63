/** Thresholds that are a fixed step: the step found gives every code, and thresholds that are none are left alone. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { stepForThresholds } from '../../src/network/fit-thresholds.js';
import { activationFunction } from '../../src/network/run-activation.js';
import type { Activation, ElementType, RoundingMode } from '../../src/network/stages.js';

type Thresholds = Extract<Activation, { kind: 'thresholds' }>;
const code = (bits: number, signed: boolean): ElementType & { kind: 'int' } => ({ kind: 'int', bits, signed });

/** The table of a rising function to the codes of a type, by looking at every value of a range. */
function tableOf(
  f: (x: number, c: number) => number,
  channels: number,
  type: ElementType,
  min: number,
  max: number,
): Thresholds {
  const { bits } = type as { bits: number };
  const levels = 2 ** bits - 1;
  const signed = type.kind === 'int' && type.signed;
  const lowest = signed ? -(2 ** (bits - 1)) : 0;
  const table = Array.from({ length: channels }, (_, c) => {
    const row = new Array<number>(levels).fill(max + 1);
    for (let x = max; x >= min; x--) {
      const y = Math.min(Math.max(f(x, c), lowest), lowest + levels);
      for (let k = y - lowest - 1; k >= 0 && row[k]! > x; k--) row[k] = x;
    }
    return row;
  }).flat();
  return { kind: 'thresholds', levels, table, perChannel: channels > 1 };
}

function expectSame(activation: Thresholds, type: ElementType, channels: number, min: number, max: number) {
  const step = stepForThresholds(activation, type, { min, max });
  expect(step).toBeDefined();
  const [f, g] = [activationFunction(activation, type), activationFunction({ kind: 'fixed', steps: [step!] }, type)];
  for (let c = 0; c < channels; c++) for (let x = min; x <= max; x++) expect([x, c, g(x, c)]).toEqual([x, c, f(x, c)]);
  return step!;
}

describe('thresholds as a step', () => {
  it('average of 64 codes, halves away from zero: no multiplier', () => {
    const type = code(8, true);
    const average = (x: number): number => Math.sign(x) * Math.floor((Math.abs(x) + 32) / 64);
    const step = expectSame(tableOf(average, 1, type, -8192, 8128), type, 1, -8192, 8128);
    expect(step).toMatchObject({
      multiplier: [1n],
      addend: [0n],
      shift: 6,
      rounding: 'half-away' satisfies RoundingMode,
    });
  });

  it('halves to even, a bias per channel', () => {
    const type = code(4, false);
    const even = (x: number, c: number): number => {
      const t = x + [0, 3, -5][c]!;
      const [floor, rest] = [Math.floor(t / 8), ((t % 8) + 8) % 8];
      return rest === 4 ? floor + (Math.abs(floor) % 2) : floor + (rest > 4 ? 1 : 0);
    };
    const step = expectSame(tableOf(even, 3, type, -100, 200), type, 3, -100, 200);
    expect(step).toMatchObject({ multiplier: [1n], shift: 3, rounding: 'half-even' });
  });

  it('any slopes and offsets: 60 random tables of 6 to 8 bits', () => {
    for (let seed = 1n; seed <= 60n; seed++) {
      const random = randomStream(seed, 'thresholds');
      const [bits, signed] = [6 + random.nextInt(3), random.nextInt(2) === 0];
      const channels = 1 + random.nextInt(3);
      const lines = Array.from({ length: channels }, () => [
        0.02 + random.nextInt(1000) / 1500,
        random.nextInt(999) / 37,
      ]);
      const type = code(bits, signed);
      const f = (x: number, c: number): number => Math.floor(x * lines[c]![0]! + lines[c]![1]!);
      expectSame(tableOf(f, channels, type, -400, 700), type, channels, -400, 700);
    }
  });

  it('is not found where there is none, or where comparators are fewer', () => {
    const range = { min: 0, max: 5000 };
    const type = code(6, false);
    const line = tableOf((x) => Math.floor(x / 70), 1, type, 0, 5000);
    expect(stepForThresholds(line, type, range)).toBeDefined();
    const bent: Thresholds = { ...line, table: line.table.map((t, k) => t + (k === 31 ? 9 : 0)) };
    expect(stepForThresholds(bent, type, range)).toBeUndefined();
    const few = code(2, false);
    expect(
      stepForThresholds(
        tableOf((x) => Math.floor(x / 1024), 1, few, 0, 5000),
        few,
        range,
      ),
    ).toBeUndefined();
    const narrow = code(7, false);
    expect(stepForThresholds(line, narrow, range)).toBeUndefined();
  });
});
