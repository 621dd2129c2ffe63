/**
 * Bits that somebody looks at: an operator without any such bit is a constant, and an operand of `and` under a known zero
 * is not looked at.
 */
import { type Assign, type ElaboratedCircuit, type Ex, type Tree, signalOf, wrap } from '../elaborated.js';
import { visitReads, visitTree } from '../walk.js';
import type { Expressions } from '../expressions.js';
import { KnownBits, constantLike } from './known-bits.js';
import { withOperands } from './rewrite.js';

type Circuit = Pick<ElaboratedCircuit, 'signals' | 'expressions'>;
/** By signal. */
export type Single = readonly (Assign | undefined)[];
/** What the caller knows already: `singleWires` of the circuit, all its wires after what they read. */
export interface KnownBefore {
  readonly single?: Single;
  readonly order?: readonly number[] | undefined;
}
type Prepared = Pick<ElaboratedCircuit, 'assigns' | 'updates' | 'writes'>;

/**
 * The circuit with what known and demanded bits make superfluous left out; `outputs` are looked at from outside. Registers
 * are taken to hold anything. Wires must not depend on themselves.
 */
export function simplifyBits(
  circuit: Circuit,
  prepared: Prepared,
  outputs: readonly number[],
  { single = singleWires(circuit, prepared.assigns), order: wires }: KnownBefore = {},
): Prepared {
  const order = wires === undefined ? inOrder(single) : chosen(single, wires);
  const known = new KnownBits(circuit.expressions, circuit.signals.length);
  const values = new Array<Ex | undefined>(circuit.signals.length);
  for (const a of order) values[a.target] = known.tell(signalOf(circuit, a.target), a.value);
  const demand = new DemandedBits(circuit.expressions, circuit.signals.length, known, single);
  for (const id of outputs) demand.whole(id);
  // Everything else is looked at in full.
  const rest = new Map<Assign, Assign>();
  for (const a of prepared.assigns) {
    if (single[a.target] === a) continue;
    if (a.loops.length === 0) rest.set(a, withValue(a, demand.full(known.simplify(a.value))));
    else demand.reads(a.value);
  }
  const updates = prepared.updates.map((u) => {
    if (u.loops.length === 0 && u.inner.length === 0)
      return { ...u, tree: rewriteTree(u.tree, (ex) => demand.full(known.simplify(ex))) };
    visitTree(u.tree, (ex) => demand.reads(ex));
    return u;
  });
  for (const w of prepared.writes)
    for (const ex of [w.address, w.data, ...w.guards.map((g) => g.cond)]) demand.reads(ex);
  for (let k = order.length - 1; k >= 0; k--) {
    const a = order[k];
    if (a !== undefined) values[a.target] = demand.driver(a.target, values[a.target] ?? a.value);
  }
  // Of the single wires those stay that somebody looks at.
  const assigns: Assign[] = [];
  for (const a of prepared.assigns) {
    const value = values[a.target];
    if (single[a.target] !== a) assigns.push(rest.get(a) ?? a);
    else if (value !== undefined) assigns.push(withValue(a, value));
  }
  return { assigns, updates, writes: prepared.writes };
}

function withValue(a: Assign, value: Ex): Assign {
  const { loops, target, index, place } = a;
  return value === a.value ? a : { loops, target, index, value, place };
}

function rewriteTree(tree: Tree, go: (ex: Ex) => Ex): Tree {
  if (tree.kind === 'keep') return tree;
  if (tree.kind === 'value') return { kind: 'value', value: go(tree.value) };
  return { kind: 'if', cond: go(tree.cond), then: rewriteTree(tree.then, go), else: rewriteTree(tree.else, go) };
}

/** By signal: the only driver of a wire of one element and at most 32 bits. */
export function singleWires(circuit: Circuit, assigns: readonly Assign[]): Single {
  const found = new Array<Assign | undefined>(circuit.signals.length);
  const driven = new Uint8Array(circuit.signals.length);
  for (const a of assigns) {
    const s = signalOf(circuit, a.target);
    const fits = driven[a.target] === 0 && s.dims.length === 0 && s.width <= 32 && a.loops.length === 0;
    driven[a.target] = 1;
    found[a.target] = fits ? a : undefined;
  }
  return found;
}

function chosen(single: Single, wires: readonly number[]): Assign[] {
  const order: Assign[] = [];
  for (const id of wires) {
    const a = single[id];
    if (a !== undefined) order.push(a);
  }
  return order;
}

