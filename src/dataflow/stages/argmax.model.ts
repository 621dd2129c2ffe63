import { type Channel, type CycleModel, fires } from '../../simulator/cycle-model.js';
import { readAnyLanes } from './lanes.js';

export interface ArgmaxSizes {
  readonly N: number;
  readonly PE: number;
  readonly X_W: number;
}

/**
 * Cycle model of `argmax_s` and `argmax_u`: index of the greatest of N values, the first one among equals.
 *
 * There is one place for an index: s_ready = the beat does not end its vector, or that place is free, or its index leaves
 * in this cycle. The index is on offer in the cycle after the last beat of its vector.
 */
export class ArgmaxModel implements CycleModel {
  readonly #sizes: ArgmaxSizes;
  readonly #signed: boolean;
  /** Index of the next beat's first value. */
  #base = 0;
  #best: number | bigint = 0;
  #bestIndex = 0;
  #index: number | undefined;

  constructor(
    readonly input: Channel<bigint>,
    readonly output: Channel<bigint>,
    signed: boolean,
    sizes: ArgmaxSizes,
  ) {
    this.#signed = signed;
    this.#sizes = sizes;
  }

  settle(): void {
    this.output.valid = this.#index !== undefined;
    if (this.#index !== undefined) this.output.data = BigInt(this.#index);
    const ends = this.#base + this.#sizes.PE === this.#sizes.N;
    this.input.ready = !ends || this.#index === undefined || this.output.ready;
  }

  tick(): void {
    const { N, PE, X_W } = this.#sizes;
    const accept = fires(this.input);
    if (fires(this.output)) this.#index = undefined;
    if (!accept) return;
    const values = readAnyLanes(this.input.data, PE, X_W, this.#signed);
    for (let lane = 0; lane < PE; lane++) {
      const value = values[lane] ?? 0;
      if (this.#base + lane > 0 && value <= this.#best) continue;
      this.#best = value;
      this.#bestIndex = this.#base + lane;
    }
    this.#base += PE;
    if (this.#base < N) return;
    this.#base = 0;
    this.#index = this.#bestIndex;
  }

  reset(): void {
    this.#base = 0;
    this.#index = undefined;
  }
}
