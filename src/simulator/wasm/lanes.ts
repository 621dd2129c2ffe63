/**
 * Vector code for the elements of one loop side by side: which expressions have it, in lanes of which width, and the code.
 *
 * A lane holds the value sign- or zero-extended to the lane where the value is as narrow as the lane, else its low bits:
 * additions, products and bitwise operators need no more of their operands than is asked of the result.
 */
import type { BinaryOp } from '../../circuit/index.js';
import type { Affine } from '../affine.js';
import { type Ex, wrap } from '../elaborated.js';
import { viewOf } from './bytes.js';
import type { EmitContext } from './emit-context.js';
import { fits } from './emit-bits.js';
import { I32, I64, OP, V128 } from './function.js';
import { classOf, storageBytes } from './layout.js';
import { EXTEND_LOW, LANES, type LaneBits, LOAD_WIDER, VECTOR } from './simd.js';

/** More lanes than this in a fold are left to scalar code. */
const MAX_FOLD = 16;

const WIDTHS = [8, 16, 32, 64] as const;

const laneFor = (bits: number): LaneBits | undefined => WIDTHS.find((w) => w >= bits);

const dependsOn = (c: EmitContext, ex: Ex, v: number): boolean =>
  ((c.shared.interner.factsOf(ex).vars >>> v) & 1) === 1;

/** What vector code of one loop knows. */
export interface LaneScope {
  readonly c: EmitContext;
  /** The loop variable whose iterations are the lanes. */
  readonly v: number;
  readonly bits: LaneBits;
  /** Values that are the same in all lanes, and constants, ready in locals. */
  readonly uniform: Map<Ex, number>;
  /** Conditions that are the same in all lanes, as masks in locals. */
  readonly masks: Map<Ex, number>;
  /** Values of this iteration. */
  readonly values: Map<Ex, number>;
}

/** Byte address of lane 0 and bytes of a memory lane, for values that lie in memory lane after lane. */
function laneView(c: EmitContext, ex: Ex, v: number): { readonly bytes: Affine; readonly size: number } | undefined {
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
  return { bytes, size };
}

const MODULAR: ReadonlySet<BinaryOp> = new Set(['add', 'sub', 'addWrap', 'subWrap', 'mul', 'and', 'or', 'xor']);
const COMPARE: ReadonlySet<BinaryOp> = new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge']);

/** Lane bits that the low `demand` bits of `ex` need, or undefined where there is no vector code. */
export function laneNeed(c: EmitContext, ex: Ex, v: number, demand = ex.width): number | undefined {
  const width = Math.min(ex.width, demand);
  if (width > 64) return undefined;
  if (!dependsOn(c, ex, v)) return classOf(ex.width) === 'wide' ? undefined : width;
  const most = (...list: (number | undefined)[]): number | undefined =>
    list.reduce((x, y) => (x === undefined || y === undefined ? undefined : Math.max(x, y)));
  const whole = (e: Ex): number | undefined => laneNeed(c, e, v, e.width);
  switch (ex.op) {
    case 'index':
      return width <= 32 && ex.value.terms.every((t) => t.v !== v || t.table === undefined) ? width : undefined;
    case 'load':
    case 'slice': {
      const view = laneView(c, ex, v);
      if (view !== undefined) return view.size * 8;
      if (ex.op === 'load' || ex.low.terms.length > 0) return undefined;
      return whole(ex.a);
    }
    case 'mux':
      return most(width, whole(ex.cond), laneNeed(c, ex.a, v, demand), laneNeed(c, ex.b, v, demand));
    case 'convert':
      return ex.width >= ex.a.width ? most(width, whole(ex.a)) : most(width, laneNeed(c, ex.a, v, width));
    case 'unary':
      return unaryNeed(c, ex, v, width);
    case 'cat':
      return most(ex.width, ...ex.parts.map(whole));
    case 'fold': {
      if (ex.count > MAX_FOLD) return undefined;
      const ordered = ex.fn === 'max' || ex.fn === 'min';
      if (ordered && ex.body.width === 64 && !ex.body.signed) return undefined;
      const body = ordered ? whole(ex.body) : laneNeed(c, ex.body, v, Math.min(ex.body.width, demand));
      // Extending a lane of the body to the result takes a whole one.
      return most(width, ex.body.width < width ? whole(ex.body) : body);
    }
    case 'binary':
      return binaryNeed(c, ex, v, width);
    default:
      return undefined;
  }
}

