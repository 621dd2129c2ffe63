import { bool, bundle, defineModule, indexWidth, natParam, output, sink, source, uint } from '../../hdl/index.js';

/** Takes tlast off a stream of frames of known length and tells when it was not where it should be. */
export const TlastCheck = defineModule({
  name: 'tlast_check',
  doc: `passes frames of FRAME beats on without tlast, and looks where tlast is

error rises and stays when a frame ends without tlast, or tlast comes before its last beat. Frames
are counted, whatever tlast says. Beats pass combinationally.`,
  params: {
    W: natParam({ default: 64, min: 1, doc: 'width of tdata' }),
    FRAME: natParam({ default: 4, min: 1, doc: 'beats of a frame' }),
  },
  ports: ({ W }) => ({
    s_axis: sink(bundle({ tdata: uint(W), tlast: bool() })),
    m_axis: source(uint(W)),
    error: output(bool(), 'a frame was shorter or longer'),
  }),
  body(b, { s_axis: s, m_axis: m, error }, { FRAME }) {
    const BEAT_W = b.localparam('BEAT_W', indexWidth(FRAME));
    const r = b.regs({ beat: uint(BEAT_W).reset(0).doc('number of the next beat'), error: bool().reset(0) });
    const last = b.let('last', r.beat.eq(FRAME.minus(1)));
    const pass = b.let('pass', s.fire);
    b.assign(m.valid, s.valid);
    b.assign(m.data, s.data.tdata);
    b.assign(s.ready, m.ready);
    b.assign(error, r.error);
    b.when(pass, () => b.next(r.beat, last.mux(b.constant(uint(BEAT_W), 0), r.beat.inc())));
    b.when(pass.and(s.data.tlast.ne(last)), () => b.next(r.error, 1));
  },
});
