import {
  type Bool,
  bool,
  bundle,
  cat,
  defineModule,
  enumOf,
  indexWidth,
  input,
  nat,
  natEq,
  type NatExpr,
  natGe,
  natGt,
  natParam,
  output,
  requirement,
  type Sig,
  sink,
  sint,
  source,
  type UInt,
  uint,
  widthFor,
} from '../../hdl/index.js';
import { RegisteredRam } from '../../blocks/memory/registered-ram.js';
import { Fifo } from '../../blocks/stream/index.js';
import { Gearbox } from '../../blocks/stream/gearbox.js';
import { type HeaderField, headerMagic, headerWords } from '../header.js';
import { headerRules, productRules, ruleNumbers } from '../header-rules.js';
import { brokenRules } from './header-check.js';
import { EngineHeaderProducts } from './header-products.js';
import { headerBits, headerField } from './header-fields.js';
import { programParams } from './program-params.js';
import { parameterSetWidth, setEntryWidth, setRules, setWidth } from './sets.js';

const stateOf = {
  head: 0,
  check: 1,
  judge: 2,
  taps: 3,
  rows: 4,
  quiet: 5,
  entries: 6,
  tile: 7,
  plane: 8,
  words: 9,
  end: 10,
  failed: 11,
} as const;
const states = Object.keys(stateOf) as (keyof typeof stateOf)[];

/** Codes of `error_code`. */
export const weightPortErrors = { none: 0, magic: 1, limits: 2, early: 3, missing: 4 } as const;

