/**
 * Signals and the verbs on them. A `Sig<T>` is an expression of the circuit with its kit type; some also can be driven.
 *
 * Growing arithmetic (`add`, `sub`, `mul`) never loses a bit; `addWrap` and `subWrap` keep the width; widths change only
 * by `extend` and `truncate`. `T` is invariant: a signed value never flows into an unsigned place.
 */
import {
  type BinaryOp,
  clog2Number,
  counterExample,
  evalNat,
  type Expr,
  type Nat,
  natEquals,
  type NatEnv,
  natText,
  type Target,
  type SourcePlace,
  lit,
  valuesText,
} from '../circuit/index.js';
import type { ModuleContext } from './context.js';
import { kitError, placeOf } from './errors.js';
import { clog2, nat, NatExpr, type NatLike, toNat, widthFor } from './nat-expr.js';
import type { Vec } from './types.js';
import { Bool, type Bits, type Enum, packedBits, SInt, type Scalar, toType, UInt } from './types.js';
import { provesAtLeast, provesEqual, provesFits } from './proof.js';

/** A signal, or a number that takes the type of the signal it meets. */
export type Operand<T extends Bits> = Sig<T> | number | bigint | NatExpr;

/** A signal of any type, for helpers that only pass it on. */
export interface AnySig {
  readonly type: Bits;
  readonly expr: Expr;
  readonly context: ModuleContext;
  readonly target?: Target | undefined;
  readonly label: string;
  readonly place?: SourcePlace | undefined;
}

type Number_ = UInt | SInt;

export class Sig<T extends Bits> implements AnySig {
  /** Makes `T` invariant. */
  declare readonly phantom: (type: T) => T;

  constructor(
    readonly type: T,
    readonly expr: Expr,
    readonly context: ModuleContext,
    /** Name for messages. */
    readonly label: string,
    /** Set where the signal can be driven. */
    readonly target?: Target,
    readonly place?: SourcePlace,
  ) {}

  // --- arithmetic -------------------------------------------------------------------------------------------------
  /** Sum, one bit wider than the wider operand. */
  add<N extends Number_>(this: Sig<N>, other: Operand<N>): Sig<N> {
    const b = operand(this, other);
    return derive(this, withWidth(this.type, grown(this.type, b.type).plus(1)), binary('add', this, b));
  }
  /** Difference, signed, one bit wider than the wider operand. */
  sub<N extends Number_>(this: Sig<N>, other: Operand<N>): Sig<SInt> {
    const b = operand(this, other);
    return derive(this, new SInt(grown(this.type, b.type).plus(1)), binary('sub', this, b));
  }
  /** Product, as wide as both operands together. */
  mul<N extends Number_>(this: Sig<N>, other: Sig<N>): Sig<N> {
    sameKind(this, other);
    return derive(this, withWidth(this.type, this.type.width.plus(other.type.width)), binary('mul', this, other));
  }
  /** Sum modulo 2^width. */
  addWrap<N extends Number_>(this: Sig<N>, other: Operand<N>): Sig<N> {
    return derive(this, this.type, binary('addWrap', this, sameWidth(this, other)));
  }
  /** Difference modulo 2^width. */
  subWrap<N extends Number_>(this: Sig<N>, other: Operand<N>): Sig<N> {
    return derive(this, this.type, binary('subWrap', this, sameWidth(this, other)));
  }
  inc<N extends Number_>(this: Sig<N>): Sig<N> {
    return this.addWrap(1);
  }
  dec<N extends Number_>(this: Sig<N>): Sig<N> {
    return this.subWrap(1);
  }
  /** Two's complement negation, one bit wider. */
  neg(this: Sig<SInt>): Sig<SInt> {
    const type = new SInt(this.type.width.plus(1));
    return derive(this, type, { op: 'unary', type: toType(type), fn: 'neg', a: this.expr });
  }

