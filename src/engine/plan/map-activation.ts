/** From the activation of a stage to the requantizer: the same code for every sum that can occur, or a numbered refusal. */
import { stepForThresholds } from '../../network/fit-thresholds.js';
import { valueRange } from '../../network/element-type.js';
import { activationFunction } from '../../network/run-activation.js';
import type { Activation, ElementType, FixedStep, SumRange } from '../../network/stage-types.js';
import type { Engine } from '../config.js';
import { engineError } from '../errors.js';
import { plainRequant, perChannel, type Requant } from '../layer.js';
import { halfEvenRequant } from './fit-half-even.js';
import { requantize } from '../model/requantize.js';
import { requantCodes, roundCodes } from '../header.js';

export interface ActivationContext {
  readonly engine: Pick<Engine, 'XB' | 'NTHR' | 'MUL' | 'FIXED'>;
  readonly output: ElementType;
  /** Range of the sum of every channel in front of the activation. */
  readonly ranges: readonly SumRange[];
  /** Results leave the engine, and whoever takes them keeps only the bits of `output`. */
  readonly hostCuts?: boolean;
  /** Name of the stage, for messages. */
  readonly subject: string;
}

const refusal = ({ subject }: ActivationContext, what: string): Error => engineError('H2207', subject, what);

/** The requantization that computes `activation`. Results are codes: bipolar values become 0 and 1. Throws H2207. */
export function mapActivation(activation: Activation, context: ActivationContext): Requant {
  const requant = mapped(activation, context);
  if (requant.mode !== 'shift' && requant.thresholds === undefined && context.engine.MUL === 0)
    throw refusal(context, 'needs a multiplier in the requantizer (MUL=1)');
  if (requant.mode === 'fixed' && context.engine.FIXED === 0)
    throw refusal(context, 'needs the fixed mode of the requantizer (FIXED=1)');
  compare(activation, requant, context);
  return requant;
}

function mapped(activation: Activation, context: ActivationContext): Requant {
  const { engine, output, ranges } = context;
  const { min, max } = output.kind === 'bipolar' ? { min: 0, max: 1 } : valueRange(output);
  switch (activation.kind) {
    case 'none':
      return { ...plainRequant, lo: min, hi: max };
    case 'thresholds': {
      const { levels, table } = activation;
      if (levels <= engine.NTHR) return { ...plainRequant, lo: min, hi: max, thresholds: { levels, table } };
      const step = stepForThresholds(activation, output, ranges, { plain: 1, multiplier: 1 });
      if (step !== undefined) return oneStep(step, context);
      const rounded = halfEvenRequant(activation, output, ranges);
      if (rounded !== undefined) return rounded;
      throw refusal(context, `${levels} thresholds a channel are not one multiplication, and NTHR is ${engine.NTHR}`);
    }
    case 'fixed':
      return activation.steps.length === 1 && activation.steps[0]
        ? oneStep(activation.steps[0], context)
        : multiplierSteps(activation.steps, context);
  }
}

/** Exponent of a power of two that all values are, or undefined. */
function powers(values: readonly bigint[]): number[] | undefined {
  const exponents = values.map((value) =>
    value > 0n && (value & (value - 1n)) === 0n ? value.toString(2).length - 1 : -1,
  );
  return exponents.every((exponent) => exponent >= 0) ? exponents : undefined;
}

const pick = (list: readonly bigint[], channel: number): bigint => list[list.length === 1 ? 0 : channel] ?? 0n;
const numbers = (list: readonly bigint[]): number[] => list.map(Number);

/** How results are bounded: clamped where nothing in reach is cut off by dropping bits, otherwise the bits are dropped. */
function bounds(step: FixedStep, context: ActivationContext): Pick<Requant, 'lo' | 'hi' | 'wrap'> {
  const { bits, signed } = step.result;
  const { min, max } = valueRange({ kind: 'int', bits, signed });
  const lo = step.relu ? Math.max(0, min) : min;
  if (step.overflow === 'saturate') return { lo, hi: max, wrap: false };
  const wide = activationFunction(
    { kind: 'fixed', steps: [{ ...step, overflow: 'saturate', result: { bits: 60, signed: true } }] },
    { kind: 'int', bits: 60, signed: true },
  );
  const reach = context.ranges.flatMap((range, channel) => [wide(range.min, channel), wide(range.max, channel)]);
  if (reach.every((value) => value >= min && value <= max)) return { lo, hi: max, wrap: false };
  const { XB } = context.engine;
  if (context.hostCuts === true && bits <= XB)
    return { lo: step.relu ? 0 : -(2 ** (XB - 1)), hi: 2 ** (XB - 1) - 1, wrap: true };
  if (bits !== XB || !signed)
    throw refusal(
      context,
      `results reach ${Math.min(...reach)}..${Math.max(...reach)} and drop bits to ${bits}; the engine drops them to ${context.engine.XB} (XB)`,
    );
  return { lo, hi: max, wrap: true };
}

