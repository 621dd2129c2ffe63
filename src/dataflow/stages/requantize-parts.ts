/** What the requantizers have in common: their kinds, and what follows the product. */
import { type Rounding, roundingDoc } from '../../blocks/arith/rounding.js';
import {
  type Bool,
  type Builder,
  cat,
  natGe,
  type NatExpr,
  natGt,
  requirement,
  type Sig,
  type SInt,
  sint,
  type UInt,
  uint,
} from '../../hdl/index.js';

export { type Rounding, roundings } from '../../blocks/arith/rounding.js';

/** Structure of a requantizer; each combination is a module of its own. */
export interface RequantizeKind {
  readonly signedInput: boolean;
  /**
   * How a value is scaled: by a multiplier per channel (absent), by a power of two per channel, or by one power of two, which is
   * only wires.
   */
  readonly scale?: 'shift' | 'none';
  readonly rounding: Rounding;
  /**
   * The addend is a zero point: it counts behind the rounding, which looks only at the scaled value. Addends are then multiples
   * of 2^SHIFT. Absent: the addend counts in front of the rounding.
   */
  readonly zeroPoint?: boolean;
  readonly relu: boolean;
  readonly overflow: 'wrap' | 'saturate';
  /** Sign of the result; matters where the result saturates. */
  readonly signedOutput: boolean;
}

/** `requantize_s_floor_relu_wrap`; `requantize_shift_...` and `requantize_none_...` without a multiplier; `_zp` with a zero point. */
export function requantizeName(kind: RequantizeKind): string {
  const fit = kind.overflow === 'wrap' ? 'wrap' : `sat_${kind.signedOutput ? 's' : 'u'}`;
  return [
    'requantize',
    ...(kind.scale === undefined ? [] : [kind.scale]),
    ...[kind.signedInput ? 's' : 'u', kind.rounding],
    ...(kind.zeroPoint === true ? ['zp'] : []),
    ...(kind.relu ? ['relu'] : []),
    fit,
  ].join('_');
}

/** Cycles from a value to its result: operands, product and result have registers, as far as there are any. */
export function requantizeLatency({ scale }: RequantizeKind): number {
  return scale === 'none' ? 1 : scale === 'shift' ? 2 : 3;
}

/** Sentences for the header: what happens behind the product. */
export function requantizeDoc(kind: RequantizeKind): string {
  const relu = kind.relu ? '; negative results become 0' : '';
  const fit =
    kind.overflow === 'wrap'
      ? 'the upper bits drop'
      : `clamps to the ${kind.signedOutput ? 'signed' : 'unsigned'} range`;
  const zero =
    kind.zeroPoint === true ? '\nThe addend is a zero point times 2^SHIFT; it does not count for the rounding.' : '';
  return `The shift ${roundingDoc[kind.rounding]}${relu}; ${fit}.${zero}`;
}

/** `growth`: what the product has more bits than the value, sign included. */
export function requantizeRequires(
  { X_W, A_W, T_W, SHIFT, OUT_W }: Readonly<Record<'X_W' | 'A_W' | 'T_W' | 'SHIFT' | 'OUT_W', NatExpr>>,
  growth: NatExpr,
): ReturnType<typeof requirement>[] {
  return [
    requirement(natGe(T_W, X_W.plus(growth).plus(3)), 'the sum holds the product'),
    requirement(natGe(T_W, A_W.plus(2)), 'the sum holds the addend'),
    requirement(natGt(T_W, SHIFT.plus(OUT_W)), 'a result is a part of the sum'),
  ];
}

/** Value p of a beat as a signed number. */
export function signedValue(kind: RequantizeKind, beat: Sig<UInt>, p: NatExpr, X_W: NatExpr): Sig<SInt> {
  const raw = beat.bits(p.times(X_W), X_W);
  return kind.signedInput ? raw.asSInt() : raw.extend(X_W.plus(1)).asSInt();
}

