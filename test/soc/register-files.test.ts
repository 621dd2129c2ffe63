/** Everything printed of a register table agrees with the table's register file and with one another. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fieldSignal, type FieldAccess, type RegisterTable } from '../../src/blocks/registers/index.js';
import { sampleRegisters } from '../../src/blocks/registers/sample.js';
import { registerHeader } from '../../src/soc/c-header.js';
import { dataflowRegisters } from '../../src/soc/dataflow-registers.js';
import { engineMappedRegisters } from '../../src/soc/engine-registers.js';
import { registerMarkdown } from '../../src/soc/markdown-registers.js';
import { registerPython } from '../../src/soc/python-registers.js';
import { registerFiles } from '../../src/soc/register-files.js';
import { packagedRegisters, registerJson } from '../../src/soc/register-json.js';
import { registerRdl } from '../../src/soc/system-rdl.js';
import { ipXact } from '../../src/target/ip-xact.js';
import { sampleDesign } from '../target/designs.js';
import { havePrograms } from './programs.js';
import { rdlRows } from './read-rdl.js';
import {
  type FieldRow,
  headerMacros,
  headerRows,
  ipXactRows,
  jsonRows,
  markdownRows,
  pythonRows,
  type Rows,
} from './read-registers.js';
import { RegisterBus } from './register-bus.js';

const tables: readonly (readonly [string, RegisterTable])[] = [
  ['sample', sampleRegisters],
  ['engine_mapped', engineMappedRegisters],
  ['dataflow_stream', dataflowRegisters({ memory: 'stream', programmable: false })],
  ['dataflow_mapped_weights', dataflowRegisters({ memory: 'mapped', programmable: true })],
];

/** What each form calls each kind of field. SystemRDL's is the reference of this test: it has words for all of it. */
const kinds: Readonly<Record<FieldAccess, { rdl: string; markdown: string; ipXact: string }>> = {
  constant: { rdl: 'hw=na sw=r', markdown: 'read-only, a constant', ipXact: 'read-only' },
  ro: { rdl: 'hw=w sw=r', markdown: 'read-only', ipXact: 'read-only' },
  rw: { rdl: 'hw=r sw=rw', markdown: 'read and write', ipXact: 'read-write' },
  pulse: {
    ...{ rdl: 'hw=r singlepulse=true sw=w', markdown: 'writing 1 does it once; reads as 0', ipXact: 'write-only' },
  },
  w1s: {
    rdl: 'hw=r hwclr=true onwrite=woset precedence=sw sw=rw',
    ...{ markdown: 'writing 1 sets it, hardware clears it', ipXact: 'read-write oneToSet' },
  },
  rc: {
    rdl: 'hw=r hwset=true onread=rclr precedence=hw sw=r',
    ...{ markdown: 'hardware sets it, reading clears it', ipXact: 'read-only clear' },
  },
  w1c: {
    rdl: 'hw=r hwset=true onwrite=woclr precedence=hw sw=rw',
    ...{ markdown: 'hardware sets it, writing 1 clears it', ipXact: 'read-write oneToClear' },
  },
  w1t: {
    rdl: 'hw=r hwset=true onwrite=wot precedence=hw sw=rw',
    ...{ markdown: 'hardware sets it, writing 1 toggles it', ipXact: 'read-write oneToToggle' },
  },
};
const kindOf = (rdl: string | undefined): FieldAccess => {
  const found = (Object.keys(kinds) as FieldAccess[]).find((kind) => kinds[kind].rdl === rdl);
  if (found === undefined) throw new Error(`no kind of field: ${rdl}`);
  return found;
};

const mapFields = (rows: Rows, change: (field: FieldRow) => FieldRow): Rows =>
  Object.fromEntries(
    Object.entries(rows).map(([name, { offset, fields }]) => [
      name,
      { offset, fields: Object.fromEntries(Object.entries(fields).map(([field, row]) => [field, change(row)])) },
    ]),
  );

/** The same rows with the access in the words of another form, and without what that form leaves out. */
const inWordsOf = (
  rows: Rows,
  form: (kind: FieldAccess, reset: number | undefined) => Partial<Pick<FieldRow, 'access' | 'reset'>>,
): Rows =>
  mapFields(rows, ({ low, width, values, access, reset }) => ({
    ...{ low, width, values, ...form(kindOf(access), reset) },
  }));

// The others differ from these two in their rows only.
it.each(tables.filter(([name]) => name === 'sample' || name === 'dataflow_mapped_weights'))(
  '%s has golden files',
  async (_, table) => {
    for (const [path, text] of registerFiles(table))
      await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'golden', path.replace('registers/', '')));
  },
);

