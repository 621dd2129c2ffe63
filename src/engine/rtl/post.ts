import { Fifo } from '../../blocks/stream/index.js';
import {
  type Bool,
  bool,
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
import { EngineDelay } from './delay.js';
import { EngineParameters } from './parameters.js';
import { joinResidual } from './join-residual.js';
import { headerBits } from './post-fields.js';
import { EngineRequantize } from './requantize.js';
import { EngineScatter } from './scatter.js';
import { parameterSetRules, parameterSetWidth } from './sets.js';
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
later at the earliest: groups of a tile wait in a queue while words are split into phases. Groups of a pass
with residual meet their residual words behind the requantizer and come 11 + 3 * MUL cycles later; no
other pass may follow before all of them are written.
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

    b.comment('third step: whole sums, and the parameters of each channel');
    const u = b.regs({
      valid: bool().reset(0).doc('whole sums'),
      keep: bool().reset(0).doc('partial sums'),
      sums: uint(SUMS_W),
      thresholds: uint(D.times(NTHR.max(1)).times(32)),
      ...{ bias: vec(D, uint(32)), mult: vec(D, uint(32)), high: vec(D, uint(16)) },
      ...{ shift: vec(D, uint(6)), left: vec(D, uint(5)) },
    });
    b.next(u.valid, t.drained.and(t.more.not()));
    b.next(u.keep, t.drained.and(t.more));
    b.next(u.thresholds, own.thresholds);
    b.genFor('channel', D, (d) => {
      const word = b.let('shiftWord', own.shift.bits(d.times(32), 32));
      const chosen = <T extends UInt>(plane: number, given: Sig<T>, common: Sig<T>) =>
        t.planes.bit(plane).mux<T>(given, common);
      const bias = b.let('ownBias', chosen(0, own.bias.bits(d.times(32), 32), t.biasCommon));
      b.next(u.bias.at(d), bias);
      b.next(u.mult.at(d), chosen(1, own.mult.bits(d.times(32), 32), t.multCommon));
      b.next(u.shift.at(d), chosen(2, word.bits(0, 6), t.shiftCommon));
      b.next(u.left.at(d), chosen(2, word.bits(8, 5), t.leftCommon));
      b.next(u.high.at(d), chosen(2, word.bits(16, 16), bias.asSInt().extend(48).bits(32, 16)));
    });
    b.genIf(
      'chunks',
      natGt(PD, 0),
      () => {
        const I_W = b.localparam('I_W', indexWidth(PD), 'bits of a place among the partial sums');
        const store = b.memory('psums', uint(SUMS_W), PD);
        const entry = b.let('entry', at.entry.truncate(I_W));
        const before = b.reg('before', uint(SUMS_W).doc('partial sums of this place'));
        b.next(before, store.read(entry));
        store.write(b.instance('entry_later', EngineDelay, { W: I_W, STEPS: 2 }, { d: entry }).q, u.sums, u.keep);
        const whole = b.wire('whole', vec(D.times(P), uint(AB)));
        b.genFor('sum', D.times(P), (i) => {
          const added = t.add.mux(before.bits(i.times(AB), AB), b.constant(uint(AB), 0));
          b.assign(whole.at(i), t.drainedSums.bits(i.times(AB), AB).addWrap(added));
        });
        b.next(u.sums, whole.pack());
      },
      () => b.next(u.sums, t.drainedSums),
    );

    b.comment('requantizer; what a pass says to all lanes comes along in step');
    const later = (name: string, value: Sig<UInt>, steps: NatExpr | number): Sig<UInt> =>
      b.instance(name, EngineDelay, { W: value.type.width, STEPS: steps }, { d: value }).q;
    const flag = (name: string, value: Sig<UInt>): Sig<Bool> => later(name, value, 2).asBool();
    const limit = (code: Sig<UInt>, isUnsigned: Sig<UInt>): Sig<UInt> =>
      isUnsigned.asBool().mux(code.extend(17).asSInt(), code.asSInt().extend(17)).truncate(XB.plus(1)).asUInt();
    const limits = {
      zero: b.let('zero', at.zp.truncate(XB)),
      least: b.let('least', limit(at.lo, at.outUnsigned), 'limits with their sign'),
      greatest: b.let('greatest', limit(at.hi, at.outUnsigned)),
    };
    const wide = b.wire('wide', vec(D.times(P), uint(32)).doc('sums with their sign'));
    b.genFor('extend', D.times(P), (i) => {
      b.assign(wide.at(i), u.sums.bits(i.times(AB), AB).asSInt().extend(32).asUInt());
    });
    const requantized = b.instance(
      'requantize',
      EngineRequantize,
      { P, D, W: 32, XB, MUL, FIXED, NTHR, LUT, ENTRIES },
      {
        ...{ in_valid: u.valid, sums: wide.pack(), bias: u.bias.pack(), mult: u.mult.pack(), high: u.high.pack() },
        ...{ shift: u.shift.pack(), left: u.left.pack(), thresholds: u.thresholds },
        ...{ mode: later('mode', at.requant, 2), round: later('rounding', at.round, 2) },
        ...{ leaky: later('leak', at.leaky, 2), threshold: flag('counting', at.thresholds) },
        ...{ wrap: flag('wrapping', at.wrapOut), lookup: flag('lookup', at.lut) },
        zero: later('zero_later', limits.zero, 2).asSInt(),
        ...{
          lo: later('least_later', limits.least, 2).asSInt(),
          hi: later('greatest_later', limits.greatest, 2).asSInt(),
        },
        ...{ table_write: io.table_write, table_address: io.table_address, table_data: io.table_data },
      },
    );

    b.comment('destinations');
    const flags = cat(at.dstXram, at.dstAxis, at.segment_end.asUInt(), at.pass_end.asUInt());
    const steps = b.localparam('STEPS', LATENCY.plus(2), 'sums to words');
    const placeAt = cat(flags, at.group, at.address, at.part, at.ySW, at.yPhase);
    const PLACE_W = b.localparam('PLACE_W', G_W.plus(45), 'destinations and place of a group');
    const place = later('place', placeAt, steps);
    const result = b.wires({ resultValid: bool(), words: uint(WORDS_W), to: uint(PLACE_W) });
    b.genIf(
      'residual',
      natGt(ADD, 0),
      () => {
        const adds = later('adds', at.res, steps).asBool();
        const { pixels: words, out_valid: valid } = requantized;
        const sizes = { P, D, XB, MUL, FIXED, ENTRIES, DEPTH };
        const joined = joinResidual(b, io, io.cfg, { valid, words, place, adds }, sizes);
        b.assign(result.resultValid, joined.valid);
        b.assign(result.words, joined.words);
        b.assign(result.to, joined.place);
      },
      () => {
        b.assign(result.resultValid, requantized.out_valid);
        b.assign(result.words, requantized.pixels);
        b.assign(result.to, place);
        b.assign(io.res_popped, 0);
        b.unused('noResidual', cat(io.res_valid.asUInt(), io.res_words, at.res));
      },
    );
    const to = b.let('toWhom', result.to.bits(G_W.plus(41), 4));
    const placeLater = b.let('placeLater', result.to.bits(0, G_W.plus(41)));
    const [toXram, toAxis, ends, last] = [to.bit(3), to.bit(2), to.bit(1), to.bit(0)];
    b.assign(io.out_valid, result.resultValid.and(toAxis));
    b.assign(io.out_data, result.words);
    b.assign(io.out_end, ends);
    b.assign(io.out_last, last);

    const ITEM_W = b.localparam('ITEM_W', G_W.plus(43).plus(WORDS_W), 'bits of an entry of the queue');
    const pushed = b.stream('pushed', uint(ITEM_W));
    const queued = b.stream('queued', uint(ITEM_W));
    b.assign(pushed.valid, result.resultValid.and(toXram.or(last)));
    b.assign(pushed.data, cat(toXram.asUInt(), last.asUInt(), placeLater, result.words));
    b.unused('room', pushed.ready);
    const depth = GROUPS.plus(1);
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
