/**
 * A register map as plain data: one table for the register file (`register-file.ts`), its cycle model, and whatever is printed
 * for software. Registers have 32 bits, counters 64 and two addresses.
 */

/**
 * What software and hardware may do with a field:
 * `constant` reads as its reset value; `ro` reads what hardware says; `rw` is written by software; `pulse` is high for one
 * cycle behind a write of 1 and reads as 0; `w1s` is set by writing 1 and cleared by hardware; `rc`, `w1c` and `w1t` are set
 * by hardware, and cleared by a read, by writing 1, or toggled by writing 1. Where both happen in a cycle, the set wins.
 */
export type FieldAccess = 'constant' | 'ro' | 'rw' | 'pulse' | 'w1s' | 'rc' | 'w1c' | 'w1t';

export interface RegisterField {
  /** Upper case. */
  readonly name: string;
  readonly low: number;
  readonly width: number;
  readonly access: FieldAccess;
  /** Value after reset; default 0. */
  readonly reset?: number;
  readonly doc: string;
  /** Names of values, lower case; those that have none are reserved. */
  readonly values?: Readonly<Record<string, number>>;
}

export interface Register {
  readonly name: string;
  /** Bytes from the base; a multiple of 4. */
  readonly offset: number;
  readonly doc: string;
  readonly fields: readonly RegisterField[];
  /** So many registers of one `ro` field of 32 bits behind each other; default 1. */
  readonly count?: number;
}

/** Counts cycles in which an event is high. 64 bits: the low word first. */
export interface Counter {
  readonly name: string;
  readonly doc: string;
}

export interface RegisterTable {
  /** Lower case; the register file is `<name>_registers`. */
  readonly name: string;
  readonly doc: string;
  /** Bits of a byte address. */
  readonly addressBits: number;
  readonly registers: readonly Register[];
  /**
   * Counters side by side from `offset` on. They are read as they stood at the last `snapshot`, so that all of them belong to
   * one cycle; `clear` sets them to 0. Both are `pulse` fields, `REGISTER.FIELD`.
   */
  readonly counters: {
    readonly offset: number;
    readonly snapshot: string;
    readonly clear: string;
    readonly list: readonly Counter[];
  };
}

/** A word of the map as software sees it. */
export interface RegisterWord {
  readonly name: string;
  readonly offset: number;
  readonly doc: string;
  readonly fields: readonly RegisterField[];
}

/** All words in the order of their addresses; a counter is `<NAME>_LO` and `<NAME>_HI`. */
export function registerWords({ registers, counters }: RegisterTable): RegisterWord[] {
  const plain = registers.flatMap(({ name, offset, doc, fields, count }) =>
    count === undefined
      ? [{ name, offset, doc, fields }]
      : Array.from({ length: count }, (_, k) => ({ name: `${name}_${k}`, offset: offset + 4 * k, doc, fields })),
  );
  const halves = counters.list.flatMap(({ name, doc }, k) =>
    ['LO', 'HI'].map((half, h) => ({
      ...{ name: `${name}_${half}`, offset: counters.offset + 8 * k + 4 * h, doc },
      fields: [{ name: 'COUNT', low: 0, width: 32, access: 'ro', doc } as const],
    })),
  );
  return [...plain, ...halves].sort((a, b) => a.offset - b.offset);
}

/** Name of the signals of a field: `ctrl_start`; a field that has the name of its register, or is all of it, has no second part. */
export function fieldSignal({ name, fields }: Pick<Register, 'name' | 'fields'>, field: RegisterField): string {
  return (fields.length === 1 || field.name === name ? name : `${name}_${field.name}`).toLowerCase();
}

/** What is wrong with a table, one sentence each. */
export function registerProblems(table: RegisterTable): string[] {
  const problems: string[] = [];
  const words = registerWords(table);
  const owner = new Map<number, string>();
  for (const { name, offset, doc, fields } of words) {
    const bad = (what: string) => problems.push(`${name}: ${what}`);
    if (offset % 4 !== 0 || offset < 0 || offset + 4 > 2 ** table.addressBits) bad(`no address ${offset}`);
    const other = owner.get(offset);
    if (other !== undefined) bad(`at the address of ${other}`);
    owner.set(offset, name);
    if (!/^[A-Z][A-Z0-9_]*$/.test(name)) bad('not an upper-case name');
    if (doc === '') bad('no description');
    let used = 0;
    for (const { name: field, low, width, access, reset = 0, doc: what, values = {} } of fields) {
      if (width < 1 || low < 0 || low + width > 32) bad(`${field}: not in a word`);
      for (let bit = low; bit < low + width; bit++) {
        if (((used >>> bit) & 1) === 1) bad(`${field}: bit ${bit} is taken`);
        used |= 1 << bit;
      }
      if (reset < 0 || reset >= 2 ** width) bad(`${field}: a reset value of more bits`);
      if (!['constant', 'ro', 'rw'].includes(access) && (width !== 1 || reset !== 0))
        bad(`${field}: is one bit, 0 at first`);
      if (what === '') bad(`${field}: no description`);
      for (const [value, number] of Object.entries(values))
        if (!/^[a-z][a-z0-9_]*$/.test(value) || number < 0 || number >= 2 ** width) bad(`${field}: no value ${value}`);
    }
  }
  const names = words.map(({ name }) => name);
  for (const name of new Set(names))
    if (names.filter((each) => each === name).length > 1) problems.push(`${name}: twice`);
  for (const { name, fields, count } of table.registers)
    if (count !== undefined && !(fields.length === 1 && fields[0]?.access === 'ro' && fields[0].width === 32))
      problems.push(`${name}: several of it are one ro field of 32 bits each`);
  if (table.counters.offset % 8 !== 0) problems.push('counters: do not begin at a multiple of 8');
  for (const key of ['snapshot', 'clear'] as const) {
    const [register, field] = table.counters[key].split('.');
    const found = table.registers.find(({ name }) => name === register)?.fields.find(({ name }) => name === field);
    if (found?.access !== 'pulse') problems.push(`counters: ${key} is no pulse`);
  }
  return problems;
}