/** One fixed-point step: a shift where the multiplier is a power of two, otherwise the fixed mode. */
function oneStep(step: FixedStep, context: ActivationContext): Requant {
  const { multiplier, addend, shift, rounding } = step;
  const limits = bounds(step, context);
  const base = { ...plainRequant, ...limits, round: rounding };
  const exponents = powers(multiplier);
  const channels = Math.max(multiplier.length, addend.length);
  const each = Array.from({ length: channels }, (_, channel) => channel);
  if (exponents !== undefined) {
    const exponent = (channel: number): number => exponents[exponents.length === 1 ? 0 : channel] ?? 0;
    const whole = each.every((channel) => pick(addend, channel) % (1n << BigInt(exponent(channel))) === 0n);
    const bias = each.map((channel) => Number(pick(addend, channel) >> BigInt(exponent(channel))));
    const net = exponents.map((value) => shift - value);
    if (whole && bias.every((value) => Math.abs(value) < 2 ** 31) && net.every((value) => Math.abs(value) <= 31))
      return {
        ...base,
        bias: addend.length === 1 && exponents.length === 1 ? bias.slice(0, 1) : bias,
        shift: net.map((value) => Math.max(0, value)),
        leftShift: net.map((value) => Math.max(0, -value)),
      };
  }
  const up = shift < 0 ? 1n << BigInt(-shift) : 1n;
  const mult = numbers(multiplier.map((value) => value * up));
  const bias = numbers(addend.map((value) => value * up));
  if (mult.some((value) => Math.abs(value) >= 2 ** 31)) throw refusal(context, 'a multiplier of more than 32 bits');
  if (bias.some((value) => Math.abs(value) >= 2 ** 47)) throw refusal(context, 'an addend of more than 48 bits');
  return { ...base, mode: 'fixed', mult, bias, shift: [Math.max(0, shift)] };
}

/** The steps of TFLite: multiplier with an inner rounding by 2^31, a second rounding shift, the zero point. */
function multiplierSteps(steps: readonly FixedStep[], context: ActivationContext): Requant {
  const [inner, ...rest] = steps;
  const unknown = refusal(context, `${steps.length} fixed-point steps that no mode of the requantizer computes`);
  if (inner === undefined || inner.shift !== 31 || inner.rounding !== 'half-up' || inner.overflow !== 'saturate')
    throw unknown;
  const { multiplier, addend } = inner;
  const count = Math.max(multiplier.length, addend.length);
  const bias = Array.from({ length: count }, (_, channel) => {
    const m = pick(multiplier, channel);
    if (m === 0n || pick(addend, channel) % m !== 0n) throw unknown;
    return Number(pick(addend, channel) / m);
  });
  let requant: Requant = {
    ...plainRequant,
    ...{ mode: 'mult', bias, mult: numbers(multiplier), lo: inner.relu ? 0 : -(2 ** 40), hi: 2 ** 40 },
  };
  let shifted = false;
  for (const step of rest) {
    const exponents = powers(step.multiplier);
    const zero = Number(step.addend[0] ?? 0n);
    if (step.overflow !== 'saturate' || exponents === undefined || step.addend.some((value) => Number(value) !== zero))
      throw unknown;
    const net = exponents.map((exponent) => step.shift - exponent);
    if (net.some((value) => value !== 0)) {
      if (shifted || zero !== 0 || requant.zeroPoint !== 0 || net.some((value) => value < 0 || value > 31))
        throw unknown;
      requant = { ...requant, shift: net, round: step.rounding };
      shifted = true;
    }
    const { min, max } = valueRange({ kind: 'int', ...step.result });
    requant = {
      ...requant,
      zeroPoint: requant.zeroPoint + zero,
      lo: Math.max(requant.lo + zero, step.relu ? Math.max(0, min) : min),
      hi: Math.min(requant.hi + zero, max),
    };
  }
  return requant;
}

/** Looks at both ends of every channel's range and at a hundred sums between them; a difference is a refusal, not a surprise. */
function compare(activation: Activation, requant: Requant, context: ActivationContext): void {
  const { engine, output, ranges } = context;
  const exact = activationFunction(activation, output);
  const span = context.hostCuts === true && output.kind === 'int' ? 2 ** output.bits : Infinity;
  const control = {
    ...{ mode: requantCodes[requant.mode], round: roundCodes[requant.round], leaky: requant.leaky },
    ...{ threshold: requant.thresholds !== undefined, wrap: requant.wrap, zero: requant.zeroPoint },
    ...{ lo: requant.lo, hi: requant.hi },
  };
  const { thresholds } = requant;
  const levelsOf = (channel: number): readonly number[] => {
    if (thresholds === undefined) return [];
    const first = thresholds.table.length === thresholds.levels ? 0 : channel * thresholds.levels;
    return thresholds.table.slice(first, first + thresholds.levels);
  };
  ranges.forEach(({ min, max }, channel) => {
    const bias = perChannel(requant.bias, channel);
    const parameters = {
      bias: BigInt.asIntN(32, BigInt(bias)),
      mult: BigInt(perChannel(requant.mult, channel)),
      high: BigInt(Math.floor(bias / 2 ** 32)),
      shift: perChannel(requant.shift, channel),
      left: perChannel(requant.leftShift, channel),
      thresholds: levelsOf(channel).map((level) => BigInt(Math.min(Math.max(level, -(2 ** 31)), 2 ** 31 - 1))),
    };
    for (let i = 0; i <= 100; i++) {
      const sum = Math.round(min + ((max - min) * i) / 100);
      const value = Number(requantize(BigInt(sum), parameters, control, { W: 32, XB: engine.XB }));
      if ((value - exact(sum, channel)) % span !== 0)
        throw refusal(context, `channel ${channel}: sum ${sum} gives ${value} instead of ${exact(sum, channel)}`);
    }
  });
}
