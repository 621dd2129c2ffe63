/** Small pieces of vector code: constants, wraps, arithmetic shifts, ones in a number. */
import { type FunctionWriter, V128 } from './function.js';
import { LANES, type LaneBits, VECTOR } from './simd.js';

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
