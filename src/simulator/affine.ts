/**
 * Affine maps: indices and constants as `c + sum(k * v)` over loop variables, the form in which replication is kept.
 *
 * A variable is the position of its loop in the nest. A term may go through a table (`k * table[v]`), which is how an
 * index with a division or remainder of one loop index is kept.
 */
import { type Nat, applyNat, clog2Number } from '../circuit/index.js';

export interface Term {
  readonly v: number;
  readonly k: number;
  readonly table?: readonly number[];
}
export interface Affine {
  readonly c: number;
  readonly terms: readonly Term[];
}

/** Thrown when something must be one number but depends on the index of a loop: that loop is split at `cuts`. */
export class SplitLoop extends Error {
  constructor(
    readonly variable: number,
    /** First iterations of the pieces after the first one; undefined splits into single iterations. */
    readonly cuts?: readonly number[],
  ) {
    super('a generate loop must be split');
  }
}

const NO_TERMS: readonly Term[] = [];
export const affineConst = (c: number): Affine => ({ c, terms: NO_TERMS });
export const affineVar = (v: number): Affine => ({ c: 0, terms: [{ v, k: 1 }] });
export const isConst = (a: Affine): boolean => a.terms.length === 0;

export function scaleAffine(a: Affine, k: number): Affine {
  if (k === 1) return a;
  if (k === 0) return affineConst(0);
  return { c: a.c * k, terms: a.terms.map((t) => ({ ...t, k: t.k * k })) };
}

export function addAffine(a: Affine, b: Affine): Affine {
  if (b.terms.length === 0) return b.c === 0 ? a : { c: a.c + b.c, terms: a.terms };
  const terms = [...a.terms];
  for (const t of b.terms) {
    const at = terms.findIndex((s) => s.v === t.v && s.table === t.table);
    const old = terms[at];
    if (old === undefined) terms.push(t);
    else if (old.k + t.k === 0) terms.splice(at, 1);
    else terms[at] = { ...old, k: old.k + t.k };
  }
  terms.sort((s, t) => s.v - t.v);
  return { c: a.c + b.c, terms };
}

export function evalAffine(a: Affine, vars: readonly number[]): number {
  let sum = a.c;
  for (const t of a.terms) {
    const value = vars[t.v] ?? 0;
    sum += t.k * (t.table === undefined ? value : (t.table[value] ?? 0));
  }
  return sum;
}

/** Smallest and largest value, given the extents of the loops. */
export function affineRange(a: Affine, extent: (v: number) => number): { min: number; max: number } {
  let min = a.c;
  let max = a.c;
  for (const t of a.terms) {
    const values = t.table === undefined ? [0, t.k * (extent(t.v) - 1)] : t.table.map((x) => x * t.k);
    min += values.reduce((x, y) => Math.min(x, y), Infinity);
    max += values.reduce((x, y) => Math.max(x, y), -Infinity);
  }
  return { min, max };
}

/** `a` with each variable replaced; undefined where a table meets something else than a plain variable. */
export function substituteAffine(a: Affine, by: (v: number) => Affine): Affine | undefined {
  let sum = affineConst(a.c);
  for (const t of a.terms) {
    const inner = by(t.v);
    if (t.table === undefined) {
      sum = addAffine(sum, scaleAffine(inner, t.k));
      continue;
    }
    const [only] = inner.terms;
    if (only === undefined) sum = addAffine(sum, affineConst(t.k * (t.table[inner.c] ?? 0)));
    else if (inner.terms.length === 1 && inner.c === 0 && only.k === 1 && only.table === undefined) {
      sum = addAffine(sum, { c: 0, terms: [{ ...t, v: only.v }] });
    } else return undefined;
  }
  return sum;
}

/** One map, told without text. */
export function sameAffine(a: Affine, b: Affine): boolean {
  if (a === b) return true;
  if (a.c !== b.c || a.terms.length !== b.terms.length) return false;
  for (let n = 0; n < a.terms.length; n++) {
    const [s, t] = [a.terms[n], b.terms[n]];
    if (s === undefined || t === undefined || s.v !== t.v || s.k !== t.k) return false;
    if (s.table !== t.table && !sameTable(s.table, t.table)) return false;
  }
  return true;
}

