/** Which driver of a wire is behind an element that is read, and at which point of the driver's loops. */
import { type Affine, addAffine, affineConst, affineRange, scaleAffine } from '../affine.js';
import type { Assign } from '../elaborated.js';

/** Extents of the variables around a read. */
export type Extents = (v: number) => number;

/** A loop of the reader whose first `at` iterations meet another driver than the rest. */
export interface Cut {
  readonly variable: number;
  readonly at: number;
}

/**
 * The point of `driver` at which it drives the element `index`, as maps over the reader's variables. A cut if only a part
 * of the reader's iterations meet this driver, undefined if none do or nothing is known.
 */
export function driverPoint(
  driver: Pick<Assign, 'loops' | 'index'>,
  index: readonly Affine[],
  extents: Extents,
): readonly Affine[] | Cut | undefined {
  const point = driver.loops.map((n): Affine | undefined => (n === 1 ? affineConst(0) : undefined));
  let cut: Cut | undefined;
  for (const [d, written] of driver.index.entries()) {
    const read = index[d];
    if (read === undefined || written.terms.some((t) => t.table !== undefined)) return undefined;
    const found = quotients(written, addAffine(read, affineConst(-written.c)), extents);
    if (found === undefined) return undefined;
    for (const [v, value] of found) {
      const size = v < 0 ? 1 : (driver.loops[v] ?? 1);
      const { min, max } = affineRange(value, extents);
      if (max < 0 || min >= size) return undefined;
      if (min < 0) cut ??= cutAt(value, 0, extents);
      else if (max >= size) cut ??= cutAt(value, size, extents);
      if ((min < 0 || max >= size) && cut === undefined) return undefined;
      // Two dimensions that follow one loop would have to agree.
      if (v >= 0 && point[v] !== undefined && driver.loops[v] !== 1) return undefined;
      if (v >= 0) point[v] = value;
    }
  }
  if (cut !== undefined) return cut;
  return point.every((p) => p !== undefined) ? point : undefined;
}

/**
 * `read` as what the terms of `written` add up to, a value for each of their variables, from the largest step down. What
 * is left has the variable -1 and must be 0.
 */
function quotients(written: Affine, read: Affine, extents: Extents): Map<number, Affine> | undefined {
  const found = new Map<number, Affine>();
  let rest = read;
  for (const t of [...written.terms].sort((a, b) => b.k - a.k)) {
    if (t.k <= 0) return undefined;
    const parts = divided(rest, t.k, extents);
    if (parts === undefined) return undefined;
    found.set(t.v, parts.quotient);
    rest = parts.rest;
  }
  if (rest.c !== 0 || rest.terms.length > 0) found.set(-1, rest);
  return found;
}

/** `a` as `quotient * by + rest` with 0 <= rest < by in every iteration. */
export function divided(
  a: Affine,
  by: number,
  extents: Extents,
): { readonly quotient: Affine; readonly rest: Affine } | undefined {
  const whole = a.terms.filter((t) => t.k % by === 0);
  const others = { c: 0, terms: a.terms.filter((t) => t.k % by !== 0) };
  const { min, max } = affineRange(others, extents);
  const q = Math.floor((a.c + min) / by);
  const left = a.c - q * by;
  if (left + max >= by) return undefined;
  const quotient = { c: q, terms: whole.map((t) => ({ ...t, k: t.k / by })) };
  return { quotient, rest: addAffine(others, affineConst(left)) };
}

/** The loop that decides whether `value` is below `bound`, and its first iteration where it is not. */
function cutAt(value: Affine, bound: number, extents: Extents): Cut | undefined {
  const largest = [...value.terms].sort((a, b) => b.k - a.k)[0];
  if (largest === undefined || largest.table !== undefined || largest.k <= 0) return undefined;
  const rest = addAffine(value, scaleAffine({ c: 0, terms: [largest] }, -1));
  const { min, max } = affineRange(rest, extents);
  const at = Math.ceil((bound - min) / largest.k);
  if (largest.k * (at - 1) + max >= bound || at <= 0 || at >= extents(largest.v)) return undefined;
  return { variable: largest.v, at };
}
