/**
 * Bits that are 0 or 1 whatever the inputs and registers hold, and what follows from them: constants, multiplexers that
 * are decided, operators that return an operand.
 */
import { type ElabSignal, type Ex, isAffine, wrap } from '../elaborated.js';
import type { Expressions } from '../expressions.js';
import { withOperands } from './rewrite.js';

type Binary = Extract<Ex, { op: 'binary' }>;

/** The constant whose low bits are `bits`, as a value like `like`. */
export const constantLike = (x: Expressions, bits: number, { width, signed }: Ex): Ex =>
  x.constant(wrap(BigInt(bits >>> 0), width, signed), width, signed);

/**
 * Facts about the low 32 bits of numbers, sign-extended as numbers are. Wires are told in an order in which every wire
 * comes after those that it reads.
 */
export class KnownBits {
  /** By signal. */
  private readonly zeros: Int32Array;
  private readonly ones: Int32Array;
  private readonly told: Uint8Array;
  /** What a read of a wire may be replaced by: a constant or a read of another signal. */
  private readonly instead = new Map<number, Ex>();
  /** Facts of the expression that `simplify` returned last. */
  z = 0;
  o = 0;
  /** By expression: what `simplify` said. */
  private readonly done: (Ex | undefined)[];
  private readonly doneZeros: Int32Array;
  private readonly doneOnes: Int32Array;

  constructor(
    private readonly x: Expressions,
    signals: number,
  ) {
    this.zeros = new Int32Array(signals);
    this.ones = new Int32Array(signals);
    this.told = new Uint8Array(signals);
    this.done = new Array<Ex | undefined>(x.count);
    this.doneZeros = new Int32Array(x.count);
    this.doneOnes = new Int32Array(x.count);
  }

  /** Notes what drives a single wire of at most 32 bits; returns the simpler driver. */
  tell(signal: ElabSignal, driver: Ex): Ex {
    const value = this.simplify(driver);
    this.fit(this.z, this.o, signal.width, signal.signed);
    this.zeros[signal.id] = this.z;
    this.ones[signal.id] = this.o;
    this.told[signal.id] = 1;
    const plain = value.op === 'const' || (value.op === 'load' && value.index.every(isAffine));
    if (plain && value.width === signal.width && value.signed === signal.signed) this.instead.set(signal.id, value);
    return value;
  }

  /** Facts of a constant or a read, without a walk; of anything else nothing. */
  glance(ex: Ex): void {
    if (ex.op === 'const') this.exactly(ex);
    else if (ex.op === 'load' && this.told[ex.signal] === 1) this.recall(ex.signal);
    else this.fit(0, 0, ex.width, ex.signed);
  }

  /** An expression of the same value; its facts are in `z` and `o`. */
  simplify(ex: Ex): Ex {
    const known = this.done[ex.id];
    if (known !== undefined) {
      this.z = this.doneZeros[ex.id] ?? 0;
      this.o = this.doneOnes[ex.id] ?? 0;
      return known;
    }
    let out = this.step(ex);
    if (ex.width <= 32 && (this.z | this.o) === -1 && out.op !== 'const') out = constantLike(this.x, this.o, ex);
    // Expressions that the simplification made itself are few, and at the end of their chain.
    if (ex.id >= this.done.length) return out;
    this.done[ex.id] = out;
    this.doneZeros[ex.id] = this.z;
    this.doneOnes[ex.id] = this.o;
    return out;
  }

  private shaped(a: Ex, { width, signed }: Ex): Ex {
    return a.width === width && a.signed === signed ? a : this.x.convert(a, width, signed);
  }

  private readonly operand = (ex: Ex): Ex => this.simplify(ex);

  private recall(signal: number): void {
    this.z = this.zeros[signal] ?? 0;
    this.o = this.ones[signal] ?? 0;
  }

  private exactly(ex: Extract<Ex, { op: 'const' }>): void {
    const value = Number(BigInt.asIntN(32, wrap(ex.value, ex.width, ex.signed)));
    this.z = ~value;
    this.o = value;
  }

  /** Takes raw bits as a number of this width and sign. */
  private fit(z: number, o: number, width: number, signed: boolean): void {
    if (width < 32) {
      const by = 32 - width;
      if (signed) {
        this.z = (z << by) >> by;
        this.o = (o << by) >> by;
        return;
      }
      const mask = -1 >>> by;
      this.z = z | ~mask;
      this.o = o & mask;
      return;
    }
    this.z = z | 0;
    this.o = o | 0;
  }

