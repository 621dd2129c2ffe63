import { bool, defineModule, indexWidth, natParam, sink, source, uint } from '../../hdl/index.js';

/**
 * Nearest upsampling by whole factors: each pixel leaves FX times, each row FY times. The first row of copies is made as the
 * row enters, the others come from a buffer of one row. Latency 1, full rate at the output. Cuts valid and data; ready follows
 * downstream ready combinationally, and only while new pixels are wanted.
 */
export const Upsample = defineModule({
  name: 'upsample',
  doc: `nearest upsampling by whole factors: each pixel leaves FX times, each row FY times

An image is rows of COLUMNS pixels, a pixel is FOLDS beats. A beat is used at once and kept in a
buffer of one row, from which all copies come; meanwhile the input waits.
Latency 1 cycle; gives a beat every cycle, and takes one in FX * FY cycles on average: while the
first copy of a row is made, FOLDS in FX * FOLDS cycles.
Cuts tvalid and tdata; s_axis_tready follows m_axis_tready combinationally.`,
  params: {
    W: natParam({ default: 8, min: 1, doc: 'width of a beat' }),
    FOLDS: natParam({ default: 2, min: 1, doc: 'beats of a pixel' }),
    COLUMNS: natParam({ default: 8, min: 1, doc: 'pixels of a row at the input' }),
    FY: natParam({ default: 2, min: 1, doc: 'copies of a row' }),
    FX: natParam({ default: 2, min: 1, doc: 'copies of a pixel in its row' }),
  },
  ports: ({ W }) => ({ s_axis: sink(uint(W)), m_axis: source(uint(W)) }),
  body(b, { s_axis: s, m_axis: m }, { W, FOLDS, COLUMNS, FY, FX }) {
    const LINE = b.localparam('LINE', COLUMNS.times(FOLDS), 'beats of a row');
    const PLACE_W = b.localparam('PLACE_W', indexWidth(LINE));
    const FOLD_W = b.localparam('FOLD_W', indexWidth(FOLDS));
    const X_W = b.localparam('X_W', indexWidth(FX));
    const Y_W = b.localparam('Y_W', indexWidth(FY));
    b.comment('what leaves next: a beat of the row, in which copy of its pixel, in which copy of the row');
    const at = b.regs({
      place: uint(PLACE_W).reset(0),
      fold: uint(FOLD_W).reset(0).doc('place modulo FOLDS'),
      copyX: uint(X_W).reset(0),
      copyY: uint(Y_W).reset(0),
    });
    const r = b.regs({
      outValid: bool().reset(0),
      outFresh: bool().doc('the beat is new, not a copy'),
      fresh: uint(W),
      copy: uint(W),
    });
    const en = b.let('en', m.ready.or(r.outValid.not()), 'the output is free or is being read');
    const fresh = b.let('wantsNew', at.copyX.eq(0).and(at.copyY.eq(0)), 'the beat has not been there before');
    const step = b.let('step', en.and(s.valid.or(fresh.not())), 'a beat enters the output');
    b.assign(s.ready, en.and(fresh));

    const foldEnds = b.let('foldEnds', at.fold.eq(FOLDS.minus(1)));
    const copiesEnd = b.let('copiesEnd', at.copyX.eq(FX.minus(1)), 'the last copy of the pixel');
    const rowEnds = b.let('rowEnds', at.place.eq(LINE.minus(1)).and(copiesEnd));
    b.when(step, () => {
      b.next(at.fold, foldEnds.mux(b.constant(uint(FOLD_W), 0), at.fold.inc()));
      b.when(rowEnds, () => {
        b.next(at.place, 0);
        b.next(at.copyY, at.copyY.eq(FY.minus(1)).mux(b.constant(uint(Y_W), 0), at.copyY.inc()));
      })
        .elseWhen(foldEnds.and(copiesEnd.not()), () =>
          b.next(at.place, at.place.subWrap(b.constant(uint(PLACE_W), FOLDS.minus(1)))),
        )
        .otherwise(() => b.next(at.place, at.place.inc()));
      b.when(foldEnds, () => b.next(at.copyX, copiesEnd.mux(b.constant(uint(X_W), 0), at.copyX.inc())));
    });

    b.comment('the row; the beat read and the beat taken have registers of their own, as a block RAM has');
    const row = b.memory('row', uint(W), LINE);
    b.when(en, () => b.next(r.outValid, step));
    b.when(step, () => {
      b.next(r.outFresh, fresh);
      b.next(r.copy, row.read(at.place));
      b.next(r.fresh, s.data);
      b.when(fresh, () => row.write(at.place, s.data));
    });
    b.assign(m.valid, r.outValid);
    b.assign(m.data, r.outFresh.mux(r.fresh, r.copy));
  },
});
