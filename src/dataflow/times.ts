/** Transfer times on one stream, as far as they are known. */

const firstRoom = 256;

/** An ascending list of cycles that grows at its end. */
export class Times {
  #count = 0;
  #cycles: Float64Array;

  /** `room`: how many are likely to come. */
  constructor(room = firstRoom) {
    this.#cycles = new Float64Array(room);
  }

  /** Times that are known. */
  get length(): number {
    return this.#count;
  }

  /** The k-th time, k >= 0; infinite where it is not known. */
  at(k: number): number {
    return k < this.#count ? this.#cycles[k]! : Infinity;
  }

  push(cycle: number): void {
    if (this.#count === this.#cycles.length) {
      const wider = new Float64Array(2 * this.#count + firstRoom);
      wider.set(this.#cycles);
      this.#cycles = wider;
    }
    this.#cycles[this.#count++] = cycle;
  }

  /** What is known so far. */
  known(): Float64Array {
    return this.#cycles.subarray(0, this.#count);
  }
}
