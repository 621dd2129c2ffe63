import { type Channel, type CycleModel, fires } from '../../simulator/cycle-model.js';
import type { PatchOrder } from './sliding-window.js';
import { windowBeats, type WindowSizes } from './window-order.js';

export interface SlidingWindowSizes extends WindowSizes {
  readonly SIMD: number;
  readonly X_W: number;
  readonly PAD: number;
  readonly DEPTH: number;
}

/**
 * Cycle model of the sliding windows.
 *
 * Beats of the input are numbered from reset on; beat k waits in place k mod DEPTH. Output beat j of an image belongs to a
 * window, a row and a column of it, and a channel group; it has a number too, which may lie outside of the image (padding).
 *
 * m: one register. When it is empty or being read, the next output beat enters, if its number has been taken in an earlier
 * cycle; padding need not wait, but the first beat of an image waits for the first beat of its image.
 * s: beat k is taken while k < limit. The limit is DEPTH above the greatest number that a patch has begun with, of the patches
 * of the image that begin neither below nor right of it, and at least DEPTH above the first beat of the image. A patch counts
 * one cycle after its first beat was the next to leave; an image does at once.
 */
export class SlidingWindowModel implements CycleModel {
  readonly #sizes: SlidingWindowSizes;
  readonly #order: PatchOrder;
  readonly #padding: bigint;
  /** Output beats of an image, of a patch; windows of a row. */
  readonly #given: number;
  readonly #patch: number;
  readonly #columns: number;
  readonly #places: bigint[] = [];
  #taken = 0;
  #limit = 0;
  /** Image that is leaving, and the next of its output beats. */
  #image = 0;
  #next = 0;
  #out: bigint | undefined;

  constructor(
    readonly input: Channel<bigint>,
    readonly output: Channel<bigint>,
    order: PatchOrder,
    sizes: SlidingWindowSizes,
  ) {
    const { SIMD, X_W, PAD, FOLDS, KH, KW } = sizes;
    this.#sizes = sizes;
    this.#order = order;
    this.#padding = Array.from({ length: SIMD }).reduce<bigint>((beat) => (beat << BigInt(X_W)) | BigInt(PAD), 0n);
    const { given, columns } = windowBeats(sizes);
    this.#given = given;
    this.#columns = columns;
    this.#patch = KH * KW * FOLDS;
    this.reset();
  }

  /** Output beat j of the current image: its number in the input, and whether it lies in the image, or in front of it. */
  #locate(j: number): { number: number; inside: boolean; counts: boolean } {
    const { H, W, FOLDS, KH, KW, SH, SW, DH, DW, PT, PL } = this.#sizes;
    const window = Math.floor(j / this.#patch);
    const place = j % this.#patch;
    const pixels = this.#order === 'pixels';
    const fold = pixels ? place % FOLDS : Math.floor(place / (KH * KW));
    const pixel = pixels ? Math.floor(place / FOLDS) : place % (KH * KW);
    const y = Math.floor(window / this.#columns) * SH - PT + Math.floor(pixel / KW) * DH;
    const x = (window % this.#columns) * SW - PL + (pixel % KW) * DW;
    const number = ((this.#image * H + y) * W + x) * FOLDS + fold;
    const counts = y < H && x < W;
    return { number, inside: counts && y >= 0 && x >= 0, counts };
  }

  settle(): void {
    this.output.valid = this.#out !== undefined;
    if (this.#out !== undefined) this.output.data = this.#out;
    this.input.ready = this.#taken < this.#limit;
  }

  tick(): void {
    const { H, W, FOLDS, DEPTH } = this.#sizes;
    const moves = this.#out === undefined || this.output.ready;
    const accepts = fires(this.input);
    const { number, inside, counts } = this.#locate(this.#next);
    if (this.#next % this.#patch === 0 && counts) this.#limit = Math.max(this.#limit, number + DEPTH);
    if (moves) {
      this.#out = undefined;
      const awaited = this.#next === 0 ? this.#image * H * W * FOLDS : inside ? number : -1;
      if (awaited < this.#taken) {
        this.#out = inside ? this.#places[number % DEPTH] : this.#padding;
        this.#next++;
        if (this.#next === this.#given) {
          this.#next = 0;
          this.#image++;
          this.#limit = this.#image * H * W * FOLDS + DEPTH;
        }
      }
    }
    if (accepts) this.#places[this.#taken++ % DEPTH] = this.input.data;
  }

  reset(): void {
    this.#taken = 0;
    this.#image = 0;
    this.#next = 0;
    this.#out = undefined;
    this.#limit = this.#sizes.DEPTH;
  }
}
