import { expect, test } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import type { Assign, ElabSignal } from '../../../src/simulator/elaborated.js';
import { Expressions } from '../../../src/simulator/expressions.js';
import { wireOrder } from '../../../src/simulator/wasm/wire-order.js';

const signal = (id: number, kind: ElabSignal['kind']): ElabSignal => ({
  id,
  name: `s${id}`,
  kind,
  dims: [],
  loopRank: 0,
  origin: [],
  width: 1,
  signed: false,
  temporary: false,
  unreset: false,
});

/** One wire a list, which reads these signals; `drivers` is the order in which they are driven. */
function circuitOf(reads: readonly (readonly number[])[], drivers: readonly number[], registers = 0) {
  const x = new Expressions();
  const signals = [
    ...reads.map((_, id) => signal(id, 'wire')),
    ...Array.from({ length: registers }, (_, k) => signal(reads.length + k, 'reg')),
  ];
  const assigns = drivers.map((target): Assign => {
    const parts = (reads[target] ?? []).map((id) => x.load(id, [], 1, false));
    const value = parts.length === 0 ? x.constant(1n, 1, false) : x.cat(parts, parts.length);
    return { loops: [], target, index: [], value: x.slice(value, { c: 0, terms: [] }, 1), place: undefined };
  });
  return { signals, assigns };
}

function expectOrder(reads: readonly (readonly number[])[], order: readonly number[], hint: string): void {
  expect(
    [...order].sort((a, b) => a - b),
    hint,
  ).toEqual(reads.map((_, id) => id));
  const at = new Map(order.map((id, k) => [id, k]));
  reads.forEach((list, id) => {
    for (const r of list)
      if (at.has(r)) expect(at.get(r), `${hint}: s${r} before s${id}`).toBeLessThan(at.get(id) ?? -1);
  });
}

test('wires come after what they read, however their drivers stand (600 random circuits)', () => {
  for (let seed = 0; seed < 600; seed++) {
    const r = randomStream(BigInt(seed), 'wire-order');
    const count = 1 + r.nextInt(12);
    // Wires read earlier ones, and registers, which are no matter of order.
    const reads = Array.from({ length: count }, (_, id) =>
      Array.from({ length: r.nextInt(4) }, () => (id === 0 || r.nextInt(4) === 0 ? count : r.nextInt(id))),
    );
    // From as written over a few late ones to any order at all.
    const drivers = reads.map((_, id) => id);
    for (let swaps = r.nextInt(1 + (seed % 3) * 4); swaps > 0; swaps--) {
      const [moved] = drivers.splice(r.nextInt(count), 1);
      drivers.splice(r.nextInt(count), 0, moved ?? 0);
    }
    const { signals, assigns } = circuitOf(reads, drivers, 1);
    const { circular, order } = wireOrder({ signals }, assigns);
    expect(circular.size, `seed ${seed}`).toBe(0);
    expectOrder(reads, order ?? [], `seed ${seed}`);
  }
});

test('inputs of nested instances, driven after the bodies that read them', () => {
  // s0 is read by s1 in the innermost body and driven from s2, which is driven from s3 outside.
  const reads = [[2], [0], [3], []];
  const { signals, assigns } = circuitOf(reads, [1, 0, 2, 3]);
  const { order } = wireOrder({ signals }, assigns);
  expect(order).toEqual([3, 2, 0, 1]);
});

test('wires in a circle are a combinational loop (200 random circles)', () => {
  for (let seed = 0; seed < 200; seed++) {
    const r = randomStream(BigInt(seed), 'wire-circle');
    const count = 1 + r.nextInt(6);
    const reads = Array.from({ length: count }, (_, id) => [(id + 1) % count]);
    const drivers = reads.map((_, id) => id);
    drivers.push(...drivers.splice(0, r.nextInt(count)));
    if (r.nextInt(2) === 0) drivers.reverse();
    const { signals, assigns } = circuitOf(reads, drivers);
    expect(() => wireOrder({ signals }, assigns), `seed ${seed}`).toThrow('combinational loop');
  }
});
