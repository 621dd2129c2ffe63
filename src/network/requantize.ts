/**
 * TFLite's requantization in exact integers: a real factor as a 31-bit multiplier with an exponent, and what the reference
 * kernels do with it. Source: numerics.md 6.2, `gemmlowp` fixedpoint.h and `quantization_util.cc` of TensorFlow.
 *
 * Doubles hold every intermediate exactly: a 62-bit product is computed in two halves below 2^47.
 */

/** `value = multiplier * 2^(shift - 31)`; multiplier in [2^30, 2^31), or 0. */
export interface QuantizedFactor {
  readonly multiplier: number;
  readonly shift: number;
}

const maxInt32 = 2 ** 31 - 1;
const minInt32 = -(2 ** 31);

/** Significand in [0.5, 1) and exponent of a positive double. */
function frexp(value: number): { significand: number; exponent: number } {
  let exponent = Math.max(-1023, Math.floor(Math.log2(value)) + 1);
  let significand = value * 2 ** -exponent;
  // log2 may round across a power of two.
  while (significand < 0.5) [significand, exponent] = [significand * 2, exponent - 1];
  while (significand >= 1) [significand, exponent] = [significand / 2, exponent + 1];
  return { significand, exponent };
}

/** `QuantizeMultiplier`: round half away of the significand times 2^31; 2^31 itself becomes 2^30 with a higher exponent. */
export function quantizeFactor(value: number): QuantizedFactor {
  if (!(value > 0) || !Number.isFinite(value)) return { multiplier: 0, shift: 0 };
  const { significand, exponent } = frexp(value);
  const rounded = Math.floor(significand * 2 ** 31 + 0.5);
  const [multiplier, shift] = rounded === 2 ** 31 ? [2 ** 30, exponent + 1] : [rounded, exponent];
  return shift < -31 ? { multiplier: 0, shift: 0 } : { multiplier, shift };
}

/** `(a * b + 2^30) >> 31` for 32-bit a and 0 <= b < 2^31: SaturatingRoundingDoublingHighMul. */
export function doublingHighMul(a: number, b: number): number {
  const high = Math.floor(b / 65536);
  const low = b - high * 65536;
  // a*b + 2^30 = (a*high) * 2^16 + (a*low + 2^30); both parts are exact, and so is each floor of a division by 2^k.
  return Math.floor((a * high + Math.floor((a * low + 2 ** 30) / 65536)) / 32768);
}

/** `RoundingDivideByPOT`: a / 2^exponent, halves away from zero. */
export function roundingDivideByPot(a: number, exponent: number): number {
  if (exponent <= 0) return a;
  return Math.floor((a + 2 ** (exponent - 1) - (a < 0 ? 1 : 0)) / 2 ** exponent) + 0;
}

/** `MultiplyByQuantizedMultiplier` with double rounding; a left shift saturates to 32 bits. */
export function multiplyByFactor(x: number, { multiplier, shift }: QuantizedFactor): number {
  const shifted = shift > 0 ? Math.min(Math.max(x * 2 ** shift, minInt32), maxInt32) : x;
  return roundingDivideByPot(doublingHighMul(shifted, multiplier), -shift);
}
