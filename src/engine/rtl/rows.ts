import {
  bool,
  cat,
  defineModule,
  enumOf,
  indexWidth,
  input,
  natGe,
  natParam,
  output,
  requirement,
  type Sig,
  source,
  type UInt,
  uint,
  sint,
  widthFor,
} from '../../hdl/index.js';
import { headerBits, headerFields } from './header-fields.js';
import { rowBundle } from './row-bundle.js';

const stateOf = { idle: 0, move: 1, span: 2, look: 3, make: 4, offer: 5 } as const;

/** Walks the output rows of a pass (weight tiles, chunks, rows) one ahead of the sequencer. */
export const EngineRows = defineModule({
  name: 'engine_rows',
  doc: `prepares the output rows of a pass for the sequencer, one ahead: weight tiles, chunks, rows

A row y reads the input rows from y * SH - padT on. Rows of input lie in a ring of slots; going down SH
rows takes SH cycles, since every one may be at the end of the ring. Looking up where the weights of
the first and last kernel row stand, and the figures of the row, takes three more.
The first row is offered 4 cycles after start; the next one SH + 4 cycles after a row was taken.
The header must stay the same from start until the last row has been taken.`,
  params: {
    G: natParam({ default: 3, min: 1, max: 16, doc: 'slices' }),
    M: natParam({ default: 32, min: 1, max: 256, doc: 'channels of a weight tile, and banks' }),
    D: natParam({ default: 4, min: 1, doc: 'channels of a group' }),
  },
  requires: ({ G, M, D }) => [
    requirement(natGe(M, G), 'slices of a group read different banks'),
    requirement(natGe(9, widthFor(M.div(D))), 'limit of groups'),
    requirement(natGe(M, D), 'a weight tile has a group'),
  ],
  ports: ({ M }) => ({
    start: input(bool(), 'header is that of a new pass'),
    header: input(uint(headerBits)),
    first_row: output(uint(5), 'entry of the row table: first kernel row'),
    first_entry: input(uint(32), 'the entry, {rem, start}'),
    last_row: output(uint(5), 'first kernel row that is not used any more'),
    last_entry: input(uint(32)),
    m_row: source(rowBundle(M)),
    empty: output(bool(), 'an output row has no kernel row; stays until reset'),
  }),
  body(b, io, { M, D }) {
    const BANK_W = b.localparam('BANK_W', indexWidth(M));
    const GROUPS = b.localparam('GROUPS', M.div(D), 'groups of a full weight tile');
    const h = headerFields(b, io.header, [
      ...(['op', 'skipRows', 'Ho', 'NT', 'KH1', 'SH', 'padT', 'H', 'OTN', 'CHN', 'Cc', 'Clast', 'cMod'] as const),
      ...(['wWords', 'xCh0', 'xBlk', 'xChunk', 'xRow', 'xRing', 'xSlot0', 'xOff0', 'gLast'] as const),
      ...(['tokFirst', 'tokMax', 'tokStep', 'dstXram', 'ySW', 'res'] as const),
    ]);
    b.unused('channels', cat(h.cMod, h.xCh0));
    const word = (value: number) => b.constant(uint(16), value);
    const dense = b.let('dense', h.op.eq(0));
    const skip = h.skipRows.asBool();
    const bankOf = (value: Sig<UInt>) => value.extend(BANK_W.plus(value.type.width)).truncate(BANK_W);
    /** The sum of two banks modulo M, and whether it went round. */
    const bankSum = (name: string, x: Sig<UInt>, y: Sig<UInt>) => {
      const sum = b.let(`${name}Sum`, x.add(y));
      const over = b.let(`${name}Over`, sum.gt(M.minus(1)));
      const rest = sum.subWrap(b.constant(uint(BANK_W.plus(1)), M.minus(1))).dec();
      return { over, bank: over.mux(rest, sum).truncate(BANK_W) };
    };

    const state = b.reg('state', enumOf('state', 'idle', 'move', 'span', 'look', 'make', 'offer').startsAt('idle'));
    const r = b.regs({
      tile: uint(16).doc('weight tile'),
      chunk: uint(16),
      y: uint(16).doc('output row'),
      moves: uint(4).doc('input rows to go down'),
      wraps: bool().doc('the next row is the first one of a chunk'),
      wrapsTile: bool().doc('and of a weight tile'),
      top: sint(20).doc('input row of kernel row 0'),
      off: uint(16).doc('offset of input row max(top, 0)'),
      slot: uint(16).doc('its place in the ring'),
      bank0: uint(BANK_W),
      block0: uint(16),
      need: uint(16),
      low: uint(6),
      high: uint(6),
      begin: uint(6).doc('first kernel row that is used'),
      end: uint(6).doc('first one behind it that is not'),
      first: uint(16),
      rem: uint(4),
      behind: uint(16).doc('first weight word behind the row'),
      bankEnd: uint(BANK_W).doc('bank behind the last channel of the chunk'),
      offNext: uint(16),
      slotNext: uint(16),
      lastRow: bool(),
      lastChunk: bool(),
      lastTile: bool(),
    });

    b.comment('one input row down: rows above the input have the place of row 0');
    const roundRing = b.let('roundRing', r.slot.eq(h.xRing.dec()));
    const offDown = b.let('offDown', roundRing.mux(word(0), r.off.addWrap(h.xRow)));
    const slotDown = b.let('slotDown', roundRing.mux(word(0), r.slot.inc()));
    const above = b.let('above', r.top.lt(0));

    b.comment('the next chunk');
    const step = bankSum('chunk', r.bank0, bankOf(h.cMod));
    const blockNext = b.let('blockNext', r.block0.addWrap(h.xChunk.extend(16)).addWrap(step.over.mux(h.xBlk, word(0))));

    b.comment('kernel rows inside of the input, and those that are used');
    const kernel = b.let('kernel', h.KH1.extend(6).inc(), 'kernel rows');
    const over = b.let('overTop', r.top.neg());
    const lowRaw = over.gt(63).mux(b.constant(uint(6), 63), over.truncate(6).asUInt());
    const low = b.let('lowNow', above.mux(lowRaw, b.constant(uint(6), 0)));
    const below = b.let('below', h.H.extend(20).asSInt().sub(r.top), 'rows from kernel row 0 to the end');
    const highNow = b.let(
      'highNow',
      below
        .lt(1)
        .mux(b.constant(uint(6), 0), below.lt(kernel.extend(21).asSInt()).mux(below.truncate(6).asUInt(), kernel)),
    );
    b.assign(io.first_row, r.begin.truncate(5));
    b.assign(io.last_row, r.end.truncate(5));
    const ends = b.let('ends', r.end.eq(kernel), 'to the last kernel row');
    const entryEnd = b.let(
      'entryEnd',
      io.last_entry.bits(0, 16).addWrap(io.last_entry.bits(16, 4).anyOne().mux(h.NT.extend(16), word(0))),
      'a group that straddles is still used',
    );
    b.unused('entries', cat(io.first_entry.bits(20, 12), io.last_entry.bits(20, 12)));
    const late = b.let('late', h.tokMax.subWrap(r.need).bit(15), 'more tokens than there will be');

    b.comment('figures of the row');
    const rows = b.let('rows', r.end.subWrap(r.begin), 'kernel rows that are used');
    const planes = b.let('planeSteps', rows.mul(h.NT.extend(6)).extend(16), 'steps without groups of channels');
    const steps = b.let('steps', dense.mux(r.behind.addWrap(r.first.not()), planes.dec()));
    const straddles = b.let('straddles', r.rem.anyOne());
    const remBank = b.let('remBank', r.bankEnd.sub(bankOf(r.rem)));
    const bankBefore = remBank
      .lt(0)
      .mux(r.bankEnd.addWrap(b.constant(uint(BANK_W), M.minus(1))).inc(), r.bankEnd)
      .subWrap(bankOf(r.rem));
    const out = b.regs({
      left: uint(16),
      kh: uint(6),
      ci: uint(16),
      bank: uint(BANK_W),
      offA: uint(16),
      offB: uint(16),
      slotB: uint(16),
      drain: uint(11),
    });
    const groups = b.let('groups', r.lastTile.mux(h.gLast, b.constant(uint(9), GROUPS)));
    const scattered = b.let('scattered', h.dstXram.asBool().mux(h.ySW, b.constant(uint(3), 1)), 'cycles of its writes');
    const twice = b.let('twice', h.res.asBool().and(scattered.lt(2)), 'a group passes the requantizer twice');
    const paced = b.let('paced', twice.mux(b.constant(uint(3), 2), scattered), 'cycles of a group');
    const drain = b.let('drainCycles', groups.mul(paced.extend(9)).truncate(11));
    // Partial sums of a place are read 4 cycles after those of the chunk before at the earliest.
    const apart = b.let('apart', h.CHN.ne(1).and(drain.lt(4)));
    const chosen = apart.mux(b.constant(uint(11), 4), drain);

    b.switch(state, {
      idle: () => undefined,
      move: () => {
        b.next(r.moves, r.moves.dec());
        b.when(r.wraps, () => {
          b.next(r.top, h.padT.extend(20).asSInt().neg().truncate(20));
          b.next(r.off, h.xOff0);
          b.next(r.slot, h.xSlot0);
          b.next(r.need, h.tokFirst);
        }).otherwise(() => {
          b.next(r.top, r.top.inc());
          b.when(above.not(), () => {
            b.next(r.off, offDown);
            b.next(r.slot, slotDown);
          });
          b.when(r.moves.eq(1), () => b.next(r.need, r.need.addWrap(h.tokStep)));
        });
        b.when(r.moves.eq(1), () => {
          b.next(state, stateOf.span);
          b.when(r.wraps, () => {
            b.when(r.wrapsTile, () => {
              b.next(r.bank0, bankOf(h.xCh0));
              b.next(r.block0, dense.mux(word(0), r.block0.addWrap(h.xBlk)));
            }).otherwise(() => {
              b.next(r.bank0, step.bank);
              b.next(r.block0, blockNext);
            });
          });
        });
      },
      span: () => {
        b.next(r.low, low);
        b.next(r.high, highNow);
        b.next(r.begin, skip.mux(low, b.constant(uint(6), 0)));
        b.next(r.end, skip.mux(highNow, kernel));
        b.next(r.lastRow, r.y.eq(h.Ho.dec()));
        b.next(r.lastChunk, r.chunk.eq(h.CHN.dec()));
        b.next(r.lastTile, r.tile.eq(h.OTN.dec()));
        b.next(state, stateOf.look);
      },
      look: () => {
        b.next(r.first, io.first_entry.bits(0, 16));
        b.next(r.rem, io.first_entry.bits(16, 4));
        b.next(r.behind, ends.mux(h.wWords, entryEnd));
        b.when(late, () => b.next(r.need, h.tokMax));
        b.next(r.bankEnd, step.bank);
        b.next(r.offNext, r.begin.lt(r.low).mux(r.off, offDown));
        b.next(r.slotNext, r.begin.lt(r.low).mux(r.slot, slotDown));
        b.next(state, stateOf.make);
      },
      make: () => {
        b.next(out.left, steps);
        b.next(out.kh, straddles.mux(r.begin, r.begin.inc()));
        b.next(out.ci, straddles.mux(h.Cc.subWrap(r.rem.extend(16)), word(0)));
        b.next(out.bank, straddles.mux(bankBefore, r.bank0));
        b.next(out.offA, r.off);
        b.next(out.offB, straddles.mux(r.off, r.offNext));
        b.next(out.slotB, straddles.mux(r.slot, r.slotNext));
        b.next(out.drain, chosen.dec());
        b.next(state, stateOf.offer);
      },
      offer: () => {
        b.when(io.m_row.ready, () => {
          b.next(r.moves, h.SH);
          b.next(r.wraps, r.lastRow);
          b.next(r.wrapsTile, r.lastRow.and(r.lastChunk));
          b.next(r.y, r.lastRow.mux(word(0), r.y.inc()));
          b.when(r.lastRow, () => b.next(r.chunk, r.lastChunk.mux(word(0), r.chunk.inc())));
          b.when(r.lastRow.and(r.lastChunk), () => b.next(r.tile, r.tile.inc()));
          b.when(r.lastRow.and(r.lastChunk).and(r.lastTile), () => b.next(state, stateOf.idle)).otherwise(() =>
            b.next(state, stateOf.move),
          );
        });
      },
    });
    b.when(io.start, () => {
      b.next(state, stateOf.span);
      b.next(r.tile, 0);
      b.next(r.chunk, 0);
      b.next(r.y, 0);
      b.next(r.top, h.padT.extend(20).asSInt().neg().truncate(20));
      b.next(r.off, h.xOff0);
      b.next(r.slot, h.xSlot0);
      b.next(r.bank0, bankOf(h.xCh0));
      b.next(r.block0, 0);
      b.next(r.need, h.tokFirst);
    });

    const empty = b.reg('empty', bool().reset(0));
    b.when(state.is('look').and(r.begin.ge(r.end)), () => b.next(empty, 1));
    b.assign(io.empty, empty);

    const row = io.m_row.data;
    b.assign(io.m_row.valid, state.is('offer'));
    b.assign(row.left, out.left);
    b.assign(row.word, r.first);
    b.assign(row.kh, out.kh);
    b.assign(row.low, r.low);
    b.assign(row.high, r.high);
    b.assign(row.ci, out.ci);
    b.assign(row.bank, out.bank);
    b.assign(row.bank0, r.bank0);
    b.assign(row.block0, r.block0);
    b.assign(row.offA, out.offA);
    b.assign(row.offB, out.offB);
    b.assign(row.slotB, out.slotB);
    b.assign(row.exist, r.lastChunk.mux(h.Clast, h.Cc));
    b.assign(row.groups, groups);
    b.assign(row.drain, out.drain);
    b.assign(row.need, r.need);
    b.assign(row.opens, r.y.eq(0).and(r.chunk.eq(0)));
    b.assign(row.ends, r.lastRow);
    b.assign(row.last_chunk, r.lastChunk);
    b.assign(row.last_row, r.lastRow.and(r.lastChunk).and(r.lastTile));
  },
});
