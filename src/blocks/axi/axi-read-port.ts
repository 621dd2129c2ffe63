import {
  bool,
  cat,
  clog2,
  defineModule,
  input,
  nat,
  natEq,
  natParam,
  open,
  output,
  requirement,
  sink,
  source,
  uint,
} from '../../hdl/index.js';
import { Fifo } from '../stream/fifo.js';
import { burst } from './axi-bursts.js';
import { axiReadPorts, INCR } from './axi-master-ports.js';

/** The bus side of a read master: what has been asked for is always taken, whatever happens behind. */
export const AxiReadPort = defineModule({
  name: 'axi_read_port',
  doc: `AR and R of an AXI4 manager: bursts in, their beats out, in order

While flush is set no burst is taken and the beats that still come are dropped; busy falls when none is due.
A request that is offered stays until it is taken, and rready waits for m_beat only. Of the first beat with
SLVERR or DECERR since flush was low, error keeps the response and error_addr its byte address; the beat itself
goes on. OUTSTANDING bursts may be under way. A burst is on offer 1 cycle after it was taken, a burst every
cycle; m_beat follows R combinationally.`,
  params: {
    ADDR_W: natParam({ default: 40, min: 20, doc: 'bits of a byte address' }),
    BYTES: natParam({ default: 8, min: 2, max: 128, doc: 'bytes of a beat, a power of two' }),
    OUTSTANDING: natParam({ default: 8, min: 1, doc: 'bursts under way at most' }),
  },
  requires: ({ BYTES }) => [requirement(natEq(nat(256).mod(BYTES), 0), 'BYTES is a power of two')],
  ports: (p) => ({
    flush: input(bool(), 'nothing is asked for, what comes is dropped'),
    cache: input(uint(4), 'of requests'),
    prot: input(uint(3), 'of requests'),
    s_burst: sink(burst(p.ADDR_W.minus(clog2(p.BYTES)))),
    ...axiReadPorts(p),
    m_beat: source(uint(p.BYTES.times(8))),
    busy: output(bool(), 'a burst is under way'),
    error: output(uint(2), 'response of the first beat that failed, else 0'),
    error_addr: output(uint(p.ADDR_W)),
  }),
  body(b, io, { ADDR_W, BYTES, OUTSTANDING }) {
    const BYTE_W = b.localparam('BYTE_W', clog2(BYTES));
    const WORD_W = b.localparam('WORD_W', ADDR_W.minus(BYTE_W));
    const { s_burst: s, m_beat: m } = io;
    const r = b.regs({
      asks: bool().reset(0),
      word: uint(WORD_W),
      len: uint(8),
      beat: uint(8).reset(0).doc('beats of the oldest burst that have come'),
      error: uint(2).reset(0),
      errorWord: uint(WORD_W).reset(0),
    });
    const low = b.constant(uint(BYTE_W), 0);

    b.comment('requests');
    const asked = b.stream('asked', uint(WORD_W), 'bursts whose beats are due');
    const due = b.stream('due', uint(WORD_W));
    const free = b.let('free', r.asks.not().or(io.m_axi_arready).and(io.flush.not()));
    b.assign(s.ready, free.and(asked.ready));
    b.assign(asked.valid, s.valid.and(free));
    b.assign(asked.data, s.data.addr);
    b.instance('bursts', Fifo, { W: WORD_W, DEPTH: OUTSTANDING }, { s_axis: asked, m_axis: due, level: open });
    b.when(s.fire, () => {
      b.next(r.asks, 1);
      b.next(r.word, s.data.addr);
      b.next(r.len, s.data.len);
    }).elseWhen(io.m_axi_arready, () => b.next(r.asks, 0));
    b.unused('mark', s.data.mark);
    b.assign(io.m_axi_arvalid, r.asks);
    b.assign(io.m_axi_araddr, cat(r.word, low));
    b.assign(io.m_axi_arlen, r.len);
    b.assign(io.m_axi_arsize, b.constant(uint(3), BYTE_W));
    b.assign(io.m_axi_arburst, INCR);
    b.assign(io.m_axi_arcache, io.cache);
    b.assign(io.m_axi_arprot, io.prot);

    b.comment('beats');
    b.assign(m.valid, io.m_axi_rvalid.and(io.flush.not()));
    b.assign(m.data, io.m_axi_rdata);
    b.assign(io.m_axi_rready, io.flush.or(m.ready));
    const comes = b.let('comes', io.m_axi_rvalid.and(io.m_axi_rready));
    b.assign(due.ready, comes.and(io.m_axi_rlast));
    b.when(comes, () => b.next(r.beat, io.m_axi_rlast.mux(b.constant(uint(8), 0), r.beat.inc())));
    const fails = b.let('fails', comes.and(due.valid).and(io.m_axi_rresp.bit(1)));
    b.when(io.flush, () => b.next(r.error, 0)).elseWhen(fails.and(r.error.eq(0)), () => {
      b.next(r.error, io.m_axi_rresp);
      b.next(r.errorWord, due.data.addWrap(r.beat.extend(WORD_W)));
    });
    b.assign(io.busy, due.valid);
    b.assign(io.error, r.error);
    b.assign(io.error_addr, cat(r.errorWord, low));
  },
});
