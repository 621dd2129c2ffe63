import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emitDesign, emitModuleWithMap, imageFiles, usesClock, usesReset } from '../../src/verilog/index.js';
import { samples } from './samples.js';
import { haveTools, lint } from './tools.js';

const golden = (name: string) => join(import.meta.dirname, 'golden', `${name}.sv`);
const sample = (name: string) => samples.find((each) => each.name === name)!.design;

describe('emitted text', () => {
  it.each(samples)('of $name is as committed', async ({ name, design }) => {
    const text = emitDesign(design)
      .map((file) => file.text)
      .join('\n');
    await expect(text).toMatchFileSnapshot(golden(name));
  });

  it.each(samples)('of $name has lines of at most 100 columns and no blanks at their ends', ({ design }) => {
    const lines = emitDesign(design).flatMap((file) => file.text.split('\n'));
    expect(lines.filter((line) => line.length > 100 || line.endsWith(' '))).toEqual([]);
  });

  it.each(samples)('of $name passes Verilator, Icarus and Yosys without a word', async ({ design, at }) => {
    if (!haveTools('verilator', 'iverilog', 'yosys')) return;
    const images = imageFiles(design).map(({ name, text }) => ({ name, text }));
    const defaults = Object.values(design.modules).flatMap((def) =>
      def.params
        .filter((param) => param.kind === 'image')
        .map((param) => ({ name: `${def.name}_${param.name.toLowerCase()}.mem`, text: '0\n1\n2\n3\n4\n5\n' })),
    );
    expect(await lint([...emitDesign(design), ...images, ...defaults], design.top, at)).toBe('');
  });
});

describe('a design', () => {
  it('comes in compile order, leaves first', () => {
    expect(emitDesign(sample('pe_row')).map((file) => file.name)).toEqual(['pe.sv', 'pe_row.sv']);
  });

  it('gives every image once, one word a line', () => {
    const files = imageFiles(sample('rom_pair'));
    expect(files.map(({ name, text }) => ({ name, text }))).toEqual([
      { name: 'squares.mem', text: '00\n01\n04\n09\n10\n19\n' },
    ]);
  });

  it('says which clocks and resets its modules have', () => {
    const design = sample('rom_pair');
    const row = sample('pe_row');
    expect([usesClock(design.modules['rom']!, design), usesReset(design.modules['rom']!, design)]).toEqual([
      true,
      false,
    ]);
    expect([usesClock(row.modules['pe_row']!, row), usesReset(row.modules['pe_row']!, row)]).toEqual([true, true]);
  });

  it('has a map from lines of the text to lines of the source', () => {
    const design = sample('register_slice');
    const { text, map } = emitModuleWithMap(design.modules['register_slice']!, design);
    const lines = text.split('\n');
    const assign = map.find(({ line }) => lines[line - 1]?.startsWith('  assign accept'));
    expect(assign?.place.file).toMatch(/samples\.ts$/);
    expect(map.every(({ line }) => line >= 1 && line <= lines.length)).toBe(true);
  });
});
