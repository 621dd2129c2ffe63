import { bool, defineModule, indexWidth, natEq, natNe, natParam, sink, source, uint, vec } from '../../hdl/index.js';

/**
 * Packs RATIO narrow beats into a wide one, the first in the lowest bits; a frame of FRAME narrow beats ends in a wide beat
 * of its own, filled up with zeros. Cuts valid and data, not ready; a wide beat is seen the cycle after its last narrow one.
 */
export const Upsizer = defineModule({
  name: 'upsizer',
  doc: `packs RATIO narrow beats into one wide beat, the first one in the lowest bits

A frame is FRAME narrow beats; its last wide beat may be short and is filled up with zeros.
Cuts tvalid and tdata; s_axis_tready follows m_axis_tready combinationally.
Latency 1 cycle from the last narrow beat of a group; takes a narrow beat every cycle.`,
  params: {
    W: natParam({ default: 8, min: 1, doc: 'width of a narrow beat, >= 1' }),
    RATIO: natParam({ default: 4, min: 2, doc: 'narrow beats in a wide one, >= 2' }),
    FRAME: natParam({ default: 4, min: 1, doc: 'narrow beats in a frame, >= 1' }),
  },
  ports: ({ W, RATIO }) => ({ s_axis: sink(uint(W)), m_axis: source(uint(RATIO.times(W))) }),
  body(b, { s_axis: s, m_axis: m }, { W, RATIO, FRAME }) {
    const SLOT_W = b.localparam('SLOT_W', indexWidth(RATIO));
    const BEAT_W = b.localparam('BEAT_W', indexWidth(FRAME));
    const r = b.regs({
      slot: uint(SLOT_W).reset(0).doc('place of the next narrow beat in its group'),
      beat: uint(BEAT_W).reset(0).doc('number of the next narrow beat in its frame'),
      outValid: bool().reset(0),
      out: vec(RATIO, uint(W)).doc('the wide beat that downstream sees'),
      group: vec(RATIO, uint(W)).doc('narrow beats collected so far'),
    });
    const frameEnds = b.let('frameEnds', r.beat.eq(FRAME.minus(1)));
    const groupEnds = b.let('groupEnds', r.slot.eq(RATIO.minus(1)).or(frameEnds));
    const accept = b.let('accept', s.fire);

    b.assign(s.ready, m.ready.or(r.outValid.not()).or(groupEnds.not()));
    b.assign(m.valid, r.outValid);
    b.assign(m.data, r.out.pack());

    b.when(accept, () => {
      b.next(r.slot, groupEnds.mux(b.constant(uint(SLOT_W), 0), r.slot.inc()));
      b.next(r.beat, frameEnds.mux(b.constant(uint(BEAT_W), 0), r.beat.inc()));
    });
    b.when(accept.and(groupEnds), () => b.next(r.outValid, 1)).elseWhen(m.ready, () => b.next(r.outValid, 0));

    b.comment('slot i keeps the beats before this one, takes this one, and stays empty after it');
    b.genFor('slot', RATIO, (i) => {
      const filled = b.wire('filled', uint(W));
      b.genIf('first', natEq(i, 0), () => b.assign(filled, r.slot.eq(0).mux(s.data, r.group.at(i))));
      b.genIf('later', natNe(i, 0), () => {
        const own = r.slot.eq(i);
        b.assign(filled, r.slot.lt(i).mux(b.constant(uint(W), 0), own.mux(s.data, r.group.at(i))));
      });
      b.when(accept, () => b.next(r.group.at(i), filled));
      b.when(accept.and(groupEnds), () => b.next(r.out.at(i), filled));
    });
  },
});
