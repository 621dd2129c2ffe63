/**
 * Expressions of the circuit as expressions of the output tree, with the widths and signs that the circuit gives them.
 *
 * SystemVerilog widens the operands of `+`, `~`, `<<`, `?:` ... to the width around them, and makes them unsigned when one
 * neighbour is. So every value is asked for at one width; growing operators hand that width to their operands
 * (`ACC_W'(a) * ACC_W'(b)`), the others are computed at their own width and closed with `$signed()` or `$unsigned()`
 * before they are cast (tools differ on what a bare cast does to its operand). Casts to fewer bits stand alone on a right
 * side (`prepare.ts` sees to it): Yosys 0.23 lets their operand widen whatever is around them.
 */
import {
  type BinaryOp,
  type Expr,
  lit,
  type Nat,
  type NatContext,
  natEquals,
  packedWidth,
  provesAtLeast,
  provesFits,
  type ScalarType,
  type Signal,
  type Type,
} from '../circuit/index.js';
import { bitsOf, bitsSv, coversAll } from './bits.js';
import { isZero, numberLiteral, plainNumber } from './constants.js';
import type { EnumNames } from './enums.js';
import { indexFits } from './indices.js';
import { isLit, natSv, simplifyNat } from './nat.js';
import { binary, call, cast, type SvExpr, text, unary } from './tree.js';
import { fit, joined, sameSign, signAs, type Value } from './value.js';

/** What expressions of one module refer to. */
export interface ExprContext {
  readonly signals: readonly Signal[];
  readonly enums: EnumNames;
  /** Ranges of the parameters. */
  readonly ranges: NatContext;
  /** Localparams are not visible here: the port list, connections of ports. */
  readonly inlineLocals?: boolean;
}

/** `top`: the whole right side of an assignment whose target has the width of the expression. */
type Position = 'top' | 'operand';

/** The right side of an assignment to a target of the expression's type. */
export function assigned(expr: Expr, context: ExprContext): SvExpr {
  return valueAt(expr, widthOf(expr), 'top', context).sv;
}
/** As `assigned`, to a target that is declared with an enumeration type. */
export function assignedEnum(expr: Expr, context: ExprContext): SvExpr {
  const type = expr.type;
  if (type.kind !== 'enum') return assigned(expr, context);
  return asEnum(valueAt(expr, widthOf(expr), 'top', context), type, context);
}
/** A value on its own: a condition, a port, part of a concatenation. */
export function selfContained(expr: Expr, context: ExprContext): SvExpr {
  return valueAt(expr, widthOf(expr), 'operand', context).sv;
}

export function widthOf(expr: Expr): Nat {
  return simplifyNat(packedWidth(expr.type));
}

const signedType = (type: Type): boolean => type.kind === 'sint';

const operators: Readonly<Record<BinaryOp, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  addWrap: '+',
  subWrap: '-',
  and: '&',
  or: '|',
  xor: '^',
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  shl: '<<',
  shr: '>>',
};

/** `expr` in exactly `width` bits, at least its own; wider values are extended by the expression's kind. */
function valueAt(expr: Expr, width: Nat, position: Position, context: ExprContext): Value {
  const own = widthOf(expr);
  const fits = (value: Value): Value => fit(value, own, width, signedType(expr.type));
  switch (expr.op) {
    case 'const':
      return constant(expr.type, expr.value, width, position, context);
    case 'ref':
    case 'at':
      return fits(selection(expr, context));
    case 'slice':
      return fits(bitsOf(expr) === undefined ? shiftedDown(expr, context) : selection(expr, context));
    case 'select':
      return fits(signAs(runtimeElement(expr, context), signedType(expr.type)));
    case 'read': {
      const memory = context.signals[expr.memory]!;
      if (memory.kind === 'memory' && memory.contents !== undefined) {
        const address = cast(text(32), selfContained(expr.address, context));
        const found: SvExpr = call(`${memory.name}_at`, address);
        return fits(signAs({ sv: found, signed: false, solid: true }, signedType(expr.type)));
      }
      const index = memory.kind === 'memory' ? indexSv(expr.address, memory.depth, context) : text(0);
      const word: SvExpr = { sv: 'bit', base: text(memory.name), index };
      return fits(signAs({ sv: word, signed: false, solid: true }, signedType(expr.type)));
    }
    case 'mux': {
      const cond = selfContained(expr.cond, context);
      const branch = (e: Expr) => {
        const value = valueAt(e, width, 'operand', context);
        return expr.type.kind === 'enum'
          ? { ...value, sv: asEnum(value, expr.type, context), enumerated: true }
          : value;
      };
      const [a, b] = sameSign(branch(expr.a), branch(expr.b));
      const sv: SvExpr = { sv: 'cond', cond, a: a.sv, b: b.sv };
      return { sv, signed: a.signed && b.signed, solid: false, enumerated: expr.type.kind === 'enum' };
    }
    case 'binary':
      return binaryValue(expr, width, position, context);
    case 'unary':
      return unaryValue(expr, width, position, context);
    case 'convert':
      return convertValue(expr, width, position, context);
    case 'cat': {
      const parts = expr.parts.map((part) => selfContained(part, context));
      const [only] = parts;
      const sv: SvExpr = parts.length === 1 && only !== undefined ? call('$unsigned', only) : { sv: 'concat', parts };
      return fits({ sv, signed: false, solid: true });
    }
    case 'fold':
      return fits(reduction(expr.fn, selfContained(expr.vec, context)));
  }
}

