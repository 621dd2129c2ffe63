/** Small pieces of code that every emitter needs: masks, wraps, shifts by a constant, comparison of limbs. */
import type { Ex } from '../elaborated.js';
import type { Address, EmitContext } from './emit-context.js';
import { I32, I64, OP, type ValType } from './function.js';
import { limbsOf } from './layout.js';

export function maskTo(c: EmitContext, width: number, type: ValType): void {
  if (type === I32 && width < 32) c.f.i32(2 ** width - 1).op(OP.i32.and);
  if (type === I64 && width < 64) c.f.i64((1n << BigInt(width)) - 1n).op(OP.i64.and);
}

/** Wraps the number on the stack to a width and sign. */
export function wrapTop(c: EmitContext, width: number, signed: boolean, type: ValType): void {
  if (!signed) return maskTo(c, width, type);
  const bits = type === I32 ? 32 : 64;
  if (width >= bits) return;
  const ops = type === I32 ? OP.i32 : OP.i64;
  if (width === 8) c.f.op(ops.extend8);
  else if (width === 16) c.f.op(ops.extend16);
  else if (width === 32) c.f.op(OP.i64.extend32);
  else if (type === I32)
    c.f
      .i32(bits - width)
      .op(ops.shl)
      .i32(bits - width)
      .op(ops.shr_s);
  else
    c.f
      .i64(BigInt(bits - width))
      .op(ops.shl)
      .i64(BigInt(bits - width))
      .op(ops.shr_s);
}

export function shiftConst(c: EmitContext, op: 'shl' | 'shr_u' | 'shr_s', by: number, type: ValType): void {
  if (by === 0) return;
  if (type === I32) c.f.i32(by).op(OP.i32[op]);
  else c.f.i64(BigInt(by)).op(OP.i64[op]);
}

/** Wraps the value at `dst` to its width in its highest limb. */
export function wrapWide(c: EmitContext, dst: Address, width: number, signed: boolean): void {
  const used = width % 64;
  if (used === 0) return;
  const at = 8 * (limbsOf(width) - 1);
  const to = c.pushBase(dst);
  const from = c.pushBase(dst);
  c.f.mem('i64_load', from + at);
  if (signed) {
    const by = BigInt(64 - used);
    c.f.i64(by).op(OP.i64.shl).i64(by).op(OP.i64.shr_s);
  } else maskTo(c, used, I64);
  c.f.mem('i64_store', to + at);
}

/** Pushes a < b. */
export function wideCompareAt(c: EmitContext, a: Address, b: Address, limbs: number, signed: boolean): void {
  c.pushAddress(a);
  c.pushAddress(b);
  c.f.i32(limbs).call(signed ? c.shared.helpers.ltS : c.shared.helpers.ltU);
}

/** Every value of `a` is a value of the target. */
export const fits = (a: { width: number; signed: boolean }, to: { width: number; signed: boolean }): boolean =>
  a.signed ? to.signed && to.width >= a.width : to.signed ? to.width > a.width : to.width >= a.width;

export const unsignedOf = (c: EmitContext, ex: Ex): Ex =>
  c.shared.interner.intern({ op: 'convert', width: ex.width, signed: false, a: ex });
