/** Multipliers by shifts and additions, row by row, as products: a vector has an instruction for those. */
import { type Ex, wrap } from '../elaborated.js';
import type { Expressions } from '../expressions.js';

/** Bits `low` and up of a number, `count` of them, times `b`; nothing times nothing where there are none yet. */
interface Rows {
  readonly a: Ex;
  readonly low: number;
  readonly count: number;
  readonly b: Ex;
}

/**
 * `ex` as a product where it is sums of shifted sums: ((a[k] ? b : 0) << 1) + (a[k - 1] ? b : 0) and so on, modulo two to its
 * width in every step.
 */
export function asProduct(x: Expressions, ex: Ex): Ex {
  const { width, signed } = ex;
  const rows = rowsOf(ex, width);
  if (rows === undefined || rows === 'none' || rows.count < 2) return ex;
  const factor = x.slice(rows.a, { c: rows.low, terms: [] }, rows.count);
  return x.binary('mul', factor, rows.b, width, signed);
}

function rowsOf(e: Ex, width: number): Rows | 'none' | undefined {
  if (isZero(e)) return 'none';
  if (e.op === 'binary' && e.width === width && e.fn === 'shl' && e.b.op === 'const') {
    // Only rows that are there already can be shifted, by their next row.
    return isZero(e.a) ? 'none' : undefined;
  }
  if (e.op === 'binary' && e.width === width && e.fn === 'addWrap')
    return joined(e.a, e.b, width) ?? joined(e.b, e.a, width);
  if (e.op === 'convert' && e.width === width && e.a.width === width) return rowsOf(e.a, width);
  return rowOf(e);
}

function joined(upper: Ex, lowest: Ex, width: number): Rows | undefined {
  const row = rowOf(lowest);
  if (row === undefined) return undefined;
  const shifted = unshifted(upper, width);
  const above = shifted === undefined ? undefined : rowsOf(shifted, width);
  if (above === undefined || above === 'none') return above === undefined ? undefined : row;
  return above.a === row.a && above.b === row.b && above.low === row.low + 1
    ? { ...row, count: above.count + 1 }
    : undefined;
}

/** What is shifted left by one; zero is that of itself. */
function unshifted(e: Ex, width: number): Ex | undefined {
  if (isZero(e)) return e;
  if (e.op === 'convert' && e.width === width && e.a.width === width) return unshifted(e.a, width);
  if (e.op !== 'binary' || e.fn !== 'shl' || e.width !== width || e.a.width !== width || e.b.op !== 'const')
    return undefined;
  return wrap(e.b.value, e.b.width, false) === 1n ? e.a : undefined;
}

/** A number where a bit is set, else zero; extended as it is. */
function rowOf(e: Ex): Rows | undefined {
  if (e.op === 'convert' && e.width >= e.a.width && (e.signed === e.a.signed || e.width > e.a.width) && isRow(e.a))
    return rowOf(e.a);
  if (!isRow(e)) return undefined;
  const { cond } = e;
  if (cond.op !== 'slice' || cond.width !== 1 || cond.low.terms.length > 0) return undefined;
  return { a: cond.a, low: cond.low.c, count: 1, b: e.a };
}

const isRow = (e: Ex): e is Extract<Ex, { op: 'mux' }> => e.op === 'mux' && isZero(e.b);

const isZero = (e: Ex): boolean => e.op === 'const' && wrap(e.value, e.width, false) === 0n;
