import {
  bool,
  bundle,
  cat,
  clog2,
  defineModule,
  type NatExpr,
  natEq,
  nat,
  natParam,
  requirement,
  sink,
  source,
  uint,
  vec,
} from '../../hdl/index.js';

/** What `AxiAlign` does with the beats of a transfer. */
export const alignCommand = (BYTES: NatExpr, COUNT_W: NatExpr) =>
  bundle({
    shift: uint(clog2(BYTES).plus(1)),
    primes: bool(),
    spare: bool(),
    count: uint(COUNT_W),
    head: uint(clog2(BYTES)),
    tail: uint(clog2(BYTES)),
    last: bool(),
  });

/** Moves bytes between the lanes of beats: from unaligned memory to packed beats, and back. */
export const AxiAlign = defineModule({
  name: 'axi_align',
  doc: `shifts the bytes of a transfer to other lanes

An output beat is bytes shift .. shift + BYTES - 1 of the beat before and the present one: BYTES takes the
beat as it is. With primes the first beat only becomes the one before; with spare the last output beat needs
no input. Of the first output beat the lanes below head are not there, of the last one those above tail:
their tkeep is 0, and so are their bytes. tlast comes with the last of count beats where the command says so.
A beat every cycle, and one more cycle for a beat that primes. m_axis follows s_axis, and both tready follow
m_axis_tready, combinationally.`,
  params: {
    BYTES: natParam({ default: 8, min: 2, max: 128, doc: 'bytes of a beat, a power of two' }),
    COUNT_W: natParam({ default: 30, min: 1, doc: 'bits of the beats of a transfer' }),
  },
  requires: ({ BYTES }) => [requirement(natEq(nat(256).mod(BYTES), 0), 'BYTES is a power of two')],
  ports: ({ BYTES, COUNT_W }) => ({
    s_cmd: sink(alignCommand(BYTES, COUNT_W)),
    s_axis: sink(uint(BYTES.times(8))),
    m_axis: source(bundle({ tdata: uint(BYTES.times(8)), tkeep: uint(BYTES), tlast: bool() })),
  }),
  body(b, { s_cmd: c, s_axis: s, m_axis: m }, { BYTES, COUNT_W }) {
    const DATA_W = b.localparam('DATA_W', BYTES.times(8));
    const BYTE_W = b.localparam('BYTE_W', clog2(BYTES), 'bits of the number of a lane');
    const r = b.regs({
      busy: bool().reset(0),
      priming: bool(),
      spare: bool(),
      first: bool().doc('the next output beat is the first'),
      left: uint(COUNT_W).doc('output beats to come'),
      shift: uint(BYTE_W.plus(1)),
      head: uint(BYTE_W),
      tail: uint(BYTE_W),
      last: bool(),
      before: uint(DATA_W).doc('the input beat before'),
    });
    const ending = b.let('ending', r.left.eq(1));
    const alone = b.let('alone', ending.and(r.spare), 'this beat needs no input');
    const offers = b.let('offers', r.busy.and(r.priming.not()));
    b.assign(m.valid, offers.and(s.valid.or(alone)));
    b.assign(s.ready, r.busy.and(r.priming.or(alone.not().and(m.ready))));
    const ends = b.let('ends', m.fire.and(ending));
    b.assign(c.ready, r.busy.not().or(ends));

    b.comment('two beats side by side, shifted by whole bytes');
    const bits = cat(r.shift, b.constant(uint(3), 0));
    const window = b.let(
      'window',
      cat(s.data, r.before)
        .shr(bits)
        .truncate(DATA_W)
        .unpack(vec(BYTES, uint(8))),
    );
    const count = b.let('count', r.tail.extend(BYTE_W.plus(1)).inc(), 'lanes of the last output beat');
    const keep = b.wire('keep', vec(BYTES, bool()));
    const out = b.wire('out', vec(BYTES, uint(8)));
    b.genFor('lane', BYTES, (i) => {
      const lane = b.constant(uint(BYTE_W), i);
      const early = r.first.and(lane.lt(r.head));
      const behind = b
        .constant(uint(BYTE_W.plus(1)), i)
        .lt(count)
        .not();
      b.assign(keep.at(i), early.or(ending.and(behind)).not());
      b.assign(out.at(i), keep.at(i).mux(window.at(i), b.constant(uint(8), 0)));
    });
    b.assign(m.data.tdata, out.pack());
    b.assign(m.data.tkeep, keep.pack());
    b.assign(m.data.tlast, ending.and(r.last));

    b.when(s.fire, () => {
      b.next(r.before, s.data);
      b.next(r.priming, 0);
    });
    b.when(m.fire, () => {
      b.next(r.first, 0);
      b.next(r.left, r.left.dec());
    });
    b.when(c.fire, () => {
      b.next(r.priming, c.data.primes);
      b.next(r.spare, c.data.spare);
      b.next(r.first, 1);
      b.next(r.left, c.data.count);
      b.next(r.shift, c.data.shift);
      b.next(r.head, c.data.head);
      b.next(r.tail, c.data.tail);
      b.next(r.last, c.data.last);
    });
    b.when(c.fire, () => b.next(r.busy, 1)).elseWhen(ends, () => b.next(r.busy, 0));
  },
});
