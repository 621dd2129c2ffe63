/** Which input beat each output beat of a sliding window is, and what may be forgotten when. */
import type { PatchOrder } from './sliding-window.js';

/** Sizes of a sliding window; the names are those of the module's parameters. */
export interface WindowSizes {
  readonly H: number;
  readonly W: number;
  readonly FOLDS: number;
  readonly KH: number;
  readonly KW: number;
  readonly SH: number;
  readonly SW: number;
  readonly DH: number;
  readonly DW: number;
  readonly PT: number;
  readonly PB: number;
  readonly PL: number;
  readonly PR: number;
}

/** Beats that enter and leave for one image, and windows along either axis. */
export function windowBeats(sizes: WindowSizes): { taken: number; given: number; rows: number; columns: number } {
  const { H, W, FOLDS, KH, KW, SH, SW, DH, DW, PT, PB, PL, PR } = sizes;
  const rows = Math.floor((PT + H + PB - (KH - 1) * DH - 1) / SH) + 1;
  const columns = Math.floor((PL + W + PR - (KW - 1) * DW - 1) / SW) + 1;
  return { taken: H * W * FOLDS, given: rows * columns * KH * KW * FOLDS, rows, columns };
}

/** Cycles in which a window of whole patches passes over an image, if nobody stops it. */
export const patchSteps = ({ H, W, FOLDS, PT, PB, PL, PR }: WindowSizes): number =>
  (PT + H + PB) * (PL + W + PR) * FOLDS;

export class WindowOrder {
  /** Beats of an image that enter and leave. */
  readonly taken: number;
  readonly given: number;
  /** Output beats of a patch. */
  readonly patch: number;
  /** Patches of an image. */
  readonly patches: number;
  readonly #sizes: WindowSizes;
  readonly #columns: number;
  /** Row, column and channel group of each beat of a patch. */
  readonly #taps: readonly (readonly [number, number, number])[];

  constructor(sizes: WindowSizes, order: PatchOrder) {
    const { KH, KW, FOLDS } = sizes;
    const { taken, given, rows, columns } = windowBeats(sizes);
    this.taken = taken;
    this.given = given;
    this.patch = KH * KW * FOLDS;
    this.patches = rows * columns;
    this.#sizes = sizes;
    this.#columns = columns;
    this.#taps = Array.from({ length: this.patch }, (_, i) => {
      const [fold, tap] =
        order === 'pixels' ? [i % FOLDS, Math.floor(i / FOLDS)] : [Math.floor(i / (KH * KW)), i % (KH * KW)];
      return [Math.floor(tap / KW), tap % KW, fold];
    });
  }

  /** The input beat of an image that its output beat j waits for; -1 for padding. The first one waits for beat 0 at least. */
  awaited(j: number): number {
    const { H, W, FOLDS, SH, SW, DH, DW, PT, PL } = this.#sizes;
    const window = Math.floor(j / this.patch);
    const [row, column, fold] = this.#taps[j % this.patch] ?? [0, 0, 0];
    const y = Math.floor(window / this.#columns) * SH - PT + row * DH;
    const x = (window % this.#columns) * SW - PL + column * DW;
    if (y < 0 || y >= H || x < 0 || x >= W) return j === 0 ? 0 : -1;
    return (y * W + x) * FOLDS + fold;
  }

  /** For each patch of an image the beats of the image that are forgotten once it has begun: those below this number. */
  forgotten(): number[] {
    const { H, W, FOLDS, SH, SW, PT, PL } = this.#sizes;
    let most = 0;
    return Array.from({ length: this.patches }, (_, window) => {
      const y = Math.floor(window / this.#columns) * SH - PT;
      const x = (window % this.#columns) * SW - PL;
      if (y < H && x < W) most = Math.max(most, (y * W + x) * FOLDS);
      return most;
    });
  }
}
