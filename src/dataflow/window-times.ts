/** When beats move through a sliding window, in the terms of `timing-equations.ts`. */
import type { PatchOrder } from './stages/sliding-window.js';
import { WindowOrder, type WindowSizes } from './stages/window-order.js';
import type { Times } from './times.js';
import type { FreezePattern, TimedModule } from './timing-equations.js';

/** By place in an image: the input beat that an output beat waits for, and what a patch lets go. */
export class WindowTable {
  readonly taken: number;
  readonly given: number;
  readonly patch: number;
  readonly patches: number;
  /** As {@link WindowOrder.awaited}. */
  readonly awaited: Int32Array;
  readonly forgotten: readonly number[];

  constructor(sizes: WindowSizes, order: PatchOrder) {
    const beats = new WindowOrder(sizes, order);
    ({ taken: this.taken, given: this.given, patch: this.patch, patches: this.patches } = beats);
    this.awaited = Int32Array.from({ length: beats.given }, (_, j) => beats.awaited(j));
    this.forgotten = beats.forgotten();
  }
}

/**
 * Sliding window. Output beat j waits for input beat w(j), padding for none; f(j) is the cycle in which it enters the output
 * register. Patch p makes room for DEPTH beats from N(p) on, the first beat that it or a later patch still needs:
 *
 *   f(j) = max(d(j - 1), a(w(j)) + 1)        offer(j) = f(j) + 1
 *   take(k, t) = max(t, f(j) + 2), j the beat in front of the first patch with k < N(p) + DEPTH
 *
 * Where that patch is the first one of its image the 2 is a 1. All of it is max-plus linear.
 */
export class WindowTimes implements TimedModule {
  /** The first patch that leaves room for the next input beat. */
  #patch = 0;
  /** N of this patch, counted over all images. */
  #floor: number;

  constructor(
    readonly input: Times,
    readonly output: Times,
    readonly table: WindowTable,
    readonly depth: number,
  ) {
    this.#floor = table.forgotten[0]!;
  }

  /** f(j); infinite where a time it needs is not known. */
  #fetched(j: number): number {
    const { given, taken, awaited } = this.table;
    const image = Math.floor(j / given);
    const beat = awaited[j - image * given]!;
    const before = j === 0 ? 0 : this.output.at(j - 1);
    return beat < 0 ? before : Math.max(before, this.input.at(image * taken + beat) + 1);
  }

  offer(): number {
    return this.#fetched(this.output.length) + 1;
  }

  take(from: number): number {
    const { patches, patch } = this.table;
    const k = this.input.length;
    while (this.#floor + this.depth <= k) {
      this.#patch++;
      const image = Math.floor(this.#patch / patches);
      this.#floor = image * this.table.taken + this.table.forgotten[this.#patch - image * patches]!;
    }
    if (this.#patch === 0) return from;
    return Math.max(from, this.#fetched(this.#patch * patch - 1) + (this.#patch % patches === 0 ? 1 : 2));
  }
}

/**
 * Sliding window of whole patches, for {@link FreezeTimes} with latency 2: one operand a moving cycle along the padded image,
 * those of the image from the input; an operand leaves with the patch whose lower right pixel it belongs to.
 */
export function patchWindowPattern(sizes: WindowSizes): FreezePattern {
  const { H, W, FOLDS, KH, KW, SH, SW, DH, DW, PT, PB, PL, PR } = sizes;
  const [tall, wide] = [(KH - 1) * DH, (KW - 1) * DW];
  const columns = PL + W + PR;
  const steps = (PT + H + PB) * columns * FOLDS;
  const first = (PT * columns + PL) * FOLDS;
  const image: { readonly leaves: number[]; next: number }[] = [];
  let since = 0;
  for (let step = first; step < steps; step++) {
    const pixel = Math.floor(step / FOLDS);
    const [row, column] = [Math.floor(pixel / columns), pixel % columns];
    const inside = row < PT + H && column >= PL && column < PL + W;
    if (inside) {
      image.push({ leaves: [], next: 1 });
      since = 0;
    } else since++;
    const beat = image[image.length - 1]!;
    beat.next = since + 1;
    const [top, left] = [row - tall, column - wide];
    if (top >= 0 && left >= 0 && top % SH === 0 && left % SW === 0) beat.leaves.push(since);
  }
  image[image.length - 1]!.next += first;
  return { first, operands: (k) => image[k % image.length]! };
}
