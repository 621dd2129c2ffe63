/**
 * Random circuits for comparing simulators: vectors, loops, registers under nested decisions, memories, instances in
 * loops. One seed gives one design.
 */
import { type RandomStream, randomStream } from '../../src/base/random.js';
import {
  type Design,
  type Expr,
  type Item,
  type ModuleDef,
  type Nat,
  type ScalarType,
  type Signal,
  type Stmt,
  type Type,
  lit,
} from '../../src/circuit/index.js';
import { BOOL, Expressions, type Known, countOf, isVec, packedBits, uint } from './random-expr.js';

/** Builds one module; with `children` it may hold instances of them. */
function randomModule(name: string, r: RandomStream, children: readonly ModuleDef[], size: number): ModuleDef {
  const signals: Signal[] = [];
  const items: Item[] = [];
  const e = new Expressions(r, [], []);
  const vecType = (): Type => {
    const element: Type = e.scalarType();
    const inner: Type = r.nextInt(5) === 0 ? { kind: 'vec', count: lit(1 + r.nextInt(3)), element } : element;
    return { kind: 'vec', count: lit(1 + r.nextInt(7)), element: inner };
  };
  const anyType = (): Type => (r.nextInt(3) === 0 ? vecType() : e.scalarType());
  const add = (signal: Signal): { id: number; known: Known } => {
    const id = signals.push(signal) - 1;
    return { id, known: { expr: { op: 'ref', type: signal.type, signal: id }, type: signal.type } };
  };
  const visible: Known[] = [];
  for (let k = 0; k < 2 + r.nextInt(3); k++)
    visible.push(add({ kind: 'input', name: `in${k}`, type: anyType() }).known);
  const regs: { id: number; type: Type }[] = [];
  for (let k = 0; k < 2 + r.nextInt(size); k++) {
    const type = anyType();
    const reset: Expr | undefined = isVec(type) || r.nextInt(2) === 0 ? undefined : e.leaf(type);
    const made = add({ kind: 'reg', name: `r${k}_q`, type, domain: 0, ...(reset === undefined ? {} : { reset }) });
    visible.push(made.known);
    regs.push({ id: made.id, type });
  }
  const memories: { id: number; type: ScalarType }[] = [];
  for (let k = 0; k < r.nextInt(3); k++) {
    const type = e.scalarType();
    memories.push({
      id: add({ kind: 'memory', name: `m${k}`, type, domain: 0, depth: lit(1 + r.nextInt(20)) }).id,
      type,
    });
  }
  const x = new Expressions(r, visible, memories);
  for (let k = 0; k < size; k++) {
    const choice = r.nextInt(children.length > 0 ? 7 : 6);
    if (choice < 3) {
      const type = anyType();
      const w = add({ kind: 'wire', name: `w${k}`, type });
      items.push({ item: 'assign', target: { signal: w.id, path: [] }, value: x.of(type, 3) });
      visible.push(w.known);
    } else if (choice < 5) visible.push(...loopItems(k, r, x, add, items));
    else if (choice === 5) {
      const type = e.scalarType();
      const w = add({ kind: 'wire', name: `c${k}`, type });
      const set = (): Stmt => ({ stmt: 'set', target: { signal: w.id, path: [] }, value: x.of(type, 2) });
      items.push({ item: 'process', body: [set(), ...statements(r, x, 2, set)] });
      visible.push(w.known);
    } else visible.push(...instanceItems(k, r, x, add, items, children));
  }
  const drive = (list: readonly { id: number; type: Type }[]): void => {
    if (list.length === 0) return;
    const make = (): Stmt => {
      if (memories.length > 0 && r.nextInt(4) === 0) {
        const m = x.pick(memories);
        const address = x.of(uint(1 + r.nextInt(5)), 2);
        const bits = packedBits(m.type);
        const parts = [1, 2, 3, 4, 7].filter((n) => m.type.kind === 'uint' && bits % n === 0);
        if (parts.length === 0 || r.nextInt(2) === 0) {
          return { stmt: 'write', memory: m.id, address, data: x.of(m.type, 2) };
        }
        const count = x.pick(parts);
        const vecOf = (element: ScalarType): Type => ({ kind: 'vec', count: lit(count), element });
        const [data, lanes] = [x.of(vecOf(uint(bits / count)), 2), x.of(vecOf(BOOL), 2)];
        return { stmt: 'write', memory: m.id, address, data, lanes };
      }
      const { id, type } = x.pick(list);
      let target: Type = type;
      const path: Nat[] = [];
      while (isVec(target) && r.nextInt(2) === 0) {
        path.push(lit(r.nextInt(countOf(target))));
        target = target.element;
      }
      return { stmt: 'next', target: { signal: id, path }, value: x.of(target, 2) };
    };
    items.push({ item: 'process', body: statements(r, x, 3, make) });
  };
  const half = r.nextInt(regs.length + 1);
  drive(regs.slice(0, half));
  drive(regs.slice(half));
  // One parity bit of everything visible, so that nothing is dead.
  const parities = visible.map(({ expr, type }): Expr => {
    const all = uint(packedBits(type));
    return {
      op: 'unary',
      type: BOOL,
      fn: 'reduceXor',
      a: { op: 'convert', fn: isVec(type) ? 'pack' : 'reinterpret', type: all, a: expr },
    };
  });
  const digest = { kind: 'uint' as const, width: lit(parities.length) };
  const d = add({ kind: 'output', name: 'digest', type: digest });
  items.push({
    item: 'assign',
    target: { signal: d.id, path: [] },
    value: { op: 'cat', type: digest, parts: parities },
  });
  for (let k = 0; k < 3; k++) {
    const type = anyType();
    const o = add({ kind: 'output', name: `out${k}`, type });
    items.push({ item: 'assign', target: { signal: o.id, path: [] }, value: x.of(type, 3) });
  }
  return {
    name,
    doc: 'random',
    params: [],
    localParams: [],
    requires: [],
    domains: [{ clock: 'clk', reset: 'rst_n', asynchronousReset: r.nextInt(4) === 0 }],
    signals,
    streams: [],
    items,
  };
}

