/** Casts of float32 numbers to fixed point, with a format that is built in or comes with every number. */
import {
  bool,
  type Builder,
  bundle,
  cat,
  defineModule,
  natGe,
  type NatExpr,
  natParam,
  requirement,
  type Sig,
  sink,
  source,
  type Bool,
  type UInt,
  type SInt,
  sint,
  uint,
  widthFor,
} from '../../hdl/index.js';
import { type Rounding, roundingDoc } from './rounding.js';

/** What a code stands for; `bipolar`: 0 for -1 and 1 for +1. The places are the values of TYPE in a format. */
export const codeTypes = ['unsigned', 'signed', 'bipolar'] as const;

/** Fields of a format by name: lowest bit and width. */
export const formatFields = { FRAC: [0, 8], BITS: [8, 5], TYPE: [13, 2] } as const;
/** Bits of a format. */
export const FORMAT_BITS = 15;

const valueDoc = (rounding: Rounding): string => `A number is IEEE 754 binary32, subnormal ones included; \
what does not fit becomes the
nearest code, infinities too; NaN becomes the code of 0. The cast ${roundingDoc[rounding]}.`;
const flowDoc = `Latency 3 cycles, a beat every cycle. One enable freezes the pipeline while downstream stalls:
cuts tvalid and tdata, s_axis_tready follows m_axis_tready.`;

/** What of a format a number meets on its way. */
interface Meets {
  /** W + 126 - FRAC, 10 bits: the exponent of a number just below 2^W, as it is stored. */
  readonly limit: Sig<SInt>;
  /** Greatest magnitude of a code of this sign, W + 1 bits; asked in the cycle in which the number is aligned. */
  readonly most: (negative: Sig<Bool>) => Sig<UInt>;
  /** The code of a number in W bits, from its sign and rounded magnitude; asked in the cycle of the result. */
  readonly code: (negative: Sig<Bool>, value: Sig<UInt>) => Sig<UInt>;
}

/**
 * The pipeline: decode, align, round and clamp. `accept` takes a number where `en` lets the pipeline move. Gives the result and
 * whether there is one.
 */
function castPipeline(
  b: Builder,
  rounding: Rounding,
  W: NatExpr,
  x: Sig<UInt>,
  { en, accept, outValid }: { readonly en: Sig<Bool>; readonly accept: Sig<Bool>; readonly outValid: Sig<Bool> },
  meets: Meets,
): Sig<UInt> {
  const SHIFT_W = b.localparam('SHIFT_W', widthFor(W.plus(1)));
  const r = b.regs({
    numberValid: bool().reset(0),
    negative: bool(),
    mantissa: uint(24).doc('with its leading one'),
    shift: uint(SHIFT_W).doc('places to the right'),
    over: bool().doc('2^W or more'),
    alignedValid: bool().reset(0),
    alignedNegative: bool(),
    whole: uint(W).doc('magnitude without its fraction'),
    half: bool().doc('first bit of the fraction'),
    rest: bool().doc('some bit behind it is 1'),
    alignedOver: bool(),
    most: uint(W.plus(1)).doc('greatest magnitude of a code'),
    out: uint(W),
  });
  b.when(en, () => {
    b.next(r.numberValid, accept);
    b.next(r.alignedValid, r.numberValid);
    b.next(outValid, r.alignedValid);
  });

  b.comment('decode: a number is mantissa * 2^(exponent - 150); subnormal ones have exponent 1 and no leading one');
  const exponent = b.let('exponent', x.bits(23, 8));
  const fraction = b.let('fraction', x.bits(0, 23));
  const normal = b.let('normal', exponent.anyOne());
  const special = b.let('special', exponent.allOnes(), 'an infinity or NaN');
  const nan = b.let('nan', special.and(fraction.anyOne()));
  const place = b.let('place', cat(exponent.bits(1, 7), exponent.bit(0).or(normal.not())));
  const gap = b.let('gap', meets.limit.subWrap(place.extend(10).asSInt()), 'places below 2^W');
  const far = b.let('far', gap.gt(W.plus(1)), 'less than a quarter of the last place');
  b.when(en, () => {
    const zero = b.constant(uint(24), 0);
    b.next(r.negative, x.bit(31).and(nan.not()).and(normal.or(fraction.anyOne())));
    b.next(r.mantissa, nan.mux(zero, cat(normal, fraction)));
    b.next(r.shift, far.mux(b.constant(uint(SHIFT_W), W.plus(1)), gap.asUInt().truncate(SHIFT_W)));
    b.next(r.over, nan.not().and(special.or(gap.lt(0))));
  });

  b.comment('align: the magnitude to the left of the half, all that is lost beside it');
  const field = cat(r.mantissa, b.constant(uint(W.plus(1)), 0));
  const aligned = b.let('aligned', field.shr(r.shift));
  b.when(en, () => {
    b.next(r.alignedNegative, r.negative);
    b.next(r.alignedOver, r.over);
    b.next(r.whole, aligned.bits(25, W));
    b.next(r.half, aligned.bit(24));
    b.next(r.rest, aligned.bits(0, 24).anyOne());
    b.next(r.most, meets.most(r.negative));
  });

  b.comment('round the magnitude, clamp it, and give it its sign');
  const some = r.half.or(r.rest);
  const up = {
    floor: () => r.alignedNegative.and(some),
    half_up: () => r.half.and(r.alignedNegative.not().or(r.rest)),
    half_away: () => r.half,
    half_even: () => r.half.and(r.rest.or(r.whole.bit(0))),
    to_zero: () => b.constant(bool(), 0),
  }[rounding]();
  const rounded = b.let('rounded', r.whole.extend(W.plus(1)).addWrap(up.asUInt().extend(W.plus(1))));
  const clamps = b.let('clamps', r.alignedOver.or(rounded.gt(r.most)));
  const value = b.let('value', clamps.mux(r.most, rounded));
  const zero = b.constant(uint(W.plus(1)), 0);
  const complement = b.let('complement', zero.subWrap(value));
  b.unused('complement', complement);
  b.when(en, () => {
    b.next(r.out, meets.code(r.alignedNegative, r.alignedNegative.mux(complement, value).truncate(W)));
  });
  return r.out;
}

