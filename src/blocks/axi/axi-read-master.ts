import {
  bool,
  bundle,
  clog2,
  defineModule,
  input,
  nat,
  natEq,
  type NatExpr,
  natGe,
  natParam,
  open,
  output,
  requirement,
  sink,
  source,
  uint,
} from '../../hdl/index.js';
import { Fifo } from '../stream/fifo.js';
import { packedSlice } from '../stream/packed.js';
import { AxiAlign } from './axi-align.js';
import { AxiBursts, burst } from './axi-bursts.js';
import { axiReadPorts } from './axi-master-ports.js';
import { AxiReadPort } from './axi-read-port.js';
import { byteCommand, splitTransfer } from './axi-transfer.js';

/** Parameters of both masters. */
export const masterParams = {
  ADDR_W: natParam({ default: 40, min: 20, doc: 'bits of a byte address' }),
  LEN_W: natParam({ default: 32, min: 20, doc: 'bits of the bytes of a transfer' }),
  BYTES: natParam({ default: 8, min: 2, max: 128, doc: 'bytes of a beat, a power of two' }),
  BURST: natParam({ default: 16, min: 2, max: 256, doc: 'beats of a burst at most, a power of two' }),
  OUTSTANDING: natParam({ default: 8, min: 1, doc: 'bursts under way at most' }),
  DEPTH: natParam({ default: 64, min: 2, max: 32768, doc: 'beats in the buffer, at least BURST' }),
};

type Master = Readonly<Record<keyof typeof masterParams, NatExpr>>;

/** The limits stand in front: proofs about instances look for them first. */
export const masterRequires = ({ BYTES, BURST, DEPTH }: Master) => [
  requirement(natGe(128, BYTES), 'limit of BYTES'),
  requirement(natGe(256, BURST), 'limit of BURST'),
  requirement(natGe(32768, DEPTH), 'limit of DEPTH'),
  requirement(natEq(nat(256).mod(BYTES), 0), 'BYTES is a power of two'),
  requirement(natEq(nat(256).mod(BURST), 0), 'BURST is a power of two'),
  requirement(natGe(4096, BURST.times(BYTES)), 'a burst lies in 4 KB'),
  requirement(natGe(DEPTH, BURST), 'a burst fits the buffer'),
];

/** A packed beat with what of it is there. */
export const packedBeat = (BYTES: NatExpr) =>
  bundle({ tdata: uint(BYTES.times(8)), tkeep: uint(BYTES), tlast: bool() });

/** Bits that count beats of a buffer; a burst has at most 256. */
export const ROOM_W = 16;

/** What of a read master may be reset at any time: everything but the bus. */
export const AxiReadStream = defineModule({
  name: 'axi_read_stream',
  doc: `transfers of bytes to bursts, and their beats to a packed stream

A burst is asked for when the buffer has room for all its beats, so that its beats never wait on the bus.
Latency 3 cycles from a command to its first burst and 2 from a beat to the packed stream; a beat every cycle,
one more for a transfer that begins inside of a beat. No combinational path from s_beat to m_axis.`,
  params: masterParams,
  requires: masterRequires,
  ports: (p) => ({
    s_cmd: sink(byteCommand(p.ADDR_W, p.LEN_W)),
    m_burst: source(burst(p.ADDR_W.minus(clog2(p.BYTES)))),
    s_beat: sink(uint(p.BYTES.times(8))),
    m_axis: source(packedBeat(p.BYTES)),
  }),
  body(b, { s_cmd: s, m_burst: m, s_beat: beat, m_axis: out }, { ADDR_W, LEN_W, BYTES, BURST, OUTSTANDING, DEPTH }) {
    const { beats, align, WORD_W, COUNT_W } = splitTransfer(b, s, 'read', { ADDR_W, LEN_W, BYTES, OUTSTANDING });
    b.comment('a burst waits for room');
    const bursts = b.stream('bursts', burst(WORD_W));
    b.instance('split', AxiBursts, { WORD_W, COUNT_W, BURST }, { s_cmd: beats, m_burst: bursts });
    const room = b.reg('room', uint(ROOM_W).reset(DEPTH).doc('places of the buffer that no burst has'));
    const needs = b.let('needs', bursts.data.len.extend(ROOM_W).inc());
    const fits = b.let('fits', room.ge(needs));
    b.assign(m.valid, bursts.valid.and(fits));
    b.assign(bursts.ready, m.ready.and(fits));
    b.assign(m.data.addr, bursts.data.addr);
    b.assign(m.data.len, bursts.data.len);
    b.assign(m.data.mark, bursts.data.mark);

    b.comment('beats');
    const held = b.stream('held', uint(BYTES.times(8)));
    const packed = b.stream('packed', packedBeat(BYTES));
    b.instance('buffer', Fifo, { W: BYTES.times(8), DEPTH }, { s_axis: beat, m_axis: held, level: open });
    b.instance('align', AxiAlign, { BYTES, COUNT_W }, { s_cmd: align, s_axis: held, m_axis: packed });
    packedSlice(b, 'slice', packed, out);
    const taken = m.fire.mux(needs, b.constant(uint(ROOM_W), 0));
    const given = held.fire.asUInt().extend(ROOM_W);
    b.next(room, room.subWrap(taken).addWrap(given));
  },
});