const sameTable = (a: readonly number[] | undefined, b: readonly number[] | undefined): boolean =>
  a !== undefined && b !== undefined && a.length === b.length && a.every((x, i) => x === b[i]);

/** A number that is equal for equal maps. */
export function hashAffine(a: Affine): number {
  let h = a.c | 0;
  for (const t of a.terms) h = Math.imul(h ^ (t.k * 64 + t.v), 0x85ebca6b) ^ (t.table?.length ?? 0);
  return h;
}

/** The loop variables of a map as bits. */
export function varsOfAffine(a: Affine): number {
  let vars = 0;
  for (const t of a.terms) vars |= 1 << t.v;
  return vars;
}

/** Text that is equal for equal maps. */
export function affineKey(a: Affine): string {
  if (a.terms.length === 0) return String(a.c);
  return a.terms.map((t) => `${t.k}*v${t.v}${t.table === undefined ? '' : `[${t.table.join(',')}]`}+`).join('') + a.c;
}

/** Names a `Nat` may use: parameters as numbers, loop indices as maps over the loop variables. */
export interface NatScope {
  param(name: string): number;
  index(name: string): Affine;
  /** Iterations of loop `v`. */
  extent(v: number): number;
}

/** `nat` over the loop variables; a non-affine operator on one variable becomes a table. */
export function affineNat(nat: Nat, scope: NatScope): Affine {
  switch (nat.op) {
    case 'lit':
      return affineConst(nat.value);
    case 'param':
      return affineConst(scope.param(nat.name));
    case 'index':
      return scope.index(nat.name);
    case 'local':
      return affineNat(nat.value, scope);
    case 'clog2':
      return pointwise([affineNat(nat.a, scope)], ([a = 0]) => clog2Number(a), scope);
    default: {
      const a = affineNat(nat.a, scope);
      const b = affineNat(nat.b, scope);
      if (nat.op === 'add') return addAffine(a, b);
      if (nat.op === 'sub') return addAffine(a, scaleAffine(b, -1));
      if (nat.op === 'mul' && isConst(a)) return scaleAffine(b, a.c);
      if (nat.op === 'mul' && isConst(b)) return scaleAffine(a, b.c);
      return pointwise([a, b], ([x = 0, y = 0]) => applyNat(nat.op, x, y), scope);
    }
  }
}

function pointwise(args: readonly Affine[], fn: (values: readonly number[]) => number, scope: NatScope): Affine {
  const variables = [...new Set(args.flatMap((a) => a.terms.map((t) => t.v)))].sort((x, y) => x - y);
  const [v] = variables;
  if (v === undefined) return affineConst(fn(args.map((a) => a.c)));
  if (variables.length > 1) throw new SplitLoop(v);
  const table: number[] = [];
  for (let i = 0; i < scope.extent(v); i++) {
    const vars: number[] = [];
    vars[v] = i;
    table.push(fn(args.map((a) => evalAffine(a, vars))));
  }
  const first = table[0] ?? 0;
  const step = (table[1] ?? first) - first;
  if (table.every((x, i) => x === first + i * step)) {
    return step === 0 ? affineConst(first) : { c: first, terms: [{ v, k: step }] };
  }
  return { c: 0, terms: [{ v, k: 1, table }] };
}

/** `nat` if no loop index is in it, else not a number; without an object on the way. */
function plainNat(nat: Nat, scope: NatScope): number {
  switch (nat.op) {
    case 'lit':
      return nat.value;
    case 'param':
      return scope.param(nat.name);
    case 'index':
      return NaN;
    case 'local':
      return plainNat(nat.value, scope);
    case 'clog2': {
      const a = plainNat(nat.a, scope);
      return Number.isNaN(a) ? a : clog2Number(a);
    }
    default: {
      const a = plainNat(nat.a, scope);
      const b = plainNat(nat.b, scope);
      return Number.isNaN(a) || Number.isNaN(b) ? NaN : applyNat(nat.op, a, b);
    }
  }
}

/** `nat` as one number; asks for the loop to be split where it depends on an index. */
export function concreteNat(nat: Nat, scope: NatScope): number {
  const plain = plainNat(nat, scope);
  if (!Number.isNaN(plain)) return plain;
  const a = affineNat(nat, scope);
  const [term] = a.terms;
  if (term !== undefined) throw new SplitLoop(term.v);
  return a.c;
}