function unaryNeed(c: EmitContext, ex: Extract<Ex, { op: 'unary' }>, v: number, width: number): number | undefined {
  const whole = laneNeed(c, ex.a, v);
  if (whole === undefined) return undefined;
  switch (ex.fn) {
    case 'not':
      return ex.a.width >= width ? laneNeed(c, ex.a, v, width) : Math.max(whole, width);
    case 'neg':
    case 'reduceOr':
    case 'reduceAnd':
      return Math.max(whole, width, ex.a.width);
    case 'popcount':
    case 'reduceXor':
      return Math.max(whole, width);
  }
}

function binaryNeed(c: EmitContext, ex: Extract<Ex, { op: 'binary' }>, v: number, width: number): number | undefined {
  const { a, b, fn } = ex;
  const whole = (e: Ex): number | undefined => laneNeed(c, e, v, e.width);
  const both = (x: number | undefined, y: number | undefined): number | undefined =>
    x === undefined || y === undefined ? undefined : Math.max(x, y);
  if (COMPARE.has(fn)) {
    const bits = Math.max(a.width, b.width) + (a.signed === b.signed ? 0 : 1);
    const need = both(both(whole(a), whole(b)), bits);
    if (need === undefined || need > 64) return undefined;
    // Unsigned lanes of 64 bits cannot be compared.
    return bits === 64 && !a.signed && !b.signed && fn !== 'eq' && fn !== 'ne' ? undefined : need;
  }
  if (MODULAR.has(fn)) {
    const operand = (e: Ex): number | undefined => (e.width >= width ? laneNeed(c, e, v, width) : whole(e));
    const need = both(both(operand(a), operand(b)), width);
    return fn === 'mul' && need !== undefined ? Math.max(16, need) : need;
  }
  // A shift by one distance for all lanes that is known and smaller than the value.
  if (b.op !== 'const' || wrap(b.value, b.width, false) >= BigInt(ex.width)) return undefined;
  // Distances count modulo the lane.
  if (fn === 'shl') return both(laneNeed(c, a, v, width), Math.max(width, Number(wrap(b.value, b.width, false)) + 1));
  return both(whole(a), ex.width);
}

/** The lane width for storing `ex` in elements of `width` bits along loop `v`. */
export function laneBits(c: EmitContext, ex: Ex, v: number, width: number): LaneBits | undefined {
  if (width > 64) return undefined;
  const need = laneNeed(c, ex, v, width);
  return need === undefined ? undefined : laneFor(Math.max(need, storageBytes(width) * 8));
}

/** Pushes `ex` as a vector. */
export function pushLanes(s: LaneScope, ex: Ex): void {
  const { f } = s.c;
  const known = s.uniform.get(ex) ?? s.values.get(ex);
  if (known !== undefined) {
    f.get(known);
    return;
  }
  if (!dependsOn(s.c, ex, s.v)) return splat(s, ex);
  fresh(s, ex);
  if ((s.c.uses.get(ex) ?? 0) > 1) {
    const local = f.local(V128);
    f.tee(local);
    s.values.set(ex, local);
  }
}

/** Constant or equal in all lanes. */
function splat(s: LaneScope, ex: Ex): void {
  const { c, bits } = s;
  if (ex.op === 'const') return constant(s, wrap(ex.value, ex.width, ex.signed));
  c.emit.pushAs(c, ex, bits === 64 ? I64 : I32);
  c.f.simd(LANES[bits].splat);
}

