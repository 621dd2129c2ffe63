/** Fixed-point types of Vivado HLS (`ap_fixed`) as plain data, and the cast of a constant into one. */
import { roundHalfEven } from './rounding.js';
import type { RoundingMode } from './stages.js';

export interface FixedType {
  /** All bits, sign included. */
  readonly bits: number;
  /** Bits left of the point, sign included; may be negative or greater than `bits`. */
  readonly integer: number;
  readonly signed: boolean;
  readonly rounding: RoundingMode;
  readonly overflow: 'wrap' | 'saturate';
}

/** Bits right of the point. */
export function fractionBits(type: FixedType): number {
  return type.bits - type.integer;
}

const constantRoundings: Readonly<Record<RoundingMode, (x: number) => number>> = {
  floor: Math.floor,
  'half-up': (x) => Math.floor(x + 0.5),
  'half-even': roundHalfEven,
  'half-away': (x) => Math.sign(x) * Math.floor(Math.abs(x) + 0.5),
  'to-zero': Math.trunc,
};

/** The code of a real constant in a type: rounded, then wrapped or clamped. Exact for |x| * 2^fraction below 2^52. */
export function castConstant(x: number, type: FixedType): bigint {
  const code = BigInt(constantRoundings[type.rounding](x * 2 ** fractionBits(type)));
  return fitCode(code, type);
}

/** Wraps or clamps a code. */
export function fitCode(code: bigint, type: Pick<FixedType, 'bits' | 'signed' | 'overflow'>): bigint {
  if (type.overflow === 'wrap') return type.signed ? BigInt.asIntN(type.bits, code) : BigInt.asUintN(type.bits, code);
  const max = (1n << BigInt(type.signed ? type.bits - 1 : type.bits)) - 1n;
  const min = type.signed ? -max - 1n : 0n;
  return code < min ? min : code > max ? max : code;
}
