/** Fields of a header as named values of a module's text. */
import { type Builder, cat, type Sig, type UInt } from '../../hdl/index.js';
import { type HeaderField, headerTable, headerWords } from '../header.js';

/** Bits of a packed header, word 0 lowest. */
export const headerBits = 32 * headerWords;

/** The raw bits of one field of a packed header. */
export function headerField(header: Sig<UInt>, name: HeaderField): Sig<UInt> {
  const { word, low, width } = headerTable[name];
  return header.bits(32 * word + low, width);
}

/**
 * Names the fields `names` of `header` in the text (`h_<field>`), and says that the module does not look at the others.
 * Flags of one bit are numbers here too; `.asBool()` makes them truth values.
 */
export function headerFields<const K extends HeaderField>(
  b: Builder,
  header: Sig<UInt>,
  names: readonly K[],
): { readonly [N in K]: Sig<UInt> } {
  const used = names.map((name) => ({ name, low: 32 * headerTable[name].word + headerTable[name].low }));
  const sorted = used.toSorted((x, y) => x.low - y.low);
  const gaps: Sig<UInt>[] = [];
  let at = 0;
  for (const { name, low } of sorted) {
    if (low > at) gaps.push(header.bits(at, low - at));
    at = low + headerTable[name].width;
  }
  if (at < headerBits) gaps.push(header.bits(at, headerBits - at));
  const [first, ...rest] = gaps;
  if (first !== undefined) b.unused('header', rest.length === 0 ? first : cat(first, ...rest));
  const entries = names.map((name) => [name, b.let(`h_${name}`, headerField(header, name), headerTable[name].doc)]);
  return Object.fromEntries(entries) as { readonly [N in K]: Sig<UInt> };
}