  // --- logic ------------------------------------------------------------------------------------------------------
  and<N extends Bool | UInt | SInt>(this: Sig<N>, other: Operand<N>): Sig<N> {
    return derive(this, this.type, binary('and', this, sameWidth(this, other)));
  }
  or<N extends Bool | UInt | SInt>(this: Sig<N>, other: Operand<N>): Sig<N> {
    return derive(this, this.type, binary('or', this, sameWidth(this, other)));
  }
  xor<N extends Bool | UInt | SInt>(this: Sig<N>, other: Operand<N>): Sig<N> {
    return derive(this, this.type, binary('xor', this, sameWidth(this, other)));
  }
  /** Bitwise complement. */
  not<N extends Bool | UInt | SInt>(this: Sig<N>): Sig<N> {
    return derive(this, this.type, { op: 'unary', type: toType(this.type), fn: 'not', a: this.expr });
  }

  // --- comparison -------------------------------------------------------------------------------------------------
  eq<N extends Scalar>(this: Sig<N>, other: Operand<N>): Sig<Bool> {
    return compare('eq', this, other);
  }
  ne<N extends Scalar>(this: Sig<N>, other: Operand<N>): Sig<Bool> {
    return compare('ne', this, other);
  }
  lt<N extends Number_>(this: Sig<N>, other: Operand<N>): Sig<Bool> {
    return compare('lt', this, other);
  }
  le<N extends Number_>(this: Sig<N>, other: Operand<N>): Sig<Bool> {
    return compare('le', this, other);
  }
  gt<N extends Number_>(this: Sig<N>, other: Operand<N>): Sig<Bool> {
    return compare('gt', this, other);
  }
  ge<N extends Number_>(this: Sig<N>, other: Operand<N>): Sig<Bool> {
    return compare('ge', this, other);
  }
  /** True while an enumeration has this member. */
  is<M extends string>(this: Sig<Enum<M>>, member: M): Sig<Bool> {
    return compare('eq', this, this.type.members.indexOf(member));
  }

  // --- shifts, widths, bits ---------------------------------------------------------------------------------------
  /** Shift left within the width; a constant or an unsigned signal. */
  shl<N extends Number_>(this: Sig<N>, by: Sig<UInt> | number): Sig<N> {
    return derive(this, this.type, binary('shl', this, shiftAmount(this, by)));
  }
  /** Shift right within the width; arithmetic on signed values. */
  shr<N extends Number_>(this: Sig<N>, by: Sig<UInt> | number): Sig<N> {
    return derive(this, this.type, binary('shr', this, shiftAmount(this, by)));
  }
  /** The same value in `width` >= own width bits. */
  extend<N extends Number_>(this: Sig<N>, width: NatLike): Sig<N> {
    return resize(this, 'extend', nat(width));
  }
  /** The lowest `width` <= own width bits. */
  truncate<N extends Number_>(this: Sig<N>, width: NatLike): Sig<N> {
    return resize(this, 'truncate', nat(width));
  }
  /** The same bits as a two's complement number. */
  asSInt<M extends string>(this: Sig<UInt> | Sig<SInt> | Sig<Bool> | Sig<Enum<M>>): Sig<SInt> {
    return reinterpret(this, new SInt(packedBits(this.type)));
  }
  /** The same bits as an unsigned number. */
  asUInt<M extends string>(this: Sig<UInt> | Sig<SInt> | Sig<Bool> | Sig<Enum<M>>): Sig<UInt> {
    return reinterpret(this, new UInt(packedBits(this.type)));
  }
  /** A one-bit number as a truth value. */
  asBool(this: Sig<UInt>): Sig<Bool> {
    needWidth(this, lit(1), 'asBool');
    return reinterpret(this, new Bool({}));
  }
  /** Bits [low + width - 1 : low]. */
  bits(this: Sig<UInt> | Sig<SInt>, low: NatLike, width: NatLike): Sig<UInt> {
    const type = new UInt(nat(width));
    atLeast(this, packedBits(this.type), nat(low).plus(width), 'bits');
    return derive(this, type, {
      op: 'slice',
      type: { kind: 'uint', width: toNat(width) },
      a: this.expr,
      low: toNat(low),
    });
  }
  /** One bit at a constant place. */
  bit(this: Sig<UInt> | Sig<SInt>, index: NatLike): Sig<Bool> {
    return (this as Sig<UInt>).bits(index, 1).asBool();
  }
  /** `this ? a : b`; a and b have one type. */
  mux<U extends Bits>(this: Sig<Bool>, a: Operand<U>, b: Operand<U>): Sig<U> {
    const typed = a instanceof Sig ? a : b instanceof Sig ? b : undefined;
    if (typed === undefined) {
      throw kitError(
        'H1002',
        'mux: both values are plain numbers, so the type is unknown',
        'make one of them a signal',
      );
    }
    const [x, y] = [valueOf(typed, a), valueOf(typed, b)];
    sameType(x, y, 'mux');
    return derive(typed, typed.type, { op: 'mux', type: toType(typed.type), cond: this.expr, a: x.expr, b: y.expr });
  }

