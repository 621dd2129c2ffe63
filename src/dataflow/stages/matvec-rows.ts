/**
 * The arithmetic of the matrix-vector unit's cycle model: PE running sums over beats of SIMD activations.
 *
 * Operands are values: unsigned, signed, or -1 and +1 for a bipolar bit. With both bipolar, sum x w = agreements minus
 * disagreements, hence agreements = (sum x w + SIMD) / 2. Products are floored to multiples of 2^P_SHIFT, and counted in
 * these. Sums are taken modulo 2^ACC_W as signed numbers.
 */
import type { Image } from '../../circuit/module.js';
import type { Arithmetic } from './arithmetic.js';
import { numberBits, packBigLanes, packLanes, readBigLanes, readLanes } from './lanes.js';

export interface MatvecSizes {
  readonly MH: number;
  readonly MW: number;
  readonly PE: number;
  readonly SIMD: number;
  readonly X_W: number;
  readonly W_W: number;
  /** 0 where absent. */
  readonly P_SHIFT?: number;
  readonly ACC_W: number;
}

export interface Rows {
  /** Takes the activations of beat `sf` of a vector. */
  keep(sf: number, beat: bigint): void;
  /** Replaces weight word `word`. */
  load(word: number, bits: bigint): void;
  /** Adds the products of weight word `word` with kept beat `sf`; beat 0 starts new sums. */
  add(word: number, sf: number): void;
  /** The PE sums as one beat. */
  sums(): bigint;
}

type Operand = 'unsigned' | 'signed' | 'bipolar';
const operands = { u: 'unsigned', s: 'signed', b: 'bipolar' } as const;

function operandsOf(arithmetic: Arithmetic): { x: Operand; w: Operand; counts: boolean } {
  if (arithmetic === 'xnor' || arithmetic === 'xnor_sum')
    return { x: 'bipolar', w: 'bipolar', counts: arithmetic === 'xnor' };
  const [x, w] = arithmetic;
  return { x: operands[x as keyof typeof operands], w: operands[w as keyof typeof operands], counts: false };
}

/** Numbers where sums fit them, else big integers. */
export function makeRows(arithmetic: Arithmetic, sizes: MatvecSizes, weights: Pick<Image, 'words'>): Rows {
  return sizes.ACC_W + (sizes.P_SHIFT ?? 0) <= numberBits
    ? new NumberRows(arithmetic, sizes, weights)
    : new BigRows(arithmetic, sizes, weights);
}

class NumberRows implements Rows {
  readonly #sizes: MatvecSizes;
  readonly #x: Operand;
  readonly #w: Operand;
  readonly #counts: boolean;
  /** [word][PE][SIMD]. */
  readonly #weights: Float64Array;
  /** [SF][SIMD]. */
  readonly #kept: Float64Array;
  readonly #sums: Float64Array;

  constructor(arithmetic: Arithmetic, sizes: MatvecSizes, { words }: Pick<Image, 'words'>) {
    const { x, w, counts } = operandsOf(arithmetic);
    const { PE, SIMD, MW } = sizes;
    this.#sizes = sizes;
    this.#x = x;
    this.#w = w;
    this.#counts = counts;
    this.#weights = new Float64Array(words.length * PE * SIMD);
    words.forEach((word, i) => this.load(i, word));
    this.#kept = new Float64Array(MW);
    this.#sums = new Float64Array(PE);
  }

  load(word: number, bits: bigint): void {
    const { PE, SIMD, W_W } = this.#sizes;
    const lanes = PE * SIMD;
    readLanes(bits, lanes, W_W, this.#w === 'signed', this.#weights, word * lanes);
    if (this.#w === 'bipolar') bipolar(this.#weights, word * lanes, lanes);
  }

  keep(sf: number, beat: bigint): void {
    const { SIMD, X_W } = this.#sizes;
    readLanes(beat, SIMD, X_W, this.#x === 'signed', this.#kept, sf * SIMD);
    if (this.#x === 'bipolar') bipolar(this.#kept, sf * SIMD, SIMD);
  }

  add(word: number, sf: number): void {
    const { PE, SIMD, ACC_W, P_SHIFT = 0 } = this.#sizes;
    const range = 2 ** ACC_W;
    const unit = 2 ** P_SHIFT;
    const kept = this.#kept;
    const weights = this.#weights;
    for (let pe = 0, at = word * PE * SIMD; pe < PE; pe++) {
      let sum = 0;
      const [from, to] = [sf * SIMD, (sf + 1) * SIMD];
      if (unit === 1) for (let k = from; k < to; k++) sum += (kept[k] ?? 0) * (weights[at++] ?? 0);
      else for (let k = from; k < to; k++) sum += Math.floor(((kept[k] ?? 0) * (weights[at++] ?? 0)) / unit);
      if (this.#counts) sum = (sum + SIMD) / 2;
      if (sf > 0) sum += this.#sums[pe] ?? 0;
      this.#sums[pe] = sum - Math.floor((sum + range / 2) / range) * range;
    }
  }

  sums(): bigint {
    return packLanes(this.#sums, this.#sizes.ACC_W);
  }
}

/** Bits to values: 0 is -1, 1 is +1. */
function bipolar(values: Float64Array, start: number, count: number): void {
  for (let i = start; i < start + count; i++) values[i] = 2 * (values[i] ?? 0) - 1;
}

class BigRows implements Rows {
  readonly #sizes: MatvecSizes;
  readonly #x: Operand;
  readonly #w: Operand;
  readonly #counts: boolean;
  /** [word][PE * SIMD]. */
  readonly #weights: (readonly bigint[])[] = [];
  readonly #kept: bigint[][] = [];
  readonly #sums: bigint[];

  constructor(arithmetic: Arithmetic, sizes: MatvecSizes, { words }: Pick<Image, 'words'>) {
    const { x, w, counts } = operandsOf(arithmetic);
    this.#sizes = sizes;
    this.#x = x;
    this.#w = w;
    this.#counts = counts;
    words.forEach((word, i) => this.load(i, word));
    this.#sums = new Array<bigint>(sizes.PE).fill(0n);
  }

  load(word: number, bits: bigint): void {
    const { PE, SIMD, W_W } = this.#sizes;
    this.#weights[word] = bigValues(bits, PE * SIMD, W_W, this.#w);
  }

  keep(sf: number, beat: bigint): void {
    this.#kept[sf] = bigValues(beat, this.#sizes.SIMD, this.#sizes.X_W, this.#x);
  }

  add(word: number, sf: number): void {
    const { PE, SIMD, ACC_W, P_SHIFT = 0 } = this.#sizes;
    const shift = BigInt(P_SHIFT);
    const kept = this.#kept[sf] ?? [];
    const weights = this.#weights[word] ?? [];
    for (let pe = 0; pe < PE; pe++) {
      const dot = kept.reduce((total, x, k) => total + ((x * (weights[pe * SIMD + k] ?? 0n)) >> shift), 0n);
      const sum = this.#counts ? (dot + BigInt(SIMD)) / 2n : dot;
      this.#sums[pe] = BigInt.asIntN(ACC_W, sf > 0 ? sum + (this.#sums[pe] ?? 0n) : sum);
    }
  }

  sums(): bigint {
    return packBigLanes(this.#sums, this.#sizes.ACC_W);
  }
}

function bigValues(bits: bigint, count: number, width: number, operand: Operand): bigint[] {
  const values = readBigLanes(bits, count, width, operand === 'signed');
  return operand === 'bipolar' ? values.map((bit) => 2n * bit - 1n) : values;
}
