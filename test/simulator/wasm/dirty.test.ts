/** Bytes of who has work: the code that sets, clears and tests them, and who is told by which change. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import type { Ex } from '../../../src/simulator/elaborated.js';
import { DirtyBytes, clearBytes, pushAnySet, setBytes } from '../../../src/simulator/wasm/dirty.js';
import { ModuleWriter } from '../../../src/simulator/wasm/encode.js';
import { FunctionWriter, I32 } from '../../../src/simulator/wasm/function.js';
import type { Activity, Gate, GatedNode, Sources } from '../../../src/simulator/wasm/gated.js';
import { Allocator } from '../../../src/simulator/wasm/layout.js';
import { instantiate, newMemory } from '../../../src/simulator/wasm/runtime.js';

const BASE = 1024;

/** The bytes from `BASE` on after code has run that found `before` there, and what it left. */
function ran(before: readonly number[], code: (f: FunctionWriter) => void): { bytes: number[]; result: number } {
  const memory = newMemory(1);
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(before, BASE);
  const module = new ModuleWriter();
  const index = module.declare([], [I32]);
  const f = new FunctionWriter(0);
  code(f);
  module.define(index, f.finish());
  module.export('code', index);
  const result = (instantiate(module.finish(1), memory)['code'] as () => number)();
  return { bytes: [...bytes.subarray(BASE, BASE + before.length)], result };
}

describe('bytes of who has work', () => {
  it('are set one by one and in words, and nothing beside them', () => {
    const r = randomStream(1n, 'dirty');
    for (let k = 0; k < 40; k++) {
      const before = Array.from({ length: 40 }, () => Number(r.nextInt(8) === 0));
      const wanted = before.map(() => Number(r.nextInt(5) < 1 + (k % 4)));
      if (k % 5 === 0) wanted.fill(1, 8, 8 + (k % 17));
      const addresses = wanted.flatMap((set, at) => (set === 1 ? [BASE + at] : []));
      const { bytes } = ran(before, (f) => {
        setBytes(f, addresses);
        f.i32(0);
      });
      expect(bytes, `round ${k}`).toEqual(before.map((b, at) => b | (wanted[at] ?? 0)));
    }
  });

  it('are tested and cleared together', () => {
    for (const count of [1, 2, 3, 4, 5, 8, 12, 16]) {
      const room = count <= 2 ? count : count <= 4 ? 4 : Math.ceil(count / 8) * 8;
      for (let at = 0; at < count; at++) {
        const before = Array.from({ length: 24 }, (_, k) => Number(k === at || k >= room));
        const { bytes, result } = ran(before, (f) => {
          pushAnySet(f, BASE, count);
          clearBytes(f, BASE, count);
        });
        expect(result, `${count}: ${at}`).not.toBe(0);
        expect(bytes).toEqual(before.map((b, k) => (k < room ? 0 : b)));
      }
      const none = Array.from({ length: 24 }, (_, k) => Number(k >= room));
      expect(ran(none, (f) => pushAnySet(f, BASE, count)).result).toBe(0);
    }
  });

  it('belong to arms of a decision only where the gate does not wait for the bit anyway', () => {
    const cond = (name: string): Ex => ({ op: 'load', id: name }) as unknown as Ex;
    const leaf = (...bits: number[]): Sources => ({ bits: new Set(bits), always: false });
    const nested = { ...leaf(2), branch: { cond: cond('b'), then: leaf(1, 4), else: leaf(5) } };
    const sources: Sources = { ...leaf(1), branch: { cond: cond('a'), then: nested, else: leaf(2, 3, 1) } };
    const gate: Gate = { bit: 0, sources, detect: false };
    const same = { ...leaf(6), branch: { cond: cond('c'), then: leaf(7), else: leaf(7, 6) } };
    const plain: Gate = { bit: 1, sources: same, detect: false };
    const gates = new Map([gate, plain].map((g, k) => [{ target: k } as unknown as GatedNode, g]));
    const activity = { gates, parts: new Map() } as unknown as Activity;
    const dirty = new DirtyBytes(activity, new Allocator(BASE));
    dirty.placeCells([dirty.cellOf(gate), dirty.cellOf(plain)]);
    const [own, other] = [dirty.cellOf(gate).address, dirty.cellOf(plain).address];
    const decision = dirty.decisionOf(gate);
    // 1 is known at the top, 2 counts in both arms; 3, 4 and 5 have bytes of their own.
    expect(decision?.count).toBe(3);
    expect([dirty.readers([1]), dirty.readers([2])]).toEqual([[own], [own]]);
    const leaves = [3, 4, 5].flatMap((bit) => dirty.readers([bit]));
    expect([...leaves].sort((a, b) => a - b)).toEqual([0, 1, 2].map((k) => (decision?.at ?? 0) + k));
    // Both arms wait for the same: nothing to decide.
    expect(dirty.decisionOf(plain)).toBeUndefined();
    expect(dirty.readers([6, 7])).toEqual([other]);
    // All of them are set at once after registers changed from outside.
    const { address, bytes } = dirty.place;
    for (const at of [own ?? 0, other ?? 0, ...leaves]) expect(at >= address && at < address + bytes).toBe(true);
  });
});
