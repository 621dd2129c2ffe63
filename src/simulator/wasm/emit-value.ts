/**
 * Code for values of at most 64 bits: an i32 up to 32 bits, an i64 above, kept zero- or sign-extended. Masks appear only
 * where an operator drops bits.
 */
import type { BinaryOp } from '../../circuit/index.js';
import type { Affine } from '../affine.js';
import { type Ex, isAffine, strides, wrap } from '../elaborated.js';
import { type DynamicAddress, type EmitContext, type Operations, typeOf } from './emit-context.js';
import { fits, maskTo, shiftConst, wrapTop } from './emit-bits.js';
import { foldValue, packValue } from './emit-lanes.js';
import { wideAddress, wideCompare, wideReduce, wideSlice, wideInto } from './emit-wide.js';
import { I32, I64, OP, type ValType } from './function.js';
import { classOf, limbsOf } from './layout.js';

/** Pushes the value of `ex`, of its own class; at most 64 bits. */
export function pushValue(c: EmitContext, ex: Ex): void {
  const known = c.cached(ex);
  if (known !== undefined && 'local' in known && !('address' in known)) {
    c.f.get(known.local);
    return;
  }
  pushFresh(c, ex);
  if ((c.uses.get(ex) ?? 0) > 1 && ex.op !== 'const' && !isFixedLoad(ex)) {
    const local = c.f.local(typeOf(ex.width));
    c.f.tee(local);
    c.remember(ex, { local });
  }
}

/** A load from a constant address: loading again costs less than keeping a register for it. */
function isFixedLoad(ex: Ex): boolean {
  if (ex.op !== 'load') return false;
  if (ex.index.length > 0) for (const i of ex.index) if (!isAffine(i) || i.terms.length > 0) return false;
  return true;
}

/** Pushes `ex` as an i32 or i64 of the same number, whatever its own class; wider values lose their upper bits. */
export function pushAs(c: EmitContext, ex: Ex, type: ValType): void {
  if (classOf(ex.width) === 'wide') {
    const offset = c.pushBase(wideAddress(c, ex));
    c.f.mem(type === I32 ? 'i32_load' : 'i64_load', offset);
    return;
  }
  if (ex.op === 'const' && !c.cached(ex)) return pushConst(c, ex, type);
  pushValue(c, ex);
  const own = typeOf(ex.width);
  if (own === I32 && type === I64) c.f.op(ex.signed ? OP.i64.extend_s : OP.i64.extend_u);
  if (own === I64 && type === I32) c.f.op(OP.i32.wrap);
}

const LOW_BITS: ReadonlySet<BinaryOp> = new Set(['add', 'sub', 'addWrap', 'subWrap', 'mul', 'and', 'or', 'xor']);

/** Pushes an i32 with the low 32 bits of `ex`, which is not computed in full where its operator needs no more. */
function pushLow(c: EmitContext, ex: Ex): void {
  const narrow = ex.op === 'binary' && LOW_BITS.has(ex.fn) && classOf(ex.width) === 'i64' && c.cached(ex) === undefined;
  if (!narrow || ex.op !== 'binary' || (c.uses.get(ex) ?? 0) > 1) return pushAs(c, ex, I32);
  const { a, b } = ex;
  pushLow(c, a);
  pushLow(c, b);
  const name = ex.fn === 'addWrap' ? 'add' : ex.fn === 'subWrap' ? 'sub' : (ex.fn as 'add' | 'sub' | 'mul' | 'and');
  c.f.op(OP.i32[name]);
}

function pushConst(c: EmitContext, ex: Extract<Ex, { op: 'const' }>, type: ValType): void {
  const value = wrap(ex.value, ex.width, ex.signed);
  if (type === I32) c.f.i32(Number(BigInt.asIntN(32, value)));
  else c.f.i64(value);
}

/** Pushes the unsigned bits of `ex` as `type`. */
export function pushBits(c: EmitContext, ex: Ex, type: ValType): void {
  pushAs(c, ex, type);
  if (ex.signed) maskTo(c, ex.width, type);
}