  // --- reductions -------------------------------------------------------------------------------------------------
  allOnes(this: Sig<UInt>): Sig<Bool> {
    return derive(this, new Bool({}), { op: 'unary', type: { kind: 'bool' }, fn: 'reduceAnd', a: this.expr });
  }
  anyOne(this: Sig<UInt>): Sig<Bool> {
    return derive(this, new Bool({}), { op: 'unary', type: { kind: 'bool' }, fn: 'reduceOr', a: this.expr });
  }
  parity(this: Sig<UInt>): Sig<Bool> {
    return derive(this, new Bool({}), { op: 'unary', type: { kind: 'bool' }, fn: 'reduceXor', a: this.expr });
  }
  /** Number of ones. */
  popcount(this: Sig<UInt>): Sig<UInt> {
    const type = new UInt(widthFor(this.type.width));
    return derive(this, type, { op: 'unary', type: toType(type), fn: 'popcount', a: this.expr });
  }

  // --- vectors ----------------------------------------------------------------------------------------------------
  /** Element at a constant place or at the index of a generate loop. */
  at<E extends Bits>(this: Sig<Vec<E>>, index: NatLike): Sig<E> {
    const last = this.type.count.minus(1);
    if (!provesAtLeast(toNat(last), toNat(index), this.context.proof())) {
      throw kitError(
        'H1010',
        `at: index '${natText(toNat(index))}' is not shown to be below ${natText(toNat(this.type.count))}, the count of '${this.label}'`,
        'state the relation in requires, or correct the index',
        [placeOf(this.place, `'${this.label}' is declared here`)],
      );
    }
    const element = this.type.element;
    const target = this.target && { signal: this.target.signal, path: [...this.target.path, toNat(index)] };
    const expr: Expr = { op: 'at', type: toType(element), vec: this.expr, index: toNat(index) };
    return new Sig(element, expr, this.context, `${this.label}[${natText(toNat(index))}]`, target, this.place);
  }
  /** Element chosen at run time; 0 where the index is out of range. */
  select<E extends Bits>(this: Sig<Vec<E>>, index: Sig<UInt>): Sig<E> {
    return derive(this, this.type.element, {
      op: 'select',
      type: toType(this.type.element),
      vec: this.expr,
      index: index.expr,
    });
  }
  /** Sum of all elements, wide enough for any values. */
  sum<N extends Number_>(this: Sig<Vec<N>>): Sig<N> {
    const type = withWidth(this.type.element, this.type.element.width.plus(clog2(this.type.count)));
    return fold(this, 'sum', type);
  }
  any(this: Sig<Vec<Bool>>): Sig<Bool> {
    return fold(this, 'or', new Bool({}));
  }
  all(this: Sig<Vec<Bool>>): Sig<Bool> {
    return fold(this, 'and', new Bool({}));
  }
  /** Greatest element. */
  greatest<N extends Number_>(this: Sig<Vec<N>>): Sig<N> {
    return fold(this, 'max', this.type.element);
  }
  /** All bits as one number, element 0 lowest. */
  pack(this: Sig<Vec<Bits>> | AnyVec): Sig<UInt> {
    const type = new UInt(packedBits(this.type));
    return derive(this, type, { op: 'convert', type: toType(type), fn: 'pack', a: this.expr });
  }
  /** The inverse of pack. */
  unpack<E extends Bits>(this: Sig<UInt>, type: Vec<E>): Sig<Vec<E>> {
    needWidth(this, toNat(packedBits(type)), 'unpack');
    return derive(this, type, { op: 'convert', type: toType(type as Vec<Bits>), fn: 'unpack', a: this.expr });
  }
}