function constant(s: LaneScope, value: bigint): void {
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 16; i++) bytes[i] = Number(BigInt.asUintN(8, value >> BigInt((8 * i) % s.bits)));
  s.c.f.simdBytes(VECTOR.const, bytes);
}

/** Collects what is equal in all lanes, so that it is computed before the loop. */
export function prepareUniform(s: LaneScope, root: Ex): void {
  const seen = new Set<Ex>();
  const visit = (ex: Ex): void => {
    if (seen.has(ex) || s.uniform.has(ex)) return;
    seen.add(ex);
    if (!dependsOn(s.c, ex, s.v)) {
      if (classOf(ex.width) === 'wide') return;
      const bound = s.c.shared.interner.factsOf(ex).vars;
      for (let u = 0; u < 31; u++) if ((bound >>> u) & 1 && s.c.vars.get(u) === undefined) return;
      const local = s.c.f.local(V128);
      splat(s, ex);
      s.c.f.set(local);
      s.uniform.set(ex, local);
      return;
    }
    if (ex.op === 'load' || laneView(s.c, ex, s.v) !== undefined) return;
    if (ex.op === 'binary') {
      visit(ex.a);
      if (ex.fn !== 'shl' && ex.fn !== 'shr') visit(ex.b);
      return;
    }
    if (ex.op === 'fold') return;
    for (const e of kids(ex)) visit(e);
    if (ex.op !== 'mux') return;
    const cond = s.uniform.get(ex.cond);
    if (cond === undefined || s.masks.has(ex.cond)) return;
    const local = s.c.f.local(V128);
    s.c.f.get(cond).simd(LANES[s.bits].neg).set(local);
    s.masks.set(ex.cond, local);
  };
  visit(root);
}

function kids(ex: Ex): readonly Ex[] {
  if (ex.op === 'mux') return [ex.cond, ex.a, ex.b];
  if (ex.op === 'cat') return ex.parts;
  return ex.op === 'slice' || ex.op === 'convert' || ex.op === 'unary' ? [ex.a] : [];
}

function fresh(s: LaneScope, ex: Ex): void {
  const { c, bits } = s;
  const { f } = c;
  const ops = LANES[bits];
  switch (ex.op) {
    case 'index':
      return indices(s, ex);
    case 'load':
    case 'slice': {
      const view = laneView(c, ex, s.v);
      if (view !== undefined) return loadLanes(s, view.bytes, view.size * 8, ex.signed);
      if (ex.op === 'load') throw new Error('no vector code for this load');
      pushLanes(s, ex.a);
      if (ex.low.c > 0) f.i32(ex.low.c).simd(ops.shrU);
      return mask(s, ex.width);
    }
    case 'mux': {
      const [noA, noB] = [isZero(ex.a), isZero(ex.b)];
      if (!noA) pushLanes(s, ex.a);
      if (!noB || noA) pushLanes(s, ex.b);
      pushMask(s, ex.cond);
      f.simd(noA ? VECTOR.andNot : noB ? VECTOR.and : VECTOR.bitselect);
      return;
    }
    case 'convert':
      pushLanes(s, ex.a);
      if (!fits(ex.a, ex)) wrapLanes(s, ex.width, ex.signed);
      return;
    case 'unary':
      return unary(s, ex);
    case 'cat': {
      ex.parts.forEach((part, n) => {
        if (n > 0) f.i32(part.width).simd(ops.shl);
        pushLanes(s, part);
        if (part.signed) mask(s, part.width);
        if (n > 0) f.simd(VECTOR.or);
      });
      return;
    }
    case 'fold':
      return fold(s, ex);
    case 'binary':
      return binary(s, ex);
    default:
      throw new Error(`no vector code for ${ex.op}`);
  }
}