/** Parser of the weight stream: headers, tap programs, row tables, tables, parameters, and the ring of weight words. */
export const EngineWeightPort = defineModule({
  name: 'engine_weight_port',
  doc: `parser of the weight stream: headers, taps, row tables, parameters, and the ring of weight words

One packet is a pass. Its header is checked before its pass is offered; a wrong magic, a limit or a
contradiction, or tlast where the header does not say it, stops the port for good: error_code, error_rule
and error_place say why and where, and only a reset starts it again. A packet without tlast never makes a
complete pass: its last word, or parameters, or header are kept back until tlast has been seen.
Headers are offered when taps, row table and table are complete and engine_header_products is done (19
cycles behind the last word of the header), HQ of them ahead of the pass that runs: the last one waits
in the register that it was read to, the others in a queue, through which each comes a cycle later.
Parameters go to PQ sets in turn, for the weight tile that runs and those behind it; weight words to the ring as long as it has room, which is WD words
behind what ring_freed gave back a cycle before. A word counts from the cycle behind ring_write on.
Takes a beat every cycle within a segment, unless an item is narrower; a read of the ring shows one cycle later.`,
  params: {
    WP: natParam({ default: 128, min: 32, max: 256, doc: 'bits of a beat; a multiple of 32' }),
    WU: natParam({ default: 128, min: 1, doc: 'bits that divide a beat and a weight word' }),
    TU: natParam({ default: 8, min: 1, doc: 'bits that divide a beat and an entry of the table' }),
    W_W: natParam({ default: 768, min: 1, doc: 'bits of a weight word' }),
    G: natParam({ default: 3, min: 1, max: 16, doc: 'slices' }),
    M: natParam({ default: 32, min: 1, max: 256, doc: 'channels of a weight tile' }),
    D: natParam({ default: 4, min: 1, max: 64, doc: 'channels of a group' }),
    XB: natParam({ default: 8, min: 1, max: 16, doc: 'bits of a pixel, and of an entry of the table' }),
    WD: natParam({ default: 1024, min: 2, max: 65536, doc: 'words of the ring' }),
    PD: natParam({ default: 256, max: 65536, doc: 'partial sums; 0: no chunks' }),
    XD: natParam({ default: 1024, min: 2, max: 65536, doc: 'words of a bank of the X-RAM' }),
    ...programParams,
    NTHR: natParam({ default: 0, max: 15, doc: 'thresholds of a channel' }),
    MUL: natParam({ default: 1, max: 1, doc: 'multipliers' }),
    FIXED: natParam({ default: 1, max: 1, doc: 'fixed mode' }),
    LUT: natParam({ default: 1, max: 1, doc: 'table' }),
    ADD: natParam({ default: 1, max: 1, doc: 'residual addition' }),
    DW: natParam({ default: 1, max: 1, doc: 'private windows' }),
    XU: natParam({ default: 1, max: 1, doc: 'unsigned pixels' }),
  },
  requires: ({ WP, WU, TU, W_W, M, D, G, XB, PD, HQ, PQ }) => [
    ...setRules(HQ, PQ),
    requirement(natGe(64, D), 'limit of D'),
    requirement(natGe(65536, PD), 'limit of PD'),
    requirement(natGe(256, M), 'limit of M'),
    requirement(natEq(WP.div(32).times(32), WP), 'a beat has whole parameters'),
    requirement(natEq(WP.div(WU).times(WU), WP), 'WU divides a beat'),
    requirement(natEq(W_W.div(WU).times(WU), W_W), 'WU divides a weight word'),
    requirement(natEq(WP.div(TU).times(TU), WP), 'TU divides a beat'),
    requirement(natEq(XB.div(TU).times(TU), XB), 'TU divides an entry of the table'),
    requirement(natGe(WP.div(TU), 1), 'a beat has an entry'),
    requirement(natGe(XB.div(TU), 1), 'an entry has a unit'),
    requirement(natGe(WP.div(32), 1), 'a beat has a parameter'),
    requirement(natGe(WP.div(WU), 1), 'a beat has a unit'),
    requirement(natGe(W_W.div(WU), 1), 'a weight word has a unit'),
    requirement(natGe(M.div(D), 1), 'a weight tile has a group'),
    requirement(natGe(9, widthFor(M.div(D))), 'limit of groups'),
    requirement(natGe(16, G), 'limit of G'),
    requirement(natGe(16, XB), 'limit of XB'),
  ],
  ports: ({ WP, W_W, M, D, XB, WD, TMAX, KMAX, HQ, PQ }) => ({
    s_axis: sink(bundle({ tdata: uint(WP), tlast: bool() })),
    m_header: source(uint(headerBits), 'headers whose taps and row table are complete'),
    tap_write: output(bool()),
    tap_address: output(uint(setEntryWidth(TMAX, HQ)), '{tap, set}'),
    tap_data: output(uint(16)),
    row_write: output(bool()),
    row_address: output(uint(setEntryWidth(KMAX, HQ)), '{kernel row, set}'),
    row_data: output(uint(32)),
    param_write: output(bool()),
    param_plane: output(uint(5), '0 bias, 1 multiplier, 2 shift, 3 + i threshold i'),
    param_set: output(uint(parameterSetWidth(PQ))),
    param_group: output(uint(indexWidth(M.div(D)))),
    param_data: output(uint(D.times(32))),
    params_full: output(bool(), 'the parameters of a weight tile are complete'),
    param_free: input(bool(), 'a set of parameters is not needed any more'),
    table_write: output(bool()),
    table_address: output(uint(XB)),
    table_data: output(uint(XB)),
    passes_done: input(uint(16), 'passes whose last result is written'),
    ring_write: output(bool(), 'a weight word enters the ring'),
    ring_freed: input(uint(widthFor(WD).plus(1)), 'words that are free again, since reset'),
    ring_address: input(uint(indexWidth(WD))),
    ring_word: output(uint(W_W), 'the word that ring_address said a cycle before'),
    error_code: output(uint(3), '0 none, 1 magic, 2 limits, 3 tlast too early, 4 tlast missing'),
    error_rule: output(uint(7), 'with limits: number of the rule'),
    error_header: output(uint(headerBits), 'the header that came last'),
    error_place: output(uint(32), '{packets before, beats of the packet}'),
  }),
  body(b, io, p) {
    const { WP, WU, TU, W_W, G, M, D, XB, XD, WD, PD, TMAX, KMAX, HQ, PQ, NTHR, MUL, FIXED, LUT, ADD, DW, XU } = p;
    const COUNT_W = b.localparam('COUNT_W', widthFor(WD).plus(1), 'counters of words; a difference has a sign');
    const RING_W = b.localparam('RING_W', indexWidth(WD));
    const GROUPS = b.localparam('GROUPS', M.div(D), 'groups of a full weight tile');
    const GROUP_W = b.localparam('GROUP_W', indexWidth(GROUPS));
    const PLANES = b.localparam('PLANES', NTHR.plus(3), 'parameter planes at most');
    const SET_W = b.localparam('SET_W', setWidth(HQ), 'bits of a set of taps and rows');
    const PSET_W = b.localparam('PSET_W', parameterSetWidth(PQ), 'bits of a set of parameters');
    const SETS_W = b.localparam('SETS_W', widthFor(PQ), 'bits of a number of those');
    const s = io.s_axis;
    const state = b.reg('state', enumOf('state', ...states).startsAt('head'));
    const to = (name: keyof typeof stateOf) => b.next(state, stateOf[name]);
    const r = b.regs({
      header: uint(headerBits).doc('of this packet; stays until it is taken'),
      offered: bool().reset(0).doc('neither the queue nor the sequencer has taken it'),
      set: uint(SET_W).reset(0).doc('set of the tap program and row table'),
      item: uint(16).reset(0).doc('items of the segment that have passed; taps count by themselves'),
      half: bool().reset(0).doc('the upper tap of the item follows'),
      plane: uint(5).reset(0).doc('parameter plane'),
      filled: bool().reset(0).doc('the weight tile has parameters'),
      tile: uint(16).reset(0),
      chunk: uint(16).reset(0),
      paramSet: uint(PSET_W).reset(0),
      paramSets: uint(SETS_W).reset(0).doc('sets in use'),
      lasted: bool().reset(0).doc('tlast has come'),
      packets: uint(16).reset(0),
      beats: uint(16).reset(0),
      error: uint(3).reset(0),
      rule: uint(7).reset(0).doc('that the header breaks'),
      badMagic: bool(),
      broken: uint(headerRules.length + 1).doc('rules that the header breaks'),
    });
    const field = (name: HeaderField) => headerField(r.header, name);
    const units = { PD, NTHR, MUL, FIXED, LUT, ADD, DW, XU };
    b.next(r.badMagic, field('magic').ne(headerMagic));
    b.next(r.broken, brokenRules(b, r.header, { G, M, D, GROUPS, XB, XD, WD, TMAX, KMAX, ...units }));
    const products = b.instance(
      'products',
      EngineHeaderProducts,
      { M, D, PD },
      { start: state.is('check'), header: r.header },
    );

    b.comment(
      'Four ways from beats to items. A segment begins with a beat, so what is left at its end is dropped; in that cycle ' +
        'no beat is taken, since it is of the next segment.',
    );
    const ends = b.wire('ends', bool().doc('the last item of the segment passes'));
    const gear = (name: string, UNIT: NatExpr, OUT: NatExpr, active: Sig<Bool>) => {
      const beats = b.stream(
        `${name}Beats`,
        bundle({ tdata: uint(WP.div(UNIT).times(UNIT)), tlast: bool(), tuser: bool() }),
      );
      const items = b.stream(`${name}s`, bundle({ tdata: uint(OUT.times(UNIT)), tlast: bool(), tuser: bool() }));
      const taking = b.let(`${name}Takes`, active.and(ends.not()));
      b.assign(beats.valid, taking.and(s.valid).and(r.lasted.not()));
      b.assign(beats.data.tdata, s.data.tdata);
      b.assign(beats.data.tlast, 0);
      b.assign(beats.data.tuser, 0);
      b.instance(`${name}Gear`, Gearbox, { UNIT, IN: WP.div(UNIT), OUT }, { s_axis: beats, m_axis: items, drop: ends });
      b.unused(`${name}Marks`, cat(items.data.tlast.asUInt(), items.data.tuser.asUInt()));
      return { items, wants: taking.and(beats.ready) };
    };
    const takesWord = b.let(
      'takesWord',
      state.is('head').and(r.offered.not()).or(state.is('taps')).or(state.is('rows')),
    );
    const word = gear('word', nat(32), nat(1), takesWord);
    const param = gear('param', nat(32), D, state.is('plane'));
    const weight = gear('weight', WU, W_W.div(WU), state.is('words'));
    const entry = gear('entry', TU, XB.div(TU), state.is('entries'));
    const wants = b.let('wants', word.wants.or(param.wants).or(weight.wants).or(entry.wants), 'a beat is needed');
    b.assign(s.ready, wants.and(r.lasted.not()));

    b.comment('the ring');
    const ring = b.regs({
      write: uint(RING_W).reset(0).doc('place of the next word'),
      written: uint(COUNT_W).reset(0),
      room: bool().reset(0),
    });
    const enters = b.let('enters', weight.items.fire);
    const store = b.instance(
      'ring',
      RegisteredRam,
      { W: W_W, DEPTH: WD },
      {
        ...{ wr_en: enters, wr_addr: ring.write, wr_data: weight.items.data.tdata },
        ...{ rd_en: b.constant(bool(), 1), rd_addr: io.ring_address },
      },
    );
    b.when(enters, () =>
      b.next(ring.write, ring.write.eq(WD.minus(1)).mux(b.constant(uint(RING_W), 0), ring.write.inc())),
    );
    const written = b.let('written', enters.mux(ring.written.inc(), ring.written));
    b.next(ring.written, written);
    // Words may be free before they come: the difference may be negative.
    b.next(
      ring.room,
      written
        .subWrap(io.ring_freed)
        .asSInt()
        .lt(b.constant(sint(COUNT_W), WD)),
    );
    b.assign(io.ring_write, enters);
    b.assign(io.ring_word, store.rd_data);

    b.comment('segments: how many items each has, and what becomes of them');
    const lastTile = b.let('lastTile', r.tile.eq(field('OTN').dec()));
    const tapNow = b.let('tapNow', word.items.valid.and(state.is('taps')));
    const lastTap = b.let('lastTap', r.item.eq(field('NT').extend(16).dec()));
    b.assign(word.items.ready, takesWord.and(state.is('taps').not().or(r.half).or(lastTap)));
    b.assign(param.items.ready, state.is('plane'));
    const unsure = b.let(
      'unsure',
      lastTile
        .and(r.chunk.eq(field('CHN').dec()))
        .and(r.item.eq(field('wWords').dec()))
        .and(r.lasted.not()),
      'the last word of the packet: it waits for tlast',
    );
    b.assign(weight.items.ready, state.is('words').and(ring.room).and(unsure.not()));
    b.assign(entry.items.ready, state.is('entries'));
    const passes = b.let('passes', word.items.fire.or(param.items.fire).or(enters).or(entry.items.fire));
    const groups = b.let('groups', lastTile.mux(field('gLast'), b.constant(uint(9), GROUPS)));
    const lastItem = b.wire('lastItem', uint(16));
    b.comb(() => {
      b.assign(lastItem, headerWords - 1);
      b.when(state.is('taps'), () => b.assign(lastItem, field('NT').extend(16).dec()))
        .elseWhen(state.is('rows'), () => b.assign(lastItem, field('KH1').extend(16)))
        .elseWhen(state.is('plane'), () => b.assign(lastItem, groups.extend(16).dec()))
        .elseWhen(state.is('words'), () => b.assign(lastItem, field('wWords').dec()));
    });
    const lastEntry = b.let('lastEntry', r.item.truncate(XB).allOnes());
    b.assign(ends, passes.and(state.is('entries').mux(lastEntry, r.item.eq(lastItem))));
    b.when(passes.or(tapNow), () => b.next(r.item, ends.mux(b.constant(uint(16), 0), r.item.inc())));
    b.when(tapNow, () => b.next(r.half, r.half.or(lastTap).not()));

    const legal = b.let('legal', products.done.and(products.broken.eq(0)));
    const header = b.stream('checked', uint(headerBits));
    b.assign(header.valid, r.offered.and(legal));
    b.assign(header.data, r.header);
    b.genIf(
      'ahead',
      natGt(HQ, 1),
      () => {
        const queue = b.instance(
          'headers',
          Fifo,
          { W: headerBits, DEPTH: HQ.minus(1) },
          { s_axis: header, m_axis: io.m_header },
        );
        b.unused('level', queue.level);
      },
      () => b.connect(io.m_header, header),
    );
    b.assign(io.tap_write, tapNow);
    b.assign(io.tap_address, cat(r.item.truncate(indexWidth(TMAX)), r.set));
    b.assign(io.tap_data, r.half.mux(word.items.data.tdata.bits(16, 16), word.items.data.tdata.bits(0, 16)));
    b.assign(io.row_write, word.items.fire.and(state.is('rows')));
    b.assign(io.row_address, cat(r.item.truncate(indexWidth(KMAX)), r.set));
    b.assign(io.row_data, word.items.data.tdata);
    b.assign(io.param_write, param.items.fire);
    b.assign(io.param_plane, r.plane);
    b.assign(io.param_set, r.paramSet);
    b.assign(io.param_group, r.item.extend(GROUP_W.plus(16)).truncate(GROUP_W));
    b.assign(io.param_data, param.items.data.tdata);
    b.assign(io.table_write, entry.items.fire);
    b.assign(io.table_address, r.item.truncate(XB));
    b.assign(io.table_data, entry.items.data.tdata);

    b.comment('which planes and weights a tile has');
    const planes = b.let('planes', field('planes'));
    const present = b.wire('present', bool());
    b.comb(() => {
      b.assign(present, planes.bit(3));
      b.when(r.plane.eq(0), () => b.assign(present, planes.bit(0)))
        .elseWhen(r.plane.eq(1), () => b.assign(present, planes.bit(1)))
        .elseWhen(r.plane.eq(2), () => b.assign(present, planes.bit(2)));
    });
    const complete = b.let('complete', r.plane.eq(PLANES), 'no further plane');
    const carries = b.let('carries', field('hasWeights').asBool().and(field('wReuse').eq(0)));
    const overlong = b.let(
      'overlong',
      lastTile.and(carries.not()).and(r.lasted.not()),
      'parameters are the last of the packet, and it goes on',
    );
    const bare = b.let('bare', planes.eq(0).and(carries.not()).and(r.lasted.not()), 'likewise the header');
    const full = b.let('full', state.is('tile').and(complete).and(r.filled).and(overlong.not()));
    b.assign(io.params_full, full);
    const opens = b.let(
      'opens',
      state.is('tile').and(complete.not()).and(present).and(r.filled.not()).and(r.paramSets.ne(PQ)),
      'the tile takes a set',
    );
    b.when(opens.and(io.param_free.not()), () => b.next(r.paramSets, r.paramSets.inc())).elseWhen(
      io.param_free.and(opens.not()),
      () => b.next(r.paramSets, r.paramSets.dec()),
    );
    const judged = b.let(
      'judged',
      cat(state.is('head').asUInt(), state.is('check').asUInt(), state.is('judge').asUInt()),
    );
    const nextTile = () => {
      b.next(r.plane, 0);
      b.next(r.filled, 0);
      b.next(r.tile, r.tile.inc());
      b.when(lastTile, () => to('end')).otherwise(() => to('tile'));
    };
    const fail = (code: Exclude<keyof typeof weightPortErrors, 'none'>) => {
      b.next(r.error, weightPortErrors[code]);
      to('failed');
    };
    b.when(s.fire, () => {
      b.next(r.lasted, s.data.tlast);
      b.next(r.beats, r.beats.inc());
    });
    b.when(header.fire, () => b.next(r.offered, 0));
    b.switch(state, {
      head: () => {
        b.when(word.items.fire, () => b.next(r.header, cat(word.items.data.tdata, r.header.bits(32, headerBits - 32))));
        b.when(ends, () => to('check'));
      },
      check: () => to('judge'),
      judge: () => {
        b.when(r.badMagic, () => fail('magic'))
          .elseWhen(r.broken.anyOne(), () => {
            fail('limits');
            // The first rule that is broken.
            b.next(
              r.rule,
              [...Array(headerRules.length + 1).keys()].reduceRight<Sig<UInt>>(
                (later, k) => r.broken.bit(k).mux(b.constant(uint(7), ruleNumbers.comparison(k)), later),
                b.constant(uint(7), 0),
              ),
            );
          })
          .otherwise(() => to('taps'));
      },
      taps: () => void b.when(ends, () => to('rows')),
      rows: () => {
        b.when(ends, () => {
          b.next(r.set, r.set.inc());
          b.next(r.tile, 0);
          b.next(r.plane, 0);
          b.next(r.filled, 0);
          b.when(field('lut').asBool(), () => to('quiet'))
            .elseWhen(bare, () => fail('missing'))
            .otherwise(() => {
              b.next(r.offered, 1);
              to('tile');
            });
        });
      },
      quiet: () => void b.when(r.packets.eq(io.passes_done), () => to('entries')),
      entries: () => {
        b.when(ends, () => {
          b.when(bare, () => fail('missing')).otherwise(() => {
            b.next(r.offered, 1);
            to('tile');
          });
        });
      },
      tile: () => {
        b.when(complete.and(overlong), () => fail('missing'))
          .elseWhen(complete, () => {
            b.when(r.filled, () => b.next(r.paramSet, r.paramSet.inc()));
            b.next(r.chunk, 0);
            b.when(carries, () => to('words')).otherwise(nextTile);
          })
          .elseWhen(present.not(), () => b.next(r.plane, r.plane.inc()))
          .elseWhen(r.filled.or(opens), () => {
            b.next(r.filled, 1);
            to('plane');
          });
      },
      plane: () => {
        b.when(ends, () => {
          b.next(r.plane, r.plane.inc());
          to('tile');
        });
      },
      words: () => {
        b.when(ends, () => {
          b.next(r.chunk, r.chunk.inc());
          b.when(r.chunk.eq(field('CHN').dec()), nextTile);
        });
        b.when(unsure.and(weight.items.valid), () => fail('missing'));
      },
      end: () => {
        b.when(r.lasted.not(), () => fail('missing')).elseWhen(products.done, () => {
          b.next(r.lasted, 0);
          b.next(r.beats, 0);
          b.next(r.packets, r.packets.inc());
          to('head');
        });
      },
      failed: () => undefined,
    });
    b.when(wants.and(r.lasted), () => fail('early'));
    b.when(judged.eq(0).and(products.done).and(products.broken.ne(0)).and(r.error.eq(0)), () => {
      fail('limits');
      b.next(
        r.rule,
        productRules
          .slice(1)
          .reduceRight<Sig<UInt>>(
            (later, name, k) => products.broken.bit(k).mux(b.constant(uint(7), ruleNumbers.product(name)), later),
            b.constant(uint(7), 0),
          ),
      );
    });
    b.assign(io.error_code, r.error);
    b.assign(io.error_rule, r.rule);
    b.assign(io.error_header, r.header);
    b.assign(io.error_place, cat(r.packets, r.beats));
  },
});
