/** Codes of element types as bits of a beat. */
import type { ElementType } from '../network/stages.js';

/** Bits of one code. */
export const codeBits = (type: ElementType): number => (type.kind === 'bipolar' ? 1 : type.bits);
export const isSigned = (type: ElementType): boolean => type.kind === 'int' && type.signed;

/** The lane of a port that carries a code: the next of 8, 16, 32, 64 bits. */
export const laneBitsFor = (bits: number): number =>
  [8, 16, 32, 64].find((lane) => lane >= bits) ?? 8 * Math.ceil(bits / 8);

/** Bits of a two's complement number that holds min..max, whole numbers. */
export function signedBitsFor({ min, max }: { readonly min: number | bigint; readonly max: number | bigint }): number {
  const bits = (value: bigint): number => {
    const magnitude = value < 0n ? -value - 1n : value;
    return magnitude === 0n ? 1 : magnitude.toString(2).length + 1;
  };
  return Math.max(bits(BigInt(min)), bits(BigInt(max)));
}
