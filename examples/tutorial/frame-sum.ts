import { bool, clog2, defineModule, indexWidth, natParam, sink, source, uint } from '../../src/hdl/index.js';

export const FrameSum = defineModule({
  name: 'frame_sum',
  doc: `sum of every FRAME beats

Cuts tvalid and tdata; s_axis_tready follows m_axis_tready in the last beat of a frame.
Latency 1 cycle after the last beat of a frame, takes a beat every cycle.`,
  params: {
    W: natParam({ default: 8, min: 1, doc: 'width of a value' }),
    FRAME: natParam({ default: 4, min: 2, doc: 'beats in a frame' }),
  },
  ports: ({ W, FRAME }) => ({
    s_axis: sink(uint(W)),
    m_axis: source(uint(W.plus(clog2(FRAME)))),
  }),
  body(b, { s_axis: s, m_axis: m }, { W, FRAME }) {
    const SUM_W = b.localparam('SUM_W', W.plus(clog2(FRAME)));
    const BEAT_W = b.localparam('BEAT_W', indexWidth(FRAME));
    const r = b.regs({
      valid: bool().reset(0),
      out: uint(SUM_W),
      sum: uint(SUM_W).reset(0).doc('sum of the frame so far'),
      beat: uint(BEAT_W).reset(0).doc('number of the next beat in its frame'),
    });
    const last = b.let('lastBeat', r.beat.eq(FRAME.minus(1)));
    const total = b.let('total', r.sum.addWrap(s.data.extend(SUM_W)));

    b.assign(s.ready, last.not().or(r.valid.not()).or(m.ready));
    b.assign(m.valid, r.valid);
    b.assign(m.data, r.out);

    b.when(s.fire, () => {
      b.next(r.beat, last.mux(b.constant(uint(BEAT_W), 0), r.beat.inc()));
      b.next(r.sum, last.mux(b.constant(uint(SUM_W), 0), total));
    });
    b.when(s.fire.and(last), () => {
      b.next(r.valid, 1);
      b.next(r.out, total);
    }).elseWhen(m.fire, () => b.next(r.valid, 0));
  },
});
