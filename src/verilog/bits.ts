/** Expressions that are bits of one signal: what SystemVerilog can select without naming a value in between. */
import {
  type Expr,
  lit,
  type Nat,
  natEquals,
  packedWidth,
  type Signal,
  type SignalId,
  type Target,
  type Type,
} from '../circuit/index.js';
import { add, isLit, minusOne, natSv, simplifyNat, times } from './nat.js';
import { type SvExpr, text } from './tree.js';

/** Bits [offset + width - 1 : offset] of a packed signal. */
export interface Bits {
  readonly signal: SignalId;
  readonly offset: Nat;
  readonly width: Nat;
}

/** The bits that `expr` is, or undefined when it has to be computed. */
export function bitsOf(expr: Expr): Bits | undefined {
  switch (expr.op) {
    case 'ref':
      return { signal: expr.signal, offset: lit(0), width: simplifyNat(packedWidth(expr.type)) };
    case 'at': {
      const path: Nat[] = [];
      let vec: Expr = expr;
      while (vec.op === 'at') {
        path.unshift(vec.index);
        vec = vec.vec;
      }
      const base = bitsOf(vec);
      return base === undefined ? undefined : within(base, vec.type, path);
    }
    case 'slice': {
      const base = bitsOf(expr.a);
      if (base === undefined) return undefined;
      return { signal: base.signal, offset: add(base.offset, expr.low), width: simplifyNat(expr.type.width) };
    }
    case 'convert':
      return expr.fn === 'pack' || expr.fn === 'unpack' || (expr.fn === 'reinterpret' && expr.type.kind !== 'enum')
        ? bitsOf(expr.a)
        : undefined;
    default:
      return undefined;
  }
}

/** Element `path` of a vector of `type` that lies at `base`: `((i*N + j)*W)`. */
export function within(base: Bits, type: Type, path: readonly Nat[]): Bits {
  let index: Nat = lit(0);
  let element = type;
  for (const step of path) {
    if (element.kind !== 'vec') throw new Error('a path goes deeper than its vector');
    index = add(times(index, element.count), step);
    element = element.element;
  }
  const width = simplifyNat(packedWidth(element));
  return { signal: base.signal, offset: add(base.offset, times(index, width)), width };
}

export function targetBits(target: Target, signals: readonly Signal[]): Bits {
  const { type } = signals[target.signal]!;
  return within({ signal: target.signal, offset: lit(0), width: packedWidth(type) }, type, target.path);
}

/** The bits as text, in the shortest form: the whole signal, `x[3]`, `x[W-1:0]`, `x[7:4]` or `x[i*W +: W]`. */
export function bitsSv(bits: Bits, signals: readonly Signal[], inlineLocals = false): SvExpr {
  const signal = signals[bits.signal]!;
  const base = text(signal.name);
  if (coversAll(bits, signals)) return base;
  const show = (nat: Nat) => natSv(nat, inlineLocals);
  if (isLit(bits.width, 1)) return { sv: 'bit', base, index: show(bits.offset) };
  if (isLit(bits.offset, 0)) return { sv: 'range', base, high: show(minusOne(bits.width)), low: text(0) };
  if (bits.offset.op === 'lit' && bits.width.op === 'lit') {
    return { sv: 'range', base, high: text(bits.offset.value + bits.width.value - 1), low: text(bits.offset.value) };
  }
  return { sv: 'part', base, low: show(bits.offset), width: show(bits.width) };
}

export function coversAll(bits: Bits, signals: readonly Signal[]): boolean {
  const all = simplifyNat(packedWidth(signals[bits.signal]!.type));
  return isLit(all, 1) || (isLit(bits.offset, 0) && natEquals(bits.width, all));
}
