import {
  type Bool,
  bool,
  type Builder,
  cat,
  clog2,
  defineModule,
  input,
  natEq,
  type NatExpr,
  natGe,
  natGt,
  natParam,
  output,
  requirement,
  type Sig,
  type SInt,
  sint,
  type UInt,
  uint,
  vec,
} from '../../hdl/index.js';
import { EngineDelay } from './delay.js';
import { EngineMultiply } from './multiply.js';
import { EngineShift } from './shift.js';

/** Encodings of the header. */
export const requantizeModes = { shift: 0, double: 1, single: 2, fixed: 3 } as const;
export const roundModes = { floor: 0, halfUp: 1, halfAway: 2, halfEven: 3, toZero: 4 } as const;

/**
 * Requantizer lanes of the engine: D channels of P pixels a cycle, feed-forward, every mode of the header.
 *
 * What the pixels of a channel share (bias, multiplier, shift) and what all share (modes, limits) travels beside them, so that a
 * pass may follow another without a gap. Latency: `requantizeLatency` of `latency.ts`.
 */
export const EngineRequantize = defineModule({
  name: 'engine_requantize',
  doc: `requantizer of the engine: D channels of P sums become D words of P pixels, all modes of the header

z = sum + bias; t = z << left, saturated; then by mode
  0 shift   y = t >> shift                     2 single  y = (t * mult) >> shift
  1 double  y = (t * mult >> W - 1) >> shift  3 fixed   y = (t * mult + addend) >> shift, z = sum
The inner shift of mode 1 rounds half up and saturates, the outer one rounds by the rounding mode: 0 floor,
1 half up, 2 half away from zero, 3 half to even, 4 to zero. Values >= 0 are shifted by leaky places less.
Then zero is added, and the result clamped to lo .. hi or cut to XB bits, and looked up in the table.
Thresholds instead of a mode: y = lo + the number of thresholds that z reaches, clamped.
The addend of mode 3 has bias as its lower bits, high above it. Without MUL
there is mode 0 only, without FIXED not mode 3.
Latency 5 + 3 * MUL + LUT, one more with thresholds; a group every cycle, nothing ever stalls.`,
  params: {
    P: natParam({ default: 4, min: 1, doc: 'pixels of a word' }),
    D: natParam({ default: 2, min: 1, doc: 'channels of a group' }),
    W: natParam({ default: 32, min: 6, doc: 'bits of a sum, a bias and a multiplier; even' }),
    XB: natParam({ default: 8, min: 2, doc: 'bits of a pixel' }),
    MUL: natParam({ default: 1, min: 0, max: 1, doc: '1: with multipliers' }),
    FIXED: natParam({ default: 1, min: 0, max: 1, doc: '1: with mode 3' }),
    NTHR: natParam({ default: 0, min: 0, max: 15, doc: 'thresholds of a channel' }),
    LUT: natParam({ default: 0, min: 0, max: 1, doc: '1: with a table' }),
    ENTRIES: natParam({ default: 256, min: 2, doc: 'pixels of the table, 2^XB' }),
  },
  requires: ({ W, XB, ENTRIES }) => [
    requirement(natEq(W.mod(2), 0), 'a word of parameters has two halves'),
    requirement(natEq(clog2(ENTRIES), XB), 'the table has an entry for every pixel'),
    requirement(natGe(W, XB.plus(3)), 'a pixel is a part of a sum'),
    requirement(natGe(W.times(2), W.div(2).plus(W).plus(2)), 'the addend of mode 3 lies within a product'),
  ],
  ports: ({ P, D, W, XB, NTHR }) => ({
    in_valid: input(bool()),
    sums: input(uint(D.times(P).times(W)), 'pixel p of channel d is element d * P + p'),
    bias: input(uint(D.times(W))),
    mult: input(uint(D.times(W))),
    high: input(uint(D.times(W.div(2))), 'upper bits of the addends of mode 3'),
    shift: input(uint(D.times(clog2(W.times(2))))),
    left: input(uint(D.times(clog2(W)))),
    thresholds: input(uint(D.times(NTHR.max(1)).times(W)), 'threshold i of channel d is element d * NTHR + i'),
    mode: input(uint(2)),
    round: input(uint(3)),
    leaky: input(uint(3)),
    threshold: input(bool(), 'count thresholds'),
    wrap: input(bool(), 'drop the upper bits instead of clamping; with lo = 0 negative results are 0 first'),
    lookup: input(bool(), 'look the result up'),
    zero: input(sint(XB)),
    lo: input(sint(XB.plus(1))),
    hi: input(sint(XB.plus(1))),
    table_write: input(bool()),
    table_address: input(uint(XB)),
    table_data: input(uint(XB)),
    out_valid: output(bool()),
    pixels: output(uint(D.times(P).times(XB)), 'pixel p of channel d is element d * P + p'),
  }),
  body(b, io, { P, D, W, XB, MUL, FIXED, NTHR, LUT, ENTRIES }) {
    const V_W = b.localparam('V_W', W.times(2), 'bits of a product');
    const S_W = b.localparam('S_W', clog2(W.times(2)), 'bits of a right shift');
    const L_W = b.localparam('L_W', clog2(W), 'bits of a left shift');
    const Y_W = b.localparam('Y_W', XB.plus(1), 'bits of a limit: a signed or unsigned pixel');
    const COUNT = b.localparam('COUNT', NTHR.min(1), 'steps that count thresholds');
    const SCALE = b.localparam('SCALE', COUNT.plus(2), 'steps in front of the multipliers');
    const DROP = b.localparam('DROP', SCALE.plus(MUL.times(3)), 'steps in front of the right shift');
    const ROUND = b.localparam('ROUND', DROP.plus(2), 'steps in front of the rounding');
    const LATENCY = b.localparam('LATENCY', ROUND.plus(1).plus(LUT));
    const later = (name: string, value: Sig<UInt> | Sig<SInt>, steps: NatExpr | number): Sig<UInt> =>
      b.instance(name, EngineDelay, { W: value.type.width, STEPS: steps }, { d: value.asUInt() }).q;
    const flagLater = (name: string, value: Sig<Bool>, steps: NatExpr | number): Sig<Bool> =>
      later(name, value.asUInt(), steps).asBool();

    const valid = b.reg('valid', uint(LATENCY).reset(0).doc('groups on their way, the newest in bit 0'));
    b.next(valid, cat(valid, io.in_valid.asUInt()).truncate(LATENCY));
    b.assign(io.out_valid, valid.bit(LATENCY.minus(1)));

    b.comment('what all lanes share');
    const fixed = b.wire('fixed', bool());
    b.genIf(
      'fixed',
      natGt(FIXED, 0),
      () => b.assign(fixed, io.mode.eq(requantizeModes.fixed).and(io.threshold.not())),
      () => b.assign(fixed, 0),
    );
    const double = b.let('double', io.mode.eq(requantizeModes.double).and(io.threshold.not()));
    const plain = b.let('plain', io.mode.eq(requantizeModes.shift).or(io.threshold), 'nothing is multiplied');
    const leaky = b.let('leakyPlaces', io.threshold.mux(b.constant(uint(3), 0), io.leaky));
    const zero = b.let('start', io.threshold.mux(io.lo, io.zero.extend(Y_W)), 'what a shifted value is added to');
    const doubleLater = flagLater('double_later', double, DROP);
    const rounding: Rounding = {
      round: later('round_later', io.round, ROUND),
      wrap: flagLater('wrap_later', io.wrap, ROUND),
      zero: later('zero_later', zero, ROUND).asSInt(),
      lo: later('lo_later', io.lo, ROUND).asSInt(),
      hi: later('hi_later', io.hi, ROUND).asSInt(),
    };
    const thresholdLater = flagLater('threshold_later', io.threshold, SCALE.minus(1));
    const lookupLater = flagLater('lookup_later', io.lookup, ROUND.plus(1));
    const pixels = b.wire('results', vec(D, vec(P, uint(XB))));
    b.assign(io.pixels, pixels.pack());

    b.genFor('channel', D, (d) => {
      const bias = b.let('ownBias', io.bias.bits(d.times(W), W).asSInt());
      const left = later('left_later', io.left.bits(d.times(L_W), L_W), 1);
      const scaled = b.wire('scaled', vec(P, sint(W)).doc('left shifted sums or counts'));
      b.genFor('sum', P, (p) => {
        const sum = io.sums.bits(d.times(P).plus(p).times(W), W).asSInt();
        const z = b.reg('z', sint(W));
        const t = b.reg('t', sint(W));
        b.next(z, fixed.mux(sum, sum.addWrap(bias)));
        b.next(t, saturatedLeft(b, z, left, V_W));
        b.genIf(
          'count',
          natGt(NTHR, 0),
          () => {
            const reached = b.reg('reached', vec(NTHR, bool()).doc('thresholds that z is not below'));
            const own = io.thresholds.bits(d.times(NTHR).times(W), NTHR.times(W));
            b.genFor('level', NTHR, (i) => {
              const level = later('level_later', own.bits(i.times(W), W), 1).asSInt();
              b.next(reached.at(i), z.ge(level));
            });
            const chosen = b.reg('chosen', sint(W));
            const count = reached.pack().popcount().extend(W.plus(NTHR)).truncate(W).asSInt();
            b.next(chosen, thresholdLater.mux(count, t));
            b.assign(scaled.at(p), chosen);
          },
          () => b.assign(scaled.at(p), t),
        );
      });

      const products = b.wire('products', vec(P, sint(V_W)));
      b.genIf(
        'multiply',
        natGt(MUL, 0),
        () => {
          const mult = io.mult.bits(d.times(W), W).asSInt();
          const ownFactor = b.let('ownFactor', plain.mux(b.constant(sint(W), 1), mult));
          const factor = later('factor_later', ownFactor, SCALE.minus(1));
          const whole = cat(io.high.bits(d.times(W.div(2)), W.div(2)), bias.asUInt())
            .asSInt()
            .extend(V_W);
          const one = b.constant(uint(1), 1);
          const nearest = cat(one, b.constant(uint(W.minus(2)), 0))
            .extend(V_W)
            .asSInt();
          const constant = double.mux(nearest, b.constant(sint(V_W), 0));
          const ownAddend = b.let('ownAddend', fixed.mux(whole, constant));
          const addend = later('addend_later', ownAddend, SCALE).asSInt();
          // A factor goes to hundreds of gates of a multiplier: the last register of it stands beside each.
          b.genFor('product', P, (p) => {
            const { q } = b.instance('factor', EngineDelay, { W, STEPS: 1 }, { d: factor });
            const { p: product } = b.instance(
              'multiply',
              EngineMultiply,
              { W: W },
              { a: scaled.at(p), b: q.asSInt(), c: addend },
            );
            b.assign(products.at(p), product);
          });
        },
        () => b.genFor('unscaled', P, (p) => b.assign(products.at(p), scaled.at(p).extend(V_W))),
      );

      const ownShift = io.shift.bits(d.times(S_W), S_W);
      const places = b.let('places', io.threshold.mux(b.constant(uint(S_W), 0), ownShift));
      const placesLater = later('places_later', places, DROP);
      const fewer = b.let('fewer', places.subWrap(leaky.extend(S_W)), 'places of values that are not negative');
      const fewerLater = later('fewer_later', fewer, DROP);
      b.genFor('pixel', P, (p) => {
        const value = b.let('value', doubleLater.mux(upperHalf(b, products.at(p), W), products.at(p)));
        const by = b.let('by', value.lt(0).mux(placesLater, fewerLater));
        const shifted = b.instance('shift', EngineShift, { V_W, Q_W: XB.plus(2) }, { v: value, s: by });
        const y = b.reg('y', uint(XB));
        b.next(y, rounded(b, shifted, rounding, XB));
        b.genIf(
          'lookup',
          natGt(LUT, 0),
          () => {
            const table = b.memory('entries', uint(XB), ENTRIES);
            table.write(io.table_address, io.table_data, io.table_write);
            const found = b.reg('found', uint(XB));
            b.next(found, lookupLater.mux(table.read(y), y));
            b.assign(pixels.at(d).at(p), found);
          },
          () => b.assign(pixels.at(d).at(p), y),
        );
      });
    });
  },
});

