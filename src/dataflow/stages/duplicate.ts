import { bool, defineModule, natParam, sink, source, uint } from '../../hdl/index.js';

/**
 * One stream for two readers. A beat waits in one place until both have taken it. Latency 1, full throughput. Cuts valid and
 * data; ready follows both downstream ready combinationally. More copies are a tree of these.
 *
 * `Broadcast` is the fork without a place: it cuts nothing. Here every tvalid is a register.
 */
export const Duplicate = defineModule({
  name: 'duplicate',
  doc: `one stream for two readers, each of which gets every beat once, at its own pace

A beat waits in one place until both readers have taken it; the one that took it early sees no
beat until the other has it too, so that a FIFO behind each output lets them drift apart.
Latency 1 cycle, a beat every cycle, capacity 1 beat. Cuts tvalid and tdata; s_axis_tready follows
m0_axis_tready and m1_axis_tready combinationally. No tvalid depends on a tready.`,
  params: { W: natParam({ default: 8, min: 1, doc: 'payload width in bits' }) },
  ports: ({ W }) => ({ s_axis: sink(uint(W)), m0_axis: source(uint(W)), m1_axis: source(uint(W)) }),
  body(b, { s_axis: s, m0_axis: m0, m1_axis: m1 }, { W }) {
    const r = b.regs({
      owed0: bool().reset(0).doc('reader 0 has not had the beat'),
      owed1: bool().reset(0).doc('reader 1 has not had the beat'),
      beat: uint(W),
    });
    const accept = b.let('accept', s.fire);
    b.assign(s.ready, m0.ready.or(r.owed0.not()).and(m1.ready.or(r.owed1.not())));
    b.assign(m0.valid, r.owed0);
    b.assign(m0.data, r.beat);
    b.assign(m1.valid, r.owed1);
    b.assign(m1.data, r.beat);

    b.when(accept, () => b.next(r.beat, s.data));
    b.when(accept, () => b.next(r.owed0, 1)).elseWhen(m0.ready, () => b.next(r.owed0, 0));
    b.when(accept, () => b.next(r.owed1, 1)).elseWhen(m1.ready, () => b.next(r.owed1, 0));
  },
});
