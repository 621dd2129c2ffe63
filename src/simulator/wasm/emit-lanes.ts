/** Reductions and packing over the elements of a vector: unrolled while small, else a loop. */
import type { FoldOp } from '../../circuit/index.js';
import type { Affine } from '../affine.js';
import type { Ex } from '../elaborated.js';
import type { Address, EmitContext } from './emit-context.js';
import { unsignedOf, wideCompareAt, wrapTop, wrapWide } from './emit-bits.js';
import { I32, I64, OP, type ValType } from './function.js';
import { classOf, limbsOf } from './layout.js';
import { addressOf, copyBytes, viewOf } from './bytes.js';
import { VECTOR } from './simd.js';

type Lanes = Extract<Ex, { op: 'fold' | 'pack' }>;

/** Code of an unrolled body may cost this much. */
const UNROLL_COST = 160;
/** Bits, a byte each, that are looked at side by side. */
const ROW = 16;

const smallEnough = (c: EmitContext, ex: Lanes): boolean =>
  ex.count * (c.shared.interner.factsOf(ex.body).cost + 2) <= UNROLL_COST;

/** Runs `body` for each lane; in a loop the variable is a local, unrolled it is a number. */
function eachLane(c: EmitContext, ex: Lanes, from: number, body: (lane: number | { local: number }) => void): void {
  const before = c.vars.get(ex.v);
  if (smallEnough(c, ex)) {
    for (let i = from; i < ex.count; i++) {
      c.vars.set(ex.v, { fixed: i });
      c.scoped(() => body(i));
    }
  } else {
    const local = c.f.local(I32);
    c.vars.set(ex.v, { local, extent: ex.count });
    c.f.loop(local, ex.count, () => c.scoped(() => body({ local })));
  }
  if (before === undefined) c.vars.delete(ex.v);
  else c.vars.set(ex.v, before);
}

export function foldValue(c: EmitContext, ex: Extract<Ex, { op: 'fold' }>, type: ValType): void {
  const { f } = c;
  const { body, fn } = ex;
  if (fn === 'or' && type === I32 && anyInRow(c, ex)) return;
  if (classOf(body.width) === 'wide') {
    const at = c.scratch(limbsOf(body.width) * 8);
    foldInto(c, { ...ex, width: body.width, signed: body.signed }, at);
    f.i32(0).mem(type === I32 ? 'i32_load' : 'i64_load', at.offset);
    return wrapTop(c, ex.width, ex.signed, type);
  }
  const sum = f.local(type);
  const lane = f.local(type);
  const ops = type === I32 ? OP.i32 : OP.i64;
  start(c, fn, type, body);
  f.set(sum);
  eachLane(c, ex, 0, () => {
    c.emit.pushAs(c, body, type);
    if (fn === 'max' || fn === 'min') {
      f.tee(lane).get(sum).get(lane).get(sum);
      const sign = body.signed ? 's' : 'u';
      f.op(fn === 'max' ? ops[`gt_${sign}`] : ops[`lt_${sign}`])
        .select()
        .set(sum);
    } else {
      f.get(sum)
        .op(ops[fn === 'sum' ? 'add' : fn])
        .set(sum);
    }
  });
  f.get(sum);
  const grow = Math.ceil(Math.log2(ex.count));
  if (fn === 'sum' && ex.width < body.width + grow) wrapTop(c, ex.width, ex.signed, type);
}

/** Pushes whether one of many bits is set that lie in a row, sixteen at a time; false where they do not. */
function anyInRow(c: EmitContext, { v, count, body }: Extract<Ex, { op: 'fold' }>): boolean {
  if (body.op !== 'load' || body.width !== 1 || body.signed || count < ROW) return false;
  const before = c.vars.get(v);
  c.vars.delete(v);
  const bytes = viewOf(c, body);
  if (before !== undefined) c.vars.set(v, before);
  const mine = bytes?.terms.filter((t) => t.v === v) ?? [];
  if (bytes === undefined || mine.length !== 1 || mine[0]?.k !== 1 || mine[0].table !== undefined) return false;
  const first: Affine = { c: bytes.c, terms: bytes.terms.filter((t) => t.v !== v) };
  // The last sixteen may overlap those before them.
  for (let at = 0; at < count; at += ROW) {
    const offset = c.pushByteAffine(first);
    c.f.simdMem(VECTOR.load, offset + Math.min(at, count - ROW));
    if (at > 0) c.f.simd(VECTOR.or);
  }
  c.f.simd(VECTOR.anyTrue);
  return true;
}

/** Pushes the neutral element. */
function start(c: EmitContext, fn: FoldOp, type: ValType, body: Ex): void {
  const bits = BigInt(body.width);
  const lowest = body.signed ? -(1n << (bits - 1n)) : 0n;
  const highest = body.signed ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n;
  const allOnes = body.signed ? -1n : highest;
  const value = fn === 'and' ? allOnes : fn === 'max' ? lowest : fn === 'min' ? highest : 0n;
  if (type === I32) c.f.i32(Number(BigInt.asIntN(32, value)));
  else c.f.i64(value);
}

