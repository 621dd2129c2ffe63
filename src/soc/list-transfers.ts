import { byteCommand } from '../blocks/axi/axi-transfer.js';
import { Fifo } from '../blocks/stream/index.js';
import {
  bool,
  bundle,
  cat,
  defineModule,
  input,
  natGe,
  natParam,
  open,
  output,
  requirement,
  sink,
  source,
  uint,
} from '../hdl/index.js';
import { ListFetch, listEntry } from './list-fetch.js';

/** Runs a list of transfers through one read master, which also reads the list. */
export const ListTransfers = defineModule({
  name: 'list_transfers',
  doc: `the commands of a list of reads, and its own: what they bring is either the list or goes on

A transfer waits until as many packets of results have arrived as its entry says. tlast comes with the last beat of
a transfer that ends its packet. The list is asked for before transfers where both could be. 16 commands may be
under way. m_axis follows s_axis combinationally.`,
  params: {
    ADDR_W: natParam({ default: 40, min: 33, doc: 'bits of a byte address' }),
    LEN_W: natParam({ default: 32, min: 32, doc: 'bits of the bytes of a transfer' }),
    WORDS: natParam({ default: 2, min: 1, max: 8, doc: '32-bit words of a beat' }),
  },
  requires: ({ WORDS }) => [requirement(natGe(8, WORDS), 'limit of WORDS')],
  ports: ({ ADDR_W, LEN_W, WORDS }) => ({
    start: input(bool(), 'takes buffer and list'),
    buffer: input(uint(ADDR_W), 'where offset 0 lies'),
    first: input(uint(32), 'offset of the first entry'),
    arrived: input(uint(16), 'packets of results in memory'),
    m_cmd: source(byteCommand(ADDR_W, LEN_W)),
    s_axis: sink(bundle({ tdata: uint(WORDS.times(32)), tlast: bool() }), 'what the commands bring, tlast each'),
    m_axis: source(bundle({ tdata: uint(WORDS.times(32)), tlast: bool() })),
    bad: output(bool(), 'an entry is wrong'),
  }),
  body(b, { m_cmd: m, s_axis: s, m_axis: out, ...io }, { ADDR_W, LEN_W, WORDS }) {
    const piece = b.stream('piece', byteCommand(ADDR_W, LEN_W));
    const entry = b.stream('entry', listEntry());
    const listed = b.stream('listed', s.payload);
    b.instance(
      'fetch',
      ListFetch,
      { ADDR_W, LEN_W, WORDS },
      {
        ...{ start: io.start, buffer: io.buffer, first: io.first, m_cmd: piece, s_axis: listed, m_entry: entry },
        ...{ ended: open, bad: io.bad },
      },
    );
    const waits = io.arrived.subWrap(entry.data.after).bit(15);
    const may = b.let('may', entry.valid.and(waits.not()), 'its results are there');

    b.comment('which command brought what comes');
    const [asked, brings] = [b.stream('asked', uint(2)), b.stream('brings', uint(2))];
    b.instance('order', Fifo, { W: 2, DEPTH: 16 }, { s_axis: asked, m_axis: brings, level: open });
    const ready = b.let('goes', m.ready.and(asked.ready));
    b.assign(m.valid, asked.ready.and(piece.valid.or(may)));
    b.assign(asked.valid, m.ready.and(piece.valid.or(may)));
    b.assign(asked.data, cat(entry.data.last.asUInt(), piece.valid.asUInt()));
    b.assign(piece.ready, ready);
    b.assign(entry.ready, ready.and(may).and(piece.valid.not()));
    b.assign(m.data.addr, piece.valid.mux(piece.data.addr, io.buffer.addWrap(entry.data.offset.extend(ADDR_W))));
    b.assign(m.data.bytes, piece.valid.mux(piece.data.bytes, entry.data.bytes.extend(LEN_W)));
    b.assign(m.data.last, 1);
    b.unused('always', piece.data.last);
    const list = b.let('isList', brings.data.bit(0));
    b.assign(listed.valid, s.valid.and(brings.valid).and(list));
    b.assign(listed.data.tdata, s.data.tdata);
    b.assign(listed.data.tlast, s.data.tlast);
    b.assign(out.valid, s.valid.and(brings.valid).and(list.not()));
    b.assign(out.data.tdata, s.data.tdata);
    b.assign(out.data.tlast, s.data.tlast.and(brings.data.bit(1)));
    b.assign(s.ready, brings.valid.and(list.mux(listed.ready, out.ready)));
    b.assign(brings.ready, s.fire.and(s.data.tlast));
  },
});
