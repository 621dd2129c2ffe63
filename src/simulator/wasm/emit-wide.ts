/**
 * Code for values wider than 64 bits: limbs in memory, computed into a destination. A plain read is an address and costs
 * nothing; everything else goes to scratch memory unless a destination is given.
 */
import { type Ex, isAffine, wrap } from '../elaborated.js';
import { type Address, type EmitContext, typeOf } from './emit-context.js';
import { fits, maskTo, unsignedOf, wideCompareAt, wrapWide } from './emit-bits.js';
import { addressOf, copyBytes, viewOf } from './bytes.js';
import { foldInto, packInto } from './emit-lanes.js';
import { I32, I64, OP } from './function.js';
import { classOf, limbsOf, storageBytes } from './layout.js';

/** Where the limbs of `ex` are; `ex` is wider than 64 bits. */
export function wideAddress(c: EmitContext, ex: Ex): Address {
  const known = c.cached(ex);
  if (known !== undefined && 'address' in known) return known.address;
  const address = place(c, ex);
  if ((c.uses.get(ex) ?? 0) > 1) c.remember(ex, { address });
  return address;
}

function place(c: EmitContext, ex: Ex): Address {
  if (ex.op === 'const') return { offset: constantAt(c, wrap(ex.value, ex.width, ex.signed), limbsOf(ex.width)) };
  if (ex.op === 'load') {
    const affine = ex.index.flatMap((i) => (isAffine(i) ? [i] : []));
    if (affine.length === ex.index.length) return c.address(ex.signal, affine);
    const { address, inRange } = c.emit.dynamicAddress(c, ex);
    if (inRange === undefined) return { local: address, offset: 0 };
    const zero = constantAt(c, 0n, limbsOf(ex.width));
    c.f.get(address).i32(zero).get(inRange).select().set(address);
    return { local: address, offset: 0 };
  }
  if (ex.op === 'convert' && ex.a.width === ex.width && ex.a.signed === ex.signed) return wideAddress(c, ex.a);
  if (ex.width % 64 === 0 && ex.op !== 'convert') {
    const view = viewOf(c, ex);
    if (view !== undefined) return addressOf(c, view);
  }
  const dst = c.scratch(limbsOf(ex.width) * 8);
  compute(c, ex, dst);
  return dst;
}

/** Writes the limbs of `ex` to `dst`. */
export function wideInto(c: EmitContext, ex: Ex, dst: Address): void {
  const ready = c.cached(ex) !== undefined || ex.op === 'load' || ex.op === 'const' || (c.uses.get(ex) ?? 0) > 1;
  if (!ready) return compute(c, ex, dst);
  const from = wideAddress(c, ex);
  copyTo(c, dst, from, limbsOf(ex.width));
}

const copyTo = (c: EmitContext, dst: Address, from: Address, limbs: number): void => copyBytes(c, dst, from, limbs * 8);

function constantAt(c: EmitContext, value: bigint, limbs: number): number {
  const key = `${limbs}:${value}`;
  const known = c.shared.wideConstants.get(key);
  if (known !== undefined) return known;
  const address = c.shared.allocator.take(limbs * 8);
  const words = BigInt64Array.from({ length: limbs }, (_, k) => BigInt.asIntN(64, value >> BigInt(64 * k)));
  c.shared.constants.push({ address, bytes: new Uint8Array(words.buffer) });
  c.shared.wideConstants.set(key, address);
  return address;
}

/** The number of `ex` in at least `limbs` limbs. */
export function extended(c: EmitContext, ex: Ex, limbs: number): Address {
  if (ex.op === 'const') return { offset: constantAt(c, wrap(ex.value, ex.width, ex.signed), limbs) };
  if (classOf(ex.width) === 'wide' && limbsOf(ex.width) >= limbs) return wideAddress(c, ex);
  const dst = c.scratch(limbs * 8);
  extendInto(c, ex, dst, limbs);
  return dst;
}

