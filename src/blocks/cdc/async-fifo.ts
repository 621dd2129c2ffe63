import {
  clog2,
  defineModule,
  natEq,
  natParam,
  type NatExpr,
  requirement,
  type Sig,
  sink,
  source,
  type UInt,
  uint,
  vec,
} from '../../hdl/index.js';

/** FIFO between two clocks: gray-coded pointers, each seen by the other side through a chain of flops. */
export const AsyncFifo = defineModule({
  name: 'async_fifo',
  doc: `first-word-fall-through FIFO between two clocks, of a depth that is a power of two

s_axis runs with s_axis_aclk, m_axis with m_axis_aclk; their periods and phases do not matter. Each side sees the other's
pointer STAGES edges late, so that tready and tvalid may be low for longer than they need, never the other way round.
Full throughput of the slower clock for DEPTH >= 2 * STAGES + 4. Both resets have to be asserted together, each for an
edge of its clock at least.`,
  params: {
    W: natParam({ default: 8, min: 1, doc: 'payload width in bits' }),
    DEPTH: natParam({ default: 16, min: 2, doc: 'capacity in beats, a power of two' }),
    STAGES: natParam({ default: 2, min: 2, max: 8, doc: 'flops of a synchronizer' }),
  },
  domains: {
    main: { clock: 's_axis_aclk', reset: 's_axis_aresetn' },
    m: { clock: 'm_axis_aclk', reset: 'm_axis_aresetn' },
  },
  requires: ({ DEPTH }) => [requirement(natEq(clog2(DEPTH).plus(1), clog2(DEPTH.plus(1))), 'DEPTH is a power of two')],
  ports: ({ W }) => ({ s_axis: sink(uint(W)), m_axis: source(uint(W)).in('m') }),
  body(b, { s_axis: s, m_axis: m }, { W, DEPTH, STAGES }) {
    const ADDR_W = b.localparam('ADDR_W', clog2(DEPTH));
    const PTR_W = b.localparam('PTR_W', ADDR_W.plus(1), 'one more bit tells full from empty');
    const store = b.memory('store', uint(W), DEPTH);
    const pointer = (doc: string) => uint(PTR_W).reset(0).doc(doc);
    const chain = (doc: string) => vec(STAGES, uint(PTR_W)).reset(0).synchronizer().doc(doc);
    const w = b.regs({
      head: pointer('next place to write'),
      headGray: pointer('the same, gray-coded'),
      tailSeen: chain('tail on its way here'),
    });
    const r = b.domain('m', () =>
      b.regs({
        tail: pointer('oldest beat'),
        tailGray: pointer('the same, gray-coded'),
        headSeen: chain('head on its way here'),
      }),
    );
    const gray = 'gray code, one bit changes at a time';
    const tailSampled = b.crossing('tailSampled', r.tailGray, 'main', gray);
    const headSampled = b.crossing('headSampled', w.headGray, 'm', gray);
    const address = (p: Sig<UInt>, width: NatExpr): Sig<UInt> => p.truncate(width);
    const word = b.crossing('word', store.read(address(r.tail, ADDR_W)), 'm', 'written before head moved past it');

    b.comment('full: the pointers differ in the upper two bits of the gray code and nowhere else');
    const apart = b.let('apart', w.headGray.xor(w.tailSeen.at(STAGES.minus(1))));
    b.assign(s.ready, apart.bits(PTR_W.minus(2), 2).allOnes().and(apart.shl(2).eq(0)).not());
    b.assign(m.valid, r.tailGray.ne(r.headSeen.at(STAGES.minus(1))));
    b.assign(m.data, word);

    const after = (p: Sig<UInt>, gray: Sig<UInt>) => {
      const next = p.inc();
      b.next(p, next);
      b.next(gray, next.xor(next.shr(1)));
    };
    const push = b.let('push', s.fire);
    const pop = b.let('pop', m.fire);
    b.when(push, () => after(w.head, w.headGray));
    store.write(address(w.head, ADDR_W), s.data, push);
    b.when(pop, () => after(r.tail, r.tailGray));
    const follow = (seen: typeof w.tailSeen, label: string, first: Sig<UInt>) => {
      b.next(seen.at(0), first);
      b.genFor(label, STAGES.minus(1), (i) => b.next(seen.at(i.plus(1)), seen.at(i)));
    };
    follow(w.tailSeen, 'tail_chain', tailSampled);
    follow(r.headSeen, 'head_chain', headSampled);
  },
});
