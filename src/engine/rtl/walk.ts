import {
  type Bool,
  bool,
  defineModule,
  indexWidth,
  input,
  natGe,
  natParam,
  output,
  requirement,
  type Sig,
  sink,
  type UInt,
  uint,
  widthFor,
} from '../../hdl/index.js';
import { fieldBits, fieldRegisters, handedFields, handedPorts, headerBits, postFields } from './post-fields.js';
import { parameterSetRules, parameterSetWidth } from './sets.js';

/** Counts the groups of a pass in the order in which they leave the array, and says where each one belongs. */
export const EngineWalk = defineModule({
  name: 'engine_walk',
  doc: `place of each group of sums: loops over ot, chunk, y, xt, k of the header in use

advance takes one step; all outputs belong to the group of the same cycle. One header is in use, another
waits: it comes into use with the last group of a pass, or at once where none is in use, three cycles after
it was taken. Everything is a register or a short sum of registers.`,
  params: {
    D: natParam({ default: 2, min: 1, doc: 'channels of a group' }),
    GROUPS: natParam({ default: 4, min: 1, doc: 'groups of a weight tile: M / D' }),
    PQ: natParam({ default: 2, min: 2, max: 256, doc: 'weight tiles whose parameters are held; a power of two' }),
  },
  requires: ({ GROUPS, D, PQ }) => [
    ...parameterSetRules(PQ),
    requirement(natGe(8, indexWidth(GROUPS)), 'the header has 8 bits for a bank group'),
    requirement(natGe(11, widthFor(GROUPS.plus(1).times(D))), 'the header has 11 bits for channels'),
  ],
  ports: ({ GROUPS, PQ }) => ({
    cfg: sink(uint(headerBits), 'header of a pass, word 0 lowest'),
    advance: input(bool(), 'a group of sums is there'),
    ...handedPorts,
    param_set: output(uint(parameterSetWidth(PQ)), 'set of parameters of this weight tile'),
    k: output(uint(indexWidth(GROUPS)), 'group within the weight tile'),
    entry: output(uint(16), 'place among the partial sums'),
    first_chunk: output(bool()),
    last_chunk: output(bool()),
    group: output(uint(indexWidth(GROUPS)), 'bank group of the result'),
    address: output(uint(20), 'address of the result in phase 0'),
    part: output(uint(2), 'xt mod phases'),
    segment_end: output(bool(), 'last group of an output row of this weight tile'),
    pass_end: output(bool(), 'last group of the pass'),
    param_free: output(bool(), 'the set of parameters has been read for the last time; a cycle late'),
  }),
  body(b, io, { D, GROUPS, PQ }) {
    const G_W = b.localparam('G_W', indexWidth(GROUPS), 'bits of a bank group');
    const CH_W = b.localparam('CH_W', widthFor(GROUPS.plus(1).times(D)), 'bits of a number of channels');

    b.comment('headers; the product of slot and row distance is made while a header waits');
    const next = fieldRegisters(b, 'next');
    const cfg = fieldRegisters(b, 'cfg');
    const h = b.regs({
      nextValid: bool().reset(0),
      nextReady: bool().reset(0).doc('the waiting header has its product'),
      nextOffset: uint(20).doc('first row of the waiting pass'),
      busy: bool().reset(0).doc('a pass is in use'),
    });
    const passEnd = b.wire('ends', bool());
    const load = b.let('load', h.nextReady.and(h.busy.not().or(passEnd)), 'the waiting header comes into use');
    b.assign(io.cfg.ready, h.nextValid.not());
    b.when(io.cfg.fire, () => {
      for (const field of postFields) b.next(next[field], fieldBits(io.cfg.data, field));
    });
    b.next(h.nextValid, io.cfg.fire.or(h.nextValid.and(load.not())));
    b.next(h.nextReady, h.nextValid.and(load.not()));
    b.next(h.nextOffset, next.ySlot0.mul(next.yRow).truncate(20));
    b.when(load, () => {
      for (const field of postFields) b.next(cfg[field], next[field]);
    });
    b.next(h.busy, load.or(h.busy.and(passEnd.not())));
    for (const field of handedFields) b.assign(io[field], cfg[field]);

    b.comment('loops, the innermost first');
    const c = b.regs({
      k: uint(G_W),
      channels: uint(CH_W).doc('k * D'),
      xt: uint(16),
      y: uint(16),
      chunk: uint(16),
      ot: uint(16),
      entry: uint(16),
      set: uint(parameterSetWidth(PQ)).reset(0),
      first: bool().doc('chunk 0'),
      free: bool().reset(0),
    });
    const isLast = (counter: Sig<UInt>, count: Sig<UInt>): Sig<Bool> => counter.inc().eq(count);
    const lastOt = b.let('lastOt', isLast(c.ot, cfg.OTN));
    const lastChunk = b.let('chunksEnd', isLast(c.chunk, cfg.CHN));
    const used = lastOt.mux(cfg.Mlast.truncate(CH_W), b.constant(uint(CH_W), GROUPS.times(D)));
    const tileEnd = b.let('tileEnd', io.advance.and(c.channels.addWrap(b.constant(uint(CH_W), D)).ge(used)));
    const rowEnd = b.let('rowEnd', tileEnd.and(isLast(c.xt, cfg.XT)));
    const mapEnd = b.let('mapEnd', rowEnd.and(isLast(c.y, cfg.Ho)));
    const otEnd = b.let('otEnd', mapEnd.and(lastChunk));
    b.assign(passEnd, otEnd.and(lastOt));
    const step = (counter: Sig<UInt>, moves: Sig<Bool>, ends: Sig<Bool>): void => {
      b.when(load.or(ends), () => b.next(counter, 0)).elseWhen(moves, () => b.next(counter, counter.inc()));
    };
    step(c.k, io.advance, tileEnd);
    b.when(load.or(tileEnd), () => b.next(c.channels, 0)).elseWhen(io.advance, () =>
      b.next(c.channels, c.channels.addWrap(b.constant(uint(CH_W), D))),
    );
    step(c.xt, tileEnd, rowEnd);
    step(c.y, rowEnd, mapEnd);
    step(c.chunk, mapEnd, otEnd);
    step(c.ot, otEnd, passEnd);
    step(c.entry, io.advance, mapEnd);
    b.when(load.or(otEnd), () => b.next(c.first, 1)).elseWhen(mapEnd, () => b.next(c.first, 0));
    const planes = b.let('planesUsed', otEnd.and(cfg.planes.ne(0)));
    b.when(planes, () => b.next(c.set, c.set.inc()));
    b.next(c.free, planes);
    b.assign(io.param_free, c.free);
    b.assign(io.param_set, c.set);
    b.assign(io.k, c.k);
    b.assign(io.entry, c.entry);
    b.assign(io.first_chunk, c.first);
    b.assign(io.last_chunk, lastChunk);
    b.assign(io.segment_end, rowEnd);
    b.assign(io.pass_end, passEnd);

    b.comment('addresses: block of the weight tile, row of the ring, word of the row');
    const a = b.regs({
      block: uint(20),
      offset: uint(20).doc('of the row'),
      slot: uint(16),
      word: uint(16),
      part: uint(2),
      offset0: uint(20).doc('of the first row'),
    });
    b.when(load, () => {
      b.next(a.block, next.yBase);
      b.next(a.offset0, h.nextOffset);
    }).elseWhen(otEnd, () => b.next(a.block, a.block.addWrap(cfg.yBlk.extend(20))));
    const wrapped = b.let('wrapped', isLast(a.slot, cfg.yRing));
    b.when(load, () => {
      b.next(a.offset, h.nextOffset);
      b.next(a.slot, next.ySlot0);
    })
      .elseWhen(mapEnd, () => {
        b.next(a.offset, a.offset0);
        b.next(a.slot, cfg.ySlot0);
      })
      .elseWhen(rowEnd, () => {
        b.next(a.offset, wrapped.mux(b.constant(uint(20), 0), a.offset.addWrap(cfg.yRow.extend(20))));
        b.next(a.slot, wrapped.mux(b.constant(uint(16), 0), a.slot.inc()));
      });
    const lastPart = b.let('lastPart', isLast(a.part.extend(3), cfg.ySW));
    b.when(load.or(rowEnd), () => {
      b.next(a.word, 0);
      b.next(a.part, 0);
    }).elseWhen(tileEnd, () => {
      b.next(a.part, lastPart.mux(b.constant(uint(2), 0), a.part.inc()));
      b.when(lastPart, () => b.next(a.word, a.word.inc()));
    });
    const g = b.regs({ group: uint(G_W), over: bool().doc('bank groups began again: the next block') });
    b.when(load, () => {
      b.next(g.group, next.yGrp0.truncate(G_W));
      b.next(g.over, 0);
    })
      .elseWhen(tileEnd, () => {
        b.next(g.group, cfg.yGrp0.truncate(G_W));
        b.next(g.over, 0);
      })
      .elseWhen(io.advance, () => {
        const turn = b.let('turn', g.group.eq(GROUPS.minus(1)));
        b.next(g.group, turn.mux(b.constant(uint(G_W), 0), g.group.inc()));
        b.next(g.over, g.over.or(turn));
      });
    b.assign(io.group, g.group);
    const row = b.let('row', a.block.addWrap(a.offset).addWrap(a.word.extend(20)));
    b.assign(io.address, row.addWrap(g.over.mux(cfg.yBlk, b.constant(uint(16), 0)).extend(20)));
    b.assign(io.part, a.part);
  },
});
