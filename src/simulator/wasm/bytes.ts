/** Values that already lie in memory as bytes, and copies of bytes without a call where they are short. */
import { type Affine, addAffine } from '../affine.js';
import { type Ex, isAffine } from '../elaborated.js';
import type { Address, EmitContext } from './emit-context.js';
import { type FunctionWriter, I32, V128 } from './function.js';
import { VECTOR } from './simd.js';

/**
 * The byte address of the bits of `ex`, lowest first, where they lie side by side in memory; what follows them is
 * anything. Undefined if the value has to be computed.
 */
export function viewOf(c: EmitContext, ex: Ex): Affine | undefined {
  const known = c.cached(ex);
  if (known !== undefined && 'local' in known) return undefined;
  switch (ex.op) {
    case 'load': {
      const index = ex.index.flatMap((i) => (isAffine(i) ? [i] : []));
      return index.length === ex.index.length && !c.localOnly.has(ex.signal)
        ? c.byteAffine(ex.signal, index)
        : undefined;
    }
    case 'convert':
      return ex.width <= ex.a.width ? viewOf(c, ex.a) : undefined;
    case 'slice': {
      const low = c.folded(ex.low);
      if (low.c % 8 !== 0 || low.terms.some((t) => t.k % 8 !== 0 || t.table !== undefined)) return undefined;
      const base = viewOf(c, ex.a);
      if (base === undefined) return undefined;
      return addAffine(base, { c: low.c / 8, terms: low.terms.map((t) => ({ ...t, k: t.k / 8 })) });
    }
    case 'pack': {
      if (ex.body.width % 8 !== 0) return undefined;
      const before = c.vars.get(ex.v);
      c.vars.delete(ex.v);
      const body = viewOf(c, ex.body);
      if (before !== undefined) c.vars.set(ex.v, before);
      const lane = body?.terms.filter((t) => t.v === ex.v) ?? [];
      const [term] = lane;
      if (body === undefined || lane.length !== 1 || term?.table !== undefined || term?.k !== ex.body.width / 8)
        return undefined;
      return { c: body.c, terms: body.terms.filter((t) => t.v !== ex.v) };
    }
    default:
      return undefined;
  }
}

/** A byte address as one that can be used more than once. */
export function addressOf(c: EmitContext, bytes: Affine): Address {
  const all = c.folded(bytes);
  if (all.terms.length === 0) return { offset: all.c };
  const offset = c.pushByteAffine(all);
  const local = c.f.local(I32);
  c.f.set(local);
  return { local, offset };
}

/** Longer copies are left to `memory.copy`, which costs a call. */
const UNROLLED_BYTES = 1024;

/** Loads and stores of so many bytes. */
const MOVES: readonly (readonly [number, (f: FunctionWriter, from: number, to: number) => void])[] = [
  [16, (f, from, to) => void f.simdMem(VECTOR.load, from).simdMem(VECTOR.store, to)],
  [8, (f, from, to) => void f.mem('i64_load', from).mem('i64_store', to)],
  [4, (f, from, to) => void f.mem('i32_load', from).mem('i32_store', to)],
  [2, (f, from, to) => void f.mem('i32_load16_u', from).mem('i32_store16', to)],
  [1, (f, from, to) => void f.mem('i32_load8_u', from).mem('i32_store8', to)],
];

/**
 * Copies `bytes` from lower to higher addresses: the places are apart, or `dst` lies before `src`. With `upwards` from higher
 * to lower ones: `dst` may lie in the bytes behind `src`.
 */
export function copyBytes(c: EmitContext, dst: Address, src: Address, bytes: number, upwards = false): void {
  const { f } = c;
  if (bytes > UNROLLED_BYTES) {
    c.pushAddress(dst);
    c.pushAddress(src);
    f.i32(bytes).memoryCopy();
    return;
  }
  const pieces: (() => void)[] = [];
  let at = 0;
  for (const [size, move] of MOVES)
    for (; bytes - at >= size; at += size) {
      const here = at;
      pieces.push(() => {
        const to = c.pushBase(dst);
        const from = c.pushBase(src);
        move(f, from + here, to + here);
      });
    }
  for (const piece of upwards ? pieces.reverse() : pieces) piece();
}

/** Clears `bytes` at `dst`. */
export function clearBytes(c: EmitContext, dst: Address, bytes: number): void {
  const { f } = c;
  if (bytes > UNROLLED_BYTES || bytes % 8 !== 0) {
    c.pushAddress(dst);
    f.i32(0).i32(bytes).memoryFill();
    return;
  }
  let at = 0;
  if (bytes >= 16) {
    const zero = f.local(V128);
    f.simdBytes(VECTOR.const, []).set(zero);
    for (; bytes - at >= 16; at += 16) {
      const to = c.pushBase(dst);
      f.get(zero).simdMem(VECTOR.store, to + at);
    }
  }
  for (; at < bytes; at += 8) {
    const to = c.pushBase(dst);
    f.i64(0n).mem('i64_store', to + at);
  }
}
