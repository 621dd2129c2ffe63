import {
  bool,
  bundle,
  defineModule,
  indexWidth,
  natGe,
  natParam,
  requirement,
  sink,
  sint,
  source,
  uint,
  vec,
} from '../../hdl/index.js';
import { MacPe } from './mac-pe.js';

/**
 * Output-stationary multiply-accumulate array: sum[r][c] = sum over the beats of a tile of a[r] * w[c].
 *
 * Tiles end with tlast. Their sums leave a column a beat while the next tile accumulates. Cuts valid and data; ready follows
 * downstream ready combinationally (one enable freezes the operands while a finished tile finds the drain occupied).
 */
export const MacArray = defineModule({
  name: 'mac_array',
  doc: `output-stationary multiply-accumulate array of ROWS x COLS processing elements

A beat holds ROWS activations and COLS weights; the PE in row r and column c adds a[r] * w[c]. The
beats up to one with tlast are a tile. Its sums then leave a column a beat, row 0 in the lowest bits,
the last column with tlast, while the next tile accumulates. All values are signed; sums wrap modulo
2^ACC_W.
Latency 4 cycles from the last beat of a tile to column 0; a beat every cycle while tiles have COLS
beats or more. One enable freezes the array while a finished tile waits for the drain: cuts tvalid
and tdata, s_axis_tready follows m_axis_tready.`,
  params: {
    ROWS: natParam({ default: 4, min: 1, doc: 'rows: activations of a beat, >= 1' }),
    COLS: natParam({ default: 8, min: 1, doc: 'columns: weights of a beat, >= 1' }),
    A_W: natParam({ default: 8, min: 1, doc: 'width of an activation, >= 1' }),
    W_W: natParam({ default: 8, min: 1, doc: 'width of a weight, >= 1' }),
    ACC_W: natParam({ default: 32, min: 1, doc: 'width of a sum, >= A_W + W_W' }),
  },
  requires: ({ A_W, W_W, ACC_W }) => [requirement(natGe(ACC_W, A_W.plus(W_W)), 'a sum holds a product')],
  ports: ({ ROWS, COLS, A_W, W_W, ACC_W }) => ({
    s_axis: sink(
      bundle({ tdata: uint(ROWS.times(A_W).plus(COLS.times(W_W))), tlast: bool() }),
      'weights above activations, each with element 0 lowest',
    ),
    m_axis: source(bundle({ tdata: uint(ROWS.times(ACC_W)), tlast: bool() })),
  }),
  body(b, { s_axis: s, m_axis: m }, { ROWS, COLS, A_W, W_W, ACC_W }) {
    const COL_W = b.localparam('COL_W', indexWidth(COLS));
    const COLUMN_W = b.localparam('COLUMN_W', ROWS.times(ACC_W), 'width of a column of sums');

    b.comment('one enable for operands, products and sums: low while a finished tile waits for the drain');
    const drain = b.regs({
      drainValid: bool().reset(0).doc('a column of sums is on m_axis'),
      column: uint(COL_W).reset(0).doc('its number'),
    });
    const r = b.regs({
      fresh: bool().reset(1).doc('the next beat starts a tile'),
      operandValid: bool().reset(0),
      operandFirst: bool(),
      operandLast: bool(),
      productValid: bool().reset(0),
      productFirst: bool(),
      productLast: bool(),
      tileDone: bool().reset(0).doc('the sums are those of a whole tile'),
    });
    const operand = b.regs({ a: vec(ROWS, sint(A_W)), w: vec(COLS, sint(W_W)) });
    const shift = b.let('shift', m.fire, 'a column leaves');
    const columnEnds = b.let('columnEnds', drain.column.eq(COLS.minus(1)));
    const drainFree = b.let('drainFree', drain.drainValid.not().or(shift.and(columnEnds)));
    const en = b.let('en', r.tileDone.not().or(drainFree), 'the array moves');
    const accept = b.let('accept', s.fire);
    const load = b.let('load', r.tileDone.and(drainFree), 'sums go to the drain');
    const multiply = b.let('multiply', en.and(r.operandValid));
    const accumulate = b.let('accumulate', en.and(r.productValid));
    b.assign(s.ready, en);
    b.when(accept, () => {
      b.next(r.fresh, s.data.tlast);
      b.next(r.operandFirst, r.fresh);
      b.next(r.operandLast, s.data.tlast);
      b.next(operand.a, s.data.tdata.bits(0, ROWS.times(A_W)).unpack(vec(ROWS, sint(A_W))));
      b.next(operand.w, s.data.tdata.bits(ROWS.times(A_W), COLS.times(W_W)).unpack(vec(COLS, sint(W_W))));
    });
    b.when(en, () => {
      b.next(r.operandValid, accept);
      b.next(r.productValid, r.operandValid);
      b.next(r.productFirst, r.operandFirst);
      b.next(r.productLast, r.operandLast);
      b.next(r.tileDone, r.productValid.and(r.productLast));
    });

    b.comment('the drain: every column moves to the place of the one before; zeros follow the last');
    const columns = b.wire('columns', vec(COLS.plus(1), uint(COLUMN_W)));
    b.assign(columns.at(COLS), 0);
    b.assign(m.valid, drain.drainValid);
    b.assign(m.data.tdata, columns.at(0));
    b.assign(m.data.tlast, columnEnds);
    b.when(load, () => b.next(drain.drainValid, 1)).elseWhen(shift.and(columnEnds), () => b.next(drain.drainValid, 0));
    b.when(shift, () => b.next(drain.column, columnEnds.mux(b.constant(uint(COL_W), 0), drain.column.inc())));

    b.genFor('column', COLS, (c) => {
      const drained = b.reg('drain', uint(COLUMN_W));
      const sums = b.wire('sums', vec(ROWS, sint(ACC_W)));
      b.genFor('row', ROWS, (row) => {
        b.instance(
          'pe',
          MacPe,
          { A_W, W_W, ACC_W },
          {
            multiply,
            accumulate,
            clear: r.productFirst,
            a: operand.a.at(row),
            w: operand.w.at(c),
            sum: sums.at(row),
          },
        );
      });
      b.when(load, () => b.next(drained, sums.pack())).elseWhen(shift, () => b.next(drained, columns.at(c.plus(1))));
      b.assign(columns.at(c), drained);
    });
  },
});