  private step(ex: Ex): Ex {
    switch (ex.op) {
      case 'const':
        this.exactly(ex);
        return ex;
      case 'load': {
        if (this.told[ex.signal] === 1) {
          this.recall(ex.signal);
          return this.instead.get(ex.signal) ?? ex;
        }
        const now = ex.index.length === 0 ? ex : withOperands(this.x, ex, this.operand);
        this.fit(0, 0, ex.width, ex.signed);
        return now;
      }
      case 'slice': {
        const a = this.simplify(ex.a);
        const { terms, c } = ex.low;
        if (terms.length > 0 || c > 31) this.fit(0, 0, ex.width, false);
        else this.fit(this.z >>> c, this.o >>> c, ex.width, false);
        // Bits above the value's own are never selected.
        return a === ex.a ? ex : this.x.slice(a, ex.low, ex.width, ex.signed);
      }
      case 'convert': {
        const a = this.simplify(ex.a);
        this.fit(this.z, this.o, ex.width, ex.signed);
        return a === ex.a ? ex : this.x.convert(a, ex.width, ex.signed);
      }
      case 'unary':
        return this.unary(ex);
      case 'mux':
        return this.mux(ex);
      case 'binary':
        return this.binary(ex);
      case 'cat':
        return this.cat(ex);
      case 'index':
      case 'fold':
      case 'pack':
        this.fit(0, 0, ex.width, ex.signed);
        return ex;
    }
  }

  private unary(ex: Extract<Ex, { op: 'unary' }>): Ex {
    const a = this.simplify(ex.a);
    const { z, o } = this;
    const raw = ex.a.width >= 32 ? -1 : 2 ** ex.a.width - 1;
    const narrow = ex.a.width <= 32;
    if (ex.fn === 'not') this.fit(o, z, ex.width, ex.signed);
    else if (ex.fn === 'reduceOr' && (o & raw) !== 0) this.fit(-2, 1, 1, false);
    else if (ex.fn === 'reduceOr' && narrow && (z & raw) === raw) this.fit(-1, 0, 1, false);
    else if (ex.fn === 'reduceAnd' && (z & raw) !== 0) this.fit(-1, 0, 1, false);
    else this.fit(0, 0, ex.width, ex.signed);
    return a === ex.a ? ex : this.x.unary(ex.fn, a, ex.width, ex.signed);
  }

  private mux(ex: Extract<Ex, { op: 'mux' }>): Ex {
    const cond = this.simplify(ex.cond);
    const decided = ((this.z | this.o) & 1) !== 0;
    if (decided) {
      const arm = this.simplify((this.o & 1) !== 0 ? ex.a : ex.b);
      const { z, o } = this;
      this.fit(z, o, ex.width, ex.signed);
      return this.shaped(arm, ex);
    }
    const a = this.simplify(ex.a);
    const { z, o } = this;
    const b = this.simplify(ex.b);
    this.fit(z & this.z, o & this.o, ex.width, ex.signed);
    return cond === ex.cond && a === ex.a && b === ex.b ? ex : this.x.mux(cond, a, b, ex.width, ex.signed);
  }

  private cat(ex: Extract<Ex, { op: 'cat' }>): Ex {
    let [z, o, changed] = [-1, 0, false];
    const parts = ex.parts.map((part) => {
      const now = this.simplify(part);
      changed ||= now !== part;
      const w = part.width;
      if (w >= 32) [z, o] = [this.z, this.o];
      else {
        const mask = 2 ** w - 1;
        [z, o] = [(z << w) | (this.z & mask), (o << w) | (this.o & mask)];
      }
      return now;
    });
    this.fit(z, o, ex.width, ex.signed);
    return changed ? this.x.cat(parts, ex.width, ex.signed) : ex;
  }

  private binary(ex: Binary): Ex {
    const a = this.simplify(ex.a);
    const az = this.z;
    const ao = this.o;
    const b = this.simplify(ex.b);
    const bz = this.z;
    const bo = this.o;
    const same = this.facts(ex, az, ao, bz, bo);
    if (same === 'a') return this.shaped(a, ex);
    if (same === 'b') return this.shaped(b, ex);
    return a === ex.a && b === ex.b ? ex : this.x.binary(ex.fn, a, b, ex.width, ex.signed);
  }

