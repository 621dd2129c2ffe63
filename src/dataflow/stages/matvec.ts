import {
  bool,
  cat,
  defineModule,
  imageParam,
  indexWidth,
  natEq,
  natGe,
  natGt,
  natParam,
  requirement,
  sink,
  sint,
  source,
  uint,
  vec,
} from '../../hdl/index.js';
import {
  type Arithmetic,
  arithmeticDoc,
  arithmetics,
  isBinary,
  laneSumWidth,
  product,
  productWidth,
} from './arithmetic.js';

/**
 * Matrix-vector unit: MH x MW matrix times a stream of vectors, PE rows and SIMD columns at a time.
 *
 * A vector enters as SF = MW / SIMD beats of SIMD activations; each is used for NF = MH / PE groups of rows. The first
 * group reads the stream and keeps the beats, the other groups replay them. After every SF beats the sums of PE rows leave
 * as one beat. Steady interval SF * NF cycles a vector. A sum leaves 4 cycles after the last beat of its group was taken.
 * Cuts valid and data; ready follows downstream ready combinationally (one enable freezes the whole pipeline).
 */
function makeMatvec(arithmetic: Arithmetic) {
  const binary = isBinary(arithmetic);
  return defineModule({
    name: `matvec_${arithmetic}`,
    doc: `matrix-vector unit: PE rows and SIMD columns of an MH x MW matrix at a time

${arithmeticDoc[arithmetic]}
A vector enters as SF = MW / SIMD beats and is used for NF = MH / PE groups of rows: the first
group reads the stream and keeps its beats, the others replay them. The sums of PE rows leave as
one beat. Weight word nf * SF + sf holds row nf * PE + p, column sf * SIMD + k as field
p * SIMD + k, the first field in the lowest bits.
Latency 4 cycles from the last beat of a group; SF * NF cycles a vector. One enable freezes the
whole pipeline while downstream stalls: cuts tvalid and tdata, s_axis_tready follows m_axis_tready.`,
    params: {
      MH: natParam({ default: 8, min: 1, doc: 'rows of the matrix (outputs)' }),
      MW: natParam({ default: 8, min: 1, doc: 'columns of the matrix (inputs)' }),
      PE: natParam({ default: 2, min: 1, doc: 'rows at a time; divides MH' }),
      SIMD: natParam({ default: 4, min: 1, doc: 'columns at a time; divides MW' }),
      X_W: natParam({ default: binary || arithmetic.startsWith('b') ? 1 : 8, min: 1, doc: 'width of an activation' }),
      W_W: natParam({ default: binary || arithmetic.endsWith('b') ? 1 : 8, min: 1, doc: 'width of a weight' }),
      ACC_W: natParam({ default: 24, min: 1, doc: 'width of a running sum, which wraps; >= SUM_W' }),
      WEIGHTS: imageParam('weight memory, NF * SF words of PE * SIMD * W_W bits'),
    },
    requires: ({ MH, MW, PE, SIMD, X_W, W_W, ACC_W }) => [
      requirement(natEq(MH.mod(PE), 0), 'PE divides MH'),
      requirement(natEq(MW.mod(SIMD), 0), 'SIMD divides MW'),
      requirement(natGe(ACC_W, laneSumWidth(arithmetic, SIMD, X_W, W_W)), 'a sum holds one beat'),
      ...(arithmetic.startsWith('b') || binary ? [requirement(natEq(X_W, 1), 'activations are bits')] : []),
      ...(arithmetic.endsWith('b') || binary ? [requirement(natEq(W_W, 1), 'weights are bits')] : []),
    ],
    ports: ({ PE, SIMD, X_W, ACC_W }) => ({
      s_axis: sink(uint(SIMD.times(X_W))),
      m_axis: source(uint(PE.times(ACC_W))),
    }),
    body(b, { s_axis: s, m_axis: m }, { MH, MW, PE, SIMD, X_W, W_W, ACC_W, WEIGHTS }) {
      const SF = b.localparam('SF', MW.div(SIMD));
      const NF = b.localparam('NF', MH.div(PE));
      const SF_W = b.localparam('SF_W', indexWidth(SF));
      const NF_W = b.localparam('NF_W', indexWidth(NF));
      const WORDS = b.localparam('WORDS', SF.times(NF));
      const ADDR_W = b.localparam('ADDR_W', indexWidth(WORDS));
      const SUM_W = b.localparam('SUM_W', laneSumWidth(arithmetic, SIMD, X_W, W_W));

      const P_W = binary ? undefined : b.localparam('P_W', productWidth(arithmetic, X_W, W_W), 'width of a product');

      b.comment('where we are: beat sf of the vector, group nf of rows');
      const at = b.regs({
        sf: uint(SF_W).reset(0),
        nf: uint(NF_W).reset(0),
        word: uint(ADDR_W).reset(0).doc('next word of the weight memory'),
      });
      const en = b.wire('en', bool().doc('the pipeline moves'));
      const fresh = b.let('fresh', at.nf.eq(0), 'the first group takes beats from the stream');
      const fetch = b.let('fetch', en.and(s.valid.or(fresh.not())), 'operands enter the pipeline');
      const sfEnds = b.let('sfEnds', at.sf.eq(SF.minus(1)));
      const nfEnds = b.let('nfEnds', at.nf.eq(NF.minus(1)));
      b.assign(s.ready, en.and(fresh));
      b.when(fetch, () => {
        b.next(at.sf, sfEnds.mux(b.constant(uint(SF_W), 0), at.sf.inc()));
        b.next(at.word, sfEnds.and(nfEnds).mux(b.constant(uint(ADDR_W), 0), at.word.inc()));
        b.when(sfEnds, () => b.next(at.nf, nfEnds.mux(b.constant(uint(NF_W), 0), at.nf.inc())));
      });

      b.comment('beats of the vector, kept by the first group for the others');
      const beat = b.wire('beat', uint(SIMD.times(X_W)));
      b.genIf(
        'replay',
        natGt(NF, 1),
        () => {
          const kept = b.memory('kept', uint(SIMD.times(X_W)), SF);
          b.when(fetch.and(fresh), () => kept.write(at.sf, s.data));
          b.assign(beat, fresh.mux(s.data, kept.read(at.sf)));
        },
        () => b.assign(beat, s.data),
      );

      b.comment('pipeline: operands, products, lane sums, accumulators');
      const weights = b.rom('weights', uint(PE.times(SIMD).times(W_W)), WORDS, WEIGHTS);
      const stage = b.regs({
        operandValid: bool().reset(0),
        operandFirst: bool(),
        operandLast: bool(),
        productValid: bool().reset(0),
        productFirst: bool(),
        productLast: bool(),
        sumValid: bool().reset(0),
        sumFirst: bool(),
        sumLast: bool(),
        outValid: bool().reset(0),
      });
      const operand = b.regs({ x: uint(SIMD.times(X_W)), w: uint(PE.times(SIMD).times(W_W)) });
      const total = b.reg('total', vec(PE, sint(ACC_W)).doc('running sums of PE rows'));
      b.assign(m.valid, stage.outValid);
      b.assign(m.data, total.pack());
      b.assign(en, m.ready.or(stage.outValid.not()));
      b.when(en, () => {
        b.next(stage.operandValid, fetch);
        b.next(stage.operandFirst, at.sf.eq(0));
        b.next(stage.operandLast, sfEnds);
        b.next(stage.productValid, stage.operandValid);
        b.next(stage.productFirst, stage.operandFirst);
        b.next(stage.productLast, stage.operandLast);
        b.next(stage.sumValid, stage.productValid);
        b.next(stage.sumFirst, stage.productFirst);
        b.next(stage.sumLast, stage.productLast);
        b.next(stage.outValid, stage.sumValid.and(stage.sumLast));
      });
      b.when(fetch, () => {
        b.next(operand.x, beat);
        b.next(operand.w, weights.read(at.word));
      });
      const accumulate = b.let('accumulate', en.and(stage.sumValid));

      b.genFor('pe', PE, (p) => {
        const sum = b.reg('sum', sint(SUM_W));
        if (P_W === undefined) {
          const agree = b.reg('agree', uint(SIMD).doc('lanes where weight and activation agree'));
          const count = b.let('count', agree.popcount());
          const value =
            arithmetic === 'xnor'
              ? count.extend(SUM_W).asSInt()
              : cat(count, b.constant(uint(1), 0))
                  .extend(SUM_W)
                  .asSInt()
                  .subWrap(SIMD);
          b.when(en, () => {
            b.next(
              agree,
              operand.x
                .truncate(SIMD)
                .xor(operand.w.bits(p.times(SIMD), SIMD))
                .not(),
            );
            b.next(sum, value);
          });
        } else {
          const products = b.reg('product', vec(SIMD, sint(P_W)));
          b.genFor('lane', SIMD, (k) => {
            const x = operand.x.bits(k.times(X_W), X_W);
            const w = operand.w.bits(p.times(SIMD).plus(k).times(W_W), W_W);
            b.when(en, () => b.next(products.at(k), product(arithmetic, x, w)));
          });
          b.when(en, () => b.next(sum, products.sum()));
        }
        const term = b.let('term', sum.extend(ACC_W));
        b.when(accumulate, () => b.next(total.at(p), stage.sumFirst.mux(term, total.at(p).addWrap(term))));
      });
    },
  });
}

/** One module per arithmetic; sizes and widths are parameters. */
export const Matvec = Object.fromEntries(
  arithmetics.map((arithmetic) => [arithmetic, makeMatvec(arithmetic)]),
) as Readonly<Record<Arithmetic, ReturnType<typeof makeMatvec>>>;
