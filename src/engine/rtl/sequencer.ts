import {
  type Bool,
  bool,
  cat,
  defineModule,
  indexWidth,
  input,
  natEq,
  type NatExpr,
  natGe,
  natParam,
  output,
  requirement,
  type Sig,
  sink,
  source,
  type UInt,
  uint,
  vec,
  widthFor,
} from '../../hdl/index.js';
import { EngineDelay } from './delay.js';
import { EngineAddresses } from './addresses.js';
import { headerBits, headerField, headerFields } from './header-fields.js';
import { programParams } from './program-params.js';
import { rowBundle, rowTypes } from './row-bundle.js';
import { EngineRows } from './rows.js';
import { setRules, setEntryWidth, sets, setWidth } from './sets.js';
import { stageRegs } from './stage.js';

/** Outputs of a step; all of one step in one cycle. */
const stepPorts = (P: NatExpr, G: NatExpr, M: NatExpr, WD: NatExpr) => ({
  step_valid: output(bool(), 'a step; nothing behind it ever waits'),
  step_first: output(bool(), 'first step of a tile'),
  step_last: output(bool(), 'last step of a tile'),
  step_op: output(uint(2), 'reduction of the pass'),
  step_tap: output(uint(2), 'what the windows do'),
  step_read: output(bool(), 'live slices read a word'),
  step_live: output(uint(G)),
  step_bank: output(uint(G.times(indexWidth(M)))),
  step_address: output(uint(G.times(20)), 'slice 0 reads for all banks in a pass that is not dense'),
  step_low: output(uint(widthFor(P)), 'first lane with a pixel of the input'),
  step_high: output(uint(widthFor(P)), 'first lane behind them'),
  step_pad: output(uint(16), 'value of the other lanes, in the low bits'),
  step_unsigned: output(bool(), 'pixels are unsigned'),
  step_weight: output(uint(indexWidth(WD)), 'place of the weight word in the ring'),
  step_has_weights: output(bool(), '0: every weight is 1'),
  step_byte: output(uint(indexWidth(G)), 'slice whose weight a depthwise step takes'),
  step_groups: output(uint(9), 'groups that the tile drains'),
  step_scatter: output(uint(3), 'cycles between groups'),
});

