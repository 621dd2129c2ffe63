import { describe, expect, test } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import type { Ex } from '../../src/simulator/elaborated.js';
import { Expressions } from '../../src/simulator/expressions.js';

const var0 = { c: 0, terms: [{ v: 0, k: 1 }] };

describe('expressions', () => {
  test('equal expressions are one object, different ones are not', () => {
    const x = new Expressions();
    const a = x.load(3, [], 8, false);
    expect(x.load(3, [], 8, false)).toBe(a);
    expect(x.load(3, [], 8, true)).not.toBe(a);
    expect(x.load(3, [var0], 8, false)).toBe(x.load(3, [{ c: 0, terms: [{ v: 0, k: 1 }] }], 8, false));
    expect(x.load(3, [{ ...var0, c: 1 }], 8, false)).not.toBe(x.load(3, [var0], 8, false));
    const table = (last: number): Ex => x.index({ c: 0, terms: [{ v: 0, k: 1, table: [1, 4, last] }] }, 8, false);
    expect(table(9)).toBe(table(9));
    expect(table(9)).not.toBe(table(8));
    expect(x.constant(5n, 8, false)).not.toBe(x.constant(5n, 9, false));
    expect(x.binary('add', a, a, 9, false)).not.toBe(x.binary('mul', a, a, 9, false));
    expect(x.lanes('pack', undefined, 0, 2, a, 16, false)).not.toBe(x.lanes('pack', undefined, 1, 2, a, 16, false));
    expect(x.intern({ op: 'mux', width: 8, signed: false, cond: a, a, b: a })).toBe(x.mux(a, a, a, 8, false));
  });

  test('knows free variables and cost', () => {
    const x = new Expressions();
    const element = x.load(1, [var0], 8, false);
    expect(element.vars).toBe(1);
    expect(x.slice(element, { c: 0, terms: [{ v: 2, k: 4 }] }, 4).vars).toBe(5);
    const fold = x.lanes('fold', 'sum', 0, 10, element, 12, false);
    expect(fold.vars).toBe(0);
    expect(fold.cost).toBe(10 * element.cost + 20);
  });

  test('numbers stay dense and unique while the table grows', () => {
    const x = new Expressions();
    const r = randomStream(7n, 'expressions');
    const made: Ex[] = [x.load(0, [], 8, false)];
    const pick = (): Ex => made[r.nextInt(made.length)] as Ex;
    for (let k = 0; k < 20_000; k++) {
      const [a, b] = [pick(), pick()];
      const ex = r.nextInt(2) === 0 ? x.binary('xor', a, b, 8, false) : x.load(k, [], 8, false);
      made.push(ex);
      if (ex.op === 'binary') expect(x.binary('xor', a, b, 8, false)).toBe(ex);
    }
    const ids = new Set([...new Set(made)].map((e) => e.id));
    expect(ids.size).toBe(new Set(made).size);
    expect(Math.max(...ids) + 1).toBe(x.count);
  });
});
