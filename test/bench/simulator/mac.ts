/**
 * The benchmark circuit, written with the kit as a user would: an R x C array of int8 multiply-accumulate cells between
 * register slices, with a ping-pong weight memory, enables, an output shift register and a binary XNOR-popcount column.
 */
import { RegisterSlice } from '../../../src/blocks/stream/register-slice.js';
import {
  bool,
  bundle,
  cat,
  defineModule,
  input,
  type NatExpr,
  natLe,
  natParam,
  output,
  requirement,
  type Sig,
  sink,
  sint,
  source,
  type UInt,
  uint,
  type Vec,
  vec,
  widthFor,
} from '../../../src/hdl/index.js';

/** Rows of weights in one bank, uses of a bank, binary cells. */
export const DEPTH = 64;
export const REPEAT = 8;
export const BINARY = 16;

/** One cell: product register, then accumulator. */
const MacCell = defineModule({
  name: 'mac_cell',
  doc: 'multiply-accumulate cell: product register, accumulator; latency 2',
  params: {},
  ports: () => ({
    enableProduct: input(bool()),
    enableSum: input(bool()),
    first: input(bool(), 'the product starts a new sum'),
    a: input(sint(8)),
    b: input(sint(8)),
    sum: output(sint(32)),
  }),
  body(b, io) {
    const r = b.regs({ product: sint(16), sum: sint(32) });
    const term = r.product.extend(32);
    b.when(io.enableProduct, () => b.next(r.product, io.a.mul(io.b)));
    b.when(io.enableSum, () => b.next(r.sum, io.first.mux(term, r.sum.addWrap(term))));
    b.assign(io.sum, r.sum);
  },
});

/** One binary cell: a 64-bit weight handed on to the next cell, and a sum of equal bits. */
const BinaryCell = defineModule({
  name: 'binary_cell',
  doc: 'XNOR-popcount cell whose weights are loaded through a chain of cells',
  params: {},
  ports: () => ({
    loadWeight: input(bool()),
    weightIn: input(uint(64)),
    weightOut: output(uint(64)),
    enable: input(bool()),
    first: input(bool()),
    x: input(uint(64)),
    sum: output(uint(32)),
  }),
  body(b, io) {
    const r = b.regs({ weight: uint(64), sum: uint(32) });
    const matches = b.let('equal_bits', io.x.xor(r.weight).not().popcount().extend(32));
    b.when(io.loadWeight, () => b.next(r.weight, io.weightIn));
    b.when(io.enable, () => b.next(r.sum, io.first.mux(matches, r.sum.addWrap(matches))));
    b.assign(io.weightOut, r.weight);
    b.assign(io.sum, r.sum);
  },
});

const arrayParams = {
  R: natParam({ default: 8, min: 8, doc: 'rows' }),
  C: natParam({ default: 24, min: 8, max: 200, doc: 'columns' }),
};

/** What the array and its twin without loops (`mac-flat.ts`) look like from outside. */
export const arrayPorts = ({ R, C }: { readonly R: NatExpr; readonly C: NatExpr }) => ({
  s_axis: sink(vec(R, sint(8)), 'activations, one element a row'),
  w_axis: sink(vec(C, sint(8)), 'weights, one element a column'),
  m_axis: source(bundle({ tdata: vec(R, sint(32)), tlast: bool(), tuser: uint(32) })),
});

