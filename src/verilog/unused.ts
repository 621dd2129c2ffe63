/**
 * Bits that a circuit leaves unread: the tail of a chain, a port that a variant ignores. They are collected in one wire
 * per block, named so that lint tools know it is meant.
 */
import type { Item, SignalId } from '../circuit/index.js';
import { freshName } from './names.js';
import { type SvExpr, type SvItem, text } from './tree.js';

export interface UnusedPlan {
  /** Signals of the module's ports, printed in its root block. */
  readonly ports: readonly SignalId[];
  /** Parameters that nothing else mentions. */
  readonly parameters: readonly string[];
  /** All signals with unread bits. */
  readonly signals: ReadonlySet<SignalId>;
  readonly names: readonly string[];
}

export function unusedBits(items: readonly Item[], plan: UnusedPlan, taken: Set<string>, root: boolean): SvItem[] {
  const local = items.flatMap((item) => (item.item === 'declare' && plan.signals.has(item.signal) ? [item.signal] : []));
  const ids = root ? [...plan.ports, ...local] : local;
  const parts = [...ids.map((id) => plan.names[id] ?? ''), ...(root ? plan.parameters : [])];
  if (parts.length === 0) return [];
  const name = freshName('unused_bits', taken);
  const target = text(name);
  const value: SvExpr = { sv: 'unary', fn: '&', a: { sv: 'concat', parts: [text("1'b0"), ...parts.map(text)] } };
  return [
    { item: 'declarations', rows: [{ type: { keyword: 'logic' }, name, doc: 'what nothing reads' }] },
    { item: 'assigns', rows: [{ target, value }], tight: true },
  ];
}
