/** Bits of ports as 32-bit words, lowest first: what is driven, compared and watched every cycle without big integers. */
import type { Bits } from './access.js';

/** Words of a port; one at least, so that a field of width 0 has a place too. */
export const limbsOf = (width: number): number => Math.max(1, Math.ceil(width / 32));

/** The value in `limbs` words from `at`: a number in one word, a bigint in several. */
export function bitsAt(words: Uint32Array, at: number, limbs: number): Bits {
  if (limbs === 1) return words[at] ?? 0;
  let value = 0n;
  for (let i = limbs - 1; i >= 0; i--) value = (value << 32n) | BigInt(words[at + i] ?? 0);
  return value;
}

/** Puts the low bits of a value into `limbs` words from `at`. */
export function putBits(words: Uint32Array, at: number, limbs: number, value: Bits): void {
  if (limbs === 1) {
    words[at] = typeof value === 'number' ? value : Number(BigInt.asUintN(32, value));
    return;
  }
  let rest = BigInt(value);
  for (let i = 0; i < limbs; i++) {
    words[at + i] = Number(BigInt.asUintN(32, rest));
    rest >>= 32n;
  }
}
