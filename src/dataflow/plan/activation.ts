/** Activations as threshold units and requantizers. */
import type { Activation, ElementType, SumRange } from '../../network/stages.js';
import { codeBits, isSigned } from '../codes.js';
import { channelImage } from '../images.js';
import { type ChainBuilder, divisorLanes, type Flow, lcm } from './builder.js';
import { stepForThresholds } from '../../network/fit-thresholds.js';
import { requantizers } from '../requantizers.js';
import { lookupFor } from './lookup.js';

/**
 * `activation` on every element of `flow`; element i belongs to channel i mod `channels`. `output` is the type of the codes it
 * gives, `range` what the elements can be where that is less than their width holds; its nodes are called after `name`. Lanes
 * change only where an activation per channel cannot run with those of the flow.
 */
export function planActivation(
  chain: ChainBuilder,
  { stage, name: prefix }: { readonly stage: string; readonly name: string },
  activation: Activation,
  { output, channels, range }: { readonly output: ElementType; readonly channels: number; readonly range?: SumRange },
  given: Flow,
): Flow {
  if (activation.kind === 'none') return given;
  const lookup = lookupFor(`${prefix}_lookup`, activation, output, given);
  if (lookup !== undefined) {
    const { module, signed } = lookup;
    const stream = chain.add(`${prefix}_lookup`, stage, module, given);
    return { ...given, stream, width: module.params.OUT_W, signed };
  }
  if (activation.kind === 'thresholds') {
    const step = stepForThresholds(activation, output, range ?? rangeOf(given));
    const about = { output, channels, ...(range && { range }) };
    if (step) return planActivation(chain, { stage, name: prefix }, { kind: 'fixed', steps: [step] }, about, given);
  }
  const even = given.elements % given.lanes === 0;
  const flow =
    even || !isPerChannel(activation) ? given : chain.convert(prefix, given, divisorLanes(given.elements, given.lanes));
  if (activation.kind === 'fixed') {
    const names = (k: number, count: number) => (count === 1 ? `${prefix}_requantize` : `${prefix}_requantize_${k}`);
    const values = { ...flow, channels, ...(range && { range }) };
    return requantizers(names, activation.steps, values).reduce((at, { name, module }): Flow => {
      const stream = chain.add(name, stage, module, at);
      return { ...at, stream, width: module.params.OUT_W, signed: module.requantize.signedOutput };
    }, flow);
  }
  const { levels, table, perChannel } = activation;
  const OUT_W = codeBits(output);
  const T_W = flow.width + (flow.signed ? 1 : 2);
  const above = flow.signed ? 1n << BigInt(flow.width - 1) : 1n << BigInt(flow.width);
  const below = flow.signed ? -above : 0n;
  const clamp = (value: bigint) => (value > above ? above : value < below ? below : value);
  const rows = perChannel ? lcm(flow.lanes, channels) : flow.lanes;
  const row = (at: number) =>
    Array.from({ length: levels }, (_, k) => clamp(BigInt(table[(perChannel ? at % channels : 0) * levels + k]!)));
  const name = `${prefix}_thresholds`;
  const stream = chain.add(
    name,
    stage,
    {
      kind: 'thresholds',
      signed: flow.signed,
      params: {
        PE: flow.lanes,
        FOLDS: rows / flow.lanes,
        LEVELS: levels,
        X_W: flow.width,
        OUT_W,
        LOWEST: isSigned(output) ? 2 ** (OUT_W - 1) : 0,
      },
      images: { THRESHOLDS: channelImage(`${name}.mem`, rows, flow.lanes, T_W, row) },
    },
    flow,
  );
  return { ...flow, stream, width: OUT_W, signed: isSigned(output) };
}

/** What the width of a flow holds. */
function rangeOf({ width, signed }: Flow): SumRange {
  return signed ? { min: -(2 ** (width - 1)), max: 2 ** (width - 1) - 1 } : { min: 0, max: 2 ** width - 1 };
}

/** Per channel in form, even if all channels are equal. */
const isPerChannel = (activation: Activation): boolean =>
  activation.kind === 'thresholds'
    ? activation.perChannel
    : activation.kind === 'fixed' &&
      activation.steps.some(({ multiplier, addend }) => multiplier.length > 1 || addend.length > 1);

/** Thresholds on the value v = 2 * agreements - columns as thresholds on agreements: agreements >= ceil((T + columns) / 2). */
export function inAgreements(activation: Activation, columns: number): Activation {
  if (activation.kind !== 'thresholds') return activation;
  return { ...activation, table: activation.table.map((t) => Math.ceil((t + columns) / 2)) };
}

/** An activation on the values -1 and +1 as one on the bits 0 and 1 that stand for them: v = 2 * bit - 1. */
export function onBits(activation: Activation): Activation {
  if (activation.kind === 'thresholds') {
    return { ...activation, table: activation.table.map((t) => Math.ceil((t + 1) / 2)) };
  }
  const [first, ...rest] = activation.kind === 'fixed' ? activation.steps : [];
  if (activation.kind !== 'fixed' || first === undefined) return activation;
  const channels = Math.max(first.multiplier.length, first.addend.length);
  const of = (values: readonly bigint[], channel: number) => values[values.length > 1 ? channel : 0]!;
  const addend = Array.from({ length: channels }, (_, c) => of(first.addend, c) - of(first.multiplier, c));
  return { ...activation, steps: [{ ...first, multiplier: first.multiplier.map((m) => 2n * m), addend }, ...rest] };
}
