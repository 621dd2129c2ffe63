/**
 * The header of a pass: 32 words of 32 bits in front of every packet of the weight stream. `headerTable` is the one place
 * of its layout; hardware, cycle model, functional model and documentation read it.
 */
import { HeddleError } from '../base/diagnostics.js';
import { checkFields, decodeFields, encodeFields, type FieldValues } from './bit-fields.js';

/** 32-bit words of a header. */
export const headerWords = 32;

/** First byte of every header. */
export const headerMagic = 0xe7;

/** Values of the fields that choose something. */
export const opCodes = { dense: 0, dw: 1, max: 2, sum: 3 } as const;
export const roundCodes = { floor: 0, 'half-up': 1, 'half-away': 2, 'half-even': 3, 'to-zero': 4 } as const;
export const requantCodes = { shift: 0, mult: 1, single: 2, fixed: 3 } as const;
/** Bits of the field `planes`, and the order of the planes in the stream. */
export const planeBits = { bias: 1, mult: 2, shift: 4, thresholds: 8 } as const;

export const headerTable = {
  magic: { word: 0, low: 0, width: 8, min: headerMagic, max: headerMagic, doc: 'mark of a header, 0xE7' },
  op: { word: 0, low: 8, width: 2, doc: 'reduction: 0 dense, 1 depthwise, 2 maximum, 3 sum' },
  dstXram: { word: 0, low: 10, width: 1, doc: 'results are written to the X-RAM' },
  dstAxis: { word: 0, low: 11, width: 1, doc: 'results are sent to m_axis_y' },
  wrap: { word: 0, low: 12, width: 1, doc: 'groups of slices go on from one kernel row to the next' },
  wReuse: { word: 0, low: 13, width: 1, doc: 'the weights of the pass before are used again; the stream carries none' },
  wKeep: { word: 0, low: 14, width: 1, doc: 'the weights stay in the ring behind this pass' },
  flush: { word: 0, low: 15, width: 1, doc: 'starts when everything that was issued before is written' },
  res: { word: 0, low: 16, width: 1, doc: 'a residual word is added to every result' },
  lut: { word: 0, low: 17, width: 1, doc: 'results go through the table' },
  hasWeights: { word: 0, low: 18, width: 1, doc: 'steps take weight words (0: constant weight 1)' },
  last: { word: 0, low: 19, width: 1, doc: 'done is raised behind this pass' },
  skipRows: { word: 0, low: 20, width: 1, doc: 'rows of padding are left out' },
  round: { word: 0, low: 21, width: 3, max: 4, doc: '0 floor, 1 half up, 2 half away, 3 half even, 4 to zero' },
  requant: { word: 0, low: 24, width: 2, doc: '0 shift, 1 multiplier rounded twice, 2 rounded once, 3 fixed' },
  wrapOut: {
    word: 0,
    low: 26,
    width: 1,
    doc: 'upper bits of a result are dropped instead of clamped; with lo = 0 negative results are 0 first',
  },
  thresholds: { word: 0, low: 27, width: 1, doc: 'results are counts of thresholds' },
  planes: { word: 0, low: 28, width: 4, doc: 'parameter planes: bit 0 bias, 1 multiplier, 2 shift, 3 thresholds' },
  Ho: { word: 1, low: 0, width: 16, min: 1, doc: 'output rows' },
  XT: { word: 1, low: 16, width: 16, min: 1, doc: 'tiles of P pixels in an output row' },
  NT: { word: 2, low: 0, width: 6, min: 1, max: 32, doc: 'tap entries of a kernel row' },
  KH1: { word: 2, low: 7, width: 5, doc: 'kernel rows - 1' },
  SH: { word: 2, low: 12, width: 4, min: 1, doc: 'vertical stride' },
  padT: { word: 2, low: 16, width: 8, doc: 'rows of padding above' },
  H: { word: 3, low: 0, width: 16, min: 1, doc: 'input rows that this pass sees' },
  W: { word: 3, low: 16, width: 16, min: 1, doc: 'pixels of a row in phase 0' },
  wMod: { word: 4, low: 0, width: 3, doc: 'phases below have W pixels, the others one fewer; 0: all have W' },
  Mlast: { word: 4, low: 8, width: 11, min: 1, max: 256, doc: 'channels of the last weight tile' },
  cMod: { word: 4, low: 20, width: 12, doc: 'Cc mod M' },
  OTN: { word: 5, low: 0, width: 16, min: 1, doc: 'weight tiles' },
  CHN: { word: 5, low: 16, width: 16, min: 1, doc: 'chunks of input channels' },
  Cc: { word: 6, low: 0, width: 16, min: 1, doc: 'input channels of a chunk' },
  Clast: { word: 6, low: 16, width: 16, min: 1, doc: 'input channels of the last chunk that exist' },
  wWords: { word: 7, low: 0, width: 16, doc: 'weight words of a chunk' },
  xCh0: { word: 7, low: 16, width: 16, max: 255, doc: 'bank of the first input channel' },
  xBase: { word: 8, low: 0, width: 20, doc: 'X-RAM address of the input' },
  gLast: { word: 8, low: 20, width: 9, min: 1, max: 256, doc: 'ceil(Mlast / D): groups of the last weight tile' },
  xRow: { word: 9, low: 0, width: 16, doc: 'words from an input row to the next' },
  xBlk: { word: 9, low: 16, width: 16, doc: 'words from a block of M input channels to the next' },
  xPhase: { word: 10, low: 0, width: 16, doc: 'words from a phase of the input to the next' },
  xRing: { word: 10, low: 16, width: 16, min: 1, doc: 'input rows that the X-RAM holds' },
  xSlot0: { word: 11, low: 0, width: 16, doc: 'slot of input row 0 of this pass' },
  xOff0: { word: 11, low: 16, width: 16, doc: 'xSlot0 * xRow' },
  tokFirst: { word: 12, low: 0, width: 16, doc: 'row tokens that output row 0 needs' },
  tokMax: { word: 12, low: 16, width: 16, doc: 'row tokens that are never exceeded' },
  tokStep: { word: 13, low: 0, width: 16, doc: 'row tokens that every further output row needs' },
  tokCheck: { word: 13, low: 16, width: 1, doc: 'output rows wait for row tokens' },
  yBase: { word: 14, low: 0, width: 20, doc: 'X-RAM address of the output' },
  yGrp0: { word: 14, low: 20, width: 8, doc: 'bank group of the first output channel' },
  yRow: { word: 15, low: 0, width: 16, doc: 'words from an output row to the next ' },
  yBlk: { word: 15, low: 16, width: 16, doc: 'words from a block of M output channels to the next' },
  yRing: { word: 16, low: 0, width: 16, min: 1, doc: 'output rows that the X-RAM holds' },
  ySlot0: { word: 16, low: 16, width: 16, doc: 'slot of output row 0' },
  yPhase: { word: 17, low: 0, width: 16, doc: 'words from a phase of the output to the next' },
  ySW: { word: 17, low: 16, width: 3, min: 1, max: 4, doc: 'phases of the output: horizontal stride of its reader' },
  yFlat: { word: 17, low: 24, width: 1, max: 0, doc: 'reserved for rows that follow each other without gaps' },
  outUnsigned: { word: 18, low: 24, width: 1, doc: 'lo, hi and results are unsigned' },
  inUnsigned: { word: 18, low: 25, width: 1, doc: 'pixels are unsigned' },
  leaky: {
    word: 18,
    low: 28,
    width: 3,
    doc: 'sums that are not negative are shifted left by this much in front of the rounding',
  },
  shift: { word: 19, low: 0, width: 6, doc: 'right shift of all channels, where there is no plane of shifts' },
  leftShift: { word: 19, low: 8, width: 5, doc: 'left shift in front, where there is no plane of shifts' },
  xChunk: { word: 19, low: 16, width: 16, doc: 'floor(Cc / M) * xBlk: words to the next chunk' },
  bias: { word: 20, low: 0, width: 32, signed: true, doc: 'bias or low addend, where there is no plane of biases' },
  mult: { word: 21, low: 0, width: 32, signed: true, doc: 'multiplier, where there is no plane of multipliers' },
  rBase: { word: 22, low: 0, width: 20, doc: 'X-RAM address of the residual' },
  rGrp0: { word: 22, low: 24, width: 8, doc: 'bank group of its first channel' },
  rRow: { word: 23, low: 0, width: 16, doc: 'words from a residual row to the next' },
  rBlk: { word: 23, low: 16, width: 16, doc: 'words from a block of M residual channels to the next' },
  lo: { word: 24, low: 0, width: 16, doc: 'least result, a code of 16 bits (see outUnsigned)' },
  hi: { word: 24, low: 16, width: 16, doc: 'greatest result, a code of 16 bits' },
  zp: { word: 25, low: 0, width: 16, signed: true, doc: 'zero point: added behind the shift' },
  pad: { word: 25, low: 16, width: 16, signed: true, doc: 'value of the padding' },
  rLo: { word: 26, low: 0, width: 16, doc: 'least sum, a code of 16 bits (see rOutUnsigned)' },
  rHi: { word: 26, low: 16, width: 16, doc: 'greatest sum, a code of 16 bits' },
  rZp: { word: 27, low: 0, width: 16, signed: true, doc: 'zero point of the sum' },
  rZero: { word: 27, low: 16, width: 16, signed: true, doc: 'zero point of the operand that is multiplied' },
  rShift: { word: 28, low: 0, width: 6, doc: 'second requantization: right shift' },
  rLeft: { word: 28, low: 6, width: 5, doc: 'second requantization: left shift' },
  rRequant: { word: 28, low: 11, width: 2, doc: 'second requantization: mode, as requant' },
  rRound: { word: 28, low: 13, width: 3, max: 4, doc: 'second requantization: rounding, as round' },
  rWrap: { word: 28, low: 16, width: 1, doc: 'second requantization: as wrapOut' },
  rOutUnsigned: { word: 28, low: 17, width: 1, doc: 'rLo, rHi and sums are unsigned' },
  rUnsigned: { word: 28, low: 18, width: 1, doc: 'pixels of the residual are unsigned' },
  rSwap: {
    word: 28,
    low: 19,
    width: 1,
    doc: '0: the residual is multiplied, the own result shifted; 1: the other way round',
  },
  rUp: { word: 28, low: 20, width: 5, doc: 'left shift of the operand that is not multiplied' },
  rDrop: { word: 28, low: 25, width: 5, doc: 'right shift behind the product, rounded half away from zero' },
  rFactor: { word: 29, low: 0, width: 32, signed: true, doc: 'multiplier of the other operand, in units of 2^-11' },
  rBias: { word: 30, low: 0, width: 32, signed: true, doc: 'second requantization: bias or addend' },
  rMult: { word: 31, low: 0, width: 32, signed: true, doc: 'second requantization: multiplier' },
} as const;

