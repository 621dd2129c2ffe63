/**
 * Which expressions have vector code over the iterations of one loop, in lanes of which width each of them is computed,
 * and how many of its bits anybody asks for.
 *
 * A lane holds the value sign- or zero-extended where all of it is asked for, else its low bits: additions, products and
 * bitwise operators need no more of their operands than is asked of the result. Every value has lanes as narrow as it can;
 * whoever reads it in others converts it. Conditions are lanes of all ones or zero rather than numbers.
 */
import type { BinaryOp } from '../../circuit/index.js';
import type { Affine } from '../affine.js';
import { type Ex, wrap } from '../elaborated.js';
import { fits } from './emit-bits.js';
import { viewOf } from './bytes.js';
import type { EmitContext } from './emit-context.js';
import { classOf, storageBytes } from './layout.js';
import type { LaneBits } from './simd.js';

/** More lanes than this in a fold are left to scalar code. */
const MAX_FOLD = 16;

/** Instead of a number of low bits: the value as it is, extended to its lane. */
export const FULL = 99;

const WIDTHS = [8, 16, 32, 64] as const;

const laneFor = (bits: number): LaneBits | undefined => WIDTHS.find((w) => w >= bits);

export interface LaneNode {
  /** Lanes in which it is computed. */
  readonly bits: LaneBits;
  /** Bits of it that somebody asks for. */
  readonly low: number;
  /** Computed as lanes of all ones or zero. */
  readonly mask: boolean;
  /** It is what this one is, in the bits that are asked for. */
  readonly alias?: Ex;
  /** Where it lies in memory lane after lane: byte address of lane 0. */
  readonly view?: Affine;
  /** Asked for more than once. */
  readonly shared: boolean;
}

/** A value that is the same in all lanes, in lanes of this width, as a number or all ones or zero. */
export interface Uniform {
  readonly ex: Ex;
  readonly bits: LaneBits;
  readonly mask: boolean;
}

export interface LanePlan {
  /** The loop variable whose iterations are the lanes. */
  readonly v: number;
  readonly root: Ex;
  readonly nodes: ReadonlyMap<Ex, LaneNode>;
  readonly uniform: readonly Uniform[];
  /** Counts of shifts that are the same in all lanes. */
  readonly counts: readonly Ex[];
  /** Narrowest and widest lanes. */
  readonly least: LaneBits;
  readonly most: LaneBits;
}

export const COMPARE: ReadonlySet<BinaryOp> = new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge']);
const BITWISE: ReadonlySet<BinaryOp> = new Set(['and', 'or', 'xor']);

export const isBit = (ex: Ex): boolean => ex.width === 1 && !ex.signed;

const variesWith = (ex: Ex, v: number): boolean => ((ex.vars >>> v) & 1) === 1;

/** The distance of a shift by a constant. */
export const distanceOf = (b: Ex): number | undefined =>
  b.op === 'const' ? Number(wrap(b.value, Math.min(b.width, 31), false)) : undefined;

/** Whether the result of an addition, subtraction or multiplication always fits its width. */
export function isExact({ a, b, fn, width, signed }: Extract<Ex, { op: 'binary' }>): boolean {
  if (!signed && (a.signed || b.signed || fn === 'sub' || fn === 'subWrap')) return false;
  if (fn === 'mul') return width >= a.width + b.width + (signed && !a.signed && !b.signed ? 1 : 0);
  const bits = (e: Ex): number => e.width + (signed && !e.signed ? 1 : 0);
  return width > Math.max(bits(a), bits(b));
}

/** Whether the result of `not` or `neg` on an extended value is the extended result. */
export const isExactUnary = ({ a, fn, width, signed }: Extract<Ex, { op: 'unary' }>): boolean =>
  signed && (fn === 'not' && a.signed ? width >= a.width : width > a.width);

