/**
 * The shift register behind every stage that freezes as a whole: L places, each a beat or a bubble.
 *
 * It moves when its last place is empty or is being read (`m_ready or not m_valid`); otherwise nothing moves, bubbles
 * included. What enters in one moving cycle is at the output after L moving cycles.
 */
export class FreezePipeline {
  /** Place of the next entry; the one that is about to be overwritten is the output. */
  #at = 0;
  readonly #places: (bigint | undefined)[];

  constructor(latency: number) {
    this.#places = new Array<bigint | undefined>(latency).fill(undefined);
  }

  /** The beat on offer, undefined for a bubble. */
  get head(): bigint | undefined {
    return this.#places[this.#at];
  }

  /** One moving cycle. */
  advance(entering: bigint | undefined): void {
    this.#places[this.#at] = entering;
    this.#at = (this.#at + 1) % this.#places.length;
  }

  reset(): void {
    this.#places.fill(undefined);
  }
}
