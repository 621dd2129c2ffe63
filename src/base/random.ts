/**
 * Reproducible random numbers: one 64-bit seed, any number of independent streams told apart by name.
 *
 * The generator is sfc32 (small fast counter, 128 bits of state), seeded by splitmix64 over the seed and a hash of the
 * name, so that a stream never depends on how many numbers another stream has delivered.
 */

export interface RandomStream {
  /** 32 random bits, unsigned. */
  next32(): number;
  /** `bits` random bits, unsigned. */
  nextBigInt(bits: number): bigint;
  /** Uniform in [0, 1) with 32 bits of resolution. */
  nextFloat(): number;
  /** Uniform in 0 .. n - 1, n at most 2^32. */
  nextInt(n: number): number;
}

const MASK64 = (1n << 64n) - 1n;

/** FNV-1a over UTF-16 code units, 64 bits. */
function hashName(name: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < name.length; i++) {
    hash = ((hash ^ BigInt(name.charCodeAt(i))) * 0x100000001b3n) & MASK64;
  }
  return hash;
}

/** One step of splitmix64: the new state and the number it delivers. */
function splitmix64(state: bigint): [state: bigint, value: bigint] {
  const next = (state + 0x9e3779b97f4a7c15n) & MASK64;
  let z = next;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK64;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK64;
  return [next, z ^ (z >> 31n)];
}

/** The stream `name` of `seed`; equal arguments give equal numbers on every machine. */
export function randomStream(seed: bigint, name: string): RandomStream {
  const [state, first] = splitmix64((seed & MASK64) ^ hashName(name));
  const [, second] = splitmix64(state);
  let a = Number(first & 0xffffffffn) | 0;
  let b = Number(first >> 32n) | 0;
  let c = Number(second & 0xffffffffn) | 0;
  let counter = Number(second >> 32n) | 0;

  const next32 = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) next32();

  return {
    next32,
    nextBigInt(bits) {
      let value = 0n;
      let have = 0;
      for (; have + 32 <= bits; have += 32) value |= BigInt(next32()) << BigInt(have);
      if (have < bits) value |= BigInt(next32() >>> (32 - (bits - have))) << BigInt(have);
      return value;
    },
    nextFloat: () => next32() / 2 ** 32,
    nextInt: (n) => Math.floor((next32() / 2 ** 32) * n),
  };
}
