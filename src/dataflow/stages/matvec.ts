import {
  type Bool,
  bool,
  type Builder,
  cat,
  defineModule,
  imageParam,
  indexWidth,
  input,
  natEq,
  natGe,
  natGt,
  type ImageRef,
  type NatExpr,
  natParam,
  output,
  requirement,
  type Sig,
  sink,
  sint,
  source,
  type Stream,
  type UInt,
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
 * Where the weight words come from. `rom`: a memory inside with fixed contents. `stream`: a second input, one word for each
 * step. `mapped`: a memory outside that the unit addresses, with a registered read.
 */
export type WeightForm = 'rom' | 'stream' | 'mapped';

const weightsDoc: Readonly<Record<WeightForm, string>> = {
  rom: '',
  stream: `
w_axis brings the words in this order, NF * SF for each vector; a step waits for its word.`,
  mapped: `
The words are in a memory outside: w_data is word w_addr one cycle after w_en, and stays until
the next w_en.`,
};
const groupsDoc = `
GROUPS vectors in turn have rows and words of their own, those of vector 0 first.`;
const pathsDoc: Readonly<Record<WeightForm, string>> = {
  rom: 's_axis_tready follows m_axis_tready.',
  stream: `s_axis_tready and w_axis_tready
follow m_axis_tready and the tvalid of each other's stream.`,
  mapped: `s_axis_tready and w_en follow
m_axis_tready, w_en also s_axis_tvalid.`,
};

const nameOf = { rom: '', stream: '_stream', mapped: '_mapped' } as const;

/** No parameters; the type lets modules that lack some share one description with those that have them. */
type NatSpec = ReturnType<typeof natParam>;
const noGroups = {} as { readonly GROUPS: NatSpec };
const noShift = {} as { readonly P_SHIFT: NatSpec };

/** What all forms of one arithmetic have in common. */
export function matvecCommon(arithmetic: Arithmetic, form: WeightForm) {
  const binary = isBinary(arithmetic);
  return {
    name: `matvec_${arithmetic}${nameOf[form]}`,
    doc: `matrix-vector unit: PE rows and SIMD columns of an MH x MW matrix at a time

${arithmeticDoc[arithmetic]}
A vector enters as SF = MW / SIMD beats and is used for NF = MH / PE groups of rows: the first
group reads the stream and keeps its beats, the others replay them. The sums of PE rows leave as
one beat. Weight word nf * SF + sf holds row nf * PE + p, column sf * SIMD + k as field
p * SIMD + k, the first field in the lowest bits.${weightsDoc[form]}${form === 'stream' ? '' : groupsDoc}
Latency 4 cycles from the last beat of a group; SF * NF cycles a vector. One enable freezes the
whole pipeline while downstream stalls: cuts tvalid and tdata, ${pathsDoc[form]}`,
    params: {
      MH: natParam({ default: 8, min: 1, doc: 'rows of the matrix (outputs)' }),
      MW: natParam({ default: 8, min: 1, doc: 'columns of the matrix (inputs)' }),
      PE: natParam({ default: 2, min: 1, doc: 'rows at a time; divides MH' }),
      SIMD: natParam({ default: 4, min: 1, doc: 'columns at a time; divides MW' }),
      ...(form === 'stream' ? noGroups : { GROUPS: natParam({ default: 1, min: 1, doc: 'matrices that take turns' }) }),
      X_W: natParam({ default: binary || arithmetic.startsWith('b') ? 1 : 8, min: 1, doc: 'width of an activation' }),
      W_W: natParam({ default: binary || arithmetic.endsWith('b') ? 1 : 8, min: 1, doc: 'width of a weight' }),
      ...(binary
        ? noShift
        : { P_SHIFT: natParam({ default: 0, max: 63, doc: 'bits that every product loses, floored' }) }),
      ACC_W: natParam({ default: 24, min: 1, doc: 'width of a running sum, which wraps; >= SUM_W' }),
    },
    requires: ({ MH, MW, PE, SIMD, X_W, W_W, P_SHIFT, ACC_W }: MatvecNats) => [
      requirement(natEq(MH.mod(PE), 0), 'PE divides MH'),
      requirement(natEq(MW.mod(SIMD), 0), 'SIMD divides MW'),
      ...(P_SHIFT ? [requirement(natGt(productWidth(arithmetic, X_W, W_W), P_SHIFT), 'a product keeps a bit')] : []),
      requirement(natGe(ACC_W, laneSumWidth(arithmetic, SIMD, X_W, W_W, P_SHIFT)), 'a sum holds one beat'),
      ...(arithmetic.startsWith('b') || binary ? [requirement(natEq(X_W, 1), 'activations are bits')] : []),
      ...(arithmetic.endsWith('b') || binary ? [requirement(natEq(W_W, 1), 'weights are bits')] : []),
    ],
  } as const;
}

/** GROUPS: not with a weight stream. P_SHIFT: not where both operands are bits. */
export type MatvecNats = Readonly<Record<'MH' | 'MW' | 'PE' | 'SIMD' | 'X_W' | 'W_W' | 'ACC_W', NatExpr>> &
  Readonly<Partial<Record<'GROUPS' | 'P_SHIFT', NatExpr>>>;
/** The streams of all forms. */
export const dataPorts = ({ PE, SIMD, X_W, ACC_W }: MatvecNats) => ({
  s_axis: sink(uint(SIMD.times(X_W))),
  m_axis: source(uint(PE.times(ACC_W))),
});
/** Weight words of all groups. */
export const wordCount = ({ MH, MW, PE, SIMD, GROUPS }: MatvecNats): NatExpr => {
  const words = MW.div(SIMD).times(MH.div(PE));
  return GROUPS === undefined ? words : words.times(GROUPS);
};
/** Bits of a weight word. */
export const wordWidth = ({ PE, SIMD, W_W }: MatvecNats): NatExpr => PE.times(SIMD).times(W_W);

interface DataPorts {
  readonly s_axis: Stream<UInt>;
  readonly m_axis: Stream<UInt>;
}
type WeightPorts =
  | { readonly form: 'rom'; readonly image: ImageRef }
  | { readonly form: 'stream'; readonly w: Stream<UInt> }
  | { readonly form: 'mapped'; readonly en: Sig<Bool>; readonly addr: Sig<UInt>; readonly data: Sig<UInt> };

/**
 * Matrix-vector unit: MH x MW matrix times a stream of vectors, PE rows and SIMD columns at a time.
 *
 * A vector enters as SF = MW / SIMD beats of SIMD activations; each is used for NF = MH / PE groups of rows. The first
 * group reads the stream and keeps the beats, the other groups replay them. After every SF beats the sums of PE rows leave
 * as one beat. Steady interval SF * NF cycles a vector. A sum leaves 4 cycles after the last beat of its group was taken.
 * Cuts valid and data; ready follows downstream ready combinationally (one enable freezes the whole pipeline).
 */
function matvecBody(
  b: Builder,
  arithmetic: Arithmetic,
  { s_axis: s, m_axis: m }: DataPorts,
  sizes: MatvecNats,
  weights: WeightPorts,
): void {
  const { MH, MW, PE, SIMD, GROUPS, X_W, W_W, P_SHIFT, ACC_W } = sizes;
  const SF = b.localparam('SF', MW.div(SIMD));
  const NF = b.localparam('NF', MH.div(PE));
  const SF_W = b.localparam('SF_W', indexWidth(SF));
  const NF_W = b.localparam('NF_W', indexWidth(NF));
  const memory =
    weights.form === 'stream'
      ? undefined
      : memorySize(b, GROUPS === undefined ? SF.times(NF) : GROUPS.times(SF).times(NF));
  const SUM_W = b.localparam('SUM_W', laneSumWidth(arithmetic, SIMD, X_W, W_W, P_SHIFT));
  const P_W = P_SHIFT && b.localparam('P_W', productWidth(arithmetic, X_W, W_W).minus(P_SHIFT), 'width of a product');

  b.comment('where we are: beat sf of the vector, group nf of rows');
  const at = b.regs({ sf: uint(SF_W).reset(0), nf: uint(NF_W).reset(0) });
  const word = memory && b.reg('word', uint(memory.ADDR_W).reset(0).doc('next word of the weight memory'));
  const en = b.wire('en', bool().doc('the pipeline moves'));
  const fresh = b.let('fresh', at.nf.eq(0), 'the first group takes beats from the stream');
  const beatWaits = s.valid.or(fresh.not());
  const canFetch = weights.form === 'stream' ? beatWaits.and(weights.w.valid) : beatWaits;
  const fetch = b.let('fetch', en.and(canFetch), 'operands enter the pipeline');
  const sfEnds = b.let('sfEnds', at.sf.eq(SF.minus(1)));
  const nfEnds = b.let('nfEnds', at.nf.eq(NF.minus(1)));
  if (weights.form === 'stream') {
    b.assign(s.ready, en.and(fresh).and(weights.w.valid));
    b.assign(weights.w.ready, en.and(beatWaits));
  } else b.assign(s.ready, en.and(fresh));
  b.when(fetch, () => {
    b.next(at.sf, sfEnds.mux(b.constant(uint(SF_W), 0), at.sf.inc()));
    if (memory && word)
      b.next(word, word.eq(memory.WORDS.minus(1)).mux(b.constant(uint(memory.ADDR_W), 0), word.inc()));
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
  const rom = weights.form === 'rom' && memory && b.rom('weights', uint(wordWidth(sizes)), memory.WORDS, weights.image);
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
  const operand = {
    x: b.reg('x', uint(SIMD.times(X_W))),
    w: weights.form === 'mapped' ? weights.data : b.reg('w', uint(wordWidth(sizes))),
  };
  if (weights.form === 'mapped' && word) {
    b.assign(weights.en, fetch);
    b.assign(weights.addr, word);
  }
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
    if (rom && word) b.next(operand.w, rom.read(word));
    if (weights.form === 'stream') b.next(operand.w, weights.w.data);
  });
  const accumulate = b.let('accumulate', en.and(stage.sumValid));

  b.genFor('pe', PE, (p) => {
    const sum = b.reg('sum', sint(SUM_W));
    if (P_W === undefined || P_SHIFT === undefined) {
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
        const floored = product(arithmetic, x, w)
          .shr(b.constant(uint(6), P_SHIFT))
          .truncate(P_W);
        b.when(en, () => b.next(products.at(k), floored));
      });
      b.when(en, () => b.next(sum, products.sum()));
    }
    const term = b.let('term', sum.extend(ACC_W));
    b.when(accumulate, () => b.next(total.at(p), stage.sumFirst.mux(term, total.at(p).addWrap(term))));
  });
}