/** Keeps the low `width` bits of unsigned lanes. */
function mask(s: LaneScope, width: number): void {
  if (width >= s.bits) return;
  constant(s, (1n << BigInt(width)) - 1n);
  s.c.f.simd(VECTOR.and);
}

function wrapLanes(s: LaneScope, width: number, signed: boolean): void {
  if (width >= s.bits) return;
  if (!signed) return mask(s, width);
  const ops = LANES[s.bits];
  const by = s.bits - width;
  s.c.f.i32(by).simd(ops.shl).i32(by).simd(ops.shrS);
}

function indices(s: LaneScope, ex: Extract<Ex, { op: 'index' }>): void {
  const { c, bits } = s;
  c.pushAffine(ex.value);
  if (bits === 64) c.f.op(OP.i64.extend_s);
  c.f.simd(LANES[bits].splat);
  const step = ex.value.terms.filter((t) => t.v === s.v).reduce((sum, t) => sum + t.k, 0);
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 16; i++) {
    const lane = Math.floor((8 * i) / bits);
    bytes[i] = Number(BigInt.asUintN(8, BigInt(lane * step) >> BigInt((8 * i) % bits)));
  }
  c.f.simdBytes(VECTOR.const, bytes).simd(LANES[bits].add);
  wrapLanes(s, ex.width, ex.signed);
}

/** Loads lanes of `size` bits and widens them. */
function loadLanes(s: LaneScope, bytes: Affine, size: number, signed: boolean): void {
  const { c, bits } = s;
  const offset = c.pushByteAffine(c.folded(bytes));
  const sign = signed ? 's' : 'u';
  if (size === bits) {
    c.f.simdMem(VECTOR.load, offset);
    return;
  }
  if (size > bits) throw new Error('lanes narrower than their memory');
  if (size * 2 === bits) {
    c.f.simdMem(LOAD_WIDER[size as 8 | 16 | 32][sign], offset);
    return;
  }
  c.f.simdMem(VECTOR.load64Zero, offset);
  for (let now = size; now < bits; now *= 2) c.f.simd(EXTEND_LOW[now as 8 | 16 | 32][sign]);
}

const isZero = (ex: Ex): boolean => ex.op === 'const' && wrap(ex.value, ex.width, false) === 0n;

/** Pushes lanes of all ones where the condition holds, else zero. */
function pushMask(s: LaneScope, cond: Ex): void {
  const { f } = s.c;
  const ops = LANES[s.bits];
  const known = s.masks.get(cond);
  if (known !== undefined) {
    f.get(known);
    return;
  }
  if (dependsOn(s.c, cond, s.v) && cond.op === 'binary' && COMPARE.has(cond.fn)) return compareLanes(s, cond);
  pushLanes(s, cond);
  f.simd(ops.neg);
}

function compareLanes(s: LaneScope, ex: Extract<Ex, { op: 'binary' }>): void {
  const ops = LANES[s.bits];
  pushLanes(s, ex.a);
  pushLanes(s, ex.b);
  // Lanes wider than the operands hold unsigned values as positive ones.
  const signed = ex.a.signed || ex.b.signed || s.bits > Math.max(ex.a.width, ex.b.width);
  const name = ex.fn as 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';
  const opcode = name === 'eq' || name === 'ne' ? ops[name] : ops[`${name}${signed ? 'S' : 'U'}`];
  if (opcode === undefined) throw new Error('no such comparison of lanes');
  s.c.f.simd(opcode);
}