function reduction(fn: string, vec: SvExpr): Value {
  const sign = { and: '&', or: '|', xor: '^' }[fn];
  if (sign === undefined) throw new Error(`fold '${fn}' has to be prepared as a loop`);
  return { sv: unary(sign, vec), signed: false, solid: true };
}

function constant(type: ScalarType, value: bigint | Nat, width: Nat, position: Position, context: ExprContext): Value {
  if (type.kind === 'enum') {
    const member = context.enums.members(type)[Number(typeof value === 'bigint' ? value : 0n)];
    if (member !== undefined) return { sv: text(member), signed: false, solid: true, enumerated: true };
  }
  if (type.kind === 'bool') return { sv: text(isZero(value) ? "1'b0" : "1'b1"), signed: false, solid: true };
  if (position === 'top' && isZero(value) && !(width.op === 'lit' && width.value === 1)) {
    return { sv: text("'0"), signed: false, solid: true };
  }
  return { ...numberLiteral(type.kind, value, width), solid: true };
}

/** Bits of a signal; scalars declared as signed are signed, selected bits are not. */
function selection(expr: Expr, context: ExprContext): Value {
  const bits = bitsOf(expr);
  if (bits === undefined) throw new Error(`a selection from '${expr.op}' has to be prepared`);
  const signal = context.signals[bits.signal]!;
  const sv = bitsSv(bits, context.signals, context.inlineLocals);
  const whole = coversAll(bits, context.signals);
  const port = signal.kind === 'input' || signal.kind === 'output';
  const value: Value = {
    sv,
    signed: whole && signal.type.kind === 'sint',
    solid: true,
    enumerated: whole && signal.type.kind === 'enum' && !port,
  };
  return expr.type.kind === 'sint' ? signAs(value, true) : value;
}

/** Bits of a value that has no name: shifted to the bottom and cut. */
function shiftedDown(expr: Extract<Expr, { op: 'slice' }>, context: ExprContext): Value {
  const value = valueAt(expr.a, widthOf(expr.a), 'operand', context);
  const moved = isZero(expr.low) ? value.sv : binary('>>', value.sv, natSv(expr.low));
  return { sv: cast(natSv(widthOf(expr)), moved), signed: value.signed, solid: true };
}

function runtimeElement(expr: Extract<Expr, { op: 'select' }>, context: ExprContext): Value {
  const bits = bitsOf(expr.vec);
  if (bits === undefined || expr.vec.type.kind !== 'vec') throw new Error('a run-time selection has to be prepared');
  // One selection from the whole signal: `x[7:4][i]` is no SystemVerilog.
  const whole = coversAll(bits, context.signals) || isZero(bits.offset);
  const base: SvExpr = text(context.signals[bits.signal]!.name);
  const from = (low: SvExpr): SvExpr => (whole ? low : binary('+', natSv(bits.offset), low));
  const width = widthOf(expr);
  const index = indexSv(expr.index, expr.vec.type.count, context);
  if (width.op === 'lit' && width.value === 1) {
    const far = whole || expr.index.op === 'const' ? index : cast(text(32), index);
    return { sv: { sv: 'bit', base, index: from(far) }, signed: false, solid: true };
  }
  const factor = valueAt(expr.index, widthOf(expr.index), 'operand', context);
  const low = from(binary('*', unsigned(factor), natSv(width)));
  return { sv: { sv: 'part', base, low, width: natSv(width) }, signed: false, solid: true };
}