/** z << left, or the nearest number of its width. */
function saturatedLeft(b: Builder, z: Sig<SInt>, left: Sig<UInt>, V_W: NatExpr): Sig<SInt> {
  const W = z.type.width;
  const wide = b.let('wide', z.extend(V_W).shl(left));
  const upper = wide.bits(W.minus(1), V_W.minus(W).plus(1));
  const fits = b.let('fits', upper.allOnes().or(upper.anyOne().not()));
  const greatest = b.let('greatest', b.constant(uint(W), 0).not().shr(1).asSInt());
  return fits.mux(wide.truncate(W), z.lt(0).mux(greatest.not(), greatest));
}

/** product >> W - 1; only the product of the two least numbers does not fit W bits, its neighbour does. */
function upperHalf(b: Builder, product: Sig<SInt>, W: NatExpr): Sig<SInt> {
  const V_W = product.type.width;
  const over = b.let(
    'over',
    product
      .lt(0)
      .not()
      .and(product.bit(V_W.minus(2))),
  );
  const greatest = b.constant(uint(W), 0).not().shr(1).asSInt();
  return over.mux(greatest, product.bits(W.minus(1), W).asSInt()).extend(V_W);
}

interface Rounding {
  readonly round: Sig<UInt>;
  readonly wrap: Sig<Bool>;
  readonly zero: Sig<SInt>;
  readonly lo: Sig<SInt>;
  readonly hi: Sig<SInt>;
}
interface Shifted {
  readonly q: Sig<SInt>;
  readonly over: Sig<Bool>;
  readonly negative: Sig<Bool>;
  readonly half: Sig<Bool>;
  readonly below: Sig<Bool>;
}

