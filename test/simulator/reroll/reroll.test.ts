/** What is found and in which order, copy by copy; what is left alone; and that users do not see any of it. */
import { describe, expect, it } from 'vitest';
import {
  type Bool,
  type Sig,
  type UInt,
  bool,
  buildDesign,
  defineModule,
  input,
  output,
  uint,
  vec,
} from '../../../src/hdl/index.js';
import { compile, elaborate, findLeak, interpret } from '../../../src/simulator/index.js';
import type { Design, Expr, Stmt } from '../../../src/circuit/index.js';
import { lit } from '../../../src/circuit/index.js';
import { reroll } from '../../../src/simulator/reroll/reroll.js';
import { Sketch, at, binary, clocked, konst, next, uint as bits, vec as vector, when } from '../build.js';
import { firstDifference } from '../compare.js';

const N = 24;
const U8 = bits(8);
const copies = Array.from({ length: N }, (_, k) => k);

interface Found {
  readonly extents: readonly number[];
  readonly targets: readonly string[];
}

/** Groups of a circuit; it must run as the interpreter runs it. */
function groupsOf(design: Design): readonly Found[] {
  const circuit = elaborate(design);
  expect(firstDifference(circuit, 7, 12, true)).toBeUndefined();
  expect(firstDifference(circuit, 8, 12)).toBeUndefined();
  return reroll(elaborate(design))?.groups ?? [];
}

const groupOf = (groups: readonly Found[], name: string): Found | undefined =>
  groups.find((g) => g.targets.includes(name));

const names = (base: string, from = 0, to = N): string[] => copies.slice(from, to).map((k) => `${base}_${k}`);

/** Registers `acc_k` that add `x[k]`, each as `change` says. */
function accumulators(
  value: (k: number, s: Sketch, ids: readonly number[]) => Expr,
  more: {
    readonly order?: readonly number[];
    readonly reset?: (k: number) => Expr | undefined;
    readonly gate?: (k: number, s: Sketch, statement: Stmt) => Stmt;
  } = {},
): Design {
  const s = new Sketch('top');
  s.input('x', vector(N, U8));
  s.input('en', { kind: 'bool' });
  s.input('mask', vector(N, { kind: 'bool' }));
  const ids: number[] = [];
  for (const k of more.order ?? copies)
    ids[k] = s.reg(`acc_${k}`, U8, more.reset === undefined ? undefined : more.reset(k));
  const gate = more.gate ?? ((_: number, __: Sketch, statement: Stmt) => statement);
  s.items.push(clocked(...(more.order ?? copies).map((k) => gate(k, s, next(ids[k]!, value(k, s, ids))))));
  const out = s.output('out', U8);
  const all = ids.map((id) => s.ref(id)).reduce((a, b) => binary('xor', U8, a, b));
  s.items.push({ item: 'assign', target: { signal: out, path: [] }, value: all });
  return s.design();
}

const element = (s: Sketch, k: number): Expr => at(s.ref(0), lit(k));
const sum = (k: number, s: Sketch, ids: readonly number[]): Expr =>
  binary('addWrap', U8, s.ref(ids[k]!), element(s, k));