/** Words of a weight memory and the width of their address. */
function memorySize(b: Builder, words: NatExpr): { readonly WORDS: NatExpr; readonly ADDR_W: NatExpr } {
  const WORDS = b.localparam('WORDS', words);
  return { WORDS, ADDR_W: b.localparam('ADDR_W', indexWidth(WORDS)) };
}

function makeMatvec(arithmetic: Arithmetic) {
  const shared = matvecCommon(arithmetic, 'rom');
  const WEIGHTS = imageParam('weight memory, GROUPS * NF * SF words of PE * SIMD * W_W bits');
  return defineModule({
    ...shared,
    params: { ...shared.params, WEIGHTS },
    ports: dataPorts,
    body: (b, io, params) => matvecBody(b, arithmetic, io, params, { form: 'rom', image: params.WEIGHTS }),
  });
}

function makeStreamed(arithmetic: Arithmetic) {
  return defineModule({
    ...matvecCommon(arithmetic, 'stream'),
    ports: (sizes) => {
      const { s_axis, m_axis } = dataPorts(sizes);
      return { s_axis, w_axis: sink(uint(wordWidth(sizes)), 'weight words'), m_axis };
    },
    body: (b, io, sizes) => matvecBody(b, arithmetic, io, sizes, { form: 'stream', w: io.w_axis }),
  });
}

