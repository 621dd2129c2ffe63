/** Ranges of stream element types and the narrowest type of a range. */
import type { ElementType } from './stages.js';

/** Least and greatest value (not code) of a type; -1 and 1 for bipolar. */
export function valueRange(type: ElementType): { min: number; max: number } {
  if (type.kind === 'bipolar') return { min: -1, max: 1 };
  if (type.signed) return { min: -(2 ** (type.bits - 1)), max: 2 ** (type.bits - 1) - 1 };
  return { min: 0, max: 2 ** type.bits - 1 };
}

/** Number of thresholds between the least and the greatest code. */
export function levelsOf(type: ElementType): number {
  const { min, max } = valueRange(type);
  return type.kind === 'bipolar' ? 1 : max - min;
}

/** Value of a code. */
export function valueOf(type: ElementType, code: number): number {
  return type.kind === 'bipolar' ? 2 * code - 1 : code;
}

/** Narrowest integer type that holds min..max, at least one bit. */
export function intType(min: number, max: number): ElementType & { kind: 'int' } {
  let bits = 1;
  if (min >= 0) {
    while (2 ** bits - 1 < max) bits++;
    return { kind: 'int', bits, signed: false };
  }
  while (-(2 ** (bits - 1)) > min || 2 ** (bits - 1) - 1 < max) bits++;
  return { kind: 'int', bits, signed: true };
}
