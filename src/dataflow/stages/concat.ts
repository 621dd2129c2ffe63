import { bool, defineModule, indexWidth, natParam, sink, source, uint } from '../../hdl/index.js';

/**
 * Concatenation along the channels: per pixel the beats of operand 0, then those of operand 1. Latency 1, full throughput.
 * Cuts valid and data; ready follows downstream ready combinationally. More operands are a chain of these.
 */
export const Concat = defineModule({
  name: 'concat',
  doc: `channels of two images side by side: per pixel FOLDS0 beats of s0_axis, then FOLDS1 of s1_axis

Both operands have the same lanes of the same width; narrower codes are widened in front.
Latency 1 cycle, a beat every cycle, capacity 1 beat. Cuts tvalid and tdata; s0_axis_tready and
s1_axis_tready follow m_axis_tready combinationally, and only the operand in turn is taken.`,
  params: {
    W: natParam({ default: 8, min: 1, doc: 'width of a beat' }),
    FOLDS0: natParam({ default: 2, min: 1, doc: 'beats of a pixel of operand 0' }),
    FOLDS1: natParam({ default: 1, min: 1, doc: 'beats of a pixel of operand 1' }),
  },
  ports: ({ W }) => ({ s0_axis: sink(uint(W)), s1_axis: sink(uint(W)), m_axis: source(uint(W)) }),
  body(b, { s0_axis: s0, s1_axis: s1, m_axis: m }, { W, FOLDS0, FOLDS1 }) {
    const FOLDS = b.localparam('FOLDS', FOLDS0.plus(FOLDS1), 'beats of a pixel');
    const FOLD_W = b.localparam('FOLD_W', indexWidth(FOLDS));
    const r = b.regs({
      fold: uint(FOLD_W).reset(0).doc('next beat of the pixel'),
      outValid: bool().reset(0),
      out: uint(W),
    });
    const en = b.let('en', m.ready.or(r.outValid.not()), 'the output register is free or is being read');
    const first = b.let('first', r.fold.lt(FOLDS0), 'it is the turn of operand 0');
    const accept = b.let('accept', en.and(first.mux(s0.valid, s1.valid)));
    b.assign(s0.ready, en.and(first));
    b.assign(s1.ready, en.and(first.not()));
    b.assign(m.valid, r.outValid);
    b.assign(m.data, r.out);
    b.when(en, () => b.next(r.outValid, accept));
    b.when(accept, () => {
      b.next(r.fold, r.fold.eq(FOLDS.minus(1)).mux(b.constant(uint(FOLD_W), 0), r.fold.inc()));
      b.next(r.out, first.mux(s0.data, s1.data));
    });
  },
});