/** Every wire after those of `single` that it reads. */
function inOrder(single: Single): Assign[] {
  const order: Assign[] = [];
  // 1: waits for what it reads, 2: done.
  const state = new Uint8Array(single.length);
  const stack: number[] = [];
  const push = (r: { readonly signal: number }): void => {
    if (state[r.signal] === 0 && single[r.signal] !== undefined) stack.push(r.signal);
  };
  for (const root of single) {
    if (root === undefined) continue;
    stack.push(root.target);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const a = single[top];
      if (a !== undefined && state[top] === 0) {
        state[top] = 1;
        visitReads(a.value, push);
        continue;
      }
      stack.pop();
      if (a === undefined || state[top] !== 1) continue;
      state[top] = 2;
      order.push(a);
    }
  }
  return order;
}

const MAX_VISITS = 8;

class DemandedBits {
  /** By signal: bits of its numbers that a reader looks at. */
  private readonly bits: Int32Array;
  /** By expression: how often it was come by, and what it is where all of it is looked at. */
  private readonly visits: number[];
  private readonly entire: (Ex | undefined)[];

  constructor(
    private readonly x: Expressions,
    signals: number,
    private readonly known: KnownBits,
    private readonly single: Single,
  ) {
    // Filled, so that they stay plain arrays whichever expression comes first.
    this.visits = new Array<number>(x.count).fill(0);
    this.entire = new Array<Ex | undefined>(x.count).fill(undefined);
    this.bits = new Int32Array(signals);
  }

  whole(signal: number): void {
    this.bits[signal] = -1;
  }

  /** All that `ex` reads is looked at in full. */
  reads(ex: Ex): void {
    visitReads(ex, (r) => this.whole(r.signal));
  }

  /** `ex`, all of which is looked at. */
  full(ex: Ex): Ex {
    return this.step(ex, -1, true);
  }

  /** What drives a wire whose readers are all done; nothing if nobody looks at it. */
  driver(signal: number, value: Ex): Ex | undefined {
    const bits = this.bits[signal] ?? 0;
    return bits === 0 ? undefined : this.step(value, bits, false);
  }

  /** `ex` where `d` says which of the low 32 bits of the number matter, `high` that those above do. */
  private step(ex: Ex, all: number, above: boolean): Ex {
    let d = all | 0;
    let high = above;
    if (ex.width < 32) {
      const mask = 2 ** ex.width - 1;
      // All bits from the sign on are the sign.
      if (ex.signed && (high || (d & ~mask) !== 0)) d |= 1 << (ex.width - 1);
      d &= mask;
    }
    if (ex.width <= 32) {
      if (ex.width === 32 && ex.signed && high) d |= 1 << 31;
      high = false;
    }
    if (ex.op === 'const') return ex;
    if (d === 0 && !high && ex.width <= 32) return constantLike(this.x, 0, ex);
    const visits = (this.visits[ex.id] ?? 0) + 1;
    this.visits[ex.id] = visits;
    const all32 = ex.width >= 32 ? -1 : 2 ** ex.width - 1;
    const entire = ex.width <= 32 ? d === all32 : high;
    // An expression that occurs in many places under different demands is taken whole.
    if (!entire && visits <= MAX_VISITS) return this.operands(ex, d, high);
    const known = this.entire[ex.id];
    if (known !== undefined) return known;
    const out = this.operands(ex, all32, ex.width > 32);
    this.entire[ex.id] = out;
    return out;
  }

  private operands(ex: Ex, d: number, high: boolean): Ex {
    switch (ex.op) {
      case 'const':
      case 'index':
        return ex;
      case 'load':
        return this.load(ex, d, high);
      case 'slice':
        return this.slice(ex, d);
      case 'convert':
        return this.again(ex, this.step(ex.a, d, high));
      case 'unary':
        if (ex.fn === 'not') return this.again(ex, this.step(ex.a, d, high));
        if (ex.fn === 'neg') return this.again(ex, this.step(ex.a, upTo(d), high));
        return this.again(ex, this.full(ex.a));
      case 'mux': {
        const cond = this.full(ex.cond);
        const a = this.step(ex.a, d, high);
        const b = this.step(ex.b, d, high);
        if (cond === ex.cond && a === ex.a && b === ex.b) return ex;
        return this.x.mux(cond, a, b, ex.width, ex.signed);
      }
      case 'binary':
        return this.binary(ex, d, high);
      case 'cat':
        return this.cat(ex, d, high);
      case 'fold':
      case 'pack':
        this.reads(ex);
        return ex;
    }
  }

  /** `ex` with another first operand. */
  private again(ex: Extract<Ex, { op: 'slice' | 'convert' | 'unary' | 'binary' }>, a: Ex): Ex {
    return a === ex.a ? ex : withOperands(this.x, ex, (e) => (e === ex.a ? a : e));
  }

