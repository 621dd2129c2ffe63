/**
 * Resources of the matrix-vector unit: control, the kept vector, the weight memory, products, lane sums, running sums.
 *
 * Yosys 0.23 gives a product to a DSP48 when it has 9 bits or more, and takes the registers of the product and of the lane sum
 * and the adders between them into the same DSPs (a chain of post-adders).
 */
import {
  accumulator,
  adderTree,
  addResources,
  counterBits,
  dspsOfProduct,
  lutProduct,
  noResources,
  popcount,
  ram,
  type Resources,
  romWithRegister,
  timesResources,
} from '../../blocks/resources/index.js';
import type { Styles } from '../layer-styles.js';
import { type Arithmetic, isBinary } from '../stages/arithmetic.js';

export interface MatvecSizes {
  readonly MH: number;
  readonly MW: number;
  readonly PE: number;
  readonly SIMD: number;
  readonly X_W: number;
  readonly W_W: number;
  readonly ACC_W: number;
  /** Matrices that take turns; default 1. */
  readonly GROUPS?: number;
  /** Bits that every product loses; default 0. */
  readonly P_SHIFT?: number;
}

/** Bits of one product, as `productWidth` of the hardware. */
export function productBits(arithmetic: Arithmetic, X_W: number, W_W: number): number {
  switch (arithmetic) {
    case 'ss':
      return X_W + W_W;
    case 'us':
    case 'su':
      return X_W + W_W + 1;
    case 'uu':
      return X_W + W_W + 2;
    case 'ub':
      return X_W + 2;
    case 'sb':
      return X_W + 1;
    case 'bu':
      return W_W + 2;
    case 'bs':
      return W_W + 1;
    case 'xnor':
    case 'xnor_sum':
      return 1;
  }
}

/** Whether one operand is a sign only. */
export const flips = (arithmetic: Arithmetic): boolean => arithmetic.startsWith('b') || arithmetic.endsWith('b');

/** Where the products of a unit are made; `asked` by the folding, where it is a choice. */
export function productStyle(
  arithmetic: Arithmetic,
  X_W: number,
  W_W: number,
  asked?: Styles['mult'],
): 'agreement' | 'sign' | 'lut' | 'dsp' {
  if (isBinary(arithmetic)) return 'agreement';
  if (flips(arithmetic)) return 'sign';
  if (asked !== undefined) return asked;
  const [x, w] = operandBits(arithmetic, X_W, W_W);
  return dspsOfProduct(x, w, productBits(arithmetic, X_W, W_W)) > 0 ? 'dsp' : 'lut';
}

/** Operands as signed numbers: an unsigned one has a bit more. */
export function operandBits(arithmetic: Arithmetic, X_W: number, W_W: number): readonly [x: number, w: number] {
  return [X_W + (arithmetic.startsWith('u') ? 1 : 0), W_W + (arithmetic.endsWith('u') ? 1 : 0)];
}

/** Everything but weight memory and control: PE rows of SIMD products, summed and accumulated. */
function datapath(arithmetic: Arithmetic, sizes: MatvecSizes, asked: Styles['mult']): Resources {
  const { MW, PE, SIMD, X_W, W_W, ACC_W, P_SHIFT = 0 } = sizes;
  const whole = productBits(arithmetic, X_W, W_W);
  const P_W = Math.max(1, whole - P_SHIFT);
  const lanes = Math.ceil(Math.log2(SIMD));
  const totals = (sum: number) => ({ lut: MW === SIMD ? 0 : accumulator(ACC_W, sum), ff: ACC_W });
  switch (productStyle(arithmetic, X_W, W_W, asked)) {
    case 'agreement': {
      const count = Math.ceil(Math.log2(SIMD + 1)) + (arithmetic === 'xnor' ? 0 : 1);
      const agree = { lut: SIMD, ff: SIMD };
      return timesResources(PE, addResources(agree, { lut: popcount(SIMD), ff: count }, totals(count)));
    }
    case 'dsp': {
      const [x, w] = operandBits(arithmetic, X_W, W_W);
      const dsp = SIMD * Math.max(1, dspsOfProduct(x, w, whole));
      // A product that loses bits leaves its DSP; registers, sum and adders are outside then.
      const outside = P_SHIFT === 0 ? {} : { lut: adderTree(SIMD, P_W), ff: SIMD * P_W + P_W + lanes };
      return timesResources(PE, addResources({ dsp }, outside, totals(P_W + lanes)));
    }
    case 'sign':
    case 'lut': {
      const one = flips(arithmetic) ? whole : lutProduct(X_W, W_W, arithmetic === 'ss');
      const products = { lut: SIMD * one, ff: SIMD * P_W };
      const sum = { lut: adderTree(SIMD, P_W), ff: P_W + lanes };
      return timesResources(PE, addResources(products, sum, totals(P_W + lanes)));
    }
  }
}

/** LUTs of the pipeline's enable, valids and comparisons of counters. */
export const controlLuts = 10;

/** Where the words of a unit come from, as `WeightForm` of the hardware; of a ROM the different columns, where its contents are known. */
export type WeightSource = { readonly form: 'rom'; readonly columns?: number } | { readonly form: 'stream' | 'mapped' };

export function matvecResources(
  arithmetic: Arithmetic,
  sizes: MatvecSizes,
  from: WeightSource = { form: 'rom' },
  { mult, ram: weightRam }: Styles = {},
): Resources {
  const { MH, MW, PE, SIMD, X_W, W_W, GROUPS = 1 } = sizes;
  const [SF, NF] = [MW / SIMD, MH / PE];
  const words = SF * NF * GROUPS;
  const counters = counterBits(SF) + counterBits(NF) + counterBits(GROUPS);
  const word = from.form === 'stream' ? 0 : counterBits(words);
  // Marks of the first and the last beat run beside the pipeline in two shift registers.
  const marks = SF > 1 ? 2 : 0;
  const one = words === 1 && from.form === 'rom';
  const control = { lut: one ? 2 : counters + word + controlLuts + marks, ff: counters + word + 4 };
  const kept = NF > 1 ? addResources(ram(SIMD * X_W, SF, 'single'), { lut: SIMD * X_W }) : noResources;
  const bits = PE * SIMD * W_W;
  const rom = from.form === 'rom' ? romWithRegister(bits, words, from.columns, weightRam) : undefined;
  const inDsp = productStyle(arithmetic, X_W, W_W, mult) === 'dsp';
  // A word from a stream is registered here, in the DSPs where there are any; a store has its own register.
  const weights = rom ?? { ff: from.form === 'stream' && !inDsp ? bits : 0 };
  // DSPs with a constant operand take the register of the other one in.
  const absorbed = rom?.style === 'constant' && inDsp;
  const operand = { ff: absorbed ? 0 : SIMD * X_W };
  return addResources(control, kept, weights, operand, datapath(arithmetic, sizes, mult));
}
