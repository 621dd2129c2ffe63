import { type Channel, type CycleModel, fires } from '../../simulator/cycle-model.js';

/**
 * Cycle model of `downsizer`.
 *
 * A wide beat is kept until its narrow beats have left: RATIO of them, fewer for the last wide beat of a frame, whose
 * narrow beats stop at number FRAME - 1. Narrow beat i of a frame is bits [(i mod RATIO) W +: W] of its wide beat.
 * s_ready = nothing is kept, or its last narrow beat leaves in this cycle.
 */
export class DownsizerModel implements CycleModel {
  readonly #width: number;
  readonly #ratio: number;
  readonly #frame: number;
  #wide: bigint | undefined;
  /** Number in its frame of the narrow beat that leaves next. */
  #next = 0;

  constructor(
    readonly input: Channel<bigint>,
    readonly output: Channel<bigint>,
    { W, RATIO, FRAME }: { readonly W: number; readonly RATIO: number; readonly FRAME: number },
  ) {
    this.#width = W;
    this.#ratio = RATIO;
    this.#frame = FRAME;
  }

  get #finishes(): boolean {
    return this.#next % this.#ratio === this.#ratio - 1 || this.#next === this.#frame - 1;
  }

  settle(): void {
    const wide = this.#wide;
    this.output.valid = wide !== undefined;
    if (wide !== undefined) {
      const low = BigInt((this.#next % this.#ratio) * this.#width);
      this.output.data = BigInt.asUintN(this.#width, wide >> low);
    }
    this.input.ready = wide === undefined || (this.output.ready && this.#finishes);
  }

  tick(): void {
    const accept = fires(this.input);
    if (fires(this.output)) {
      if (this.#finishes) this.#wide = undefined;
      this.#next = (this.#next + 1) % this.#frame;
    }
    if (accept) this.#wide = this.input.data;
  }

  reset(): void {
    this.#wide = undefined;
    this.#next = 0;
  }
}
