import { bool, bundle, defineModule, indexWidth, natParam, sink, source, uint } from '../../hdl/index.js';

/** Marks the last of every FRAME beats with tlast. Wires and a counter: latency 0, full throughput, cuts nothing. */
export const Frame = defineModule({
  name: 'frame',
  doc: `marks the last of every FRAME beats with tlast

Latency 0, a beat every cycle; cuts nothing.`,
  params: {
    W: natParam({ default: 8, min: 1, doc: 'payload width in bits' }),
    FRAME: natParam({ default: 4, min: 1, doc: 'beats of a frame' }),
  },
  ports: ({ W }) => ({ s_axis: sink(uint(W)), m_axis: source(bundle({ tdata: uint(W), tlast: bool() })) }),
  body(b, { s_axis: s, m_axis: m }, { FRAME }) {
    const BEAT_W = b.localparam('BEAT_W', indexWidth(FRAME));
    const beat = b.reg('beat', uint(BEAT_W).reset(0).doc('number of the next beat in its frame'));
    const ends = b.let('ends', beat.eq(FRAME.minus(1)));
    b.assign(m.valid, s.valid);
    b.assign(s.ready, m.ready);
    b.assign(m.data.tdata, s.data);
    b.assign(m.data.tlast, ends);
    b.when(s.fire, () => b.next(beat, ends.mux(b.constant(uint(BEAT_W), 0), beat.inc())));
  },
});