describe('copies', () => {
  it('are one loop in the order of what they read', () => {
    const groups = groupsOf(accumulators(sum));
    expect(groups).toEqual([{ extents: [N], targets: names('acc') }]);
  });

  it('may be declared and written in any order', () => {
    const order = copies.map((k) => (k * 7 + 3) % N);
    const groups = groupsOf(accumulators(sum, { order }));
    expect(groups).toEqual([{ extents: [N], targets: names('acc') }]);
  });

  it('in a chain follow each other, and the first one, which reads something else, stays in the row', () => {
    const order = copies.map((k) => (k * 5 + 1) % N);
    for (const how of [undefined, order]) {
      const chain = accumulators(
        (k, s, ids) => (k === 0 ? element(s, 0) : binary('addWrap', U8, s.ref(ids[k - 1]!), element(s, k))),
        how === undefined ? {} : { order: how },
      );
      expect(groupOf(groupsOf(chain), 'acc_5')).toEqual({ extents: [N - 1], targets: names('acc', 1) });
    }
  });

  it('may have constants of their own, in a line or not', () => {
    for (const c of [(k: number) => 3 * k + 1, (k: number) => (k * k * 37) % 251]) {
      const design = accumulators((k, s, ids) => binary('xor', U8, sum(k, s, ids), konst(U8, c(k))), {
        reset: (k) => konst(U8, (k * 11) % 7),
      });
      expect(groupsOf(design)).toEqual([{ extents: [N], targets: names('acc') }]);
    }
  });

  it('may have enables of their own', () => {
    const design = accumulators(sum, {
      reset: () => konst(U8, 1),
      gate: (k, s, statement) => when(s.ref(1), [when(at(s.ref(2), lit(k)), [statement])]),
    });
    expect(groupsOf(design)).toEqual([{ extents: [N], targets: names('acc') }]);
  });

  it('of which one differs leave that one out', () => {
    const different = accumulators((k, s, ids) =>
      k === 15 ? binary('xor', U8, element(s, k), s.ref(ids[k]!)) : sum(k, s, ids),
    );
    const groups = groupsOf(different);
    expect(groups.map((g) => g.targets)).toEqual([names('acc', 0, 15), names('acc', 16)]);
  });

  it('with another reset are others: that is looked at, not only what they compute', () => {
    const design = accumulators(sum, { reset: (k) => (k < 12 ? konst(U8, 9) : undefined) });
    const groups = groupsOf(design);
    expect(groups.map((g) => g.targets).sort()).toEqual([names('acc', 0, 12), names('acc', 12)].sort());
  });

  it('that cross over to other copies are left alone', () => {
    const crossed = (k: number): number => (k * 7 + (k % 3)) % N;
    const design = accumulators((k, s, ids) => binary('addWrap', U8, s.ref(ids[crossed(k)]!), element(s, k)));
    expect(groupsOf(design)).toEqual([]);
  });

  it('fewer than eight stay as they are', () => {
    const few = accumulators((k, s, ids) => (k < 7 ? sum(k, s, ids) : s.ref(ids[k]!)));
    expect(groupOf(groupsOf(few), 'acc_3')).toBeUndefined();
  });
});

const Cell = defineModule({
  name: 'cell',
  doc: 'one processing element',
  params: {},
  ports: () => ({ en: input(bool()), a: input(uint(8)), w: input(uint(8)), q: output(uint(24)) }),
  body(b, io) {
    const product = b.reg('product', uint(16));
    const acc = b.reg('acc', uint(24).reset(0));
    b.next(product, io.a.mul(io.w));
    b.when(io.en, () => b.next(acc, acc.addWrap(product.extend(24))));
    b.assign(io.q, acc);
  },
});

/** 8 x 12 instances with names of their own; rows share `a`, columns share `w`. */
const Array2 = defineModule({
  name: 'array2',
  doc: 'instances without a loop',
  params: {},
  ports: () => ({ en: input(bool()), a: input(vec(8, uint(8))), w: input(vec(12, uint(8))), q: output(uint(24)) }),
  body(b, io) {
    const as = copies.slice(0, 8).map((r) => b.reg(`a_${r}`, uint(8)));
    const ws = copies.slice(0, 12).map((c) => b.reg(`w_${c}`, uint(8)));
    as.forEach((a, r) => b.next(a, io.a.at(r)));
    ws.forEach((w, c) => b.next(w, io.w.at(c)));
    let all: Sig<UInt> | undefined;
    for (let c = 0; c < 12; c++) {
      const en: Sig<Bool> = b.let(`en_${c}`, io.en.and(ws[c]!.ne(0)));
      for (let r = 0; r < 8; r++) {
        const pe = b.instance(`pe_${c}_${r}`, Cell, {}, { en, a: as[r]!, w: ws[c]! });
        all = all === undefined ? pe.q : b.let(`all_${c}_${r}`, all.xor(pe.q));
      }
    }
    b.assign(io.q, all!);
  },
});

