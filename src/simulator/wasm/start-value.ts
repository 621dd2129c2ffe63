/**
 * Code for values of the first program: what `emit-value.ts` writes, without anything that pays off only later. No value
 * is kept for a second use, all signals are in memory, all decisions are selections.
 *
 * This code runs once for every node of a circuit, mostly before the engine has compiled it: few calls, no closures.
 */
import { type Ex, wrap } from '../elaborated.js';
import { OP } from './function.js';

/** Thrown by values that have no place in a first program. */
export class Unfit extends Error {}

/** Temporaries of a function, all of 32 bits. */
export const TEMPORARIES = 8;

/** Bytes of code for one unit of the cost of an expression, constants included; generous. */
const BYTES = 80;

/** The function that is being written, and where signals are. */
export class StartWriter {
  data: Uint8Array = new Uint8Array(1 << 15);
  at = 0;
  /** Temporaries in use. */
  used = 0;
  /** Bytes that all expressions being written may still take. */
  private open = 0;
  constructor(
    /** Address by signal. */
    readonly address: Int32Array,
    /** By signal: 1 where the value is in memory already. */
    readonly ready: Uint8Array,
    /** Writes code that computes a wire which is not ready. */
    readonly need: (signal: number) => void,
  ) {}

  /** Makes room for an expression of this cost; nothing else looks whether there is any. Gives what `close` takes. */
  reserve(cost: number): number {
    const bytes = (cost + 4) * BYTES;
    this.open += bytes;
    const least = this.at + this.open;
    if (least > this.data.length) {
      const grown = new Uint8Array(2 * least);
      grown.set(this.data.subarray(0, this.at));
      this.data = grown;
    }
    return bytes;
  }

  close(bytes: number): void {
    this.open -= bytes;
    if (this.at > this.data.length) throw new Error('an expression took more room than it has');
  }
}

/** An instruction without a number. */
export function op(w: StartWriter, code: number): void {
  w.data[w.at++] = code;
}

/** An instruction with a number. */
export function opWith(w: StartWriter, code: number, value: number): void {
  const { data } = w;
  let at = w.at;
  data[at++] = code;
  let v = value;
  while (v < -64 || v > 63) {
    data[at++] = (v & 0x7f) | 0x80;
    v >>= 7;
  }
  data[at++] = v & 0x7f;
  w.at = at;
}

const I32_CONST = 0x41;
const I64_CONST = 0x42;
const GET = 0x20;
const SET = 0x21;
const SELECT = 0x1b;

/** A load or store with all of its address in the instruction; below stands zero. */
function access(w: StartWriter, code: number, log2: number, address: number): void {
  const { data } = w;
  let at = w.at;
  data[at] = code;
  data[at + 1] = log2;
  at += 2;
  let rest = address;
  while (rest > 0x7f) {
    data[at++] = rest | 0x80;
    rest >>>= 7;
  }
  data[at] = rest;
  w.at = at + 1;
}

function i64(w: StartWriter, value: bigint): void {
  if (value >= -0x80000000n && value <= 0x7fffffffn) return opWith(w, I64_CONST, Number(value));
  op(w, I64_CONST);
  let v = BigInt.asIntN(64, value);
  for (;;) {
    const low = Number(v & 0x7fn);
    v >>= 7n;
    if ((v === 0n && (low & 0x40) === 0) || (v === -1n && (low & 0x40) !== 0)) return op(w, low);
    op(w, low | 0x80);
  }
}

function constant(w: StartWriter, ex: Extract<Ex, { op: 'const' }>, wide: boolean): void {
  const value = wrap(ex.value, ex.width, ex.signed);
  if (wide) i64(w, value);
  else opWith(w, I32_CONST, Number(BigInt.asIntN(32, value)));
}

/** Pushes `ex` as an i32, or with `wide` as an i64, of the same number. */
export function pushAs(w: StartWriter, ex: Ex, wide: boolean): void {
  if (ex.op === 'const') return constant(w, ex, wide);
  push(w, ex);
  if (ex.width > 32 === wide) return;
  op(w, wide ? (ex.signed ? OP.i64.extend_s : OP.i64.extend_u) : OP.i32.wrap);
}

/** Pushes the unsigned bits of `ex`. */
function pushBits(w: StartWriter, ex: Ex, wide: boolean): void {
  pushAs(w, ex, wide);
  if (ex.signed) mask(w, ex.width, wide);
}

/** Pushes the low 32 bits of `ex`, which is not computed in full where its operator needs no more. */
function pushLow(w: StartWriter, ex: Ex): void {
  if (ex.width <= 32 || ex.op !== 'binary') return pushAs(w, ex, false);
  const code = low32(ex.fn);
  if (code === 0) return pushAs(w, ex, false);
  pushLow(w, ex.a);
  pushLow(w, ex.b);
  op(w, code);
}

