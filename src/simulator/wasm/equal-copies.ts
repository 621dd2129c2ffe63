/**
 * Copies of registers that all take the same value: fan-out is bought with such copies. After one cycle they are equal
 * and stay so; readers of any of them read the first one then. All of them are still written.
 */
import { affineConst } from '../affine.js';
import {
  type ElabSignal,
  type ElaboratedCircuit,
  type Ex,
  type Tree,
  type Update,
  isAffine,
  signalOf,
} from '../elaborated.js';
import { visitTree } from '../walk.js';
import type { Prepared } from './prepared.js';
import { rewriter } from './rewrite.js';

/** A register whose elements are equal along `dims`. */
export interface EqualCopies {
  readonly signal: number;
  readonly dims: readonly boolean[];
}

type Circuit = Pick<ElaboratedCircuit, 'signals' | 'expressions' | 'clocks' | 'asyncResets'>;

/** Registers of which one update drives all elements with a value that is the same along some dimension. */
export function equalCopies(circuit: Circuit, { updates }: Pick<Prepared, 'updates'>): EqualCopies[] {
  if (circuit.clocks.length !== 1 || circuit.asyncResets.length > 0) return [];
  const drivers = new Map<number, Update[]>();
  for (const u of updates) {
    const list = drivers.get(u.target);
    if (list === undefined) drivers.set(u.target, [u]);
    else list.push(u);
  }
  const found: EqualCopies[] = [];
  for (const [signal, [u, ...others]] of drivers) {
    const { dims, kind, port } = signalOf(circuit, signal);
    if (u === undefined || others.length > 0 || dims.length === 0 || kind !== 'reg' || port !== undefined) continue;
    const loops = [...u.loops, ...u.inner];
    if (loops.length !== dims.length || !dims.every((n, d) => isWhole(u, loops, n, d))) continue;
    let vars = 0;
    visitTree(u.tree, (ex) => (vars |= ex.vars));
    const equal = dims.map((n, d) => n > 1 && ((vars >>> d) & 1) === 0);
    if (equal.some((e) => e)) found.push({ signal, dims: equal });
  }
  return found;
}

function isWhole(u: Update, loops: readonly number[], n: number, d: number): boolean {
  const map = u.index[d];
  if (map === undefined || loops[d] !== n) return false;
  const [t] = map.terms;
  if (n === 1) return map.terms.length === 0 && map.c === 0;
  return map.c === 0 && map.terms.length === 1 && t?.v === d && t.k === 1 && t.table === undefined;
}

/** `prepared` with reads of the first copy in place of reads of any. */
export function readFirstCopies(circuit: Circuit, prepared: Prepared, copies: readonly EqualCopies[]): Prepared {
  if (copies.length === 0) return prepared;
  const dimsOf = new Map(copies.map((c) => [c.signal, c.dims]));
  const x = circuit.expressions;
  const go = rewriter(x, (ex): Ex => {
    const equal = ex.op === 'load' ? dimsOf.get(ex.signal) : undefined;
    if (ex.op !== 'load' || equal === undefined) return ex;
    // An index that is out of range reads 0: it stays.
    const index = ex.index.map((i, d) => (equal[d] === true && isAffine(i) ? affineConst(0) : i));
    return x.load(ex.signal, index, ex.width, ex.signed);
  });
  const tree = (t: Tree): Tree => {
    if (t.kind === 'keep') return t;
    if (t.kind === 'value') return { kind: 'value', value: go(t.value) };
    return { kind: 'if', cond: go(t.cond), then: tree(t.then), else: tree(t.else) };
  };
  return {
    assigns: prepared.assigns.map((a) => {
      const { loops, target, index, place } = a;
      const value = go(a.value);
      return value === a.value ? a : { loops, target, index, value, place };
    }),
    updates: prepared.updates.map((u) => ({ ...u, tree: tree(u.tree) })),
    writes: prepared.writes.map((w) => ({
      ...w,
      address: go(w.address),
      data: go(w.data),
      guards: w.guards.map((g) => ({ ...g, cond: go(g.cond) })),
    })),
  };
}

/** Whether all copies are equal; `at` and `stride` say where elements lie, `bytes` are those of the memory. */
export function areEqual(
  copies: readonly EqualCopies[],
  signals: readonly ElabSignal[],
  placeOf: (signal: number) => { readonly address: number; readonly stride: number },
  bytes: Uint8Array,
): boolean {
  for (const { signal, dims: equal } of copies) {
    const dims = signals[signal]?.dims ?? [];
    const { address, stride } = placeOf(signal);
    let inner = stride;
    for (let d = dims.length - 1; d >= 0; d--) {
      const [n, step] = [dims[d] ?? 1, inner];
      inner *= n;
      if (equal[d] !== true) continue;
      const all = dims.slice(0, d).reduce((a, b) => a * b, inner);
      for (let at = 0; at < all; at++) {
        // The same place in the first copy.
        const first = at - (Math.floor((at % inner) / step) % n) * step;
        if (bytes[address + at] !== bytes[address + first]) return false;
      }
    }
  }
  return true;
}
