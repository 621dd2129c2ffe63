import {
  bool,
  cat,
  defineModule,
  input,
  natGe,
  natParam,
  output,
  requirement,
  type Sig,
  type SInt,
  sint,
  uint,
  vec,
} from '../../hdl/index.js';
import { EngineDelay } from './delay.js';
import { EngineShift } from './shift.js';

/** Bits of a product of a pixel and the factor in front of its right shift: enough for pixels of 16 bits. */
const SCALED_W = 40;
/** Lowest bits of the factor, which are rows of an adder: what is above them takes one port of a DSP slice, 27 bits. */
const ROWS = 5;

/** Adds residual words to results: one operand is shifted, the other multiplied; the sum goes to the requantizer once more. */
export const EngineAddition = defineModule({
  name: 'engine_addition',
  doc: `residual addition: a group of results and a group of residual words become a group of sums

  sum = (a << up) + round(((b - zero_b) * factor + 2^10 >> 11) / 2^drop)
rounded half away from zero; a is the own result and b the residual, with swap the other way round.
Everything beside the words belongs to the pass and stays as it is while its groups are on their way.
Latency 6 cycles, a group every cycle, nothing ever stalls.`,
  params: {
    P: natParam({ default: 4, min: 1, doc: 'pixels of a word' }),
    D: natParam({ default: 2, min: 1, doc: 'words of a group' }),
    XB: natParam({ default: 8, min: 2, max: 16, doc: 'bits of a pixel' }),
  },
  requires: ({ XB }) => [requirement(natGe(16, XB), 'a pixel has 16 bits at most')],
  ports: ({ P, D, XB }) => ({
    in_valid: input(bool()),
    own: input(uint(D.times(P).times(XB)), 'results'),
    other: input(uint(D.times(P).times(XB)), 'residual words'),
    own_unsigned: input(bool()),
    other_unsigned: input(bool()),
    swap: input(bool(), 'the own result is multiplied'),
    up: input(uint(5)),
    zero_b: input(sint(XB.plus(1)), 'zero point of the operand that is multiplied'),
    factor: input(sint(32)),
    drop: input(uint(5)),
    out_valid: output(bool()),
    sums: output(uint(D.times(P).times(32))),
  }),
  body(b, io, { P, D, XB }) {
    const N = b.localparam('N', D.times(P), 'pixels of a group');
    const X_W = b.localparam('X_W', XB.plus(1), 'bits of a pixel with its sign');
    const PRODUCT_W = b.localparam('PRODUCT_W', XB.plus(34), 'bits of a product');
    const valid = b.reg('valid', uint(6).reset(0).doc('groups on their way, the newest in bit 0'));
    b.next(valid, cat(valid.bits(0, 5), io.in_valid.asUInt()));
    const top = b.let('top', io.factor.bits(ROWS, 32 - ROWS).asSInt(), 'the factor without its lowest bits');
    const sums = b.wire('added', vec(N, uint(32)));
    b.genFor('pixel', N, (i) => {
      const value = (word: typeof io.own, isUnsigned: typeof io.swap): Sig<SInt> => {
        const code = word.bits(i.times(XB), XB);
        return isUnsigned.mux(code.extend(X_W).asSInt(), code.asSInt().extend(X_W));
      };
      const own = b.let('ownValue', value(io.own, io.own_unsigned));
      const other = b.let('otherValue', value(io.other, io.other_unsigned));
      const r = b.regs({
        a: sint(X_W).doc('the operand that is shifted'),
        d: sint(XB.plus(2)).doc('the other one without its zero point'),
        upper: sint(XB.plus(34 - ROWS)).doc('product with the upper bits of the factor'),
        lower: sint(XB.plus(2 + ROWS)).doc('and with the lowest ones'),
        scaled: sint(SCALED_W),
        shifted: sint(32),
        sum: sint(32),
      });
      b.next(r.a, io.swap.mux(other, own));
      const multiplied = b.let('multiplied', io.swap.mux(own, other));
      b.next(r.d, multiplied.extend(XB.plus(2)).subWrap(io.zero_b.extend(XB.plus(2))));
      b.next(r.upper, r.d.mul(top));
      const none = b.constant(sint(XB.plus(2)), 0);
      const row = (i: number) =>
        io.factor
          .bit(i)
          .mux(r.d, none)
          .extend(XB.plus(2 + ROWS));
      const rows = Array.from({ length: ROWS - 1 }, (_, i) => row(i + 1).shl(i + 1));
      b.next(
        r.lower,
        rows.reduce((sum, value) => sum.addWrap(value), row(0)),
      );
      const product = b.let(
        'product',
        r.upper
          .extend(PRODUCT_W)
          .shl(ROWS)
          .addWrap(r.lower.extend(PRODUCT_W))
          .addWrap(b.constant(sint(PRODUCT_W), 1024)),
      );
      b.next(r.scaled, product.bits(11, XB.plus(23)).asSInt().extend(SCALED_W));
      const s = b.instance('drop', EngineShift, { V_W: SCALED_W, Q_W: 32 }, { v: r.scaled, s: io.drop.extend(6) });
      b.unused('over', s.over);
      const aLater = b.instance('a_later', EngineDelay, { W: X_W, STEPS: 3 }, { d: r.a.asUInt() }).q.asSInt();
      b.next(r.shifted, aLater.extend(32).shl(io.up));
      const away = b.let('away', s.half.and(s.below.or(s.negative.not())), 'rounds to the next greater number');
      b.next(r.sum, r.shifted.addWrap(s.q).addWrap(away.asUInt().extend(32).asSInt()));
      b.assign(sums.at(i), r.sum.asUInt());
    });
    b.assign(io.out_valid, valid.bit(5));
    b.assign(io.sums, sums.pack());
  },
});