/** Operators whose low bits depend on the low bits of their operands only. */
function low32(fn: string): number {
  switch (fn) {
    case 'mul':
      return OP.i32.mul;
    case 'add':
    case 'addWrap':
      return OP.i32.add;
    case 'sub':
    case 'subWrap':
      return OP.i32.sub;
    case 'xor':
      return OP.i32.xor;
    case 'and':
      return OP.i32.and;
    case 'or':
      return OP.i32.or;
    default:
      return 0;
  }
}

/** Pushes the value of `ex`: an i32 up to 32 bits, an i64 above. */
function push(w: StartWriter, ex: Ex): void {
  switch (ex.op) {
    case 'load':
      return load(w, ex);
    case 'binary':
      return binary(w, ex);
    case 'convert': {
      const { a, width, signed } = ex;
      if (width > 64) throw new Unfit();
      if (width <= 32) pushLow(w, a);
      else pushAs(w, a, true);
      // Nothing to do where every value of the operand is one of the result.
      const fits = a.signed ? signed && width >= a.width : signed ? width > a.width : width >= a.width;
      if (!fits) shape(w, width, signed);
      return;
    }
    case 'mux': {
      const wide = ex.width > 32;
      pushAs(w, ex.a, wide);
      pushAs(w, ex.b, wide);
      pushAs(w, ex.cond, false);
      return op(w, SELECT);
    }
    case 'slice':
      return slice(w, ex);
    case 'const':
      return constant(w, ex, ex.width > 32);
    case 'unary':
      return unary(w, ex);
    case 'cat': {
      const wide = ex.width > 32;
      if (ex.width > 64) throw new Unfit();
      for (let n = 0; n < ex.parts.length; n++) {
        const part = ex.parts[n];
        if (part === undefined) continue;
        if (n > 0) shift(w, wide ? OP.i64.shl : OP.i32.shl, part.width, wide);
        pushBits(w, part, wide);
        if (n > 0) op(w, wide ? OP.i64.or : OP.i32.or);
      }
      return;
    }
    default:
      throw new Unfit();
  }
}

function load(w: StartWriter, ex: Extract<Ex, { op: 'load' }>): void {
  const { signal, width } = ex;
  if (ex.index.length > 0 || width > 64) throw new Unfit();
  if (w.ready[signal] === 0) w.need(signal);
  const { data, at } = w;
  data[at] = I32_CONST;
  data[at + 1] = 0;
  w.at = at + 2;
  const address = w.address[signal] ?? 0;
  if (width > 16) access(w, width > 32 ? 0x29 : 0x28, width > 32 ? 3 : 2, address);
  else if (width > 8) access(w, ex.signed ? 0x2e : 0x2f, 1, address);
  else access(w, ex.signed ? 0x2c : 0x2d, 0, address);
}

/** Stores the value on the stack above a zero as a signal of this width. */
export function store(w: StartWriter, width: number, address: number): void {
  if (width > 16) access(w, width > 32 ? 0x37 : 0x36, width > 32 ? 3 : 2, address);
  else access(w, width > 8 ? 0x3b : 0x3a, width > 8 ? 1 : 0, address);
}

function mask(w: StartWriter, width: number, wide: boolean): void {
  if (wide) {
    if (width >= 64) return;
    i64(w, (1n << BigInt(width)) - 1n);
    op(w, OP.i64.and);
  } else if (width < 32) {
    opWith(w, I32_CONST, 2 ** width - 1);
    op(w, OP.i32.and);
  }
}

/** Wraps the number on the stack to a width and sign. */
function shape(w: StartWriter, width: number, signed: boolean): void {
  const wide = width > 32;
  if (!signed) return mask(w, width, wide);
  const by = (wide ? 64 : 32) - width;
  if (by === 0) return;
  shift(w, wide ? OP.i64.shl : OP.i32.shl, by, wide);
  shift(w, wide ? OP.i64.shr_s : OP.i32.shr_s, by, wide);
}

function shift(w: StartWriter, code: number, by: number, wide: boolean): void {
  if (by === 0) return;
  opWith(w, wide ? I64_CONST : I32_CONST, by);
  op(w, code);
}

function slice(w: StartWriter, ex: Extract<Ex, { op: 'slice' }>): void {
  const { a, low, width } = ex;
  if (low.terms.length > 0 || a.width > 64) throw new Unfit();
  const wide = a.width > 32;
  pushAs(w, a, wide);
  shift(w, wide ? OP.i64.shr_u : OP.i32.shr_u, low.c, wide);
  if (wide && width <= 32) op(w, OP.i32.wrap);
  if (a.signed || low.c + width !== a.width) mask(w, width, width > 32);
}

