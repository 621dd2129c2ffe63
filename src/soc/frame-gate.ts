import { bool, defineModule, indexWidth, input, natParam, output, sink, source, uint } from '../hdl/index.js';

/** Counts the beats of frames and says when a frame may begin; a frame that has begun can be ended without its source. */
export const FrameGate = defineModule({
  name: 'frame_gate',
  doc: `lets frames of BEATS beats through

A frame begins while open is set; it ends whatever open does. While fill is set nothing is taken, and a frame
that has begun gets beats of zeros up to its end. Beats pass combinationally, tvalid and tready but for that.`,
  params: {
    W: natParam({ default: 64, min: 1, doc: 'bits of a beat' }),
    BEATS: natParam({ default: 4, min: 1, doc: 'beats of a frame' }),
  },
  ports: ({ W }) => ({
    s_axis: sink(uint(W)),
    m_axis: source(uint(W)),
    open: input(bool(), 'a frame may begin'),
    fill: input(bool(), 'the rest of a frame is zeros'),
    begins: output(bool(), 'the first beat of a frame moves'),
    last: output(bool(), 'the next beat is the last of its frame'),
    midway: output(bool(), 'a frame has begun and not ended'),
  }),
  body(b, { s_axis: s, m_axis: m, ...io }, { W, BEATS }) {
    const BEAT_W = b.localparam('BEAT_W', indexWidth(BEATS));
    const beat = b.reg('beat', uint(BEAT_W).reset(0).doc('beats of the frame that have moved'));
    const midway = b.let('begun', beat.ne(0));
    const passes = b.let('passes', io.fill.not().and(midway.or(io.open)));
    const fills = b.let('fills', io.fill.and(midway));
    const last = b.let('ending', beat.eq(BEATS.minus(1)));
    b.assign(m.valid, fills.or(passes.and(s.valid)));
    b.assign(m.data, io.fill.mux(b.constant(uint(W), 0), s.data));
    b.assign(s.ready, passes.and(m.ready));
    const moves = b.let('moves', m.fire);
    b.when(moves, () => b.next(beat, last.mux(b.constant(uint(BEAT_W), 0), beat.inc())));
    b.assign(io.begins, moves.and(midway.not()));
    b.assign(io.last, last);
    b.assign(io.midway, midway);
  },
});
