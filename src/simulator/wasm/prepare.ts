/**
 * Makes the circuit smaller before it is scheduled: reads of plain copies become reads of the original, values used once
 * move into their reader, and wires that nothing reads any more disappear.
 */
import { type Affine, affineConst, isConst, substituteAffine } from '../affine.js';
import {
  type Assign,
  type ElaboratedCircuit,
  type Ex,
  type Index,
  type MemoryWrite,
  type Tree,
  type Update,
  isAffine,
} from '../elaborated.js';
import { type Single, simplifyBits, singleWires } from './demanded-bits.js';
import { foldConstant } from './fold-constants.js';
import { type EqualCopies, equalCopies, readFirstCopies } from './equal-copies.js';
import { inlined, inliner } from './inline.js';
import { type Prepared, driversOf } from './prepared.js';
import { rewriter } from './rewrite.js';
import { throughMovement } from './movement.js';
import type { WireOrder } from './wire-order.js';

const NOTHING = { updates: [], writes: [] };

/** What the registers and memories depend on, or what the outputs do. */
export function prepare(
  circuit: ElaboratedCircuit,
  roots: 'state' | 'outputs',
  { order }: WireOrder,
  /** Told of registers whose copies it may take to be equal. */
  copies?: (found: readonly EqualCopies[]) => void,
): Prepared {
  const wanted = roots === 'state' ? circuit : { assigns: circuit.assigns, ...NOTHING };
  const outputs = roots === 'state' ? [] : circuit.ports;
  const single = singleWires(circuit, wanted.assigns);
  // Where there are only numbers, the simplification of bits finds copies and what nobody needs.
  const first = isPlain(wanted, single)
    ? simplifyBits(circuit, wanted, outputs, { single, order })
    : simplifyBits(circuit, withoutCopies(circuit, withoutBuses(circuit, wanted, copies), outputs), outputs, { order });
  const inline = inlined(circuit, first, wholeDrivers(circuit, first.assigns));
  if (inline === undefined) return first;
  return rewriteLive(circuit, first, outputs, (need) => inliner(circuit, inline, need));
}

function withoutBuses(
  circuit: ElaboratedCircuit,
  wanted: Prepared,
  copies: ((found: readonly EqualCopies[]) => void) | undefined,
): Prepared {
  const direct = throughMovement(circuit, wanted);
  if (copies === undefined) return direct;
  const found = equalCopies(circuit, direct);
  copies(found);
  return readFirstCopies(circuit, direct, found);
}

/** All wires are `single` ones and nothing else has a loop. */
function isPlain({ assigns, updates, writes }: Prepared, single: Single): boolean {
  if (writes.length > 0) return false;
  for (const u of updates) if (u.loops.length > 0 || u.inner.length > 0) return false;
  for (const a of assigns) if (single[a.target] !== a) return false;
  return true;
}

/** Values of wires that may be constants are small. */
const MOST_FOLDED = 20;

function withoutCopies(circuit: ElaboratedCircuit, wanted: Prepared, outputs: readonly number[]): Prepared {
  const x = circuit.expressions;
  const fold = rewriter(x, (ex) => foldConstant(x, ex));
  const copies = wholeDrivers(circuit, circuit.assigns).map((a) => {
    const plain =
      a === undefined || a.value.vars !== 0 || a.value.cost > MOST_FOLDED ? a : { ...a, value: fold(a.value) };
    return plain !== undefined && isCopy(circuit, plain) ? plain : undefined;
  });
  return rewriteLive(circuit, wanted, outputs, (need) => {
    const through = rewriter(x, (ex) => {
      if (ex.op !== 'load') return foldConstant(x, ex);
      const out = copies[ex.signal] === undefined ? ex : readThrough(circuit, copies, ex);
      if (out.op === 'load') need(out.signal);
      return out;
    });
    return () => through;
  });
}

/** Per signal the node that drives all of it with the identity as index map, if there is one. */
function wholeDrivers(circuit: Pick<ElaboratedCircuit, 'signals'>, assigns: readonly Assign[]): (Assign | undefined)[] {
  const drivers = new Array<Assign | undefined>(circuit.signals.length).fill(undefined);
  const driven = new Uint8Array(circuit.signals.length);
  for (const a of assigns) {
    drivers[a.target] = driven[a.target] === 0 && isWhole(circuit, a) ? a : undefined;
    driven[a.target] = 1;
  }
  return drivers;
}

function isWhole(circuit: Pick<ElaboratedCircuit, 'signals'>, a: Assign): boolean {
  const dims = circuit.signals[a.target]?.dims;
  if (dims?.length !== a.loops.length) return false;
  for (let d = 0; d < dims.length; d++) {
    const [map, size] = [a.index[d], dims[d]];
    if (map === undefined || a.loops[d] !== size) return false;
    // Single-iteration loops have a constant in place of their variable.
    if (!isVar(map, d) && !(size === 1 && isConst(map) && map.c === 0)) return false;
  }
  return true;
}

const isVar = (a: Affine, v: number): boolean => {
  const [t] = a.terms;
  return a.c === 0 && a.terms.length === 1 && t !== undefined && t.v === v && t.k === 1 && t.table === undefined;
};

function isCopy(circuit: ElaboratedCircuit, a: Assign): boolean {
  const target = circuit.signals[a.target];
  const { value } = a;
  if (target?.kind !== 'wire' || value.width !== target.width || value.signed !== target.signed) return false;
  if (value.op === 'const') return true;
  return value.op === 'load' && value.index.every(isAffine);
}

