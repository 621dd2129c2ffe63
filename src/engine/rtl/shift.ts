import {
  bool,
  cat,
  clog2,
  defineModule,
  input,
  natGe,
  natParam,
  output,
  requirement,
  type Sig,
  sint,
  type UInt,
  uint,
} from '../../hdl/index.js';

/**
 * Arithmetic right shift of the requantizer that also tells what was dropped: half of the last place kept, and anything below.
 * From these two and the sign every rounding follows as an increment of 0 or 1, so that no wide sum is needed.
 */
export const EngineShift = defineModule({
  name: 'engine_shift',
  doc: `q = v >> s with the first bit dropped and whether any bit below it was a one, in two steps

The steps shift by the upper and the lower bits of s. q is cut to Q_W bits; over says that it did
not fit, negative is the sign of v. Latency 2 cycles, a result every cycle, no enable and no reset.`,
  params: {
    V_W: natParam({ default: 64, min: 4, doc: 'bits of a value' }),
    Q_W: natParam({ default: 10, min: 2, doc: 'bits kept of a result, < V_W' }),
  },
  requires: ({ V_W, Q_W }) => [requirement(natGe(V_W, Q_W.plus(1)), 'a result is a part of the value')],
  ports: ({ V_W, Q_W }) => ({
    v: input(sint(V_W)),
    s: input(uint(clog2(V_W))),
    q: output(sint(Q_W)),
    over: output(bool(), 'v >> s does not fit q'),
    negative: output(bool()),
    half: output(bool(), 'the first bit dropped'),
    below: output(bool(), 'any one below that bit'),
  }),
  body(b, io, { V_W, Q_W }) {
    const S_W = b.localparam('S_W', clog2(V_W), 'bits of a shift');
    const FINE_W = b.localparam('FINE_W', S_W.div(2), 'bits of the shift of the second step');
    const r = b.regs({
      coarse: sint(V_W).doc('v after the first step'),
      fine: uint(FINE_W),
      halfCoarse: bool().doc('the first bit that the first step dropped'),
      belowCoarse: bool(),
      q: sint(Q_W),
      over: bool(),
      negative: bool(),
      half: bool(),
      below: bool(),
    });
    const ones = b.let('ones', b.constant(uint(V_W), 0).not());

    b.comment('first step: by the upper bits of s; in twice the last bit that this drops stands at place upper');
    const upper = b.let('upper', cat(io.s.bits(FINE_W, S_W.minus(FINE_W)), b.constant(uint(FINE_W), 0)));
    const twice = b.let('twice', io.v.asUInt().shl(1));
    const halves = b.let('halves', twice.shr(upper));
    const dropped = b.let('dropped', twice.and(onesBelow(ones, upper)));
    b.next(r.coarse, io.v.shr(upper));
    b.next(r.halfCoarse, halves.bit(0));
    b.next(r.belowCoarse, dropped.anyOne());
    b.next(r.fine, io.s.bits(0, FINE_W));
    b.unused('halves', halves);

    b.comment('second step: by the lower bits of s');
    const shifted = b.let('shifted', r.coarse.shr(r.fine));
    const twiceFine = b.let('twiceFine', cat(r.coarse.bits(0, V_W.minus(1)), r.halfCoarse.asUInt()));
    const halvesFine = b.let('halvesFine', twiceFine.shr(r.fine));
    const droppedFine = b.let('droppedFine', twiceFine.and(onesBelow(ones, r.fine)));
    const rest = shifted.bits(Q_W.minus(1), V_W.minus(Q_W).plus(1));
    b.next(r.q, shifted.truncate(Q_W));
    b.next(r.over, rest.anyOne().and(rest.allOnes().not()));
    b.next(r.negative, r.coarse.lt(0));
    b.next(r.half, halvesFine.bit(0));
    b.next(r.below, r.belowCoarse.or(droppedFine.anyOne()));
    b.unused('halvesFine', halvesFine);

    b.assign(io.q, r.q);
    b.assign(io.over, r.over);
    b.assign(io.negative, r.negative);
    b.assign(io.half, r.half);
    b.assign(io.below, r.below);
  },
});

/** Ones in the places below `by`. */
function onesBelow(ones: Sig<UInt>, by: Sig<UInt>): Sig<UInt> {
  return ones.shl(by).not();
}
