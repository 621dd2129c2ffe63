/** The sum of two pixels in front of the second requantization, by its definition. */
import { divideRounded } from './requantize.js';

/** How the operands are brought to one scale; names as in the header. */
export interface Addition {
  readonly rUp: number;
  readonly rZero: number;
  readonly rFactor: number;
  readonly rDrop: number;
  /** 1: the own result is multiplied. */
  readonly rSwap: number;
}

/** `(b - zero) * factor` in units of 2^-11, to the nearest whole number, and that divided by 2^drop, half away from zero. */
export function scaledOperand(
  b: number,
  { rZero, rFactor, rDrop }: Pick<Addition, 'rZero' | 'rFactor' | 'rDrop'>,
): bigint {
  const whole = divideRounded(BigInt(b - rZero) * BigInt(rFactor), 11, 1);
  return divideRounded(whole, rDrop, 2);
}

/** The sum of the values `own` and `other`, in 32 bits. */
export function addedValues(own: number, other: number, addition: Addition): bigint {
  const [a, b] = addition.rSwap === 1 ? [other, own] : [own, other];
  return BigInt.asIntN(32, (BigInt(a) << BigInt(addition.rUp)) + scaledOperand(b, addition));
}
