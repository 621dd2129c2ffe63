/** Constants as SystemVerilog literals of exact width and sign. */
import { type Nat, type ScalarType, lit } from '../circuit/index.js';
import { isLit, natSv, simplifyNat } from './nat.js';
import { cast, type SvExpr, text, unary } from './tree.js';

export interface Literal {
  readonly sv: SvExpr;
  /** Signed as SystemVerilog sees it. */
  readonly signed: boolean;
}

const INT_LIMIT = 2n ** 31n;

/** A number of kind `uint` or `sint` in exactly `width` bits. */
export function numberLiteral(kind: ScalarType['kind'], value: bigint | Nat, width: Nat): Literal {
  const number = typeof value === 'bigint' ? value : asNumber(value);
  if (number === undefined) return { sv: cast(natSv(width), natSv(value as Nat)), signed: true };
  const signed = kind === 'sint';
  if (width.op === 'lit') return { sv: sized(number, width.value, signed), signed };
  if (number < INT_LIMIT && number >= -INT_LIMIT) {
    return {
      sv: cast(natSv(width), number < 0n ? unary('-', text(String(-number))) : text(String(number))),
      signed: true,
    };
  }
  const bits = number.toString(2).length + 1;
  return { sv: cast(natSv(width), sized(number, bits, signed)), signed };
}

function asNumber(nat: Nat): bigint | undefined {
  const simple = simplifyNat(nat);
  return simple.op === 'lit' ? BigInt(simple.value) : undefined;
}

/** `8'd5`, `8'sd5`, `-8'sd5`, `16'hbeef`. */
function sized(value: bigint, width: number, signed: boolean): SvExpr {
  const s = signed ? 's' : '';
  if (width === 1) return signed ? unaryMinus(value, "1'sb1", "1'sb0") : text(`1'b${value & 1n}`);
  if (signed && value < 0n && -value === 2n ** BigInt(width - 1)) {
    return text(`${width}'sh${(-value).toString(16)}`);
  }
  if (value < 0n) return text(`-${width}'sd${-value}`);
  return text(value < 100_000n ? `${width}'${s}d${value}` : `${width}'${s}h${value.toString(16)}`);
}

/** One-bit signed numbers are 0 and -1. */
function unaryMinus(value: bigint, ones: string, zero: string): SvExpr {
  return text(value === 0n ? zero : ones);
}

/** A plain number for places where the width does not matter: shift amounts. */
export function plainNumber(value: bigint | Nat): SvExpr {
  return natSv(typeof value === 'bigint' ? lit(Number(value)) : value);
}

export function isZero(value: bigint | Nat): boolean {
  return typeof value === 'bigint' ? value === 0n : isLit(simplifyNat(value), 0);
}