/** A cast to signed or unsigned codes of W bits with FRAC bits behind the point. */
export function makeFloatCast(type: 'signed' | 'unsigned', rounding: Rounding) {
  return defineModule({
    name: `float_cast_${type === 'signed' ? 's' : 'u'}_${rounding}`,
    doc: `float32 to ${type} fixed point: the code of x is x * 2^FRAC, rounded and clamped to W bits

${valueDoc(rounding)}
${flowDoc}`,
    params: {
      W: natParam({ default: 8, min: 1, max: 32, doc: 'bits of a code' }),
      FRAC: natParam({ default: 4, min: 0, max: 157, doc: 'fraction bits, at most W + 125' }),
    },
    requires: ({ W, FRAC }) => [
      requirement(natGe(32, W), 'limit of W'),
      requirement(natGe(W.plus(125), FRAC), 'subnormal numbers are small'),
    ],
    ports: ({ W }) => ({ s_axis: sink(uint(32), 'float32'), m_axis: source(uint(W)) }),
    body(b, { s_axis: s, m_axis: m }, { W, FRAC }) {
      const outValid = b.reg('outValid', bool().reset(0));
      const en = b.let('en', m.ready.or(outValid.not()), 'the pipeline moves');
      const accept = b.let('accept', s.fire);
      b.assign(s.ready, en);
      b.assign(m.valid, outValid);
      const ones = b.constant(uint(W.plus(1)), 0).not();
      const greatest = b.let('greatest', ones.shr(type === 'signed' ? 2 : 1), 'code');
      const out = castPipeline(
        b,
        rounding,
        W,
        s.data,
        { en, accept, outValid },
        {
          limit: b.constant(sint(10), W.plus(126)).subWrap(b.constant(sint(10), FRAC)),
          most: (negative) => {
            if (type === 'signed') return greatest.addWrap(negative.asUInt().extend(W.plus(1)));
            return negative.mux(b.constant(uint(W.plus(1)), 0), greatest);
          },
          code: (_, value) => value,
        },
      );
      b.assign(m.data, out);
    },
  });
}

/** A cast with a format beside every number: fields as in {@link formatFields}. */
export function makeFloatCastFormat(rounding: Rounding) {
  return defineModule({
    name: `float_cast_format_${rounding}`,
    doc: `float32 to fixed point in a format that comes with every number: the code is x * 2^FRAC, rounded and clamped

tuser is the format: FRAC in bits 7:0, signed; BITS - 1 in 12:8; TYPE in 14:13. A code has BITS bits, at most W: TYPE
0 unsigned, 1 signed and extended to W bits; 2: one bit, 0 where x is negative and 1 where it is not.
${valueDoc(rounding)}
${flowDoc}`,
    params: { W: natParam({ default: 32, min: 2, max: 32, doc: 'bits of a result' }) },
    requires: ({ W }) => [requirement(natGe(32, W), 'limit of W')],
    ports: ({ W }) => ({
      s_axis: sink(bundle({ tdata: uint(32), tuser: uint(FORMAT_BITS) }), 'float32, and its format'),
      m_axis: source(uint(W)),
    }),
    body(b, { s_axis: s, m_axis: m }, { W }) {
      const outValid = b.reg('outValid', bool().reset(0));
      const en = b.let('en', m.ready.or(outValid.not()), 'the pipeline moves');
      const accept = b.let('accept', s.fire);
      b.assign(s.ready, en);
      b.assign(m.valid, outValid);
      const part = (name: keyof typeof formatFields): Sig<UInt> =>
        s.data.tuser.bits(formatFields[name][0], formatFields[name][1]);
      const f = b.regs({
        bits: uint(5).doc('bits of a code, less one'),
        type: uint(2),
        alignedType: uint(2),
      });
      const isType = (of: Sig<UInt>, name: (typeof codeTypes)[number]) => of.eq(codeTypes.indexOf(name));
      b.when(en, () => {
        b.next(f.bits, part('BITS'));
        b.next(f.type, part('TYPE'));
        b.next(f.alignedType, f.type);
      });
      const top = b.let('top', b.constant(uint(W.plus(1)), 1).shl(f.bits), 'the highest bit of a code');
      const frac = part('FRAC').asSInt().extend(10);
      const out = castPipeline(
        b,
        rounding,
        W,
        s.data.tdata,
        { en, accept, outValid },
        {
          limit: b.constant(sint(10), W.plus(126)).subWrap(frac),
          most: (negative) => {
            const signed = top.subWrap(negative.not().asUInt().extend(W.plus(1)));
            const unsigned = negative.mux(b.constant(uint(W.plus(1)), 0), top.or(top.dec()));
            return isType(f.type, 'signed').mux(signed, unsigned);
          },
          code: (negative, value) => isType(f.alignedType, 'bipolar').mux(negative.not().asUInt().extend(W), value),
        },
      );
      b.assign(m.data, out);
    },
  });
}
