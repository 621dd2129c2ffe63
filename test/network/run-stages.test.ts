import { expect, test } from 'vitest';
import { activationFunction } from '../../src/network/run-activation.js';
import { fixedStep, runStages } from '../../src/network/run-stages.js';
import type { FixedStep, RoundingMode, StageNetwork } from '../../src/network/stages.js';
import { random } from './random-graph.js';

const step: FixedStep = {
  multiplier: [1n],
  addend: [0n],
  shift: 2,
  rounding: 'floor',
  relu: false,
  overflow: 'wrap',
  result: { bits: 8, signed: true },
};

// numerics.md 6.2, written out for -6 .. 6 over 4.
test.each<[RoundingMode, number[]]>([
  ['floor', [-2, -2, -1, -1, -1, -1, 0, 0, 0, 0, 1, 1, 1]],
  ['half-up', [-1, -1, -1, -1, 0, 0, 0, 0, 1, 1, 1, 1, 2]],
  ['half-away', [-2, -1, -1, -1, -1, 0, 0, 0, 1, 1, 1, 1, 2]],
  ['half-even', [-2, -1, -1, -1, 0, 0, 0, 0, 0, 1, 1, 1, 2]],
  ['to-zero', [-1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1]],
])('%s', (rounding, expected) => {
  const codes = expected.map((_, index) => Number(fixedStep({ ...step, rounding }, BigInt(index - 6), 0)));
  expect(codes).toEqual(expected);
});

test('relu comes before the fit, and both fits', () => {
  const at = (more: Partial<FixedStep>, x: bigint): number => Number(fixedStep({ ...step, shift: 0, ...more }, x, 0));
  expect(at({}, 130n)).toBe(-126);
  expect(at({ overflow: 'saturate' }, 130n)).toBe(127);
  expect(at({ overflow: 'saturate' }, -130n)).toBe(-128);
  expect(at({ relu: true }, -130n)).toBe(0);
  expect(at({ relu: true }, 200n)).toBe(-56);
  expect(at({ result: { bits: 8, signed: false } }, -1n)).toBe(255);
  expect(at({ overflow: 'saturate', result: { bits: 8, signed: false } }, -1n)).toBe(0);
  expect(at({ shift: -3 }, 5n)).toBe(40);
  expect(at({ multiplier: [3n], addend: [-7n] }, 5n)).toBe(8);
});

test('a network by hand: bipolar thresholds, a matrix, argmax', () => {
  const network: StageNetwork = {
    name: 'hand',
    numerics: 'qonnx',
    input: { shape: [3], type: { kind: 'int', bits: 4, signed: false }, scale: 1, fixedByModel: false },
    output: { shape: [1], type: { kind: 'int', bits: 1, signed: false }, scale: [1], offset: [0] },
    stages: [
      {
        kind: 'elementwise',
        name: 'thresholds_0',
        origin: 'q',
        inputs: 3,
        outputs: 3,
        input: { kind: 'int', bits: 4, signed: false },
        output: { kind: 'bipolar' },
        activation: { kind: 'thresholds', levels: 1, table: [8, 4, 16], perChannel: true },
      },
      {
        kind: 'dense',
        name: 'dense_0',
        origin: 'm',
        inputs: 3,
        outputs: 2,
        input: { kind: 'bipolar' },
        output: { kind: 'int', bits: 3, signed: true },
        weight: { kind: 'bipolar' },
        weights: Int32Array.of(1, 1, -1, -1, 1, 1),
        accumulator: { min: -3, max: 3 },
        activation: { kind: 'thresholds', levels: 7, table: [-3, -2, -1, 0, 1, 2, 3], perChannel: false },
      },
      {
        kind: 'argmax',
        name: 'argmax_0',
        origin: 't',
        inputs: 2,
        outputs: 1,
        input: { kind: 'int', bits: 3, signed: true },
        output: { kind: 'int', bits: 1, signed: false },
      },
    ],
  };
  const run = runStages(network, [8, 3, 15, 7, 4, 0]);
  expect([...(run.stages[0] ?? [])]).toEqual([1, 0, 0, 0, 1, 0]);
  expect([...(run.stages[1] ?? [])]).toEqual([1, -3, 1, 1]);
  // The second sample ties: the first index wins.
  expect([...run.outputs]).toEqual([0, 0]);
  expect(() => runStages(network, [1, 2])).toThrow(/whole samples/);
});

test('half-even agrees with rounding in float64 on random values', () => {
  const next = random(5);
  for (let count = 0; count < 2000; count++) {
    const x = Math.floor((next() - 0.5) * 2 ** 20);
    const shift = 1 + Math.floor(next() * 8);
    const real = x / 2 ** shift;
    const floor = Math.floor(real);
    const near = real - floor === 0.5 ? 2 * Math.round(floor / 2 + 0.25) : Math.round(real);
    const wide = { ...step, shift, rounding: 'half-even' as const, result: { bits: 40, signed: true } };
    expect(Number(fixedStep(wide, BigInt(x), 0)) + 0).toBe(near + 0);
  }
});

test('fixed steps on numbers equal fixed steps on BigInt, small and large', () => {
  const next = random(77);
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const roundings = ['floor', 'half-up', 'half-away', 'half-even', 'to-zero'] as const;
  for (let count = 0; count < 4000; count++) {
    const size = int(1, 62);
    const one: FixedStep = {
      multiplier: [BigInt(Math.floor((next() - 0.5) * 2 ** int(1, 40)))],
      addend: [BigInt(Math.floor((next() - 0.5) * 2 ** size))],
      shift: int(-3, 40),
      rounding: roundings[int(0, 4)] ?? 'floor',
      relu: next() < 0.3,
      overflow: next() < 0.5 ? 'wrap' : 'saturate',
      result: { bits: int(1, 52), signed: next() < 0.5 },
    };
    const x = Math.floor((next() - 0.5) * 2 ** int(1, 32));
    const activate = activationFunction({ kind: 'fixed', steps: [one] }, { kind: 'int', bits: 53, signed: true });
    expect([count, activate(x, 0)]).toEqual([count, Number(fixedStep(one, BigInt(x), 0))]);
  }
});