function statements(r: RandomStream, x: Expressions, depth: number, make: () => Stmt): Stmt[] {
  return Array.from({ length: 1 + r.nextInt(3) }, (): Stmt => {
    const k = depth > 0 ? r.nextInt(4) : 3;
    if (k < 2) {
      return {
        stmt: 'if',
        cond: x.bool(2),
        then: statements(r, x, depth - 1, make),
        else: r.nextInt(2) === 0 ? [] : statements(r, x, depth - 1, make),
      };
    }
    if (k > 2) return make();
    const cases = Array.from({ length: 1 + r.nextInt(3) }, (_, n) => ({
      match: BigInt(n),
      body: statements(r, x, depth - 1, make),
    }));
    return {
      stmt: 'switch',
      subject: x.of(uint(2), 1),
      cases,
      default: r.nextInt(2) === 0 ? [] : statements(r, x, depth - 1, make),
    };
  });
}

type Add = (signal: Signal) => { id: number; known: Known };

/** A generate loop: lanes with wires and registers of their own, a ripple chain, shift registers. */
function loopItems(k: number, r: RandomStream, x: Expressions, add: Add, items: Item[]): Known[] {
  const count = x.pick([1, 2, 4, 4, 4, 5]);
  const index = `i${k}`;
  const i: Nat = { op: 'index', name: index };
  const element = x.scalarType();
  const vec: Type = { kind: 'vec', count: lit(count), element };
  const out = add({ kind: 'wire', name: `v${k}`, type: vec });
  const start = x.of(element, 0);
  const before = x.known;
  const indices = x.indices;
  x.indices = [...indices, { name: index, count }];
  const body: Item[] = [];
  const local = add({ kind: 'wire', name: `l${k}`, type: element });
  body.push({ item: 'declare', signal: local.id });
  body.push({ item: 'assign', target: { signal: local.id, path: [] }, value: x.of(element, 2) });
  x.known = [...before, local.known];
  const results: Known[] = [];
  if (r.nextInt(2) === 0) {
    // A register per lane that everyone may read, this loop crosswise too.
    const lane = add({ kind: 'reg', name: `vr${k}_q`, type: vec, domain: 0 });
    x.known = [...x.known, lane.known];
    const step = (): Stmt => ({ stmt: 'next', target: { signal: lane.id, path: [i] }, value: x.of(element, 2) });
    body.push({ item: 'process', body: statements(r, x, 1, step) });
    results.push(lane.known);
  }
  if (r.nextInt(2) === 0) {
    const type = x.scalarType();
    const reg = add({
      kind: 'reg',
      name: `lr${k}_q`,
      type,
      domain: 0,
      ...(r.nextInt(2) === 0 ? { reset: { op: 'const', type, value: 1n } } : {}),
    });
    body.push({ item: 'declare', signal: reg.id });
    x.known = [...x.known, reg.known];
    body.push({
      item: 'process',
      body: statements(r, x, 2, () => ({ stmt: 'next', target: { signal: reg.id, path: [] }, value: x.of(type, 2) })),
    });
  }
  if (r.nextInt(2) === 0) {
    // hop[i + 1] = f(hop[i]), or downwards.
    const hopType: Type = { kind: 'vec', count: lit(count + 1), element };
    const isReg = r.nextInt(2) === 0;
    const name = `hop${k}_x`;
    const hop = add(isReg ? { kind: 'reg', name, type: hopType, domain: 0 } : { kind: 'wire', name, type: hopType });
    const up = r.nextInt(2) === 0;
    const [from, to]: [Nat, Nat] = up ? [i, { op: 'add', a: i, b: lit(1) }] : [{ op: 'add', a: i, b: lit(1) }, i];
    const previous: Expr = { op: 'at', type: element, vec: hop.known.expr, index: from };
    const mixed: Expr =
      element.kind === 'bool'
        ? { op: 'binary', type: element, fn: 'xor', a: previous, b: x.of(element, 1) }
        : { op: 'binary', type: element, fn: 'addWrap', a: previous, b: x.of(element, 1) };
    const end = up ? lit(0) : lit(count);
    if (isReg) {
      body.push({ item: 'process', body: [{ stmt: 'next', target: { signal: hop.id, path: [to] }, value: mixed }] });
    } else {
      items.push({ item: 'assign', target: { signal: hop.id, path: [end] }, value: start });
      body.push({ item: 'assign', target: { signal: hop.id, path: [to] }, value: mixed });
    }
    results.push(hop.known);
  }
  const value = x.of(element, 2);
  const drive = (v: Expr): Item => ({ item: 'assign', target: { signal: out.id, path: [i] }, value: v });
  if (r.nextInt(3) === 0) {
    const rel = x.pick(['==', '<', '!=', '>='] as const);
    body.push({
      item: 'if',
      label: `g${k}`,
      condition: { rel, a: i, b: lit(r.nextInt(count)) },
      then: [drive(value)],
      else: [drive(x.of(element, 1))],
    });
  } else body.push(drive(value));
  x.known = before;
  x.indices = indices;
  items.push({ item: 'for', label: `g_${k}`, index, count: lit(count), items: body });
  return [out.known, ...results];
}