  private load(ex: Extract<Ex, { op: 'load' }>, d: number, high: boolean): Ex {
    const wire = this.single[ex.signal] !== undefined;
    if (wire && !high) {
      this.known.glance(ex);
      if ((d & ~(this.known.z | this.known.o)) === 0) return constantLike(this.x, this.known.o, ex);
      this.bits[ex.signal] = (this.bits[ex.signal] ?? 0) | d;
      return ex;
    }
    this.whole(ex.signal);
    return ex.index.length === 0 ? ex : withOperands(this.x, ex, (at) => this.full(at));
  }

  private slice(ex: Extract<Ex, { op: 'slice' }>, d: number): Ex {
    const { terms, c } = ex.low;
    const top = 32 - Math.clz32(d);
    if (terms.length > 0 || ex.width > 32 || c + top > 32) return this.again(ex, this.full(ex.a));
    return this.again(ex, this.step(ex.a, d << c, false));
  }

  private cat(ex: Extract<Ex, { op: 'cat' }>, d: number, high: boolean): Ex {
    let at = 0;
    let changed = false;
    const parts = [...ex.parts].reverse().map((part) => {
      const here = at >= 32 ? 0 : d >>> at;
      // A number's bits above the part's own are not selected.
      const own = part.width >= 32 ? -1 : 2 ** part.width - 1;
      at += part.width;
      const now = high || part.width > 32 ? this.full(part) : this.step(part, here & own, false);
      changed ||= now !== part;
      return now;
    });
    return changed ? this.x.cat(parts.reverse(), ex.width, ex.signed) : ex;
  }

  private binary(ex: Extract<Ex, { op: 'binary' }>, d: number, high: boolean): Ex {
    switch (ex.fn) {
      case 'and':
        return high ? this.pair(ex, this.full(ex.a), this.full(ex.b)) : this.and(ex, d);
      case 'or':
      case 'xor':
        return this.pair(ex, this.step(ex.a, d, high), this.step(ex.b, d, high));
      case 'add':
      case 'sub':
      case 'addWrap':
      case 'subWrap':
      case 'mul':
        return this.pair(ex, this.step(ex.a, upTo(d), high), this.step(ex.b, upTo(d), high));
      case 'shl':
      case 'shr':
        return this.shift(ex, d, high);
      default:
        return this.pair(ex, this.full(ex.a), this.full(ex.b));
    }
  }

  /** One operand is looked at in full, the other one only where the first is not known to be zero. */
  private and(ex: Extract<Ex, { op: 'binary' }>, d: number): Ex {
    this.known.glance(ex.a);
    const zeroA = this.known.z & d;
    this.known.glance(ex.b);
    const zeroB = this.known.z & d;
    const [a, b] =
      ones(zeroA) > ones(zeroB)
        ? [this.step(ex.a, d, false), this.step(ex.b, d & ~zeroA, false)]
        : [this.step(ex.a, d & ~zeroB, false), this.step(ex.b, d, false)];
    return this.pair(ex, a, b);
  }

  private pair(ex: Extract<Ex, { op: 'binary' }>, a: Ex, b: Ex): Ex {
    return a === ex.a && b === ex.b ? ex : this.x.binary(ex.fn, a, b, ex.width, ex.signed);
  }

  private shift(ex: Extract<Ex, { op: 'binary' }>, d: number, high: boolean): Ex {
    const { b } = ex;
    if (b.op !== 'const' || high || ex.width > 32) {
      const [a, by] = [this.full(ex.a), this.full(b)];
      return this.pair(ex, a, by);
    }
    const distance = wrap(b.value, b.width, false);
    const by = Number(distance >= BigInt(ex.width) ? BigInt(ex.width) : distance);
    if (by >= ex.width) return this.again(ex, this.full(ex.a));
    if (ex.fn === 'shl') return this.again(ex, this.step(ex.a, d >>> by, false));
    // What moves in from above is the sign.
    const sign = ex.signed && by > 0 && d >>> (ex.width - by) !== 0;
    return this.again(ex, this.step(ex.a, (d << by) | (sign ? 1 << (ex.width - 1) : 0), sign));
  }
}

/** All bits up to the highest of `d`: what an addition needs. */
const upTo = (d: number): number => (d === 0 ? 0 : -1 >>> Math.clz32(d));

function ones(x: number): number {
  let count = 0;
  for (let rest = x; rest !== 0; rest &= rest - 1) count++;
  return count;
}
