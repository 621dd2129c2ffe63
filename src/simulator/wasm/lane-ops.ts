/** Small pieces of vector code: constants, wraps, arithmetic shifts, ones in a number. */
import { type Ex, wrap } from '../elaborated.js';
import type { EmitContext } from './emit-context.js';
import { type FunctionWriter, I32, I64, OP, V128 } from './function.js';
import { LANES, type LaneBits, NARROW, VECTOR } from './simd.js';

/** Pushes a number in all lanes. */
export function constantLanes(f: FunctionWriter, value: bigint, bits: LaneBits): void {
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 16; i++) bytes[i] = Number(BigInt.asUintN(8, value >> BigInt((8 * i) % bits)));
  f.simdBytes(VECTOR.const, bytes);
}

/** Brings lanes to the values of their low `width` bits. */
export function wrapLanes(f: FunctionWriter, width: number, signed: boolean, bits: LaneBits): void {
  if (width >= bits) return;
  if (!signed) {
    constantLanes(f, (1n << BigInt(width)) - 1n, bits);
    f.simd(VECTOR.and);
    return;
  }
  f.i32(bits - width).simd(LANES[bits].shl);
  shiftRight(f, bits - width, bits);
}

/** Arithmetic shift by a constant; for 64 bits the machine has none. */
export function shiftRight(f: FunctionWriter, by: number, bits: LaneBits): void {
  if (by === 0) return;
  const ops = LANES[bits];
  if (bits < 64) {
    f.i32(by).simd(ops.shrS);
    return;
  }
  const sign = 1n << BigInt(63 - by);
  f.i32(by).simd(ops.shrU);
  constantLanes(f, sign, bits);
  f.simd(VECTOR.xor);
  constantLanes(f, sign, bits);
  f.simd(ops.sub);
}

/** Arithmetic shift of lanes of 64 bits by a count below 64 in a local. */
export function shiftRightBy(f: FunctionWriter, count: number): void {
  const ops = LANES[64];
  const sign = f.local(V128);
  f.get(count).simd(ops.shrU);
  constantLanes(f, 1n << 63n, 64);
  f.get(count).simd(ops.shrU).tee(sign).simd(VECTOR.xor).get(sign).simd(ops.sub);
}

/** The number of ones of every lane. */
export function onesOfLanes(f: FunctionWriter, bits: LaneBits): void {
  f.simd(VECTOR.popcount8);
  if (bits >= 16) f.simd(VECTOR.pairs8to16U);
  if (bits >= 32) f.simd(VECTOR.pairs16to32U);
  if (bits < 64) return;
  const halves = f.local(V128);
  f.tee(halves).i32(32).simd(LANES[64].shrU).get(halves);
  constantLanes(f, 0xffffffffn, 64);
  f.simd(VECTOR.and).simd(LANES[64].add);
}

/** What is even of the 32-bit pieces of two vectors. */
const SHUFFLE_EVEN = Array.from({ length: 16 }, (_, i) => (i >> 2) * 8 + (i & 3));

/** Makes one vector of lanes of `bits` out of two, whose lanes are twice as wide. */
export function narrowLanes(f: FunctionWriter, bits: LaneBits, signed: boolean): void {
  if (bits === 32) f.simdBytes(VECTOR.shuffle, SHUFFLE_EVEN);
  else f.simd(NARROW[bits as 8 | 16][signed ? 's' : 'u']);
}

/** Pushes the greater or lesser one, lane by lane, of the vectors in two locals. */
export function extremeOfLanes(
  f: FunctionWriter,
  fn: 'max' | 'min',
  a: number,
  b: number,
  bits: LaneBits,
  signed: boolean,
): void {
  const ops = LANES[bits];
  const opcode = fn === 'max' ? (signed ? ops.gtS : ops.gtU) : signed ? ops.ltS : ops.ltU;
  if (opcode === undefined) throw new Error('no such comparison of lanes');
  f.get(a).get(b).get(a).get(b).simd(opcode).simd(VECTOR.bitselect);
}

/** Pushes an affine map of loop indices for the lanes from where variable `v` stands. */
export function indexLanes(c: EmitContext, ex: Extract<Ex, { op: 'index' }>, bits: LaneBits, v: number): void {
  const { f } = c;
  c.pushAffine(ex.value);
  if (bits === 64) f.op(OP.i64.extend_s);
  f.simd(LANES[bits].splat);
  const step = ex.value.terms.filter((t) => t.v === v).reduce((sum, t) => sum + t.k, 0);
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 16; i++) {
    const lane = Math.floor((8 * i) / bits);
    bytes[i] = Number(BigInt.asUintN(8, BigInt(lane * step) >> BigInt((8 * i) % bits)));
  }
  f.simdBytes(VECTOR.const, bytes).simd(LANES[bits].add);
  wrapLanes(f, ex.width, ex.signed, bits);
}

/** Pushes what is a constant or equal in all lanes, as a number or lanes of all ones or zero. */
export function splatLanes(c: EmitContext, ex: Ex, bits: LaneBits, mask: boolean): void {
  if (ex.op === 'const') {
    const value = wrap(ex.value, ex.width, ex.signed);
    return constantLanes(c.f, mask ? -value : value, bits);
  }
  c.emit.pushAs(c, ex, bits === 64 ? I64 : I32);
  c.f.simd(LANES[bits].splat);
  if (mask) c.f.simd(LANES[bits].neg);
}
