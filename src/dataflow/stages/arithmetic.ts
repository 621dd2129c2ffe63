import { evalNat } from '../../circuit/index.js';
import { clog2, nat, type NatExpr, type Sig, type SInt, type UInt, widthFor } from '../../hdl/index.js';

/**
 * How one product is formed, by the types of activation and weight: u unsigned, s signed, b bipolar.
 *
 * `xnor`: both bipolar; the sum counts the positions that agree (an unsigned popcount). `xnor_sum`: the same, but the sum
 * is the value itself, agreements minus disagreements. Bipolar operands are bits, 0 for -1 and 1 for +1.
 */
export const arithmetics = ['xnor', 'xnor_sum', 'us', 'ss', 'uu', 'su', 'ub', 'sb', 'bs', 'bu'] as const;
export type Arithmetic = (typeof arithmetics)[number];

export const arithmeticDoc: Readonly<Record<Arithmetic, string>> = {
  xnor: 'Binary weights and activations; the sum counts the positions where they agree.',
  xnor_sum: 'Binary weights and activations; the sum is agreements minus disagreements.',
  us: 'Unsigned activations, signed weights.',
  ss: 'Signed activations and weights.',
  uu: 'Unsigned activations and weights.',
  su: 'Signed activations, unsigned weights.',
  ub: 'Unsigned activations; weight bits 0 and 1 stand for -1 and +1.',
  sb: 'Signed activations; weight bits 0 and 1 stand for -1 and +1.',
  bs: 'Activation bits 0 and 1 stand for -1 and +1; signed weights.',
  bu: 'Activation bits 0 and 1 stand for -1 and +1; unsigned weights.',
};

/** Works on bits of all lanes at once, with a popcount instead of products. */
export const isBinary = (arithmetic: Arithmetic): boolean => arithmetic === 'xnor' || arithmetic === 'xnor_sum';

/** Width of one signed product of an X_W-bit activation and a W_W-bit weight. */
export function productWidth(arithmetic: Arithmetic, xW: NatExpr, wW: NatExpr): NatExpr {
  switch (arithmetic) {
    case 'ss':
      return xW.plus(wW);
    case 'us':
    case 'su':
      return xW.plus(wW).plus(1);
    case 'uu':
    case 'ub':
      return arithmetic === 'uu' ? xW.plus(wW).plus(2) : xW.plus(2);
    case 'sb':
      return xW.plus(1);
    case 'bs':
      return wW.plus(1);
    case 'bu':
      return wW.plus(2);
    case 'xnor':
    case 'xnor_sum':
      return xW;
  }
}

/** Width of the signed sum of SIMD lanes, whose products are shifted right by `shift` bits. */
export function laneSumWidth(
  arithmetic: Arithmetic,
  simd: NatExpr,
  xW: NatExpr,
  wW: NatExpr,
  shift?: NatExpr,
): NatExpr {
  if (arithmetic === 'xnor') return widthFor(simd).plus(1);
  if (arithmetic === 'xnor_sum') return widthFor(simd).plus(2);
  const product = productWidth(arithmetic, xW, wW);
  return (shift === undefined ? product : product.minus(shift)).plus(clog2(simd));
}

/**
 * P_SHIFT for products that are to lose `shift` bits: a product has to keep one, which is its sign, and what lies above it is
 * sign too.
 */
export function legalShift(arithmetic: Arithmetic, xW: number, wW: number, shift: number): number {
  return Math.min(shift, evalNat(productWidth(arithmetic, nat(xW), nat(wW)).nat, {}) - 1);
}

/** The signed product of one lane; operands as raw bits. */
export function product(arithmetic: Arithmetic, x: Sig<UInt>, w: Sig<UInt>): Sig<SInt> {
  const signed = (raw: Sig<UInt>, isSigned: boolean): Sig<SInt> =>
    isSigned ? raw.asSInt() : raw.extend(raw.type.width.plus(1)).asSInt();
  // A bipolar operand keeps or negates the other one.
  const flip = (sign: Sig<UInt>, value: Sig<SInt>): Sig<SInt> =>
    sign.bit(0).mux(value.extend(value.type.width.plus(1)), value.neg());
  switch (arithmetic) {
    case 'ub':
    case 'sb':
      return flip(w, signed(x, arithmetic === 'sb'));
    case 'bs':
    case 'bu':
      return flip(x, signed(w, arithmetic === 'bs'));
    default:
      return signed(x, arithmetic.startsWith('s')).mul(signed(w, arithmetic.endsWith('s')));
  }
}