/** A vector of whatever element, for verbs that look at bits only. */
export interface AnyVec extends AnySig {
  readonly type: Vec<Bits>;
}

function derive<T extends Bits>(from: AnySig, type: T, expr: Expr): Sig<T> {
  return new Sig(type, expr, from.context, from.label, undefined, from.place);
}

function withWidth<N extends Number_>(type: N, width: NatExpr): N {
  return (type.kind === 'uint' ? new UInt(width) : new SInt(width)) as N;
}

/** The wider of two widths, without a `max` where one is shown to be enough. */
function grown(a: Number_, b: Number_): NatExpr {
  return natEquals(toNat(a.width), toNat(b.width)) ? a.width : a.width.max(b.width);
}

function binary(fn: BinaryOp, a: AnySig, b: AnySig): Expr {
  const kind = toType(a.type as Scalar);
  const w = (x: AnySig) => packedBits(x.type);
  const resultType = () => {
    switch (fn) {
      case 'add':
        return toType(withWidth(a.type as Number_, grown(a.type as Number_, b.type as Number_).plus(1)) as Scalar);
      case 'sub':
        return toType(new SInt(grown(a.type as Number_, b.type as Number_).plus(1)));
      case 'mul':
        return toType(withWidth(a.type as Number_, w(a).plus(w(b))) as Scalar);
      case 'eq':
      case 'ne':
      case 'lt':
      case 'le':
      case 'gt':
      case 'ge':
        return { kind: 'bool' } as const;
      default:
        return kind;
    }
  };
  return { op: 'binary', type: resultType(), fn, a: a.expr, b: b.expr };
}

function fold<T extends Scalar>(vector: AnyVec, fn: 'sum' | 'or' | 'and' | 'max', type: T): Sig<T> {
  return derive(vector, type, { op: 'fold', type: toType(type), fn, vec: vector.expr });
}

function compare(fn: BinaryOp, a: AnySig, other: Operand<Bits> | AnySig): Sig<Bool> {
  const b = sameWidth(a, other as Operand<Bits>);
  refuseDecided(fn, a, b);
  return derive(a, new Bool({}), binary(fn, a, b));
}

/** An unsigned value is never below 0: such a comparison says nothing, and readers of the text complain. */
function refuseDecided(fn: BinaryOp, a: AnySig, b: AnySig): void {
  const zero = b.expr.op === 'const' && (b.expr.value === 0n || natEquals(toConstant(b.expr.value), lit(0)));
  if (a.type.kind !== 'uint' || !zero || (fn !== 'ge' && fn !== 'lt')) return;
  throw kitError(
    'H1025',
    `'${a.label}' is unsigned: ${fn === 'ge' ? 'it is always at least 0' : 'it is never below 0'}`,
    'compare with eq or ne, or convert with asSInt where the sign is meant',
    [placeOf(a.place, `'${a.label}' is declared here`)],
  );
}
const toConstant = (value: bigint | Nat): Nat => (typeof value === 'bigint' ? lit(Number(value)) : value);

function reinterpret<T extends Bits>(from: AnySig, type: T): Sig<T> {
  if (from.type.kind === type.kind) return from as Sig<T>;
  return derive(from, type, { op: 'convert', type: toType(type), fn: 'reinterpret', a: from.expr });
}

function resize<N extends Number_>(from: Sig<N>, fn: 'extend' | 'truncate', width: NatExpr): Sig<N> {
  if (natEquals(toNat(width), toNat(from.type.width))) return from;
  if (fn === 'extend') atLeast(from, width, from.type.width, fn);
  else atLeast(from, from.type.width, width, fn);
  const type = withWidth(from.type, width);
  return derive(from, type, { op: 'convert', type: toType(type as Scalar), fn, a: from.expr });
}

