/** Activations of stages on integers: thresholds by bisection, fixed steps exactly. Part of the integer executor. */
import type { Activation, ElementType, FixedStep, RoundingMode } from './stage-types.js';

/** The function of an activation: the sum of a channel to the code that leaves the stage. */
export function activationFunction(
  activation: Activation,
  output: ElementType,
): (sum: number, channel: number) => number {
  switch (activation.kind) {
    case 'none':
      // Sums that leave a stage as they are: codes of an integer type; a bipolar value becomes its code.
      return output.kind === 'bipolar' ? (sum) => (sum + 1) / 2 : (sum) => sum;
    case 'thresholds': {
      const { levels, table, perChannel } = activation;
      const lowest = output.kind === 'int' && output.signed ? -(2 ** (output.bits - 1)) : 0;
      const thresholds = Float64Array.from(table);
      return (sum, channel) => lowest + countReached(thresholds, (perChannel ? channel : 0) * levels, levels, sum);
    }
    case 'fixed': {
      const steps = activation.steps.map(stepFunction);
      return (sum, channel) => {
        let value = sum;
        for (const step of steps) value = step(value, channel);
        return value;
      };
    }
  }
}

/** #{k : sum >= table[start + k]} of ascending thresholds, by bisection. */
function countReached(table: Float64Array, start: number, levels: number, sum: number): number {
  let low = 0;
  let high = levels;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sum >= (table[start + middle] ?? Infinity)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** {@link fixedStep} on numbers: in float64 where every intermediate is below 2^52, which is exact, in BigInt otherwise. */
function stepFunction(step: FixedStep): (x: number, channel: number) => number {
  const multipliers = Float64Array.from(step.multiplier, Number);
  const addends = Float64Array.from(step.addend, Number);
  const { shift, rounding, relu, overflow } = step;
  const unit = 2 ** shift;
  const { bits, signed } = step.result;
  const span = 2 ** bits;
  const least = signed ? -span / 2 : 0;
  const limit = 2 ** 52;
  return (x, channel) => {
    const m = multipliers[multipliers.length === 1 ? 0 : channel] ?? 0;
    const a = addends[addends.length === 1 ? 0 : channel] ?? 0;
    const bound = Math.abs(x) * Math.abs(m) + Math.abs(a) + unit;
    if (!(bound < limit && bound < limit * unit && bits <= 50)) return Number(fixedStep(step, BigInt(x), channel));
    const t = x * m + a;
    const rounded = shift <= 0 ? t / unit : Math.floor((t + roundTerm(t, unit, rounding)) / unit);
    const u = relu && rounded < 0 ? 0 : rounded;
    if (overflow === 'wrap') return u - span * Math.floor((u - least) / span) + 0;
    return Math.min(Math.max(u, least), least + span - 1) + 0;
  };
}

/** The number that makes a floor a rounding, numerics.md 6.2. */
function roundTerm(t: number, unit: number, mode: RoundingMode): number {
  switch (mode) {
    case 'floor':
      return 0;
    case 'half-up':
      return unit / 2;
    case 'half-away':
      return unit / 2 - (t < 0 ? 1 : 0);
    case 'half-even': {
      const whole = Math.floor(t / unit);
      return unit / 2 - 1 + (whole - 2 * Math.floor(whole / 2));
    }
    case 'to-zero':
      return t < 0 ? unit - 1 : 0;
  }
}

/** One exact fixed-point step of `stage-types.ts`. */
export function fixedStep(step: FixedStep, x: bigint, channel: number): bigint {
  const pick = (list: readonly bigint[]): bigint => list[list.length === 1 ? 0 : channel] ?? 0n;
  const t = x * pick(step.multiplier) + pick(step.addend);
  const rounded = step.shift <= 0 ? t << BigInt(-step.shift) : shiftRight(t, BigInt(step.shift), step.rounding);
  const u = step.relu && rounded < 0n ? 0n : rounded;
  const { bits, signed } = step.result;
  if (step.overflow === 'wrap') return signed ? BigInt.asIntN(bits, u) : BigInt.asUintN(bits, u);
  const max = (1n << BigInt(signed ? bits - 1 : bits)) - 1n;
  const min = signed ? -max - 1n : 0n;
  return u < min ? min : u > max ? max : u;
}

/** `t / 2^s` rounded by the round terms of numerics.md 6.2; BigInt `>>` floors. */
function shiftRight(t: bigint, s: bigint, mode: RoundingMode): bigint {
  const half = 1n << (s - 1n);
  switch (mode) {
    case 'floor':
      return t >> s;
    case 'half-up':
      return (t + half) >> s;
    case 'half-away':
      return (t + half - (t < 0n ? 1n : 0n)) >> s;
    case 'half-even':
      return (t + half - 1n + ((t >> s) & 1n)) >> s;
    case 'to-zero':
      return (t + (t < 0n ? (1n << s) - 1n : 0n)) >> s;
  }
}
