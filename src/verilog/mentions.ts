/** Words that a part of the output tree mentions as identifiers. */

export function mentions(part: unknown, into: Set<string> = new Set()): Set<string> {
  if (Array.isArray(part)) for (const each of part) mentions(each, into);
  else if (typeof part === 'object' && part !== null) {
    if ('sv' in part && part.sv === 'text' && 'text' in part) into.add(String(part.text));
    if ('item' in part && part.item === 'readmem' && 'image' in part) into.add(String(part.image));
    for (const value of Object.values(part)) mentions(value, into);
  }
  return into;
}