/** The result of one lane from its product and its addend. */
export function requantized(
  b: Builder,
  kind: RequantizeKind,
  { product, addend }: { readonly product: Sig<SInt>; readonly addend: Sig<SInt> },
  { T_W, SHIFT, OUT_W }: Readonly<Record<'T_W' | 'SHIFT' | 'OUT_W', NatExpr>>,
): Sig<UInt> {
  const scaled = kind.zeroPoint === true ? b.let('scaled', product.extend(T_W)) : product.extend(T_W);
  const sum = b.let('sum', scaled.addWrap(addend.extend(T_W)));
  const shifted = shiftRounded(b, kind.rounding, { sum, seen: kind.zeroPoint === true ? scaled : sum }, T_W, SHIFT);
  const rectified = kind.relu ? b.let('rectified', shifted.lt(0).mux(b.constant(sint(T_W), 0), shifted)) : shifted;
  b.unused('sum', sum);
  if (kind.zeroPoint === true) b.unused('scaled', scaled);
  if (kind.overflow === 'wrap') b.unused('upper', rectified);
  return fit(b, kind, rectified, OUT_W);
}

/**
 * (sum + rounding term) >> SHIFT, as wide as the sum; the rounding terms of `numerics` are 0 where SHIFT is 0. Sign and parity
 * that a term depends on are those of `seen`.
 */
function shiftRounded(
  b: Builder,
  rounding: Rounding,
  { sum, seen }: { readonly sum: Sig<SInt>; readonly seen: Sig<SInt> },
  T_W: NatExpr,
  SHIFT: NatExpr,
): Sig<SInt> {
  const shifted = b.wire('shifted', sint(T_W));
  const shift = (value: Sig<SInt>): Sig<SInt> => value.bits(SHIFT, T_W.minus(SHIFT)).asSInt().extend(T_W);
  if (rounding === 'floor') {
    b.assign(shifted, shift(sum));
    return shifted;
  }
  b.genIf(
    'round',
    natGt(SHIFT, 0),
    () => {
      // Ones below the rounding position, half of the last place kept, and what each mode adds to them.
      const ones = cat(b.constant(uint(1), 0), onesBelow(b, SHIFT))
        .extend(T_W)
        .asSInt();
      const negative = seen.lt(0);
      const bit = (value: Sig<SInt>, yes: Sig<Bool>): Sig<SInt> => value.addWrap(yes.asUInt().extend(T_W).asSInt());
      const halfLess = () => b.let('halfLess', ones.shr(1), 'one less than half of the last place');
      const term =
        rounding === 'to_zero'
          ? negative.mux(ones, b.constant(sint(T_W), 0))
          : rounding === 'half_up'
            ? halfLess().addWrap(1)
            : rounding === 'half_away'
              ? bit(halfLess(), negative.not())
              : bit(halfLess(), seen.bit(SHIFT));
      const rounded = b.let('rounded', sum.addWrap(term));
      b.assign(shifted, shift(rounded));
      b.unused('rounded', rounded);
    },
    () => b.assign(shifted, sum),
  );
  return shifted;
}

function onesBelow(b: Builder, width: NatExpr): Sig<UInt> {
  return b.let('ones', b.constant(uint(width), 0).not());
}

function fit(b: Builder, kind: RequantizeKind, value: Sig<SInt>, OUT_W: NatExpr): Sig<UInt> {
  const low = value.truncate(OUT_W).asUInt();
  if (kind.overflow === 'wrap') return low;
  const signBits = kind.signedOutput ? 1 : 0;
  // The value fits where all bits above the result's magnitude equal its sign (signed) or are zero (unsigned).
  const upper = value.bits(OUT_W.minus(signBits), value.type.width.minus(OUT_W).plus(signBits));
  const negative = value.lt(0);
  if (!kind.signedOutput) {
    const over = b.let('over', upper.anyOne());
    return over.mux(negative.mux(b.constant(uint(OUT_W), 0), b.constant(uint(OUT_W), 0).not()), low);
  }
  const over = b.let('over', upper.anyOne().and(upper.allOnes().not()));
  const greatest = b.constant(uint(OUT_W), 0).not().shr(1);
  return over.mux(negative.mux(greatest.not(), greatest), low);
}
