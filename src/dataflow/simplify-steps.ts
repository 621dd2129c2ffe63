/**
 * Fixed steps as the requantizers compute them: the same function of every value in reach, with less hardware.
 *
 * 1. Halves up are a floor behind half of the last place: `(t + 2^(s-1)) >> s`. A left shift rounds nothing and is a larger
 *    multiplier and addend.
 * 2. Neighbours become one step where the range proves that this changes nothing (`collapse-steps.ts`).
 * 3. A step that only adds whole numbers behind a rounding becomes the zero point of that rounding: `round(x m / 2^s) + z`. TFLite's
 *    right shift with halves away from zero, zero point and clamp are one such step.
 * 4. A relu or a clamp that nothing in reach feels is left out, and a result inside of the chain gets no more bits than it needs.
 */
import {
  type BigRange,
  collapseSteps,
  outputRange,
  rawRange,
  reduceStep,
  typeRange,
} from '../network/collapse-steps.js';
import type { FixedStep } from '../network/stages.js';

/** A fixed step; with `zeroPoint` its addends are z * 2^shift and count behind the rounding, which looks at x * multiplier. */
export interface HardwareStep extends FixedStep {
  readonly zeroPoint?: boolean;
}

/** Rule 1. The shift is at least 0 afterwards. */
function withoutHalvesUp(step: HardwareStep): HardwareStep {
  if (step.shift <= 0) {
    const left = (values: readonly bigint[]) => values.map((value) => value << BigInt(-step.shift));
    return { ...step, multiplier: left(step.multiplier), addend: left(step.addend), shift: 0, rounding: 'floor' };
  }
  if (step.rounding !== 'half-up') return step;
  const half = 1n << BigInt(step.shift - 1);
  return { ...step, addend: step.addend.map((value) => value + half), rounding: 'floor' };
}

/** Whether the clamp of a does nothing that b, which adds whole numbers and clamps, would not do: no value reaches it, or b's is tighter. */
function clampVanishes(a: FixedStep, b: FixedStep, reach: readonly BigRange[]): boolean {
  const type = typeRange(a);
  if (rawRange(a, reach).every(({ min, max }) => min >= type.min && max <= type.max)) return true;
  const tighter = typeRange(b);
  const saturate = a.overflow === 'saturate' && b.overflow === 'saturate';
  return saturate && b.addend.every((z) => type.min + z <= tighter.min && type.max + z >= tighter.max);
}

/** Rule 3: b behind a, or undefined. `reach` is the range in front of a. */
function withZeroPoint(a: FixedStep, b: FixedStep, reach: readonly BigRange[]): HardwareStep | undefined {
  const adds = b.shift === 0 && b.multiplier.every((value) => value === 1n);
  if (!adds || a.relu || a.rounding === 'floor' || a.addend.some((value) => value !== 0n)) return undefined;
  if (!clampVanishes(a, b, reach)) return undefined;
  return {
    ...b,
    ...{ multiplier: a.multiplier, shift: a.shift, rounding: a.rounding, zeroPoint: true },
    addend: b.addend.map((z) => z << BigInt(a.shift)),
  };
}

/** Bits of the narrowest type of this sign that holds the ranges. */
function bitsOf(ranges: readonly BigRange[], signed: boolean): number {
  const length = (value: bigint): number => (value === 0n ? 0 : (value < 0n ? -value - 1n : value).toString(2).length);
  const bits = ranges.map(({ min, max }) => Math.max(length(min), length(max)));
  return Math.max(1, ...bits.map((each) => each + (signed ? 1 : 0)));
}

/** Rule 4, with the range behind the step. */
function fitted(
  step: HardwareStep,
  reach: readonly BigRange[],
  last: boolean,
): { step: HardwareStep; reach: BigRange[] } {
  // What a zero point adds is a whole number behind the rounding, wherever it enters.
  const zero = (channel: number): bigint =>
    step.zeroPoint === true ? (step.addend[step.addend.length > 1 ? channel : 0] ?? 0n) >> BigInt(step.shift) : 0n;
  const plain = step.zeroPoint === true ? { ...step, addend: [0n] } : step;
  const raw = rawRange(plain, reach).map(({ min, max }, c) => ({ min: min + zero(c), max: max + zero(c) }));
  const relu = step.relu && raw.some(({ min }) => min < 0n);
  const type = typeRange(step);
  const rectified = raw.map(({ min, max }) =>
    relu ? { min: min < 0n ? 0n : min, max: max < 0n ? 0n : max } : { min, max },
  );
  const fits = rectified.every(({ min, max }) => min >= type.min && max <= type.max);
  if (!fits) {
    const unit = { ...step, multiplier: [1n], addend: [0n], shift: 0, relu: false };
    return { step: { ...step, relu }, reach: outputRange(unit, rectified) };
  }
  const { bits, signed } = step.result;
  const result = { signed, bits: last ? bits : Math.min(bits, bitsOf(rectified, signed)) };
  return { step: { ...step, relu, overflow: 'wrap', result }, reach: rectified };
}

/** Steps for hardware, equal to `steps` for every integer of `range` in every one of `channels` channels. */
export function simplifySteps(
  steps: readonly FixedStep[],
  range: { readonly min: number | bigint; readonly max: number | bigint },
): HardwareStep[] {
  const channels = Math.max(...steps.flatMap(({ multiplier, addend }) => [multiplier.length, addend.length]), 1);
  const one = { min: Number(range.min), max: Number(range.max) };
  const collapsed = collapseSteps(
    steps.map(withoutHalvesUp),
    Array.from({ length: channels }, () => one),
  );
  let reach: BigRange[] = Array.from({ length: channels }, () => ({ min: BigInt(range.min), max: BigInt(range.max) }));
  const done: HardwareStep[] = [];
  for (let k = 0; k < collapsed.length; k++) {
    const [step, next] = [collapsed[k]!, collapsed[k + 1]];
    const joined = next === undefined ? undefined : withZeroPoint(step, next, reach);
    if (joined !== undefined) k++;
    const last = k === collapsed.length - 1;
    const made = fitted(withoutHalvesUp(reduceStep(joined ?? step)), reach, last);
    done.push(made.step);
    reach = made.reach;
  }
  return done;
}
