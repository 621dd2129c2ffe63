/** Dependences between array nodes: whether a read meets a write, and in which iteration that write happens. */
import { type Affine, affineKey, affineRange } from '../affine.js';
import { type ElabSignal, type Index, isAffine } from '../elaborated.js';
import type { Read } from '../walk.js';

/**
 * Where the element that one iteration reads is written: nowhere, in the same iteration, in an earlier or a later one
 * (first variable slowest), or it depends.
 */
export type Distance = 'never' | 'same' | 'earlier' | 'later' | 'unknown';

/** Values an index takes along one dimension. */
function rangeOf(
  index: Index,
  extents: readonly number[],
  bound: ReadonlyMap<number, number>,
  size: number,
): { min: number; max: number } {
  if (!isAffine(index)) return { min: 0, max: size - 1 };
  return affineRange(index, (v) => bound.get(v) ?? extents[v] ?? 1);
}

/** False only if no element that `read` touches is among those written through `index`. */
export function mayMeet(
  signal: ElabSignal,
  index: readonly Index[],
  writerLoops: readonly number[],
  read: Read,
  readerLoops: readonly number[],
): boolean {
  return signal.dims.every((size, d) => {
    const [w, r] = [index[d], read.index[d]];
    if (w === undefined || r === undefined) return true;
    const a = rangeOf(w, writerLoops, new Map(), size);
    const b = rangeOf(r, readerLoops, read.bound, size);
    return a.min <= b.max && b.min <= a.max;
  });
}

const termsKey = (a: Affine): string => affineKey({ c: 0, terms: a.terms });

/** Distance between a read and a write in nests of the same `loops`. */
export function distance(signal: ElabSignal, index: readonly Index[], loops: readonly number[], read: Read): Distance {
  if (!mayMeet(signal, index, loops, read, loops)) return 'never';
  if (loops.every((n) => n === 1)) return 'same';
  const delta = new Map<number, number>();
  let vague = false;
  for (const [d, w] of index.entries()) {
    const r = read.index[d];
    if (r === undefined || !isAffine(w) || !isAffine(r)) {
      vague = true;
      continue;
    }
    if (w.terms.length === 0 && r.terms.length === 0) continue;
    const difference = r.c - w.c;
    const [t] = w.terms;
    if (termsKey(w) !== termsKey(r) || t === undefined || r.terms.some((x) => read.bound.has(x.v))) {
      vague = true;
    } else if (w.terms.length > 1 || t.table !== undefined) {
      if (difference !== 0) vague = true;
      else for (const x of w.terms) if (!delta.has(x.v)) delta.set(x.v, 0);
    } else {
      const step = difference / t.k;
      if (!Number.isInteger(step) || Math.abs(step) >= (loops[t.v] ?? 1)) return 'never';
      if (delta.has(t.v) && delta.get(t.v) !== step) return 'never';
      delta.set(t.v, step);
    }
  }
  if (vague) return 'unknown';
  for (const [v, n] of loops.entries()) {
    const step = delta.get(v);
    if (step === undefined && n > 1) return 'unknown';
    if (step !== undefined && step !== 0) return step < 0 ? 'earlier' : 'later';
  }
  return 'same';
}
