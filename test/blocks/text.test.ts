/** The text of every library module: committed as golden files, clean in three readers at every parameter vector. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emitDesign } from '../../src/verilog/index.js';
import { haveTools, lint } from '../verilog/tools.js';
import { library } from './library.js';

const golden = join(import.meta.dirname, 'golden');

describe('text of the library', () => {
  it.each(library.map(({ design }) => [design.top, design] as const))('%s is the golden text', async (name, design) => {
    const file = emitDesign(design).find((each) => each.name === `${name}.sv`);
    expect(file).toBeDefined();
    await expect(file!.text).toMatchFileSnapshot(join(golden, `${name}.sv`));
  });

  it('is the same when it is emitted again', () => {
    for (const { design } of library) expect(emitDesign(design)).toEqual(emitDesign(design));
  });
});

describe.skipIf(!haveTools('verilator', 'yosys', 'iverilog'))('readers of the text', () => {
  it.each(library.map(({ design, vectors }) => [design.top, design, vectors] as const))(
    '%s has no warning at any parameter vector',
    async (name, design, vectors) => {
      const images = design.modules[name]!.params.filter((param) => param.kind === 'image');
      const files = [
        ...emitDesign(design),
        // Readers open the memories of the default names; any contents do.
        ...images.map((param) => ({ name: `${name}_${param.name.toLowerCase()}.mem`, text: '0\n' })),
      ];
      expect(await lint(files, name, vectors)).toBe('');
    },
  );
});
