/** Tables of bit fields in 32-bit words: layer headers, descriptors, tap entries. Each table is the one place of its layout. */
import type { Diagnostic } from '../base/diagnostics.js';
import { engineDiagnostic } from './errors.js';

/** One field: `width` bits of 32-bit word `word`, from bit `low` upward. */
export interface BitField {
  readonly word: number;
  readonly low: number;
  readonly width: number;
  /** Two's complement. Default unsigned. */
  readonly signed?: boolean;
  /** Least legal value; default the least that the bits hold. */
  readonly min?: number;
  /** Greatest legal value; default the greatest that the bits hold. */
  readonly max?: number;
  readonly doc: string;
}

export type BitTable = Readonly<Record<string, BitField>>;

/** A value for every field of a table. */
export type FieldValues<T extends BitTable> = { readonly [K in keyof T]: number };

/** Legal values of a field, both ends included. */
export function fieldRange({ width, signed, min, max }: BitField): { readonly min: number; readonly max: number } {
  const least = signed ? -(2 ** (width - 1)) : 0;
  return { min: min ?? least, max: max ?? least + 2 ** width - 1 };
}

/** H2203 for every value that is no whole number or lies outside of its field. `what` leads the message. */
export function checkFields<T extends BitTable>(table: T, values: FieldValues<T>, what: string): Diagnostic[] {
  return Object.entries(table).flatMap(([name, field]) => {
    const { min, max } = fieldRange(field);
    const value = values[name] ?? NaN;
    return Number.isInteger(value) && value >= min && value <= max
      ? []
      : [engineDiagnostic('H2203', `${what}.${name}`, `${value} is outside of ${min}..${max} (${field.doc})`)];
  });
}

/** Words of the values of a table; bits of values that do not fit are dropped, {@link checkFields} finds them. */
export function encodeFields<T extends BitTable>(table: T, values: FieldValues<T>, words: number): Uint32Array {
  const encoded = new Uint32Array(words);
  for (const [name, { word, low, width }] of Object.entries(table)) {
    const mask = width === 32 ? 0xffffffff : 2 ** width - 1;
    encoded[word] = (encoded[word] ?? 0) | (((values[name] ?? 0) & mask) << low);
  }
  return encoded;
}

/** The values in the words of a table. */
export function decodeFields<T extends BitTable>(table: T, words: ArrayLike<number>): FieldValues<T> {
  const entries = Object.entries(table).map(([name, { word, low, width, signed }]) => {
    const up = 32 - width;
    const shifted = (words[word] ?? 0) << (up - low);
    return [name, signed ? shifted >> up : shifted >>> up];
  });
  return Object.fromEntries(entries) as FieldValues<T>;
}
