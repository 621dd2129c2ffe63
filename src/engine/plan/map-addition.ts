/** From the operands of an addition to the two forms that the engine has: one operand shifted, the other multiplied. */
import type { Activation } from '../../network/stage-types.js';
import { engineError } from '../errors.js';
import { perChannel, type Requant, type Residual } from '../layer.js';
import { scaledOperand } from '../model/addition.js';

/** One operand: the code that a pixel has, its range, and the value that goes into the sum. */
export interface Operand {
  readonly min: number;
  readonly max: number;
  readonly activation: Activation;
  readonly value: (code: number) => number;
}

interface Shifted {
  readonly up: number;
  readonly offset: number;
}
interface Scaled {
  readonly zero: number;
  readonly factor: number;
  readonly drop: number;
  readonly offset: number;
}

/** Every code of an operand. */
const codesOf = ({ min, max }: Operand): number[] => Array.from({ length: max - min + 1 }, (_, k) => min + k);

/** `value(code) = (code << up) + offset`, or undefined. */
function shiftedForm(operand: Operand): Shifted | undefined {
  const { min, value } = operand;
  for (let up = 0; up < 23; up++) {
    const offset = value(min) - min * 2 ** up;
    if (codesOf(operand).every((code) => value(code) === code * 2 ** up + offset)) return { up, offset };
  }
  return undefined;
}

/** `value(code) = offset` plus the multiplied form of `code - zero`, or undefined. The slope is that of the steps of the activation. */
function scaledForm(operand: Operand): Scaled | undefined {
  const { activation, value } = operand;
  const steps = activation.kind === 'fixed' ? activation.steps : [];
  const [first] = steps;
  let [slope, places] = [1n, 0];
  for (const { multiplier, shift } of steps) [slope, places] = [slope * (multiplier[0] ?? 1n), places + shift];
  const [multiplier, addend] = [first?.multiplier[0] ?? 1n, first?.addend[0] ?? 0n];
  const zero = multiplier !== 0n && addend % multiplier === 0n ? Number(-addend / multiplier) : 0;
  if (Math.abs(zero) >= 2 ** 15) return undefined;
  for (let drop = 0; drop < 32; drop++) {
    // slope / 2^places = factor / 2^(11 + drop)
    const up = BigInt(Math.max(0, 11 + drop - places));
    const down = 1n << BigInt(Math.max(0, places - 11 - drop));
    if ((slope << up) % down !== 0n) continue;
    const factor = Number((slope << up) / down);
    if (Math.abs(factor) >= 2 ** 31) break;
    const form = { rZero: zero, rFactor: factor, rDrop: drop };
    const offset = value(operand.min) - Number(scaledOperand(operand.min, form));
    if (codesOf(operand).every((code) => value(code) === offset + Number(scaledOperand(code, form))))
      return { zero, factor, drop, offset };
  }
  return undefined;
}

/**
 * The residual that adds `own` and `other` and requantizes the sum by `second`, equal for every code of both. Throws H2207 where
 * neither operand is shifted by a power of two, or one is scaled in a way that no multiplication of the engine gives.
 */
export function mapAddition(
  own: Operand,
  other: Operand,
  unsigned: boolean,
  second: Requant,
  subject: string,
): Residual {
  for (const scalesOwn of [false, true]) {
    const shifted = shiftedForm(scalesOwn ? other : own);
    const scaled = shifted && scaledForm(scalesOwn ? own : other);
    if (!shifted || !scaled) continue;
    const { up } = shifted;
    const { zero, factor, drop, offset } = scaled;
    return {
      scalesOwn,
      up,
      zero,
      factor,
      drop,
      unsigned,
      second: withOffset(second, shifted.offset + offset, subject),
    };
  }
  throw engineError('H2207', subject, 'adds operands of which neither is scaled by a power of two');
}

/** A constant that is added to the sum in front of a requantization. */
function withOffset(second: Requant, offset: number, subject: string): Requant {
  if (offset === 0) return second;
  const add = second.mode === 'fixed' ? offset * perChannel(second.mult, 0) : offset;
  const bias = perChannel(second.bias, 0) + add;
  if (bias < -(2 ** 31) || bias >= 2 ** 31) throw engineError('H2207', subject, 'an addend of more than 32 bits');
  return { ...second, bias: [bias] };
}
