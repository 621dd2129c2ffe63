import {
  type Bool,
  bool,
  cat,
  defineModule,
  type NatLike,
  natParam,
  open,
  type Sig,
  sink,
  source,
  type Stream,
  type UInt,
  uint,
  widthFor,
} from '../../hdl/index.js';
import { Fifo } from '../stream/fifo.js';
import { RegisterSlice } from '../stream/register-slice.js';
import { accessRequest, accessResponse } from './access-port.js';
import { asStream, axiLitePorts } from './axi-lite-ports.js';

/**
 * AXI4-Lite subordinate with an access port behind. AW and W may come in any order and wait for each other; reads and writes
 * take turns where both wait. A request is only made when its response has a place, so a response is always taken and
 * neither direction ever waits for the other one's responses.
 */
export const AxiLiteSubordinate = defineModule({
  name: 'axi_lite_subordinate',
  doc: `AXI4-Lite subordinate: turns bus accesses into requests and responses of an access port

Address and data of a write may come in any order. Where a read and a write wait, they take turns.
A request is made only when its response has a place: s_rsp_tready is always 1, and reads and
writes never wait for each other's responses to leave. An error of the response is SLVERR, else
OKAY. The lowest two address bits are ignored: accesses are of whole words, wstrb selects bytes.
No combinational path from any input to any output. A request is on offer 2 cycles after the last
of its channels was taken, a response 1 cycle after s_rsp. OUTSTANDING requests of each kind may be
under way; with a target of latency L an access every cycle where OUTSTANDING >= L + 3.`,
  params: {
    ADDR_W: natParam({ default: 12, min: 3, doc: 'bits of a byte address' }),
    OUTSTANDING: natParam({ default: 4, min: 1, doc: 'reads under way at most, and writes' }),
  },
  ports: ({ ADDR_W }) => ({
    ...axiLitePorts(ADDR_W),
    m_req: source(accessRequest(ADDR_W.minus(2)), 'requests; addresses count words'),
    s_rsp: sink(accessResponse(), 'one response for each, in order'),
  }),
  body(b, io, { ADDR_W, OUTSTANDING }) {
    const WORD_W = b.localparam('WORD_W', ADDR_W.minus(2), 'bits of a word address');
    const COUNT_W = b.localparam('COUNT_W', widthFor(OUTSTANDING));
    const { m_req: req, s_rsp: rsp } = io;
    const zero = b.constant(uint(1), 0);

    b.comment('one slice a channel cuts its paths; the low address bits and the protection bits are not used');
    const address = uint(WORD_W);
    const wordOf = (addr: Sig<UInt>): Sig<UInt> => addr.bits(2, WORD_W);
    b.unused('aw', cat(io.s_axi_awprot, io.s_axi_awaddr.bits(0, 2)));
    b.unused('ar', cat(io.s_axi_arprot, io.s_axi_araddr.bits(0, 2)));
    const slice = (name: string, width: NatLike, from: Stream<UInt>): Stream<UInt> => {
      const to = b.stream(name, uint(width));
      b.instance(`${name}_slice`, RegisterSlice, { W: width }, { s_axis: from, m_axis: to });
      return to;
    };
    const aw = slice(
      'aw',
      WORD_W,
      asStream('s_axi_aw', address, io.s_axi_awvalid, io.s_axi_awready, wordOf(io.s_axi_awaddr)),
    );
    const w = slice(
      'w',
      36,
      asStream('s_axi_w', uint(36), io.s_axi_wvalid, io.s_axi_wready, cat(io.s_axi_wstrb, io.s_axi_wdata)),
    );
    const ar = slice(
      'ar',
      WORD_W,
      asStream('s_axi_ar', address, io.s_axi_arvalid, io.s_axi_arready, wordOf(io.s_axi_araddr)),
    );

    b.comment('whose turn it is');
    const r = b.regs({
      writes: uint(COUNT_W).reset(0).doc('write requests whose response the manager has not taken'),
      reads: uint(COUNT_W).reset(0).doc('read requests likewise'),
      wroteLast: bool().reset(0),
      reqValid: bool().reset(0),
      reqWrite: bool(),
      reqAddr: address,
      reqData: uint(32),
      reqStrobe: uint(4),
    });
    const canWrite = b.let('canWrite', aw.valid.and(w.valid).and(r.writes.ne(OUTSTANDING)));
    const canRead = b.let('canRead', ar.valid.and(r.reads.ne(OUTSTANDING)));
    const free = b.let('free', req.ready.or(r.reqValid.not()), 'the request register takes the next one');
    const write = b.let('write', canWrite.and(canRead.and(r.wroteLast).not()));
    const issueWrite = b.let('issueWrite', free.and(write));
    const issueRead = b.let('issueRead', free.and(canRead).and(write.not()));
    b.assign(aw.ready, issueWrite);
    b.assign(w.ready, issueWrite);
    b.assign(ar.ready, issueRead);

    b.assign(req.valid, r.reqValid);
    b.assign(req.data.write, r.reqWrite);
    b.assign(req.data.addr, r.reqAddr);
    b.assign(req.data.data, r.reqData);
    b.assign(req.data.strobe, r.reqStrobe);
    b.when(free, () => {
      b.next(r.reqValid, issueWrite.or(issueRead));
      b.next(r.reqWrite, write);
      b.next(r.reqAddr, write.mux(aw.data, ar.data));
      b.next(r.reqData, w.data.bits(0, 32));
      b.next(r.reqStrobe, w.data.bits(32, 4));
    });
    b.when(issueWrite.or(issueRead), () => b.next(r.wroteLast, write));

    b.comment('responses: there is a place for each that is under way');
    const writeDone = b.stream('write_done', uint(1));
    const readDone = b.stream('read_done', uint(33));
    b.assign(rsp.ready, 1);
    b.assign(writeDone.valid, rsp.valid.and(rsp.data.write));
    b.assign(writeDone.data, rsp.data.error.asUInt());
    b.assign(readDone.valid, rsp.valid.and(rsp.data.write.not()));
    b.assign(readDone.data, cat(rsp.data.error.asUInt(), rsp.data.data));
    b.unused('done_ready', cat(writeDone.ready.asUInt(), readDone.ready.asUInt()));
    const bWire = b.wire('b_error', uint(1));
    const rWire = b.wire('r_word', uint(33));
    b.instance(
      'write_queue',
      Fifo,
      { W: 1, DEPTH: OUTSTANDING },
      { s_axis: writeDone, m_axis: asStream('b', uint(1), io.s_axi_bvalid, io.s_axi_bready, bWire), level: open },
    );
    b.instance(
      'read_queue',
      Fifo,
      { W: 33, DEPTH: OUTSTANDING },
      { s_axis: readDone, m_axis: asStream('r', uint(33), io.s_axi_rvalid, io.s_axi_rready, rWire), level: open },
    );
    b.assign(io.s_axi_bresp, cat(bWire, zero));
    b.assign(io.s_axi_rdata, rWire.bits(0, 32));
    b.assign(io.s_axi_rresp, cat(rWire.bits(32, 1), zero));
    const count = (counter: Sig<UInt>, up: Sig<Bool>, down: Sig<Bool>): void => {
      b.when(up.and(down.not()), () => b.next(counter, counter.inc())).elseWhen(down.and(up.not()), () =>
        b.next(counter, counter.dec()),
      );
    };
    count(r.writes, issueWrite, b.let('writeTaken', io.s_axi_bvalid.and(io.s_axi_bready)));
    count(r.reads, issueRead, b.let('readTaken', io.s_axi_rvalid.and(io.s_axi_rready)));
  },
});
