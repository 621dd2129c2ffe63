/** Values of the output tree with the two things that decide what SystemVerilog does to them: sign and dependence on context. */
import { type Nat, natEquals } from '../circuit/index.js';
import { natSv } from './nat.js';
import { binary, call, cast, type SvExpr } from './tree.js';

/** A value in the output tree, and how SystemVerilog sees it. */
export interface Value {
  readonly sv: SvExpr;
  readonly signed: boolean;
  /** Not changed by the width and sign of its surroundings. */
  readonly solid: boolean;
  /** Has an enumeration type, not only its bits. */
  readonly enumerated?: boolean;
}

/** An operator whose operands have one width; one unsigned operand makes the other unsigned. */
export function joined(fn: string, x: Value, y: Value): Value {
  const [a, b] = sameSign(x, y);
  return { sv: binary(fn, a.sv, b.sv), signed: a.signed && b.signed, solid: false };
}

/** Closes the signed one of two operands where the other would change how it is computed. */
export function sameSign(x: Value, y: Value): [Value, Value] {
  if (x.signed === y.signed) return [x, y];
  const close = (v: Value) => (v.signed && !v.solid ? { ...v, sv: call('$signed', v.sv), solid: true } : v);
  return [close(x), close(y)];
}

export function signAs(value: Value, signed: boolean): Value {
  if (value.signed === signed) return value;
  return { sv: call(signed ? '$signed' : '$unsigned', value.sv), signed, solid: true };
}

/** A value of `own` bits in `width` bits, extended by its kind. */
export function fit(value: Value, own: Nat, width: Nat, signed: boolean): Value {
  if (natEquals(own, width)) return value;
  const right = signAs(value, signed);
  const closed = right.solid ? right.sv : call(signed ? '$signed' : '$unsigned', right.sv);
  return { sv: cast(natSv(width), closed), signed, solid: true };
}
