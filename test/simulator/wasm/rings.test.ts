/** Shift registers that the compiled simulator keeps as rings: it and the interpreter must hold the same, element by element. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { type Design, type Expr, type Nat, type Stmt, lit } from '../../../src/circuit/index.js';
import {
  type CircuitSimulation,
  type WasmSimulation,
  compile,
  elaborate,
  interpret,
} from '../../../src/simulator/index.js';
import { planned } from '../../../src/simulator/wasm/sink.js';
import { prepare } from '../../../src/simulator/wasm/prepare.js';
import { ringsOf } from '../../../src/simulator/wasm/rings.js';
import { wireOrder } from '../../../src/simulator/wasm/wire-order.js';
import {
  BOOL,
  Sketch,
  assign,
  at,
  binary,
  clocked,
  forLoop,
  index,
  konst,
  nat,
  next,
  uint,
  vec,
  when,
} from '../build.js';
import { firstDifference } from '../compare.js';

const i = index('i');

interface Shape {
  readonly count: number;
  readonly inner: number;
  readonly width: number;
  readonly down: boolean;
  /** A parallel load that wins over the shift. */
  readonly load: boolean;
  /** The element at the end takes a new value; else it keeps its old one. */
  readonly feed: boolean;
}

/** A shift register `q` behind a gate; its ends, all of it, and an element chosen at run time leave. */
function shifter({ count, inner, width, down, load, feed }: Shape): Design {
  const s = new Sketch('shifter');
  const element = vec(inner, uint(width));
  const [shift, loading, pick] = [s.input('shift', BOOL), s.input('load', BOOL), s.input('pick', uint(3))];
  const [x, all] = [s.input('x', element), s.input('all', vec(count, element))];
  const [first, last] = [s.output('first', element), s.output('last', element)];
  const [copy, chosen] = [s.output('copy', vec(count, element)), s.output('chosen', element)];
  const [q, late] = [s.reg('q', vec(count, element)), s.reg('late', element)];
  const end = lit(down ? count - 1 : 0);
  const step = (target: Nat, value: Expr | undefined): Stmt[] => {
    const move = value === undefined ? [] : [when(s.ref(shift), [next(q, value, target)])];
    return load ? [when(s.ref(loading), [next(q, at(s.ref(all), target), target)], move)] : move;
  };
  const [to, from] = down ? [i, nat('add', i, 1)] : [nat('add', i, 1), i];
  if (count > 1) s.items.push(forLoop('i', count - 1, clocked(...step(to, at(s.ref(q), from)))));
  s.items.push(clocked(...step(end, feed ? s.ref(x) : undefined)));
  // Reads the element that keeps its value: this may happen before or after the shift.
  s.items.push(clocked(next(late, at(s.ref(q), lit(count - 1)))));
  s.items.push(assign(first, at(s.ref(q), lit(0))), assign(last, s.ref(late)));
  s.items.push(forLoop('k', count, assign(copy, at(s.ref(q), index('k')), index('k'))));
  s.items.push(assign(chosen, { op: 'select', type: element, vec: s.ref(q), index: s.ref(pick) }));
  return s.design();
}

const rings = (design: Design): number => {
  const circuit = elaborate(design);
  const wires = wireOrder(circuit, circuit.assigns);
  return ringsOf(circuit, planned(circuit, prepare(circuit, 'state', wires), wires.circular)).size;
};
const shape = (given: Partial<Shape>): Shape => ({
  ...{ count: 9, inner: 8, width: 32, down: true, load: true, feed: true },
  ...given,
});
const both = (design: Design): [CircuitSimulation, WasmSimulation] => {
  const circuit = elaborate(design);
  return [interpret(circuit, { init: { seed: 3n } }), compile(circuit, { init: { seed: 3n } })];
};

