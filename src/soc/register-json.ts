/** A register table as JSON, and as the list that IP packaging takes. */
import type { IpRegister, RegisterField, RegisterTable } from '../blocks/registers/index.js';
import { mapRows, resetWord, softwareAccess } from './register-map.js';

/** `<name>_registers.json`. */
export interface RegisterFile {
  readonly schema: 1;
  readonly name: string;
  readonly doc: string;
  readonly bytes: number;
  readonly registers: readonly {
    readonly name: string;
    readonly offset: number;
    /** Words behind each other. */
    readonly count: number;
    readonly doc: string;
    readonly fields: readonly RegisterField[];
  }[];
  /** 64 bits; the lower half at `offset`, the upper one 4 bytes behind. */
  readonly counters: readonly { readonly name: string; readonly offset: number; readonly doc: string }[];
}

export function registerFile(table: RegisterTable): RegisterFile {
  const { name, doc, addressBits, counters } = table;
  return {
    ...{ schema: 1, name, doc, bytes: 2 ** addressBits },
    registers: mapRows(table).map(({ count = 1, fields, ...row }) => ({
      ...{ name: row.name, offset: row.offset, count, doc: row.doc },
      fields: fields.map(({ reset = 0, ...field }) => ({ ...field, reset })),
    })),
    counters: counters.list.map((counter, k) => ({
      ...{ name: counter.name, offset: counters.offset + 8 * k, doc: counter.doc },
    })),
  };
}

/** The text of `registerFile`. */
export const registerJson = (table: RegisterTable): string => `${JSON.stringify(registerFile(table), null, 2)}\n`;

const writes = { set: 'oneToSet', clear: 'oneToClear', toggle: 'oneToToggle', pulse: undefined } as const;

/** Every word of a table. */
export function packagedRegisters(table: RegisterTable): IpRegister[] {
  return mapRows(table).flatMap(({ name, offset, doc, fields, count }) => {
    const reset = resetWord(fields);
    const word = {
      ...(reset === undefined ? {} : { reset }),
      description: doc,
      fields: fields.map((field) => {
        const { reads, writes: written, onWrite, onRead } = softwareAccess[field.access];
        const modified = onWrite === undefined ? undefined : writes[onWrite];
        return {
          ...{ name: field.name, low: field.low, bits: field.width, description: field.doc },
          access: written ? (reads ? ('read-write' as const) : ('write-only' as const)) : ('read-only' as const),
          values: field.values ?? {},
          ...(modified === undefined ? {} : { onWrite: modified }),
          ...(onRead === undefined ? {} : { onRead }),
        };
      }),
    };
    return Array.from({ length: count ?? 1 }, (_, k) => ({
      ...{ name: count === undefined ? name : `${name}_${k}`, offset: offset + 4 * k },
      ...word,
    }));
  });
}
