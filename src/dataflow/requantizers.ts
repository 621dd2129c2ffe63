/** Fixed-point steps of the numerics as requantizers of the chain. */
import { reduceStep } from '../network/collapse-steps.js';
import type { FixedStep } from '../network/stages.js';
import type { ChainModule } from './chain.js';
import { signedBitsFor } from './codes.js';
import { channelImage } from './images.js';
import { type HardwareStep, simplifySteps } from './simplify-steps.js';
import type { RequantizeKind, Rounding } from './stages/requantize.js';

type RequantizeModule = Extract<ChainModule, { kind: 'requantize' }>;

/** The stream of values that steps see. Element i belongs to channel i mod `channels`. */
export interface ValueFlow {
  readonly lanes: number;
  readonly width: number;
  readonly signed: boolean;
  readonly channels: number;
  /** Least and greatest value, where fewer are in reach than the width holds. */
  readonly range?: { readonly min: number; readonly max: number };
}

/** Requantizers one behind the other that compute `steps`; the one at place k is called `names(k, count)`. */
export function requantizers(
  names: (k: number, count: number) => string,
  steps: readonly FixedStep[],
  flow: ValueFlow,
): { readonly name: string; readonly module: RequantizeModule }[] {
  const half = 1n << BigInt(flow.width - (flow.signed ? 1 : 0));
  const range = flow.range ?? { min: flow.signed ? -half : 0n, max: half - 1n };
  const simple = simplifySteps(steps, range);
  let { width, signed } = flow;
  return simple.map((step, k) => {
    const name = names(k, simple.length);
    const module = requantizer(name, step, { ...flow, width, signed });
    [width, signed] = [step.result.bits, step.result.signed];
    return { name, module };
  });
}

/**
 * One step. Multipliers that are one power of two for all channels are wires, powers of two are shifts, others are multipliers.
 *
 * Widths: the product is as wide as value and scale and one bit more for unsigned values, the sum one more, rounding one more;
 * the sum is never narrower than what the shift leaves plus the result.
 */
export function requantizer(name: string, step: HardwareStep, flow: ValueFlow): RequantizeModule {
  const left = step.shift < 0 ? BigInt(-step.shift) : 0n;
  const { multiplier, addend, shift } = reduceStep({
    ...step,
    multiplier: step.multiplier.map((value) => value << left),
    addend: step.addend.map((value) => value << left),
    shift: Math.max(0, step.shift),
  });
  const exponents = multiplier.map((value) => (value > 0n && (value & (value - 1n)) === 0n ? log2(value) : -1));
  const scale = exponents.includes(-1) ? undefined : multiplier.length > 1 ? 'shift' : 'none';
  const perChannel = multiplier.length > 1 || addend.length > 1;
  const rows = perChannel ? (flow.lanes * flow.channels) / gcd(flow.lanes, flow.channels) : flow.lanes;
  const image = (suffix: string, width: number, values: readonly bigint[]) =>
    channelImage(`${name}_${suffix}.mem`, rows, flow.lanes, width, (row) => [
      values[values.length > 1 ? row % flow.channels : 0]!,
    ]);
  const [M_W, E_MAX, A_W] = [fieldBits(multiplier), Math.max(...exponents), fieldBits(addend)];
  const growth = scale === undefined ? M_W : E_MAX;
  const common = {
    ...{ PE: flow.lanes, FOLDS: rows / flow.lanes, X_W: flow.width, A_W },
    ...{ T_W: Math.max(flow.width + growth + 3, A_W + 2, shift + step.result.bits + 1) },
    ...{ SHIFT: shift, OUT_W: step.result.bits },
  };
  const ADDENDS = image('addends', A_W, addend);
  const requantize: RequantizeKind = {
    signedInput: flow.signed,
    ...(scale === undefined ? {} : { scale }),
    rounding: step.rounding.replace('-', '_') as Rounding,
    ...(step.zeroPoint === true ? { zeroPoint: true } : {}),
    relu: step.relu,
    overflow: step.overflow,
    signedOutput: step.result.signed,
  };
  if (scale === 'none')
    return { kind: 'requantize', requantize, params: { ...common, LEFT: E_MAX }, images: { ADDENDS } };
  if (scale === 'shift') {
    const EXPONENTS = image('exponents', E_MAX.toString(2).length, exponents.map(BigInt));
    return { kind: 'requantize', requantize, params: { ...common, E_MAX }, images: { EXPONENTS, ADDENDS } };
  }
  const MULTIPLIERS = image('multipliers', M_W, multiplier);
  return { kind: 'requantize', requantize, params: { ...common, M_W }, images: { MULTIPLIERS, ADDENDS } };
}

/** Bits of a signed field that holds all `values`; a sign and one bit more at least. */
function fieldBits(values: readonly bigint[]): number {
  return values.reduce((bits, value) => Math.max(bits, signedBitsFor({ min: value, max: value })), 2);
}

const log2 = (power: bigint): number => power.toString(2).length - 1;

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
