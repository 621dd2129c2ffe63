import { Fifo } from '../../blocks/stream/index.js';
import {
  type Bool,
  bool,
  type Builder,
  bundle,
  cat,
  defineModule,
  indexWidth,
  input,
  natEq,
  clog2,
  type NatExpr,
  natGe,
  natGt,
  natParam,
  output,
  requirement,
  type Sig,
  sink,
  type UInt,
  uint,
  vec,
  widthFor,
} from '../../hdl/index.js';
import { ISSUE_TO_DRAIN } from '../latency.js';
import { EngineDelay } from './delay.js';
import { EngineParameters } from './parameters.js';
import { joinResidual } from './join-residual.js';
import { headerBits } from './post-fields.js';
import { EngineRequantize } from './requantize.js';
import { EngineScatter } from './scatter.js';
import { parameterSetRules, parameterSetWidth } from './sets.js';
import { GROUPS_W } from './sizes.js';
import { EngineWalk } from './walk.js';

/**
 * Everything between the sums of the array and X-RAM or output FIFO: partial sums of chunks, parameters of channels, requantizer,
 * addresses. Feed-forward; it counts tiles by itself from headers of its own, so that nothing but sums travels with the drain.
 */
export const EnginePost = defineModule({
  name: 'engine_post',
  doc: `sums of the array to words of the X-RAM and groups of the output FIFO

Groups come in the order of the passes: ot, chunk, y, xt, k. A pass is described by its header, which is
pushed before its first group comes; the next one waits in a register. Sums of all chunks but the last go to
the partial sums, from where the next chunk adds them. Parameters of weight tiles lie in PQ sets in turn.
A group is at the output FIFO 2 cycles after its sums and those of the requantizer, at the X-RAM 2 cycles
later at the earliest: groups of a tile wait in a queue while words are split into phases.
Groups of a pass with residual meet their residual words behind the requantizer and pass it a second time,
in cycles without a group of the array: 8 cycles and those of the requantizer later at the earliest. Their
tiles end at least two cycles a group apart, and no other pass may follow before all of them are written.
The entry of a partial sum must not come again within 4 cycles. Nothing stalls.`,
  params: {
    P: natParam({ default: 4, min: 1, doc: 'pixels of a word' }),
    D: natParam({ default: 2, min: 1, doc: 'channels of a group' }),
    GROUPS: natParam({ default: 4, min: 1, doc: 'groups of a weight tile: M / D' }),
    AB: natParam({ default: 32, min: 2, max: 32, doc: 'bits of a sum' }),
    XB: natParam({
      default: 8,
      min: 2,
      max: 16,
      doc: 'bits of a pixel',
    }),
    PD: natParam({ default: 16, min: 0, max: 65536, doc: 'entries of partial sums; 0: no chunks' }),
    PQ: natParam({ default: 2, min: 2, max: 256, doc: 'weight tiles whose parameters are held; a power of two' }),
    MUL: natParam({ default: 1, min: 0, max: 1, doc: '1: with multipliers' }),
    FIXED: natParam({ default: 1, min: 0, max: 1, doc: '1: with mode 3' }),
    NTHR: natParam({ default: 0, min: 0, max: 15, doc: 'thresholds of a channel' }),
    LUT: natParam({ default: 0, min: 0, max: 1, doc: '1: with a table' }),
    ENTRIES: natParam({ default: 256, min: 4, max: 65536, doc: 'entries of the table, 2^XB' }),
    ADD: natParam({ default: 0, min: 0, max: 1, doc: '1: with residual addition' }),
    DEPTH: natParam({ default: 44, min: 1, max: 1024, doc: 'groups of residual words that wait for their sums' }),
  },
  requires: ({ AB, XB, GROUPS, D, ENTRIES, PD, PQ, MUL, FIXED, LUT, NTHR, ADD }) => [
    ...parameterSetRules(PQ),
    requirement(natGe(32, AB), 'parameters have 32 bits'),
    requirement(natGe(16, XB), 'a pixel has 16 bits at most'),
    requirement(natEq(clog2(ENTRIES), XB), 'the table has an entry for every pixel'),
    ...[MUL, FIXED, LUT, ADD].map((option) => requirement(natGe(1, option), 'an option is 0 or 1')),
    requirement(natGe(15, NTHR), 'a channel has 15 thresholds at most'),
    requirement(natGe(8, indexWidth(GROUPS)), 'the header has 8 bits for a bank group'),
    requirement(natGe(11, widthFor(GROUPS.plus(1).times(D))), 'the header has 11 bits for channels'),
    requirement(natGe(16, indexWidth(PD)), 'places among the partial sums have 16 bits'),
  ],
  ports: ({ P, D, GROUPS, AB, XB, PQ }) => ({
    cfg: sink(uint(headerBits), 'header of a pass, word 0 lowest'),
    tile_last: input(bool(), `last step of a tile, whose first group comes ${ISSUE_TO_DRAIN} cycles later`),
    tile_groups: input(uint(GROUPS_W), 'groups of the tile'),
    drain_valid: input(bool()),
    drain_sums: input(uint(D.times(P).times(AB)), 'pixel p of channel d is element d * P + p'),
    param_write: input(bool()),
    param_plane: input(uint(5)),
    param_set: input(uint(parameterSetWidth(PQ))),
    param_group: input(uint(indexWidth(GROUPS))),
    param_data: input(uint(D.times(32))),
    param_free: output(bool(), 'a set of parameters is not needed any more'),
    table_write: input(bool()),
    table_address: input(uint(XB)),
    table_data: input(uint(XB)),
    res_valid: input(bool(), 'a group of residual words; never more than DEPTH wait'),
    res_words: input(uint(D.times(P).times(XB))),
    res_popped: output(bool(), 'the oldest of them has met its sums'),
    write_valid: output(bool()),
    write_group: output(uint(indexWidth(GROUPS))),
    write_address: output(uint(20)),
    write_lanes: output(uint(P)),
    write_data: output(uint(D.times(P).times(XB))),
    out_valid: output(bool()),
    out_data: output(uint(D.times(P).times(XB))),
    out_end: output(bool(), 'last group of a segment'),
    out_last: output(bool(), 'last group of a pass'),
    pass_done: output(bool(), 'everything of a pass has been written'),
  }),
  body(b, io, { P, D, GROUPS, AB, XB, PD, PQ, MUL, FIXED, NTHR, LUT, ENTRIES, ADD, DEPTH }) {
    const G_W = b.localparam('G_W', indexWidth(GROUPS), 'bits of a bank group');
    const SUMS_W = b.localparam('SUMS_W', D.times(P).times(AB), 'bits of a group of sums');
    const WORDS_W = b.localparam('WORDS_W', D.times(P).times(XB), 'bits of a group of words');
    const LATENCY = b.localparam('LATENCY', NTHR.min(1).plus(5).plus(MUL.times(3)).plus(LUT), 'of the requantizer');

    const at = b.instance('walk', EngineWalk, { D, GROUPS, PQ }, { cfg: io.cfg, advance: io.drain_valid });
    b.assign(io.param_free, at.param_free);

    b.comment('second step: sums, partial sums and parameters are read');
    const own = b.instance(
      'parameters',
      EngineParameters,
      { D, GROUPS, PQ, MUL, NTHR },
      {
        ...{ write: io.param_write, write_plane: io.param_plane, write_set: io.param_set },
        ...{ write_group: io.param_group, write_data: io.param_data, read_set: at.param_set, read_group: at.k },
      },
    );
    const t = b.regs({
      drained: bool().reset(0),
      drainedSums: uint(SUMS_W),
      add: bool().doc('there are partial sums of chunks before'),
      more: bool().doc('there is another chunk'),
      ...{ planes: uint(4), biasCommon: uint(32), multCommon: uint(32), shiftCommon: uint(6), leftCommon: uint(5) },
    });
    b.next(t.drained, io.drain_valid);
    b.next(t.drainedSums, io.drain_sums);
    b.next(t.add, at.first_chunk.not());
    b.next(t.more, at.last_chunk.not());
    b.next(t.planes, at.planes);
    b.next(t.biasCommon, at.bias);
    b.next(t.multCommon, at.mult);
    b.next(t.shiftCommon, at.shift);
    b.next(t.leftCommon, at.leftShift);

    const PLACE_W = b.localparam('PLACE_W', G_W.plus(45), 'destinations and place of a group');
    const again = b.wires({
      againValid: bool(),
      ...{ againSums: uint(D.times(P).times(32)), againPlace: uint(PLACE_W), againBias: uint(32), againMult: uint(32) },
      ...{ againShift: uint(6), againLeft: uint(5), againMode: uint(2), againRound: uint(3), againWrap: uint(1) },
      ...{ againZero: uint(XB), againLo: uint(XB.plus(1)), againHi: uint(XB.plus(1)) },
    });
    const second = again.againValid;

    b.comment(
      'third step: whole sums, and the parameters of each channel; or sums with a residual and those of their pass',
    );
    const u = b.regs({
      valid: bool().reset(0).doc('whole sums'),
      keep: bool().reset(0).doc('partial sums'),
      sums: vec(D.times(P), uint(32)).doc('with their sign'),
      thresholds: uint(D.times(NTHR.max(1)).times(32)),
      ...{ bias: vec(D, uint(32)), mult: vec(D, uint(32)), high: vec(D, uint(16)) },
      ...{ shift: vec(D, uint(6)), left: vec(D, uint(5)) },
    });
    b.next(u.valid, second.or(t.drained.and(t.more.not())));
    b.next(u.keep, t.drained.and(t.more));
    b.next(u.thresholds, own.thresholds);
    b.genFor('channel', D, (d) => {
      const word = b.let('shiftWord', own.shift.bits(d.times(32), 32));
      const chosen = (plane: number, given: Sig<UInt>, common: Sig<UInt>) => t.planes.bit(plane).mux(given, common);
      const bias = b.let(
        'ownBias',
        second.mux(again.againBias, chosen(0, own.bias.bits(d.times(32), 32), t.biasCommon)),
      );
      const signs = bias.asSInt().extend(48).bits(32, 16);
      b.next(u.bias.at(d), bias);
      b.next(u.mult.at(d), second.mux(again.againMult, chosen(1, own.mult.bits(d.times(32), 32), t.multCommon)));
      b.next(u.shift.at(d), second.mux(again.againShift, chosen(2, word.bits(0, 6), t.shiftCommon)));
      b.next(u.left.at(d), second.mux(again.againLeft, chosen(2, word.bits(8, 5), t.leftCommon)));
      b.next(u.high.at(d), second.or(t.planes.bit(2).not()).mux(signs, word.bits(16, 16)));
    });
    const whole = b.wire('whole', vec(D.times(P), uint(AB)).doc('sums of all chunks so far'));
    b.genIf(
      'chunks',
      natGt(PD, 0),
      () => {
        const I_W = b.localparam('I_W', indexWidth(PD), 'bits of a place among the partial sums');
        const store = b.memory('psums', uint(SUMS_W), PD);
        const entry = b.let('entry', at.entry.truncate(I_W));
        const before = b.reg('before', uint(SUMS_W).doc('partial sums of this place'));
        b.next(before, store.read(entry));
        const kept = b.wire('kept', vec(D.times(P), uint(AB)));
        b.genFor('sum', D.times(P), (i) => {
          const added = t.add.mux(before.bits(i.times(AB), AB), b.constant(uint(AB), 0));
          b.assign(whole.at(i), t.drainedSums.bits(i.times(AB), AB).addWrap(added));
          b.assign(kept.at(i), u.sums.at(i).truncate(AB));
        });
        store.write(b.instance('entry_later', EngineDelay, { W: I_W, STEPS: 2 }, { d: entry }).q, kept.pack(), u.keep);
      },
      () => b.genFor('sum', D.times(P), (i) => b.assign(whole.at(i), t.drainedSums.bits(i.times(AB), AB))),
    );
    b.genFor('extend', D.times(P), (i) => {
      const wide = whole.at(i).asSInt().extend(32).asUInt();
      b.next(u.sums.at(i), second.mux(again.againSums.bits(i.times(32), 32), wide));
    });

    b.comment('requantizer; what a pass says to all lanes comes along in step');
    const later = (name: string, value: Sig<UInt>, steps: NatExpr | number): Sig<UInt> =>
      b.instance(name, EngineDelay, { W: value.type.width, STEPS: steps }, { d: value }).q;
    const limit = (code: Sig<UInt>, isUnsigned: Sig<UInt>): Sig<UInt> =>
      isUnsigned.asBool().mux(code.extend(17).asSInt(), code.asSInt().extend(17)).truncate(XB.plus(1)).asUInt();
    const limits = {
      zero: b.let('zero', at.zp.truncate(XB)),
      least: b.let('least', limit(at.lo, at.outUnsigned), 'limits with their sign'),
      greatest: b.let('greatest', limit(at.hi, at.outUnsigned)),
    };
    const none = b.constant(uint(1), 0);
    const flags = cat(at.res, at.dstXram, at.dstAxis, at.segment_end.asUInt(), at.pass_end.asUInt());
    const placeAt = cat(flags, at.group, at.address, at.part, at.ySW, at.yPhase);
    const enters = entering(b, second, {
      mode: [at.requant, again.againMode],
      round: [at.round, again.againRound],
      leaky: [at.leaky, b.constant(uint(3), 0)],
      threshold: [at.thresholds, none],
      wrap: [at.wrapOut, again.againWrap],
      lookup: [at.lut, none],
      zeroPoint: [limits.zero, again.againZero],
      lowest: [limits.least, again.againLo],
      highest: [limits.greatest, again.againHi],
      place: [placeAt, cat(none, again.againPlace)],
    });
    const requantized = b.instance(
      'requantize',
      EngineRequantize,
      { P, D, W: 32, XB, MUL, FIXED, NTHR, LUT, ENTRIES },
      {
        ...{ in_valid: u.valid, sums: u.sums.pack(), bias: u.bias.pack(), mult: u.mult.pack(), high: u.high.pack() },
        ...{ shift: u.shift.pack(), left: u.left.pack(), thresholds: u.thresholds },
        ...{ mode: enters.mode, round: enters.round, leaky: enters.leaky, threshold: enters.threshold.asBool() },
        ...{ wrap: enters.wrap.asBool(), lookup: enters.lookup.asBool(), zero: enters.zeroPoint.asSInt() },
        ...{ lo: enters.lowest.asSInt(), hi: enters.highest.asSInt() },
        ...{ table_write: io.table_write, table_address: io.table_address, table_data: io.table_data },
      },
    );

    b.comment('destinations');
    const line = later('line', enters.place, LATENCY);
    const adds = b.let('adds', line.bit(PLACE_W), 'a residual is added before these words go anywhere');
    const place = b.let('placeOut', line.bits(0, PLACE_W));
    const { pixels: words, out_valid: valid } = requantized;
    const result = b.wire('resultValid', bool());
    b.genIf(
      'residual',
      natGt(ADD, 0),
      () => {
        const joined = joinResidual(b, io, io.cfg, { valid, words, place, adds }, { P, D, XB, GROUPS, DEPTH });
        b.assign(again.againValid, joined.valid);
        b.assign(again.againSums, joined.sums);
        b.assign(again.againPlace, joined.place);
        b.assign(again.againBias, joined.bias);
        b.assign(again.againMult, joined.mult);
        b.assign(again.againShift, joined.shift);
        b.assign(again.againLeft, joined.left);
        b.assign(again.againMode, joined.mode);
        b.assign(again.againRound, joined.round);
        b.assign(again.againWrap, joined.wrap);
        b.assign(again.againZero, joined.zero);
        b.assign(again.againLo, joined.lo);
        b.assign(again.againHi, joined.hi);
        b.assign(result, valid.and(adds.not()));
      },
      () => {
        b.assign(result, valid);
        b.assign(io.res_popped, 0);
        const { againValid, ...others } = again;
        b.assign(againValid, 0);
        for (const wire of Object.values(others)) b.assign(wire, 0);
        b.unused(
          'noResidual',
          cat(io.res_valid.asUInt(), io.res_words, adds.asUInt(), io.tile_last.asUInt(), io.tile_groups),
        );
      },
    );
    const to = b.let('toWhom', place.bits(G_W.plus(41), 4));
    const placeLater = b.let('placeLater', place.bits(0, G_W.plus(41)));
    const [toXram, toAxis, ends, last] = [to.bit(3), to.bit(2), to.bit(1), to.bit(0)];
    b.assign(io.out_valid, result.and(toAxis));
    b.assign(io.out_data, words);
    b.assign(io.out_end, ends);
    b.assign(io.out_last, last);

    const ITEM_W = b.localparam('ITEM_W', G_W.plus(43).plus(WORDS_W), 'bits of an entry of the queue');
    const pushed = b.stream('pushed', uint(ITEM_W));
    const queued = b.stream('queued', uint(ITEM_W));
    b.assign(pushed.valid, result.and(toXram.or(last)));
    b.assign(pushed.data, cat(toXram.asUInt(), last.asUInt(), placeLater, words));
    b.unused('room', pushed.ready);
    // Words with a residual may come up to a tile closer together than they are written.
    const depth = GROUPS.times(ADD.plus(1)).plus(1);
    const queue = b.instance('queue', Fifo, { W: ITEM_W, DEPTH: depth }, { s_axis: pushed, m_axis: queued });
    b.unused('level', queue.level);

    const item = b.stream(
      'item',
      bundle({
        ...{ data: uint(WORDS_W), group: uint(G_W), address: uint(20), part: uint(2), phases: uint(3) },
        ...{ stride: uint(20), write: bool(), last: bool() },
      }),
    );
    const field = (low: number, width: NatExpr | number) => queued.data.bits(WORDS_W.plus(low), width);
    b.assign(item.valid, queued.valid);
    b.assign(queued.ready, item.ready);
    b.assign(item.data.data, queued.data.bits(0, WORDS_W));
    b.assign(item.data.stride, field(0, 16).extend(20));
    b.assign(item.data.phases, field(16, 3));
    b.assign(item.data.part, field(19, 2));
    b.assign(item.data.address, field(21, 20));
    b.assign(item.data.group, field(41, G_W));
    b.assign(item.data.last, queued.data.bit(WORDS_W.plus(G_W).plus(41)));
    b.assign(item.data.write, queued.data.bit(WORDS_W.plus(G_W).plus(42)));
    const { m_axis: write } = b.instance('scatter', EngineScatter, { P, D, XB, A_W: 20, G_W }, { s_axis: item });
    b.assign(write.ready, 1);
    b.assign(io.write_valid, write.valid.and(write.data.write));
    b.assign(io.write_group, write.data.group);
    b.assign(io.write_address, write.data.address);
    b.assign(io.write_lanes, write.data.lanes);
    b.assign(io.write_data, write.data.data);
    const done = b.reg('done', bool().reset(0));
    b.next(done, write.valid.and(write.data.last));
    b.assign(io.pass_done, done);
  },
});

/** Fields of a group as it enters the requantizer, a cycle behind those of its step or, with `second`, of a residual. */
function entering<K extends string>(
  b: Builder,
  second: Sig<Bool>,
  fields: Readonly<Record<K, readonly [own: Sig<UInt>, again: Sig<UInt>]>>,
): Readonly<Record<K, Sig<UInt>>> {
  const names = Object.keys(fields) as K[];
  const registers = (suffix: string) =>
    Object.fromEntries(names.map((name) => [name, b.reg(`${name}${suffix}`, uint(fields[name][0].type.width))]));
  const [before, now] = [registers('Before') as Record<K, Sig<UInt>>, registers('Now') as Record<K, Sig<UInt>>];
  for (const name of names) b.next(before[name], fields[name][0]);
  for (const name of names) b.next(now[name], second.mux(fields[name][1], before[name]));
  return now;
}
