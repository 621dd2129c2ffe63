/** The descriptor in front of every packet of the pixel stream: 8 words of 32 bits that say where its rows go in the X-RAM. */
import { HeddleError } from '../base/diagnostics.js';
import { checkFields, decodeFields, encodeFields, type FieldValues } from './bit-fields.js';

/** 32-bit words of a descriptor. */
export const descriptorWords = 8;

/** First byte of every descriptor. */
export const descriptorMagic = 0xd5;

export const descriptorTable = {
  magic: { word: 0, low: 0, width: 8, min: descriptorMagic, max: descriptorMagic, doc: 'mark of a descriptor, 0xD5' },
  waitDone: { word: 0, low: 16, width: 16, doc: 'passes that must be done before the first write (serial number)' },
  rows: { word: 1, low: 0, width: 16, min: 1, doc: 'rows of the packet' },
  blocks: { word: 1, low: 16, width: 16, min: 1, doc: 'blocks of M channels' },
  words: { word: 2, low: 0, width: 16, min: 1, doc: 'words of a row, phase, block and channel' },
  groups: { word: 2, low: 16, width: 8, min: 1, doc: 'groups of D channels in a block' },
  groupsLast: { word: 2, low: 24, width: 8, min: 1, doc: 'groups of D channels in the last block' },
  base: { word: 3, low: 0, width: 20, doc: 'X-RAM address' },
  phases: { word: 3, low: 20, width: 4, min: 1, max: 4, doc: 'phases that the stream carries' },
  group0: { word: 3, low: 24, width: 8, doc: 'bank group of the first channel' },
  rowStride: { word: 4, low: 0, width: 16, doc: 'words from a row to the next' },
  blockStride: { word: 4, low: 16, width: 16, doc: 'words from a block to the next' },
  ring: { word: 5, low: 0, width: 16, min: 1, doc: 'rows that the X-RAM holds' },
  slot0: { word: 5, low: 16, width: 16, doc: 'slot of the first row' },
  phaseStride: { word: 6, low: 0, width: 16, doc: 'words from a phase to the next' },
  scatter: {
    word: 6,
    low: 16,
    width: 4,
    min: 1,
    max: 4,
    doc: 'phases that words of consecutive pixels are split into',
  },
  width: { word: 7, low: 0, width: 16, doc: 'pixels of a row, for scatter' },
} as const;

/** A value for every field of a descriptor. */
export type Descriptor = FieldValues<typeof descriptorTable>;

/** The words of a descriptor. Throws H2203 for values that their fields cannot hold, all at once. */
export function encodeDescriptor(descriptor: Descriptor, what = 'descriptor'): Uint32Array {
  const problems = checkFields(descriptorTable, descriptor, what);
  if (problems.length > 0) throw new HeddleError(problems);
  return encodeFields(descriptorTable, descriptor, descriptorWords);
}

/** The fields of {@link descriptorWords} words. */
export function decodeDescriptor(words: ArrayLike<number>): Descriptor {
  return decodeFields(descriptorTable, words);
}
