import type { Image } from '../../circuit/module.js';
import type { AccessRequest, AccessResponse } from '../../blocks/axi/access-port.model.js';
import type { Channel, CycleModel } from '../../simulator/cycle-model.js';
import { type StoreSizes, WeightStoreModel } from './weight-store.model.js';
import { WordPlaces } from './weight-streamer.model.js';

/** Cycle model of `weight_store_stream`: reads the next word whenever there is a place; the first of a frame takes a token. */
export class WeightStoreStreamModel implements CycleModel {
  readonly #store: WeightStoreModel;
  readonly #places: WordPlaces;
  #next = 0;
  #place = 0;

  constructor(
    readonly token: Channel<bigint>,
    output: Channel<bigint>,
    requests: Channel<AccessRequest>,
    responses: Channel<AccessResponse>,
    readonly sizes: StoreSizes,
    images: { readonly WEIGHTS: Image },
  ) {
    this.#store = new WeightStoreModel(requests, responses, sizes, images);
    this.#places = new WordPlaces(output);
  }

  settle(): void {
    this.#places.settle();
    this.#store.settle();
    this.token.ready = this.#places.free && this.#place === 0;
  }

  tick(): void {
    const reads = this.#places.free && (this.#place > 0 || this.token.valid);
    const word = reads ? this.#store.read(this.#next) : undefined;
    this.#places.tick(word);
    this.#store.tick();
    if (!reads) return;
    this.#next = (this.#next + 1) % this.sizes.WORDS;
    this.#place = (this.#place + 1) % this.sizes.FRAME;
  }

  reset(): void {
    this.#places.reset();
    this.#store.reset();
    this.#next = 0;
    this.#place = 0;
  }
}