describe('a shift register as a ring', () => {
  it('is one where it is large and moves by one element', () => {
    expect(rings(shifter(shape({})))).toBe(1);
    expect(rings(shifter(shape({ down: false, load: false })))).toBe(1);
    expect(rings(shifter(shape({ feed: false })))).toBe(1);
    expect(rings(shifter(shape({ count: 1 })))).toBe(0);
    expect(rings(shifter(shape({ count: 2, width: 8 })))).toBe(0);
  });

  for (const count of [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33]) {
    it(`of ${count} elements is equal to the interpreter's every cycle`, () => {
      for (const down of [true, false]) {
        for (const load of [true, false]) {
          for (const feed of [true, false]) {
            for (const width of [8, 13, 32]) {
              const inner = Math.ceil(1024 / (width * count));
              if (!load && !feed && count === 1) continue;
              const design = shifter(shape({ count, inner, width, down, load, feed }));
              const found = firstDifference(elaborate(design), 5, 3 * count + 10, true);
              expect(found, JSON.stringify({ down, load, feed, width })).toBeUndefined();
            }
          }
        }
      }
    });
  }

  it('has wide elements', () => {
    for (const width of [64, 65, 200]) {
      for (const down of [true, false]) {
        const design = shifter(shape({ count: 6, inner: 3, width, down }));
        expect(rings(design)).toBe(1);
        expect(firstDifference(elaborate(design), 7, 60, true)).toBeUndefined();
      }
    }
  });

  for (const down of [true, false]) {
    for (const feed of [true, false]) {
      it(`is in order after runs of any length (${down ? 'down' : 'up'}, ${feed ? 'fed' : 'not fed'})`, () => {
        const design = shifter(shape({ down, feed }));
        const [oracle, wasm] = both(design);
        const r = randomStream(11n, 'runs');
        for (let k = 0; k < 60; k++) {
          const load = BigInt(r.nextInt(4) === 0 ? 1 : 0);
          const values = { shift: BigInt(r.nextInt(4) > 0 ? 1 : 0), load, x: r.nextBigInt(256), pick: r.nextBigInt(3) };
          const n = r.nextInt(40);
          for (const s of [oracle, wasm]) {
            for (const [name, value] of Object.entries({ ...values, all: 0x1234567n << BigInt(k) }))
              s.poke(name, value);
            if (k % 7 === 0) s.pokeSignal('q', 0xfedcba987654321n << BigInt(17 * k));
            s.run(n);
            s.settle();
          }
          for (const name of ['first', 'last', 'copy', 'chosen']) expect(wasm.peek(name), name).toBe(oracle.peek(name));
          expect(wasm.peekSignal('q')).toBe(oracle.peekSignal('q'));
        }
      });
    }

    it(`goes into snapshots and comes back (${down ? 'down' : 'up'})`, () => {
      const [, wasm] = both(shifter(shape({ down, load: false })));
      wasm.poke('shift', 1n);
      wasm.poke('x', 5n);
      wasm.run(13);
      const [then, value] = [wasm.snapshot(), wasm.peekSignal('q')];
      wasm.run(8);
      const later = [wasm.snapshot(), wasm.peekSignal('q')];
      wasm.restore(then);
      expect(wasm.peekSignal('q')).toBe(value);
      expect(wasm.snapshot()).toEqual(then);
      for (let k = 0; k < 8; k++) wasm.tick();
      // One cycle at a time or all at once leaves the same bytes.
      expect([wasm.snapshot(), wasm.peekSignal('q')]).toEqual(later);
    });

    it(`is in order in the journal (${down ? 'down' : 'up'})`, () => {
      const [oracle, wasm] = both(shifter(shape({ down })));
      const journal = wasm.journal({ bytes: 1 << 20 });
      const expected: bigint[] = [];
      for (let k = 0; k < 50; k++) {
        for (const s of [oracle, wasm]) {
          s.poke('shift', BigInt(k % 5 === 0 ? 0 : 1));
          s.poke('load', BigInt(k % 13 === 0 ? 1 : 0));
          s.poke('x', BigInt(k) << 40n);
          s.poke('all', 0x123456789abcdefn << BigInt(20 * k));
        }
        expected.push(oracle.peekSignal('q'));
        for (const s of [oracle, wasm]) s.run(1);
      }
      const changes = journal.window(0, 50, ['q']).signals[0]?.changes ?? [];
      let value = 0n;
      const seen = expected.map((_, k) => (value = changes.find((c) => c.cycle === k)?.value ?? value));
      expect(seen).toEqual(expected);
    });
  }

  it('is in order where a run ends at a stop', () => {
    const s = new Sketch('stopping');
    const stop = s.output('stop', BOOL);
    const q = s.reg('q', vec(40, uint(32)));
    s.items.push(forLoop('i', 39, clocked(next(q, at(s.ref(q), i), nat('add', i, 1)))));
    const first = at(s.ref(q), lit(0));
    s.items.push(clocked(next(q, binary('addWrap', uint(32), first, konst(uint(32), 1)), lit(0))));
    s.items.push(assign(stop, binary('eq', BOOL, at(s.ref(q), lit(39)), konst(uint(32), 77))));
    const [oracle, wasm] = both(s.design());
    for (const side of [oracle, wasm]) {
      side.pokeSignal('q', 0n);
      expect(side.runUntil('stop', 1000)).toBe(116);
    }
    expect(wasm.peekSignal('q')).toBe(oracle.peekSignal('q'));
  });

  for (const down of [true, false]) {
    it(`is in order whenever somebody looks between ticks (${down ? 'down' : 'up'})`, () => {
      const design = shifter(shape({ count: 12, down }));
      const [oracle, wasm] = both(design);
      const [, witness] = both(design);
      const r = randomStream(23n, 'looks');
      const views = [0, 0, 0, 0, 0, 0, 0];
      const saved: [Uint8Array, Uint8Array][] = [];
      for (let k = 0; k < 1000; k++) {
        const inputs = {
          shift: r.nextInt(5) > 0 ? 1n : 0n,
          load: r.nextInt(30) === 0 ? 1n : 0n,
          pick: r.nextBigInt(3),
        };
        const values = Object.entries({ ...inputs, x: r.nextBigInt(256), all: r.nextBigInt(3072) });
        for (const s of [oracle, wasm, witness]) {
          for (const [name, value] of values) s.poke(name, value);
          s.tick();
        }
        // This one is looked at after every tick, which puts its ring back every time.
        const bytes = witness.snapshot();
        const view = r.nextInt(16);
        if (view < views.length) views[view] = (views[view] ?? 0) + 1;
        const path = `q[${r.nextInt(12)}]`;
        if (view === 0) expect(wasm.peekSignal(path)).toBe(oracle.peekSignal(path));
        if (view === 1) expect(wasm.snapshot()).toEqual(bytes);
        if (view === 2) {
          const value = r.nextBigInt(256);
          for (const s of [oracle, wasm, witness]) s.pokeSignal(path, value);
        }
        if (view === 3) for (const s of [oracle, wasm, witness]) s.run(1 + (k % 5));
        if (view === 4) saved.push([wasm.snapshot(), oracle.snapshot()]);
        if (view === 5) {
          const [mine, theirs] = saved.pop() ?? [wasm.snapshot(), oracle.snapshot()];
          for (const s of [wasm, witness]) s.restore(mine);
          oracle.restore(theirs);
        }
        if (view === 6) {
          const journal = wasm.journal({ bytes: 1 << 18 });
          const now = oracle.peekSignal('q');
          for (const s of [oracle, wasm, witness]) s.tick();
          journal.stop();
          expect(journal.window(0, 1, ['q']).signals[0]?.changes).toEqual([{ cycle: 0, value: now }]);
          for (const s of [oracle, wasm, witness]) s.tick();
        }
        for (const s of [oracle, wasm]) s.settle();
        for (const name of ['first', 'last', 'copy', 'chosen']) expect(wasm.peek(name), name).toBe(oracle.peek(name));
      }
      expect(Math.min(...views)).toBeGreaterThan(30);
      expect(wasm.peekSignal('q')).toBe(oracle.peekSignal('q'));
    });
  }

  it('feeds another one in the same cycle', () => {
    const s = new Sketch('chained');
    const [x, go, hop] = [s.input('x', uint(32)), s.input('go', BOOL), s.input('hop', BOOL)];
    const y = s.output('y', uint(32));
    const regs = ['a', 'b', 'c'].map((name) => s.reg(name, vec(37, uint(32))));
    regs.forEach((q, k) => {
      const down = k === 1;
      const before = regs[k - 1];
      const input = before === undefined ? s.ref(x) : at(s.ref(before), lit(k === 2 ? 0 : 36));
      const gate = s.ref(k === 1 ? hop : go);
      const [to, from] = down ? [i, nat('add', i, 1)] : [nat('add', i, 1), i];
      s.items.push(forLoop('i', 36, clocked(when(gate, [next(q, at(s.ref(q), from), to)]))));
      s.items.push(clocked(when(gate, [next(q, input, lit(down ? 36 : 0))])));
    });
    s.items.push(assign(y, at(s.ref(regs[2] ?? 0), lit(36))));
    const design = s.design();
    expect(rings(design)).toBe(3);
    expect(firstDifference(elaborate(design), 9, 200, true)).toBeUndefined();
  });

  it('shifts on its own clock', () => {
    const s = new Sketch('two_clocks');
    const [x, go, y] = [s.input('x', uint(32)), s.input('go', BOOL), s.output('y', uint(32))];
    const regs = [0, 1].map((domain) => s.add({ kind: 'reg', name: `q${domain}`, type: vec(40, uint(32)), domain }));
    regs.forEach((q, domain) => {
      const input = domain === 0 ? s.ref(x) : at(s.ref(regs[0] ?? 0), lit(0));
      const move = next(q, at(s.ref(q), nat('add', i, 1)), i);
      s.items.push(forLoop('i', 39, { item: 'process', body: [when(s.ref(go), [move])] }));
      s.items.push({ item: 'process', body: [next(q, input, lit(39))] });
    });
    s.items.push(assign(y, at(s.ref(regs[1] ?? 0), lit(0))));
    const domains = ['a', 'b'].map((name) => ({
      clock: `clk_${name}`,
      reset: `rst_${name}`,
      asynchronousReset: false,
    }));
    const design = { top: s.name, modules: { [s.name]: s.module({ domains }) } };
    expect(rings(design)).toBe(2);
    expect(firstDifference(elaborate(design), 4, 300, true)).toBeUndefined();
  });

  it('is none where the last element goes round', () => {
    const s = new Sketch('round');
    const go = s.input('go', BOOL);
    const q = s.reg('q', vec(40, uint(32)));
    s.items.push(forLoop('i', 39, clocked(when(s.ref(go), [next(q, at(s.ref(q), nat('add', i, 1)), i)]))));
    s.items.push(clocked(when(s.ref(go), [next(q, at(s.ref(q), lit(0)), lit(39))])));
    const design = s.design();
    expect(rings(design)).toBe(0);
    expect(firstDifference(elaborate(design), 2, 100)).toBeUndefined();
  });
});