/** `ex` with reads of copies replaced by reads of what they copy; operands are done already. */
function readThrough(circuit: ElaboratedCircuit, copies: readonly (Assign | undefined)[], ex: Ex): Ex {
  let now = ex;
  for (let hops = 0; now.op === 'load' && hops < 1000; hops++) {
    const copy = copies[now.signal];
    if (copy === undefined) return now;
    // Beyond the end of an array there is 0.
    if (copy.value.op === 'const') return now.index.every(isAffine) ? copy.value : now;
    if (copy.value.op !== 'load') return now;
    const index = composed(circuit, now.index, copy.value, copy.loops);
    if (index === undefined) return now;
    now = circuit.expressions.load(copy.value.signal, index, copy.value.width, copy.value.signed);
  }
  return now;
}

/** The index maps of the original when a copy with `loops` is read at `index`. */
function composed(
  circuit: ElaboratedCircuit,
  index: readonly Index[],
  source: Extract<Ex, { op: 'load' }>,
  loops: readonly number[],
): readonly Index[] | undefined {
  if (index.length === 0) return source.index;
  const out: Index[] = [];
  const used = new Set<number>();
  for (const [d, map] of source.index.entries()) {
    if (!isAffine(map)) return undefined;
    const dynamic = map.terms.map((t) => t.v).filter((v) => index[v] !== undefined && !isAffine(index[v]));
    const [v] = dynamic;
    if (v === undefined) {
      const inner = substituteAffine(map, (u) => {
        const at = index[u];
        return at !== undefined && isAffine(at) ? at : affineConst(0);
      });
      if (inner === undefined) return undefined;
      out.push(inner);
    } else {
      const at = index[v];
      if (at === undefined) return undefined;
      const extent = circuit.signals[source.signal]?.dims[d];
      const whole = isVar(map, v) && extent === loops[v] ? at : shifted(circuit, map, v, index, loops[v], extent);
      if (whole === undefined) return undefined;
      used.add(v);
      out.push(whole);
    }
  }
  // A run-time index that the original does not have would lose its range check.
  return index.every((i, d) => isAffine(i) || used.has(d)) ? out : undefined;
}

/** The run-time index `index[v]`, which is never out of range, at its place within a longer dimension. */
function shifted(
  { expressions }: ElaboratedCircuit,
  map: Affine,
  v: number,
  index: readonly Index[],
  extent = 0,
  extentThere = 0,
): Index | undefined {
  const at = index[v];
  const [term, ...more] = map.terms.filter((t) => t.v === v);
  if (at === undefined || isAffine(at) || term?.k !== 1 || term.table !== undefined || more.length > 0)
    return undefined;
  if (at.at.signed || at.at.width > 30 || 2 ** at.at.width > extent) return undefined;
  let plain = true;
  const rest = substituteAffine({ c: map.c, terms: map.terms.filter((t) => t.v !== v) }, (u) => {
    const other = index[u];
    if (other !== undefined && isAffine(other)) return other;
    plain = false;
    return affineConst(0);
  });
  if (rest === undefined || !plain) return undefined;
  const width = Math.max(1, Math.ceil(Math.log2(extentThere)));
  const low = at.at.width === width ? at.at : expressions.convert(at.at, width, false);
  return { at: expressions.binary('addWrap', expressions.index(rest, width, false), low, width, false) };
}

function rewriteTree(tree: Tree, go: (ex: Ex) => Ex): Tree {
  if (tree.kind === 'keep') return tree;
  if (tree.kind === 'value') {
    const value = go(tree.value);
    return value === tree.value ? tree : { kind: 'value', value };
  }
  const [cond, then, otherwise] = [go(tree.cond), rewriteTree(tree.then, go), rewriteTree(tree.else, go)];
  if (cond === tree.cond && then === tree.then && otherwise === tree.else) return tree;
  return { kind: 'if', cond, then, else: otherwise };
}

/**
 * Everything that an output, a register or a memory needs, rewritten; nodes keep their order. `rules` gives the rewriting
 * under a number of loops, which calls `need` for every signal that is still read.
 */
function rewriteLive(
  circuit: Pick<ElaboratedCircuit, 'signals'>,
  prepared: Prepared,
  outputs: readonly number[],
  rules: (need: (signal: number) => void) => (depth: number) => (ex: Ex) => Ex,
): Prepared {
  const { assigns } = prepared;
  const live = new Uint8Array(circuit.signals.length);
  const todo: number[] = [];
  const need = (id: number): void => {
    if (live[id] !== 0) return;
    live[id] = 1;
    todo.push(id);
  };
  const at = rules(need);
  for (const id of outputs) need(id);
  const updates = prepared.updates.map((u): Update => {
    const tree = rewriteTree(u.tree, at(u.loops.length + u.inner.length));
    return tree === u.tree ? u : { ...u, tree };
  });
  const writes = prepared.writes.map((w): MemoryWrite => {
    const go = at(w.loops.length + w.inner.length);
    const guards = w.guards.map((g) => ({ ...g, cond: go(g.cond) }));
    return { ...w, address: go(w.address), data: go(w.data), guards };
  });
  const chains = driversOf(circuit.signals.length, assigns);
  const done = new Array<Assign | undefined>(assigns.length);
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    for (let n = chains.first[id] ?? -1; n >= 0; n = chains.next[n] ?? -1) {
      const a = assigns[n];
      if (a === undefined) continue;
      const value = at(a.loops.length)(a.value);
      const { loops, target, index, place } = a;
      done[n] = value === a.value ? a : { loops, target, index, value, place };
    }
  }
  return { assigns: done.filter((a) => a !== undefined), updates, writes };
}
