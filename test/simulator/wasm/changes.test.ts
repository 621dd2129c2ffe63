/** What changes of small values in memory is told, byte by byte, and nothing else. HEDDLE_FUZZ_SEED=<n> chooses others. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { Changes, type Place } from '../../../src/simulator/wasm/changes.js';
import { ModuleWriter } from '../../../src/simulator/wasm/encode.js';
import { FunctionWriter, I32 } from '../../../src/simulator/wasm/function.js';
import { instantiate, newMemory } from '../../../src/simulator/wasm/runtime.js';

const seed = Number(process.env.HEDDLE_FUZZ_SEED ?? 1);
const FROM = 1024;

/** Values side by side with gaps, and which of them have pieces. */
function placesFor(r: ReturnType<typeof randomStream>): Place[] {
  const places: Place[] = [];
  let at = FROM + r.nextInt(16);
  for (let n = 1 + r.nextInt(12); n > 0; n--) {
    const bytes = [1, 2, 4, 8, 3, 12, 20, 32][r.nextInt(8)] ?? 1;
    places.push({ address: at, bytes });
    at += bytes + [0, 0, 1, 7, 40][r.nextInt(5)]!;
  }
  return places;
}

describe('changes', () => {
  it('are told for every byte of a value, and for no other (60 layouts)', () => {
    let [kept, all] = [0, 0];
    for (let n = 0; n < 60; n++) {
      const r = randomStream(BigInt(seed + n), 'changes');
      const repeat = `HEDDLE_FUZZ_SEED=${seed + n} npx vitest run test/simulator/wasm/changes.test.ts`;
      const wanted = placesFor(r);
      const changes = new Changes(wanted);
      const places = wanted.filter((p) => changes.has(p));
      kept += places.length;
      all += wanted.length;
      expect(places.length, repeat).toBeGreaterThan(0);
      const module = new ModuleWriter();
      const meanwhile = module.importFunction('meanwhile', [], []);
      const told = module.importFunction('told', [I32, I32], []);
      const f = new FunctionWriter(0);
      changes.before(f);
      f.call(meanwhile);
      changes.after(f);
      // Every value alone, and all of them together.
      places.forEach((place, k) => {
        f.i32(k);
        changes.pushChanged(f, [place]);
        f.call(told);
      });
      f.i32(-1);
      changes.pushChanged(f, places);
      f.call(told);
      const run = module.declare([], []);
      module.define(run, f.finish());
      module.export('run', run);
      const memory = newMemory(1);
      const bytes = new Uint8Array(memory.buffer);
      let written: readonly number[] = [];
      const found = new Map<number, boolean>();
      const { run: play } = instantiate(module.finish(), memory, {
        meanwhile: () => written.forEach((at) => (bytes[at] = (bytes[at] ?? 0) ^ (1 << r.nextInt(8)))),
        told: (k: number, value: number) => found.set(k, value !== 0),
      });
      const end = Math.max(...places.map((p) => p.address + p.bytes));
      for (let at = FROM - 2; at < end + 20; at += 1 + r.nextInt(3)) {
        written = r.nextInt(8) === 0 ? [] : [at];
        (play as () => void)();
        const inside = (p: Place): boolean => written.some((w) => w >= p.address && w < p.address + p.bytes);
        places.forEach((p, k) => expect(found.get(k), `${repeat}: ${at - FROM} in value ${k}`).toBe(inside(p)));
        expect(found.get(-1), repeat).toBe(places.some(inside));
      }
    }
    // Some do not fit, most do.
    expect(kept).toBeLessThan(all);
    expect(kept * 10).toBeGreaterThan(all * 7);
  });
});