/** Byte address of lane 0, for values that lie in memory lane after lane. */
function viewAlong(c: EmitContext, ex: Ex, v: number): Affine | undefined {
  if (ex.op !== 'load' && ex.op !== 'slice') return undefined;
  if (classOf(ex.width) === 'wide') return undefined;
  const size = storageBytes(ex.width);
  if (ex.op === 'slice' && size * 8 !== ex.width) return undefined;
  const before = c.vars.get(v);
  c.vars.delete(v);
  const bytes = viewOf(c, ex);
  if (before !== undefined) c.vars.set(v, before);
  const terms = bytes?.terms.filter((t) => t.v === v) ?? [];
  const [term] = terms;
  if (bytes === undefined || terms.length !== 1 || term?.k !== size || term.table !== undefined) return undefined;
  return bytes;
}

/** What is known of an expression before its own lanes are chosen. */
interface Wanted {
  low: number;
  uses: number;
  /** The narrowest lanes of those who ask. */
  lanes: LaneBits;
  /** Somebody has wider ones. */
  most: LaneBits;
}

type Shape = Pick<LaneNode, 'bits'> & Partial<LaneNode>;

class Planner {
  private readonly wanted = new Map<Ex, Wanted>();
  private readonly nodes = new Map<Ex, LaneNode>();
  private readonly uniform = new Map<string, Uniform>();
  private readonly counts = new Set<Ex>();
  private readonly conditions = new Map<Ex, LaneBits>();
  private least: LaneBits;
  private most: LaneBits;

  constructor(
    private readonly c: EmitContext,
    private readonly v: number,
    stored: LaneBits,
  ) {
    this.least = this.most = stored;
  }

  plan(root: Ex, stored: LaneBits, low: number, mask = false): LanePlan | undefined {
    this.want(root, low, stored, mask);
    for (const ex of this.inOrder(root)) {
      const wanted = this.wanted.get(ex);
      // An operand of which no bit is asked for.
      if (wanted === undefined) continue;
      const shape = this.shapeOf(ex, wanted);
      if (shape === undefined) return undefined;
      const { bits } = shape;
      if (bits < this.least) this.least = bits;
      if (bits > this.most) this.most = bits;
      const shared = wanted.uses > 1 || wanted.most > bits;
      this.nodes.set(ex, { mask: false, shared, ...shape, low: wanted.low });
    }
    const { v, nodes, least, most } = this;
    return { v, root, nodes, uniform: [...this.uniform.values()], counts: [...this.counts], least, most };
  }

  /** Lanes for a condition made of conditions: those of its operands, unless who asks has narrower ones. */
  private conditionLanes(ex: Ex, { lanes }: Wanted): LaneBits {
    const own = this.widestCondition(ex);
    return own < lanes ? own : lanes;
  }

  private widestCondition(ex: Ex): LaneBits {
    const known = this.conditions.get(ex);
    if (known !== undefined) return known;
    let own: LaneBits = 8;
    if (variesWith(ex, this.v)) {
      const view = viewAlong(this.c, ex, this.v);
      const widest = (list: readonly Ex[]): LaneBits =>
        laneFor(list.reduce((most, e) => Math.max(most, e.width), 1)) ?? 64;
      if (view !== undefined) own = (storageBytes(ex.width) * 8) as LaneBits;
      else if (ex.op === 'slice') own = ex.low.terms.length === 0 ? (laneFor(ex.low.c + 1) ?? 64) : 64;
      else if (ex.op === 'binary' && COMPARE.has(ex.fn)) own = widest([ex.a, ex.b]);
      else if (ex.op === 'unary' && ex.fn !== 'not') own = widest([ex.a]);
      else for (const e of this.operands(ex)) own = Math.max(own, this.widestCondition(e)) as LaneBits;
    }
    this.conditions.set(ex, own);
    return own;
  }

  /** What varies, every expression before its operands. */
  private inOrder(root: Ex): Ex[] {
    const order: Ex[] = [];
    const seen = new Set<Ex>();
    const visit = (ex: Ex): void => {
      if (seen.has(ex) || !variesWith(ex, this.v)) return;
      seen.add(ex);
      for (const e of this.operands(ex)) visit(e);
      order.push(ex);
    };
    visit(root);
    return order.reverse();
  }

