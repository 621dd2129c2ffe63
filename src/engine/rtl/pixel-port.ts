import { Gearbox, RegisterSlice } from '../../blocks/stream/index.js';
import {
  bool,
  type Bool,
  type Builder,
  bundle,
  cat,
  defineModule,
  enumOf,
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
  widthFor,
} from '../../hdl/index.js';
import { descriptorMagic, descriptorTable, descriptorWords } from '../descriptor.js';
import { EngineScatter } from './scatter.js';

/** Values of the error output. */
export const pixelErrors = { none: 0, magic: 1, limits: 2, last: 3 } as const;

type Field = keyof typeof descriptorTable;
const descriptorBits = descriptorWords * 32;
const fields = (Object.keys(descriptorTable) as Field[]).filter((field) => field !== 'width');

/** Writes the packets of the pixel stream to the X-RAM. */
export const EnginePixelPort = defineModule({
  name: 'engine_pixel_port',
  doc: `packets of s_axis_x to writes of the X-RAM: a descriptor of 8 words, then rows of groups

Each row starts on a beat of its own. A packet waits until passes_done has reached the number in its
descriptor; each row that is written adds a token. Descriptor, addresses and tlast are checked: after an
error nothing is taken or written until reset, and error says why: 1 magic, 2 limits, 3 tlast too early or
missing. Groups leave at the rate of the port or of the X-RAM, whichever is slower; between a descriptor
and its first group pass 4 cycles.`,
  params: {
    P: natParam({ default: 4, min: 1, doc: 'pixels of a word' }),
    D: natParam({ default: 2, min: 1, doc: 'words of a group' }),
    XB: natParam({ default: 8, min: 1, doc: 'bits of a pixel' }),
    GROUPS: natParam({ default: 4, min: 1, doc: 'bank groups of the X-RAM: M / D' }),
    XD: natParam({ default: 64, min: 2, max: 65536, doc: 'words of a bank' }),
    UNIT: natParam({ default: 32, min: 1, doc: 'bits of a unit: a common divisor of group and beat' }),
    GROUP: natParam({ default: 2, min: 1, doc: 'units of a group: D * P * XB / UNIT' }),
    BEAT: natParam({ default: 4, min: 1, doc: 'units of a beat; a beat has 32, 64, 128 or 256 bits' }),
    BEATS: natParam({ default: 2, min: 1, max: 8, doc: 'beats of a descriptor: 256 / (BEAT * UNIT)' }),
  },
  requires: ({ P, D, XB, GROUPS, XD, UNIT, GROUP, BEAT, BEATS }) => [
    requirement(natEq(UNIT.times(GROUP), D.times(P).times(XB)), 'a group is whole units'),
    requirement(natEq(UNIT.times(BEAT).times(BEATS), 256), 'a descriptor is whole beats'),
    requirement(natGe(8, indexWidth(GROUPS)), 'the descriptor has 8 bits for a bank group'),
    requirement(natGe(20, widthFor(XD)), 'the descriptor has 20 bits for an address'),
  ],
  ports: ({ P, D, XB, GROUPS, UNIT, BEAT }) => ({
    s_axis: sink(bundle({ tdata: uint(UNIT.times(BEAT)), tlast: bool() })),
    passes_done: input(uint(16)),
    tokens: output(uint(16), 'rows that have been written since reset'),
    error: output(uint(4), '0 while all is well'),
    write: source(
      bundle({
        group: uint(indexWidth(GROUPS)),
        address: uint(20),
        lanes: uint(P).doc('pixels that are written'),
        data: uint(D.times(P).times(XB)),
      }),
    ),
  }),
  body(b, io, { P, D, XB, GROUPS, XD, UNIT, GROUP, BEAT, BEATS }) {
    const G_W = b.localparam('G_W', indexWidth(GROUPS), 'bits of a bank group');
    const BEAT_W = b.localparam('BEAT_W', UNIT.times(BEAT), 'bits of a beat');
    const WORDS_W = b.localparam('WORDS_W', UNIT.times(GROUP), 'bits of a group');
    const AT_W = b.localparam('AT_W', widthFor(XD).plus(20), 'bits of an address that is compared');
    const r = b.regs({
      state: enumOf('state', 'descriptor', 'check', 'wait', 'rows', 'failed').startsAt('descriptor'),
      beat: uint(3).reset(0).doc('beat of the descriptor'),
      flat: uint(descriptorBits).doc('the descriptor, word 0 lowest'),
      offset0: uint(20).doc('of the first row'),
      sawLast: bool().doc('tlast has come'),
      error: uint(4).reset(0),
      tokens: uint(16).reset(0),
    });
    const rows = b.let('inRows', r.state.is('rows'));
    b.assign(io.error, r.error);
    b.assign(io.tokens, r.tokens);

    b.comment('s_axis_tready goes outside: nothing reaches it from further than this slice');
    const outer = b.stream('outer', uint(BEAT_W.plus(1)));
    const inner = b.stream('inner', uint(BEAT_W.plus(1)));
    b.assign(outer.valid, io.s_axis.valid);
    b.assign(io.s_axis.ready, outer.ready);
    b.assign(outer.data, cat(io.s_axis.data.tlast.asUInt(), io.s_axis.data.tdata));
    b.instance('slice', RegisterSlice, { W: BEAT_W.plus(1) }, { s_axis: outer, m_axis: inner });
    const data = b.let('data', inner.data.bits(0, BEAT_W));
    const tlast = b.let('tlast', inner.data.bit(BEAT_W));

    const d = Object.fromEntries(
      fields.map((field) => {
        const { word, low, width, doc } = descriptorTable[field];
        return [
          field,
          b.let(`the${field.charAt(0).toUpperCase()}${field.slice(1)}`, r.flat.bits(word * 32 + low, width), doc),
        ];
      }),
    ) as Readonly<Record<Field, Sig<UInt>>>;
    const legal = b.let('legal', allOf(legalConditions(b, d, { GROUPS, XD, AT_W })));

    b.comment('rows: beats to groups, each row from a beat of its own');
    const wide = b.stream('wide', bundle({ tdata: uint(BEAT_W), tlast: bool(), tuser: bool() }));
    const group = b.stream('group', bundle({ tdata: uint(WORDS_W), tlast: bool(), tuser: bool() }));
    const rowEnd = b.wire('rowEnd', bool());
    const packetEnd = b.wire('packetEnd', bool());
    const takes = b.let('takes', rows.and(r.sawLast.not()).and(packetEnd.not()), 'beats are pixels');
    b.assign(wide.valid, inner.valid.and(takes));
    b.assign(inner.ready, r.state.is('descriptor').or(wide.ready.and(takes)));
    b.assign(wide.data.tdata, data);
    b.assign(wide.data.tlast, 0);
    b.assign(wide.data.tuser, 0);
    b.instance('gearbox', Gearbox, { UNIT, IN: BEAT, OUT: GROUP }, { s_axis: wide, m_axis: group, drop: rowEnd });
    b.unused('frames', group.data.tlast.or(group.data.tuser));

    b.comment('loops, the innermost first: group, word, block, phase, row');
    const c = b.regs({
      ...{ k: uint(8), xt: uint(16), block: uint(16), phase: uint(4), row: uint(16) },
      ...{ bank: uint(G_W), over: bool().doc('bank groups began again: the next block') },
      ...{ word: uint(16), part: uint(2), slot: uint(16) },
      ...{ rowAt: uint(20), phaseAt: uint(20), blockAt: uint(20) },
    });
    const begin = b.let('starts', r.state.is('wait'));
    const isLast = (counter: Sig<UInt>, count: Sig<UInt>): Sig<Bool> => counter.inc().eq(count);
    const moves = b.let('moves', group.fire);
    const lastBlock = b.let('lastBlock', isLast(c.block, d.blocks));
    const wordEnd = b.let('wordEnd', moves.and(isLast(c.k, lastBlock.mux(d.groupsLast, d.groups))));
    const blockEnd = b.let('blockEnd', wordEnd.and(isLast(c.xt, d.words)));
    const phaseEnd = b.let('phaseEnd', blockEnd.and(lastBlock));
    b.assign(rowEnd, phaseEnd.and(isLast(c.phase, d.phases)));
    b.assign(packetEnd, rowEnd.and(isLast(c.row, d.rows)));
    const step = (counter: Sig<UInt>, by: Sig<Bool>, ends: Sig<Bool>): void => {
      b.when(begin.or(ends), () => b.next(counter, 0)).elseWhen(by, () => b.next(counter, counter.inc()));
    };
    step(c.k, moves, wordEnd);
    step(c.xt, wordEnd, blockEnd);
    step(c.block, blockEnd, phaseEnd);
    step(c.phase, phaseEnd, rowEnd);
    step(c.row, rowEnd, packetEnd);
    const turn = b.let('turn', c.bank.eq(GROUPS.minus(1)));
    b.when(begin.or(wordEnd), () => {
      b.next(c.bank, d.group0.truncate(G_W));
      b.next(c.over, 0);
    }).elseWhen(moves, () => {
      b.next(c.bank, turn.mux(b.constant(uint(G_W), 0), c.bank.inc()));
      b.next(c.over, c.over.or(turn));
    });
    const lastPart = b.let('lastPart', isLast(c.part.extend(4), d.scatter));
    b.when(begin.or(blockEnd), () => {
      b.next(c.word, 0);
      b.next(c.part, 0);
    }).elseWhen(wordEnd, () => {
      b.next(c.part, lastPart.mux(b.constant(uint(2), 0), c.part.inc()));
      b.when(lastPart, () => b.next(c.word, c.word.inc()));
    });

    const wrapped = b.let('wrapped', isLast(c.slot, d.ring));
    const first = b.let('firstRow', d.base.addWrap(r.offset0));
    const nextRow = b.let('nextRow', wrapped.mux(d.base, c.rowAt.addWrap(d.rowStride.extend(20))));
    const nextPhase = b.let('nextPhase', c.phaseAt.addWrap(d.phaseStride.extend(20)));
    b.when(begin, () => {
      for (const at of [c.rowAt, c.phaseAt, c.blockAt]) b.next(at, first);
      b.next(c.slot, d.slot0);
    })
      .elseWhen(rowEnd, () => {
        for (const at of [c.rowAt, c.phaseAt, c.blockAt]) b.next(at, nextRow);
        b.next(c.slot, wrapped.mux(b.constant(uint(16), 0), c.slot.inc()));
      })
      .elseWhen(phaseEnd, () => {
        for (const at of [c.phaseAt, c.blockAt]) b.next(at, nextPhase);
      })
      .elseWhen(blockEnd, () => b.next(c.blockAt, c.blockAt.addWrap(d.blockStride.extend(20))));

    b.comment('writes; an address outside of the X-RAM is an error');
    const item = b.stream('item', scatterItem(WORDS_W, G_W));
    b.assign(item.valid, group.valid.and(rows));
    b.assign(group.ready, item.ready.and(rows));
    b.assign(item.data.data, group.data.tdata);
    b.assign(item.data.group, c.bank);
    const carry = c.over.mux(d.blockStride, b.constant(uint(16), 0)).extend(20);
    b.assign(item.data.address, c.blockAt.addWrap(c.word.extend(20)).addWrap(carry));
    b.assign(item.data.part, c.part);
    b.assign(item.data.phases, d.scatter.truncate(3));
    b.assign(item.data.stride, d.phaseStride.extend(20));
    b.assign(item.data.write, 1);
    b.assign(item.data.last, rowEnd);
    const { m_axis: w } = b.instance('scatter', EngineScatter, { P, D, XB, A_W: 20, G_W }, { s_axis: item });
    const outside = b.let('outside', w.valid.and(w.data.address.extend(AT_W).ge(b.constant(uint(AT_W), XD))));
    b.assign(io.write.valid, w.valid.and(outside.not()).and(r.state.is('failed').not()));
    b.assign(w.ready, io.write.ready.and(outside.not()).and(r.state.is('failed').not()));
    b.assign(io.write.data.group, w.data.group);
    b.assign(io.write.data.address, w.data.address);
    b.assign(io.write.data.lanes, w.data.lanes);
    b.assign(io.write.data.data, w.data.data);
    b.unused('write', w.data.write);
    b.when(io.write.fire.and(w.data.last), () => b.next(r.tokens, r.tokens.inc()));

    b.comment('packets');
    const starved = b.let(
      'starved',
      rows.and(r.sawLast).and(group.valid.not()),
      'tlast came before the last row was whole',
    );
    const open = b.let('open', packetEnd.and(r.sawLast.not()), 'tlast did not come');
    const due = b.let('due', io.passes_done.subWrap(d.waitDone).bit(15).not(), 'the passes that count are done');
    const fail = (code: number): void => {
      b.next(r.state, pixelStates.failed);
      b.next(r.error, code);
    };
    b.next(r.offset0, d.slot0.mul(d.rowStride).truncate(20));
    b.when(inner.fire, () => b.next(r.sawLast, tlast));
    b.switch(r.state, {
      descriptor: () => {
        b.when(inner.fire, () => {
          b.next(r.flat, cat(data, r.flat).bits(BEAT_W, descriptorBits));
          b.next(r.beat, r.beat.inc());
          b.when(r.beat.extend(4).eq(BEATS.minus(1)), () => {
            b.next(r.beat, 0);
            b.next(r.state, pixelStates.check);
          });
        });
      },
      check: () => {
        b.when(d.magic.ne(descriptorMagic), () => fail(pixelErrors.magic))
          .elseWhen(r.sawLast, () => fail(pixelErrors.last))
          .elseWhen(legal.not(), () => fail(pixelErrors.limits))
          .otherwise(() => b.next(r.state, pixelStates.wait));
      },
      wait: () => {
        b.when(due, () => b.next(r.state, pixelStates.rows));
      },
      rows: () => {
        b.when(outside, () => fail(pixelErrors.limits))
          .elseWhen(starved.or(open), () => fail(pixelErrors.last))
          .elseWhen(packetEnd, () => b.next(r.state, pixelStates.descriptor));
      },
      failed: () => undefined,
    });
  },
});