function makeMapped(arithmetic: Arithmetic) {
  return defineModule({
    ...matvecCommon(arithmetic, 'mapped'),
    ports: (sizes) => {
      return {
        ...dataPorts(sizes),
        w_en: output(bool(), 'read a weight word'),
        w_addr: output(uint(indexWidth(wordCount(sizes)))),
        w_data: input(uint(wordWidth(sizes)), 'the word of the last read'),
      };
    },
    body: (b, io, sizes) =>
      matvecBody(b, arithmetic, io, sizes, { form: 'mapped', en: io.w_en, addr: io.w_addr, data: io.w_data }),
  });
}

/** One of each. */
export const perArithmetic = <T>(make: (arithmetic: Arithmetic) => T): Readonly<Record<Arithmetic, T>> =>
  Object.fromEntries(arithmetics.map((arithmetic) => [arithmetic, make(arithmetic)])) as Readonly<
    Record<Arithmetic, T>
  >;

/** One module per arithmetic; sizes and widths are parameters. Weights in a ROM inside. */
export const Matvec = perArithmetic(makeMatvec);
/** The same with weights from a stream. */
export const MatvecStream = perArithmetic(makeStreamed);
/** The same with weights in a memory outside. */
export const MatvecMapped = perArithmetic(makeMapped);