describe.skipIf(!havePrograms('gcc', 'g++', 'python3')).each(tables)('%s', (name, table) => {
  const rows = rdlRows(registerRdl(table));

  it('has the same places, values and access in every form', () => {
    const { counters, rows: python, roundTrip } = pythonRows(registerPython(table));
    expect(roundTrip).toBe(true);
    expect(Object.fromEntries(table.counters.list.map(({ name: each }) => [each, rows[`${each}_LO`]?.offset]))).toEqual(
      counters,
    );
    expect(python).toEqual(inWordsOf(rows, (access, reset) => ({ access, reset: reset ?? 0 })));
    expect(jsonRows(registerJson(table))).toEqual(inWordsOf(rows, (access, reset) => ({ access, reset: reset ?? 0 })));
    expect(markdownRows(registerMarkdown(table))).toEqual(
      inWordsOf(rows, (kind, reset) => ({ access: kinds[kind].markdown, reset })),
    );
    const xml = ipXact({ ...sampleDesign, registers: packagedRegisters(table) });
    const withoutReset = (all: Rows): Rows =>
      mapFields(all, ({ low, width, values, access }) => ({ low, width, values, access }));
    expect(withoutReset(ipXactRows(xml))).toEqual(inWordsOf(rows, (kind) => ({ access: kinds[kind].ipXact })));
    for (const [word, { fields }] of Object.entries(ipXactRows(xml)))
      for (const [field, { reset }] of Object.entries(fields))
        if (rows[word]?.fields[field]?.reset !== undefined)
          expect([word, reset]).toEqual([word, rows[word].fields[field].reset]);
  });

  it('is a C header that gcc and g++ read as the same places and values', () => {
    const text = registerHeader(table);
    expect(headerRows(text, table.name.toUpperCase())).toEqual(inWordsOf(rows, () => ({})));
    const macros = headerMacros(text, 'c++');
    for (const [word, { fields }] of Object.entries(rows)) {
      const resets = Object.values(fields).filter(({ reset }) => reset !== undefined);
      const value = resets.reduce((sum, { low, reset = 0 }) => sum + reset * 2 ** low, 0);
      if (resets.length > 0) expect([word, macros.get(`${name.toUpperCase()}_${word}_DEFAULT`)]).toEqual([word, value]);
    }
  });

  it('is what the register file does', () => {
    expectBehaviour(table, rows);
  });
});

/** Reads and writes every word of the register file as SystemRDL says it may be, and sees what SystemRDL says. */
function expectBehaviour(table: RegisterTable, rows: Rows): void {
  const bus = new RegisterBus(table);
  const signals = new Map(
    table.registers.flatMap((register) =>
      register.fields.map((field) => [`${register.name}.${field.name}`, fieldSignal(register, field)]),
    ),
  );
  const windows = new Set(table.registers.flatMap(({ name, count }) => (count === undefined ? [] : [name])));
  const taken = new Map(Object.entries(rows).map(([name, { offset }]) => [offset, name]));
  const counter = /_(LO|HI)$/;
  for (let offset = 0; offset < 2 ** table.addressBits; offset += 4)
    if (!taken.has(offset)) expect([offset, bus.read(offset)]).toEqual([offset, 0]);
  for (const [word, { offset, fields }] of Object.entries(rows)) {
    if (counter.test(word)) continue;
    const window = [...windows].find((name) => word.startsWith(`${name}_`));
    for (const [name, { low, width, access, reset = 0 }] of Object.entries(fields)) {
      const what = `${word}.${name}`;
      const kind = kindOf(access);
      const port = signals.get(window === undefined ? what : `${window}.${name}`) ?? '';
      const value = (): number => Math.floor(bus.read(offset) / 2 ** low) % 2 ** width;
      const ones = 2 ** width - 1;
      // A write is of the whole word: others that software keeps there stay.
      const others = Object.entries(fields).filter(([other, { access: of }]) => other !== name && kindOf(of) === 'rw');
      const kept = others.reduce((word, [, other]) => word + (other.reset ?? 0) * 2 ** other.low, 0);
      const write = (number: number): ReadonlySet<string> => bus.write(offset, kept + number * 2 ** low);
      if (kind === 'ro') {
        const index = window === undefined ? 0 : Number(word.slice(window.length + 1));
        bus.sim.poke(port, BigInt(ones) << BigInt(32 * index));
        expect([what, value()]).toEqual([what, ones]);
        bus.sim.poke(port, 0);
      } else expect([what, value()]).toEqual([what, reset]);
      if (kind === 'constant' || kind === 'ro') {
        const before = value();
        write(ones);
        expect([what, value()]).toEqual([what, before]);
      } else if (kind === 'rw') {
        write(ones);
        expect([what, value()]).toEqual([what, ones]);
        write(reset);
      } else if (kind === 'pulse') {
        expect([what, write(1).has(port), value(), write(0).has(port)]).toEqual([what, true, 0, false]);
      } else if (kind === 'w1s') {
        write(1);
        const set = value();
        write(0);
        const stays = value();
        bus.pulse(`${port}_clear`);
        expect([what, set, stays, value()]).toEqual([what, 1, 1, 0]);
      } else {
        bus.pulse(`${port}_set`);
        if (kind === 'rc') expect([what, value(), value()]).toEqual([what, 1, 0]);
        else {
          const set = value();
          write(0);
          const stays = value();
          write(1);
          const cleared = value();
          write(1);
          expect([what, set, stays, cleared, value()]).toEqual([what, 1, 1, 0, kind === 'w1t' ? 1 : 0]);
        }
      }
    }
  }
  // Counters: events while the bus sleeps, then a snapshot.
  const command = (path: string): void => {
    const [register = '', field = ''] = path.split('.');
    const { low = 0 } = rows[register]?.fields[field] ?? {};
    bus.write(rows[register]?.offset ?? 0, 2 ** low);
  };
  command(table.counters.clear);
  table.counters.list.forEach(({ name }, k) => {
    bus.sim.poke(`count_${name.toLowerCase()}`, 1);
    bus.step(k + 1);
    bus.sim.poke(`count_${name.toLowerCase()}`, 0);
  });
  command(table.counters.snapshot);
  table.counters.list.forEach(({ name }, k) => {
    const halves = ['LO', 'HI'].map((half) => bus.read(rows[`${name}_${half}`]?.offset ?? 0));
    expect([name, ...halves]).toEqual([name, k + 1, 0]);
  });
}
