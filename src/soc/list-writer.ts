import {
  AxiReadMaster,
  axiReadPorts,
  AxiWriteMaster,
  axiWritePorts,
  packedBeat,
  readSide,
  writeSide,
} from '../blocks/axi/index.js';
import { byteCommand } from '../blocks/axi/axi-transfer.js';
import { bool, bundle, defineModule, input, nat, output, sink, uint } from '../hdl/index.js';
import { ListFetch, listEntry } from './list-fetch.js';
import { LIST_LEN_W, listMaster, listParams, listRequires } from './list-reader.js';

/** A stream to where a list in memory says. */
export const ListWriter = defineModule({
  name: 'list_writer',
  doc: `a stream to memory as a list in memory says: one AXI4 port reads the list and writes the data

Every entry takes the beats that its bytes need; tlast of the stream does not matter. arrived counts packets, the
transfers up to one with LAST, that are in memory; idle: so are all of the list. flush and busy as the masters.`,
  params: listParams,
  requires: listRequires,
  ports: ({ ADDR_W, WORDS }) => ({
    flush: input(bool(), 'everything is given up'),
    read_cache: input(uint(4)),
    write_cache: input(uint(4)),
    prot: input(uint(3)),
    start: input(bool(), 'takes buffer and list'),
    buffer: input(uint(ADDR_W)),
    first: input(uint(32)),
    s_axis: sink(uint(WORDS.times(32))),
    ...axiReadPorts({ ADDR_W, BYTES: WORDS.times(4) }),
    ...axiWritePorts({ ADDR_W, BYTES: WORDS.times(4) }),
    arrived: output(uint(16), 'packets in memory since start'),
    idle: output(bool(), 'the whole list is in memory'),
    busy: output(bool(), 'a burst is under way'),
    read_error: output(uint(2)),
    read_error_addr: output(uint(ADDR_W)),
    write_error: output(uint(2)),
    write_error_addr: output(uint(ADDR_W)),
    bad: output(bool(), 'an entry is wrong'),
  }),
  body(b, io, { ADDR_W, WORDS }) {
    const BYTES = WORDS.times(4);
    const command = byteCommand(ADDR_W, nat(LIST_LEN_W));
    const r = b.regs({
      live: bool().reset(0).doc('reset of the list'),
      arrived: uint(16).reset(0),
      pending: uint(16).reset(0).doc('packets whose last transfer was asked for and is not in memory'),
    });
    b.next(r.live, io.flush.not());
    const [asked, reads, writes] = [
      b.stream('asked', command),
      b.stream('reads', command),
      b.stream('writes', command),
    ];
    const packed = b.stream('packed', packedBeat(BYTES));
    const came = b.stream('came', bundle({ tdata: uint(WORDS.times(32)), tlast: bool() }));
    const entry = b.stream('entry', listEntry());
    const fetch = b.instance(
      'fetch',
      ListFetch,
      { ADDR_W, LEN_W: LIST_LEN_W, WORDS },
      { start: io.start, buffer: io.buffer, first: io.first, m_cmd: asked, s_axis: came, m_entry: entry, bad: io.bad },
      { reset: r.live },
    );
    b.assign(reads.valid, asked.valid.and(r.live));
    b.assign(asked.ready, reads.ready.and(r.live));
    b.assign(reads.data.addr, asked.data.addr);
    b.assign(reads.data.bytes, asked.data.bytes);
    b.assign(reads.data.last, asked.data.last);
    const q = b.wires({ readBusy: bool(), writeBusy: bool(), done: bool() });
    b.instance('reader', AxiReadMaster, { ADDR_W, BYTES, ...listMaster }, {
      ...readSide(io),
      ...{ flush: io.flush, cache: io.read_cache, prot: io.prot, s_cmd: reads, m_axis: packed },
      ...{ busy: q.readBusy, error: io.read_error, error_addr: io.read_error_addr },
    } as never);
    b.unused('keep', packed.data.tkeep);
    b.assign(came.valid, packed.valid.and(r.live));
    b.assign(packed.ready, came.ready.and(r.live));
    b.assign(came.data.tdata, packed.data.tdata);
    b.assign(came.data.tlast, packed.data.tlast);

    b.comment('transfers');
    b.assign(writes.valid, entry.valid.and(r.live));
    b.assign(entry.ready, writes.ready.and(r.live));
    b.assign(writes.data.addr, io.buffer.addWrap(entry.data.offset.extend(ADDR_W)));
    b.assign(writes.data.bytes, entry.data.bytes);
    b.assign(writes.data.last, entry.data.last);
    b.unused('after', entry.data.after);
    b.instance('writer', AxiWriteMaster, { ADDR_W, BYTES, ...listMaster }, {
      ...writeSide(io),
      ...{ flush: io.flush, cache: io.write_cache, prot: io.prot, s_cmd: writes, s_axis: io.s_axis, done: q.done },
      ...{ busy: q.writeBusy, error: io.write_error, error_addr: io.write_error_addr },
    } as never);
    const begins = b.let('begins', writes.fire.and(entry.data.last));
    b.when(io.start.or(io.flush), () => {
      b.next(r.arrived, 0);
      b.next(r.pending, 0);
    }).otherwise(() => {
      b.when(q.done, () => b.next(r.arrived, r.arrived.inc()));
      b.when(begins.and(q.done.not()), () => b.next(r.pending, r.pending.inc())).elseWhen(
        q.done.and(begins.not()),
        () => b.next(r.pending, r.pending.dec()),
      );
    });
    b.assign(io.arrived, r.arrived);
    b.assign(io.idle, fetch.ended.and(entry.valid.not()).and(r.pending.eq(0)));
    b.assign(io.busy, q.readBusy.or(q.writeBusy));
  },
});