function pushFresh(c: EmitContext, ex: Ex): void {
  const { f } = c;
  const type = typeOf(ex.width);
  switch (ex.op) {
    case 'const':
      return pushConst(c, ex, type);
    case 'index':
      c.pushAffine(ex.value);
      if (type === I64) f.op(OP.i64.extend_s);
      return wrapTop(c, ex.width, ex.signed, type);
    case 'load':
      return pushLoad(c, ex);
    case 'slice':
      return pushSlice(c, ex);
    case 'mux':
      return pushMux(c, ex, type);
    case 'binary':
      return pushBinary(c, ex, type);
    case 'unary':
      return pushUnary(c, ex, type);
    case 'convert': {
      const { a } = ex;
      if (type === I32) pushLow(c, a);
      else pushAs(c, a, type);
      if (!fits(a, ex)) wrapTop(c, ex.width, ex.signed, type);
      return;
    }
    case 'cat': {
      ex.parts.forEach((part, n) => {
        if (n > 0) shiftConst(c, 'shl', part.width, type);
        pushBits(c, part, type);
        if (n > 0) f.op(type === I32 ? OP.i32.or : OP.i64.or);
      });
      return;
    }
    case 'fold':
      return foldValue(c, ex, type);
    case 'pack':
      return packValue(c, ex, type);
  }
}

/** The address of an element with run-time indices. */
export function dynamicAddress(c: EmitContext, ex: Extract<Ex, { op: 'load' }>): DynamicAddress {
  const { f } = c;
  const signal = c.signal(ex.signal);
  const { stride } = c.slot(ex.signal);
  const step = strides(signal.dims);
  const fixed = ex.index.map((i) => (isAffine(i) ? i : { c: 0, terms: [] }));
  const checks: number[] = [];
  const parts: { index: number; size: number }[] = [];
  ex.index.forEach((i, d) => {
    if (isAffine(i)) return;
    const extent = signal.dims[d] ?? 1;
    const index = f.local(I32);
    pushSaturated(c, i.at);
    f.set(index);
    if (i.at.signed || i.at.width > 30 || 2 ** i.at.width > extent) {
      const ok = f.local(I32);
      f.get(index).i32(extent).op(OP.i32.lt_u).set(ok);
      checks.push(ok);
      f.get(index).i32(0).get(ok).select().set(index);
    }
    parts.push({ index, size: stride * (step[d] ?? 0) });
  });
  c.pushAffine(c.byteAffine(ex.signal, fixed));
  for (const { index, size } of parts) {
    f.get(index);
    if (size !== 1) f.i32(size).op(OP.i32.mul);
    f.op(OP.i32.add);
  }
  const address = f.local(I32);
  f.set(address);
  const [first] = checks;
  if (first === undefined) return { address };
  checks.forEach((ok, n) => {
    f.get(ok);
    if (n > 0) f.op(OP.i32.and);
  });
  const inRange = f.local(I32);
  f.set(inRange);
  return { address, inRange };
}

const NO_INDEX: readonly Affine[] = [];

function pushLoad(c: EmitContext, ex: Extract<Ex, { op: 'load' }>): void {
  const { f } = c;
  if (ex.index.length === 0) return c.load(ex.width, ex.signed, c.pushElement(ex.signal, NO_INDEX));
  const affine = ex.index.filter(isAffine);
  if (affine.length === ex.index.length) {
    return c.load(ex.width, ex.signed, c.pushElement(ex.signal, affine));
  }
  const { address, inRange } = dynamicAddress(c, ex);
  f.get(address);
  c.load(ex.width, ex.signed, 0);
  if (inRange === undefined) return;
  if (typeOf(ex.width) === I32) f.i32(0);
  else f.i64(0n);
  f.get(inRange).select();
}