// --- checks -------------------------------------------------------------------------------------------------------

function atLeast(sig: AnySig, greater: NatExpr, less: NatExpr, verb: string): void {
  const [big, small, proof] = [toNat(greater), toNat(less), sig.context.proof()];
  if (provesAtLeast(big, small, proof)) return;
  const [bigText, smallText] = [natText(big), natText(small)];
  const witness = counterExample([big, small], proof, (env) => evalNat(big, env) < evalNat(small, env));
  const example =
    witness === undefined
      ? 'no small values contradict it'
      : `at ${valuesText(witness)} it is ${evalNat(big, witness)} < ${evalNat(small, witness)}`;
  throw kitError(
    'H1010',
    `${verb} '${sig.label}': ${bigText} is not shown to be at least ${smallText}; ${example}`,
    `add requires: natGe(${bigText}, ${smallText}), or correct the width`,
    [placeOf(sig.place, `'${sig.label}' is declared here`)],
  );
}

function needWidth(sig: AnySig, width: ReturnType<typeof toNat>, verb: string): void {
  if (provesEqual(toNat(packedBits(sig.type)), width, sig.context.proof())) return;
  throw widthError(verb, natText(width), 'what is asked for', undefined, sig);
}

function widthError(verb: string, wanted: string, label: string, wantedBy: AnySig | undefined, got: AnySig): Error {
  return kitError(
    'H1001',
    `${verb}: widths differ: '${label}' has [${wanted}], '${got.label}' has [${natText(toNat(packedBits(got.type)))}]`,
    'write .extend(w) or .truncate(w) on one side, or declare one parameter for both widths',
    [wantedBy, got].flatMap((sig) =>
      sig === undefined ? [] : [placeOf(sig.place, `'${sig.label}' is declared here`)],
    ),
  );
}

/** Refuses values of two types; widths by normal form. */
export function sameType(a: AnySig, b: AnySig, verb: string): void {
  sameKind(a, b);
  if (!provesEqual(toNat(packedBits(a.type)), toNat(packedBits(b.type)), a.context.proof())) {
    throw widthError(verb, natText(toNat(packedBits(a.type))), a.label, a, b);
  }
  sameCount(a, b, verb);
}

/** Refuses vectors of two lengths. */
export function sameCount(a: AnySig, b: AnySig, verb: string): void {
  if (a.type.kind !== 'vec' || b.type.kind !== 'vec') return;
  if (provesEqual(toNat(a.type.count), toNat(b.type.count), a.context.proof())) return;
  throw widthError(`${verb} (element count)`, natText(toNat(a.type.count)), a.label, a, b);
}

function sameKind(a: AnySig, b: AnySig): void {
  sameModule(a, b);
  const describe = (type: Bits): string =>
    type.kind === 'enum' ? `enum ${type.name}` : type.kind === 'vec' ? `vec of ${describe(type.element)}` : type.kind;
  const [x, y] = [describe(a.type), describe(b.type)];
  if (x === y) return;
  throw kitError(
    'H1002',
    `'${a.label}' is ${x} and '${b.label}' is ${y}`,
    'convert one side with asSInt, asUInt or asBool',
    [placeOf(a.place, `'${a.label}' is declared here`), placeOf(b.place, `'${b.label}' is declared here`)],
  );
}

export function sameModule(a: { readonly context: ModuleContext }, b: AnySig): void {
  if (a.context === b.context) return;
  throw kitError(
    'H1012',
    `'${b.label}' belongs to module '${b.context.moduleName}' and is used in '${a.context.moduleName}'`,
    'connect modules through ports',
    [placeOf(b.place, `'${b.label}' is declared here`)],
  );
}

function sameWidth<T extends Bits>(a: AnySig, other: Operand<T>): Sig<T> {
  const b = valueOf(a as Sig<T>, other);
  sameType(a, b, 'operator');
  return b;
}