export const MacArray = defineModule({
  name: 'mac_array',
  doc: `R x C int8 multiply-accumulate array with ping-pong weights and an output shift register

All streams are cut by register slices. A result of C columns leaves every ${DEPTH} beats of s_axis.`,
  params: arrayParams,
  ports: arrayPorts,
  body(b, { s_axis, w_axis, m_axis }, { R, C }) {
    const x = b.stream('x', uint(R.times(8)));
    const sliceIn = b.instance('slice_in', RegisterSlice, { W: R.times(8) }, { s_axis: x });
    b.assign(x.valid, s_axis.valid);
    b.assign(s_axis.ready, x.ready);
    b.assign(x.data, s_axis.data.pack());
    const w = b.stream('w', uint(C.times(8)));
    const sliceWeight = b.instance('slice_weight', RegisterSlice, { W: C.times(8) }, { s_axis: w });
    b.assign(w.valid, w_axis.valid);
    b.assign(w_axis.ready, w.ready);
    b.assign(w.data, w_axis.data.pack());
    const act = sliceIn.m_axis;
    const weight = sliceWeight.m_axis;

    b.comment('ping-pong weights: one bank is read while the other fills');
    const weights = b.memory('weights', uint(C.times(8)), 2 * DEPTH);
    const bank = b.regs({
      readBank: uint(1).reset(0),
      writeBank: uint(1).reset(0),
      full: vec(2, bool()).reset(0),
      readRow: uint(6).reset(0),
      writeRow: uint(6).reset(0),
      repeat: uint(3).reset(0),
      swaps: uint(4).reset(0),
      off: vec(C, bool()).reset(0).doc('columns switched off'),
    });
    const enable = b.wire('enable', bool());
    const ready = b.let('ready', bank.full.select(bank.readBank).and(enable));
    const fire = b.let('fire', act.valid.and(ready));
    b.assign(act.ready, ready);
    const lastRow = b.let('last_row', bank.readRow.eq(DEPTH - 1));
    const space = b.let('space', bank.full.select(bank.writeBank).not());
    const fill = b.let('fill', weight.valid.and(space));
    b.assign(weight.ready, space);
    const drained = b.let('drained', fire.and(lastRow).and(bank.repeat.eq(REPEAT - 1)));
    const filled = b.let('filled', fill.and(bank.writeRow.eq(DEPTH - 1)));
    b.when(fire, () => {
      b.next(bank.readRow, bank.readRow.inc());
      b.when(lastRow, () => {
        b.next(bank.repeat, bank.repeat.inc());
        b.when(drained, () => {
          b.next(bank.readBank, bank.readBank.not());
          b.next(bank.swaps, bank.swaps.inc());
        });
      });
    });
    b.when(fill, () => {
      b.next(bank.writeRow, bank.writeRow.inc());
      b.when(filled, () => b.next(bank.writeBank, bank.writeBank.not()));
    });
    weights.write(cat(bank.writeBank, bank.writeRow), weight.data, fill);
    b.genFor('bank', 2, (i) => {
      const mine = b.constant(uint(1), i);
      const drop = drained.and(bank.readBank.eq(mine));
      b.next(
        bank.full.at(i),
        bank.full
          .at(i)
          .and(drop.not())
          .or(filled.and(bank.writeBank.eq(mine))),
      );
    });

    b.genFor('switch', C, (c) => {
      const last = b.constant(uint(widthFor(C)), c).eq(C.minus(1));
      b.when(drained, () => b.next(bank.off.at(c), last.and(bank.swaps.bits(0, 3).eq(7))));
    });

    b.comment('operands, and the flags that travel with them');
    const pipe = b.regs({
      valid1: bool().reset(0),
      last1: bool(),
      first1: bool(),
      valid2: bool().reset(0),
      last2: bool(),
      first2: bool(),
      done: bool().reset(0),
      x: vec(R, sint(8)),
      w: vec(C, sint(8)),
    });
    b.when(enable, () => {
      b.next(pipe.valid1, fire);
      b.next(pipe.last1, lastRow);
      b.next(pipe.first1, bank.readRow.eq(0));
      b.next(pipe.valid2, pipe.valid1);
      b.next(pipe.last2, pipe.last1);
      b.next(pipe.first2, pipe.first1);
      b.next(pipe.done, pipe.valid2.and(pipe.last2));
    });
    b.when(fire, () => {
      b.next(pipe.x, act.data.unpack(vec(R, sint(8))));
      b.next(pipe.w, weights.read(cat(bank.readBank, bank.readRow)).unpack(vec(C, sint(8))));
    });

    b.comment('the array');
    const product = b.let('product', enable.and(pipe.valid1));
    const accumulate = b.let('accumulate', enable.and(pipe.valid2));
    const sums = b.wire('sums', vec(C, vec(R, sint(32))));
    b.genFor('column', C, (c) => {
      const enableProduct = b.let('column_product', product.and(bank.off.at(c).not()));
      const enableSum = b.let('column_sum', accumulate.and(bank.off.at(c).not()));
      b.genFor('row', R, (r) => {
        b.instance(
          'cell',
          MacCell,
          {},
          { enableProduct, enableSum, first: pipe.first2, a: pipe.x.at(r), b: pipe.w.at(c), sum: sums.at(c).at(r) },
        );
      });
    });

    b.comment('results leave column by column');
    const out = b.regs({ left: uint(8).reset(0), column: vec(C, vec(R, sint(32))) });
    const result = b.stream('result', uint(R.times(32).plus(1)));
    const canLoad = b.let('can_load', out.left.eq(0).or(out.left.eq(1).and(result.ready)));
    const load = b.let('load', pipe.done.and(canLoad));
    const leave = b.let('leave', result.fire);
    b.assign(enable, pipe.done.and(canLoad.not()).not());
    b.assign(result.valid, out.left.ne(0));
    b.assign(result.data, cat(out.left.eq(1), out.column.at(0).pack()));
    b.when(load, () => b.next(out.left, C)).elseWhen(leave, () => b.next(out.left, out.left.dec()));
    b.genFor('shift', C.minus(1), (c) => {
      b.when(load, () => b.next(out.column.at(c), sums.at(c))).elseWhen(leave, () =>
        b.next(out.column.at(c), out.column.at(c.plus(1))),
      );
    });
    b.when(load, () => b.next(out.column.at(C.minus(1)), sums.at(C.minus(1))));
    const sliceOut = b.instance('slice_out', RegisterSlice, { W: R.times(32).plus(1) }, { s_axis: result });
    b.assign(m_axis.valid, sliceOut.m_axis.valid);
    b.assign(sliceOut.m_axis.ready, m_axis.ready);
    b.assign(m_axis.data.tdata, sliceOut.m_axis.data.bits(0, R.times(32)).unpack(vec(R, sint(32))));
    b.assign(m_axis.data.tlast, sliceOut.m_axis.data.bit(R.times(32)));

    b.comment('binary cells');
    const chain = b.wire('chain', vec(BINARY + 1, uint(64)));
    const counts = b.wire('counts', vec(BINARY, uint(32)));
    const user = b.regs({ turn: uint(4).reset(0), count: uint(32).reset(0) });
    b.assign(chain.at(0), weight.data.bits(0, 64));
    b.genFor('binary', BINARY, (i) => {
      b.instance(
        'binary',
        BinaryCell,
        {},
        {
          loadWeight: fill,
          weightIn: chain.at(i),
          weightOut: chain.at(i.plus(1)),
          enable: product,
          first: pipe.first1,
          x: pipe.x.pack().bits(0, 64),
          sum: counts.at(i),
        },
      );
    });
    b.when(load, () => {
      b.next(user.turn, user.turn.inc());
      b.next(user.count, counts.select(user.turn));
    });
    b.assign(m_axis.data.tuser, user.count);
  },
});