/** The sequencer of the engine: one step a cycle, issued only when nothing behind it can be in the way. */
export const EngineSequencer = defineModule({
  name: 'engine_sequencer',
  doc: `issues the steps of a pass, one a cycle: weight tiles, chunks, rows, tiles, groups of slices, taps

A step is issued when
  a  its weight word is in the ring,
  b  as the first one of a row: enough rows of input have arrived,
  c  as the first one of a weight tile: the parameters are there,
  d  as the last one of a tile: the drain is free, and the output has room for the tile,
  e  as the last one of a tile with residual: the residual words are there.
What follows is a pipeline that never waits: the outputs of a step are there 6 cycles after its issue.
A pass is taken when its header is complete and the pass before has issued its last step 5 cycles ago, with
flush or behind a pass with residual when all passes are written; its first step is issued 6 cycles later. Words of the ring are free when they were issued for the last
time FREE steps ago. Rows of fewer than SH + 4 steps wait for engine_rows.`,
  params: {
    P: natParam({ default: 7, min: 1, max: 64, doc: 'pixels of a word' }),
    G: natParam({ default: 3, min: 1, max: 16, doc: 'slices' }),
    M: natParam({ default: 32, min: 1, max: 256, doc: 'channels of a weight tile, and banks' }),
    D: natParam({ default: 4, min: 1, doc: 'channels of a group' }),
    WD: natParam({ default: 1024, min: 2, max: 65536, doc: 'words of the weight ring' }),
    YD: natParam({ default: 32, min: 1, max: 4096, doc: 'groups that the output holds' }),
    ...programParams,
    FREE: natParam({ default: 12, min: 3, doc: 'cycles from the issue of a word to its last use' }),
  },
  requires: ({ P, G, M, D, WD, TMAX, KMAX, HQ, PQ }) => [
    ...setRules(HQ, PQ),
    requirement(natGe(32, TMAX), 'limit of TMAX'),
    requirement(natGe(32, KMAX), 'limit of KMAX'),
    requirement(natGe(M, G), 'slices of a group read different banks'),
    requirement(natGe(indexWidth(M).plus(1), widthFor(G)), 'they are numbered like banks'),
    requirement(natGe(9, widthFor(M.div(D))), 'limit of groups'),
    requirement(natGe(M, D), 'a weight tile has a group'),
    requirement(natGe(widthFor(WD).plus(1), indexWidth(WD)), 'a place in the ring fits a counter'),
    requirement(natGe(16, G), 'limit of G'),
    requirement(natGe(256, M), 'limit of M'),
    requirement(natGe(64, P), 'limit of P'),
  ],
  ports: ({ P, G, M, WD, TMAX, KMAX, HQ }) => ({
    enable: input(bool(), 'passes may start'),
    s_header: sink(uint(headerBits), 'headers whose taps and row table are complete'),
    m_cfg: source(uint(headerBits), 'the same header for engine_post, when its pass starts'),
    tap_write: input(bool(), 'tap programs and row tables of the passes go to HQ + 1 sets in turn'),
    tap_address: input(uint(setEntryWidth(TMAX, HQ)), '{tap, set}'),
    tap_data: input(uint(16)),
    row_write: input(bool()),
    row_address: input(uint(setEntryWidth(KMAX, HQ)), '{kernel row, set}'),
    row_data: input(uint(32)),
    ring_write: input(bool(), 'a weight word enters the ring'),
    ring_freed: output(uint(widthFor(WD).plus(1)), 'words that are free again, since reset'),
    params_full: input(bool(), 'the parameters of a weight tile are complete'),
    x_tokens: input(uint(16), 'rows of input that have arrived'),
    passes_done: input(uint(16), 'passes whose last result is written'),
    credit: input(bool(), 'a group has left the output'),
    res_ready: input(bool(), 'the residual words of the next tile are there'),
    res_taken: output(bool(), 'its last step is issued'),
    ...stepPorts(P, G, M, WD),
    row_empty: output(bool(), 'an output row has no kernel row: the header is wrong; stays until reset'),
    running: output(bool(), 'a pass issues steps'),
    stalled: output(uint(6), 'no step for want of: weights, input, parameters, drain or output, residual, row'),
  }),
  body(b, io, { P, G, M, D, WD, YD, TMAX, KMAX, HQ, PQ, FREE }) {
    const COUNT_W = b.localparam('COUNT_W', widthFor(WD).plus(1), 'counters of weight words; a difference has a sign');
    // Up to WD words lie in the ring, up to WD were freed since the chunk began, and up to WD may be missing when it begins.
    const HERE_W = b.localparam(
      'HERE_W',
      COUNT_W.plus(1),
      'words of a chunk, those that it has freed included; signed',
    );
    const RING_W = b.localparam('RING_W', indexWidth(WD));
    const SLICE_W = b.localparam('SLICE_W', indexWidth(G));
    const CREDIT_W = b.localparam('CREDIT_W', widthFor(YD).plus(9));
    const SET_W = b.localparam('SET_W', setWidth(HQ), 'bits of a set of taps and rows');
    const TAP_W = b.localparam('TAP_W', indexWidth(TMAX));
    const ROW_W = b.localparam('ROW_W', indexWidth(KMAX));
    const header = b.reg('header', uint(headerBits).doc('the pass that runs'));
    const h = headerFields(b, header, [
      ...(['op', 'dstXram', 'dstAxis', 'wKeep', 'res', 'hasWeights', 'planes', 'NT', 'pad', 'inUnsigned'] as const),
      ...(['XT', 'wWords', 'tokCheck', 'ySW'] as const),
    ]);
    const dense = b.let('dense', h.op.eq(0));
    const weighted = b.let('weighted', h.hasWeights.asBool());
    const count = (value: Sig<UInt>) => value.extend(COUNT_W.plus(value.type.width)).truncate(COUNT_W);

    b.comment('passes: one is taken when the pipeline behind the one before has no use for its header any more');
    const pass = b.regs({
      running: bool().reset(0),
      start: bool().reset(0).doc('the header has just been taken'),
      quiet: uint(3).reset(0).doc('cycles until another pass may be taken'),
      started: uint(16).reset(0),
      set: uint(SET_W).reset(HQ).doc('set of the tap program and row table'),
    });
    const settled = b.let(
      'settled',
      headerField(io.s_header.data, 'flush').or(h.res).asBool().not().or(pass.started.eq(io.passes_done)),
    );
    const offer = b.let(
      'offer',
      io.enable.and(io.s_header.valid).and(pass.running.not()).and(pass.quiet.eq(0)).and(settled),
    );
    const take = b.let('take', offer.and(io.m_cfg.ready));
    b.assign(io.s_header.ready, take);
    b.assign(io.m_cfg.valid, offer);
    b.assign(io.m_cfg.data, io.s_header.data);
    b.next(pass.start, take);
    b.when(take, () => {
      b.next(header, io.s_header.data);
      b.next(pass.started, pass.started.inc());
      b.next(pass.set, pass.set.inc());
    });

    b.comment('tap programs and row tables of the passes that are read ahead, and of the one that runs');
    const taps = b.memory('taps', uint(16), TMAX.times(sets(HQ)));
    const table = b.memory('rowTable', uint(32), KMAX.times(sets(HQ)));
    taps.write(io.tap_address, io.tap_data, io.tap_write);
    table.write(io.row_address, io.row_data, io.row_write);

    b.comment('the next row');
    const next = b.stream('next', rowBundle(M));
    const firstEntry = b.wire('firstEntry', uint(5));
    const lastEntry = b.wire('lastEntry', uint(5));
    b.instance(
      'rows',
      EngineRows,
      { G, M, D },
      {
        ...{ start: pass.start, header, first_row: firstEntry, last_row: lastEntry },
        first_entry: table.read(cat(firstEntry.truncate(ROW_W), pass.set)),
        last_entry: table.read(cat(lastEntry.truncate(ROW_W), pass.set)),
        ...{ m_row: next, empty: io.row_empty },
      },
    );

    b.comment('this row, and the step of it that is issued next');
    const row = stageRegs(b, 'OfRow', rowTypes(M));
    const r = b.regs({
      rowValid: bool().reset(0),
      opensRow: bool().doc('first step of the row'),
      first: bool().doc('first step of a tile'),
      last: bool().doc('last step of a tile'),
      opensGroup: bool().doc('first step of a group'),
      rowEnds: bool().doc('the tile is the last one of the row'),
      left: uint(16).doc('steps of the tile behind this one'),
      tap: uint(6),
      tapEnds: bool().doc('the tap is the last one'),
      word: uint(16).doc('weight word, counted in the chunk'),
      slice: uint(SLICE_W).doc('slice that a depthwise step takes its weight from'),
      xt: uint(16),
    });
    const ring = b.regs({
      here: uint(HERE_W).reset(0).doc('words that have come since the beginning of the chunk'),
      base: uint(COUNT_W).reset(0).doc('words in front of the chunk, since reset'),
      place: uint(RING_W).reset(0).doc('where the chunk begins'),
      passBase: uint(COUNT_W).reset(0).doc('the same for the first chunk of the pass'),
      passPlace: uint(RING_W).reset(0),
      written: uint(COUNT_W).reset(0),
    });
    const out = b.regs({
      drain: uint(11).reset(0).doc('cycles until the drain is free'),
      credits: uint(CREDIT_W).reset(YD).doc('groups for which the output has room'),
      params: uint(widthFor(PQ)).reset(0).doc('weight tiles whose parameters are there'),
    });

    b.comment('the issue decision');
    // A chunk may end before its last words are there, where the last kernel row is not used: then `here` is negative.
    const hasWord = b.let(
      'hasWord',
      weighted.not().or(
        r.word
          .extend(HERE_W.plus(16))
          .asSInt()
          .lt(ring.here.asSInt().extend(HERE_W.plus(16))),
      ),
    );
    const hasRows = b.let(
      'hasRows',
      r.opensRow.and(h.tokCheck.asBool()).and(io.x_tokens.subWrap(row.need).bit(15)).not(),
    );
    const takesParams = b.let('takesParams', r.opensRow.and(row.opens).and(h.planes.anyOne()));
    const hasParams = b.let('hasParams', takesParams.and(out.params.eq(0)).not());
    const sends = b.let('sends', row.last_chunk.and(h.dstAxis.asBool()));
    const room = b.let('room', out.credits.ge(row.groups.extend(CREDIT_W)));
    const drained = b.let('drained', r.last.not().or(out.drain.eq(0).and(sends.not().or(room))));
    const adds = b.let(
      'adds',
      r.last.and(row.last_chunk).and(h.res.asBool()),
      'residual words meet the sums of this tile',
    );
    const hasResidual = b.let('hasResidual', adds.and(io.res_ready.not()).not());
    const ready = b.let('ready', hasWord.and(hasRows).and(hasParams).and(drained).and(hasResidual));
    const issue = b.let('issue', r.rowValid.and(ready));
    const tileEnds = b.let('tileEnds', issue.and(r.last));
    b.assign(io.res_taken, issue.and(adds));
    const rowEnds = b.let('rowEnds', tileEnds.and(r.rowEnds));
    const load = b.let('load', next.valid.and(rowEnds.or(r.rowValid.not())));
    b.assign(next.ready, rowEnds.or(r.rowValid.not()));

    b.comment('from step to step');
    const oneTap = b.let('oneTap', h.NT.eq(1));
    const oneTile = b.let('oneTile', h.XT.eq(1));
    const wordEnds = b.let('wordEnds', dense.or(r.tapEnds).or(r.slice.eq(G.minus(1))), 'another word follows');
    b.when(issue, () => {
      b.next(r.opensRow, 0);
      b.next(r.first, 0);
      b.next(r.opensGroup, r.tapEnds);
      b.next(r.left, r.left.dec());
      b.next(r.last, r.left.eq(1));
      b.next(r.tap, r.tapEnds.mux(b.constant(uint(6), 0), r.tap.inc()));
      b.next(r.tapEnds, r.tapEnds.mux(oneTap, r.tap.inc().inc().eq(h.NT)));
      b.when(wordEnds.and(weighted), () => b.next(r.word, r.word.inc()));
      b.next(r.slice, wordEnds.mux(b.constant(uint(SLICE_W), 0), r.slice.inc()));
    });
    b.when(tileEnds, () => {
      b.next(r.first, 1);
      b.next(r.left, row.left);
      b.next(r.last, row.left.eq(0));
      b.next(r.word, row.word);
      b.next(r.xt, r.xt.inc());
      b.next(r.rowEnds, r.xt.inc().inc().eq(h.XT));
    });
    b.when(rowEnds, () => b.next(r.rowValid, 0));
    const from = next.data;
    b.when(load, () => {
      for (const key of Object.keys(row) as (keyof typeof row)[]) b.next(row[key] as Sig<UInt>, from[key] as Sig<UInt>);
      b.next(r.rowValid, 1);
      b.next(r.opensRow, 1);
      b.next(r.first, 1);
      b.next(r.last, from.left.eq(0));
      b.next(r.opensGroup, 0);
      b.next(r.rowEnds, oneTile);
      b.next(r.left, from.left);
      b.next(r.tap, 0);
      b.next(r.tapEnds, oneTap);
      b.next(r.word, from.word);
      b.next(r.slice, 0);
      b.next(r.xt, 0);
    });
    const passEnds = b.let('passEnds', rowEnds.and(row.last_row));
    b.when(passEnds, () => {
      b.next(pass.running, 0);
      b.next(pass.quiet, 4);
    }).elseWhen(pass.quiet.ne(0), () => b.next(pass.quiet, pass.quiet.dec()));
    b.when(take, () => b.next(pass.running, 1));

    b.comment('drain, room of the output, parameters');
    b.when(tileEnds, () => b.next(out.drain, row.drain)).elseWhen(out.drain.ne(0), () =>
      b.next(out.drain, out.drain.dec()),
    );
    const spent = tileEnds.and(sends).mux(row.groups.extend(CREDIT_W), b.constant(uint(CREDIT_W), 0));
    b.next(out.credits, out.credits.addWrap(io.credit.asUInt().extend(CREDIT_W)).subWrap(spent));
    const paramsTaken = b.let('paramsTaken', issue.and(takesParams));
    b.when(io.params_full.and(paramsTaken.not()), () => b.next(out.params, out.params.inc())).elseWhen(
      paramsTaken.and(io.params_full.not()),
      () => b.next(out.params, out.params.dec()),
    );

    b.comment('the ring: where the chunk begins, and how much of it is there');
    const written = b.let('written', io.ring_write.mux(ring.written.inc(), ring.written));
    b.next(ring.written, written);
    const chunkEnds = b.let('chunkEnds', rowEnds.and(row.ends).and(weighted));
    const words = b.let('chunkWords', count(h.wWords));
    const behind = b.let('behind', ring.place.extend(COUNT_W.plus(1)).addWrap(words.extend(COUNT_W.plus(1))));
    const reuse = headerField(io.s_header.data, 'wReuse').asBool();
    const here = b.let('hereNow', ring.here.addWrap(io.ring_write.asUInt().extend(HERE_W)));
    b.next(ring.here, here);
    b.when(chunkEnds, () => {
      b.next(ring.here, here.subWrap(words.extend(HERE_W)));
      b.next(ring.base, ring.base.addWrap(words));
      const round = behind.subWrap(b.constant(uint(COUNT_W.plus(1)), WD.minus(1))).dec();
      b.next(ring.place, behind.gt(WD.minus(1)).mux(round, behind).truncate(RING_W));
    });
    b.when(take, () => {
      b.when(reuse, () => {
        b.next(ring.base, ring.passBase);
        b.next(ring.place, ring.passPlace);
      }).otherwise(() => {
        b.next(ring.passBase, ring.base);
        b.next(ring.passPlace, ring.place);
      });
    });
    b.when(pass.start, () => b.next(ring.here, written.subWrap(ring.base).asSInt().extend(HERE_W).asUInt()));

    b.comment('behind the decision: what travels with the step');
    const e = stageRegs(b, 'InStep', {
      valid: bool().reset(0),
      first: bool(),
      last: bool(),
      opensRow: bool(),
      opensGroup: bool(),
      tap: uint(6),
      xt: uint(16),
      place: uint(COUNT_W.plus(1)).doc('place in the ring, not yet brought round'),
      slice: uint(SLICE_W),
      freesWord: bool(),
      freesChunk: bool(),
      freed: uint(COUNT_W).doc('words in front of the step'),
    });
    const given = stageRegs(b, 'Given', rowTypes(M));
    for (const key of Object.keys(given) as (keyof typeof given)[])
      b.next(given[key] as Sig<UInt>, row[key] as Sig<UInt>);
    const keeps = h.wKeep.asBool();
    const frees = b.let(
      'frees',
      issue.and(r.rowEnds).and(row.ends).and(weighted).and(keeps.not()),
      'in the last tile of a chunk',
    );
    b.next(e.valid, issue);
    b.next(e.first, r.first);
    b.next(e.last, r.last);
    b.next(e.opensRow, r.opensRow);
    b.next(e.opensGroup, r.opensGroup);
    b.next(e.tap, r.tap);
    b.next(e.xt, r.xt);
    b.next(e.place, ring.place.extend(COUNT_W.plus(1)).addWrap(count(r.word).extend(COUNT_W.plus(1))));
    b.next(e.slice, r.slice);
    b.next(e.freesWord, frees.and(wordEnds));
    b.next(e.freesChunk, frees.and(r.last));
    b.next(e.freed, ring.base.addWrap(r.last.mux(words, count(r.word))));
    const g = stageRegs(b, 'Behind', { freed: uint(COUNT_W).reset(0), place: uint(RING_W), slice: uint(SLICE_W) });
    b.when(take.and(reuse.not()), () => b.next(g.freed, ring.base))
      .elseWhen(e.freesChunk, () => b.next(g.freed, e.freed))
      .elseWhen(e.freesWord, () => b.next(g.freed, e.freed.inc()));
    const around = e.place.subWrap(b.constant(uint(COUNT_W.plus(1)), WD.minus(1))).dec();
    b.next(g.place, e.place.gt(WD.minus(1)).mux(around, e.place).truncate(RING_W));
    b.next(g.slice, e.slice);
    const freed = b.reg('freed', vec(FREE.minus(2), uint(COUNT_W)).reset(0));
    b.genFor('later', FREE.minus(2), (k) => {
      b.genIf(
        'head',
        natEq(k, 0),
        () => b.next(freed.at(k), g.freed),
        () => b.next(freed.at(k), freed.at(k.minus(1))),
      );
    });
    b.assign(io.ring_freed, freed.at(FREE.minus(3)));

    const a = b.instance(
      'addresses',
      EngineAddresses,
      { P, G, M },
      {
        ...{ header, valid: e.valid, first: e.first, opens_row: e.opensRow, opens_group: e.opensGroup, xt: e.xt },
        ...{ tap: taps.read(cat(e.tap.truncate(TAP_W), pass.set)), kh: given.kh, low: given.low, high: given.high },
        ...{ ci: given.ci, bank: given.bank, bank0: given.bank0, block0: given.block0, offA: given.offA },
        ...{ offB: given.offB, slotB: given.slotB, exist: given.exist },
      },
    );
    const late = (name: string, value: Sig<UInt>, steps: number): Sig<UInt> =>
      b.instance(name, EngineDelay, { W: value.type.width, STEPS: steps }, { d: value }).q;
    const flag = (name: string, value: Sig<Bool>) => late(name, value.asUInt(), 5).asBool();
    const valid = b.reg('valid', uint(4).reset(0).doc('steps on their way, the newest in bit 0'));
    b.next(valid, cat(valid.bits(0, 3), e.valid.asUInt()));
    const stepValid = b.reg('stepValid', bool().reset(0));
    b.next(stepValid, valid.bit(3));
    const ofPass = stageRegs(b, 'OfPass', {
      op: uint(2),
      pad: uint(16),
      unsigned: bool(),
      weighted: bool(),
      scatter: uint(3),
    });
    b.next(ofPass.op, h.op);
    b.next(ofPass.pad, h.pad);
    b.next(ofPass.unsigned, h.inUnsigned.asBool());
    b.next(ofPass.weighted, weighted);
    b.next(ofPass.scatter, h.dstXram.asBool().mux(h.ySW, b.constant(uint(3), 1)));
    b.assign(io.step_valid, stepValid);
    b.assign(io.step_first, flag('first_later', e.first));
    b.assign(io.step_last, flag('last_later', e.last));
    b.assign(io.step_op, ofPass.op);
    b.assign(io.step_tap, a.tap_op);
    b.assign(io.step_read, a.read);
    b.assign(io.step_live, a.slice_live);
    b.assign(io.step_bank, a.slice_bank);
    b.assign(io.step_address, a.slice_address);
    b.assign(io.step_low, a.lane_low);
    b.assign(io.step_high, a.lane_high);
    b.assign(io.step_weight, late('place_later', g.place, 4));
    b.assign(io.step_byte, late('slice_later', g.slice, 4));
    b.assign(io.step_groups, late('groups_later', given.groups, 5));
    b.assign(io.step_pad, ofPass.pad);
    b.assign(io.step_unsigned, ofPass.unsigned);
    b.assign(io.step_has_weights, ofPass.weighted);
    b.assign(io.step_scatter, ofPass.scatter);

    b.comment('why no step is issued; of several reasons the first one counts');
    b.assign(io.running, pass.running);
    const waits = b.let('waits', r.rowValid.and(ready.not()));
    const cause = (...before: Sig<Bool>[]) => before.reduce((all, each) => all.and(each), waits);
    b.assign(
      io.stalled,
      cat(
        pass.running.and(r.rowValid.not()).asUInt(),
        cause(hasWord, hasRows, hasParams, drained, hasResidual.not()).asUInt(),
        cause(hasWord, hasRows, hasParams, drained.not()).asUInt(),
        cause(hasWord, hasRows, hasParams.not()).asUInt(),
        cause(hasWord, hasRows.not()).asUInt(),
        cause(hasWord.not()).asUInt(),
      ),
    );
  },
});
