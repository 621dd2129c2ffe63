/** Symbolic naturals as the author writes them: `W.plus(1)`, `clog2(DEPTH)`. */
import { type Nat, type NatBinaryOp, type NatCondition, lit, natText } from '../circuit/index.js';
import { kitError } from './errors.js';

/** A symbolic natural, or a plain number where the value is known. */
export type NatLike = NatExpr | number;

export class NatExpr {
  constructor(readonly nat: Nat) {}

  plus(other: NatLike): NatExpr {
    return binary('add', this, other);
  }
  minus(other: NatLike): NatExpr {
    return binary('sub', this, other);
  }
  times(other: NatLike): NatExpr {
    return binary('mul', this, other);
  }
  /** Floor of the quotient. */
  div(other: NatLike): NatExpr {
    return binary('div', this, other);
  }
  mod(other: NatLike): NatExpr {
    return binary('mod', this, other);
  }
  ceilDiv(other: NatLike): NatExpr {
    return binary('ceilDiv', this, other);
  }
  max(other: NatLike): NatExpr {
    return binary('max', this, other);
  }
  min(other: NatLike): NatExpr {
    return binary('min', this, other);
  }

  /** Any use as a plain number would freeze the parameter: rule S1 of the kit. */
  [Symbol.toPrimitive](): never {
    throw kitError(
      'H1009',
      `parameter expression '${natText(this.nat)}' was used as a plain number; this would freeze it`,
      'use Nat arithmetic, b.genFor or b.genIf, or make the value a hard parameter with b.freeze',
    );
  }
}

function binary(op: NatBinaryOp, a: NatLike, b: NatLike): NatExpr {
  return new NatExpr({ op, a: toNat(a), b: toNat(b) });
}

export function toNat(value: NatLike): Nat {
  return typeof value === 'number' ? lit(value) : value.nat;
}

export function nat(value: NatLike): NatExpr {
  return typeof value === 'number' ? new NatExpr(lit(value)) : value;
}

/** Ceiling of log2: bits to count `value` states. 0 for one state; see {@link indexWidth} for widths. */
export function clog2(value: NatLike): NatExpr {
  return new NatExpr({ op: 'clog2', a: toNat(value) });
}

/** Width of an index into `count` elements: clog2, but at least one bit. */
export function indexWidth(count: NatLike): NatExpr {
  return new NatExpr({ op: 'max', a: { op: 'clog2', a: toNat(count) }, b: lit(1) });
}

/** Width that holds 0 .. `greatest`. */
export function widthFor(greatest: NatLike): NatExpr {
  return clog2(nat(greatest).plus(1));
}

const relation =
  (rel: NatCondition['rel']) =>
  (a: NatLike, b: NatLike): NatCondition => ({ rel, a: toNat(a), b: toNat(b) });

/** Conditions for `b.genIf` and `requires`. */
export const natEq = relation('==');
export const natNe = relation('!=');
export const natLt = relation('<');
export const natLe = relation('<=');
export const natGt = relation('>');
export const natGe = relation('>=');