function extendInto(c: EmitContext, ex: Ex, dst: Address, limbs: number): void {
  const { f } = c;
  if (classOf(ex.width) === 'wide') {
    const from = wideAddress(c, ex);
    c.pushAddress(dst);
    c.pushAddress(from);
    f.i32(limbsOf(ex.width))
      .i32(limbs)
      .i32(ex.signed ? 1 : 0)
      .call(c.shared.helpers.extend);
    return;
  }
  const value = f.local(I64);
  c.emit.pushAs(c, ex, I64);
  f.set(value);
  const offset = c.pushBase(dst);
  f.get(value).mem('i64_store', offset);
  if (limbs === 1) return;
  c.pushAddress({ ...dst, offset: dst.offset + 8 });
  if (ex.signed) f.get(value).i64(63n).op(OP.i64.shr_s, OP.i32.wrap);
  else f.i32(0);
  f.i32((limbs - 1) * 8).memoryFill();
}

function compute(c: EmitContext, ex: Ex, dst: Address): void {
  const { f } = c;
  const { helpers } = c.shared;
  const limbs = limbsOf(ex.width);
  switch (ex.op) {
    case 'const':
    case 'load':
      return copyTo(c, dst, wideAddress(c, ex), limbs);
    case 'index': {
      c.pushAffine(ex.value);
      const value = f.local(I32);
      f.set(value);
      const offset = c.pushBase(dst);
      f.get(value).op(OP.i64.extend_s).mem('i64_store', offset);
      c.pushAddress({ ...dst, offset: dst.offset + 8 });
      f.get(value)
        .i32(31)
        .op(OP.i32.shr_s)
        .i32((limbs - 1) * 8)
        .memoryFill();
      return wrapWide(c, dst, ex.width, ex.signed);
    }
    case 'slice': {
      const view = viewOf(c, ex);
      if (view !== undefined) {
        const bytes = Math.ceil(ex.width / 8);
        copyBytes(c, dst, addressOf(c, view), bytes);
        if (bytes < limbs * 8) clearTail(c, dst, bytes, limbs * 8);
        return wrapWide(c, dst, ex.width, false);
      }
      const from = wideAddress(c, ex.a);
      c.pushAddress(dst);
      c.pushAddress(from);
      c.pushAffine(ex.low);
      f.i32(limbs).call(helpers.slice);
      return wrapWide(c, dst, ex.width, false);
    }
    case 'mux':
      c.emit.pushAs(c, ex.cond, I32);
      f.if(
        () => c.scoped(() => wideInto(c, ex.a, dst)),
        () => c.scoped(() => wideInto(c, ex.b, dst)),
      );
      return;
    case 'binary':
      return binaryInto(c, ex, dst);
    case 'unary': {
      if (ex.fn === 'neg') {
        const zero = constantAt(c, 0n, limbs);
        const a = extended(c, ex.a, limbs);
        c.pushAddress(dst);
        f.i32(zero);
        c.pushAddress(a);
        f.i32(limbs).call(helpers.sub);
      } else {
        const a = extended(c, ex.a, limbs);
        c.pushAddress(dst);
        c.pushAddress(a);
        f.i32(limbs).call(helpers.not);
      }
      return wrapWide(c, dst, ex.width, ex.signed);
    }
    case 'convert':
      if (limbsOf(ex.a.width) < limbs || classOf(ex.a.width) !== 'wide') extendInto(c, ex.a, dst, limbs);
      else copyTo(c, dst, wideAddress(c, ex.a), limbs);
      if (!fits(ex.a, ex)) wrapWide(c, dst, ex.width, ex.signed);
      return;
    case 'cat':
      return catInto(c, ex, dst);
    case 'fold':
      return foldInto(c, ex, dst);
    case 'pack':
      return packInto(c, ex, dst);
  }
}

function clearTail(c: EmitContext, dst: Address, from: number, to: number): void {
  c.pushAddress({ ...dst, offset: dst.offset + from });
  c.f
    .i32(0)
    .i32(to - from)
    .memoryFill();
}

/** Parts of more limbs than this that begin inside of a limb are shifted in a loop. */
const MOST_LIMBS_INLINE = 8;

