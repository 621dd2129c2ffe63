import type { Image } from '../../circuit/module.js';
import { type Channel, type CycleModel, fires } from '../../simulator/cycle-model.js';

/**
 * Places of the words on their way to the output, shared by the models of all weight readers.
 *
 * A word is read into the first place and from there passes into a queue of two, whose head is on offer. The queue takes a
 * word while it held at most one at the start of the cycle; the first place takes one while it is empty or passes its word on.
 */
export class WordPlaces {
  #first: bigint | undefined;
  readonly #queue: bigint[] = [];

  constructor(readonly output: Channel<bigint>) {}

  /** The first place takes a word in this cycle. */
  get free(): boolean {
    return this.#first === undefined || this.#queue.length < 2;
  }

  settle(): void {
    const [head] = this.#queue;
    this.output.valid = head !== undefined;
    if (head !== undefined) this.output.data = head;
  }

  /** The edge, with the word that is read, if any. */
  tick(read: bigint | undefined): void {
    const { free } = this;
    const passes = this.#queue.length < 2 ? this.#first : undefined;
    if (fires(this.output)) this.#queue.shift();
    if (passes !== undefined) this.#queue.push(passes);
    if (free) this.#first = read;
  }

  reset(): void {
    this.#first = undefined;
    this.#queue.length = 0;
  }
}

/** Cycle model of `weight_streamer`: reads the next word whenever there is a place. */
export class WeightStreamerModel implements CycleModel {
  readonly #places: WordPlaces;
  readonly #words: readonly bigint[];
  #next = 0;

  constructor(output: Channel<bigint>, { WORDS }: { readonly WORDS: number }, images: { readonly WEIGHTS: Image }) {
    this.#places = new WordPlaces(output);
    this.#words = Array.from({ length: WORDS }, (_, word) => images.WEIGHTS.words[word] ?? 0n);
  }

  settle(): void {
    this.#places.settle();
  }

  tick(): void {
    if (!this.#places.free) return this.#places.tick(undefined);
    this.#places.tick(this.#words[this.#next]);
    this.#next = (this.#next + 1) % this.#words.length;
  }

  reset(): void {
    this.#places.reset();
    this.#next = 0;
  }
}
