import {
  bool,
  bundle,
  cat,
  defineModule,
  input,
  type NatExpr,
  natParam,
  output,
  sink,
  source,
  uint,
} from '../../hdl/index.js';
import { RegisterSlice } from '../../blocks/stream/index.js';

const W = natParam({ default: 64, min: 1, doc: 'bits of tdata' });
const beat = (width: NatExpr) => bundle({ tdata: uint(width), tlast: bool() });

/** Stands in front of a stream of packets that can be restarted: whatever is left of an old packet is dropped. */
export const EngineInputGuard = defineModule({
  name: 'engine_input_guard',
  doc: `lets packets through while pass is set, and drops them up to a tlast after a flush

While flush is set every beat is taken and dropped, and behind it the rest of a packet that has begun. At most
limit packets pass between two restarts (0: any number); what comes then waits. A slice of two beats cuts all
paths between the two sides.`,
  params: { W },
  ports: (p) => ({
    s_axis: sink(beat(p.W)),
    m_axis: source(beat(p.W)),
    pass: input(bool(), 'beats pass'),
    flush: input(bool(), 'beats are dropped'),
    restart: input(bool(), 'packets are counted anew'),
    limit: input(uint(16), 'packets between two restarts; 0: any number'),
    dropping: output(bool(), 'the rest of a packet is dropped'),
  }),
  body(b, io, p) {
    const outer = b.stream('outer', uint(p.W.plus(1)));
    const inner = b.stream('inner', uint(p.W.plus(1)));
    b.assign(outer.valid, io.s_axis.valid);
    b.assign(io.s_axis.ready, outer.ready);
    b.assign(outer.data, cat(io.s_axis.data.tlast.asUInt(), io.s_axis.data.tdata));
    b.instance('slice', RegisterSlice, { W: p.W.plus(1) }, { s_axis: outer, m_axis: inner });
    const r = b.regs({
      midway: bool().reset(0).doc('a packet has begun'),
      dropping: bool().reset(0),
      packets: uint(16).reset(0),
    });
    const last = b.let('last', inner.data.bit(p.W));
    const full = b.let('full', io.limit.ne(0).and(r.packets.eq(io.limit)));
    const drops = b.let('drops', io.flush.or(r.dropping));
    const passes = b.let('passes', io.pass.and(drops.not()).and(full.not()));
    b.assign(io.m_axis.valid, inner.valid.and(passes));
    b.assign(io.m_axis.data.tdata, inner.data.bits(0, p.W));
    b.assign(io.m_axis.data.tlast, last);
    b.assign(inner.ready, drops.or(passes.and(io.m_axis.ready)));
    const midway = b.let('midwayNext', inner.fire.mux(last.not(), r.midway));
    b.next(r.midway, midway);
    b.next(r.dropping, drops.and(midway));
    b.when(io.restart, () => b.next(r.packets, 0)).elseWhen(io.m_axis.fire.and(last), () =>
      b.next(r.packets, r.packets.inc()),
    );
    b.assign(io.dropping, r.dropping);
  },
});

/** Stands behind a stream of packets that can be cut off: it ends the packet that is under way. */
export const EngineResultGuard = defineModule({
  name: 'engine_result_guard',
  doc: `passes packets on; while close is set, a packet that is under way ends with one beat of zeros and tlast

A beat that is offered stays until it is taken, whatever happens on the other side. A slice of two beats cuts all
paths between the two sides.`,
  params: { W },
  ports: (p) => ({
    s_axis: sink(beat(p.W)),
    m_axis: source(beat(p.W)),
    close: input(bool(), 'the source was cut off'),
    midway: output(bool(), 'a packet is under way'),
  }),
  body(b, io, p) {
    const inner = b.stream('inner', uint(p.W.plus(1)));
    const outer = b.stream('outer', uint(p.W.plus(1)));
    const midway = b.reg('midway', bool().reset(0));
    const zero = b.constant(uint(p.W), 0);
    b.assign(inner.valid, io.close.mux(midway, io.s_axis.valid));
    b.assign(
      inner.data,
      io.close.mux(cat(b.constant(uint(1), 1), zero), cat(io.s_axis.data.tlast.asUInt(), io.s_axis.data.tdata)),
    );
    b.assign(io.s_axis.ready, inner.ready.and(io.close.not()));
    b.when(inner.fire, () => b.next(midway, inner.data.bit(p.W).not()));
    b.instance('slice', RegisterSlice, { W: p.W.plus(1) }, { s_axis: inner, m_axis: outer });
    b.assign(io.m_axis.valid, outer.valid);
    b.assign(outer.ready, io.m_axis.ready);
    b.assign(io.m_axis.data.tdata, outer.data.bits(0, p.W));
    b.assign(io.m_axis.data.tlast, outer.data.bit(p.W));
    b.assign(io.midway, midway);
  },
});
