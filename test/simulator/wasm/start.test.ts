/**
 * The first program of the compiled simulator: it equals the interpreter, so does the full one after it, and nobody can
 * tell when one takes over from the other. HEDDLE_FUZZ_SEED=<n> HEDDLE_FUZZ_COUNT=<n> choose other circuits.
 */
import { describe, expect, it } from 'vitest';
import type { Design } from '../../../src/circuit/index.js';
import { createInterpreter, createSimulation, elaborate } from '../../../src/simulator/index.js';
import { Allocator, layoutOf } from '../../../src/simulator/wasm/layout.js';
import { mayStart, startProgram } from '../../../src/simulator/wasm/start-program.js';
import { Sketch, assign, binary, clocked, konst, next, uint, vec, when } from '../build.js';
import { firstDifference } from '../compare.js';
import { randomPlain } from '../random-plain.js';

const first = Number(process.env.HEDDLE_FUZZ_SEED ?? 1);
const count = Number(process.env.HEDDLE_FUZZ_COUNT ?? 150);
const CYCLES = 10;

const fits = (design: Design): boolean => {
  const circuit = elaborate(design);
  const layout = layoutOf(circuit);
  return mayStart(circuit) && startProgram(circuit, layout, new Allocator(layout.end)) !== undefined;
};

describe('random circuits of plain numbers', () => {
  it(`agree in everything with either program and across the change (${count} circuits)`, () => {
    let fitting = 0;
    for (let seed = first; seed < first + count; seed++) {
      const repeat = `seed ${seed}: HEDDLE_FUZZ_SEED=${seed} HEDDLE_FUZZ_COUNT=1 npx vitest run test/simulator/wasm/start.test.ts`;
      const design = randomPlain(seed);
      if (fits(design)) fitting++;
      for (const fullAfter of [Infinity, seed % CYCLES]) {
        const found = firstDifference(elaborate(design), seed, CYCLES, true, { fullAfter });
        expect(found, `${repeat}, full after ${fullAfter}`).toBeUndefined();
      }
    }
    // Most have a first program, so the test is about it.
    if (count > 1) expect(fitting).toBeGreaterThan(count / 2);
  });
});

/** Counts while it may, wraps at 200 and says so; `sum` adds up what it counted. */
function counter(): Design {
  const s = new Sketch('counter');
  const [go, n, total] = [s.input('go', uint(1)), s.reg('n_q', uint(8), konst(uint(8), 3)), s.reg('sum_q', uint(40))];
  const [last, out, sum] = [s.wire('last', uint(1)), s.output('done', uint(1)), s.output('sum', uint(40))];
  const one = konst(uint(8), 1);
  s.items.push(assign(out, s.ref(last)), assign(sum, s.ref(total)));
  s.items.push(assign(last, { op: 'convert', fn: 'reinterpret', type: uint(1), a: is(s, n, 200) }));
  s.items.push(
    clocked(
      when({ op: 'convert', fn: 'reinterpret', type: { kind: 'bool' }, a: s.ref(go) }, [
        next(n, binary('addWrap', uint(8), s.ref(n), one)),
        when(is(s, n, 200), [next(n, konst(uint(8), 0))]),
        next(total, binary('addWrap', uint(40), s.ref(total), wide(s, n))),
      ]),
    ),
  );
  return s.design();
}
const is = (s: Sketch, n: number, value: number) => binary('eq', { kind: 'bool' }, s.ref(n), konst(uint(8), value));
const wide = (s: Sketch, n: number) => ({ op: 'convert', fn: 'extend', type: uint(40), a: s.ref(n) }) as const;

const begun = (fullAfter?: number) => {
  const sim = createSimulation(counter(), fullAfter === undefined ? {} : { fullAfter });
  sim.poke('aresetn', 0);
  sim.tick();
  sim.poke('aresetn', 1);
  sim.poke('go', 1);
  return sim;
};

