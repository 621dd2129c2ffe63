import {
  bool,
  defineModule,
  enumOf,
  indexWidth,
  input,
  natGe,
  natParam,
  output,
  requirement,
  type Sig,
  type UInt,
  uint,
  widthFor,
} from '../../hdl/index.js';
import { headerBits, headerFields } from './header-fields.js';

/**
 * Reads the residual words of a pass ahead of its tiles. It takes only what the windows leave: a request is served in a cycle in
 * which no slice reads any of its D banks, and the sequencer issues the last step of a tile when all its words are on their way.
 */
export const EngineResidualReader = defineModule({
  name: 'engine_residual_reader',
  doc: `requests for the residual words of a pass, tile by tile, ahead of the sums they are added to

A pass with residual begins when its first step is at the X-RAM or waits for residual words only, or 4 cycles
after its header where it does not wait for rows. Groups of D words follow in the order ot, y, xt, k; one is asked for as long as fewer than
DEPTH have been served and not yet popped. ready: all words of a tile have been served of which the last
step is not yet issued (tile_taken). Takes a group every cycle; ready rises one cycle after the last one.`,
  params: {
    GROUPS: natParam({ default: 4, min: 1, doc: 'bank groups of the X-RAM: M / D' }),
    DEPTH: natParam({ default: 44, min: 1, max: 1024, doc: 'groups that have room where they wait for their sums' }),
  },
  requires: ({ GROUPS }) => [
    requirement(natGe(9, widthFor(GROUPS)), 'the header has 9 bits for groups'),
    requirement(natGe(8, indexWidth(GROUPS)), 'the header has 8 bits for a bank group'),
  ],
  ports: ({ GROUPS }) => ({
    take: input(bool(), 'a pass starts'),
    header: input(uint(headerBits), 'its header'),
    step: input(
      bool(),
      'a step is at the X-RAM or waits for a tile; none of the pass before from the third cycle behind take on',
    ),
    read: output(bool(), 'a group is asked for'),
    group: output(uint(indexWidth(GROUPS)), 'bank group'),
    address: output(uint(20)),
    served: input(bool(), 'the request of this cycle is served'),
    popped: input(bool(), 'a group has met its sums'),
    ready: output(bool(), 'the words of the next tile are on their way'),
    tile_taken: input(bool(), 'the last step of a tile with residual is issued'),
  }),
  body(b, io, { GROUPS, DEPTH }) {
    const G_W = b.localparam('G_W', indexWidth(GROUPS), 'bits of a bank group');
    const LEVEL_W = b.localparam('LEVEL_W', widthFor(DEPTH));
    const h = headerFields(b, io.header, [
      ...(['res', 'Ho', 'XT', 'OTN', 'gLast', 'yRing', 'ySlot0', 'tokCheck'] as const),
      ...(['rBase', 'rGrp0', 'rRow', 'rBlk'] as const),
    ]);
    const c = b.regs({
      state: enumOf('state', 'idle', 'offset', 'place', 'wait', 'read').startsAt('idle'),
      ...{ rows: uint(16), tiles: uint(16), ots: uint(16), groupsLast: uint(9), ring: uint(16), slot0: uint(16) },
      ...{ group0: uint(G_W), rowStride: uint(16), blockStride: uint(16) },
      waits: bool().doc('rows are waited for: the first step says that all are there'),
    });
    b.when(io.take, () => {
      b.next(c.rows, h.Ho);
      b.next(c.tiles, h.XT);
      b.next(c.ots, h.OTN);
      b.next(c.groupsLast, h.gLast);
      b.next(c.ring, h.yRing);
      b.next(c.slot0, h.ySlot0);
      b.next(c.group0, h.rGrp0.truncate(G_W));
      b.next(c.rowStride, h.rRow);
      b.next(c.blockStride, h.rBlk);
      b.next(c.waits, h.tokCheck.asBool());
    });

    b.comment('loops, the innermost first');
    const l = b.regs({
      ...{ k: uint(9), xt: uint(16), y: uint(16), ot: uint(16), slot: uint(16) },
      ...{ group: uint(G_W), over: bool().doc('bank groups began again: the next block') },
      block: uint(20).doc('address of the weight tile'),
      offset: uint(20).doc('of the row'),
      offset0: uint(20).doc('of the first row'),
      place: uint(20).doc('address of the tile'),
    });
    const level = b.regs({
      waiting: uint(LEVEL_W).reset(0).doc('groups that are served and not popped'),
      ahead: uint(LEVEL_W).reset(0).doc('tiles that are served and not taken'),
    });
    const isLast = (counter: Sig<UInt>, count: Sig<UInt>) => counter.inc().eq(count);
    const reads = b.let('reads', c.state.is('read').and(level.waiting.ne(DEPTH)));
    const lastOt = b.let('lastOt', isLast(l.ot, c.ots));
    const groups = b.let('groups', lastOt.mux(c.groupsLast, b.constant(uint(9), GROUPS)));
    const moves = b.let('moves', reads.and(io.served));
    const tileEnd = b.let('tileEnd', moves.and(isLast(l.k, groups)));
    const rowEnd = b.let('rowEnd', tileEnd.and(isLast(l.xt, c.tiles)));
    const mapEnd = b.let('mapEnd', rowEnd.and(isLast(l.y, c.rows)));
    const passEnd = b.let('passEnd', mapEnd.and(lastOt));
    const begin = b.let('starts', c.state.is('place'));
    const step = (counter: Sig<UInt>, by: typeof moves, ends: typeof moves) =>
      b.when(begin.or(ends), () => b.next(counter, 0)).elseWhen(by, () => b.next(counter, counter.inc()));
    step(l.k, moves, tileEnd);
    step(l.xt, tileEnd, rowEnd);
    step(l.y, rowEnd, mapEnd);
    step(l.ot, mapEnd, passEnd);
    b.when(begin.or(tileEnd), () => {
      b.next(l.group, c.group0);
      b.next(l.over, 0);
    }).elseWhen(moves, () => {
      const turn = b.let('turn', l.group.eq(GROUPS.minus(1)));
      b.next(l.group, turn.mux(b.constant(uint(G_W), 0), l.group.inc()));
      b.next(l.over, l.over.or(turn));
    });

    b.comment('addresses');
    const wrapped = b.let('wrapped', isLast(l.slot, c.ring));
    const nextOffset = b.let(
      'nextOffset',
      wrapped.mux(b.constant(uint(20), 0), l.offset.addWrap(c.rowStride.extend(20))),
    );
    const nextBlock = b.let('nextBlock', l.block.addWrap(c.blockStride.extend(20)));
    b.when(c.state.is('offset'), () => b.next(l.offset0, c.slot0.mul(c.rowStride).truncate(20)));
    b.when(io.take, () => b.next(l.block, h.rBase)).elseWhen(mapEnd, () => b.next(l.block, nextBlock));
    b.when(begin.or(mapEnd), () => {
      b.next(l.offset, l.offset0);
      b.next(l.slot, c.slot0);
    }).elseWhen(rowEnd, () => {
      b.next(l.offset, nextOffset);
      b.next(l.slot, wrapped.mux(b.constant(uint(16), 0), l.slot.inc()));
    });
    b.when(begin.or(mapEnd), () => b.next(l.place, begin.mux(l.block, nextBlock).addWrap(l.offset0)))
      .elseWhen(rowEnd, () => b.next(l.place, l.block.addWrap(nextOffset)))
      .elseWhen(tileEnd, () => b.next(l.place, l.place.inc()));
    b.assign(io.read, reads);
    b.assign(io.group, l.group);
    b.assign(io.address, l.place.addWrap(l.over.mux(c.blockStride, b.constant(uint(16), 0)).extend(20)));

    b.comment('room, and tiles ahead of the sequencer');
    b.when(moves.and(io.popped.not()), () => b.next(level.waiting, level.waiting.inc())).elseWhen(
      io.popped.and(moves.not()),
      () => b.next(level.waiting, level.waiting.dec()),
    );
    b.when(tileEnd.and(io.tile_taken.not()), () => b.next(level.ahead, level.ahead.inc())).elseWhen(
      io.tile_taken.and(tileEnd.not()),
      () => b.next(level.ahead, level.ahead.dec()),
    );
    b.assign(io.ready, level.ahead.ne(0));

    b.switch(c.state, {
      idle: () => void b.when(io.take.and(h.res.asBool()), () => b.next(c.state, 1)),
      offset: () => b.next(c.state, 2),
      place: () => b.next(c.state, 3),
      wait: () => void b.when(io.step.or(c.waits.not()), () => b.next(c.state, 4)),
      read: () => void b.when(passEnd, () => b.next(c.state, 0)),
    });
  },
});