function binary(w: StartWriter, ex: Extract<Ex, { op: 'binary' }>): void {
  const { a, b, fn, width, signed } = ex;
  if (width > 64) throw new Unfit();
  const wide = width > 32;
  switch (fn) {
    case 'add':
    case 'sub':
    case 'mul':
    case 'addWrap':
    case 'subWrap':
    case 'and':
    case 'or':
    case 'xor': {
      pushAs(w, a, wide);
      pushAs(w, b, wide);
      // The operators of 64 bits have numbers a fixed distance above those of 32.
      op(w, low32(fn) + (wide ? OP.i64.add - OP.i32.add : 0));
      if (fn === 'and' || fn === 'or' || fn === 'xor') return;
      const enough = fn === 'mul' ? a.width + b.width : Math.max(a.width, b.width) + 1;
      if (fn === 'addWrap' || fn === 'subWrap' || width < enough) shape(w, width, signed);
      return;
    }
    case 'shl':
    case 'shr':
      return shiftBy(w, ex, wide);
    default:
      return compare(w, ex);
  }
}

function compare(w: StartWriter, { a, b, fn }: Extract<Ex, { op: 'binary' }>): void {
  const width = Math.max(a.width, b.width) + (a.signed === b.signed ? 0 : 1);
  if (width > 64) throw new Unfit();
  const wide = width > 32;
  pushAs(w, a, wide);
  pushAs(w, b, wide);
  const ops = wide ? OP.i64 : OP.i32;
  const signed = a.signed || b.signed;
  switch (fn) {
    case 'eq':
      return op(w, ops.eq);
    case 'ne':
      return op(w, ops.ne);
    case 'lt':
      return op(w, signed ? ops.lt_s : ops.lt_u);
    case 'le':
      return op(w, signed ? ops.le_s : ops.le_u);
    case 'gt':
      return op(w, signed ? ops.gt_s : ops.gt_u);
    case 'ge':
      return op(w, signed ? ops.ge_s : ops.ge_u);
    default:
      throw new Unfit();
  }
}

function shiftBy(w: StartWriter, ex: Extract<Ex, { op: 'binary' }>, wide: boolean): void {
  const { a, b, width } = ex;
  const ops = wide ? OP.i64 : OP.i32;
  const arithmetic = ex.fn === 'shr' && a.signed;
  const code = ex.fn === 'shl' ? ops.shl : arithmetic ? ops.shr_s : ops.shr_u;
  if (b.op === 'const') {
    const by = Number(BigInt.asUintN(b.width, b.value));
    if (by >= width && !arithmetic) return opWith(w, wide ? I64_CONST : I32_CONST, 0);
    pushAs(w, a, wide);
    shift(w, code, Math.min(by, width - 1), wide);
    if (ex.fn === 'shl') shape(w, width, ex.signed);
    return;
  }
  // The amount is needed twice; beyond what the instruction takes the result is zero, or the sign.
  if (b.width > 32 || w.used >= TEMPORARIES) throw new Unfit();
  const amount = w.used++;
  pushBits(w, b, false);
  opWith(w, SET, amount);
  pushAs(w, a, wide);
  opWith(w, GET, amount);
  if (arithmetic) {
    opWith(w, I32_CONST, width - 1);
    opWith(w, GET, amount);
    opWith(w, I32_CONST, width);
    op(w, OP.i32.lt_u);
    op(w, SELECT);
  }
  if (wide) op(w, OP.i64.extend_u);
  op(w, code);
  if (!arithmetic) {
    if (ex.fn === 'shl') shape(w, width, ex.signed);
    opWith(w, wide ? I64_CONST : I32_CONST, 0);
    opWith(w, GET, amount);
    opWith(w, I32_CONST, width);
    op(w, OP.i32.lt_u);
    op(w, SELECT);
  }
  w.used--;
}

function unary(w: StartWriter, ex: Extract<Ex, { op: 'unary' }>): void {
  const { a, fn, width, signed } = ex;
  if (width > 64 || a.width > 64) throw new Unfit();
  const wide = width > 32;
  const ops = wide ? OP.i64 : OP.i32;
  if (fn === 'not') {
    pushAs(w, a, wide);
    if (!wide) opWith(w, I32_CONST, signed || width >= 32 ? -1 : 2 ** width - 1);
    else i64(w, signed ? -1n : BigInt.asIntN(64, (1n << BigInt(width)) - 1n));
    return op(w, ops.xor);
  }
  if (fn === 'neg') {
    opWith(w, wide ? I64_CONST : I32_CONST, 0);
    pushAs(w, a, wide);
    op(w, ops.sub);
    if (width <= a.width) shape(w, width, signed);
    return;
  }
  const from = a.width > 32;
  pushBits(w, a, from);
  if (fn === 'reduceOr') {
    op(w, from ? OP.i64.eqz : OP.i32.eqz);
    return op(w, OP.i32.eqz);
  }
  if (fn === 'reduceAnd') {
    if (from) i64(w, BigInt.asIntN(64, (1n << BigInt(a.width)) - 1n));
    else opWith(w, I32_CONST, a.width >= 32 ? -1 : 2 ** a.width - 1);
    return op(w, from ? OP.i64.eq : OP.i32.eq);
  }
  op(w, from ? OP.i64.popcnt : OP.i32.popcnt);
  if (from) op(w, OP.i32.wrap);
  if (fn !== 'reduceXor') return;
  opWith(w, I32_CONST, 1);
  op(w, OP.i32.and);
}
