import {
  bool,
  type Builder,
  defineModule,
  indexWidth,
  nat,
  type NatExpr,
  natGe,
  natParam,
  requirement,
  type Sig,
  sink,
  source,
  type UInt,
  uint,
  vec,
  widthFor,
} from '../../hdl/index.js';

/**
 * Order of the beats within a patch: `pixels` is (kernel row, kernel column, channel group), which a matrix-vector unit
 * reads; `groups` is (channel group, kernel row, kernel column), which depthwise units and pooling read.
 */
export type PatchOrder = 'pixels' | 'groups';

/** One of the five nested loops that number the beats of a frame. */
interface Loop {
  readonly name: string;
  /** Position in this loop, a multiple of `step`. */
  readonly at: Sig<UInt>;
  readonly step: NatExpr | number;
  /** Greatest position. */
  readonly last: NatExpr | number;
  /** Beats of the image between neighbouring positions, and between the first and the last one. */
  readonly stride: NatExpr;
  readonly extent: NatExpr;
}

const describe = {
  pixels: ['sliding_window', '(kernel row, kernel column, channel group)'],
  groups: ['sliding_window_groups', '(channel group, kernel row, kernel column)'],
} as const;

/**
 * Sliding window (im2col): images in, for every output pixel the patch under its window out, padding filled in.
 *
 * Latency 2 cycles from the last beat that a patch beat waits for; an output beat every cycle in which its operand is there.
 * Cuts valid, data and ready. `window-depth.ts` says how large DEPTH must be for full throughput.
 */
