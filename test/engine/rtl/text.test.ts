/** Texts of the engine's modules: committed as golden files, clean in three readers at every parameter vector. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emitDesign } from '../../../src/verilog/index.js';
import { haveTools, lint } from '../../verilog/tools.js';
import { engineModules } from './library.js';

const golden = join(import.meta.dirname, 'golden');

describe('texts of the engine', () => {
  it.each(engineModules.map(({ design }) => [design.top, design] as const))('%s is golden', async (name, design) => {
    const file = emitDesign(design).find((each) => each.name === `${name}.sv`);
    expect(file).toBeDefined();
    await expect(file!.text).toMatchFileSnapshot(join(golden, `${name}.sv`));
  });
});

describe.skipIf(!haveTools('verilator', 'yosys', 'iverilog'))('readers of the texts', () => {
  it.each(engineModules.map(({ design, vectors }) => [design.top, design, vectors] as const))(
    '%s has no warning at any parameter vector',
    async (name, design, vectors) => {
      expect(await lint(emitDesign(design), name, vectors)).toBe('');
    },
  );
});
