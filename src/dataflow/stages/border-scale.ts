import {
  bool,
  defineModule,
  imageParam,
  indexWidth,
  natGe,
  natParam,
  requirement,
  sink,
  source,
  uint,
  vec,
} from '../../hdl/index.js';
import { freezeBehind } from './freeze.js';

/**
 * Sums of windows, multiplied with a factor of their row and one of their column: behind the pool of an average that leaves padding out.
 *
 * A window over the border holds n elements, fewer than another; with L a multiple of all such n its sum counts L / n times, and
 * what follows divides all of them by L. Latency 2, full throughput. Cuts valid and data; ready follows downstream ready
 * combinationally.
 */
function makeBorderScale(signed: boolean) {
  const values = signed ? 'signed' : 'unsigned';
  return defineModule({
    name: `border_scale_${signed ? 's' : 'u'}`,
    doc: `${values} sums of windows times factors of their row and column: windows over the border count more

y = x * row factor * column factor, its lower OUT_W bits. An image is ROWS rows of COLUMNS pixels, a pixel
is FOLDS beats of PE lanes. Where all rows have one factor, ROWS may be 1.
Latency 2 cycles, a beat every cycle. One enable freezes the pipeline while downstream stalls:
cuts tvalid and tdata, s_axis_tready follows m_axis_tready.`,
    params: {
      PE: natParam({ default: 2, min: 1, doc: 'lanes' }),
      FOLDS: natParam({ default: 4, min: 1, doc: 'beats of a pixel' }),
      ROWS: natParam({ default: 8, min: 1, doc: 'rows of an image' }),
      COLUMNS: natParam({ default: 8, min: 1, doc: 'pixels of a row' }),
      X_W: natParam({ default: 12, min: 1, doc: 'width of a sum' }),
      Y_FACTOR_W: natParam({ default: 2, min: 1, doc: 'width of a row factor' }),
      X_FACTOR_W: natParam({ default: 2, min: 1, doc: 'width of a column factor' }),
      OUT_W: natParam({ default: 16, min: 1, max: 52, doc: 'width of a result' }),
      ROW_FACTORS: imageParam('ROWS words of Y_FACTOR_W bits'),
      COLUMN_FACTORS: imageParam('COLUMNS words of X_FACTOR_W bits'),
    },
    requires: ({ X_W, Y_FACTOR_W, X_FACTOR_W, OUT_W }) => [
      requirement(natGe(OUT_W, X_W), 'a result holds a sum'),
      requirement(natGe(X_W.plus(Y_FACTOR_W).plus(X_FACTOR_W), OUT_W), 'and is a part of the product'),
    ],
    ports: ({ PE, X_W, OUT_W }) => ({ s_axis: sink(uint(PE.times(X_W))), m_axis: source(uint(PE.times(OUT_W))) }),
    body(b, { s_axis: s, m_axis: m }, p) {
      const { PE, FOLDS, ROWS, COLUMNS, X_W, Y_FACTOR_W, X_FACTOR_W, OUT_W, ROW_FACTORS, COLUMN_FACTORS } = p;
      const FOLD_W = b.localparam('FOLD_W', indexWidth(FOLDS));
      const ROW_W = b.localparam('ROW_W', indexWidth(ROWS));
      const COLUMN_W = b.localparam('COLUMN_W', indexWidth(COLUMNS));
      const F_W = b.localparam('F_W', Y_FACTOR_W.plus(X_FACTOR_W), 'width of a factor');
      const at = b.regs({
        fold: uint(FOLD_W).reset(0).doc('next beat of its pixel'),
        column: uint(COLUMN_W).reset(0),
        row: uint(ROW_W).reset(0),
      });
      const r = b.regs({
        valueValid: bool().reset(0),
        value: uint(PE.times(X_W)),
        factor: uint(F_W),
        outValid: bool().reset(0),
        out: vec(PE, uint(OUT_W)),
      });
      const rowFactors = b.rom('rowFactors', uint(Y_FACTOR_W), ROWS, ROW_FACTORS);
      const columnFactors = b.rom('columnFactors', uint(X_FACTOR_W), COLUMNS, COLUMN_FACTORS);
      const { en, accept } = freezeBehind(b, { s, m }, { valid: r.outValid, data: r.out.pack() });

      const foldEnds = b.let('foldEnds', at.fold.eq(FOLDS.minus(1)));
      const columnEnds = b.let('columnEnds', at.column.eq(COLUMNS.minus(1)));
      const rowEnds = b.let('rowEnds', at.row.eq(ROWS.minus(1)));
      b.when(accept, () => {
        b.next(at.fold, foldEnds.mux(b.constant(uint(FOLD_W), 0), at.fold.inc()));
        b.when(foldEnds, () => {
          b.next(at.column, columnEnds.mux(b.constant(uint(COLUMN_W), 0), at.column.inc()));
          b.when(columnEnds, () => b.next(at.row, rowEnds.mux(b.constant(uint(ROW_W), 0), at.row.inc())));
        });
        b.next(r.value, s.data);
        b.next(r.factor, rowFactors.read(at.row).mul(columnFactors.read(at.column)));
      });
      b.when(en, () => {
        b.next(r.valueValid, accept);
        b.next(r.outValid, r.valueValid);
      });

      b.genFor('lane', PE, (lane) => {
        const raw = r.value.bits(lane.times(X_W), X_W);
        const product = signed
          ? b.let(
              'product',
              raw
                .asSInt()
                .mul(r.factor.extend(F_W.plus(1)).asSInt())
                .asUInt(),
            )
          : b.let('product', raw.mul(r.factor));
        b.when(en, () => b.next(r.out.at(lane), product.truncate(OUT_W)));
        b.unused('upper', product);
      });
    },
  });
}

export const BorderScale = { signed: makeBorderScale(true), unsigned: makeBorderScale(false) };