/** An index in the width that Verilator wants: as it is when it counts exactly so far, as a plain 32-bit number else. */
export function indexSv(index: Expr, count: Nat, context: ExprContext): SvExpr {
  if (index.op === 'const') return plainNumber(index.value);
  const value = valueAt(index, widthOf(index), 'operand', context);
  if (value.solid && !value.signed && indexFits(widthOf(index), count)) return value.sv;
  return cast(text(32), unsigned(value));
}

/** A number that counts: a code of a signed constant must not extend by its sign. */
const unsigned = (value: Value): SvExpr => (value.solid && !value.signed ? value.sv : call('$unsigned', value.sv));

function binaryValue(
  expr: Extract<Expr, { op: 'binary' }>,
  width: Nat,
  position: Position,
  context: ExprContext,
): Value {
  const { fn, a, b } = expr;
  const own = widthOf(expr);
  const fits = (value: Value): Value => fit(value, own, width, signedType(expr.type));
  const at = (e: Expr, w: Nat) => valueAt(e, w, 'operand', context);
  switch (fn) {
    case 'add':
    case 'sub':
    case 'mul': {
      if (position === 'top' && natEquals(width, own)) {
        const plain = plainGrowth(expr, context);
        if (plain !== undefined) return plain;
      }
      const sum = joined(operators[fn], at(a, width), at(b, width));
      // unsigned operands may have a negative difference
      return signedType(expr.type) && position === 'operand' ? signAs(sum, true) : sum;
    }
    case 'and':
    case 'or':
    case 'xor':
      if (expr.type.kind === 'bool') {
        const sign = { and: '&&', or: '||', xor: '^' }[fn];
        return { sv: binary(sign, at(a, own).sv, at(b, own).sv), signed: false, solid: fn !== 'xor' };
      }
      return joined(operators[fn], at(a, width), at(b, width));
    case 'addWrap':
    case 'subWrap':
      return fits(joined(operators[fn], at(a, own), at(b, own)));
    case 'shl':
    case 'shr': {
      const amount = b.op === 'const' ? plainNumber(b.value) : selfContained(b, context);
      const arithmetic = fn === 'shr' && signedType(expr.type);
      const left = arithmetic ? signAs(at(a, own), true) : at(a, own);
      return fits({
        sv: binary(arithmetic ? '>>>' : operators[fn], left.sv, amount),
        signed: left.signed,
        solid: false,
      });
    }
    default: {
      const { fn: compare, a: left, b: right } = undecided(expr, context);
      const common = widthOf(left);
      const wanted = signedType(a.type);
      let [x, y] = [at(left, common), at(right, common)];
      if (wanted) [x, y] = [signAs(x, true), signAs(y, true)];
      else if (x.signed && y.signed) x = signAs(x, false);
      else [x, y] = sameSign(x, y);
      return { sv: binary(operators[compare], x.sv, y.sv), signed: false, solid: true };
    }
  }
}

type Binary = Extract<Expr, { op: 'binary' }>;

/**
 * `x > c` as `x >= c + 1`, one bit wider, where the unsigned constant may be all ones at some parameters. The comparison is
 * decided there, and Verilator's CMPCONST objects to the plain form; to synthesis both are the same.
 */
function undecided(expr: Binary, { ranges }: ExprContext): Binary {
  const { fn, a, b } = expr;
  const [constant, x] = fn === 'gt' || fn === 'le' ? [b, a] : [a, b];
  if (constant.op !== 'const' || constant.type.kind !== 'uint' || strictness[fn] === undefined) return expr;
  const { value } = constant;
  const width = widthOf(x);
  const below =
    typeof value === 'bigint'
      ? provesAtLeast(width, lit((value + 1n).toString(2).length), ranges)
      : provesFits({ op: 'add', a: value, b: lit(1) }, width, ranges);
  if (below) return expr;
  const type: ScalarType = { kind: 'uint', width: simplifyNat({ op: 'add', a: width, b: lit(1) }) };
  const next: Expr = {
    op: 'const',
    type,
    value: typeof value === 'bigint' ? value + 1n : simplifyNat({ op: 'add', a: value, b: lit(1) }),
  };
  const wide: Expr = { op: 'convert', type, fn: 'extend', a: x };
  const [left, right] = constant === b ? [wide, next] : [next, wide];
  return { ...expr, fn: strictness[fn], a: left, b: right };
}
const strictness: Readonly<Partial<Record<BinaryOp, BinaryOp>>> = { gt: 'ge', le: 'lt', lt: 'le', ge: 'gt' };

