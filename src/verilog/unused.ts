/** The wire that takes what a circuit leaves unread, under a name that lint tools know as meant. */
import { freshName } from './names.js';
import { type SvExpr, type SvItem, text } from './tree.js';

export function unusedItems(names: readonly string[], taken: Set<string>): SvItem[] {
  if (names.length === 0) return [];
  const name = freshName('unused_bits', taken);
  const value: SvExpr = { sv: 'unary', fn: '&', a: { sv: 'concat', parts: [text("1'b0"), ...names.map(text)] } };
  return [
    { item: 'declarations', rows: [{ type: { keyword: 'logic' }, name, doc: 'takes what nothing else reads' }] },
    { item: 'assigns', rows: [{ target: text(name), value }], tight: true },
  ];
}
