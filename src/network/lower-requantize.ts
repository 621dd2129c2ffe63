/** Requantize nodes (TFLite's reference kernels) as exact fixed steps behind the integers of a stream or a core. */
import type { Range } from './accumulator.js';
import { intType } from './element-type.js';
import { networkError } from './errors.js';
import { numberAttribute, type Graph, type GraphNode } from './graph.js';
import { fixedStep } from './run-activation.js';
import type { FixedStep } from './stage-types.js';

/** `x = sum * scale[c] + offset[c]`: whole numbers, one per channel or one for all. */
export interface WholeAffine {
  readonly scale: Float64Array;
  readonly offset: Float64Array;
}

const limit = 2 ** 31;

/** One number for all channels where they agree. */
function list(values: readonly bigint[]): readonly bigint[] {
  return values.every((value) => value === values[0]) ? values.slice(0, 1) : values;
}

/** The range of each channel behind a step, which never falls or never rises. */
function through(step: FixedStep, ranges: readonly Range[]): Range[] {
  return ranges.map(({ min, max }, channel) => {
    const ends = [min, max].map((end) => Number(fixedStep(step, BigInt(end), channel)));
    return { min: Math.min(...ends), max: Math.max(...ends) };
  });
}

class Steps {
  readonly steps: FixedStep[] = [];

  constructor(public ranges: readonly Range[]) {}

  /** Adds a step whose result is as wide as it can get, unless `result` says otherwise. */
  add(step: Pick<FixedStep, 'multiplier' | 'addend'> & Partial<FixedStep>): void {
    const wide: FixedStep = {
      ...{ shift: 0, rounding: 'floor', relu: false, overflow: 'saturate', result: { bits: 100, signed: true } },
      ...step,
      ...{ multiplier: list(step.multiplier), addend: list(step.addend) },
    };
    const ranges = through(wide, this.ranges);
    const { bits, signed } = intType(
      Math.min(-1, ...ranges.map((range) => range.min)),
      Math.max(0, ...ranges.map((range) => range.max)),
    );
    this.steps.push(step.result ? wide : { ...wide, result: { bits, signed } });
    this.ranges = ranges;
  }
}

/** True where a Requantize only scales: its result is no code yet (the operands of TFLite's ADD). */
export function isScaling(node: GraphNode): boolean {
  return (
    node.op === 'Requantize' &&
    numberAttribute(node, 'min', -limit) === -limit &&
    numberAttribute(node, 'max', limit - 1) === limit - 1
  );
}

/**
 * Steps of a Requantize behind `x`, and the ranges of the result. First the multiplication with its rounding
 * `(x * 2^left * m + 2^30) >> 31`, then the right shift with halves away from zero, then zero point and clamp.
 *
 * Shifts that differ by channel become one shift: x * 2^(S - s) over 2^S rounds as x over 2^s does. H3036 where x leaves 32 bits.
 */
export function requantizeSteps(
  graph: Graph,
  node: GraphNode,
  { scale, offset }: WholeAffine,
  ranges: readonly Range[],
): { readonly steps: readonly FixedStep[]; readonly ranges: readonly Range[] } {
  const [multiplier, shift] = [1, 2].map((at) => graph.initializers.get(node.inputs[at] ?? '')?.data);
  if (!multiplier || !shift) throw networkError('H3038', node.name, 'Requantize without constant factors');
  const of = (values: Float64Array, channel: number): number => values[channel % values.length] ?? 0;
  const left = numberAttribute(node, 'left_shift', 0);
  const before = ranges.map((range, channel) => {
    const [a, b] = [of(scale, channel), of(offset, channel)];
    const up = 2 ** (left + Math.max(0, of(shift, channel)));
    return [a * range.min + b, a * range.max + b].map((x) => x * up);
  });
  if (before.flat().some((x) => !(x >= -limit && x < limit)))
    throw networkError('H3036', node.name, 'the accumulator may leave the 32 bits that TFLite computes with');
  const channels = Array.from(ranges.keys());
  const result = new Steps(ranges);
  const factors = channels.map((c) => BigInt(of(multiplier, c)) << BigInt(left + Math.max(0, of(shift, c))));
  result.add({
    multiplier: channels.map((c) => BigInt(of(scale, c)) * (factors[c] ?? 0n)),
    addend: channels.map((c) => BigInt(of(offset, c)) * (factors[c] ?? 0n)),
    shift: 31,
    rounding: 'half-up',
  });
  const rights = channels.map((c) => Math.max(0, -of(shift, c)));
  const right = Math.max(0, ...rights);
  if (right > 0)
    result.add({
      multiplier: rights.map((s) => 1n << BigInt(right - s)),
      addend: [0n],
      shift: right,
      rounding: 'half-away',
    });
  if (!isScaling(node)) placeCodes(node, result);
  return { steps: result.steps, ranges: result.ranges };
}

/** Zero point and clamp. Bounds inside of the type's range are two relus, one for each side. */
function placeCodes(node: GraphNode, result: Steps): void {
  const zero = BigInt(numberAttribute(node, 'zero_point', 0));
  const [min, max] = [numberAttribute(node, 'min', -limit), numberAttribute(node, 'max', limit - 1)];
  const { bits, signed } = codesOf(node);
  const least = signed ? -(2 ** (bits - 1)) : 0;
  const most = least + 2 ** bits - 1;
  let addend = zero;
  if (max < most) {
    // max - relu(max - y) is the lesser of y and max.
    result.add({ multiplier: [-1n], addend: [BigInt(max) - addend], relu: true });
    result.add({ multiplier: [-1n], addend: [BigInt(max)] });
    addend = 0n;
  }
  if (min > least) {
    result.add({ multiplier: [1n], addend: [addend - BigInt(min)], relu: true });
    addend = BigInt(min);
  }
  result.add({ multiplier: [1n], addend: [addend], result: { bits, signed } });
}

/** Type of the codes of a Requantize: 8 bits, or more where its bounds need them. */
export function codesOf(node: GraphNode): { readonly kind: 'int'; readonly bits: number; readonly signed: boolean } {
  const type = intType(numberAttribute(node, 'min', -limit), numberAttribute(node, 'max', limit - 1));
  return { kind: 'int', signed: type.signed, bits: Math.max(8, type.bits) };
}
