/** Weight images: what `weight_loader` reads, as 32-bit words. */
import type { AddressMap, StorePlace } from '../dataflow/weights/address-map.js';

/** The words of a layer as its store holds them, `place.weights.bits` wide. */
export type LayerWords = (place: StorePlace) => readonly bigint[];

/** Records of all layers: byte address, number of words, words. A record is as long as its addresses have no gap. */
export function weightRecords({ layers }: AddressMap, wordsOf: LayerWords): Uint32Array {
  const image = layers.flatMap((place) => {
    const { base, weights } = place;
    const pieces = Math.ceil(weights.bits / 32);
    const words = wordsOf(place).map((word) =>
      Array.from({ length: pieces }, (_, k) => Number(BigInt.asUintN(32, word >> BigInt(32 * k)))),
    );
    if (words.length !== weights.words) throw new Error(`${place.stage}: ${words.length} words, not ${weights.words}`);
    const at = base + weights.offset;
    if (4 * pieces === weights.stride) return [at, pieces * words.length, ...words.flat()];
    return words.flatMap((word, k) => [at + k * weights.stride, pieces, ...word]);
  });
  return Uint32Array.from(image);
}