function binary(s: LaneScope, ex: Extract<Ex, { op: 'binary' }>): void {
  const { f } = s.c;
  const ops = LANES[s.bits];
  const { a, b, fn } = ex;
  if (COMPARE.has(fn)) {
    compareLanes(s, ex);
    return mask(s, 1);
  }
  pushLanes(s, a);
  if (fn === 'shl' || fn === 'shr') {
    const by = b.op === 'const' ? Number(wrap(b.value, b.width, false)) : 0;
    if (by > 0) f.i32(by).simd(fn === 'shl' ? ops.shl : a.signed ? ops.shrS : ops.shrU);
    if (fn === 'shl') wrapLanes(s, ex.width, ex.signed);
    return;
  }
  pushLanes(s, b);
  switch (fn) {
    case 'add':
    case 'addWrap':
      f.simd(ops.add);
      break;
    case 'sub':
    case 'subWrap':
      f.simd(ops.sub);
      break;
    case 'mul':
      if (ops.mul === undefined) throw new Error('no product of such lanes');
      f.simd(ops.mul);
      break;
    case 'and':
    case 'or':
    case 'xor':
      f.simd(VECTOR[fn]);
      return;
    default:
      throw new Error(`${fn} is handled above`);
  }
  const grown =
    fn === 'mul' ? ex.width >= a.width + b.width : !fn.endsWith('Wrap') && ex.width > Math.max(a.width, b.width);
  if (!grown) wrapLanes(s, ex.width, ex.signed);
}

function unary(s: LaneScope, ex: Extract<Ex, { op: 'unary' }>): void {
  const { f } = s.c;
  const ops = LANES[s.bits];
  pushLanes(s, ex.a);
  switch (ex.fn) {
    case 'not':
      f.simd(VECTOR.not);
      if (!ex.signed) mask(s, ex.width);
      return;
    case 'neg':
      f.simd(ops.neg);
      if (ex.width <= ex.a.width) wrapLanes(s, ex.width, ex.signed);
      return;
    case 'reduceOr':
      constant(s, 0n);
      f.simd(ops.ne);
      return mask(s, 1);
    case 'reduceAnd':
      if (ex.a.signed) mask(s, ex.a.width);
      constant(s, (1n << BigInt(ex.a.width)) - 1n);
      f.simd(ops.eq);
      return mask(s, 1);
    case 'popcount':
    case 'reduceXor':
      if (ex.a.signed) mask(s, ex.a.width);
      f.simd(VECTOR.popcount8);
      if (s.bits >= 16) f.simd(VECTOR.pairs8to16U);
      if (s.bits >= 32) f.simd(VECTOR.pairs16to32U);
      if (s.bits === 64) {
        const halves = f.local(V128);
        f.tee(halves).i32(32).simd(ops.shrU).get(halves);
        constant(s, 0xffffffffn);
        f.simd(VECTOR.and).simd(ops.add);
      }
      if (ex.fn === 'reduceXor') mask(s, 1);
  }
}

/** Lane by lane over the elements of a short vector. */
function fold(s: LaneScope, ex: Extract<Ex, { op: 'fold' }>): void {
  const { c } = s;
  const { f } = c;
  const ops = LANES[s.bits];
  const { fn, body } = ex;
  const before = c.vars.get(ex.v);
  const [sum, next] = [f.local(V128), f.local(V128)];
  for (let i = 0; i < ex.count; i++) {
    c.vars.set(ex.v, { fixed: i });
    c.scoped(() => pushLanes({ ...s, values: new Map() }, body));
    if (i === 0) {
      f.set(sum);
      continue;
    }
    if (fn === 'sum') f.get(sum).simd(ops.add);
    else if (fn === 'max' || fn === 'min') {
      f.set(next).get(next).get(sum).get(next).get(sum);
      const signed = body.signed || s.bits > body.width;
      const opcode = fn === 'max' ? (signed ? ops.gtS : ops.gtU) : signed ? ops.ltS : ops.ltU;
      if (opcode === undefined) throw new Error('no such comparison of lanes');
      f.simd(opcode).simd(VECTOR.bitselect);
    } else f.get(sum).simd(VECTOR[fn]);
    f.set(sum);
  }
  if (before === undefined) c.vars.delete(ex.v);
  else c.vars.set(ex.v, before);
  f.get(sum);
  if (fn === 'sum' && ex.width < body.width + Math.ceil(Math.log2(ex.count))) wrapLanes(s, ex.width, ex.signed);
}