  /** Sets the facts of `ex` from those of its operands; says so if it is one of them. */
  private facts(ex: Binary, az: number, ao: number, bz: number, bo: number): 'a' | 'b' | undefined {
    const { width, signed, fn } = ex;
    const narrow = ex.a.width <= 32 && ex.b.width <= 32;
    const zeroA = narrow && az === -1;
    const zeroB = narrow && bz === -1;
    switch (fn) {
      case 'and':
        this.fit(az | bz, ao & bo, width, signed);
        if (narrow && (az | bo) === -1) return 'a';
        return narrow && (bz | ao) === -1 ? 'b' : undefined;
      case 'or':
        this.fit(az & bz, ao | bo, width, signed);
        if (narrow && (ao | bz) === -1) return 'a';
        return narrow && (bo | az) === -1 ? 'b' : undefined;
      case 'xor':
        this.fit((az & bz) | (ao & bo), (az & bo) | (ao & bz), width, signed);
        return zeroB ? 'a' : zeroA ? 'b' : undefined;
      case 'add':
      case 'addWrap':
        this.sum(ex, az, ao, bz, bo, 0);
        return zeroB ? 'a' : zeroA ? 'b' : undefined;
      case 'sub':
      case 'subWrap':
        this.sum(ex, az, ao, bo, bz, 1);
        return zeroB ? 'a' : undefined;
      case 'mul':
        this.product(ex, az, bz, narrow);
        return undefined;
      case 'shl':
      case 'shr':
        this.shift(ex, az, ao);
        return undefined;
      default:
        this.comparison(ex, az, ao, bz, bo, narrow);
        return undefined;
    }
  }

  /** a + b + carry, bit by bit: a bit is known where both operands and the carry into it are. */
  private sum(ex: Binary, az: number, ao: number, bz: number, bo: number, carry: number): void {
    const most = (~az + ~bz + carry) | 0;
    const least = (ao + bo + carry) | 0;
    const carryKnown = ~(most ^ az ^ bz) | (least ^ ao ^ bo);
    const known = (az | ao) & (bz | bo) & carryKnown;
    this.fit(~most & known, least & known, ex.width, ex.signed);
  }

  private product(ex: Binary, az: number, bz: number, narrow: boolean): void {
    const low = trailing(az) + trailing(bz);
    let z = low >= 32 ? -1 : 2 ** low - 1;
    const high = Math.clz32(~az) + Math.clz32(~bz);
    // Operands of p and q bits have a product of p + q bits.
    if (narrow && high > 32) z |= high >= 64 ? -1 : ~(-1 >>> (high - 32));
    this.fit(z, 0, ex.width, ex.signed);
  }

  private shift(ex: Binary, az: number, ao: number): void {
    const { width, signed, a, b } = ex;
    if (b.op !== 'const') {
      const low = ex.fn === 'shl' ? trailing(az) : 0;
      return this.fit(low >= 32 ? -1 : 2 ** low - 1, 0, width, signed);
    }
    const distance = wrap(b.value, b.width, false);
    const out = distance >= BigInt(width);
    const by = Number(out ? BigInt(width - 1) : distance);
    if (ex.fn === 'shl') {
      if (out || by >= 32) return this.fit(-1, 0, width, signed);
      return this.fit((az << by) | (2 ** by - 1), ao << by, width, signed);
    }
    if (out && !signed) return this.fit(-1, 0, width, signed);
    if (by >= 32) return this.fit(0, 0, width, signed);
    // What comes down from above the low 32 bits is unknown.
    if (a.width > 32) return this.fit(az >>> by, ao >>> by, width, signed);
    if (signed) return this.fit(az >> by, ao >> by, width, signed);
    this.fit((az >>> by) | ~(-1 >>> by), ao >>> by, width, signed);
  }

  private comparison(ex: Binary, az: number, ao: number, bz: number, bo: number, narrow: boolean): void {
    const answer = compared(ex, az, ao, bz, bo, narrow);
    if (answer === undefined) this.fit(0, 0, 1, false);
    else this.fit(answer ? -2 : -1, answer ? 1 : 0, 1, false);
  }
}

/** Known zeros at the low end. */
const trailing = (z: number): number => (z === -1 ? 32 : 31 - Math.clz32(~z & -~z));

function compared(ex: Binary, az: number, ao: number, bz: number, bo: number, narrow: boolean): boolean | undefined {
  const differ = ((az & bo) | (ao & bz)) !== 0;
  if (ex.fn === 'eq') return differ ? false : undefined;
  if (ex.fn === 'ne') return differ ? true : undefined;
  if (!narrow || ex.a.signed || ex.b.signed) return undefined;
  const [minA, maxA, minB, maxB] = [ao >>> 0, ~az >>> 0, bo >>> 0, ~bz >>> 0];
  switch (ex.fn) {
    case 'lt':
    case 'ge': {
      const less = maxA < minB ? true : minA >= maxB ? false : undefined;
      return less === undefined ? undefined : less === (ex.fn === 'lt');
    }
    case 'gt':
    case 'le': {
      const more = minA > maxB ? true : maxA <= minB ? false : undefined;
      return more === undefined ? undefined : more === (ex.fn === 'gt');
    }
    default:
      return undefined;
  }
}
