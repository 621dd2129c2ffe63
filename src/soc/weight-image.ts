/** Weight images: what `weight_loader` reads, as 32-bit words. */
import { type AddressMap, placeOfColumn, type StorePlace } from '../dataflow/weights/address-map.js';
import { FLOAT_RECORD, formatWord } from './weight-record.js';

/** Weights as float32 for hardware that casts them; the code of x is x * 2^frac, rounded half to even and clamped. */
export interface FloatWeights {
  /** In the order of the store: word by word, field 0 first; see {@link storeFields}. */
  readonly fields: ArrayLike<number>;
  /** -128 to 127. */
  readonly frac: number;
}

/** What a layer holds: the words of its store, `place.weights.bits` wide, or float32 numbers. */
export type LayerContents = (place: StorePlace) => readonly bigint[] | FloatWeights;

/** Records of all layers, one behind the other. Throws where a layer has not as many words or numbers as its store. */
export function weightRecords({ layers }: AddressMap, contentsOf: LayerContents): Uint32Array {
  return Uint32Array.from(
    layers.flatMap((place) => {
      const contents = contentsOf(place);
      return 'fields' in contents ? floatRecord(place, contents) : wordRecords(place, contents);
    }),
  );
}

/** The weights of a layer in the order of its store. */
export function storeFields({ weights }: StorePlace, at: (row: number, column: number) => number): Float32Array {
  const { rows, columns, PE, SIMD } = weights.packing;
  const fields = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const place = placeOfColumn(weights.packing, column);
      const word = Math.floor(row / PE) * (columns / SIMD) + Math.floor(place / SIMD);
      fields[(word * PE + (row % PE)) * SIMD + (place % SIMD)] = at(row, column);
    }
  return fields;
}

/** Byte address, number of words, words. A record is as long as its addresses have no gap. */
function wordRecords({ stage, base, weights }: StorePlace, contents: readonly bigint[]): number[] {
  const pieces = Math.ceil(weights.bits / 32);
  const words = contents.map((word) =>
    Array.from({ length: pieces }, (_, k) => Number(BigInt.asUintN(32, word >> BigInt(32 * k)))),
  );
  if (words.length !== weights.words) throw new Error(`${stage}: ${words.length} words, not ${weights.words}`);
  const at = base + weights.offset;
  if (4 * pieces === weights.stride) return [at, pieces * words.length, ...words.flat()];
  return words.flatMap((word, k) => [at + k * weights.stride, pieces, ...word]);
}

/** Byte address + 1, number of numbers, format, numbers of a word of the store, numbers. */
function floatRecord({ stage, base, weights }: StorePlace, { fields, frac }: FloatWeights): number[] {
  const { type, bits } = weights.packing;
  const each = weights.bits / bits;
  if (fields.length !== each * weights.words)
    throw new Error(`${stage}: ${fields.length} numbers, not ${each * weights.words}`);
  const format = formatWord({ type, bits, frac, stride: Math.log2(weights.stride / 4) });
  const numbers = new Uint32Array(Float32Array.from(fields).buffer);
  return [base + weights.offset + FLOAT_RECORD, fields.length, format, each, ...numbers];
}
