/** Faults in the ordering passes of the compiled simulator: what they hand on, bent. */
import type { ClockedItem } from '../../src/simulator/wasm/clocked.js';
import type { Group } from '../../src/simulator/wasm/schedule.js';

/** The passes whose results can be bent. */
export interface PassResults {
  readonly clocked: ClockedItem[];
  readonly groups: Group[];
  readonly meet: boolean;
}
export type PassFault = { readonly [K in keyof PassResults]?: (result: PassResults[K]) => PassResults[K] };

const without = <T>(list: readonly T[], drop: (each: T) => boolean): T[] => {
  const at = list.findIndex(drop);
  return list.filter((_, k) => k !== at);
};

export const passFaults: Readonly<Record<string, PassFault>> = {
  'registers overwritten before they are read (order of updates reversed)': {
    clocked: (items) => [...items].reverse(),
  },
  'the order of two updates swapped': {
    clocked: (items) => (items.length < 2 ? items : [...items.slice(1, 2), ...items.slice(0, 1), ...items.slice(2)]),
  },
  'a register in a circle without its shadow': {
    clocked: (items) => items.map((item) => (item.kind === 'update' ? { ...item, shadow: false } : item)),
  },
  'shift registers run the wrong way': {
    clocked: (items) => items.map((item) => (item.kind === 'update' ? { ...item, down: !item.down } : item)),
  },
  'an update lost': { clocked: (items) => without(items, (item) => item.kind === 'update') },
  'a memory write lost': { clocked: (items) => without(items, (item) => item.kind === 'write') },
  'memory writes before the registers that read the old word': {
    clocked: (items) => [
      ...items.filter(({ kind }) => kind === 'write'),
      ...items.filter(({ kind }) => kind === 'update'),
    ],
  },
  'memory writes in reverse order': {
    clocked: (items) => {
      const writes = items.filter(({ kind }) => kind === 'write').reverse();
      return items.map((item) => (item.kind === 'write' ? writes.shift()! : item));
    },
  },
  'wires before what they read': { groups: (groups) => [...groups].reverse() },
  'a group of wires lost': { groups: (groups) => groups.slice(1) },
  'nodes of a nest in reverse order': {
    groups: (groups) => groups.map((group) => ({ ...group, nodes: [...group.nodes].reverse() })),
  },
  'ripples run the wrong way': { groups: (groups) => groups.map((group) => ({ ...group, down: !group.down })) },
  'a ripple node by node instead of iteration by iteration': {
    groups: (groups) =>
      groups.flatMap((group) => group.nodes.map((node) => ({ ...group, nodes: [node], ripple: false }))),
  },
  'reads and writes never meet': { meet: () => false },
};
