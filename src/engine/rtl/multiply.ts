import { cat, defineModule, input, natGe, natParam, output, requirement, sint, uint, vec } from '../../hdl/index.js';

/**
 * Pipelined a * b + c of the requantizer, exact. At 32 bits the upper 27 bits of a times either half of b take one DSP slice of
 * 27 x 18 bits each; the five bits that are left of a choose multiples of b, which adders sum. Each of the three steps is short
 * enough for a fast ASIC clock.
 */
export const EngineMultiply = defineModule({
  name: 'engine_multiply',
  doc: `p = a * b + c modulo 2^(2 * W), signed, in three steps: products of parts, inner and outer sums, their sum

The upper part of a is multiplied by the halves of b, its few lowest bits are rows of an adder: two DSP
slices at 32 bits. Latency 3 cycles, a result every cycle, no enable and no reset: what is not valid is
computed too.`,
  params: { W: natParam({ default: 32, min: 6, doc: 'bits of a and b' }) },
  requires: ({ W }) => [
    requirement(natGe(W, W.div(6).plus(2)), 'a has an upper part'),
    requirement(natGe(W.div(2).plus(2), W.div(6)), 'the lowest bits of a are fewer than half of them'),
    requirement(natGe(W.times(2), W.plus(W.div(2)).plus(2)), 'the inner sum lies within the result'),
  ],
  ports: ({ W }) => ({
    a: input(sint(W)),
    b: input(sint(W)),
    c: input(sint(W.times(2))),
    p: output(sint(W.times(2))),
  }),
  body(b, io, { W }) {
    const V_W = b.localparam('V_W', W.times(2), 'bits of a result');
    const ROWS = b.localparam('ROWS', W.div(6), 'lowest bits of a, each a row of an adder: 5 of 32');
    const TOP = b.localparam('TOP', W.minus(ROWS), 'bits of a above them, signed: 27 of 32');
    const LOW = b.localparam('LOW', W.div(2), 'bits of the lower half of b, which is unsigned');
    const HIGH = b.localparam('HIGH', W.minus(LOW), 'bits of its upper half, which is signed');
    const REST_W = b.localparam('REST_W', W.plus(ROWS), 'bits of the sum of the rows');
    const INNER_W = b.localparam(
      'INNER_W',
      W.plus(LOW).plus(2),
      'bits of the products with the lower half and the rows',
    );
    const r = b.regs({
      high: sint(TOP.plus(HIGH)).doc('upper part of a * upper half of b'),
      low: sint(TOP.plus(LOW).plus(1)).doc('upper part of a * lower half of b'),
      rest: sint(REST_W).doc('lowest bits of a * b'),
      c: sint(V_W),
      outer: sint(V_W),
      inner: sint(INNER_W),
      p: sint(V_W),
    });
    const top = b.let('top', io.a.bits(ROWS, TOP).asSInt());
    b.next(r.high, top.mul(io.b.bits(LOW, HIGH).asSInt()));
    b.next(r.low, top.mul(io.b.bits(0, LOW).extend(LOW.plus(1)).asSInt()));
    const sums = b.wire(
      'sums',
      vec(ROWS.plus(1), sint(REST_W)).doc('of the rows so far, the one of the highest bit first'),
    );
    b.assign(sums.at(0), b.constant(sint(REST_W), 0));
    b.genFor('row', ROWS, (i) => {
      const chosen = io.a.bit(ROWS.minus(1).minus(i)).mux(io.b, b.constant(sint(W), 0));
      b.assign(sums.at(i.plus(1)), sums.at(i).shl(1).addWrap(chosen.extend(REST_W)));
    });
    b.next(r.rest, sums.at(ROWS));
    b.next(r.c, io.c);

    const place = ROWS.plus(LOW);
    const beside = b.let('beside', cat(r.high.asUInt(), b.constant(uint(place), 0)).asSInt());
    b.next(r.outer, beside.extend(V_W).addWrap(r.c));
    const lifted = b.let('lifted', cat(r.low.asUInt(), b.constant(uint(ROWS), 0)).asSInt());
    b.next(r.inner, lifted.extend(INNER_W).addWrap(r.rest.extend(INNER_W)));

    b.next(r.p, r.outer.addWrap(r.inner.extend(V_W)));
    b.assign(io.p, r.p);
  },
});