function makeSlidingWindow(order: PatchOrder) {
  const [name, beats] = describe[order];
  return defineModule({
    name,
    doc: `sliding window: images in, for every output pixel the patch under its window out

An image flows row by row, FOLDS beats of SIMD channels a pixel. Patches leave row by row, each in the
order ${beats}. Elements outside of the image are PAD; they are not stored.
The window over output pixel (oy, ox) holds the pixels (oy * SH - PT + ky * DH, ox * SW - PL + kx * DW),
ky = 0 .. KH - 1, kx = 0 .. KW - 1.
A ring of DEPTH beats keeps the image: a beat may enter when the one DEPTH beats before it lies in front
of the current patch, so the next rows, and the next image, arrive while patches leave.
Latency 2 cycles from the last beat that a patch beat waits for; padding waits for nothing, but an
image's first patch for its first beat. A beat every cycle. Cuts tvalid, tdata and tready.`,
    params: {
      H: natParam({ default: 6, min: 1, doc: 'rows of the image' }),
      W: natParam({ default: 6, min: 1, doc: 'columns of the image' }),
      FOLDS: natParam({ default: 2, min: 1, doc: 'beats of a pixel' }),
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
      SIMD: natParam({ default: 2, min: 1, doc: 'channels of a beat' }),
      X_W: natParam({ default: 8, min: 1, doc: 'width of a channel' }),
      PAD: natParam({ default: 0, doc: 'code of the padding, modulo 2^X_W' }),
      DEPTH: natParam({ default: 64, min: 1, doc: 'beats that the buffer holds' }),
    },
    requires: ({ H, W, FOLDS, KH, KW, DH, DW, PT, PB, PL, PR, X_W, PAD, DEPTH }) => {
      const [tall, wide] = [KH.minus(1).times(DH), KW.minus(1).times(DW)];
      return [
        requirement(natGe(PT.plus(H).plus(PB), tall.plus(1)), 'the window is not taller than the padded image'),
        requirement(natGe(PL.plus(W).plus(PR), wide.plus(1)), 'the window is not wider than the padded image'),
        requirement(natGe(DEPTH, tall.times(W).plus(wide).plus(1).times(FOLDS)), 'the buffer holds a window'),
        requirement(natGe(X_W, widthFor(PAD)), 'PAD is a code'),
      ];
    },
    ports: ({ SIMD, X_W }) => ({ s_axis: sink(uint(SIMD.times(X_W))), m_axis: source(uint(SIMD.times(X_W))) }),
    body(b, { s_axis: s, m_axis: m }, p) {
      const { H, W, FOLDS, KH, KW, SH, SW, DH, DW, PT, PB, PL, PR, SIMD, X_W, PAD, DEPTH } = p;
      const TALL = b.localparam('TALL', KH.minus(1).times(DH), 'from the first to the last row of a window');
      const WIDE = b.localparam('WIDE', KW.minus(1).times(DW));
      const SLACK_Y = b.localparam('SLACK_Y', PT.plus(H).plus(PB).minus(TALL).minus(1), 'rows a window can move');
      const SLACK_X = b.localparam('SLACK_X', PL.plus(W).plus(PR).minus(WIDE).minus(1));
      const TOP = b.localparam('TOP', SLACK_Y.minus(SLACK_Y.mod(SH)), 'first padded row of the last window');
      const LEFT = b.localparam('LEFT', SLACK_X.minus(SLACK_X.mod(SW)), 'first padded column of the last window');
      const ROW_W = b.localparam('ROW_W', widthFor(PT.plus(H).plus(PB).plus(SH).plus(DH)));
      const COL_W = b.localparam('COL_W', widthFor(PL.plus(W).plus(PR).plus(SW).plus(DW)));
      const FOLD_W = b.localparam('FOLD_W', indexWidth(FOLDS));
      const LINE = b.localparam('LINE', W.times(FOLDS), 'beats of a row');
      const IMAGE = b.localparam('IMAGE', H.times(LINE), 'beats of an image');
      const ORIGIN = b.localparam(
        'ORIGIN',
        IMAGE.plus(PT.times(LINE)).plus(PL.times(FOLDS)),
        'number of the first beat of an image, see below',
      );
      const STEP_Y = b.localparam('STEP_Y', DH.times(LINE), 'beats between rows of a window');
      const STEP_X = b.localparam('STEP_X', DW.times(FOLDS), 'beats between columns of a window');
      const HOP_Y = b.localparam('HOP_Y', SH.times(LINE), 'beats from window to window');
      const HOP_X = b.localparam('HOP_X', SW.times(FOLDS));
      const N_W = b.localparam(
        'N_W',
        widthFor(
          ORIGIN.plus(IMAGE)
            .plus(PT.plus(H).plus(PB).plus(SH).plus(DH).plus(TALL).times(LINE))
            .plus(PL.plus(W).plus(PR).plus(SW).plus(DW).plus(WIDE).plus(1).times(FOLDS))
            .plus(DEPTH),
        ),
        'width of a beat number',
      );
      const ADDR_W = b.localparam('ADDR_W', indexWidth(DEPTH));
      const number = (value: NatExpr | number) => b.constant(uint(N_W), value);
      const address = (value: NatExpr | number) => b.constant(uint(ADDR_W), value);

      b.comment('place of the next output beat: window (top, left), row and column within it, channel group');
      const at = b.regs({
        fold: uint(FOLD_W).reset(0),
        column: uint(COL_W).reset(0),
        row: uint(ROW_W).reset(0),
        left: uint(COL_W).reset(0),
        top: uint(ROW_W).reset(0),
      });
      const fold: Loop = {
        name: 'fold',
        at: at.fold,
        step: 1,
        last: FOLDS.minus(1),
        stride: nat(1),
        extent: FOLDS.minus(1),
      };
      const kernel: Loop[] = [
        { name: 'column', at: at.column, step: DW, last: WIDE, stride: STEP_X, extent: WIDE.times(FOLDS) },
        { name: 'row', at: at.row, step: DH, last: TALL, stride: STEP_Y, extent: TALL.times(LINE) },
      ];
      const inner = order === 'pixels' ? [fold, ...kernel] : [...kernel, fold];
      const loops: readonly Loop[] = [
        ...inner,
        { name: 'left', at: at.left, step: SW, last: LEFT, stride: HOP_X, extent: LEFT.times(FOLDS) },
        { name: 'top', at: at.top, step: SH, last: TOP, stride: HOP_Y, extent: TOP.times(LINE) },
      ];

      b.comment(
        'Beats are numbered from the image that is leaving: ORIGIN is its first beat, IMAGE what a window in the corner ' +
          'of the padding would begin with. Numbers of padding are not looked at.',
      );
      const r = b.regs({
        element: uint(N_W).reset(IMAGE).doc('beat that leaves next'),
        arrived: uint(N_W).reset(ORIGIN).doc('beats below this number have arrived'),
        limit: uint(N_W).reset(ORIGIN.plus(DEPTH)).doc('beats below this number have a place'),
        read: uint(ADDR_W).reset(0).doc('place of element in the buffer'),
        write: uint(ADDR_W).reset(ORIGIN.minus(IMAGE).mod(DEPTH)),
        outValid: bool().reset(0),
        outPads: bool(),
        out: uint(SIMD.times(X_W)),
      });
      const accept = b.let('accept', s.fire);
      b.assign(s.ready, r.arrived.lt(r.limit));

      const paddedRow = b.let('paddedRow', at.top.addWrap(at.row));
      const paddedColumn = b.let('paddedColumn', at.left.addWrap(at.column));
      const onward = b.let(
        'onward',
        paddedRow.lt(PT.plus(H)).and(paddedColumn.lt(PL.plus(W))),
        'the element lies neither below nor right of the image',
      );
      // `>= PT` would always hold at PT = 0, which linters report.
      const inside = b.let(
        'inImage',
        onward.and(paddedRow.inc().gt(PT)).and(paddedColumn.inc().gt(PL)),
        'the element belongs to the image',
      );
      const begins = b.let('begins', allZero(inner), 'first beat of a patch');
      const opens = b.let('opens', begins.and(at.left.eq(0)).and(at.top.eq(0)), 'first beat of an image');
      const awaited = b.let('awaited', opens.mux(number(ORIGIN), r.element));
      const known = b.let('known', inside.or(opens).not().or(awaited.lt(r.arrived)));
      const en = b.let('en', m.ready.or(r.outValid.not()), 'the output register is free or is being read');
      const fetch = b.let('fetch', en.and(known));
      const ends = loops.map(({ name, at, last }) => b.let(`${name}Ends`, at.eq(last)));
      const turn = b.let(
        'turn',
        ends.reduce((all, each) => all.and(each), fetch),
        'the last beat of an image leaves',
      );
      b.when(fetch, () => advance(b, loops, ends));

      b.comment('from one beat to the next, as a distance in the image and in the buffer');
      const backs = loops.reduce<NatExpr[]>((sums, { name, extent }, i) => {
        const before = sums[i - 1];
        const sum = before === undefined ? extent : before.plus(extent);
        const doc = i === 0 ? 'from the last position of a loop, and of those inside of it, to the first' : undefined;
        return [...sums, b.localparam(`BACK_${name.toUpperCase()}`, sum, doc)];
      }, []);
      const hop = b.let(
        'hop',
        choose(
          ends.slice(0, -1),
          loops.map(({ name, stride }, i) => {
            const back = backs[i - 1];
            const forward = b.let(`${name}Hop`, number(stride));
            return back === undefined ? forward : forward.subWrap(number(back));
          }),
        ),
      );
      const strides = [...loops.map(({ stride }) => stride), IMAGE];
      const hopRead = b.let(
        'hopRead',
        choose(
          ends,
          strides.map((stride, i) => address(ring(stride, backs[i - 1], DEPTH))),
        ),
      );
      const sum = b.let('sum', r.read.add(hopRead));
      b.when(fetch, () => {
        b.next(r.element, turn.mux(number(IMAGE), r.element.addWrap(hop)));
        const place = sum.gt(DEPTH.minus(1)).mux(sum.subWrap(DEPTH.minus(1)).dec(), sum);
        b.next(r.read, place.truncate(ADDR_W));
      });

      b.comment('the image so far, and how much more may come');
      const taken = b.let('taken', accept.mux(r.arrived.inc(), r.arrived));
      b.next(r.arrived, turn.mux(taken.subWrap(number(IMAGE)), taken));
      const reach = b.let('reach', r.element.addWrap(number(DEPTH)));
      b.when(turn, () => b.next(r.limit, number(ORIGIN.plus(DEPTH)))).elseWhen(
        begins.and(onward).and(reach.gt(r.limit)),
        () => b.next(r.limit, reach),
      );
      const store = b.memory('store', uint(SIMD.times(X_W)), DEPTH);
      b.when(accept, () => {
        store.write(r.write, s.data);
        b.next(r.write, r.write.eq(DEPTH.minus(1)).mux(address(0), r.write.inc()));
      });

      b.when(en, () => b.next(r.outValid, fetch));
      b.when(fetch, () => {
        b.next(r.outPads, inside.not());
        b.next(r.out, store.read(r.read));
      });
      const padding = b.wire('padding', vec(SIMD, uint(X_W)));
      b.genFor('lane', SIMD, (k) => b.assign(padding.at(k), b.constant(uint(X_W), PAD)));
      b.assign(m.valid, r.outValid);
      b.assign(m.data, r.outPads.mux(padding.pack(), r.out));
    },
  });
}