/** Pushes an i32 that is the unsigned value of `ex`, at most 2^31 - 1. */
export function pushSaturated(c: EmitContext, ex: Ex): void {
  const { f } = c;
  if (classOf(ex.width) === 'wide') {
    const at = wideAddress(c, ex);
    c.pushAddress(at);
    f.i32(limbsOf(ex.width)).call(c.shared.helpers.saturate);
    return;
  }
  if (ex.width < 32) return pushBits(c, ex, I32);
  const local = f.local(I64);
  pushBits(c, ex, I64);
  f.tee(local).op(OP.i32.wrap).i32(0x7fffffff).get(local).i64(0x7fffffffn).op(OP.i64.lt_u).select();
}

function pushSlice(c: EmitContext, ex: Extract<Ex, { op: 'slice' }>): void {
  if (classOf(ex.a.width) === 'wide') return wideSlice(c, ex);
  const { f } = c;
  const from = typeOf(ex.a.width);
  pushAs(c, ex.a, from);
  const low = c.folded(ex.low);
  if (low.terms.length === 0) shiftConst(c, 'shr_u', low.c, from);
  else {
    c.pushAffine(low);
    if (from === I64) f.op(OP.i64.extend_u);
    f.op(from === I32 ? OP.i32.shr_u : OP.i64.shr_u);
  }
  const to = typeOf(ex.width);
  if (from === I64 && to === I32) f.op(OP.i32.wrap);
  const top = low.terms.length === 0 && low.c + ex.width === ex.a.width && !ex.a.signed;
  if (!top) maskTo(c, ex.width, to);
}

/** Arms that cost more than this are computed only when chosen. */
const SELECT_COST = 14;

function pushMux(c: EmitContext, ex: Extract<Ex, { op: 'mux' }>, type: ValType): void {
  const { f } = c;
  const facts = c.shared.interner;
  const cost = facts.factsOf(ex.a).cost + facts.factsOf(ex.b).cost;
  if (cost <= SELECT_COST) {
    pushAs(c, ex.a, type);
    pushAs(c, ex.b, type);
    pushAs(c, ex.cond, I32);
    f.select();
    return;
  }
  const arm = (value: Ex) => (): void => c.scoped(() => pushAs(c, value, type));
  pushAs(c, ex.cond, I32);
  f.if(arm(ex.a), arm(ex.b), type);
}

const COMPARE: Partial<Record<BinaryOp, readonly ['eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge', boolean]>> = {
  eq: ['eq', false],
  ne: ['ne', false],
  lt: ['lt', true],
  le: ['le', true],
  gt: ['gt', true],
  ge: ['ge', true],
};

function pushBinary(c: EmitContext, ex: Extract<Ex, { op: 'binary' }>, type: ValType): void {
  const { f } = c;
  const { a, b, fn } = ex;
  const compare = COMPARE[fn];
  if (compare !== undefined) {
    const width = Math.max(a.width, b.width) + (a.signed === b.signed ? 0 : 1);
    if (width > 64) return wideCompare(c, ex);
    const operand = typeOf(width);
    pushAs(c, a, operand);
    pushAs(c, b, operand);
    const ops = operand === I32 ? OP.i32 : OP.i64;
    const [name] = compare;
    if (name === 'eq' || name === 'ne') f.op(ops[name]);
    else f.op(ops[`${name}_${a.signed || b.signed ? 's' : 'u'}`]);
    return;
  }
  const ops = type === I32 ? OP.i32 : OP.i64;
  if (fn === 'shl' || fn === 'shr') return pushShift(c, ex, type);
  pushAs(c, a, type);
  pushAs(c, b, type);
  switch (fn) {
    case 'add':
    case 'sub':
      f.op(ops[fn]);
      if (ex.width <= Math.max(a.width, b.width)) wrapTop(c, ex.width, ex.signed, type);
      return;
    case 'mul':
      f.op(ops.mul);
      if (ex.width < a.width + b.width) wrapTop(c, ex.width, ex.signed, type);
      return;
    case 'addWrap':
    case 'subWrap':
      f.op(fn === 'addWrap' ? ops.add : ops.sub);
      return wrapTop(c, ex.width, ex.signed, type);
    case 'and':
    case 'or':
    case 'xor':
      f.op(ops[fn]);
      return;
    default:
      throw new Error(`${fn} is handled above`);
  }
}

