import {
  bool,
  type Builder,
  cat,
  defineModule,
  imageParam,
  indexWidth,
  natGe,
  type NatExpr,
  natGt,
  natParam,
  requirement,
  type Sig,
  sink,
  type SInt,
  sint,
  source,
  type UInt,
  uint,
  vec,
} from '../../hdl/index.js';

export const roundings = ['floor', 'half_up', 'half_away', 'half_even', 'to_zero'] as const;
export type Rounding = (typeof roundings)[number];

/** Structure of a requantizer; each combination is a module of its own. */
export interface RequantizeKind {
  readonly signedInput: boolean;
  readonly rounding: Rounding;
  readonly relu: boolean;
  readonly overflow: 'wrap' | 'saturate';
  /** Sign of the result; matters where the result saturates. */
  readonly signedOutput: boolean;
}

const roundingDoc: Readonly<Record<Rounding, string>> = {
  floor: 'rounds toward minus infinity',
  half_up: 'rounds to nearest, ties up',
  half_away: 'rounds to nearest, ties away from zero',
  half_even: 'rounds to nearest, ties to even',
  to_zero: 'rounds toward zero',
};

export function requantizeName(kind: RequantizeKind): string {
  const parts = [kind.signedInput ? 's' : 'u', kind.rounding, ...(kind.relu ? ['relu'] : [])];
  const fit = kind.overflow === 'wrap' ? 'wrap' : `sat_${kind.signedOutput ? 's' : 'u'}`;
  return ['requantize', ...parts, fit].join('_');
}

/**
 * Fixed-point requantizer (the fixed mode): y = fit((x * multiplier + addend) >> SHIFT), one rounding at the end.
 *
 * Channels come in FOLDS groups of PE lanes. Latency 3, full throughput. Cuts valid and data; ready follows downstream
 * ready combinationally.
 */
