import {
  type Bits,
  bool,
  cat,
  defineModule,
  indexWidth,
  input,
  type NatExpr,
  natGe,
  natParam,
  output,
  requirement,
  type Sig,
  type SInt,
  sint,
  type UInt,
  uint,
  vec,
  widthFor,
} from '../../hdl/index.js';
import { type BitField } from '../bit-fields.js';
import { tapTable } from '../tap.js';
import { headerBits, headerFields } from './header-fields.js';
import { rowTypes } from './row-bundle.js';
import { stageRegs } from './stage.js';

/** Fields of a row that addresses are made from. */
const rowFields = (M: NatExpr) => {
  const { kh, low, high, ci, bank, bank0, block0, offA, offB, slotB, exist } = rowTypes(M);
  return { kh, low, high, ci, bank, bank0, block0, offA, offB, slotB, exist };
};

type Inputs<F extends Readonly<Record<string, Bits>>> = { readonly [K in keyof F]: ReturnType<typeof input<F[K]>> };

function inputs<F extends Readonly<Record<string, Bits>>>(fields: F): Inputs<F> {
  return Object.fromEntries(Object.entries(fields).map(([key, type]) => [key, input(type)])) as Inputs<F>;
}

/**
 * What the slices read in a step, for the X-RAM: banks, addresses, lanes. Feed-forward behind the issue decision; state moves only
 * with valid steps, so that bubbles do no harm.
 */