function pushShift(c: EmitContext, ex: Extract<Ex, { op: 'binary' }>, type: ValType): void {
  const { f } = c;
  const { a, b } = ex;
  const ops = type === I32 ? OP.i32 : OP.i64;
  const arithmetic = ex.fn === 'shr' && a.signed;
  const opcode = ex.fn === 'shl' ? 'shl' : arithmetic ? 'shr_s' : 'shr_u';
  if (b.op === 'const') {
    const by = wrap(b.value, b.width, false);
    const out = by >= BigInt(ex.width);
    if (out && !arithmetic) {
      if (type === I32) f.i32(0);
      else f.i64(0n);
      return;
    }
    pushAs(c, a, type);
    shiftConst(c, opcode, Number(out ? BigInt(ex.width - 1) : by), type);
    if (ex.fn === 'shl') wrapTop(c, ex.width, ex.signed, type);
    return;
  }
  const amount = f.local(I32);
  pushSaturated(c, b);
  f.set(amount);
  const pushAmount = (): void => {
    if (type === I64) f.op(OP.i64.extend_u);
  };
  pushAs(c, a, type);
  if (arithmetic) {
    f.get(amount)
      .i32(ex.width - 1)
      .get(amount)
      .i32(ex.width)
      .op(OP.i32.lt_u)
      .select();
    pushAmount();
    f.op(ops.shr_s);
    return;
  }
  f.get(amount);
  pushAmount();
  f.op(ops[opcode]);
  if (ex.fn === 'shl') wrapTop(c, ex.width, ex.signed, type);
  if (2 ** Math.min(b.width, 31) <= ex.width) return;
  if (type === I32) f.i32(0);
  else f.i64(0n);
  f.get(amount).i32(ex.width).op(OP.i32.lt_u).select();
}

function pushUnary(c: EmitContext, ex: Extract<Ex, { op: 'unary' }>, type: ValType): void {
  const { f } = c;
  const { a, fn } = ex;
  if (fn === 'not') {
    pushAs(c, a, type);
    if (type === I32) f.i32(ex.signed || ex.width >= 32 ? -1 : 2 ** ex.width - 1).op(OP.i32.xor);
    else f.i64(ex.signed ? -1n : (1n << BigInt(ex.width)) - 1n).op(OP.i64.xor);
    return;
  }
  if (fn === 'neg') {
    if (type === I32) f.i32(0);
    else f.i64(0n);
    pushAs(c, a, type);
    f.op(type === I32 ? OP.i32.sub : OP.i64.sub);
    if (ex.width <= a.width) wrapTop(c, ex.width, ex.signed, type);
    return;
  }
  if (classOf(a.width) === 'wide') return wideReduce(c, ex);
  const from = typeOf(a.width);
  const ops = from === I32 ? OP.i32 : OP.i64;
  pushBits(c, a, from);
  if (fn === 'reduceOr') {
    f.op(ops.eqz, OP.i32.eqz);
    return;
  }
  if (fn === 'reduceAnd') {
    if (from === I32) f.i32(a.width >= 32 ? -1 : 2 ** a.width - 1).op(OP.i32.eq);
    else f.i64(BigInt.asIntN(64, (1n << BigInt(a.width)) - 1n)).op(OP.i64.eq);
    return;
  }
  f.op(ops.popcnt);
  if (from === I64) f.op(OP.i32.wrap);
  if (fn === 'reduceXor') f.i32(1).op(OP.i32.and);
}

/** The emitters, for those that cannot import each other. */
export const operations: Operations = { pushAs, pushBits, pushSaturated, dynamicAddress, wideAddress, wideInto };