/** An operand of the same kind whose width may differ; a number takes the type of `a`. */
function operand<N extends Number_>(a: Sig<N>, other: Operand<N>): Sig<N> {
  const b = valueOf(a, other);
  sameKind(a, b);
  return b;
}

function shiftAmount(a: AnySig, by: Sig<UInt> | number): Sig<UInt> {
  if (by instanceof Sig) return by;
  const width = Math.max(1, clog2Number(by + 1));
  return constant(new UInt(nat(width)), by, a.context);
}

/** `value` as a signal of `like`'s type. */
export function valueOf<T extends Bits>(
  like: { readonly type: T; readonly context: ModuleContext },
  value: Operand<T>,
): Sig<T> {
  if (value instanceof Sig) return value;
  return constant(like.type, value, like.context);
}

/** A constant of a scalar type; refused unless it fits at every parameter value. */
export function constant<T extends Bits>(type: T, value: number | bigint | NatExpr, context: ModuleContext): Sig<T> {
  if (type.kind === 'vec') {
    throw kitError('H1002', 'a number cannot stand for a vector', 'drive the elements in b.genFor, or unpack a number');
  }
  if (value instanceof NatExpr && value.nat.op !== 'lit') {
    const room = type.kind === 'sint' ? toNat(type.width.minus(1)) : toNat(packedBits(type));
    if (!provesFits(value.nat, room, context.proof())) {
      const tooWide = (env: NatEnv) => clog2Number(evalNat(value.nat, env) + 1) > evalNat(room, env);
      throw constantError(natText(value.nat), type, counterExample([value.nat, room], context.proof(), tooWide));
    }
    return new Sig(type, { op: 'const', type: toType(type), value: value.nat }, context, natText(value.nat));
  }
  const number = BigInt(value instanceof NatExpr ? (value.nat as { value: number }).value : value);
  if (!constantFits(type, number, context)) {
    const width = toNat(packedBits(type));
    const bits = bitsOfConstant(type, number);
    const tooWide = (env: NatEnv) => bits > evalNat(width, env);
    throw constantError(String(number), type, counterExample([width], context.proof(), tooWide));
  }
  return new Sig(type, { op: 'const', type: toType(type), value: number }, context, String(number));
}

/** Bits that a number of this kind takes; Infinity where the kind has no such number. */
function bitsOfConstant(type: Scalar, value: bigint): number {
  const bitsFor = (n: bigint) => (n === 0n ? 0 : n.toString(2).length);
  if (type.kind === 'sint') return bitsFor(value >= 0n ? value : -value - 1n) + 1;
  if (type.kind === 'enum' && value >= BigInt(type.members.length)) return Infinity;
  return value >= 0n ? bitsFor(value) : Infinity;
}

function constantFits(type: Scalar, value: bigint, context: ModuleContext): boolean {
  const bits = bitsOfConstant(type, value);
  return bits < Infinity && provesAtLeast(toNat(packedBits(type)), lit(bits), context.proof());
}

function constantError(value: string, type: Bits, witness: NatEnv | undefined): Error {
  const width = toNat(packedBits(type));
  const example = witness === undefined || Object.keys(witness).length === 0 ? '' : `; not at ${valuesText(witness)}`;
  return kitError(
    'H1014',
    `constant ${value} is not shown to fit ${type.kind} of ${natText(width)} bits${example}`,
    `widen the signal, raise the parameter's minimum, or add a requires clause about ${natText(width)}`,
  );
}

/** Concatenation, first part highest. */
export function cat(first: AnySig, ...rest: readonly AnySig[]): Sig<UInt> {
  const parts = [first, ...rest];
  const width = parts.map((part) => packedBits(part.type)).reduce((sum, next) => sum.plus(next));
  const type = new UInt(width);
  const scalars = parts.map((part) => (part.type.kind === 'vec' ? (part as Sig<Vec<Bits>>).pack().expr : part.expr));
  return derive(first, type, { op: 'cat', type: { kind: 'uint', width: toNat(width) }, parts: scalars });
}
