import {
  type Bool,
  defineModule,
  indexWidth,
  natParam,
  output,
  type Sig,
  sink,
  source,
  type UInt,
  uint,
  widthFor,
} from '../../hdl/index.js';

/**
 * First-word-fall-through FIFO of any depth >= 1. Cuts valid, data and ready; latency 1; capacity DEPTH; full throughput
 * from DEPTH 2 on, every second cycle at DEPTH 1.
 */
export const Fifo = defineModule({
  name: 'fifo',
  doc: `first-word-fall-through FIFO of any depth, not only powers of two

Cuts tvalid, tdata and tready: no combinational path crosses it in either direction.
Latency 1 cycle, capacity DEPTH beats, full throughput; with DEPTH = 1 a beat every second cycle.`,
  params: {
    W: natParam({ default: 8, min: 1, doc: 'payload width in bits, >= 1' }),
    DEPTH: natParam({ default: 16, min: 1, doc: 'capacity in beats, >= 1' }),
  },
  ports: ({ W, DEPTH }) => ({
    s_axis: sink(uint(W)),
    m_axis: source(uint(W)),
    level: output(uint(widthFor(DEPTH)), 'beats held'),
  }),
  body(b, { s_axis: s, m_axis: m, level }, { W, DEPTH }) {
    const PTR_W = b.localparam('PTR_W', indexWidth(DEPTH));
    const LEVEL_W = b.localparam('LEVEL_W', widthFor(DEPTH));
    const store = b.memory('store', uint(W), DEPTH);
    const r = b.regs({
      head: uint(PTR_W).reset(0).doc('next place to write'),
      tail: uint(PTR_W).reset(0).doc('oldest beat'),
      level: uint(LEVEL_W).reset(0),
    });
    const push = b.let('push', s.fire);
    const pop = b.let('pop', m.fire);
    const after = (pointer: Sig<UInt>): Sig<UInt> =>
      pointer.eq(DEPTH.minus(1)).mux(b.constant(uint(PTR_W), 0), pointer.inc());

    b.assign(s.ready, r.level.ne(DEPTH));
    b.assign(m.valid, r.level.ne(0));
    b.assign(m.data, store.read(r.tail));
    b.assign(level, r.level);

    b.when(push, () => b.next(r.head, after(r.head)));
    b.when(pop, () => b.next(r.tail, after(r.tail)));
    b.when(onlyOne(push, pop), () => b.next(r.level, r.level.inc())).elseWhen(onlyOne(pop, push), () =>
      b.next(r.level, r.level.dec()),
    );
    store.write(r.head, s.data, push);
  },
});

function onlyOne(yes: Sig<Bool>, no: Sig<Bool>): Sig<Bool> {
  return yes.and(no.not());
}
