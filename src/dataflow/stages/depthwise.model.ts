import type { Image } from '../../circuit/module.js';
import { type Channel, type CycleModel, fires } from '../../simulator/cycle-model.js';
import type { Arithmetic } from './arithmetic.js';
import { FreezePipeline } from './freeze-pipeline.js';
import { packBigLanes, readBigLanes } from './lanes.js';

export interface DepthwiseSizes {
  readonly PE: number;
  readonly FOLDS: number;
  readonly K: number;
  readonly X_W: number;
  readonly W_W: number;
  /** 0 where absent. */
  readonly P_SHIFT?: number;
  readonly ACC_W: number;
}

/** A code as a value: letters u, s, and b for a bit that stands for -1 or +1. */
const valueOf = (letter: string, code: bigint): bigint => (letter === 'b' ? 2n * code - 1n : code);

/**
 * Cycle model of the depthwise units: a pipeline of 3 places that freezes as a whole. Input beat n belongs to position n mod K
 * of channel group floor(n / K) mod FOLDS; its products with weight word (n mod K * FOLDS) are added to PE sums, which begin
 * anew at position 0 and enter the pipeline at position K - 1. Sums are taken modulo 2^ACC_W as signed numbers.
 */
export class DepthwiseModel implements CycleModel {
  readonly #pipeline = new FreezePipeline(3);
  readonly #sizes: DepthwiseSizes;
  readonly #x: string;
  readonly #counts: boolean;
  /** [word][channel]. */
  readonly #weights: readonly (readonly bigint[])[];
  #sums: bigint[] = [];
  #next = 0;

  constructor(
    readonly input: Channel<bigint>,
    readonly output: Channel<bigint>,
    arithmetic: Arithmetic,
    sizes: DepthwiseSizes,
    { WEIGHTS }: { readonly WEIGHTS: Image },
  ) {
    const [x = '', w = ''] = arithmetic.startsWith('xnor') ? 'bb' : arithmetic;
    this.#sizes = sizes;
    this.#x = x;
    this.#counts = arithmetic === 'xnor';
    this.#weights = WEIGHTS.words.map((word) =>
      readBigLanes(word, sizes.PE, sizes.W_W, w === 's').map((code) => valueOf(w, code)),
    );
  }

  get #moves(): boolean {
    return this.output.ready || !this.output.valid;
  }

  settle(): void {
    const { head } = this.#pipeline;
    this.output.valid = head !== undefined;
    if (head !== undefined) this.output.data = head;
    this.input.ready = this.#moves;
  }

  tick(): void {
    if (this.#moves) this.#pipeline.advance(fires(this.input) ? this.#add(this.input.data) : undefined);
  }

  #add(beat: bigint): bigint | undefined {
    const { PE, FOLDS, K, X_W, P_SHIFT = 0, ACC_W } = this.#sizes;
    const weights = this.#weights[this.#next] ?? [];
    const position = this.#next % K;
    this.#next = (this.#next + 1) % (K * FOLDS);
    this.#sums = readBigLanes(beat, PE, X_W, this.#x === 's').map((code, p) => {
      const exact = valueOf(this.#x, code) * (weights[p] ?? 0n);
      const term = this.#counts ? (exact + 1n) / 2n : exact >> BigInt(P_SHIFT);
      return BigInt.asIntN(ACC_W, position === 0 ? term : (this.#sums[p] ?? 0n) + term);
    });
    return position === K - 1 ? packBigLanes(this.#sums, ACC_W) : undefined;
  }

  reset(): void {
    this.#pipeline.reset();
    this.#next = 0;
  }
}
