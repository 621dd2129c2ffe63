/**
 * The array of `mac.ts` as somebody writes it who does not use the kit's loops: scalars and TypeScript loops, a name with
 * its indices for every copy. For R = 8 and C = 24 only. What comes in and what leaves is the same, cycle by cycle.
 */
import { RegisterSlice } from '../../../src/blocks/stream/register-slice.js';
import type { Design } from '../../../src/circuit/index.js';
import {
  type Bool,
  type SInt,
  type Sig,
  type UInt,
  bool,
  buildDesign,
  cat,
  defineModule,
  natParam,
  sint,
  uint,
} from '../../../src/hdl/index.js';
import { BINARY, DEPTH, MacBench, REPEAT, arrayPorts } from './mac.js';

const ROWS = 8;
const COLUMNS = 24;

const range = (n: number): number[] => Array.from({ length: n }, (_, k) => k);

export const MacFlat = defineModule({
  name: 'mac_array',
  doc: 'the array of mac.ts without loops',
  params: {
    R: natParam({ default: ROWS, min: ROWS, max: ROWS, doc: 'rows' }),
    C: natParam({ default: COLUMNS, min: COLUMNS, max: COLUMNS, doc: 'columns' }),
  },
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

    const weights = b.memory('weights', uint(C.times(8)), 2 * DEPTH);
    const bank = b.regs({
      readBank: uint(1).reset(0),
      writeBank: uint(1).reset(0),
      readRow: uint(6).reset(0),
      writeRow: uint(6).reset(0),
      repeat: uint(3).reset(0),
      swaps: uint(4).reset(0),
    });
    const full = range(2).map((i) => b.reg(`full_${i}`, bool().reset(0)));
    const off = range(COLUMNS).map((c) => b.reg(`off_${c}`, bool().reset(0)));
    const isFull = (which: Sig<UInt>): Sig<Bool> => which.bit(0).mux(at(full, 1), at(full, 0));
    const enable = b.wire('enable', bool());
    const ready = b.let('ready', isFull(bank.readBank).and(enable));
    const fire = b.let('fire', act.valid.and(ready));
    b.assign(act.ready, ready);
    const lastRow = b.let('last_row', bank.readRow.eq(DEPTH - 1));
    const space = b.let('space', isFull(bank.writeBank).not());
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
    full.forEach((f, i) => {
      const drop = drained.and(bank.readBank.eq(i));
      b.next(f, f.and(drop.not()).or(filled.and(bank.writeBank.eq(i))));
    });
    b.when(drained, () =>
      off.forEach((o, c) => b.next(o, c === COLUMNS - 1 ? bank.swaps.bits(0, 3).eq(7) : b.constant(bool(), 0))),
    );

    const pipe = b.regs({
      valid1: bool().reset(0),
      last1: bool(),
      first1: bool(),
      valid2: bool().reset(0),
      last2: bool(),
      first2: bool(),
      done: bool().reset(0),
    });
    const xs = range(ROWS).map((r) => b.reg(`x_${r}`, sint(8)));
    const ws = range(COLUMNS).map((c) => b.reg(`w_${c}`, sint(8)));
    b.when(enable, () => {
      b.next(pipe.valid1, fire);
      b.next(pipe.last1, lastRow);
      b.next(pipe.first1, bank.readRow.eq(0));
      b.next(pipe.valid2, pipe.valid1);
      b.next(pipe.last2, pipe.last1);
      b.next(pipe.first2, pipe.first1);
      b.next(pipe.done, pipe.valid2.and(pipe.last2));
    });
    const row = b.let('row', weights.read(cat(bank.readBank, bank.readRow)));
    b.when(fire, () => {
      xs.forEach((s, r) => b.next(s, act.data.bits(8 * r, 8).asSInt()));
      ws.forEach((s, c) => b.next(s, row.bits(8 * c, 8).asSInt()));
    });

    const product = b.let('product', enable.and(pipe.valid1));
    const accumulate = b.let('accumulate', enable.and(pipe.valid2));
    const sums: Sig<SInt>[] = [];
    for (let c = 0; c < COLUMNS; c++) {
      const enableProduct = b.let(`column_product_${c}`, product.and(at(off, c).not()));
      const enableSum = b.let(`column_sum_${c}`, accumulate.and(at(off, c).not()));
      for (let r = 0; r < ROWS; r++) {
        const p = b.reg(`product_${c}_${r}`, sint(16));
        const sum = b.reg(`sum_${c}_${r}`, sint(32));
        const term = p.extend(32);
        b.when(enableProduct, () => b.next(p, at(xs, r).mul(at(ws, c))));
        b.when(enableSum, () => b.next(sum, pipe.first2.mux(term, sum.addWrap(term))));
        sums.push(sum);
      }
    }

    const left = b.reg('left', uint(8).reset(0));
    const column = range(COLUMNS * ROWS).map((k) => b.reg(`column_${Math.floor(k / ROWS)}_${k % ROWS}`, sint(32)));
    const result = b.stream('result', uint(32 * ROWS + 1));
    const canLoad = b.let('can_load', left.eq(0).or(left.eq(1).and(result.ready)));
    const load = b.let('load', pipe.done.and(canLoad));
    const leave = b.let('leave', result.fire);
    b.assign(enable, pipe.done.and(canLoad.not()).not());
    b.assign(result.valid, left.ne(0));
    b.assign(result.data, cat(left.eq(1), together(column.slice(0, ROWS))));
    b.when(load, () => b.next(left, COLUMNS)).elseWhen(leave, () => b.next(left, left.dec()));
    column.forEach((s, k) => {
      const loading = b.when(load, () => b.next(s, at(sums, k)));
      const before = column[k + ROWS];
      if (before !== undefined) loading.elseWhen(leave, () => b.next(s, before));
    });
    const sliceOut = b.instance('slice_out', RegisterSlice, { W: 32 * ROWS + 1 }, { s_axis: result });
    b.assign(m_axis.valid, sliceOut.m_axis.valid);
    b.assign(sliceOut.m_axis.ready, m_axis.ready);
    for (let r = 0; r < ROWS; r++) b.assign(m_axis.data.tdata.at(r), sliceOut.m_axis.data.bits(32 * r, 32).asSInt());
    b.assign(m_axis.data.tlast, sliceOut.m_axis.data.bit(32 * ROWS));

    const user = b.regs({ turn: uint(4).reset(0), count: uint(32).reset(0) });
    const bits = b.let('bits', together(xs));
    let weightIn = b.let('first_weight', weight.data.bits(0, 64));
    let count: Sig<UInt> | undefined;
    for (let i = 0; i < BINARY; i++) {
      const own = b.reg(`binary_weight_${i}`, uint(64));
      const sum = b.reg(`binary_sum_${i}`, uint(32));
      const matches = b.let(`equal_bits_${i}`, bits.xor(own).not().popcount().extend(32));
      const before = weightIn;
      b.when(fill, () => b.next(own, before));
      b.when(product, () => b.next(sum, pipe.first1.mux(matches, sum.addWrap(matches))));
      weightIn = own;
      count = count === undefined ? sum : user.turn.eq(i).mux(sum, count);
    }
    const chosen = b.let('chosen', count ?? user.count);
    b.when(load, () => {
      b.next(user.turn, user.turn.inc());
      b.next(user.count, chosen);
    });
    b.assign(m_axis.data.tuser, user.count);
  },
});

/** The benchmark with this array in place of the other. */
export function macFlatBench(): Design {
  const [bench, flat] = [buildDesign(MacBench), buildDesign(MacFlat)];
  return { ...bench, modules: { ...bench.modules, ...flat.modules } };
}

function at<T>(list: readonly T[], k: number): T {
  const found = list[k];
  if (found === undefined) throw new Error(`no element ${k}`);
  return found;
}

/** Numbers side by side, the first one lowest. */
const together = (list: readonly Sig<SInt>[]): Sig<UInt> =>
  list.slice(1).reduce<Sig<UInt>>((low, s) => cat(s, low), at(list, 0).asUInt());