export function makeRequantize(kind: RequantizeKind) {
  return defineModule({
    name: requantizeName(kind),
    doc: `fixed-point requantizer on PE lanes: y = (x * multiplier + addend) >> SHIFT, fitted to OUT_W bits

The shift ${roundingDoc[kind.rounding]}${kind.relu ? '; negative results become 0' : ''}; ${kind.overflow === 'wrap' ? 'the upper bits drop' : `clamps to the ${kind.signedOutput ? 'signed' : 'unsigned'} range`}.
Values are ${kind.signedInput ? 'signed' : 'unsigned'}, multipliers and addends signed; the product is full width.
Channels come in FOLDS groups of PE lanes; word f of each memory holds group f, lane 0 in the lowest bits.
Latency 3 cycles, a beat every cycle. One enable freezes the pipeline while downstream stalls:
cuts tvalid and tdata, s_axis_tready follows m_axis_tready.`,
    params: {
      PE: natParam({ default: 2, min: 1, doc: 'lanes' }),
      FOLDS: natParam({ default: 4, min: 1, doc: 'groups of channels' }),
      X_W: natParam({ default: 16, min: 1, doc: 'width of a value' }),
      M_W: natParam({ default: 8, min: 1, doc: 'width of a multiplier' }),
      A_W: natParam({ default: 16, min: 1, doc: 'width of an addend' }),
      T_W: natParam({ default: 27, min: 2, doc: 'width of x * multiplier + addend and its rounding' }),
      SHIFT: natParam({ default: 4, min: 0, doc: 'bits dropped' }),
      OUT_W: natParam({ default: 8, min: 1, doc: 'width of a result' }),
      MULTIPLIERS: imageParam('FOLDS words of PE * M_W bits'),
      ADDENDS: imageParam('FOLDS words of PE * A_W bits'),
    },
    requires: ({ X_W, M_W, A_W, T_W, SHIFT, OUT_W }) => [
      requirement(natGe(T_W, X_W.plus(M_W).plus(3)), 'the sum holds the product'),
      requirement(natGe(T_W, A_W.plus(2)), 'the sum holds the addend'),
      requirement(natGt(T_W, SHIFT.plus(OUT_W)), 'a result is a part of the sum'),
    ],
    ports: ({ PE, X_W, OUT_W }) => ({ s_axis: sink(uint(PE.times(X_W))), m_axis: source(uint(PE.times(OUT_W))) }),
    body(b, { s_axis: s, m_axis: m }, { PE, FOLDS, X_W, M_W, A_W, T_W, SHIFT, OUT_W, MULTIPLIERS, ADDENDS }) {
      const FOLD_W = b.localparam('FOLD_W', indexWidth(FOLDS));
      const P_W = b.localparam('P_W', kind.signedInput ? X_W.plus(M_W) : X_W.plus(M_W).plus(1), 'width of a product');
      const r = b.regs({
        fold: uint(FOLD_W).reset(0).doc('channel group of the next beat'),
        valueValid: bool().reset(0),
        value: uint(PE.times(X_W)),
        multiplier: uint(PE.times(M_W)),
        addend: uint(PE.times(A_W)),
        productValid: bool().reset(0),
        product: vec(PE, sint(P_W)),
        productAddend: uint(PE.times(A_W)).doc('addends that belong to the products'),
        outValid: bool().reset(0),
        out: vec(PE, uint(OUT_W)),
      });
      const multipliers = b.rom('multipliers', uint(PE.times(M_W)), FOLDS, MULTIPLIERS);
      const addends = b.rom('addends', uint(PE.times(A_W)), FOLDS, ADDENDS);
      const en = b.let('en', m.ready.or(r.outValid.not()), 'the pipeline moves');
      const accept = b.let('accept', s.fire);
      b.assign(s.ready, en);
      b.assign(m.valid, r.outValid);
      b.assign(m.data, r.out.pack());

      b.when(accept, () => {
        b.next(r.fold, r.fold.eq(FOLDS.minus(1)).mux(b.constant(uint(FOLD_W), 0), r.fold.inc()));
        b.next(r.value, s.data);
        b.next(r.multiplier, multipliers.read(r.fold));
        b.next(r.addend, addends.read(r.fold));
      });
      b.when(en, () => {
        b.next(r.valueValid, accept);
        b.next(r.productValid, r.valueValid);
        b.next(r.outValid, r.productValid);
        b.next(r.productAddend, r.addend);
      });

      b.genFor('lane', PE, (p) => {
        const raw = r.value.bits(p.times(X_W), X_W);
        const x = kind.signedInput ? raw.asSInt() : raw.extend(X_W.plus(1)).asSInt();
        const multiplier = r.multiplier.bits(p.times(M_W), M_W).asSInt();
        b.when(en, () => b.next(r.product.at(p), x.mul(multiplier)));

        const addend = r.productAddend.bits(p.times(A_W), A_W).asSInt();
        const sum = b.let('sum', r.product.at(p).extend(T_W).addWrap(addend.extend(T_W)));
        const shifted = shiftRounded(b, kind.rounding, sum, T_W, SHIFT);
        const rectified = kind.relu
          ? b.let('rectified', shifted.lt(0).mux(b.constant(sint(T_W), 0), shifted))
          : shifted;
        b.when(en, () => b.next(r.out.at(p), fit(b, kind, rectified, OUT_W)));
        b.unused('sum', sum);
        if (kind.overflow === 'wrap') b.unused('upper', rectified);
      });
    },
  });
}

/** (sum + rounding term) >> SHIFT, as wide as the sum; the rounding terms of `numerics` are 0 where SHIFT is 0. */
function shiftRounded(b: Builder, rounding: Rounding, sum: Sig<SInt>, T_W: NatExpr, SHIFT: NatExpr): Sig<SInt> {
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
      const negative = sum.lt(0);
      const bit = (value: Sig<SInt>, yes: ReturnType<Sig<SInt>['lt']>): Sig<SInt> =>
        value.addWrap(yes.asUInt().extend(T_W).asSInt());
      const halfLess = () => b.let('halfLess', ones.shr(1), 'one less than half of the last place');
      const term =
        rounding === 'to_zero'
          ? negative.mux(ones, b.constant(sint(T_W), 0))
          : rounding === 'half_up'
            ? halfLess().addWrap(1)
            : rounding === 'half_away'
              ? bit(halfLess(), negative.not())
              : bit(halfLess(), sum.bit(SHIFT));
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
