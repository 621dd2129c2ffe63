import { type Channel, type CycleModel, fires } from '../../simulator/cycle-model.js';
import { FreezePipeline } from './freeze-pipeline.js';
import type { WindowSizes } from './window-order.js';

export interface PatchWindowSizes extends WindowSizes {
  readonly SIMD: number;
  readonly X_W: number;
  readonly PAD: number;
}

/**
 * Cycle model of the sliding window of whole patches: a pipeline of 2 places that freezes as a whole. It makes one step a
 * moving cycle, along the padded image: row by row, pixel by pixel, FOLDS steps a pixel. A step of the image needs a beat and
 * is a bubble without one, a step of the padding needs none; the very first step waits for the first beat to be on offer. A step enters the pipeline with the patch whose lower right pixel
 * it is, of its own channels, where there is such a patch.
 */
export class PatchWindowModel implements CycleModel {
  readonly #pipeline = new FreezePipeline(2);
  readonly #sizes: PatchWindowSizes;
  readonly #rows: number;
  readonly #columns: number;
  readonly #padding: bigint;
  /** The padded image, [row][column][fold]. */
  readonly #image: bigint[] = [];
  /** Next step of the image. */
  #step = 0;
  #begun = false;

  constructor(
    readonly input: Channel<bigint>,
    readonly output: Channel<bigint>,
    sizes: PatchWindowSizes,
  ) {
    const { H, W, PT, PB, PL, PR, SIMD, X_W, PAD } = sizes;
    this.#sizes = sizes;
    this.#rows = PT + H + PB;
    this.#columns = PL + W + PR;
    this.#padding = Array.from({ length: SIMD }).reduce<bigint>((beat) => (beat << BigInt(X_W)) | BigInt(PAD), 0n);
  }

  get #moves(): boolean {
    return this.output.ready || !this.output.valid;
  }

  /** Row, column and channel group of the next step. */
  get #place(): readonly [row: number, column: number, fold: number] {
    const { FOLDS } = this.#sizes;
    const pixel = Math.floor(this.#step / FOLDS);
    return [Math.floor(pixel / this.#columns), pixel % this.#columns, this.#step % FOLDS];
  }

  get #inside(): boolean {
    const { H, W, PT, PL } = this.#sizes;
    const [row, column] = this.#place;
    return row >= PT && row < PT + H && column >= PL && column < PL + W;
  }

  settle(): void {
    const { head } = this.#pipeline;
    this.output.valid = head !== undefined;
    if (head !== undefined) this.output.data = head;
    this.input.ready = this.#moves && this.#inside;
  }

  tick(): void {
    if (!this.#moves) return;
    const waits = (this.#inside || !this.#begun) && !this.input.valid;
    this.#begun ||= !waits;
    this.#pipeline.advance(waits ? undefined : this.#take(fires(this.input) ? this.input.data : this.#padding));
  }

  #take(beat: bigint): bigint | undefined {
    const [row, column, fold] = this.#place;
    this.#image[this.#step] = beat;
    this.#step = (this.#step + 1) % (this.#rows * this.#columns * this.#sizes.FOLDS);
    const { FOLDS, KH, KW, SH, SW, DH, DW, SIMD, X_W } = this.#sizes;
    const [top, left] = [row - (KH - 1) * DH, column - (KW - 1) * DW];
    if (top < 0 || left < 0 || top % SH !== 0 || left % SW !== 0) return undefined;
    let patch = 0n;
    for (let tap = KH * KW - 1; tap >= 0; tap--) {
      const [y, x] = [top + Math.floor(tap / KW) * DH, left + (tap % KW) * DW];
      const pixel = this.#image[(y * this.#columns + x) * FOLDS + fold] ?? 0n;
      patch = (patch << BigInt(SIMD * X_W)) | pixel;
    }
    return patch;
  }

  reset(): void {
    this.#pipeline.reset();
    this.#step = 0;
    this.#begun = false;
  }
}
