import {
  bool,
  cat,
  defineModule,
  indexWidth,
  natGe,
  natGt,
  natParam,
  requirement,
  sink,
  source,
  uint,
  vec,
  widthFor,
} from '../../hdl/index.js';

/**
 * Sliding window that gives whole patches: all KH x KW pixels of a window in one beat, SIMD channels of them at a time.
 *
 * It walks over the padded image, one beat of one pixel a cycle, and keeps the last TALL rows in a memory of one word a
 * column, and the last WIDE + 1 columns in registers. An image takes (PT + H + PB) * (PL + W + PR) * FOLDS cycles. After reset the
 * walk begins with the first beat on offer, so that latency does not depend on how long nothing came. Latency 2 cycles. Cuts valid and data; ready follows downstream ready combinationally (one enable freezes the whole pipeline).
 */
export const PatchWindow = defineModule({
  name: 'sliding_window_patches',
  doc: `sliding window of whole patches: all pixels of a window in one beat, SIMD channels of them

An image flows row by row, FOLDS beats of SIMD channels a pixel. Patches leave row by row, FOLDS beats each:
beat f holds pixel (ky, kx) as field ky * KW + kx of SIMD channels f * SIMD + lane, the first field in the
lowest bits. These are KH * KW beats of sliding_window_groups in one. Elements outside of the image are PAD.
The window over output pixel (oy, ox) holds the pixels (oy * SH - PT + ky * DH, ox * SW - PL + kx * DW),
ky = 0 .. KH - 1, kx = 0 .. KW - 1.
The padded image passes at a beat a cycle: (PT + H + PB) * (PL + W + PR) * FOLDS cycles an image; the padding in
front of the very first image waits for its first beat. Latency 2 cycles. One enable freezes the pipeline while downstream stalls: cuts tvalid and tdata, s_axis_tready follows
m_axis_tready.`,
  params: {
    H: natParam({ default: 6, min: 1, doc: 'rows of the image' }),
    W: natParam({ default: 6, min: 1, doc: 'columns of the image' }),
    FOLDS: natParam({ default: 1, min: 1, doc: 'beats of a pixel' }),
    KH: natParam({ default: 3, min: 1, doc: 'rows of the window' }),
    KW: natParam({ default: 3, min: 1, doc: 'columns of the window' }),
    SH: natParam({ default: 1, min: 1, doc: 'rows from window to window' }),
    SW: natParam({ default: 1, min: 1, doc: 'columns from window to window' }),
    DH: natParam({ default: 1, min: 1, doc: 'rows between rows of a window (dilation)' }),
    DW: natParam({ default: 1, min: 1, doc: 'columns between columns of a window' }),
    PT: natParam({ default: 1, doc: 'rows of padding at the top' }),
    PB: natParam({ default: 1, doc: 'rows of padding at the bottom' }),
    PL: natParam({ default: 1, doc: 'columns of padding on the left' }),
    PR: natParam({ default: 1, doc: 'columns of padding on the right' }),
    SIMD: natParam({ default: 3, min: 1, doc: 'channels of a beat' }),
    X_W: natParam({ default: 8, min: 1, doc: 'width of a channel' }),
    PAD: natParam({ default: 0, doc: 'code of the padding, modulo 2^X_W' }),
  },
  requires: ({ H, W, FOLDS, KH, KW, DH, DW, PT, PB, PL, PR, X_W, PAD }) => {
    const [tall, wide] = [KH.minus(1).times(DH), KW.minus(1).times(DW)];
    return [
      requirement(natGe(tall, PT), 'no window lies above the image'),
      requirement(natGe(wide, PL), 'no window lies left of the image'),
      requirement(natGe(PT.plus(H).plus(PB), tall.plus(1)), 'the window is not taller than the padded image'),
      requirement(natGe(PL.plus(W).plus(PR), wide.plus(1)), 'the window is not wider than the padded image'),
      requirement(natGe(PL.plus(W).plus(PR).times(FOLDS), 2), 'a row of the padded image has two beats'),
      requirement(natGe(X_W, widthFor(PAD)), 'PAD is a code'),
    ];
  },
  ports: ({ KH, KW, SIMD, X_W }) => ({
    s_axis: sink(uint(SIMD.times(X_W))),
    m_axis: source(uint(KH.times(KW).times(SIMD.times(X_W)))),
  }),
  body(b, { s_axis: s, m_axis: m }, { H, W, FOLDS, KH, KW, SH, SW, DH, DW, PT, PB, PL, PR, SIMD, X_W, PAD }) {
    const TALL = b.localparam('TALL', KH.minus(1).times(DH), 'from the first to the last row of a window');
    const WIDE = b.localparam('WIDE', KW.minus(1).times(DW));
    const ROWS = b.localparam('ROWS', PT.plus(H).plus(PB), 'rows of the padded image');
    const COLUMNS = b.localparam('COLUMNS', PL.plus(W).plus(PR));
    const LINE = b.localparam('LINE', COLUMNS.times(FOLDS), 'beats of its row');
    const KEPT = b.localparam('KEPT', WIDE.times(FOLDS).plus(1), 'beats of a row that the window spans');
    const BEAT_W = b.localparam('BEAT_W', SIMD.times(X_W));
    const ROW_W = b.localparam('ROW_W', widthFor(ROWS.plus(SH)));
    const COL_W = b.localparam('COL_W', widthFor(COLUMNS.plus(SW)));
    const FOLD_W = b.localparam('FOLD_W', indexWidth(FOLDS));
    const LINE_W = b.localparam('LINE_W', indexWidth(LINE));

    b.comment('place in the padded image, and the place at which the next window is complete');
    const at = b.regs({
      fold: uint(FOLD_W).reset(0),
      column: uint(COL_W).reset(0),
      row: uint(ROW_W).reset(0),
      right: uint(COL_W).reset(WIDE),
      bottom: uint(ROW_W).reset(TALL),
      place: uint(LINE_W).reset(0).doc('beat of the row'),
      begun: bool().reset(0).doc('the first beat has been on offer'),
    });
    const en = b.wire('en', bool().doc('the pipeline moves'));
    // `>= PT` would always hold at PT = 0, which linters report.
    const inside = b.let(
      'inImage',
      at.row
        .inc()
        .gt(PT)
        .and(at.row.lt(PT.plus(H)))
        .and(at.column.inc().gt(PL))
        .and(at.column.lt(PL.plus(W))),
    );
    const step = b.let('step', en.and(s.valid.or(at.begun.and(inside.not()))), 'padding need not wait');
    const foldEnds = b.let('foldEnds', at.fold.eq(FOLDS.minus(1)));
    const columnEnds = b.let('columnEnds', at.column.eq(COLUMNS.minus(1)));
    const rowEnds = b.let('rowEnds', at.row.eq(ROWS.minus(1)));
    const atRight = b.let('atRight', at.column.eq(at.right));
    const atBottom = b.let('atBottom', at.row.eq(at.bottom));
    b.assign(s.ready, en.and(inside));
    const column = (value: typeof WIDE | number) => b.constant(uint(COL_W), value);
    const row = (value: typeof TALL | number) => b.constant(uint(ROW_W), value);
    b.when(step, () => {
      b.next(at.begun, b.constant(bool(), 1));
      b.next(at.fold, foldEnds.mux(b.constant(uint(FOLD_W), 0), at.fold.inc()));
      b.next(at.place, at.place.eq(LINE.minus(1)).mux(b.constant(uint(LINE_W), 0), at.place.inc()));
      b.when(foldEnds, () => {
        b.next(at.column, columnEnds.mux(column(0), at.column.inc()));
        b.when(columnEnds, () => {
          b.next(at.right, column(WIDE));
          b.next(at.row, rowEnds.mux(row(0), at.row.inc()));
          b.when(rowEnds, () => b.next(at.bottom, row(TALL))).elseWhen(atBottom, () =>
            b.next(at.bottom, at.bottom.addWrap(row(SH))),
          );
        }).elseWhen(atRight, () => b.next(at.right, at.right.addWrap(column(SW))));
      });
    });

    b.comment('the new beat, and above it those of the last TALL rows, the newest in the lowest bits');
    const padding = b.wire('padding', vec(SIMD, uint(X_W)));
    b.genFor('lane', SIMD, (k) => b.assign(padding.at(k), b.constant(uint(X_W), PAD)));
    const r = b.regs({
      beatValid: bool().reset(0),
      beatGives: bool().doc('it completes a window'),
      outValid: bool().reset(0),
    });
    const beat = b.reg('beat', uint(BEAT_W));
    const stacked = b.wire('stacked', uint(TALL.plus(1).times(BEAT_W)));
    b.when(step, () => b.next(beat, inside.mux(s.data, padding.pack())));
    const shift = b.let('shift', en.and(r.beatValid));
    b.genIf(
      'rows',
      natGt(TALL, 0),
      () => {
        const store = b.memory('store', uint(TALL.times(BEAT_W)), LINE);
        const above = b.reg('above', uint(TALL.times(BEAT_W)));
        const to = b.reg('to', uint(LINE_W).doc('place of the beat'));
        b.when(step, () => {
          b.next(above, store.read(at.place));
          b.next(to, at.place);
        });
        b.assign(stacked, cat(above, beat));
        b.when(shift, () => store.write(to, stacked.truncate(TALL.times(BEAT_W))));
      },
      () => b.assign(stacked, beat.extend(TALL.plus(1).times(BEAT_W))),
    );
    b.when(en, () => {
      b.next(r.beatValid, step);
      b.next(r.beatGives, atRight.and(atBottom));
      b.next(r.outValid, r.beatValid.and(r.beatGives));
    });

    b.comment('rows of the window as shift registers, the newest beat in the lowest bits');
    const patch = b.wire('patch', vec(KH.times(KW), uint(BEAT_W)));
    b.genFor('row', KH, (ky) => {
      const span = b.reg('span', uint(KEPT.times(BEAT_W)));
      const newest = stacked.bits(KH.minus(1).minus(ky).times(DH).times(BEAT_W), BEAT_W);
      b.when(shift, () => b.next(span, cat(span, newest).truncate(KEPT.times(BEAT_W))));
      b.genFor('column', KW, (kx) => {
        const age = KW.minus(1).minus(kx).times(DW).times(FOLDS);
        b.assign(patch.at(ky.times(KW).plus(kx)), span.bits(age.times(BEAT_W), BEAT_W));
      });
    });
    b.assign(en, m.ready.or(r.outValid.not()));
    b.assign(m.valid, r.outValid);
    b.assign(m.data, patch.pack());
  },
});