describe('instances with names of their own', () => {
  const design = buildDesign(Array2);
  const grid = (name: string): string[] =>
    copies.slice(0, 12).flatMap((c) => copies.slice(0, 8).map((r) => `pe_${c}_${r}.${name}`));

  it('become loops over rows and columns', () => {
    const groups = groupsOf(design);
    expect(groupOf(groups, 'pe_3_4.acc_q')).toEqual({ extents: [12, 8], targets: grid('acc_q') });
    expect(groupOf(groups, 'pe_3_4.product_q')).toEqual({ extents: [12, 8], targets: grid('product_q') });
  });

  it('keep their names, their initial values and their snapshots', () => {
    const init = { seed: 5n };
    const [oracle, wasm] = [interpret(elaborate(design), { init }), compile(elaborate(design), { init, fullAfter: 0 })];
    const start = compile(elaborate(design), { init, fullAfter: Infinity });
    const poke = (port: string, value: bigint): void => [oracle, wasm, start].forEach((s) => s.poke(port, value));
    const same = (path: string): void => {
      expect(wasm.peekSignal(path), path).toBe(oracle.peekSignal(path));
      expect(start.peekSignal(path), path).toBe(oracle.peekSignal(path));
    };
    poke('aresetn', 1n);
    poke('en', 1n);
    for (const path of grid('product_q')) same(path);
    poke('a', 0x0807060504030201n);
    poke('w', 0x0c0b0a090807060504030201n);
    for (let cycle = 0; cycle < 5; cycle++) [oracle, wasm, start].forEach((s) => s.tick());
    [oracle, wasm, start].forEach((s) => s.pokeSignal('pe_2_3.acc_q', 0x1234n));
    for (let cycle = 0; cycle < 2; cycle++) [oracle, wasm, start].forEach((s) => s.tick());
    for (const path of [...grid('acc_q'), ...grid('w'), 'en_7', 'all_11_7']) same(path);
    const kept = wasm.snapshot();
    // Whichever program runs, the state lies in the same places.
    expect(start.snapshot()).toEqual(kept);
    wasm.run(20);
    expect(wasm.peekSignal('pe_1_1.acc_q')).not.toBe(oracle.peekSignal('pe_1_1.acc_q'));
    wasm.restore(kept);
    for (const path of grid('acc_q')) same(path);
    wasm.tick();
    oracle.tick();
    expect(wasm.peekSignal('pe_1_1.acc_q')).toBe(oracle.peekSignal('pe_1_1.acc_q'));
  });

  it('are in the journal under their names', () => {
    const [one, other] = [compile(elaborate(design), { fullAfter: 0 }), interpret(elaborate(design))];
    for (const s of [one, other]) {
      s.poke('aresetn', 1);
      s.poke('en', 1);
      s.poke('a', 0x0102030405060708n);
      s.poke('w', 0x010203040506070809101112n);
      s.run(3);
    }
    const journal = one.journal();
    one.run(4);
    one.settle();
    const trace = journal.window(0, 4, ['pe_4_2.acc_q', 'pe_0_0.product_q']);
    expect(trace.signals.map((x) => x.path).sort()).toEqual(['pe_0_0.product_q', 'pe_4_2.acc_q']);
    other.run(3);
    const last = trace.signals.find((x) => x.path === 'pe_4_2.acc_q')?.changes.at(-1);
    expect(last).toEqual({ cycle: 3, value: other.peekSignal('pe_4_2.acc_q') });
    other.run(1);
    other.settle();
    expect(one.peek('q')).toBe(other.peek('q'));
    expect(one.peekSignal('pe_4_2.acc_q')).toBe(other.peekSignal('pe_4_2.acc_q'));
    journal.stop();
    for (const s of [one, other]) s.run(2);
    expect(one.peekSignal('pe_4_2.acc_q')).toBe(other.peekSignal('pe_4_2.acc_q'));
  });
});

describe('a leak', () => {
  it('is told by the name of the copy', () => {
    const design = accumulators(sum, { reset: (k) => (k === 17 ? undefined : konst(U8, 0)) });
    expect(groupOf(reroll(elaborate(design))?.groups ?? [], 'acc_3')?.extents).toEqual([17]);
    const leak = findLeak(elaborate(design), {
      cycles: 2100,
      from: 2090,
      drive: (sim, cycle) => sim.poke('aresetn', cycle < 2 ? 0 : 1),
    });
    expect(leak?.source).toBe('acc_17');
  });
});
