/** Names of enumeration types and their members in the text: unique in the module, members in capitals. */
import type { EnumType, ModuleDef, Type } from '../circuit/index.js';
import { leafType } from '../circuit/index.js';

export interface EnumNames {
  /** Every enumeration of the module, in order of appearance. */
  readonly types: readonly EnumType[];
  typeName(type: EnumType): string;
  members(type: EnumType): readonly string[];
}

const constantCase = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();

export function enumNames(def: ModuleDef): EnumNames {
  const types = new Map<string, EnumType>();
  const visit = (type: Type) => {
    const leaf = leafType(type);
    if (leaf.kind === 'enum') types.set(leaf.name, leaf);
  };
  for (const signal of def.signals) visit(signal.type);
  const taken = new Map<string, number>();
  const names = [...def.params, ...def.localParams, ...def.signals].map((each) => each.name);
  for (const name of names) taken.set(name, 2);
  for (const { members } of types.values()) {
    for (const member of members) taken.set(constantCase(member), (taken.get(constantCase(member)) ?? 0) + 1);
  }
  const typeName = (type: EnumType) => {
    const base = type.name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
    return base.endsWith('_t') ? base : `${base}_t`;
  };
  return {
    types: [...types.values()],
    typeName,
    members: (type) => {
      const plain = type.members.map(constantCase);
      const clash = plain.some((member) => (taken.get(member) ?? 1) > 1);
      return clash ? plain.map((member) => `${constantCase(type.name)}_${member}`) : plain;
    },
  };
}