/** Members of the state in order. */
const pixelStates = { descriptor: 0, check: 1, wait: 2, rows: 3, failed: 4 } as const;

const scatterItem = (WORDS_W: NatExpr, G_W: NatExpr) =>
  bundle({
    ...{ data: uint(WORDS_W), group: uint(G_W), address: uint(20), part: uint(2), phases: uint(3) },
    ...{ stride: uint(20), write: bool(), last: bool() },
  });

function allOf(conditions: readonly Sig<Bool>[]): Sig<Bool> {
  return conditions.reduce((all, each) => all.and(each));
}

/** Ranges of the fields, beside those that their widths give. */
function legalConditions(
  b: Builder,
  d: Readonly<Record<Field, Sig<UInt>>>,
  { GROUPS, XD, AT_W }: Readonly<Record<'GROUPS' | 'XD' | 'AT_W', NatExpr>>,
): Sig<Bool>[] {
  const GROUP_W = b.localparam('GROUP_W', widthFor(GROUPS).plus(8), 'bits of a number of groups that is compared');
  const groups = (field: Field): Sig<UInt> => d[field].extend(GROUP_W);
  const most = b.constant(uint(GROUP_W), GROUPS);
  return [
    ...(['rows', 'blocks', 'words', 'groups', 'groupsLast', 'phases', 'scatter'] as const).map((field) =>
      d[field].ne(0),
    ),
    groups('groups').le(most),
    groups('groupsLast').le(most),
    groups('group0').lt(most),
    d.phases.le(4),
    d.scatter.le(4),
    d.scatter.eq(1).or(d.phases.eq(1)),
    d.slot0.lt(d.ring),
    d.base.extend(AT_W).lt(b.constant(uint(AT_W), XD)),
  ];
}