/** The array with its testbench: random streams in, a checksum of what leaves. One word of random bits a cycle serves all. */
export const MacBench = defineModule({
  name: 'mac_bench',
  doc: 'MAC array with random stimulus and a checksum',
  params: {
    QR: natParam({ default: 2, min: 2, max: 16, doc: 'a quarter of the rows' }),
    QC: natParam({ default: 6, min: 2, max: 50, doc: 'a quarter of the columns' }),
  },
  requires: ({ QC }) => [requirement(natLe(QC.times(4), 200), 'columns of the array')],
  ports: () => ({
    duty: input(uint(3), 'quarters of the cycles in which an activation is offered'),
    checksum: output(uint(32)),
    beats: output(uint(32)),
  }),
  body(b, io, { QR, QC }) {
    const [R, C] = [QR.times(4), QC.times(4)];
    const r = b.regs({
      random: uint(32).reset(0x12345678),
      actFree: bool().reset(1),
      actValid: bool().reset(0),
      act: vec(R, sint(8)),
      weightFree: bool().reset(1),
      weightValid: bool().reset(0),
      weight: vec(C, sint(8)),
      checksum: uint(32).reset(0),
      beats: uint(32).reset(0),
    });
    const step1 = b.let('step1', r.random.xor(r.random.shl(13)));
    const step2 = b.let('step2', step1.xor(step1.shr(17)));
    const random = b.let('random', step2.xor(step2.shl(5)));
    b.next(r.random, random);

    const activations = b.stream('activations', vec(R, sint(8)));
    const weights = b.stream('weights', vec(C, sint(8)));
    const dut = b.instance('dut', MacArray, { R, C }, { s_axis: activations, w_axis: weights });
    const results = dut.m_axis;

    /** Words of hashed random bits, one for four lanes. */
    const mixed = (name: string, count: NatExpr, first: number): Sig<Vec<UInt>> => {
      const words = b.wire(name, vec(count, uint(32)));
      b.genFor(`${name}_word`, count, (i) => {
        const salt = b
          .constant(uint(32), 0x9e3779b9)
          .mul(b.constant(uint(widthFor(count.plus(first))), first === 0 ? i : i.plus(first)))
          .truncate(32);
        const start = b.let(`${name}_start`, random.addWrap(salt));
        const folded = b.let(`${name}_folded`, start.xor(start.shr(15)));
        b.assign(words.at(i), folded.mul(b.constant(uint(32), 0x2c1b3c6d)).truncate(32));
      });
      return words;
    };
    const actOffer = b.let('act_offer', random.bits(0, 2).extend(3).lt(io.duty));
    const actNew = b.let('act_new', r.actFree.and(actOffer));
    const actWords = mixed('act_mix', QR, 0)
      .pack()
      .unpack(vec(R, sint(8)));
    const actData = b.let('act_data', actNew.mux(actWords, r.act));
    b.assign(activations.valid, r.actFree.mux(actOffer, r.actValid));
    b.assign(activations.data, actData);
    b.next(r.actValid, activations.valid);
    b.next(r.actFree, activations.valid.not().or(activations.ready));
    b.when(actNew, () => b.next(r.act, actData));

    const weightNew = b.let('weight_new', r.weightFree.and(random.bit(4)));
    const weightWords = mixed('weight_mix', QC, 100)
      .pack()
      .unpack(vec(C, sint(8)));
    const weightData = b.let('weight_data', weightNew.mux(weightWords, r.weight));
    b.assign(weights.valid, r.weightFree.mux(random.bit(4), r.weightValid));
    b.assign(weights.data, weightData);
    b.next(r.weightValid, weights.valid);
    b.next(r.weightFree, weights.valid.not().or(weights.ready));
    b.when(weightNew, () => b.next(r.weight, weightData));

    b.assign(results.ready, random.bits(2, 2).ne(0));
    const hash = b.wire('hash', vec(R.plus(1), uint(32)));
    b.assign(hash.at(0), r.checksum);
    b.genFor('hash_row', R, (i) => {
      const turned = b.let('turned', hash.at(i).shl(5).or(hash.at(i).shr(27)));
      b.assign(hash.at(i.plus(1)), turned.xor(results.data.tdata.at(i).asUInt()));
    });
    const beat = b.let('beat', results.fire);
    b.when(beat, () => {
      const extra = results.data.tuser.addWrap(results.data.tlast.asUInt().extend(32));
      b.next(r.checksum, hash.at(R).addWrap(extra));
      b.next(r.beats, r.beats.inc());
    });
    b.assign(io.checksum, r.checksum);
    b.assign(io.beats, r.beats);
  },
});
