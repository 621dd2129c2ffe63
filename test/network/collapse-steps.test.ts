import { expect, test } from 'vitest';
import { collapseSteps, reduceStep } from '../../src/network/collapse-steps.js';
import { fixedStep } from '../../src/network/run-stages.js';
import type { FixedStep, RoundingMode } from '../../src/network/stages.js';
import { random } from './random-graph.js';

const run = (steps: readonly FixedStep[], x: number): bigint =>
  steps.reduce((value, step) => fixedStep(step, value, 0), BigInt(x));

test('random chains: collapsed equals every cast on its own, over the whole range', () => {
  const seed = Number(process.env.HEDDLE_SEED ?? 11);
  const next = random(seed);
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  let shorter = 0;
  for (let count = 0; count < 1500; count++) {
    const steps = Array.from({ length: int(2, 4) }, (): FixedStep => {
      const unit = next() < 0.5;
      return {
        multiplier: [unit ? 1n : BigInt(int(-40, 40))],
        addend: [unit && next() < 0.5 ? 0n : BigInt(int(-300, 300))],
        shift: int(-2, 6),
        rounding:
          (['floor', 'floor', 'floor', 'half-up', 'half-even', 'to-zero'] as RoundingMode[])[int(0, 5)] ?? 'floor',
        relu: next() < 0.2,
        overflow: next() < 0.7 ? 'wrap' : 'saturate',
        result: { bits: int(4, 16), signed: next() < 0.8 },
      };
    });
    const min = -int(0, 200);
    const max = int(0, 200);
    const collapsed = collapseSteps(steps, [{ min, max }]);
    if (collapsed.length < steps.length) shorter++;
    for (let x = min; x <= max; x++)
      if (run(collapsed, x) !== run(steps, x))
        throw new Error(`seed ${seed}, chain ${count}, x ${x}: HEDDLE_SEED=${seed}`);
  }
  // The rules must apply often, otherwise this test says nothing about them.
  expect(shorter).toBeGreaterThan(300);
});

const wrap = (bits: number, shift: number): FixedStep => ({
  multiplier: [1n],
  addend: [0n],
  shift,
  rounding: 'floor',
  relu: false,
  overflow: 'wrap',
  result: { bits, signed: true },
});

test('a relu behind a value that may wrap stays a step of its own', () => {
  const steps = [wrap(8, 0), { ...wrap(6, 1), relu: true }];
  expect(collapseSteps(steps, [{ min: -128, max: 127 }])).toHaveLength(1);
  expect(collapseSteps(steps, [{ min: -128, max: 128 }])).toHaveLength(2);
});

test('a wrap that the next wrap forgets is dropped without a proof of range', () => {
  expect(collapseSteps([wrap(8, 0), wrap(4, 4)], [{ min: -5000, max: 5000 }])).toEqual([wrap(4, 4)]);
  expect(collapseSteps([wrap(8, 0), wrap(5, 4)], [{ min: -5000, max: 5000 }])).toHaveLength(2);
});

test('common powers of two are divided out', () => {
  const step = { ...wrap(8, 5), multiplier: [8n, 24n], addend: [-16n, 4n] };
  expect(reduceStep(step)).toEqual({ ...step, multiplier: [2n, 6n], addend: [-4n, 1n], shift: 3 });
});
