/** Fitting: an order of the copies of a class in which everything they read and write lies in rows. */
import { type ElaboratedCircuit, signalOf, strides } from '../elaborated.js';
import { type Line, type Nest, factor } from './factor.js';
import type { Draft, Homes } from './homes.js';
import { type LaneCost, laneCost } from './lanes.js';
import type { Statement } from './statements.js';
import { type Slot, type Weave, type Woven, type WovenIndex, type WovenTree, weave } from './weave.js';

/** Fewer iterations of the innermost loop are no vector, nor are fewer bits. */
const LEAST_LANES = 4;
const LEAST_BITS = 64;

/** Copies that may become one, in the order of the circuit. */
export interface Candidate {
  readonly copies: readonly Statement[];
  readonly weave: Weave;
  readonly lanes: LaneCost;
}

/** An access to elements: of an array of former scalars, or of a signal that is an array already. */
export type Access =
  | { readonly kind: 'member'; readonly array: number; readonly line: Line }
  | { readonly kind: 'number'; readonly line: Line };

/** Copies that are one statement under loops. */
export interface Pack {
  readonly candidate: Candidate;
  /** Copy (by place in the candidate) of every iteration. */
  readonly order: readonly number[];
  readonly extents: readonly number[];
  /** By slot of the weave; constants have none. */
  readonly slots: readonly (Access | undefined)[];
  /** Array and position of the target; for elements of an array signal one line a dimension. */
  readonly target: readonly Access[];
}

/** `copies` woven, if they can run in lanes. */
export function candidateOf(circuit: ElaboratedCircuit, copies: readonly Statement[]): Candidate | undefined {
  const [first] = copies;
  const woven = first === undefined ? undefined : weave(copies.map((s) => s.tree));
  if (first === undefined || woven === undefined) return undefined;
  const lanes = laneCost(woven.tree, signalOf(circuit, first.target).width);
  return lanes === undefined ? undefined : { copies, weave: woven, lanes };
}

/** The copies as one loop nest, and their places among the homes; undefined if no order was found. */
export function fit(circuit: ElaboratedCircuit, homes: Homes, candidate: Candidate): Pack | undefined {
  const tried = new Set<string>();
  const attempt = (order: readonly number[]): Pack | readonly number[] | undefined => {
    const key = order.join();
    if (tried.has(key)) return undefined;
    tried.add(key);
    const draft = homes.draft();
    const found = arranged(circuit, draft, candidate, order);
    if (found === undefined) return undefined;
    if (!hasLanes(circuit, candidate, found)) return found.extents;
    draft.keep();
    return found;
  };
  for (const order of orders(homes, candidate)) {
    const found = attempt(order);
    if (found === undefined) continue;
    if ('candidate' in found) return found;
    // The loops are there, only the innermost one is the wrong one.
    for (const other of turned(order, found)) {
      const again = attempt(other);
      if (again !== undefined && 'candidate' in again) return again;
    }
  }
  return undefined;
}

/** Orders worth trying: as written; as what is placed already; along a chain; row by row. */
function* orders(homes: Homes, { copies, weave: { slots } }: Candidate): Generator<readonly number[]> {
  const natural = copies.map((_, k) => k);
  yield natural;
  const targets = copies.map((s) => homes.find(s.target));
  const rows: (readonly number[])[] = [];
  const [first] = targets;
  if (first !== undefined && targets.every((h) => h?.array === first.array)) {
    rows.push(targets.map((h) => h?.position ?? 0));
  }
  for (const slot of slots) {
    if (slot.kind === 'number') rows.push(slot.values);
    if (slot.kind !== 'signal') continue;
    const places = slot.values.map((s) => homes.find(s));
    const [one] = places;
    if (one !== undefined && places.every((h) => h?.array === one.array))
      rows.push(places.map((h) => h?.position ?? 0));
  }
  const by = (...keys: readonly (readonly number[])[]): number[] =>
    [...natural].sort((a, b) => {
      for (const key of keys) if (key[a] !== key[b]) return (key[a] ?? 0) - (key[b] ?? 0);
      return a - b;
    });
  for (const row of rows) if (new Set(row).size === row.length) yield by(row);
  const chain = chainOf(copies, slots);
  if (chain !== undefined) yield chain;
  const few = rows.filter((row) => new Set(row).size < row.length).slice(0, 4);
  for (const a of few) for (const b of few) if (a !== b) yield by(a, b);
}

/** The order in which every copy reads the target of the one before it. */
function chainOf(copies: readonly Statement[], slots: readonly Slot[]): number[] | undefined {
  const writer = new Map(copies.map((s, k) => [s.target, k]));
  for (const slot of slots) {
    if (slot.kind !== 'signal') continue;
    const after = new Map<number, number>();
    slot.values.forEach((s, k) => {
      const w = writer.get(s);
      if (w !== undefined && w !== k) after.set(w, k);
    });
    const heads = copies.flatMap((_, k) => (writer.has(slot.values[k] ?? -1) ? [] : [k]));
    if (after.size < copies.length - 1 || heads.length !== 1) continue;
    const order: number[] = [];
    for (let at: number | undefined = heads[0]; at !== undefined; at = after.get(at)) order.push(at);
    if (order.length === copies.length) return order;
  }
  return undefined;
}

