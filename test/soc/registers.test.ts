/** The register maps of the tops: no problems, one head, and what software relies on. */
import { describe, expect, it } from 'vitest';
import { registerProblems, type RegisterTable, registerWords } from '../../src/blocks/registers/index.js';
import { engineRegisters } from '../../src/engine/registers.js';
import { dataflowRegisters } from '../../src/soc/dataflow-registers.js';
import { engineMappedRegisters } from '../../src/soc/engine-registers.js';

const dataflow = (['stream', 'mapped'] as const).flatMap((memory) =>
  [{ programmable: false }, { programmable: true }, { programmable: true, floats: true }].map((weights) =>
    dataflowRegisters({ memory, ...weights }),
  ),
);
const tables: readonly RegisterTable[] = [...dataflow, engineRegisters, engineMappedRegisters];

describe('the register maps', () => {
  it.each(tables.map((table) => [table.name, table] as const))('of %s have no problem', (_, table) => {
    expect(registerProblems(table)).toEqual([]);
  });

  it('have one head: names, offsets and the fields that drivers of all tops use', () => {
    const head = (table: RegisterTable) =>
      registerWords(table)
        .filter(({ offset }) => offset <= 0x30)
        .map(({ name, offset }) => [offset, name]);
    const shared = (table: RegisterTable) =>
      registerWords(table)
        .filter(({ offset }) => offset <= 0x20 && offset !== 0x10)
        .map(({ name, fields }) => [name, fields.filter((each) => each.name !== 'LOAD').map((f) => [f.name, f.low])]);
    for (const table of tables) {
      expect(head(table)).toEqual(head(engineRegisters));
      expect(shared(table)).toEqual(shared(engineRegisters));
      expect(table.counters.offset).toBe(0x80);
    }
    expect(head(engineRegisters).map(([offset]) => offset)).toEqual(Array.from({ length: 13 }, (_, k) => 4 * k));
  });

  it('say what weight images may hold where it is more than words', () => {
    const formats = (table: RegisterTable) => registerWords(table).find(({ name }) => name === 'WEIGHT_FORMATS');
    for (const table of tables) expect(formats(table) !== undefined, table.name).toBe(table.name.endsWith('_float'));
    const { offset, fields } = formats(tables.find(({ name }) => name.endsWith('_float'))!)!;
    expect([offset, ...fields.map(({ name, low, reset }) => [name, low, reset])]).toEqual([
      0x40,
      ['FIXED', 0, 1],
      ['FLOAT32', 1, 1],
    ]);
  });

  it('have the memory side at one place', () => {
    for (const table of tables) {
      const memory = registerWords(table).find(({ offset }) => offset === 0x180);
      expect(memory?.name).toBe(table.name.includes('mapped') ? 'MEMORY' : undefined);
    }
  });
});
