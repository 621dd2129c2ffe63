/**
 * The integer executor of a stage network: what hardware must equal, code by code.
 *
 * Written from `stages.ts` alone, with plain integers: sums are safe integers, fixed steps are BigInt. It shares no code with
 * the reference executor or with any hardware model.
 */
import type { Activation, DenseStage, ElementType, FixedStep, RoundingMode, Stage, StageNetwork } from './stages.js';

export interface StageRun {
  /** Codes at the output port, [samples][outputs of the last stage]. */
  readonly outputs: Float64Array;
  /** Codes behind every stage, in the order of `network.stages`, [samples][outputs]. */
  readonly stages: readonly Float64Array[];
}

/** Runs codes [samples][inputs of the first stage] through all stages. All codes are exact integers. */
export function runStages(network: StageNetwork, codes: ArrayLike<number>): StageRun {
  let current: Float64Array = Float64Array.from(codes);
  const stages = network.stages.map((stage) => {
    if (current.length % stage.inputs !== 0)
      throw new RangeError(`${stage.name}: ${current.length} codes are not whole samples of ${stage.inputs}`);
    current = runStage(stage, current);
    return current;
  });
  return { outputs: current, stages };
}

/** One stage on [samples][stage.inputs] codes. */
export function runStage(stage: Stage, codes: Float64Array): Float64Array {
  const samples = codes.length / stage.inputs;
  const out = new Float64Array(samples * stage.outputs);
  for (let sample = 0; sample < samples; sample++) {
    const input = codes.subarray(sample * stage.inputs, (sample + 1) * stage.inputs);
    const values = input.map((code) => decode(stage.input, code));
    out.set(stageSample(stage, values), sample * stage.outputs);
  }
  return out;
}

function stageSample(stage: Stage, values: Float64Array): Float64Array {
  if (stage.kind === 'argmax') return Float64Array.of(argmax(values));
  const sums = stage.kind === 'dense' ? matrixTimesVector(stage, values) : values;
  return sums.map((sum, channel) => activate(stage.activation, stage.output, sum, channel));
}

function decode(type: ElementType, code: number): number {
  return type.kind === 'bipolar' ? 2 * code - 1 : code;
}

function argmax(values: Float64Array): number {
  let best = 0;
  values.forEach((value, index) => {
    if (value > (values[best] ?? 0)) best = index;
  });
  return best;
}

function matrixTimesVector(stage: DenseStage, values: Float64Array): Float64Array {
  return Float64Array.from({ length: stage.outputs }, (_, row) => {
    let sum = 0;
    const start = row * stage.inputs;
    for (let column = 0; column < stage.inputs; column++)
      sum += (stage.weights[start + column] ?? 0) * (values[column] ?? 0);
    return sum + 0;
  });
}

function activate(activation: Activation, output: ElementType, sum: number, channel: number): number {
  switch (activation.kind) {
    case 'none':
      return sum;
    case 'thresholds': {
      const { levels, table, perChannel } = activation;
      const lowest = output.kind === 'int' && output.signed ? -(2 ** (output.bits - 1)) : 0;
      return lowest + countReached(table, (perChannel ? channel : 0) * levels, levels, sum);
    }
    case 'fixed':
      return Number(activation.steps.reduce((value, step) => fixedStep(step, value, channel), BigInt(sum)));
  }
}

/** #{k : sum >= table[start + k]} of ascending thresholds, by bisection. */
function countReached(table: readonly number[], start: number, levels: number, sum: number): number {
  let low = 0;
  let high = levels;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sum >= (table[start + middle] ?? Infinity)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** One exact fixed-point step of `stages.ts`. */
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
