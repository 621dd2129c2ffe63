/** Random streams: reproducible, independent, in range. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/base/random.js';

describe('randomStream', () => {
  it('gives the same numbers on every machine', () => {
    const r = randomStream(1n, 'a');
    expect([r.next32(), r.next32(), r.nextBigInt(70), r.nextInt(10)]).toEqual([
      1133948429,
      19832317,
      689534482910550135197n,
      1,
    ]);
  });

  it('tells names and seeds apart', () => {
    const first = (seed: bigint, name: string): number => randomStream(seed, name).next32();
    expect(new Set([first(1n, 'a'), first(1n, 'b'), first(2n, 'a'), first(1n << 63n, 'a')]).size).toBe(4);
  });

  it('stays in range and reaches all of it', () => {
    const r = randomStream(7n, 'range');
    const seen = new Set(Array.from({ length: 500 }, () => r.nextInt(10)));
    expect([...seen].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (let bits = 1; bits < 130; bits++) expect(r.nextBigInt(bits) >> BigInt(bits)).toBe(0n);
    const mean = Array.from({ length: 10_000 }, () => r.nextFloat()).reduce((a, b) => a + b) / 10_000;
    expect(mean).toBeCloseTo(0.5, 1);
  });

  it('has all bits about equally often', () => {
    const r = randomStream(3n, 'bits');
    const ones = new Array<number>(32).fill(0);
    for (let k = 0; k < 4000; k++) {
      const x = r.next32();
      for (let b = 0; b < 32; b++) ones[b] = (ones[b] ?? 0) + ((x >>> b) & 1);
    }
    for (const n of ones) expect(Math.abs(n - 2000)).toBeLessThan(200);
  });
});
