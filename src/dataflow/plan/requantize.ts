/** One fixed-point step of the numerics as a requantizer of the chain. */
import type { FixedStep } from '../../network/stages.js';
import type { ChainModule } from '../chain.js';
import { channelImage } from '../images.js';
import { lcm } from './builder.js';
import type { Rounding } from '../stages/requantize.js';

type RequantizeModule = Extract<ChainModule, { kind: 'requantize' }>;

/** Bits of a signed number that holds all `values`. */
function signedBits(values: readonly bigint[]): number {
  return values.reduce((bits, value) => {
    const magnitude = value < 0n ? -value - 1n : value;
    return Math.max(bits, magnitude.toString(2).length + 1);
  }, 1);
}

/**
 * Widths: the product has X_W + M_W bits and one more for unsigned values, the sum one more, rounding one more; the sum
 * is never narrower than what the shift leaves plus the result. Element i belongs to channel i mod `channels`.
 */
export function requantizeNode(
  name: string,
  step: FixedStep,
  flow: { readonly lanes: number; readonly width: number; readonly signed: boolean; readonly channels: number },
): RequantizeModule {
  // A left shift is a larger multiplier and addend: exact.
  const left = step.shift < 0 ? BigInt(-step.shift) : 0n;
  const multipliers = step.multiplier.map((value) => value << left);
  const addends = step.addend.map((value) => value << left);
  const perChannel = multipliers.length > 1 || addends.length > 1;
  const channels = perChannel ? lcm(flow.lanes, flow.channels) : flow.lanes;
  const of = (values: readonly bigint[], channel: number): bigint =>
    values[values.length > 1 ? channel % flow.channels : 0]!;
  const SHIFT = Math.max(0, step.shift);
  const OUT_W = step.result.bits;
  const [M_W, A_W] = [signedBits(multipliers), signedBits(addends)];
  const T_W = Math.max(flow.width + M_W + 3, A_W + 2, SHIFT + OUT_W + 1);
  const image = (suffix: string, width: number, values: readonly bigint[]) =>
    channelImage(`${name}_${suffix}.mem`, channels, flow.lanes, width, (channel) => [of(values, channel)]);
  return {
    kind: 'requantize',
    requantize: {
      signedInput: flow.signed,
      rounding: step.rounding.replace('-', '_') as Rounding,
      relu: step.relu,
      overflow: step.overflow,
      signedOutput: step.result.signed,
    },
    params: { PE: flow.lanes, FOLDS: channels / flow.lanes, X_W: flow.width, M_W, A_W, T_W, SHIFT, OUT_W },
    images: { MULTIPLIERS: image('multipliers', M_W, multipliers), ADDENDS: image('addends', A_W, addends) },
  };
}