/** The shifted value rounded by an increment of 0 or 1, with zero added and brought to its limits. */
function rounded(b: Builder, shifted: Shifted, { round, wrap, zero, lo, hi }: Rounding, XB: NatExpr): Sig<UInt> {
  const { q, over, negative, half, below } = shifted;
  const is = (mode: keyof typeof roundModes): Sig<Bool> => round.eq(roundModes[mode]);
  const up = b.let(
    'up',
    is('halfUp')
      .and(half)
      .or(is('halfAway').and(half).and(below.or(negative.not())))
      .or(
        is('halfEven')
          .and(half)
          .and(below.or(q.bit(0))),
      )
      .or(is('toZero').and(negative).and(half.or(below))),
    'rounds to the next greater number',
  );
  const width = XB.plus(4);
  const increment = up.asUInt().extend(width).asSInt();
  const sum = b.let('sum', q.extend(width).addWrap(zero.extend(width)).addWrap(increment));
  const low = b.let('tooLow', over.mux(negative, sum.lt(lo.extend(width))));
  const high = b.let('tooHigh', over.mux(negative.not(), sum.gt(hi.extend(width))));
  const limited = low.mux(lo.truncate(XB), high.mux(hi.truncate(XB), sum.truncate(XB)));
  // A pass that wraps and has 0 for its least result does a relu first: hls4ml casts the result of its relu.
  const relu = b.let('relu', low.and(lo.eq(0)));
  return wrap.and(relu.not()).mux(sum.truncate(XB), limited).asUInt();
}
