import {
  bool,
  defineModule,
  imageParam,
  indexWidth,
  nat,
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

/** The type lets the kinds whose product is one bit share one description with the others. */
const noShift = {} as { readonly P_SHIFT: ReturnType<typeof natParam> };

/**
 * Depthwise unit: each channel's elements of a window times weights of its own, PE channels at a time.
 *
 * Behind `sliding_window_groups` with SIMD = PE, whose patches bring K = KH * KW beats for each of FOLDS groups of channels.
 * Latency 3 cycles from the last beat of a group; a beat every cycle, hence K * FOLDS cycles a pixel. Cuts valid and data;
 * ready follows downstream ready combinationally (one enable freezes the whole pipeline).
 */
function makeDepthwise(arithmetic: Arithmetic) {
  const binary = isBinary(arithmetic);
  const [bitX, bitW] = [binary || arithmetic.startsWith('b'), binary || arithmetic.endsWith('b')];
  return defineModule({
    name: `depthwise_${arithmetic}`,
    doc: `depthwise unit: each channel's window elements times weights of its own, PE channels at a time

${arithmeticDoc[arithmetic]}
K beats of PE channels, one for each position of the window, make one beat of PE sums; FOLDS groups of PE
channels take turns. That is the order of sliding_window_groups. Weight word f * K + k holds position k of
channel f * PE + p as field p, the first field in the lowest bits.
Latency 3 cycles from the last beat of a group, a beat every cycle. One enable freezes the whole pipeline
while downstream stalls: cuts tvalid and tdata, s_axis_tready follows m_axis_tready.`,
    params: {
      PE: natParam({ default: 4, min: 1, doc: 'channels at a time' }),
      FOLDS: natParam({ default: 2, min: 1, doc: 'groups of channels' }),
      K: natParam({ default: 9, min: 1, doc: 'positions of the window' }),
      X_W: natParam({ default: bitX ? 1 : 8, min: 1, doc: 'width of an activation' }),
      W_W: natParam({ default: bitW ? 1 : 8, min: 1, doc: 'width of a weight' }),
      ...(binary
        ? noShift
        : { P_SHIFT: natParam({ default: 0, max: 63, doc: 'bits that every product loses, floored' }) }),
      ACC_W: natParam({ default: 24, min: 1, doc: 'width of a running sum, which wraps' }),
      WEIGHTS: imageParam('weight memory, FOLDS * K words of PE * W_W bits'),
    },
    requires: ({ X_W, W_W, P_SHIFT, ACC_W }) => [
      ...(binary ? [] : [requirement(natGt(productWidth(arithmetic, X_W, W_W), P_SHIFT), 'a product keeps a bit')]),
      requirement(
        natGe(ACC_W, laneSumWidth(arithmetic, nat(1), X_W, W_W, binary ? undefined : P_SHIFT)),
        'a sum holds one product',
      ),
      ...(bitX ? [requirement(natEq(X_W, 1), 'activations are bits')] : []),
      ...(bitW ? [requirement(natEq(W_W, 1), 'weights are bits')] : []),
    ],
    ports: ({ PE, X_W, ACC_W }) => ({ s_axis: sink(uint(PE.times(X_W))), m_axis: source(uint(PE.times(ACC_W))) }),
    body(b, { s_axis: s, m_axis: m }, { PE, FOLDS, K, X_W, W_W, P_SHIFT, ACC_W, WEIGHTS }) {
      const WORDS = b.localparam('WORDS', FOLDS.times(K));
      const ADDR_W = b.localparam('ADDR_W', indexWidth(WORDS));
      const K_W = b.localparam('K_W', indexWidth(K));
      const P_W = b.localparam(
        'P_W',
        binary ? laneSumWidth(arithmetic, nat(1), X_W, W_W) : productWidth(arithmetic, X_W, W_W).minus(P_SHIFT),
        'width of a product',
      );

      b.comment('where we are: position k of the window, word of the weight memory');
      const at = b.regs({ k: uint(K_W).reset(0), word: uint(ADDR_W).reset(0) });
      const en = b.wire('en', bool().doc('the pipeline moves'));
      const accept = b.let('accept', s.fire);
      const kEnds = b.let('kEnds', at.k.eq(K.minus(1)));
      b.assign(s.ready, en);
      b.when(accept, () => {
        b.next(at.k, kEnds.mux(b.constant(uint(K_W), 0), at.k.inc()));
        b.next(at.word, at.word.eq(WORDS.minus(1)).mux(b.constant(uint(ADDR_W), 0), at.word.inc()));
      });

      b.comment('pipeline: operands, products, accumulators');
      const weights = b.rom('weights', uint(PE.times(W_W)), WORDS, WEIGHTS);
      const stage = b.regs({
        operandValid: bool().reset(0),
        operandFirst: bool(),
        operandLast: bool(),
        productValid: bool().reset(0),
        productFirst: bool(),
        productLast: bool(),
        outValid: bool().reset(0),
      });
      const operand = b.regs({ x: uint(PE.times(X_W)), w: uint(PE.times(W_W)) });
      const total = b.reg('total', vec(PE, sint(ACC_W)).doc('running sums of PE channels'));
      b.assign(m.valid, stage.outValid);
      b.assign(m.data, total.pack());
      b.assign(en, m.ready.or(stage.outValid.not()));
      b.when(en, () => {
        b.next(stage.operandValid, s.valid);
        b.next(stage.operandFirst, at.k.eq(0));
        b.next(stage.operandLast, kEnds);
        b.next(stage.productValid, stage.operandValid);
        b.next(stage.productFirst, stage.operandFirst);
        b.next(stage.productLast, stage.operandLast);
        b.next(stage.outValid, stage.productValid.and(stage.productLast));
      });
      b.when(accept, () => {
        b.next(operand.x, s.data);
        b.next(operand.w, weights.read(at.word));
      });
      const accumulate = b.let('accumulate', en.and(stage.productValid));

      b.genFor('pe', PE, (p) => {
        const part = b.reg('part', sint(P_W).doc('product'));
        const [x, w] = [operand.x.bits(p.times(X_W), X_W), operand.w.bits(p.times(W_W), W_W)];
        const value = binary
          ? x
              .bit(0)
              .eq(w.bit(0))
              .mux(b.constant(sint(P_W), 1), b.constant(sint(P_W), arithmetic === 'xnor' ? 0 : -1))
          : product(arithmetic, x, w)
              .shr(b.constant(uint(6), P_SHIFT))
              .truncate(P_W);
        b.when(en, () => b.next(part, value));
        const term = b.let('term', part.extend(ACC_W));
        b.when(accumulate, () => b.next(total.at(p), stage.productFirst.mux(term, total.at(p).addWrap(term))));
      });
    },
  });
}

/** One module per arithmetic; sizes and widths are parameters. */
export const Depthwise = Object.fromEntries(
  arithmetics.map((arithmetic) => [arithmetic, makeDepthwise(arithmetic)]),
) as Readonly<Record<Arithmetic, ReturnType<typeof makeDepthwise>>>;