  private operands(ex: Ex): readonly Ex[] {
    switch (ex.op) {
      case 'slice':
        return viewAlong(this.c, ex, this.v) === undefined ? [ex.a] : [];
      case 'convert': {
        const top = topOf(ex);
        return top === undefined ? [ex.a] : [ex.a, top.a];
      }
      case 'unary':
        return [ex.a];
      case 'mux':
        return [ex.cond, ex.a, ex.b];
      case 'binary':
        return [ex.a, ex.b];
      case 'cat':
        return ex.parts;
      case 'fold':
        return [ex.body];
      default:
        return [];
    }
  }

  /** Somebody asks for the low bits of `ex`, or all of it, in lanes of `bits`. */
  private want(ex: Ex, low: number, bits: LaneBits, mask = false, uses = 1, most = bits): boolean {
    if (!variesWith(ex, this.v)) {
      if (classOf(ex.width) === 'wide') return false;
      this.uniform.set(`${ex.id} ${bits} ${mask}`, { ex, bits, mask });
      return true;
    }
    const now = this.wanted.get(ex);
    if (now === undefined) this.wanted.set(ex, { low, uses, lanes: bits, most });
    else {
      now.low = Math.max(now.low, low);
      now.uses += uses;
      if (bits < now.lanes) now.lanes = bits;
      if (most > now.most) now.most = most;
    }
    return true;
  }

  /** Asks for bits of `ex` as those of a number that goes on above. */
  private need(ex: Ex, bits: number, lanes: LaneBits): boolean {
    return this.want(ex, bits <= ex.width ? bits : FULL, lanes);
  }

  private shapeOf(ex: Ex, wanted: Wanted): Shape | undefined {
    const full = wanted.low === FULL;
    const width = full ? ex.width : Math.min(ex.width, wanted.low);
    const bits = laneFor(width);
    if (bits === undefined) return undefined;
    switch (ex.op) {
      case 'index': {
        const own = laneFor(ex.width);
        const plain = ex.width <= 32 && ex.value.terms.every((t) => t.v !== this.v || t.table === undefined);
        return plain && own !== undefined ? { bits: own } : undefined;
      }
      case 'load':
      case 'slice': {
        const view = viewAlong(this.c, ex, this.v);
        if (view !== undefined) return { bits: (storageBytes(ex.width) * 8) as LaneBits, view };
        return ex.op === 'load' ? undefined : this.slice(ex, width, full);
      }
      case 'mux': {
        const both = isBit(ex) && isBit(ex.a) && isBit(ex.b);
        const own = both ? this.conditionLanes(ex, wanted) : bits;
        const arm = (e: Ex): boolean => (both || full ? this.want(e, FULL, own, both) : this.need(e, width, own));
        return this.want(ex.cond, FULL, own, true) && arm(ex.a) && arm(ex.b) ? { bits: own, mask: both } : undefined;
      }
      case 'convert':
        return this.convert(ex, width, full, bits, wanted);
      case 'unary':
        return this.unary(ex, width, full, bits, wanted);
      case 'cat': {
        if (ex.signed) return undefined;
        let at = ex.width;
        for (const part of ex.parts) {
          at -= part.width;
          const low = !full && at + part.width >= width ? width - at : FULL;
          if (at < width && !isZero(part) && !this.want(part, low, bits)) return undefined;
        }
        return { bits };
      }
      case 'fold': {
        if (ex.count > MAX_FOLD) return undefined;
        const own = laneFor(Math.max(width, ex.body.width));
        const ordered = ex.fn === 'max' || ex.fn === 'min';
        if (own === undefined || (ordered && ex.body.width === 64 && !ex.body.signed)) return undefined;
        return this.want(ex.body, FULL, own) ? { bits: own } : undefined;
      }
      case 'binary':
        return this.binary(ex, width, full, bits, wanted);
      default:
        return undefined;
    }
  }

