import { bool, defineModule, indexWidth, natParam, sink, source, uint } from '../../hdl/index.js';

/**
 * Hands out a wide beat as RATIO narrow ones, lowest bits first; the last wide beat of a frame of FRAME narrow beats gives
 * only what is left of the frame. Cuts valid and data, not ready; latency 1; a narrow beat every cycle.
 */
export const Downsizer = defineModule({
  name: 'downsizer',
  doc: `hands out one wide beat as RATIO narrow beats, the lowest bits first

A frame is FRAME narrow beats; what its last wide beat holds beyond them is dropped.
Cuts tvalid and tdata; s_axis_tready follows m_axis_tready combinationally.
Latency 1 cycle; gives a narrow beat every cycle.`,
  params: {
    W: natParam({ default: 8, min: 1, doc: 'width of a narrow beat, >= 1' }),
    RATIO: natParam({ default: 4, min: 2, doc: 'narrow beats in a wide one, >= 2' }),
    FRAME: natParam({ default: 4, min: 1, doc: 'narrow beats in a frame, >= 1' }),
  },
  ports: ({ W, RATIO }) => ({ s_axis: sink(uint(RATIO.times(W))), m_axis: source(uint(W)) }),
  body(b, { s_axis: s, m_axis: m }, { W, RATIO, FRAME }) {
    const WIDE_W = b.localparam('WIDE_W', RATIO.times(W));
    const SLOT_W = b.localparam('SLOT_W', indexWidth(RATIO));
    const BEAT_W = b.localparam('BEAT_W', indexWidth(FRAME));
    const r = b.regs({
      valid: bool().reset(0).doc('narrow beats are left'),
      slot: uint(SLOT_W).reset(0).doc('narrow beats of this wide one that have left'),
      beat: uint(BEAT_W).reset(0).doc('number of the narrow beat at the output in its frame'),
      rest: uint(WIDE_W).doc('what has not left yet, the next beat lowest'),
    });
    const frameEnds = b.let('frameEnds', r.beat.eq(FRAME.minus(1)));
    const groupEnds = b.let('groupEnds', r.slot.eq(RATIO.minus(1)).or(frameEnds));
    const give = b.let('give', m.fire);
    const accept = b.let('accept', s.fire);

    b.assign(s.ready, r.valid.not().or(m.ready.and(groupEnds)));
    b.assign(m.valid, r.valid);
    b.assign(m.data, r.rest.truncate(W));

    b.when(accept, () => b.next(r.valid, 1)).elseWhen(give.and(groupEnds), () => b.next(r.valid, 0));
    b.when(give, () => {
      b.next(r.slot, groupEnds.mux(b.constant(uint(SLOT_W), 0), r.slot.inc()));
      b.next(r.beat, frameEnds.mux(b.constant(uint(BEAT_W), 0), r.beat.inc()));
    });
    b.when(accept, () => b.next(r.rest, s.data)).elseWhen(give, () =>
      b.next(r.rest, r.rest.bits(W, WIDE_W.minus(W)).extend(WIDE_W)),
    );
  },
});