export const EngineAddresses = defineModule({
  name: 'engine_addresses',
  doc: `banks, addresses and lanes of the steps of the sequencer

Slice 0 of a group stands at a pair (kernel row, channel), the slices behind it at the next pairs; where the
channels of the chunk end they go on in the next kernel row (h_wrap) or do not exist. Going on by G channels
or to the next kernel row is an addition and a conditional subtraction. A pair that does not exist, or whose
row lies outside of the input, is not live. Lanes low .. high - 1 hold pixels of the input, the
others padding; there are none where a pass that is not dense has no row.
Feed-forward: outputs of a step 5 cycles after its inputs; bubbles keep the state.`,
  params: {
    P: natParam({ default: 7, min: 1, max: 64, doc: 'pixels of a word' }),
    G: natParam({ default: 3, min: 1, max: 16, doc: 'slices' }),
    M: natParam({ default: 32, min: 1, max: 256, doc: 'banks' }),
  },
  requires: ({ G, M }) => [
    requirement(natGe(M, G), 'slices of a group read different banks'),
    requirement(natGe(indexWidth(M).plus(1), widthFor(G)), 'they are numbered like banks'),
    requirement(natGe(16, G), 'limit of G'),
  ],
  ports: ({ P, G, M }) => ({
    header: input(uint(headerBits)),
    valid: input(bool(), 'a step'),
    first: input(bool(), 'first step of a tile'),
    opens_row: input(bool(), 'first step of an output row'),
    opens_group: input(bool(), 'first step of a group, behind the first one of a tile'),
    xt: input(uint(16), 'tile of P pixels in the row'),
    tap: input(uint(16), 'entry of the tap program'),
    ...inputs(rowFields(M)),
    tap_op: output(uint(2)),
    read: output(bool(), 'live slices read a word'),
    slice_live: output(uint(G), 'slices that have a row and a channel'),
    slice_bank: output(uint(G.times(indexWidth(M)))),
    slice_address: output(uint(G.times(20))),
    lane_low: output(uint(widthFor(P))),
    lane_high: output(uint(widthFor(P))),
  }),
  body(b, io, { P, G, M }) {
    const BANK_W = b.localparam('BANK_W', indexWidth(M));
    const SLICE_W = b.localparam('SLICE_W', indexWidth(G));
    const LANE_W = b.localparam('LANE_W', widthFor(P));
    const h = headerFields(b, io.header, [
      ...(['op', 'wrap', 'W', 'wMod', 'Cc', 'cMod', 'xBase', 'xRow', 'xBlk', 'xPhase', 'xRing'] as const),
    ]);
    b.unused('channels', h.cMod);
    const word = (value: number) => b.constant(uint(16), value);
    const bankOf = (value: Sig<UInt>) => value.extend(BANK_W.plus(value.type.width)).truncate(BANK_W);
    const bankNumber = (value: NatExpr) => b.constant(uint(BANK_W.plus(1)), value);
    /** `sum` modulo M for sums below 2 * M. */
    const banked = (name: string, sum: Sig<UInt>) => {
      const over = b.let(`${name}Over`, sum.gt(M.minus(1)));
      const rest = over.mux(sum.subWrap(bankNumber(M.minus(1))).dec(), sum);
      return { over, bank: rest.truncate(BANK_W) };
    };
    const tapField = (entry: Sig<UInt>, { low, width }: BitField) => entry.bits(low, width);
    const dense = b.let('dense', h.op.eq(0));
    const wraps = b.let('wraps', h.wrap.asBool());

    b.comment('constants of the pass; they are stable long before its first step');
    const c = b.regs({
      spare: sint(17).doc('Cc - G'),
      straddle: uint(BANK_W).doc('(G - Cc) mod M: from a group to the one that straddles'),
      phaseTwo: uint(16).doc('offsets of phases 2 and 3'),
      phaseThree: uint(16),
      fewer: uint(16).doc('pixels of a row in the phases that have one fewer'),
    });
    const G_WORD = b.constant(sint(17), G);
    b.next(c.spare, h.Cc.extend(17).asSInt().subWrap(G_WORD));
    const back = b.let('back', b.constant(uint(BANK_W.plus(1)), G).sub(bankOf(h.cMod).extend(BANK_W.plus(1))));
    const backUp = b.let('backUp', back.lt(0).mux(back.addWrap(b.constant(back.type, M.minus(1))).inc(), back));
    const backDown = backUp
      .gt(b.constant(back.type, M.minus(1)))
      .mux(backUp.subWrap(b.constant(back.type, M.minus(1))).dec(), backUp);
    b.next(c.straddle, backDown.truncate(BANK_W).asUInt());
    b.next(c.phaseTwo, h.xPhase.addWrap(h.xPhase));
    b.next(c.phaseThree, c.phaseTwo.addWrap(h.xPhase));
    b.next(c.fewer, h.W.dec());

    b.comment('step 1: where slice 0 stands');
    const s1 = stageRegs(b, '1', {
      valid: bool().reset(0),
      first: bool(),
      opensGroup: bool(),
      over: bool().doc('the group begins behind the last channel'),
      carry: bool().doc('the group begins in the next block of banks'),
      kh: uint(6),
      ci: uint(16),
      bank: uint(BANK_W),
      offA: uint(16),
      offB: uint(16),
      slotB: uint(16),
      pixel: uint(22).doc('first pixel of the tile'),
      xt: uint(16),
      tap: uint(16),
      low: uint(6),
      high: uint(6),
      bank0: uint(BANK_W),
      block0: uint(16),
      exist: uint(16),
    });
    const past = b.let(
      'past',
      s1.ci.extend(17).asSInt().sub(c.spare),
      'channel of the next group, counted behind the last one',
    );
    const over = b.let('over', past.ge(0).or(dense.not()));
    const onward = banked('onward', s1.bank.add(b.constant(uint(BANK_W), G.minus(1))).inc());
    const around = banked('around', s1.bank.add(c.straddle));
    const ringEnds = b.let('ringEnds', s1.slotB.eq(h.xRing.dec()));
    const above = b.let('above', s1.kh.lt(s1.low), 'the row below lies above the input or is its first one');
    b.next(s1.valid, io.valid);
    b.when(io.valid, () => {
      b.next(s1.first, io.first);
      b.next(s1.opensGroup, io.opens_group);
      b.next(s1.xt, io.xt);
      b.next(s1.tap, io.tap);
      b.next(s1.low, io.low);
      b.next(s1.high, io.high);
      b.next(s1.bank0, io.bank0);
      b.next(s1.block0, io.block0);
      b.next(s1.exist, io.exist);
      b.next(s1.over, over);
      b.next(s1.carry, onward.over);
      b.when(io.first, () => {
        b.next(s1.kh, io.kh);
        b.next(s1.ci, io.ci);
        b.next(s1.bank, io.bank);
        b.next(s1.offA, io.offA);
        b.next(s1.offB, io.offB);
        b.next(s1.slotB, io.slotB);
        b.next(s1.pixel, io.opens_row.mux(b.constant(uint(22), 0), s1.pixel.addWrap(b.constant(uint(22), P))));
      }).elseWhen(io.opens_group, () => {
        b.when(over, () => {
          b.next(s1.ci, wraps.mux(past.asUInt().truncate(16), word(0)));
          b.next(s1.bank, wraps.mux(around.bank, s1.bank0));
          b.next(s1.kh, s1.kh.inc());
          b.next(s1.offA, s1.offB);
          b.when(above.not(), () => {
            b.next(s1.offB, ringEnds.mux(word(0), s1.offB.addWrap(h.xRow)));
            b.next(s1.slotB, ringEnds.mux(word(0), s1.slotB.inc()));
          });
        }).otherwise(() => {
          b.next(s1.ci, s1.ci.addWrap(word(0).addWrap(b.constant(uint(16), G))));
          b.next(s1.bank, onward.bank);
        });
      });
    });

    b.comment('step 2: its block; what is left of the channels; pixels');
    const SMALL = 31;
    const small = (value: Sig<SInt>) => {
      const least = value.lt(0).mux(b.constant(uint(5), 0), value.truncate(5).asUInt());
      return value.gt(SMALL).mux(b.constant(uint(5), SMALL), least);
    };
    const s2 = stageRegs(b, '2', {
      valid: bool().reset(0),
      block: uint(16),
      block0: uint(16),
      bank: uint(BANK_W),
      bank0: uint(BANK_W),
      offA: uint(16),
      offB: uint(16),
      room: uint(5).doc('channels to the end of the chunk'),
      left: uint(5).doc('channels that exist, from here'),
      anew: uint(5).doc('channels that exist, from the first one'),
      liveA: bool(),
      liveB: bool(),
      column: sint(18).doc('word in the row'),
      pixel: sint(23).doc('pixel of lane 0'),
      width: uint(16).doc('pixels of the row in this phase'),
      phase: uint(16).doc('offset of the phase'),
      op: uint(2),
      read: bool(),
    });
    b.next(s2.valid, s1.valid);
    const phase = b.let('phase', tapField(s1.tap, tapTable.phase));
    const blockUp = b.let('blockUp', s1.bank.lt(s1.bank0).and(wraps), 'the straddling group begins in the next block');
    const blockTurn = s1.block0.addWrap(blockUp.mux(h.xBlk, word(0)));
    const blockOn = s2.block.addWrap(s1.carry.mux(h.xBlk, word(0)));
    b.when(s1.valid, () => {
      b.when(s1.first, () => b.next(s2.block, s1.block0)).elseWhen(s1.opensGroup, () =>
        b.next(s2.block, s1.over.mux(blockTurn, blockOn)),
      );
    });
    b.next(s2.block0, s1.block0);
    b.next(s2.bank, s1.bank);
    b.next(s2.bank0, s1.bank0);
    b.next(s2.offA, s1.offA);
    b.next(s2.offB, s1.offB);
    b.next(s2.room, small(h.Cc.sub(s1.ci)));
    b.next(s2.left, small(s1.exist.sub(s1.ci)));
    b.next(s2.anew, small(s1.exist.extend(17).asSInt()));
    b.next(s2.liveA, s1.kh.gt(s1.low).and(s1.kh.le(s1.high)));
    b.next(s2.liveB, s1.kh.ge(s1.low).and(s1.kh.lt(s1.high)));
    b.next(s2.column, s1.xt.extend(17).asSInt().add(tapField(s1.tap, tapTable.dword).asSInt()));
    b.next(s2.pixel, s1.pixel.asSInt().add(tapField(s1.tap, tapTable.offset).asSInt()));
    b.next(s2.width, h.wMod.anyOne().and(phase.ge(h.wMod)).mux(c.fewer, h.W));
    b.next(s2.phase, phase.bit(1).mux(phase.bit(0).mux(c.phaseThree, c.phaseTwo), phase.bit(0).mux(h.xPhase, word(0))));
    b.next(s2.op, tapField(s1.tap, tapTable.op));
    b.next(s2.read, tapField(s1.tap, tapTable.read).asBool());
    b.unused('tap', cat(tapField(s1.tap, tapTable.last), phase.bits(2, 1)));

    b.comment('steps 3 to 5: each slice by itself');
    const s3 = stageRegs(b, '3', {
      offA: uint(16).doc('row and block of slices in front of the end of the chunk'),
      offB: uint(16).doc('and of those behind it'),
      column: sint(18),
      low: sint(24),
      high: sint(24),
      dead: bool().doc('the row of a step that is not dense lies outside of the input'),
      op: uint(2),
      read: bool(),
    });
    b.next(s3.offA, s2.offA.addWrap(s2.block));
    b.next(s3.offB, s2.offB.addWrap(s2.block0));
    b.next(s3.column, s2.column.addWrap(s2.phase.extend(18).asSInt()));
    b.next(s3.low, s2.pixel.neg());
    b.next(s3.high, s2.width.extend(23).asSInt().sub(s2.pixel));
    b.next(s3.dead, s2.liveA.or(dense).not());
    b.next(s3.op, s2.op);
    b.next(s3.read, s2.read.and(s2.valid));
    const s4 = stageRegs(b, '4', {
      column: uint(20),
      low: uint(LANE_W),
      high: uint(LANE_W),
      op: uint(2),
      read: bool(),
    });
    const clamped = (value: Sig<SInt>) => {
      const least = value.lt(0).mux(b.constant(uint(LANE_W), 0), value.truncate(LANE_W).asUInt());
      return value.gt(P).mux(b.constant(uint(LANE_W), P), least);
    };
    b.next(s4.column, s3.column.extend(20).asUInt().addWrap(h.xBase));
    b.next(s4.low, clamped(s3.low));
    b.next(s4.high, s3.dead.mux(b.constant(uint(LANE_W), 0), clamped(s3.high)));
    b.next(s4.op, s3.op);
    b.next(s4.read, s3.read);
    const s5 = stageRegs(b, '5', { low: uint(LANE_W), high: uint(LANE_W), op: uint(2), read: bool() });
    b.next(s5.low, s4.low);
    b.next(s5.high, s4.high);
    b.next(s5.op, s4.op);
    b.next(s5.read, s4.read);

    const slices = b.wires({ lives: vec(G, bool()), banks: vec(G, uint(BANK_W)), places: vec(G, uint(20)) });
    b.genFor('slice', G, (g) => {
      const number = b.let('number', b.constant(uint(SLICE_W), g).extend(SLICE_W.plus(5)).truncate(5));
      const behind = b.let('behind', s2.room.le(number), 'beyond the end of the chunk');
      const rest = b.let('rest', number.subWrap(s2.room), 'channel behind the end');
      const here = b.let('here', s2.bank.add(bankOf(number)));
      const there = b.let('there', s2.bank0.add(bankOf(rest)));
      const place = banked('place', behind.mux(there, here));
      const r3 = stageRegs(b, 'Slice3', { live: bool(), behind: bool(), carry: bool(), bank: uint(BANK_W) });
      b.next(r3.live, behind.mux(s2.liveB.and(wraps).and(rest.lt(s2.anew)), s2.liveA.and(s2.left.gt(number))));
      b.next(r3.behind, behind);
      b.next(r3.carry, place.over);
      b.next(r3.bank, place.bank);
      const r4 = stageRegs(b, 'Slice4', { live: bool(), bank: uint(BANK_W), offset: uint(16) });
      b.next(r4.live, r3.live);
      b.next(r4.bank, r3.bank);
      b.next(r4.offset, r3.behind.mux(s3.offB, s3.offA).addWrap(r3.carry.mux(h.xBlk, word(0))));
      const r5 = stageRegs(b, 'Slice5', { live: bool(), bank: uint(BANK_W), address: uint(20) });
      b.next(r5.live, r4.live);
      b.next(r5.bank, r4.bank);
      b.next(r5.address, s4.column.addWrap(r4.offset.extend(20)));
      b.assign(slices.lives.at(g), r5.live);
      b.assign(slices.banks.at(g), r5.bank);
      b.assign(slices.places.at(g), r5.address);
    });
    b.assign(io.tap_op, s5.op);
    b.assign(io.read, s5.read);
    b.assign(io.slice_live, slices.lives.pack());
    b.assign(io.slice_bank, slices.banks.pack());
    b.assign(io.slice_address, slices.places.pack());
    b.assign(io.lane_low, s5.low);
    b.assign(io.lane_high, s5.high);
  },
});