  private slice(ex: Extract<Ex, { op: 'slice' }>, width: number, full: boolean): Shape | undefined {
    if (ex.low.terms.length > 0 || ex.signed) return undefined;
    const from = ex.low.c;
    // Of a signed number as bits nothing is known above them.
    if (from + width > ex.a.width) return undefined;
    const least = laneFor(Math.min(from + width, ex.a.width));
    if (least === undefined) return undefined;
    const there = viewAlong(this.c, ex.a, this.v) === undefined ? least : storageBytes(ex.a.width) * 8;
    const bits = Math.max(least, there) as LaneBits;
    // Zero-extended numbers have nothing above the highest bit.
    const whole = full && !ex.a.signed && from + width === ex.a.width;
    return this.want(ex.a, whole ? FULL : from + width, bits) ? { bits, mask: ex.width === 1 } : undefined;
  }

  private convert(
    ex: Extract<Ex, { op: 'convert' }>,
    width: number,
    full: boolean,
    bits: LaneBits,
    { lanes, uses, most }: Wanted,
  ): Shape | undefined {
    const { a } = ex;
    if (full && !fits(a, ex)) {
      const from = topOf(ex);
      if (from !== undefined) {
        const own = laneFor(from.a.width);
        return own !== undefined && this.want(from.a, FULL, own) ? { bits: own } : undefined;
      }
      return this.need(a, ex.width, bits) ? { bits } : undefined;
    }
    const low = full || width > a.width ? FULL : width;
    return this.want(a, low, lanes, false, uses, most) ? { bits: lanes, alias: a } : undefined;
  }

  private unary(
    ex: Extract<Ex, { op: 'unary' }>,
    width: number,
    full: boolean,
    bits: LaneBits,
    wanted: Wanted,
  ): Shape | undefined {
    const { a } = ex;
    switch (ex.fn) {
      case 'not': {
        if (isBit(ex) && isBit(a)) {
          const lanes = this.conditionLanes(ex, wanted);
          return this.want(a, FULL, lanes, true) ? { bits: lanes, mask: true } : undefined;
        }
        return this.negated(ex, width, full, bits);
      }
      case 'neg':
        return this.negated(ex, width, full, bits);
      case 'reduceOr':
      case 'reduceAnd': {
        const own = laneFor(a.width);
        if (own === undefined || !isBit(ex)) return undefined;
        return this.want(a, FULL, own) ? { bits: own, mask: true } : undefined;
      }
      case 'popcount':
      case 'reduceXor': {
        const own = laneFor(Math.max(a.width, ex.width));
        return own !== undefined && this.want(a, FULL, own) ? { bits: own } : undefined;
      }
    }
  }

  private negated(ex: Extract<Ex, { op: 'unary' }>, width: number, full: boolean, bits: LaneBits): Shape | undefined {
    const ok = full && isExactUnary(ex) ? this.want(ex.a, FULL, bits) : this.need(ex.a, width, bits);
    return ok ? { bits } : undefined;
  }