/** Every limb is the OR of what lies in it, and is stored once; parts of whole limbs are put there as they are. */
function catInto(c: EmitContext, ex: Extract<Ex, { op: 'cat' }>, dst: Address): void {
  const { f } = c;
  const limbs = limbsOf(ex.width);
  const pieces = Array.from({ length: limbs }, (): (() => void)[] => []);
  const placed = new Set<number>();
  const long: (() => void)[] = [];
  /** `push` gives `width` bits that begin at `bit`. */
  const add = (bit: number, width: number, push: () => void): void => {
    const [limb, shift] = [Math.floor(bit / 64), bit % 64];
    const shifted = (op: number, places: number) => (): void => {
      push();
      if (places > 0) f.i64(BigInt(places)).op(op);
    };
    pieces[limb]?.push(shifted(OP.i64.shl, shift));
    if (shift + width > 64) pieces[limb + 1]?.push(shifted(OP.i64.shr_u, 64 - shift));
  };
  let bit = 0;
  for (const part of [...ex.parts].reverse()) {
    const [start, count] = [bit, limbsOf(part.width)];
    bit += part.width;
    if (classOf(part.width) !== 'wide') {
      if ((start % 64) + part.width <= 64) {
        add(start, part.width, () => c.emit.pushBits(c, part, I64));
        continue;
      }
      const local = f.local(I64);
      c.emit.pushBits(c, part, I64);
      f.set(local);
      add(start, part.width, () => f.get(local));
      continue;
    }
    const plain = part.signed ? unsignedOf(c, part) : part;
    if (start % 64 === 0) {
      wideInto(c, plain, { ...dst, offset: dst.offset + start / 8 });
      for (let k = 0; k < count; k++) placed.add(start / 64 + k);
      continue;
    }
    const from = wideAddress(c, plain);
    if (count > MOST_LIMBS_INLINE) {
      long.push(() => {
        c.pushAddress(dst);
        f.i32(start);
        c.pushAddress(from);
        f.i32(count).call(c.shared.helpers.orAt);
      });
      continue;
    }
    for (let k = 0; k < count; k++)
      add(start + 64 * k, Math.min(64, part.width - 64 * k), () => {
        const at = c.pushBase(from);
        f.mem('i64_load', at + 8 * k);
      });
  }
  pieces.forEach((list, k) => {
    if (list.length === 0 && placed.has(k)) return;
    const to = c.pushBase(dst) + 8 * k;
    const parts = [...list];
    if (placed.has(k)) parts.unshift(() => f.mem('i64_load', c.pushBase(dst) + 8 * k));
    parts.forEach((push, n) => {
      push();
      if (n > 0) f.op(OP.i64.or);
    });
    if (parts.length === 0) f.i64(0n);
    f.mem('i64_store', to);
  });
  for (const put of long) put();
}

function binaryInto(c: EmitContext, ex: Extract<Ex, { op: 'binary' }>, dst: Address): void {
  const { f } = c;
  const { helpers } = c.shared;
  const limbs = limbsOf(ex.width);
  if (ex.fn === 'shl' || ex.fn === 'shr') return shiftInto(c, ex, dst);
  const a = extended(c, ex.a, limbs);
  const b = extended(c, ex.b, limbs);
  const helper =
    ex.fn === 'addWrap'
      ? helpers.add
      : ex.fn === 'subWrap'
        ? helpers.sub
        : helpers[ex.fn as 'add' | 'sub' | 'mul' | 'and' | 'or' | 'xor'];
  c.pushAddress(dst);
  c.pushAddress(a);
  c.pushAddress(b);
  f.i32(limbs).call(helper);
  wrapWide(c, dst, ex.width, ex.signed);
}

function shiftInto(c: EmitContext, ex: Extract<Ex, { op: 'binary' }>, dst: Address): void {
  const { f } = c;
  const limbs = limbsOf(ex.width);
  const a = extended(c, ex.a, limbs);
  const amount = f.local(I32);
  c.emit.pushSaturated(c, ex.b);
  f.set(amount);
  const pushFill = (): void => {
    if (!ex.a.signed || ex.fn === 'shl') f.i64(0n);
    else {
      const at = c.pushBase(a);
      f.mem('i64_load', at + 8 * (limbs - 1))
        .i64(63n)
        .op(OP.i64.shr_s);
    }
  };
  f.get(amount).i32(ex.width).op(OP.i32.lt_u);
  f.if(
    () => {
      c.pushAddress(dst);
      c.pushAddress(a);
      f.get(amount).i32(limbs);
      if (ex.fn === 'shl') f.call(c.shared.helpers.shl);
      else {
        pushFill();
        f.call(c.shared.helpers.shr);
      }
    },
    () => {
      c.pushAddress(dst);
      pushFill();
      f.op(OP.i32.wrap)
        .i32(limbs * 8)
        .memoryFill();
    },
  );
  wrapWide(c, dst, ex.width, ex.signed);
}

