/**
 * Vectors that several rows of one nest have in common: a value that does not depend on a loop around the row, whose
 * iterations are written out, is computed in the first of them and stays in a local.
 */
import type { Ex } from '../elaborated.js';
import { visitReads } from '../walk.js';
import type { LaneBits } from './simd.js';

/** A loop variable: a local and what is added to it, or a number in unrolled code; `extent` bounds it. */
export type VarValue =
  | { readonly local: number; readonly extent: number; readonly plus?: number }
  | { readonly fixed: number; readonly extent?: number };

/** Loops around the row. */
interface Loops {
  readonly vars: ReadonlyMap<number, VarValue>;
  /** Those that run as one. */
  readonly merged: unknown;
}

/** More of them would not stay in registers. */
const MOST = 8;

export class RowValues {
  private readonly locals: Map<Ex, Map<string, number>>;
  private count = 0;

  /** Of a nest that stores `target`, whose loops are those of variables `from` and up. */
  constructor(
    private readonly target: number,
    private readonly from: number,
    known?: RowValues,
  ) {
    this.locals = new Map([...(known?.locals ?? [])].map(([ex, list]) => [ex, new Map(list)]));
    this.count = known?.count ?? 0;
  }

  /** For the body of a loop that is not written out: what is found there is there in one iteration only. */
  inside(): RowValues {
    return new RowValues(this.target, this.from, this);
  }

  /** Whether other rows may ask for the same value. */
  mayKeep(c: Loops, ex: Ex): boolean {
    if (ex.op === 'const' || ex.op === 'index' || c.merged !== undefined) return false;
    let shared = false;
    for (const [u, value] of c.vars)
      if (u >= this.from && 'fixed' in value && (value.extent ?? 1) > 1 && ((ex.vars >>> u) & 1) === 0) shared = true;
    if (!shared) return false;
    let apart = true;
    visitReads(ex, ({ signal }) => (apart &&= signal !== this.target));
    return apart;
  }

  /** The local of `ex` with all variables as they are now; that of the row is at its first lane. */
  get(c: Loops, ex: Ex, bits: LaneBits): number | undefined {
    return this.locals.get(ex)?.get(keyOf(c, ex, bits));
  }

  set(c: Loops, ex: Ex, bits: LaneBits, local: number): void {
    if (this.count >= MOST) return;
    this.count++;
    const list = this.locals.get(ex);
    if (list === undefined) this.locals.set(ex, new Map([[keyOf(c, ex, bits), local]]));
    else list.set(keyOf(c, ex, bits), local);
  }
}

function keyOf(c: Loops, ex: Ex, bits: LaneBits): string {
  let key = `${bits}`;
  for (const [u, value] of [...c.vars].sort(([a], [b]) => a - b)) {
    if (((ex.vars >>> u) & 1) === 0) continue;
    key += 'fixed' in value ? ` ${u}=${value.fixed}` : ` ${u}:${value.local}+${value.plus ?? 0}`;
  }
  return key;
}
