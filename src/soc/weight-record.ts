/** Records of a weight image: what the lowest bits of an address say, and the format of float32 numbers. */
import { codeTypes, formatFields } from '../blocks/arith/float-cast.js';

/** Bits 1:0 of the address of a record of words, and of one of float32 numbers. */
export const WORD_RECORD = 0;
export const FLOAT_RECORD = 1;

/** STRIDE in a format: lowest bit and width. */
export const strideField = [16, 4] as const;

export interface RecordFormat {
  readonly type: (typeof codeTypes)[number];
  /** Bits of a code, 1 to 32. */
  readonly bits: number;
  /** Fraction bits, -128 to 127. */
  readonly frac: number;
  /** log2 of the words of 32 bits from one word of the store to the next. */
  readonly stride: number;
}

/** A format as a word. Throws RangeError where a field does not fit. */
export function formatWord({ type, bits, frac, stride }: RecordFormat): number {
  if (bits < 1 || bits > 32) throw new RangeError(`a code of ${bits} bits: float32 becomes 1 to 32 bits`);
  if (!Number.isInteger(frac) || frac < -128 || frac > 127) throw new RangeError(`FRAC ${frac} is not in -128..127`);
  const place = (value: number, [low, width]: readonly [number, number]): number => (value % 2 ** width) * 2 ** low;
  return (
    place(frac + 256, formatFields.FRAC) +
    place(bits - 1, formatFields.BITS) +
    place(codeTypes.indexOf(type), formatFields.TYPE) +
    place(stride, strideField)
  );
}