export type HeaderField = keyof typeof headerTable;

/** A value for every field of a header. */
export type Header = FieldValues<typeof headerTable>;

/** The header of a pass that does nothing unusual: every field at its least legal value. */
export const emptyHeader: Header = {
  ...decodeFields(headerTable, new Uint32Array(headerWords)),
  magic: headerMagic,
  ...{
    Ho: 1,
    XT: 1,
    NT: 1,
    SH: 1,
    H: 1,
    W: 1,
    Mlast: 1,
    gLast: 1,
    OTN: 1,
    CHN: 1,
    Cc: 1,
    Clast: 1,
    xRing: 1,
    yRing: 1,
    ySW: 1,
  },
};

/** The words of a header. Throws H2203 for values that their fields cannot hold, all at once. */
export function encodeHeader(header: Header, what = 'header'): Uint32Array {
  const problems = checkFields(headerTable, header, what);
  if (problems.length > 0) throw new HeddleError(problems);
  return encodeFields(headerTable, header, headerWords);
}

/** The fields of {@link headerWords} words; never throws, checkHeader tells what is wrong with them. */
export function decodeHeader(words: ArrayLike<number>): Header {
  return decodeFields(headerTable, words);
}

/** `lo`, `hi` or another code of 16 bits as a value. */
export function codeValue(isUnsigned: number, code: number): number {
  return isUnsigned === 1 || code < 0x8000 ? code : code - 0x10000;
}
