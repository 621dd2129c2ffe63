import { byteCommand } from '../blocks/axi/axi-transfer.js';
import { Fifo, Gearbox } from '../blocks/stream/index.js';
import { bool, bundle, cat, defineModule, input, natParam, output, sink, source, uint } from '../hdl/index.js';

/** A transfer of a list: `offset` from the begin of the buffer, `after` packets of results first, `last` of its packet. */
export const listEntry = () => bundle({ offset: uint(32), bytes: uint(32), after: uint(16), last: bool() });

/** Entries that wait. */
const PLACES = 8;

/** Reads a list of transfers from memory, ahead of those that are under way. */
export const ListFetch = defineModule({
  name: 'list_fetch',
  doc: `the entries of a list in memory: 16 bytes each, up to the one that says END

start takes buffer and first, the byte offset of the first entry in it, a multiple of 16; 0: there is no list. Entries
are asked for in pieces that end at a multiple of 64 bytes of the buffer, one at a time, while ${PLACES / 2} places for them are
free. ended says that all were read; bad that one had no bytes.`,
  params: {
    ADDR_W: natParam({ default: 40, min: 33, doc: 'bits of a byte address' }),
    LEN_W: natParam({ default: 32, min: 20, doc: 'bits of the bytes of a transfer' }),
    WORDS: natParam({ default: 2, min: 1, max: 8, doc: '32-bit words of a beat' }),
  },
  ports: ({ ADDR_W, LEN_W, WORDS }) => ({
    start: input(bool(), 'takes buffer and list'),
    buffer: input(uint(ADDR_W), 'where offset 0 lies'),
    first: input(uint(32), 'offset of the first entry'),
    m_cmd: source(byteCommand(ADDR_W, LEN_W)),
    s_axis: sink(bundle({ tdata: uint(WORDS.times(32)), tlast: bool() }), 'what the commands bring'),
    m_entry: source(listEntry()),
    ended: output(bool(), 'the last entry was read'),
    bad: output(bool(), 'an entry is wrong'),
  }),
  body(b, { m_cmd: m, s_axis: s, m_entry: entry, ...io }, { ADDR_W, LEN_W, WORDS }) {
    const r = b.regs({
      ended: bool().reset(1),
      waiting: bool().reset(0).doc('a piece is under way'),
      bad: bool().reset(0),
      at: uint(32).doc('offset of the next piece'),
      due: uint(3).doc('entries of the piece that have not come: a wide beat may be filled up behind the last'),
    });
    const beat = (words: typeof WORDS | number) =>
      bundle({ tdata: uint(typeof words === 'number' ? 32 * words : words.times(32)), tlast: bool(), tuser: bool() });
    const [wide, word] = [b.stream('wide', beat(WORDS)), b.stream('word', beat(4))];
    b.assign(wide.valid, s.valid);
    b.assign(s.ready, wide.ready);
    b.assign(wide.data.tdata, s.data.tdata);
    b.assign(wide.data.tlast, s.data.tlast);
    b.assign(wide.data.tuser, 0);
    b.instance(
      'gearbox',
      Gearbox,
      { UNIT: 32, IN: WORDS, OUT: 4 },
      { s_axis: wide, m_axis: word, drop: b.constant(bool(), 0) },
    );

    b.comment('entries up to the last one; there is a place for each that was asked for');
    const [found, kept] = [b.stream('found', uint(81)), b.stream('kept', uint(81))];
    const fifo = b.instance('entries', Fifo, { W: 81, DEPTH: PLACES }, { s_axis: found, m_axis: kept });
    const flags = b.let('flags', word.data.tdata.bits(64, 32));
    const one = b.let('one', word.valid.and(r.due.ne(0)), 'an entry comes');
    b.assign(found.valid, one.and(r.ended.not()));
    b.assign(found.data, cat(flags.bits(30, 1), flags.bits(0, 16), word.data.tdata.bits(0, 64)));
    b.assign(word.ready, 1);
    b.unused('full', found.ready);
    b.unused('rest', cat(word.data.tdata.bits(96, 32), flags.bits(16, 14), word.data.tuser.asUInt()));
    b.assign(entry.valid, kept.valid);
    b.assign(kept.ready, entry.ready);
    b.assign(entry.data.offset, kept.data.bits(0, 32));
    b.assign(entry.data.bytes, kept.data.bits(32, 32));
    b.assign(entry.data.after, kept.data.bits(64, 16));
    b.assign(entry.data.last, kept.data.bit(80));

    b.comment('pieces');
    const entries = b.let(
      'count',
      r.at.bits(4, 2).not().extend(3).inc(),
      'entries up to the next multiple of 64 bytes',
    );
    const bytes = cat(entries, b.constant(uint(4), 0));
    b.assign(
      m.valid,
      r.ended
        .or(r.waiting)
        .not()
        .and(fifo.level.le(PLACES / 2)),
    );
    b.assign(m.data.addr, io.buffer.addWrap(r.at.extend(ADDR_W)));
    b.assign(m.data.bytes, bytes.extend(LEN_W));
    b.assign(m.data.last, 1);
    const comes = b.let('comes', found.valid);
    b.when(m.fire, () => b.next(r.due, entries)).elseWhen(one, () => b.next(r.due, r.due.dec()));
    b.when(io.start, () => {
      b.next(r.at, io.first);
      b.next(r.ended, io.first.eq(0));
    })
      .elseWhen(m.fire, () => b.next(r.at, r.at.addWrap(bytes.extend(32))))
      .elseWhen(comes.and(flags.bit(31)), () => b.next(r.ended, 1));
    b.when(m.fire, () => b.next(r.waiting, 1)).elseWhen(word.valid.and(word.data.tlast), () => b.next(r.waiting, 0));
    b.when(io.start, () => b.next(r.bad, 0)).elseWhen(comes.and(word.data.tdata.bits(32, 32).eq(0)), () =>
      b.next(r.bad, 1),
    );
    b.assign(io.ended, r.ended);
    b.assign(io.bad, r.bad);
  },
});
