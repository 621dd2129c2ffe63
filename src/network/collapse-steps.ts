/**
 * Pass over the fixed steps of one stage: neighbours become one step where the accumulator range proves it changes nothing.
 *
 * Notation: step A is `x -> fit_A(round((m1 x + a1) / 2^s1))`, B follows it with m2, a2, s2.
 *
 * 1. *A never overflows.* x -> m1 x + a1 is monotone per channel and so is rounding, so the two ends of the range of x
 *    bound the result. When both fit A's type, `fit_A` is the identity. Or: *A wraps but B forgets it.* B only shifts by s2 >= 0,
 *    adds, floors and wraps (m2 = 1, no relu) into W2 bits, and s2 + W2 <= W1. Adding a multiple of 2^W1 to B's input then
 *    adds a multiple of 2^(W1 - s2), hence of 2^W2, to B's floor, and B wraps it away.
 * 2. *A does not round* (s1 <= 0, a left shift): B(A(x)) = round_B((m2 (m1 x + a1) 2^-s1 + a2) / 2^s2), one step of A's range.
 * 3. *Both floor* and m2 = 1: floor((floor(t / 2^s1) + a2) / 2^s2) = floor((t + a2 2^s1) / 2^(s1 + s2)), because for integer n
 *    and real y, floor(y) >= n if and only if y >= n: nested floors of divisions by integers compose.
 * 4. *A has a relu*: only with a range that never goes below zero, where the relu is the identity.
 *
 * Last, a power of two common to all multipliers, addends and the shift is divided out: the fraction is the same number.
 */
import type { Range } from './accumulator.js';
import { fixedStep } from './run-stages.js';
import type { FixedStep } from './stages.js';

/** Least and greatest value of one channel, exact. */
export interface BigRange {
  readonly min: bigint;
  readonly max: bigint;
}

const pick = (list: readonly bigint[], channel: number): bigint => list[list.length === 1 ? 0 : channel] ?? 0n;

/** Step without its relu and overflow: what it computes before it fits the result. */
function unfitted(step: FixedStep, x: bigint, channel: number): bigint {
  return fixedStep({ ...step, relu: false, overflow: 'wrap', result: { bits: 4096, signed: true } }, x, channel);
}

/** Range of the step's value before the fit, per channel. */
export function rawRange(step: FixedStep, ranges: readonly BigRange[]): BigRange[] {
  return ranges.map((range, channel) => {
    const [a, b] = [unfitted(step, range.min, channel), unfitted(step, range.max, channel)];
    return a < b ? { min: a, max: b } : { min: b, max: a };
  });
}

/** Range of the step's result type. */
export function typeRange(step: Pick<FixedStep, 'result'>): BigRange {
  const { bits, signed } = step.result;
  const max = (1n << BigInt(signed ? bits - 1 : bits)) - 1n;
  return { min: signed ? -max - 1n : 0n, max };
}

/** Range behind the step: the raw range after relu where it fits, otherwise everything the type holds. */
export function outputRange(step: FixedStep, ranges: readonly BigRange[]): BigRange[] {
  const type = typeRange(step);
  return rawRange(step, ranges).map((raw) => {
    const zero = (value: bigint): bigint => (step.relu && value < 0n ? 0n : value);
    const [min, max] = [zero(raw.min), zero(raw.max)];
    const clamp = (value: bigint): bigint => (value < type.min ? type.min : value > type.max ? type.max : value);
    const fits = min >= type.min && max <= type.max;
    if (fits) return { min, max };
    return step.overflow === 'saturate' ? { min: clamp(min), max: clamp(max) } : type;
  });
}

function isUnit(step: FixedStep): boolean {
  return step.multiplier.every((value) => value === 1n);
}

/** Rule 1 and 4: A's fit and relu do nothing that B could see. */
function fitVanishes(a: FixedStep, b: FixedStep, ranges: readonly BigRange[]): boolean {
  const type = typeRange(a);
  const raw = rawRange(a, ranges);
  if (a.relu && raw.some((range) => range.min < 0n)) return false;
  if (raw.every((range) => range.min >= type.min && range.max <= type.max)) return true;
  const wraps = a.overflow === 'wrap' && b.overflow === 'wrap' && !b.relu && isUnit(b) && b.rounding === 'floor';
  return wraps && b.shift >= 0 && b.shift + b.result.bits <= a.result.bits;
}

/** Rules 2 and 3: one step for both, or undefined. */
function merged(a: FixedStep, b: FixedStep, ranges: readonly BigRange[]): FixedStep | undefined {
  if (!fitVanishes(a, b, ranges)) return undefined;
  const channels = Math.max(a.multiplier.length, a.addend.length, b.multiplier.length, b.addend.length);
  const each = (f: (channel: number) => bigint): bigint[] =>
    Array.from({ length: channels }, (_, channel) => f(channel));
  if (a.shift <= 0) {
    const left = BigInt(-a.shift);
    const multiplier = each((c) => (pick(b.multiplier, c) * pick(a.multiplier, c)) << left);
    const addend = each((c) => ((pick(b.multiplier, c) * pick(a.addend, c)) << left) + pick(b.addend, c));
    return { ...b, multiplier, addend };
  }
  if (!isUnit(b) || a.rounding !== 'floor' || b.rounding !== 'floor' || b.shift < 0) return undefined;
  const addend = each((c) => pick(a.addend, c) + (pick(b.addend, c) << BigInt(a.shift)));
  return { ...b, multiplier: each((c) => pick(a.multiplier, c)), addend, shift: a.shift + b.shift };
}

/** Divides out common powers of two, and keeps one value where all channels agree. */
export function reduceStep(step: FixedStep): FixedStep {
  let { multiplier, addend, shift } = step;
  while (shift > 0 && [...multiplier, ...addend].every((value) => (value & 1n) === 0n)) {
    multiplier = multiplier.map((value) => value >> 1n);
    addend = addend.map((value) => value >> 1n);
    shift -= 1;
  }
  const one = (list: readonly bigint[]): readonly bigint[] =>
    list.every((value) => value === list[0]) ? list.slice(0, 1) : list;
  return { ...step, multiplier: one(multiplier), addend: one(addend), shift };
}

/** The shortest chain that the rules allow, equal to `steps` for every integer of `ranges` (one range per channel). */
export function collapseSteps(steps: readonly FixedStep[], ranges: readonly Range[]): FixedStep[] {
  let reach: BigRange[] = ranges.map((range) => ({ min: BigInt(range.min), max: BigInt(range.max) }));
  const done: FixedStep[] = [];
  let open = steps[0];
  for (const next of steps.slice(1)) {
    if (!open) break;
    const joined = merged(open, next, reach);
    if (joined) open = joined;
    else {
      done.push(reduceStep(open));
      reach = outputRange(open, reach);
      open = next;
    }
  }
  return open ? [...done, reduceStep(open)] : done;
}
