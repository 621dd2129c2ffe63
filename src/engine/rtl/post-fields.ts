/** The fields of a header that the post-processing needs: as registers, as ports, as bits of a packed header. */
import { type Builder, output, type Sig, type UInt, uint } from '../../hdl/index.js';
import { headerTable, headerWords } from '../header.js';

/** Fields that `engine_walk` uses up. */
const walked = ['Ho', 'XT', 'Mlast', 'OTN', 'CHN', 'yBase', 'yGrp0', 'yRow', 'yBlk', 'yRing', 'ySlot0'] as const;
/** Fields that it hands on beside each group. */
export const handedFields = [
  ...([
    'dstXram',
    'dstAxis',
    'res',
    'lut',
    'round',
    'requant',
    'wrapOut',
    'thresholds',
    'planes',
    'yPhase',
    'ySW',
  ] as const),
  ...(['lo', 'hi', 'zp', 'outUnsigned', 'leaky', 'shift', 'leftShift', 'bias', 'mult'] as const),
] as const;
export type HandedField = (typeof handedFields)[number];
export type PostField = (typeof walked)[number] | HandedField;

export const postFields: readonly PostField[] = [...walked, ...handedFields];

/** Bits of a packed header, word 0 lowest. */
export const headerBits = headerWords * 32;

/** Output ports of the fields that are handed on. */
export const handedPorts = Object.fromEntries(
  handedFields.map((field) => [field, output(uint(headerTable[field].width), headerTable[field].doc)]),
) as { readonly [K in HandedField]: ReturnType<typeof output<UInt>> };

/** One register a field, `next_ho`. */
export function fieldRegisters(b: Builder, prefix: string): Readonly<Record<PostField, Sig<UInt>>> {
  const entries = postFields.map((field) => {
    const key = `${prefix}${field.charAt(0).toUpperCase()}${field.slice(1)}`;
    return [field, b.reg(key, uint(headerTable[field].width))] as const;
  });
  return Object.fromEntries(entries) as Record<PostField, Sig<UInt>>;
}

/** The bits of a field in a packed header. */
export function fieldBits(header: Sig<UInt>, field: PostField): Sig<UInt> {
  const { word, low, width } = headerTable[field];
  return header.bits(word * 32 + low, width);
}
