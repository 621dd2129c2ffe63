import { cat, defineModule, input, natGe, natParam, output, requirement, sint, uint } from '../../hdl/index.js';

/**
 * Pipelined a * b + c of the requantizer, exact: four products of halves, two sums, one sum. Each half fits one multiplier of a
 * DSP slice at 32 bits, and each of the three steps is short enough for a fast ASIC clock.
 */
export const EngineMultiply = defineModule({
  name: 'engine_multiply',
  doc: `p = a * b + c modulo 2^(2 * W), signed, in three steps: products of halves, middle and outer sums, their sum

Latency 3 cycles, a result every cycle, no enable and no reset: what is not valid is computed too.`,
  params: { W: natParam({ default: 32, min: 4, doc: 'bits of a and b' }) },
  requires: ({ W }) => [
    requirement(natGe(W.times(2), W.div(2).plus(W).plus(2)), 'the middle products lie within the product'),
  ],
  ports: ({ W }) => ({
    a: input(sint(W)),
    b: input(sint(W)),
    c: input(sint(W.times(2))),
    p: output(sint(W.times(2))),
  }),
  body(b, io, { W }) {
    const LOW = b.localparam('LOW', W.div(2), 'bits of a lower half, which is unsigned');
    const HIGH = b.localparam('HIGH', W.minus(LOW), 'bits of an upper half, which is signed');
    const MID_W = b.localparam('MID_W', W.plus(2), 'bits of the sum of the two middle products');
    // A lower half as a signed factor of an upper half.
    const lowOf = (value: typeof io.a) => value.bits(0, LOW).extend(LOW.plus(1)).asSInt();
    const highOf = (value: typeof io.a) => value.bits(LOW, HIGH).asSInt();
    const r = b.regs({
      low: uint(LOW.times(2)).doc('low * low'),
      aHigh: sint(W.plus(1)).doc('high of a * low of b'),
      bHigh: sint(W.plus(1)).doc('high of b * low of a'),
      high: sint(HIGH.times(2)),
      c: sint(W.times(2)),
      outer: sint(W.times(2)).doc('high and low products side by side, and c'),
      middle: sint(MID_W),
      p: sint(W.times(2)),
    });
    b.next(r.low, io.a.bits(0, LOW).mul(io.b.bits(0, LOW)));
    b.next(r.aHigh, highOf(io.a).mul(lowOf(io.b)));
    b.next(r.bHigh, highOf(io.b).mul(lowOf(io.a)));
    b.next(r.high, highOf(io.a).mul(highOf(io.b)));
    b.next(r.c, io.c);

    const beside = b.let('beside', cat(r.high.asUInt(), r.low).asSInt());
    b.next(r.outer, beside.addWrap(r.c));
    b.next(r.middle, r.aHigh.add(r.bHigh));

    const placed = b.let('placed', cat(r.middle.asUInt(), b.constant(uint(LOW), 0)).asSInt());
    b.next(r.p, r.outer.addWrap(placed.extend(W.times(2))));
    b.assign(io.p, r.p);
  },
});