describe('the change from the first program to the full one', () => {
  it('comes by itself, in ticks and in runs, and not before', () => {
    const size = (fullAfter: number): number => createSimulation(counter(), { fullAfter }).codeBytes;
    expect(fits(counter())).toBe(true);
    expect(createSimulation(counter()).codeBytes).toBe(size(Infinity));
    expect(size(0)).not.toBe(size(Infinity));
    for (const cycles of [1, 5, 199, 5000]) {
      const oracle = createInterpreter(counter());
      oracle.poke('aresetn', 0);
      oracle.tick();
      oracle.poke('aresetn', 1);
      oracle.poke('go', 1);
      oracle.run(cycles);
      oracle.settle();
      for (const fullAfter of [undefined, 0, 3, 100, Infinity]) {
        const [ticked, run] = [begun(fullAfter), begun(fullAfter)];
        for (let k = 0; k < cycles; k++) ticked.tick();
        run.run(cycles);
        for (const sim of [ticked, run]) {
          sim.settle();
          expect(sim.peek('sum')).toBe(oracle.peek('sum'));
          expect(sim.peekSignal('last')).toBe(oracle.peekSignal('last'));
        }
        expect(ticked.snapshot()).toEqual(run.snapshot());
      }
    }
  });

  it('keeps port handles, views of them and copies of the simulation', () => {
    const sim = begun(4);
    const [go, sum] = [sim.port('go'), sim.port('sum')];
    const view = sum.raw();
    const copy = { ...sim };
    for (let k = 0; k < 9; k++) {
      if (k === 7) go.setNumber(0);
      copy.tick();
      copy.settle();
    }
    expect(sum.getNumber()).toBe(3 + 4 + 5 + 6 + 7 + 8 + 9);
    expect(view[0]).toBe(42);
    go.setNumber(1);
    sim.tick();
    sim.settle();
    expect(sum.getNumber()).toBe(52);
  });

  it('restores states that the other program saved', () => {
    const [a, b] = [begun(Infinity), begun(0)];
    a.run(20);
    b.run(20);
    const state = a.snapshot();
    expect(state).toEqual(b.snapshot());
    a.run(30);
    b.run(30);
    b.restore(state);
    b.run(30);
    expect(b.snapshot()).toEqual(a.snapshot());
    a.restore(state);
    a.pokeSignal('n_q', 100n);
    b.restore(state);
    b.pokeSignal('n_q', 100n);
    a.run(7);
    b.run(7);
    expect(b.snapshot()).toEqual(a.snapshot());
  });

  it('happens for a stop, a journal and a set of clocks', () => {
    expect(begun(Infinity).runUntil('done', 1000)).toBe(197);
    const traced = begun(Infinity);
    traced.run(5);
    const journal = traced.journal();
    traced.run(3);
    const n = journal.window(0, 3).signals.find(({ path }) => path === 'n_q');
    expect(n?.changes.map(({ value }) => value)).toEqual([8n, 9n, 10n]);
    const named = begun(Infinity);
    named.tick(['aclk']);
    named.tick([]);
    expect(named.peekSignal('n_q')).toBe(4n);
    expect(() => named.tick(['nobody'])).toThrow('nobody');
  });
});

describe('a first program', () => {
  it('is not for arrays, wide numbers and circles, which are reported as ever', () => {
    for (const type of [vec(3, uint(4)), uint(65)]) {
      const s = new Sketch('top');
      s.items.push(assign(s.output('y', type), s.ref(s.input('x', type))));
      expect(mayStart(elaborate(s.design()))).toBe(false);
    }
    const s = new Sketch('top');
    const [a, b] = [s.wire('a', uint(4)), s.wire('b', uint(4))];
    s.items.push(assign(a, s.ref(b)), assign(b, s.ref(a)));
    expect(() => createSimulation(s.design())).toThrow('combinational loop');
  });

  it('computes long chains of wires from their end, or leaves them to the full one', () => {
    for (const length of [50, 150, 1000, 20000]) {
      const s = new Sketch('chain');
      const wires = Array.from({ length }, (_, k) => s.wire(`w${k}`, uint(32)));
      s.items.push(assign(s.output('y', uint(32)), s.ref(wires[0] ?? 0)));
      const x = s.ref(s.input('x', uint(32)));
      wires.forEach((w, k) => {
        const from = wires[k + 1];
        const value = from === undefined ? x : binary('addWrap', uint(32), s.ref(from), konst(uint(32), 1));
        s.items.push(assign(w, value));
      });
      const sim = createSimulation(s.design());
      sim.poke('x', 5);
      sim.settle();
      expect(sim.peek('y')).toBe(BigInt(4 + length));
    }
  });
});
