/**
 * Shifts by counts of which every lane has its own. Vectors shift all their lanes by one distance, and mostly all counts of
 * a row are equal: whether they are is decided when the row runs, and with equal ones the count of the first lane serves all.
 */
import type { Affine } from '../affine.js';
import { type Ex, isAffine } from '../elaborated.js';
import type { Expressions } from '../expressions.js';
import { children } from '../walk.js';
import type { EmitContext } from './emit-context.js';
import { type LanePlan, planLanes, planMask } from './lane-plan.js';
import { LaneCode } from './lanes.js';
import { withOperands } from './rewrite.js';
import { VECTOR } from './simd.js';

/** Longer rows would have too much code for the comparisons. */
const MOST_LANES = 128;

export interface EqualCounts {
  /** The value where counts are equal. */
  readonly value: Ex;
  readonly plan: LanePlan;
  /** True in lanes whose count is not that of the first one. */
  readonly differ: readonly LanePlan[];
}

/** Vector code for `value` where the counts of its shifts are equal in `count` lanes of loop `v`. */
export function equalCounts(
  c: EmitContext,
  value: Ex,
  v: number,
  count: number,
  width: number,
): EqualCounts | undefined {
  const x = c.shared.interner;
  const shifts = shiftsByLane(value, v);
  if (shifts.size === 0 || count > MOST_LANES) return undefined;
  const first = new Map<Ex, Ex>();
  const differ: LanePlan[] = [];
  const toFirst = firstLane(x, v);
  for (const by of shifts) {
    const one = toFirst(by);
    const plan = planMask(c, x.binary('ne', by, one, 1, false), v, 8);
    if (plan === undefined) return undefined;
    first.set(by, one);
    differ.push(plan);
  }
  const equal = replacing(x, (e) => {
    const one = isShift(e) ? first.get(e.b) : undefined;
    return one === undefined || !isShift(e) ? e : x.binary(e.fn, e.a, one, e.width, e.signed);
  })(value);
  const plan = planLanes(c, equal, v, width);
  return plan === undefined ? undefined : { value: equal, plan, differ };
}

/** Counts of shifts that are not the same in all lanes; what folds compute is left alone. */
function shiftsByLane(value: Ex, v: number): ReadonlySet<Ex> {
  const found = new Set<Ex>();
  const seen = new Set<Ex>();
  const visit = (e: Ex): void => {
    if (seen.has(e) || e.op === 'fold' || e.op === 'pack') return;
    seen.add(e);
    if (isShift(e) && (e.b.vars >>> v) & 1) found.add(e.b);
    for (const child of children(e)) visit(child);
  };
  visit(value);
  return found;
}

const isShift = (e: Ex): e is Extract<Ex, { op: 'binary' }> => e.op === 'binary' && (e.fn === 'shl' || e.fn === 'shr');

/** Expressions with `rule` applied to them and their operands, before their operands are looked at. */
function replacing(x: Expressions, rule: (ex: Ex) => Ex): (ex: Ex) => Ex {
  const done = new Map<Ex, Ex>();
  const go = (ex: Ex): Ex => {
    const known = done.get(ex);
    if (known !== undefined) return known;
    const out = withOperands(x, rule(ex), go);
    done.set(ex, out);
    return out;
  };
  return go;
}

/** Expressions as they are in the first iteration of loop `v`. */
function firstLane(x: Expressions, v: number): (ex: Ex) => Ex {
  const at = (a: Affine): Affine => ({
    c: a.terms.reduce((sum, t) => sum + (t.v === v ? t.k * (t.table?.[0] ?? 0) : 0), a.c),
    terms: a.terms.filter((t) => t.v !== v),
  });
  return replacing(x, (e) => {
    if (((e.vars >>> v) & 1) === 0) return e;
    switch (e.op) {
      case 'index':
        return x.index(at(e.value), e.width, e.signed);
      case 'load':
        return x.load(
          e.signal,
          e.index.map((i) => (isAffine(i) ? at(i) : i)),
          e.width,
          e.signed,
        );
      case 'slice':
        return x.slice(e.a, at(e.low), e.width, e.signed);
      default:
        return e;
    }
  });
}

/** Pushes whether the counts of a row of `count` lanes differ. */
export function pushDiffer(c: EmitContext, { differ }: EqualCounts, count: number): void {
  const { f } = c;
  c.scoped(() => {
    let some = false;
    for (const plan of differ) {
      const bits = plan.nodes.get(plan.root)?.bits ?? 8;
      const lanes = 128 / bits;
      const code = new LaneCode(c, plan);
      code.begin(count, (lane) => void c.vars.set(plan.v, { fixed: lane }));
      for (let at = 0; at < count; at += lanes) {
        code.pushMask(plan.root, bits, at / lanes);
        if (count - at < lanes) f.simdBytes(VECTOR.const, bytesOf(((count - at) * bits) / 8)).simd(VECTOR.and);
        if (some) f.simd(VECTOR.or);
        some = true;
      }
      c.vars.delete(plan.v);
    }
    f.simd(VECTOR.anyTrue);
  });
}

const bytesOf = (count: number): Uint8Array => new Uint8Array(16).fill(255, 0, count);