/** An array of instances in a loop; their ports are vectors here. */
function instanceItems(
  k: number,
  r: RandomStream,
  x: Expressions,
  add: Add,
  items: Item[],
  children: readonly ModuleDef[],
): Known[] {
  const child = x.pick(children);
  const count = 1 + r.nextInt(4);
  const index = `j${k}`;
  const i: Nat = { op: 'index', name: index };
  const indices = x.indices;
  x.indices = [...indices, { name: index, count }];
  const outs: Known[] = [];
  const bindings: Record<string, Extract<Item, { item: 'instance' }>['bindings'][string]> = {};
  for (const s of child.signals) {
    if (s.kind === 'input') bindings[s.name] = { dir: 'input', value: x.of(s.type, 1) };
    else if (s.kind === 'output') {
      const w = add({
        kind: 'wire',
        name: `o${k}_${s.name}`,
        type: { kind: 'vec', count: lit(count), element: s.type },
      });
      bindings[s.name] = { dir: 'output', target: { signal: w.id, path: [i] } };
      outs.push(w.known);
    }
  }
  x.indices = indices;
  items.push({
    item: 'for',
    label: `gi_${k}`,
    index,
    count: lit(count),
    items: [{ item: 'instance', name: `u${k}`, module: child.name, actuals: {}, bindings }],
  });
  return outs;
}

export function randomDesign(seed: number, size = 6): Design {
  const r = randomStream(BigInt(seed), 'design');
  const leaf = randomModule('leaf', r, [], 2);
  const middle = randomModule('middle', r, [leaf], 3);
  const top = randomModule('top', r, [leaf, middle], size);
  return { top: 'top', modules: { leaf, middle, top } };
}
