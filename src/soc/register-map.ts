/** What the printers of a register table share: rows in the order of their addresses, and what software may do with a field. */
import { type FieldAccess, type RegisterField, type RegisterTable } from '../blocks/registers/index.js';

/** A register, or several alike behind each other, or half of a counter. */
export interface MapRow {
  readonly name: string;
  readonly offset: number;
  readonly doc: string;
  /** In the order of their bits. */
  readonly fields: readonly RegisterField[];
  /** So many words from `offset` on; undefined: one. */
  readonly count?: number;
}

/** Rows in the order of their addresses; a counter is two, `<NAME>_LO` and `<NAME>_HI`. */
export function mapRows({ registers, counters }: RegisterTable): MapRow[] {
  const halves = counters.list.flatMap(({ name, doc }, k) =>
    ['LO', 'HI'].map((half, h) => ({
      ...{ name: `${name}_${half}`, offset: counters.offset + 8 * k + 4 * h },
      doc: `${doc}: ${h === 0 ? 'lower' : 'upper'} half at the last snapshot`,
      fields: [{ name: 'COUNT', low: 0, width: 32, access: 'ro', doc } as const],
    })),
  );
  return [...registers, ...halves]
    .map((row) => ({ ...row, fields: row.fields.toSorted((a, b) => a.low - b.low) }))
    .sort((a, b) => a.offset - b.offset);
}

/** What software sees of a kind of field. */
export interface SoftwareAccess {
  readonly reads: boolean;
  readonly writes: boolean;
  /** What writing 1 does, where it does not set the value. */
  readonly onWrite?: 'set' | 'clear' | 'toggle' | 'pulse';
  readonly onRead?: 'clear';
  readonly doc: string;
}

export const softwareAccess: Readonly<Record<FieldAccess, SoftwareAccess>> = {
  constant: { reads: true, writes: false, doc: 'read-only, a constant' },
  ro: { reads: true, writes: false, doc: 'read-only' },
  rw: { reads: true, writes: true, doc: 'read and write' },
  pulse: { reads: false, writes: true, onWrite: 'pulse', doc: 'writing 1 does it once; reads as 0' },
  w1s: { reads: true, writes: true, onWrite: 'set', doc: 'writing 1 sets it, hardware clears it' },
  rc: { reads: true, writes: false, onRead: 'clear', doc: 'hardware sets it, reading clears it' },
  w1c: { reads: true, writes: true, onWrite: 'clear', doc: 'hardware sets it, writing 1 clears it' },
  w1t: { reads: true, writes: true, onWrite: 'toggle', doc: 'hardware sets it, writing 1 toggles it' },
};

/** A word as it reads after reset, as far as software may rely on it; undefined where hardware drives all of it. */
export function resetWord(fields: readonly RegisterField[]): number | undefined {
  const kept = fields.filter(({ access }) => access !== 'ro');
  return kept.length === 0 ? undefined : kept.reduce((word, { low, reset = 0 }) => word + reset * 2 ** low, 0);
}

/** The bits of a field. */
export const maskOf = ({ low, width }: Pick<RegisterField, 'low' | 'width'>): number => (2 ** width - 1) * 2 ** low;

/** 0x and hexadecimal digits. */
export const hex = (value: number, digits = 1): string => `0x${value.toString(16).padStart(digits, '0')}`;