function allZero(loops: readonly Loop[]) {
  const [first, ...rest] = loops.map(({ at }) => at.eq(0));
  return rest.reduce((all, each) => all.and(each), first!);
}

/** Each loop moves when all loops inside of it are at their ends. */
function advance(b: Builder, loops: readonly Loop[], ends: readonly Sig<ReturnType<typeof bool>>[]): void {
  const [loop, ...outer] = loops;
  const [end, ...outerEnds] = ends;
  if (loop === undefined || end === undefined) return;
  const { at, step } = loop;
  b.next(at, end.mux(b.constant(at.type, 0), at.addWrap(b.constant(at.type, step))));
  if (outer.length > 0) b.when(end, () => advance(b, outer, outerEnds));
}

/** The value of the innermost loop that is not at its end; one value more than conditions. */
function choose(ends: readonly Sig<ReturnType<typeof bool>>[], values: readonly Sig<UInt>[]): Sig<UInt> {
  const [end, ...outer] = ends;
  const [value, ...rest] = values;
  return end === undefined ? value! : end.mux(choose(outer, rest), value!);
}

/** The distance `forward - back` in a ring of `depth` places, 0 .. depth - 1. */
function ring(forward: NatExpr, back: NatExpr | undefined, depth: NatExpr): NatExpr {
  return (back === undefined ? forward : forward.plus(depth).minus(back.mod(depth))).mod(depth);
}

/** One module per order of a patch; sizes are parameters. */
export const SlidingWindow = {
  pixels: makeSlidingWindow('pixels'),
  groups: makeSlidingWindow('groups'),
} as const;
