import { bool, defineModule, indexWidth, natParam, sink, source, uint, vec } from '../../hdl/index.js';
import { poolDoc, type PoolKind, poolKinds, poolLane, poolName, poolRequires } from './pool-lanes.js';

/**
 * Pooling over a whole image in its plain order: PIXELS pixels of FOLDS beats of PE channels become FOLDS beats. What was seen
 * so far of each group of channels stands in a memory of FOLDS words, there is no image buffer. The results leave while the
 * last pixel enters, 1 cycle behind it. Cuts valid and data; ready follows downstream ready combinationally.
 *
 * Codes, padding and bipolar codes are as in `pool.ts`, with K = PIXELS; without padding.
 */
function makePoolGlobal(kind: PoolKind) {
  return defineModule({
    name: `pool_global_${poolName(kind)}`,
    doc: `${poolDoc(kind, 'all')} of each channel of an image

An image is PIXELS pixels of FOLDS beats, a beat is PE channels; its results are FOLDS beats. A
memory of FOLDS words holds what was seen so far.
Latency 1 cycle from a beat of the last pixel to its result; takes a beat every cycle. One enable
freezes the module while downstream stalls: cuts tvalid and tdata, s_axis_tready follows m_axis_tready.`,
    params: {
      PE: natParam({ default: 2, min: 1, doc: 'lanes' }),
      FOLDS: natParam({ default: 4, min: 1, doc: 'beats of a pixel' }),
      PIXELS: natParam({ default: 64, min: 1, doc: 'pixels of an image' }),
      X_W: natParam({ default: 8, min: 1, max: 52, doc: 'width of a value' }),
      OUT_W: natParam({
        ...{ default: kind.reduce === 'sum' ? 14 : 8, min: 1, max: 52 },
        doc: kind.reduce === 'sum' ? 'width of a sum, which wraps' : 'width of a result, X_W',
      }),
    },
    requires: ({ X_W, OUT_W }) => poolRequires(kind, X_W, OUT_W),
    ports: ({ PE, X_W, OUT_W }) => ({ s_axis: sink(uint(PE.times(X_W))), m_axis: source(uint(PE.times(OUT_W))) }),
    body(b, { s_axis: s, m_axis: m }, { PE, FOLDS, PIXELS, X_W, OUT_W }) {
      const FOLD_W = b.localparam('FOLD_W', indexWidth(FOLDS));
      const PIXEL_W = b.localparam('PIXEL_W', indexWidth(PIXELS));
      const r = b.regs({
        fold: uint(FOLD_W).reset(0).doc('next beat of its pixel'),
        pixel: uint(PIXEL_W).reset(0),
        outValid: bool().reset(0),
        out: uint(PE.times(OUT_W)),
      });
      const en = b.let('en', m.ready.or(r.outValid.not()), 'the output register is free or is being read');
      const accept = b.let('accept', s.fire);
      const begins = b.let('begins', r.pixel.eq(0));
      const ends = b.let('ends', r.pixel.eq(PIXELS.minus(1)));
      b.assign(s.ready, en);
      b.assign(m.valid, r.outValid);
      b.assign(m.data, r.out);

      const soFar = b.memory('soFar', uint(PE.times(OUT_W)), FOLDS);
      const old = b.let('old', soFar.read(r.fold));
      const seen = b.wire('seen', vec(PE, uint(OUT_W)).doc('with the beat at the input'));
      b.genFor('lane', PE, (p) => {
        const raw = s.data.bits(p.times(X_W), X_W);
        b.assign(seen.at(p), poolLane(b, kind, { old: old.bits(p.times(OUT_W), OUT_W), raw, first: begins, OUT_W }));
      });
      b.when(en, () => b.next(r.outValid, accept.and(ends)));
      b.when(accept, () => {
        soFar.write(r.fold, seen.pack());
        b.next(r.out, seen.pack());
        const foldEnds = b.let('foldEnds', r.fold.eq(FOLDS.minus(1)));
        b.next(r.fold, foldEnds.mux(b.constant(uint(FOLD_W), 0), r.fold.inc()));
        b.when(foldEnds, () => b.next(r.pixel, ends.mux(b.constant(uint(PIXEL_W), 0), r.pixel.inc())));
      });
    },
  });
}

/** One module per kind, by the end of its name: `max_s`, `max_u`, `sum_s`, `sum_u`. */
export const PoolGlobal = Object.fromEntries(
  poolKinds.map((kind) => [poolName(kind), makePoolGlobal(kind)]),
) as Readonly<Record<string, ReturnType<typeof makePoolGlobal>>>;
