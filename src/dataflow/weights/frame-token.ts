import { defineModule, indexWidth, natParam, sink, source, uint, widthFor } from '../../hdl/index.js';

/** Passes a stream on and tells with a token that a frame has begun. */
export const FrameToken = defineModule({
  name: 'frame_token',
  doc: `passes a stream on, and gives a token for every frame of BEATS beats that begins

The first beat of a frame waits while TOKENS tokens have not been taken. A token is on offer from the
cycle after its beat. Beats pass combinationally, tvalid and tready as they are but for that wait.`,
  params: {
    W: natParam({ default: 8, min: 1, doc: 'payload width in bits' }),
    BEATS: natParam({ default: 4, min: 1, doc: 'beats of a frame' }),
    TOKENS: natParam({ default: 4, min: 1, doc: 'tokens that may wait' }),
  },
  ports: ({ W }) => ({
    s_axis: sink(uint(W)),
    m0_axis: source(uint(W), 'the same beats'),
    m1_axis: source(uint(1), 'tokens; the bit says nothing'),
  }),
  body(b, { s_axis: s, m0_axis: m, m1_axis: token }, { BEATS, TOKENS }) {
    const BEAT_W = b.localparam('BEAT_W', indexWidth(BEATS));
    const TOKEN_W = b.localparam('TOKEN_W', widthFor(TOKENS));
    const r = b.regs({
      beat: uint(BEAT_W).reset(0).doc('number of the next beat in its frame'),
      tokens: uint(TOKEN_W).reset(0).doc('tokens that wait'),
    });
    const open = b.let('open', r.beat.ne(0).or(r.tokens.ne(TOKENS)), 'the next beat may pass');
    b.assign(m.valid, s.valid.and(open));
    b.assign(m.data, s.data);
    b.assign(s.ready, m.ready.and(open));
    b.assign(token.valid, r.tokens.ne(0));
    b.assign(token.data, 0);
    const pass = b.let('pass', s.fire);
    const begins = b.let('begins', pass.and(r.beat.eq(0)));
    const taken = b.let('taken', token.fire);
    b.when(pass, () => {
      const last = r.beat.eq(BEATS.minus(1));
      b.next(r.beat, last.mux(b.constant(uint(BEAT_W), 0), r.beat.inc()));
    });
    b.when(begins.and(taken.not()), () => b.next(r.tokens, r.tokens.inc())).elseWhen(taken.and(begins.not()), () =>
      b.next(r.tokens, r.tokens.dec()),
    );
  },
});
