/** Ports of the compiled simulator as words: the same bits as `poke` and `peek`, whatever the elements are. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { compile, elaborate } from '../../../src/simulator/index.js';
import type { Type } from '../../../src/circuit/index.js';
import { BOOL, Sketch, assign, sint, uint, vec } from '../build.js';

const widths = [1, 3, 5, 8, 9, 12, 16, 17, 31, 32, 33, 40, 63, 64, 65, 96, 100, 128, 192, 200];
const counts = [1, 2, 3, 4, 7, 8, 13, 33];

describe('words of a port', () => {
  for (const [kind, element] of [
    ['unsigned', uint],
    ['signed', sint],
  ] as const) {
    it(`are the bits of ${kind} ports`, () => {
      const s = new Sketch('wires');
      const shapes = widths.flatMap((width) => counts.map((count) => ({ width, count })));
      shapes.forEach(({ width, count }, k) => {
        const type: Type = count === 1 ? element(width) : vec(count, element(width));
        s.items.push(assign(s.output(`y${k}`, type), s.ref(s.input(`x${k}`, type))));
      });
      s.items.push(assign(s.output('z', vec(37, BOOL)), s.ref(s.input('a', vec(37, BOOL)))));
      const sim = compile(elaborate(s.design()));
      const names = [...shapes.map(({ width, count }, k) => ({ x: `x${k}`, y: `y${k}`, bits: width * count }))];
      const r = randomStream(5n, kind);
      for (const { x, y, bits } of [...names, { x: 'a', y: 'z', bits: 37 }]) {
        const words = Math.ceil(bits / 32);
        for (let n = 0; n < 6; n++) {
          const value = n === 0 ? (1n << BigInt(bits)) - 1n : n === 1 ? 1n << BigInt(bits - 1) : r.nextBigInt(bits);
          // Bits above the width are noise, and there is something on either side.
          const noisy = value | (r.nextBigInt(32) << BigInt(bits));
          const from = Uint32Array.from({ length: words + 2 }, (_, k) =>
            Number(BigInt.asUintN(32, noisy >> BigInt(32 * Math.max(0, k - 1)))),
          );
          sim.port(x).setWords(from, 1);
          sim.settle();
          expect(sim.peek(x), `${x}: ${bits} bits`).toBe(value);
          expect(sim.peek(y)).toBe(value);
          const to = new Uint32Array(words + 2).fill(0xdeadbeef);
          sim.port(y).getWords(to, 1);
          expect([to[0], to[words + 1]]).toEqual([0xdeadbeef, 0xdeadbeef]);
          const read = [...to.slice(1, words + 1)].reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
          expect(read, `${y}: ${bits} bits`).toBe(value);
          // The storage is extended as the simulator wants it: what poke writes is the same.
          const bytes = [...sim.port(x).raw()];
          sim.poke(x, value);
          expect([...sim.port(x).raw()]).toEqual(bytes);
        }
      }
      expect(() => sim.port('y0').setWords(new Uint32Array(1), 0)).toThrow(/not an input/);
    });
  }
});
