/** One entry of a tap program, 16 bits: what the window units do in one step. `tapTable` is the one place of its layout. */
import { HeddleError } from '../base/diagnostics.js';
import { checkFields, decodeFields, encodeFields, type FieldValues } from './bit-fields.js';

/**
 * What the registers A (lanes), H (the word at the tile) and N (the neighbour that is shifted in) do with the word W that was read:
 * `load`: A and H take W; `left`: A moves one pixel to the left, its last lane takes N's first (or W's, where a word is read);
 * `rightH`, `right`: one pixel to the right, from H or from A, lane 0 takes the last of N (or W).
 */
export const tapOps = { load: 0, left: 1, rightH: 2, right: 3 } as const;

export const tapTable = {
  op: { word: 0, low: 14, width: 2, doc: '0 load, 1 left, 2 right from H, 3 right from A' },
  read: { word: 0, low: 13, width: 1, doc: 'a word is read' },
  dword: { word: 0, low: 9, width: 4, signed: true, doc: 'which word, counted from the one at the tile' },
  phase: { word: 0, low: 6, width: 3, max: 3, doc: 'phase of the pixels' },
  offset: { word: 0, low: 1, width: 5, signed: true, doc: 'pixel of lane 0 in its phase, counted from the tile' },
  last: { word: 0, low: 0, width: 1, doc: 'last tap of the kernel row' },
} as const;

/** A value for every field of a tap entry. */
export type Tap = FieldValues<typeof tapTable>;

/** The 16 bits of an entry. Throws H2203 for values that their fields cannot hold, all at once. */
export function encodeTap(tap: Tap, what = 'tap'): number {
  const problems = checkFields(tapTable, tap, what);
  if (problems.length > 0) throw new HeddleError(problems);
  return encodeFields(tapTable, tap, 1)[0] ?? 0;
}

/** The fields of 16 bits. */
export function decodeTap(word: number): Tap {
  return decodeFields(tapTable, [word]);
}
