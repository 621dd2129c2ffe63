import { type Channel, type CycleModel, fires } from '../../simulator/cycle-model.js';

/**
 * Cycle model of `upsizer`.
 *
 * Beat i of a frame (i = 0 .. FRAME - 1) goes to bits [(i mod RATIO) W +: W] of wide beat floor(i / RATIO); the beat that
 * completes a wide beat is i mod RATIO = RATIO - 1 or i = FRAME - 1. There is one place for a wide beat behind the one that
 * is being filled: s_ready = the beat completes nothing, or that place is free, or its beat leaves in this cycle.
 */
export class UpsizerModel implements CycleModel {
  readonly #width: bigint;
  readonly #ratio: number;
  readonly #frame: number;
  /** Number of the next narrow beat in its frame. */
  #next = 0;
  /** What the wide beat being filled holds. */
  #filling = 0n;
  #wide: bigint | undefined;

  constructor(
    readonly input: Channel<bigint>,
    readonly output: Channel<bigint>,
    { W, RATIO, FRAME }: { readonly W: number; readonly RATIO: number; readonly FRAME: number },
  ) {
    this.#width = BigInt(W);
    this.#ratio = RATIO;
    this.#frame = FRAME;
  }

  get #completes(): boolean {
    return this.#next % this.#ratio === this.#ratio - 1 || this.#next === this.#frame - 1;
  }

  settle(): void {
    this.output.valid = this.#wide !== undefined;
    if (this.#wide !== undefined) this.output.data = this.#wide;
    this.input.ready = !this.#completes || this.#wide === undefined || this.output.ready;
  }

  tick(): void {
    const accept = fires(this.input);
    if (fires(this.output)) this.#wide = undefined;
    if (!accept) return;
    const slot = BigInt(this.#next % this.#ratio);
    this.#filling |= this.input.data << (slot * this.#width);
    if (this.#completes) {
      this.#wide = this.#filling;
      this.#filling = 0n;
    }
    this.#next = (this.#next + 1) % this.#frame;
  }

  reset(): void {
    this.#next = 0;
    this.#filling = 0n;
    this.#wide = undefined;
  }
}
