/** Bits of ports as 32-bit words, lowest first: what is driven, compared and watched every cycle without big integers. */
import type { Bits } from './access.js';
import type { Beat, StreamSpec } from './streams.js';

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

/** The beat whose fields stand in `words` from `at` on, one after the other. */
export function beatAt(stream: StreamSpec, words: Uint32Array, at = 0): Beat {
  const beat: Record<string, bigint> = {};
  for (const { name, width } of stream.fields) {
    const limbs = limbsOf(width);
    beat[name] = BigInt(bitsAt(words, at, limbs));
    at += limbs;
  }
  return beat;
}

/** Words that are added to the end. */
export class WordLog {
  #words = new Uint32Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }
  clear(): void {
    this.#length = 0;
  }
  add(words: Uint32Array): void {
    if (this.#length + words.length > this.#words.length) {
      const more = new Uint32Array(2 * (this.#length + words.length));
      more.set(this.#words);
      this.#words = more;
    }
    for (let k = 0; k < words.length; k++) this.#words[this.#length++] = words[k] ?? 0;
  }
  beat(stream: StreamSpec, at: number): Beat {
    return beatAt(stream, this.#words, at);
  }
}