/** Pushes the truth of a comparison of wide operands. */
export function wideCompare(c: EmitContext, ex: Extract<Ex, { op: 'binary' }>): void {
  const limbs = Math.max(limbsOf(ex.a.width), limbsOf(ex.b.width)) + (ex.a.signed === ex.b.signed ? 0 : 1);
  const a = extended(c, ex.a, limbs);
  const b = extended(c, ex.b, limbs);
  const signed = ex.a.signed || ex.b.signed;
  const flip = ex.fn === 'gt' || ex.fn === 'le';
  if (ex.fn === 'eq' || ex.fn === 'ne') {
    c.pushAddress(a);
    c.pushAddress(b);
    c.f.i32(limbs).call(c.shared.helpers.eq);
  } else wideCompareAt(c, flip ? b : a, flip ? a : b, limbs, signed);
  if (ex.fn === 'ne' || ex.fn === 'le' || ex.fn === 'ge') c.f.op(OP.i32.eqz);
}

/** Pushes a reduction of a wide operand. */
export function wideReduce(c: EmitContext, ex: Extract<Ex, { op: 'unary' }>): void {
  const { f } = c;
  const a = ex.a.signed ? unsignedOf(c, ex.a) : ex.a;
  const from = wideAddress(c, a);
  c.pushAddress(from);
  f.i32(limbsOf(a.width)).call(c.shared.helpers.popcount);
  if (ex.fn === 'reduceAnd') f.i32(a.width).op(OP.i32.eq);
  if (ex.fn === 'reduceOr') f.op(OP.i32.eqz, OP.i32.eqz);
  if (ex.fn === 'reduceXor') f.i32(1).op(OP.i32.and);
}

/** Pushes at most 64 bits out of a wide operand. */
export function wideSlice(c: EmitContext, ex: Extract<Ex, { op: 'slice' }>): void {
  const { f } = c;
  const type = typeOf(ex.width);
  const view = viewOf(c, ex);
  if (view !== undefined) {
    c.load(ex.width, false, c.pushByteAffine(c.folded(view)));
    if (storageBytes(ex.width) * 8 !== ex.width) maskTo(c, ex.width, type);
    return;
  }
  const from = wideAddress(c, ex.a);
  const low = c.folded(ex.low);
  const aligned = low.c % 8 === 0 && low.terms.every((t) => t.k % 8 === 0 && t.table === undefined);
  if (aligned) {
    const bytes = { c: low.c / 8, terms: low.terms.map((t) => ({ ...t, k: t.k / 8 })) };
    c.pushAddress(from);
    if (bytes.terms.length > 0) {
      c.pushAffine({ c: 0, terms: bytes.terms });
      f.op(OP.i32.add);
    }
    if (ex.width <= 8) f.mem('i32_load8_u', bytes.c);
    else if (ex.width <= 16) f.mem('i32_load16_u', bytes.c);
    else f.mem(type === I32 ? 'i32_load' : 'i64_load', bytes.c);
    if (ex.width !== 8 && ex.width !== 16) maskTo(c, ex.width, type);
    return;
  }
  const bit = f.local(I32);
  const address = f.local(I32);
  const shift = f.local(I64);
  c.pushAffine(low);
  f.tee(bit).i32(3).op(OP.i32.shr_u);
  c.pushAddress(from);
  f.op(OP.i32.add).set(address);
  f.get(bit).i32(7).op(OP.i32.and, OP.i64.extend_u).set(shift);
  f.get(address).mem('i64_load').get(shift).op(OP.i64.shr_u);
  if (ex.width > 57) {
    // Up to seven bits are in the ninth byte; a shift by 64 must give 0, so it is done in two steps.
    f.get(address).mem('i64_load8_u', 8).i64(1n).op(OP.i64.shl);
    f.i64(63n).get(shift).op(OP.i64.sub, OP.i64.shl, OP.i64.or);
  }
  if (type === I32) f.op(OP.i32.wrap);
  maskTo(c, ex.width, type);
}
