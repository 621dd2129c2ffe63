import {
  bool,
  bundle,
  defineModule,
  natGe,
  natParam,
  requirement,
  sink,
  source,
  uint,
  vec,
  widthFor,
} from '../../hdl/index.js';

/** Most phases that a row may have: the greatest horizontal stride of a reader. */
export const maxPhases = 4;

/**
 * Writes of the X-RAM from groups of words: a reader with stride SW finds the pixels of a row in SW phases. A word of
 * consecutive pixels, the tile xt of its row, becomes SW writes to word xt div SW of each phase.
 */
export const EngineScatter = defineModule({
  name: 'engine_scatter',
  doc: `one group of words in, writes to each phase of its row out, with an enable for each pixel of a word

Pixel x of a row has phase x mod phases and place x div phases there. A group holds the pixels P * xt to
P * xt + P - 1, with part = xt mod phases: they all lie in word xt div phases of their phases, whose address
for phase 0 is address; the others follow at distances of stride. With one phase a group is one write.
Latency 1 cycle, a write every cycle. Cuts tvalid and tdata; s_axis_tready follows m_axis_tready.`,
  params: {
    P: natParam({ default: 4, min: 1, doc: 'pixels of a word' }),
    D: natParam({ default: 2, min: 1, doc: 'words of a group' }),
    XB: natParam({ default: 8, min: 1, doc: 'bits of a pixel' }),
    A_W: natParam({ default: 20, min: 1, max: 20, doc: 'bits of an address' }),
    G_W: natParam({ default: 3, min: 1, doc: 'bits of a bank group' }),
  },
  requires: ({ A_W }) => [requirement(natGe(20, A_W), 'addresses have 20 bits at most')],
  ports: ({ P, D, XB, A_W, G_W }) => ({
    s_axis: sink(
      bundle({
        data: uint(D.times(P).times(XB)),
        group: uint(G_W),
        address: uint(A_W),
        part: uint(2),
        phases: uint(3).doc('1 to 4'),
        stride: uint(A_W),
        write: bool().doc('0: nothing is written, the group only takes its turn'),
        last: bool(),
      }),
    ),
    m_axis: source(
      bundle({
        data: uint(D.times(P).times(XB)),
        group: uint(G_W),
        address: uint(A_W),
        lanes: uint(P).doc('pixels that are written'),
        write: bool(),
        last: bool().doc('last write of a group with last'),
      }),
    ),
  }),
  body(b, { s_axis: s, m_axis: m }, { P, D, XB, A_W, G_W }) {
    const Q_W = b.localparam('Q_W', widthFor(P.times(4).plus(8)), 'bits of a place among the pixels of four words');
    const r = b.regs({
      phase: uint(2).reset(0).doc('phase of the next write'),
      offset: uint(A_W).reset(0).doc('phase * stride'),
      outValid: bool().reset(0),
      address: uint(A_W),
      group: uint(G_W),
      write: bool(),
      last: bool(),
      lanes: vec(P, bool()),
      data: vec(D, vec(P, uint(XB))),
    });
    const en = b.let('en', m.ready.or(r.outValid.not()), 'the register is free or is being read');
    const final = b.let('lastPhase', r.phase.extend(3).inc().eq(s.data.phases), 'the last phase of this group');
    const moves = b.let('moves', s.valid.and(en));
    b.assign(s.ready, en.and(final));
    b.assign(m.valid, r.outValid);
    b.assign(m.data.data, r.data.pack());
    b.assign(m.data.group, r.group);
    b.assign(m.data.address, r.address);
    b.assign(m.data.lanes, r.lanes.pack());
    b.assign(m.data.write, r.write);
    b.assign(m.data.last, r.last);
    b.when(en, () => b.next(r.outValid, s.valid));
    b.when(moves, () => {
      b.next(r.phase, final.mux(b.constant(uint(2), 0), r.phase.inc()));
      b.next(r.offset, final.mux(b.constant(uint(A_W), 0), r.offset.addWrap(s.data.stride)));
      b.next(r.address, s.data.address.addWrap(r.offset));
      b.next(r.group, s.data.group);
      b.next(r.write, s.data.write);
      b.next(r.last, s.data.last.and(final));
    });

    b.comment(
      'lane l of a phase is pixel l * phases + phase of the phases words that share a place; part says which is here',
    );
    const start = b.wire('start', uint(Q_W).doc('first pixel of this word among them'));
    b.comb(() => {
      b.assign(start, 0);
      b.when(s.data.part.eq(1), () => b.assign(start, b.constant(uint(Q_W), P)));
      b.when(s.data.part.eq(2), () => b.assign(start, b.constant(uint(Q_W), P.times(2))));
      b.when(s.data.part.eq(3), () => b.assign(start, b.constant(uint(Q_W), P.times(3))));
    });
    const words = b.let('words', s.data.data.unpack(vec(D, vec(P, uint(XB)))));
    b.genFor('lane', P, (l) => {
      const times = (n: number) => b.constant(uint(Q_W), l.times(n));
      const first = s.data.phases
        .eq(4)
        .mux(times(4), s.data.phases.eq(3).mux(times(3), s.data.phases.eq(2).mux(times(2), times(1))));
      const pixel = b.let('pixel', first.addWrap(r.phase.extend(Q_W)).subWrap(start));
      b.when(moves, () => b.next(r.lanes.at(l), pixel.lt(P)));
      b.genFor('word', D, (d) => {
        b.when(moves, () => b.next(r.data.at(d).at(l), words.at(d).select(pixel)));
      });
    });
  },
});
