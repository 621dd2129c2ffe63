import { bool, bundle, clog2, defineModule, input, type NatExpr, output, sink, source, uint } from '../../hdl/index.js';
import { packedFifo } from '../stream/packed.js';
import { AxiAlign } from './axi-align.js';
import { AxiBursts, burst } from './axi-bursts.js';
import { axiWritePorts } from './axi-master-ports.js';
import { masterParams, masterRequires, packedBeat, ROOM_W } from './axi-read-master.js';
import { byteCommand, splitTransfer } from './axi-transfer.js';
import { AxiWritePort } from './axi-write-port.js';

const strobed = (BYTES: NatExpr) => bundle({ data: uint(BYTES.times(8)), strb: uint(BYTES) });

/** What of a write master may be reset at any time: everything but the bus. */
export const AxiWriteStream = defineModule({
  name: 'axi_write_stream',
  doc: `transfers of bytes to bursts, and a packed stream to their beats

A burst is asked for when all its beats are in the buffer, so that it never waits for them on the bus.
Latency 3 cycles from a command to its first burst where its beats are there; a beat every cycle.
s_axis_tready depends on registers, and on s_axis_tvalid of none. No combinational path from s_axis to m_beat.`,
  params: masterParams,
  requires: masterRequires,
  ports: (p) => ({
    s_cmd: sink(byteCommand(p.ADDR_W, p.LEN_W)),
    s_axis: sink(uint(p.BYTES.times(8))),
    m_burst: source(burst(p.ADDR_W.minus(clog2(p.BYTES)))),
    m_beat: source(strobed(p.BYTES)),
  }),
  body(b, { s_cmd: s, s_axis: x, m_burst: m, m_beat: beat }, { ADDR_W, LEN_W, BYTES, BURST, OUTSTANDING, DEPTH }) {
    const { beats, align, WORD_W, COUNT_W } = splitTransfer(b, s, 'write', { ADDR_W, LEN_W, BYTES, OUTSTANDING });
    b.comment('beats');
    const shifted = b.stream('shifted', packedBeat(BYTES));
    const kept = b.stream('kept', strobed(BYTES));
    b.instance('align', AxiAlign, { BYTES, COUNT_W }, { s_cmd: align, s_axis: x, m_axis: shifted });
    b.assign(kept.valid, shifted.valid);
    b.assign(shifted.ready, kept.ready);
    b.assign(kept.data.data, shifted.data.tdata);
    b.assign(kept.data.strb, shifted.data.tkeep);
    b.unused('last', shifted.data.tlast);
    packedFifo(b, 'buffer', DEPTH, kept, beat);

    b.comment('a burst waits for its beats');
    const bursts = b.stream('bursts', burst(WORD_W));
    b.instance('split', AxiBursts, { WORD_W, COUNT_W, BURST }, { s_cmd: beats, m_burst: bursts });
    const there = b.reg('there', uint(ROOM_W).reset(0).doc('beats that were buffered and that no burst has'));
    const needs = b.let('needs', bursts.data.len.extend(ROOM_W).inc());
    const complete = b.let('complete', there.ge(needs));
    b.assign(m.valid, bursts.valid.and(complete));
    b.assign(bursts.ready, m.ready.and(complete));
    b.assign(m.data.addr, bursts.data.addr);
    b.assign(m.data.len, bursts.data.len);
    b.assign(m.data.mark, bursts.data.mark);
    const taken = m.fire.mux(needs, b.constant(uint(ROOM_W), 0));
    b.next(there, there.subWrap(taken).addWrap(kept.fire.asUInt().extend(ROOM_W)));
  },
});

/** AXI4 write master. */
export const AxiWriteMaster = defineModule({
  name: 'axi_write_master',
  doc: `AXI4 write master: a packed AXI4-Stream to transfers of bytes to memory

A command is an address and a number of bytes (>= 1), of any alignment; it takes ceil(bytes / BYTES) beats of
s_axis, the first byte in lane 0. Bursts are INCR, have at most BURST beats and end where a multiple of BURST beats
begins, so none crosses a border of 4 KB; wstrb leaves out what is not of the transfer. OUTSTANDING of them may be
under way; each is asked for when its beats are in the buffer. done is high for a cycle when all responses of a
command with last have come.
flush gives everything up: nothing is asked for any more, bursts under way end with beats whose wstrb is 0, s_axis
and s_cmd stand still. It must stay until busy is low, then the master is as after reset. error and error_addr tell
of the first burst with SLVERR or DECERR since the last flush.
Cuts all paths to AW, W and B; s_cmd_tready and s_axis_tready follow flush.`,
  params: masterParams,
  requires: masterRequires,
  ports: (p) => ({
    flush: input(bool(), 'everything is given up'),
    cache: input(uint(4), 'of requests'),
    prot: input(uint(3), 'of requests'),
    s_cmd: sink(byteCommand(p.ADDR_W, p.LEN_W)),
    s_axis: sink(uint(p.BYTES.times(8))),
    ...axiWritePorts(p),
    done: output(bool(), 'a command with last is in memory'),
    busy: output(bool(), 'a burst is under way'),
    error: output(uint(2), 'response of the first burst that failed, else 0'),
    error_addr: output(uint(p.ADDR_W), 'byte address of its first beat'),
  }),
  body(b, io, p) {
    const { ADDR_W, LEN_W, BYTES } = p;
    const live = b.reg('live', bool().reset(0).doc('reset of all that is not the bus'));
    const runs = b.let('runs', live.and(io.flush.not()));
    b.next(live, io.flush.not());
    const command = b.stream('command', byteCommand(ADDR_W, LEN_W));
    const bursts = b.stream('bursts', burst(ADDR_W.minus(clog2(BYTES))));
    const packed = b.stream('packed', uint(BYTES.times(8)));
    const beats = b.stream('beats', strobed(BYTES));
    b.assign(command.valid, io.s_cmd.valid.and(runs));
    b.assign(io.s_cmd.ready, command.ready.and(runs));
    b.assign(command.data.addr, io.s_cmd.data.addr);
    b.assign(command.data.bytes, io.s_cmd.data.bytes);
    b.assign(command.data.last, io.s_cmd.data.last);
    b.assign(packed.valid, io.s_axis.valid.and(runs));
    b.assign(io.s_axis.ready, packed.ready.and(runs));
    b.assign(packed.data, io.s_axis.data);
    b.instance(
      'stream',
      AxiWriteStream,
      p,
      { s_cmd: command, s_axis: packed, m_burst: bursts, m_beat: beats },
      { reset: live },
    );
    b.instance('port', AxiWritePort, { ADDR_W, BYTES, OUTSTANDING: p.OUTSTANDING }, {
      ...writeSide(io),
      ...{ flush: runs.not(), cache: io.cache, prot: io.prot, s_burst: bursts, s_beat: beats },
      ...{ done: io.done, busy: io.busy, error: io.error, error_addr: io.error_addr },
    } as never);
  },
});

/** The signals of AW, W and B of a module that has them as ports. */
export const writeSide = (io: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(io).filter(([name]) => /^m_axi_(aw|w|b)/.test(name)));