/** `a + b`, `a * b` where the assignment itself gives the width and no tool complains. */
function plainGrowth(expr: Extract<Expr, { op: 'binary' }>, context: ExprContext): Value | undefined {
  const { fn, a, b } = expr;
  const simple = (e: Expr) => e.op !== 'const' && bitsOf(e) !== undefined && e.type.kind !== 'bool';
  if (!simple(a) || !simple(b)) return undefined;
  const [x, y] = [selection(a, context), selection(b, context)];
  if (x.signed !== signedType(a.type) || y.signed !== signedType(b.type)) return undefined;
  if (fn !== 'mul' && !natEquals(widthOf(a), widthOf(b))) return undefined;
  return { sv: binary(operators[fn], x.sv, y.sv), signed: x.signed, solid: false };
}

function unaryValue(expr: Extract<Expr, { op: 'unary' }>, width: Nat, position: Position, context: ExprContext): Value {
  const own = widthOf(expr);
  const operand = (w: Nat) => valueAt(expr.a, w, 'operand', context);
  switch (expr.fn) {
    case 'not': {
      const a = operand(own);
      if (expr.type.kind === 'bool') {
        return { sv: inverse(a.sv), signed: false, solid: true };
      }
      return fit({ ...a, sv: unary('~', a.sv), solid: false }, own, width, signedType(expr.type));
    }
    case 'neg': {
      const a = operand(width);
      return { sv: unary('-', a.sv), signed: a.signed, solid: false };
    }
    case 'reduceAnd':
    case 'reduceOr':
    case 'reduceXor': {
      const a = operand(widthOf(expr.a));
      // One bit is its own reduction; Verilator 5.006 trips over some.
      if (isLit(widthOf(expr.a), 1)) return { ...signAs(a, false), solid: a.solid };
      const sign = { reduceAnd: '&', reduceOr: '|', reduceXor: '^' }[expr.fn];
      return { sv: unary(sign, a.sv), signed: false, solid: true };
    }
    case 'popcount':
      throw new Error(`popcount has to be prepared as a loop (${position})`);
  }
}

/** `!a`; of a comparison the opposite one. */
function inverse(sv: SvExpr): SvExpr {
  if (sv.sv === 'unary' && sv.fn === '!') return sv.a;
  const opposite: Readonly<Record<string, string>> = {
    '==': '!=',
    '!=': '==',
    '<': '>=',
    '>=': '<',
    '>': '<=',
    '<=': '>',
  };
  const fn = sv.sv === 'binary' ? opposite[sv.fn] : undefined;
  return sv.sv === 'binary' && fn !== undefined ? binary(fn, sv.a, sv.b) : unary('!', sv);
}

function convertValue(
  expr: Extract<Expr, { op: 'convert' }>,
  width: Nat,
  position: Position,
  context: ExprContext,
): Value {
  const { fn, a } = expr;
  const own = widthOf(expr);
  const from = widthOf(a);
  const signed = signedType(expr.type);
  switch (fn) {
    case 'extend':
      return valueAt(a, width, 'operand', context);
    case 'truncate': {
      const value = valueAt(a, from, 'operand', context);
      const cut: Value = { sv: cast(natSv(own), value.sv), signed: value.signed, solid: true };
      return fit(natEquals(own, from) ? value : cut, own, width, signed);
    }
    case 'reinterpret':
    case 'pack':
    case 'unpack': {
      if (a.op === 'const' && typeof a.value === 'bigint' && expr.type.kind === 'uint') {
        if (position === 'top' && isZero(a.value)) return constant(expr.type, 0n, width, position, context);
      }
      const free = position === 'top' && natEquals(width, from) && expr.type.kind !== 'sint';
      const value = valueAt(a, from, free ? 'top' : 'operand', context);
      const closed = value.solid || free ? value : signAs(value, signed);
      if (expr.type.kind === 'enum') return { ...closed, enumerated: false };
      const kept: Value = { sv: closed.sv, signed: closed.signed, solid: closed.solid };
      return fit(signed ? signAs(kept, true) : kept, from, width, signed);
    }
  }
}

/** Bits as a member of an enumeration: a choice by value, because not every tool knows the cast. */
function asEnum(value: Value, type: Extract<ScalarType, { kind: 'enum' }>, context: ExprContext): SvExpr {
  if (value.enumerated === true) return value.sv;
  const members = context.enums.members(type);
  const width = packedWidth(type);
  return members
    .map((member, k) => ({ member, literal: numberLiteral('uint', BigInt(k), width).sv }))
    .reduceRight<SvExpr>(
      (rest, { member, literal }, k) =>
        k === members.length - 1
          ? text(member)
          : { sv: 'cond', cond: binary('==', value.sv, literal), a: text(member), b: rest },
      text(members[members.length - 1] ?? ''),
    );
}
