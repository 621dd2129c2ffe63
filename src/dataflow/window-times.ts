/** When beats move through a sliding window, in the terms of `timing-equations.ts`. */
import type { PatchOrder } from './stages/sliding-window.js';
import { WindowOrder, type WindowSizes } from './stages/window-order.js';
import type { TimedModule, Times } from './timing-equations.js';

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
  readonly #order: WindowOrder;
  readonly #forgotten: readonly number[];
  /** The first patch that leaves room for the next input beat. */
  #patch = 0;

  constructor(
    readonly input: Times,
    readonly output: Times,
    sizes: WindowSizes,
    order: PatchOrder,
    readonly depth: number,
  ) {
    this.#order = new WindowOrder(sizes, order);
    this.#forgotten = this.#order.forgotten();
  }

  /** f(j), where the times it needs are known. */
  #fetched(j: number): number | undefined {
    const { given, taken } = this.#order;
    const image = Math.floor(j / given);
    const awaited = this.#order.awaited(j - image * given);
    const before = j === 0 ? 0 : this.output[j - 1];
    const arrival = awaited < 0 ? -1 : this.input[image * taken + awaited];
    return before === undefined || arrival === undefined ? undefined : Math.max(before, arrival + 1);
  }

  offer(): number | undefined {
    const time = this.#fetched(this.output.length);
    return time === undefined ? undefined : time + 1;
  }

  take(from: number): number | undefined {
    const { patches, patch, taken } = this.#order;
    const k = this.input.length;
    const floor = (p: number): number => Math.floor(p / patches) * taken + (this.#forgotten[p % patches] ?? 0);
    while (floor(this.#patch) + this.depth <= k) this.#patch++;
    if (this.#patch === 0) return from;
    const time = this.#fetched(this.#patch * patch - 1);
    return time === undefined ? undefined : Math.max(from, time + (this.#patch % patches === 0 ? 1 : 2));
  }
}
