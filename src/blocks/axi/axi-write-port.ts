import {
  bool,
  bundle,
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
  uint,
} from '../../hdl/index.js';
import { Fifo } from '../stream/fifo.js';
import { packedFifo, packedSlice } from '../stream/packed.js';
import { burst } from './axi-bursts.js';
import { axiWritePorts, INCR } from './axi-master-ports.js';

/** The bus side of a write master: a burst that was begun is ended, whatever happens behind. */
export const AxiWritePort = defineModule({
  name: 'axi_write_port',
  doc: `AW, W and B of an AXI4 manager: bursts and their beats in, in order

The beats of a burst leave when its request was taken, wlast with the last. While flush is set no burst is taken,
and those under way end with beats whose wstrb is 0; busy falls when the last response has come. What is offered
stays until it is taken, and bready is always 1. Of the first burst with SLVERR or DECERR since flush was low, error
keeps the response and error_addr the byte address of its first beat. done is high for a cycle behind the response
of a burst with mark. OUTSTANDING bursts may be under way. A request is on offer 1 cycle after its burst was
taken, a burst every cycle, a beat every cycle, from one burst to the next too. Cuts all paths to AW, W and B.`,
  params: {
    ADDR_W: natParam({ default: 40, min: 20, doc: 'bits of a byte address' }),
    BYTES: natParam({ default: 8, min: 2, max: 128, doc: 'bytes of a beat, a power of two' }),
    OUTSTANDING: natParam({ default: 8, min: 1, doc: 'bursts under way at most' }),
  },
  requires: ({ BYTES }) => [requirement(natEq(nat(256).mod(BYTES), 0), 'BYTES is a power of two')],
  ports: (p) => ({
    flush: input(bool(), 'nothing is asked for, bursts end without data'),
    cache: input(uint(4), 'of requests'),
    prot: input(uint(3), 'of requests'),
    s_burst: sink(burst(p.ADDR_W.minus(clog2(p.BYTES)))),
    s_beat: sink(bundle({ data: uint(p.BYTES.times(8)), strb: uint(p.BYTES) })),
    ...axiWritePorts(p),
    done: output(bool(), 'a burst with mark is in memory'),
    busy: output(bool(), 'a burst is under way'),
    error: output(uint(2), 'response of the first burst that failed, else 0'),
    error_addr: output(uint(p.ADDR_W)),
  }),
  body(b, io, { ADDR_W, BYTES, OUTSTANDING }) {
    const BYTE_W = b.localparam('BYTE_W', clog2(BYTES));
    const WORD_W = b.localparam('WORD_W', ADDR_W.minus(BYTE_W));
    const { s_burst: s, s_beat: beat } = io;
    const r = b.regs({
      asks: bool().reset(0),
      word: uint(WORD_W),
      len: uint(8),
      beat: uint(8).reset(0).doc('beats of the oldest burst that have left'),
      done: bool().reset(0),
      error: uint(2).reset(0),
      errorWord: uint(WORD_W).reset(0),
    });
    const low = b.constant(uint(BYTE_W), 0);

    b.comment('requests');
    const told = bundle({ addr: uint(WORD_W), mark: bool() });
    const asked = b.stream('asked', told, 'bursts whose response is due');
    const due = b.stream('due', told);
    const free = b.let('free', r.asks.not().or(io.m_axi_awready).and(io.flush.not()));
    b.assign(s.ready, free.and(asked.ready));
    b.assign(asked.valid, s.valid.and(free));
    b.assign(asked.data.addr, s.data.addr);
    b.assign(asked.data.mark, s.data.mark);
    packedFifo(b, 'bursts', OUTSTANDING, asked, due);
    b.when(s.fire, () => {
      b.next(r.asks, 1);
      b.next(r.word, s.data.addr);
      b.next(r.len, s.data.len);
    }).elseWhen(io.m_axi_awready, () => b.next(r.asks, 0));
    b.assign(io.m_axi_awvalid, r.asks);
    b.assign(io.m_axi_awaddr, cat(r.word, low));
    b.assign(io.m_axi_awlen, r.len);
    b.assign(io.m_axi_awsize, b.constant(uint(3), BYTE_W));
    b.assign(io.m_axi_awburst, INCR);
    b.assign(io.m_axi_awcache, io.cache);
    b.assign(io.m_axi_awprot, io.prot);

    b.comment('beats of the bursts whose requests were taken; there is a place for each that has no response');
    const taken = b.stream('taken', uint(8));
    const length = b.stream('length', uint(8));
    b.assign(taken.valid, r.asks.and(io.m_axi_awready));
    b.assign(taken.data, r.len);
    b.unused('taken', taken.ready);
    b.instance('lengths', Fifo, { W: 8, DEPTH: OUTSTANDING }, { s_axis: taken, m_axis: length, level: open });
    const sent = bundle({ data: uint(BYTES.times(8)), strb: uint(BYTES), last: bool() });
    const [merged, out] = [b.stream('merged', sent), b.stream('sent', sent)];
    const last = b.let('last', r.beat.eq(length.data));
    b.assign(merged.valid, length.valid.and(io.flush.or(beat.valid)));
    b.assign(beat.ready, length.valid.and(merged.ready).and(io.flush.not()));
    b.assign(merged.data.data, beat.data.data);
    b.assign(merged.data.strb, io.flush.mux(b.constant(uint(BYTES), 0), beat.data.strb));
    b.assign(merged.data.last, last);
    const leaves = b.let('leaves', merged.fire);
    b.assign(length.ready, leaves.and(last));
    b.when(leaves, () => b.next(r.beat, last.mux(b.constant(uint(8), 0), r.beat.inc())));
    packedSlice(b, 'slice', merged, out);
    b.assign(io.m_axi_wvalid, out.valid);
    b.assign(out.ready, io.m_axi_wready);
    b.assign(io.m_axi_wdata, out.data.data);
    b.assign(io.m_axi_wstrb, out.data.strb);
    b.assign(io.m_axi_wlast, out.data.last);

    b.comment('responses');
    b.assign(io.m_axi_bready, 1);
    b.assign(due.ready, io.m_axi_bvalid);
    const answered = b.let('answered', due.fire);
    b.next(r.done, answered.and(due.data.mark).and(io.flush.not()));
    const fails = b.let('fails', answered.and(io.m_axi_bresp.bit(1)));
    b.when(io.flush, () => b.next(r.error, 0)).elseWhen(fails.and(r.error.eq(0)), () => {
      b.next(r.error, io.m_axi_bresp);
      b.next(r.errorWord, due.data.addr);
    });
    b.assign(io.done, r.done);
    b.assign(io.busy, due.valid);
    b.assign(io.error, r.error);
    b.assign(io.error_addr, cat(r.errorWord, low));
  },
});