/** The same copies with another loop innermost. */
function* turned(order: readonly number[], extents: readonly number[]): Generator<readonly number[]> {
  for (let d = extents.length - 2; d >= 0; d--) {
    const inner = extents.slice(d + 1).reduce((n, e) => n * e, 1);
    const n = extents[d] ?? 1;
    const out: number[] = [];
    for (let outer = 0; outer < order.length; outer += n * inner) {
      for (let i = 0; i < inner; i++) for (let k = 0; k < n; k++) out.push(order[outer + k * inner + i] ?? 0);
    }
    yield out;
  }
}

function arranged(
  circuit: ElaboratedCircuit,
  draft: Draft,
  candidate: Candidate,
  order: readonly number[],
): Pack | undefined {
  const { copies, weave: woven } = candidate;
  const sequences: (readonly number[])[] = [];
  const arrays: (number | undefined)[] = [];
  const add = (array: number | undefined, values: readonly number[]): number => {
    arrays.push(array);
    return sequences.push(values) - 1;
  };
  const ordered = <T>(values: readonly T[]): T[] => order.flatMap((k) => values[k] ?? []);
  const signal = signalOf(circuit, copies[0]?.target ?? 0);
  const target: number[] = [];
  if (signal.dims.length === 0) {
    const placed = draft.place(ordered(copies.map((s) => s.target)));
    if (placed === undefined) return undefined;
    target.push(add(placed.array, placed.positions));
  } else
    for (let d = 0; d < signal.dims.length; d++)
      target.push(add(undefined, ordered(copies.map((s) => s.index[d] ?? 0))));
  const slots: (number | undefined)[] = [];
  for (const slot of woven.slots) {
    if (slot.kind === 'constant') slots.push(undefined);
    else if (slot.kind === 'number') slots.push(add(undefined, ordered(slot.values)));
    else {
      const placed = draft.place(ordered(slot.values));
      if (placed === undefined) return undefined;
      slots.push(add(placed.array, placed.positions));
    }
  }
  const nest = factor(sequences, copies.length);
  if (nest === undefined) return undefined;
  const access = (n: number): Access => accessOf(nest, n, arrays[n]);
  return {
    candidate,
    order,
    extents: nest.extents,
    slots: slots.map((n) => (n === undefined ? undefined : access(n))),
    target: target.map(access),
  };
}

function accessOf(nest: Nest, n: number, array: number | undefined): Access {
  const line = nest.lines[n] ?? { base: 0, step: [] };
  return array === undefined ? { kind: 'number', line } : { kind: 'member', array, line };
}

/** Iterations of the innermost loop are lanes: everything lies there with nothing in between, or is the same for all. */
function hasLanes(circuit: ElaboratedCircuit, candidate: Candidate, pack: Pack): boolean {
  const inner = pack.extents.length - 1;
  const count = pack.extents[inner] ?? 1;
  if (count < LEAST_LANES || count * candidate.lanes.bits < LEAST_BITS) return false;
  const stepOf = (a: Access | undefined): number => a?.line.step[inner] ?? 0;
  const indexStep = (i: WovenIndex): number => (i.slot === undefined ? 0 : stepOf(pack.slots[i.slot]));
  const { target } = candidate.copies[0] ?? { target: 0 };
  const flat = (signal: number, steps: readonly number[]): number => {
    const stride = strides(signalOf(circuit, signal).dims);
    return steps.reduce((sum, step, d) => sum + step * (stride[d] ?? 0), 0);
  };
  const [only] = pack.target;
  const written = only?.kind === 'member' ? stepOf(only) : flat(target, pack.target.map(stepOf));
  if (written !== 1) return false;
  const seen = new Set<Woven>();
  const visit = (w: Woven): boolean => {
    if (seen.has(w)) return true;
    seen.add(w);
    switch (w.kind) {
      case 'shared':
      case 'constant':
        return true;
      case 'load': {
        const step = w.slot !== undefined ? stepOf(pack.slots[w.slot]) : flat(w.ex.signal, w.index.map(indexStep));
        return step === 0 || step === 1;
      }
      case 'slice': {
        const low = w.low.slot === undefined ? undefined : pack.slots[w.low.slot]?.line;
        if (low === undefined) return visit(w.a);
        const step = low.step[inner] ?? 0;
        if (step === 0) return true;
        return step === w.ex.width && low.base % 8 === 0 && low.step.every((s) => s % 8 === 0);
      }
      case 'node':
        return w.kids.every(visit);
    }
  };
  const visitTree = (tree: WovenTree): boolean =>
    tree.kind === 'keep' ||
    (tree.kind === 'value' ? visit(tree.value) : visit(tree.cond) && visitTree(tree.then) && visitTree(tree.else));
  return visitTree(candidate.weave.tree);
}