/** AXI4 read master. */
export const AxiReadMaster = defineModule({
  name: 'axi_read_master',
  doc: `AXI4 read master: transfers of bytes from memory to an AXI4-Stream

A command is an address and a number of bytes (>= 1), of any alignment. Bursts are INCR, have at most BURST beats
and end where a multiple of BURST beats begins, so none crosses a border of 4 KB. OUTSTANDING of them may be under
way; each is asked for when the buffer has room for it. Bytes leave packed, the first in lane 0; of the last beat
tkeep says what is there, the rest is 0; tlast comes with it where the command says so.
flush gives everything up: nothing is asked for any more, what comes is dropped, m_axis and s_cmd stand still. It
must stay until busy is low, then the master is as after reset. error and error_addr tell of the first beat with
SLVERR or DECERR since the last flush; the beat itself goes on.
Cuts all paths between the bus and m_axis; m_axi_rready, s_cmd_tready and m_axis_tvalid follow flush.`,
  params: masterParams,
  requires: masterRequires,
  ports: (p) => ({
    flush: input(bool(), 'everything is given up'),
    cache: input(uint(4), 'of requests'),
    prot: input(uint(3), 'of requests'),
    s_cmd: sink(byteCommand(p.ADDR_W, p.LEN_W)),
    ...axiReadPorts(p),
    m_axis: source(packedBeat(p.BYTES)),
    busy: output(bool(), 'a burst is under way'),
    error: output(uint(2), 'response of the first beat that failed, else 0'),
    error_addr: output(uint(p.ADDR_W), 'its byte address'),
  }),
  body(b, io, p) {
    const { ADDR_W, LEN_W, BYTES } = p;
    const live = b.reg('live', bool().reset(0).doc('reset of all that is not the bus'));
    const runs = b.let('runs', live.and(io.flush.not()));
    b.next(live, io.flush.not());
    const command = b.stream('command', byteCommand(ADDR_W, LEN_W));
    const bursts = b.stream('bursts', burst(ADDR_W.minus(clog2(BYTES))));
    const beats = b.stream('beats', uint(BYTES.times(8)));
    const packed = b.stream('packed', packedBeat(BYTES));
    b.assign(command.valid, io.s_cmd.valid.and(runs));
    b.assign(io.s_cmd.ready, command.ready.and(runs));
    b.assign(command.data.addr, io.s_cmd.data.addr);
    b.assign(command.data.bytes, io.s_cmd.data.bytes);
    b.assign(command.data.last, io.s_cmd.data.last);
    b.instance(
      'stream',
      AxiReadStream,
      p,
      { s_cmd: command, m_burst: bursts, s_beat: beats, m_axis: packed },
      { reset: live },
    );
    b.assign(io.m_axis.valid, packed.valid.and(runs));
    b.assign(packed.ready, io.m_axis.ready.and(runs));
    b.assign(io.m_axis.data.tdata, packed.data.tdata);
    b.assign(io.m_axis.data.tkeep, packed.data.tkeep);
    b.assign(io.m_axis.data.tlast, packed.data.tlast);
    b.instance('port', AxiReadPort, { ADDR_W, BYTES, OUTSTANDING: p.OUTSTANDING }, {
      ...readSide(io),
      ...{ flush: runs.not(), cache: io.cache, prot: io.prot, s_burst: bursts, m_beat: beats },
      ...{ busy: io.busy, error: io.error, error_addr: io.error_addr },
    } as never);
  },
});

/** The signals of AR and R of a module that has them as ports. */
export const readSide = (io: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(io).filter(([name]) => /^m_axi_(ar|r)/.test(name)));