/** A fold wider than 64 bits. */
export function foldInto(c: EmitContext, ex: Extract<Ex, { op: 'fold' }>, dst: Address): void {
  const { f } = c;
  const { helpers } = c.shared;
  const limbs = limbsOf(ex.width);
  const lane = c.scratch(limbs * 8);
  const sum = c.scratch(limbs * 8);
  const { width, signed } = ex;
  const body: Ex = c.shared.interner.intern(
    ex.body.width === width && ex.body.signed === signed ? ex.body : { op: 'convert', width, signed, a: ex.body },
  );
  const first = f.local(I32);
  f.i32(1).set(first);
  eachLane(c, ex, 0, () => {
    c.emit.wideInto(c, body, lane);
    const take = (): void => {
      c.pushAddress(sum);
      c.pushAddress(lane);
      f.i32(limbs * 8).memoryCopy();
    };
    f.get(first).if(take, () => {
      if (ex.fn === 'max' || ex.fn === 'min') {
        if (ex.fn === 'max') wideCompareAt(c, sum, lane, limbs, signed);
        else wideCompareAt(c, lane, sum, limbs, signed);
        f.if(take);
        return;
      }
      c.pushAddress(sum);
      c.pushAddress(sum);
      c.pushAddress(lane);
      f.i32(limbs).call(helpers[ex.fn === 'sum' ? 'add' : ex.fn]);
    });
    f.i32(0).set(first);
  });
  c.pushAddress(dst);
  c.pushAddress(sum);
  f.i32(limbs * 8).memoryCopy();
  if (ex.fn === 'sum') wrapWide(c, dst, ex.width, ex.signed);
}

/** Packs lanes into at most 64 bits. */
export function packValue(c: EmitContext, ex: Extract<Ex, { op: 'pack' }>, type: ValType): void {
  const { f } = c;
  const { body, count } = ex;
  const view = viewOf(c, ex);
  if (view !== undefined) {
    const offset = c.pushByteAffine(c.folded(view));
    const size = (count * body.width) / 8;
    if (size <= 2) f.mem(size === 1 ? 'i32_load8_u' : 'i32_load16_u', offset);
    else f.mem(type === I32 ? 'i32_load' : 'i64_load', offset);
    if (size === 3) f.i32(0xffffff).op(OP.i32.and);
    else if (size > 4 && size < 8) f.i64((1n << BigInt(size * 8)) - 1n).op(OP.i64.and);
    return;
  }
  const sum = f.local(type);
  const ops = type === I32 ? OP.i32 : OP.i64;
  if (type === I32) f.i32(0).set(sum);
  else f.i64(0n).set(sum);
  eachLane(c, ex, 0, (lane) => {
    c.emit.pushBits(c, body, type);
    if (typeof lane === 'number') {
      if (lane > 0 && type === I32) f.i32(lane * body.width).op(ops.shl);
      if (lane > 0 && type === I64) f.i64(BigInt(lane * body.width)).op(ops.shl);
    } else {
      f.get(lane.local).i32(body.width).op(OP.i32.mul);
      if (type === I64) f.op(OP.i64.extend_u);
      f.op(ops.shl);
    }
    f.get(sum).op(ops.or).set(sum);
  });
  f.get(sum);
}

/** Packs lanes into more than 64 bits. */
export function packInto(c: EmitContext, ex: Extract<Ex, { op: 'pack' }>, dst: Address): void {
  const { f } = c;
  const { body, count } = ex;
  const total = limbsOf(ex.width) * 8;
  const view = viewOf(c, ex);
  if (view !== undefined) {
    const size = (count * body.width) / 8;
    copyBytes(c, dst, addressOf(c, view), size);
    if (size < total) {
      c.pushAddress({ ...dst, offset: dst.offset + size });
      f.i32(0)
        .i32(total - size)
        .memoryFill();
    }
    return;
  }
  c.pushAddress(dst);
  f.i32(0).i32(total).memoryFill();
  eachLane(c, ex, 0, (lane) => {
    const pushBit = (): void => {
      if (typeof lane === 'number') f.i32(lane * body.width);
      else f.get(lane.local).i32(body.width).op(OP.i32.mul);
    };
    if (classOf(body.width) === 'wide') {
      const from = c.emit.wideAddress(c, body.signed ? unsignedOf(c, body) : body);
      c.pushAddress(dst);
      pushBit();
      c.pushAddress(from);
      f.i32(limbsOf(body.width)).call(c.shared.helpers.orAt);
      return;
    }
    if ([8, 16, 32].includes(body.width)) {
      pushBit();
      f.i32(3).op(OP.i32.shr_u);
      c.pushAddress(dst);
      f.op(OP.i32.add);
      c.emit.pushAs(c, body, I32);
      f.mem(body.width === 8 ? 'i32_store8' : body.width === 16 ? 'i32_store16' : 'i32_store', 0);
      return;
    }
    c.pushAddress(dst);
    pushBit();
    c.emit.pushBits(c, body, I64);
    f.call(c.shared.helpers.orLimbAt);
  });
}
