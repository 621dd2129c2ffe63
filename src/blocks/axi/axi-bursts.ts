import {
  bool,
  bundle,
  clog2,
  defineModule,
  nat,
  natEq,
  type NatExpr,
  natParam,
  requirement,
  sink,
  source,
  uint,
} from '../../hdl/index.js';

/** A transfer in whole beats: `addr` counts beats, `count` is at least 1, `mark` comes with the last burst. */
export const beatCommand = (WORD_W: NatExpr, COUNT_W: NatExpr) =>
  bundle({ addr: uint(WORD_W), count: uint(COUNT_W), mark: bool() });

/** A burst: `addr` counts beats, `len` is beats - 1. */
export const burst = (WORD_W: NatExpr) => bundle({ addr: uint(WORD_W), len: uint(8), mark: bool() });

/**
 * Transfers to bursts. Bursts end where a multiple of BURST beats begins; as BURST beats divide 4096 bytes, none crosses a border
 * of 4 KB.
 */
export const AxiBursts = defineModule({
  name: 'axi_bursts',
  doc: `splits transfers into bursts that end at multiples of BURST beats

Addresses count beats. The first burst reaches to the next multiple of BURST, the others have BURST beats,
the last one what is left. Where BURST beats are a divisor of 4 KB no burst crosses such a border.
Latency 1 cycle, a burst every cycle, also from one transfer to the next. s_cmd_tready follows
m_burst_tready combinationally.`,
  params: {
    WORD_W: natParam({ default: 37, min: 10, doc: 'bits of an address' }),
    COUNT_W: natParam({ default: 30, min: 9, doc: 'bits of the beats of a transfer' }),
    BURST: natParam({ default: 16, min: 2, max: 256, doc: 'beats of a burst at most, a power of two' }),
  },
  requires: ({ BURST }) => [requirement(natEq(nat(256).mod(BURST), 0), 'BURST is a power of two')],
  ports: ({ WORD_W, COUNT_W }) => ({
    s_cmd: sink(beatCommand(WORD_W, COUNT_W)),
    m_burst: source(burst(WORD_W)),
  }),
  body(b, { s_cmd: s, m_burst: m }, { WORD_W, COUNT_W, BURST }) {
    const BURST_W = b.localparam('BURST_W', clog2(BURST));
    const ROOM_W = b.localparam('ROOM_W', BURST_W.plus(1));
    const r = b.regs({
      busy: bool().reset(0),
      addr: uint(WORD_W).doc('first beat of the next burst'),
      left: uint(COUNT_W).doc('beats that no burst has had'),
      mark: bool(),
    });
    const room = b.let(
      'room',
      r.addr.bits(0, BURST_W).not().extend(ROOM_W).inc(),
      'beats to the next multiple of BURST',
    );
    const last = b.let('last', r.left.le(room.extend(COUNT_W)));
    const take = b.let('take', last.mux(r.left, room.extend(COUNT_W)).truncate(ROOM_W), 'beats of this burst');
    b.assign(m.valid, r.busy);
    b.assign(m.data.addr, r.addr);
    b.assign(m.data.len, take.dec().extend(9).truncate(8));
    b.assign(m.data.mark, last.and(r.mark));
    const ends = b.let('ends', m.fire.and(last));
    b.assign(s.ready, r.busy.not().or(ends));
    b.when(s.fire, () => {
      b.next(r.busy, 1);
      b.next(r.addr, s.data.addr);
      b.next(r.left, s.data.count);
      b.next(r.mark, s.data.mark);
    })
      .elseWhen(ends, () => b.next(r.busy, 0))
      .elseWhen(m.fire, () => {
        b.next(r.addr, r.addr.addWrap(take.extend(WORD_W)));
        b.next(r.left, r.left.subWrap(take.extend(COUNT_W)));
      });
  },
});
