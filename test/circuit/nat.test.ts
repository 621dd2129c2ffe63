import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideEqual,
  evalNat,
  lit,
  type Nat,
  natEquals,
  natText,
  provesAtLeast,
  provesFits,
} from '../../src/circuit/index.js';
import { emptyContext, type NatContext } from '../../src/circuit/nat-prove.js';
import { normalizeNat } from '../../src/circuit/nat-normal.js';

const W: Nat = { op: 'param', name: 'W' };
const N: Nat = { op: 'param', name: 'N' };
const bin = (op: 'add' | 'sub' | 'mul' | 'div' | 'mod' | 'ceilDiv' | 'max' | 'min', a: Nat, b: Nat): Nat => ({
  op,
  a,
  b,
});
const clog2 = (a: Nat): Nat => ({ op: 'clog2', a });
const atLeastOne: NatContext = {
  ...emptyContext,
  minimum: new Map([
    ['W', 1],
    ['N', 1],
  ]),
};

/** Random expressions whose value is a natural number at every W, N >= 1. */
const expressions = fc.letrec<{ nat: Nat }>((tie) => ({
  nat: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Nat>(W, N, lit(1), lit(2), lit(3)),
    fc
      .tuple(fc.constantFrom('add', 'mul', 'max', 'min', 'ceilDiv' as const), tie('nat'), tie('nat'))
      .map(([op, a, b]) => bin(op, a, b)),
    tie('nat').map((a) => bin('add', clog2(a), lit(1))),
  ),
})).nat;
const values = fc.record({ W: fc.integer({ min: 1, max: 9 }), N: fc.integer({ min: 1, max: 9 }) });

describe('symbolic naturals', () => {
  it('are equal by normal form, whatever the order and the brackets', () => {
    expect(natEquals(bin('mul', bin('add', W, lit(1)), N), bin('add', N, bin('mul', N, W)))).toBe(true);
    expect(natEquals(bin('sub', bin('add', W, N), N), W)).toBe(true);
    expect(natEquals(clog2(bin('add', W, lit(0))), clog2(W))).toBe(true);
    expect(natEquals(bin('max', W, bin('add', W, lit(2))), bin('add', lit(2), W))).toBe(true);
    expect(natEquals(W, N)).toBe(false);
    expect(natEquals(bin('div', bin('mul', W, N), N), W)).toBe(true);
  });

  it('never calls two expressions equal that differ at some value', () => {
    fc.assert(
      fc.property(expressions, expressions, values, (a, b, env) => {
        if (natEquals(a, b)) expect(evalNat(a, env)).toBe(evalNat(b, env));
      }),
      { numRuns: 500 },
    );
  });

  it('never proves an inequality that fails at some value', () => {
    let proved = 0;
    fc.assert(
      fc.property(expressions, expressions, values, (a, b, env) => {
        if (!provesAtLeast(a, b, atLeastOne)) return;
        proved++;
        expect(evalNat(a, env)).toBeGreaterThanOrEqual(evalNat(b, env));
      }),
      { numRuns: 500 },
    );
    expect(proved).toBeGreaterThan(20);
  });

  it('never proves that a value fits where it does not', () => {
    fc.assert(
      fc.property(expressions, expressions, values, (value, width, env) => {
        if (!provesFits(value, width, atLeastOne)) return;
        expect(evalNat(value, env)).toBeLessThan(2 ** evalNat(width, env));
      }),
      { numRuns: 500 },
    );
  });

  it('proves what hardware needs', () => {
    const pointer = bin('max', clog2(N), lit(1));
    expect(provesFits(bin('sub', N, lit(1)), pointer, atLeastOne)).toBe(true);
    expect(provesFits(N, clog2(bin('add', N, lit(1))), atLeastOne)).toBe(true);
    expect(provesFits(N, pointer, atLeastOne)).toBe(false);
    const inLoop: NatContext = { ...atLeastOne, indexCount: new Map([['i', N]]) };
    const i: Nat = { op: 'index', name: 'i' };
    expect(provesAtLeast(bin('mul', N, W), bin('add', bin('mul', i, W), W), inLoop)).toBe(true);
    expect(provesAtLeast(bin('mul', N, W), bin('add', bin('mul', i, W), bin('add', W, lit(1))), inLoop)).toBe(false);
  });

  it('uses facts, alone and times a parameter', () => {
    const context: NatContext = { ...atLeastOne, facts: [normalizeNat(bin('sub', lit(1), N))] };
    expect(provesAtLeast(W, bin('mul', W, N), context)).toBe(true);
    expect(provesAtLeast(W, bin('mul', W, N), atLeastOne)).toBe(false);
  });

  it('gives a proof up after its steps: an equality under four facts that took minutes', () => {
    const names = (letter: string): Nat[] => ['0', '1', '2', '3'].map((k) => ({ op: 'param', name: letter + k }));
    const square = (list: readonly Nat[]): Nat => {
      const sum = list.reduce((all, one) => bin('add', all, one));
      return bin('mul', sum, sum);
    };
    const [as, bs] = [names('A'), names('B')];
    const facts = as.map((a, k) => normalizeNat(bin('sub', a, bs[k] ?? a)));
    const context: NatContext = { ...emptyContext, facts };
    const [left, right] = [square(as), square(bs)];
    // It does not hold, which no search through sums and products of the facts can tell.
    const verdicts = [0, 1].map(() => decideEqual(left, right, context));
    expect(verdicts).toEqual(['out of steps', 'out of steps']);
    expect(provesAtLeast(right, left, context)).toBe(false);
    // What a fact says is found in front of everything that follows from several of them.
    const stated = [...facts, normalizeNat(bin('sub', right, left)), normalizeNat(bin('sub', left, right))];
    expect(decideEqual(left, right, { ...context, facts: stated })).toBe('proved');
    expect(decideEqual(W, N, context)).toBe('not proved');
  });

  it('print as people write them', () => {
    expect(natText(bin('mul', bin('add', W, lit(1)), N))).toBe('(W + 1)*N');
    expect(natText(bin('sub', W, bin('sub', N, lit(1))))).toBe('W - (N - 1)');
    expect(natText(clog2(W))).toBe('clog2(W)');
  });
});