  private binary(
    ex: Extract<Ex, { op: 'binary' }>,
    width: number,
    full: boolean,
    bits: LaneBits,
    wanted: Wanted,
  ): Shape | undefined {
    const { a, b, fn } = ex;
    if (COMPARE.has(fn)) {
      const need = Math.max(a.width, b.width) + (a.signed === b.signed ? 0 : 1);
      const own = laneFor(need);
      if (own === undefined || !isBit(ex)) return undefined;
      // Unsigned lanes of 64 bits cannot be compared.
      if (need === 64 && !a.signed && !b.signed && fn !== 'eq' && fn !== 'ne') return undefined;
      return this.want(a, FULL, own) && this.want(b, FULL, own) ? { bits: own, mask: true } : undefined;
    }
    if (BITWISE.has(fn)) {
      if (isBit(ex) && isBit(a) && isBit(b)) {
        const lanes = this.conditionLanes(ex, wanted);
        const ok = this.want(a, FULL, lanes, true) && this.want(b, FULL, lanes, true);
        return ok ? { bits: lanes, mask: true } : undefined;
      }
      const ok = full
        ? this.want(a, FULL, bits) && this.want(b, FULL, bits)
        : this.need(a, width, bits) && this.need(b, width, bits);
      return ok ? { bits } : undefined;
    }
    if (fn === 'shl' || fn === 'shr') return this.shift(ex, width, full, bits);
    const exact = full && isExact(ex);
    if (fn === 'mul') {
      const own = Math.max(16, bits) as LaneBits;
      const half = own === 16 ? undefined : longProduct(a, b, own);
      if (half !== undefined) return this.want(a, FULL, half) && this.want(b, FULL, half) ? { bits: own } : undefined;
      const ok = exact
        ? this.want(a, FULL, own) && this.want(b, FULL, own)
        : this.need(a, width, own) && this.need(b, width, own);
      return ok ? { bits: own } : undefined;
    }
    const ok = exact
      ? this.want(a, FULL, bits) && this.want(b, FULL, bits)
      : this.need(a, width, bits) && this.need(b, width, bits);
    return ok ? { bits } : undefined;
  }

  private shift(ex: Extract<Ex, { op: 'binary' }>, width: number, full: boolean, bits: LaneBits): Shape | undefined {
    const { a, b, fn } = ex;
    if (a.width !== ex.width || a.signed !== ex.signed) return undefined;
    const by = distanceOf(b);
    if (by === undefined) {
      // By one distance for all lanes.
      if (variesWith(b, this.v) || b.signed || b.width > 30) return undefined;
      this.counts.add(b);
    } else if (by >= ex.width) return undefined;
    if (fn === 'shl') return this.need(a, Math.max(1, width - (by ?? 0)), bits) ? { bits } : undefined;
    if (!full && by !== undefined && by + width <= a.width) {
      const own = laneFor(by + width);
      return own !== undefined && this.want(a, by + width, own) ? { bits: own } : undefined;
    }
    const own = laneFor(a.width);
    return own !== undefined && this.want(a, FULL, own) ? { bits: own } : undefined;
  }
}

export const isZero = (ex: Ex): boolean => ex.op === 'const' && wrap(ex.value, ex.width, false) === 0n;

/** The upper part of a signed number as a signed number: an arithmetic shift. */
export function topOf(ex: Extract<Ex, { op: 'convert' }>): { readonly a: Ex; readonly by: number } | undefined {
  const { a } = ex;
  if (a.op !== 'slice' || !ex.signed || a.width !== ex.width || !a.a.signed || a.low.terms.length > 0) return undefined;
  return a.low.c + a.width === a.a.width ? { a: a.a, by: a.low.c } : undefined;
}

/** Lanes of operands whose product takes twice as wide ones; undefined where operands are not that narrow. */
export function longProduct(a: Ex, b: Ex, bits: LaneBits): LaneBits | undefined {
  const half = bits / 2;
  const signed = (e: Ex): boolean => e.width <= half - (e.signed ? 0 : 1);
  const unsigned = (e: Ex): boolean => !e.signed && e.width <= half;
  return (signed(a) && signed(b)) || (unsigned(a) && unsigned(b)) ? (half as LaneBits) : undefined;
}

/** Vector code that stores `ex` in elements of `width` bits along loop `v`; undefined where there is none. */
export function planLanes(c: EmitContext, ex: Ex, v: number, width: number): LanePlan | undefined {
  const stored = (storageBytes(width) * 8) as LaneBits;
  return new Planner(c, v, stored).plan(ex, stored, stored === width && ex.width >= width ? width : FULL);
}

/** Vector code for a condition, in lanes of all ones or zero. */
export function planMask(c: EmitContext, ex: Ex, v: number, bits: LaneBits): LanePlan | undefined {
  return new Planner(c, v, bits).plan(ex, bits, FULL, true);
}
