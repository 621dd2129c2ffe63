/** The firmware library: its headers of registers are those of the tables, and every compiler takes every file in silence. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { engineRegisters } from '../../src/engine/registers.js';
import { dataflowRegisters } from '../../src/soc/dataflow-registers.js';
import { firmwareData, firmwareDesign } from '../../src/soc/firmware-design.js';
import { firmwareHeaders } from '../../src/soc/firmware-headers.js';
import { havePrograms } from '../soc/programs.js';

const root = join(import.meta.dirname, '..', '..');
const library = join(root, 'fpga', 'firmware');
const sources = readdirSync(library).filter((name) => name.endsWith('.c'));
const strict =
  '-std=c99 -O2 -fno-pie -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes'.split(
    ' ',
  );
const compilers: readonly (readonly [string, readonly string[]])[] = [
  ['gcc', []],
  ['arm-linux-gnueabihf-gcc', ['-mcpu=cortex-a9']],
  ['aarch64-linux-gnu-gcc', ['-mcpu=cortex-a53']],
];

it('has the registers of the tables', async () => {
  for (const [name, text] of firmwareHeaders()) await expect(text).toMatchFileSnapshot(join(library, name));
});

describe.each(compilers)('%s', (compiler, flags) => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-firmware-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (command: string, args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
    return `${stdout}${stderr}${status === 0 ? '' : `${command} ended with ${status}`}`.trim();
  };
  const compile = (file: string, ...more: readonly string[]): string =>
    run(compiler, [...strict, ...flags, `-I${library}`, `-I${join(import.meta.dirname, 'bsp')}`, '-c', file, ...more]);

  it.skipIf(!havePrograms(compiler))('compiles it without a word, and it needs no heap and no state', () => {
    for (const name of sources) {
      const object = name.replace('.c', '.o');
      expect(compile(join(library, name), '-o', object), name).toBe('');
      const nm = compiler.replace(/gcc$/, 'nm');
      const symbols = run(nm, [object]).split('\n');
      expect(
        symbols.filter((line) => /\b(malloc|calloc|realloc|free)$/.test(line)),
        name,
      ).toEqual([]);
      // B, b, D, d: variables. Only the memory of a co-simulation is one.
      if (name !== 'heddle_cosim.c')
        expect(
          symbols.filter((line) => / [BbDd] /.test(line)),
          name,
        ).toEqual([]);
    }
  });

  it.skipIf(!havePrograms(compiler))('compiles the headers of a design', () => {
    const words = Uint32Array.from([0, 64, 0xc0000000, 0]);
    const lists = { offset: 4096, words, w: 4096, x: 0, y: 0 };
    const designs = [
      {
        ...{ name: 'first', side: 'mapped' as const, build: 0x12345678, registers: engineRegisters, weightBytes: 64 },
        ...{ inputBytes: 16, outputBytes: 8, buffer: { bytes: 8192, input: 1024, output: 2048, lists } },
      },
      {
        ...{ name: 'second', side: 'stream' as const, build: 1, inputBytes: 16, outputBytes: 8, weightBytes: 0 },
        registers: dataflowRegisters({ memory: 'stream', programmable: false }),
      },
    ];
    const bytes = Uint8Array.from([1, 2, 255]);
    const data = { samples: 1, inputs: bytes, expected: bytes, computed: bytes, weights: bytes };
    for (const design of designs) {
      writeFileSync(join(folder, `${design.name}_design.h`), firmwareDesign(design));
      writeFileSync(join(folder, `${design.name}_data.h`), firmwareData(design.name, data));
    }
    const uses = (name: string): string =>
      `int ${name}(void) { return (int)heddle_${name}.input_bytes + heddle_${name}_inputs[0] + heddle_${name}_expected[0]` +
      ` + heddle_${name}_computed[0] + heddle_${name}_weights[0]; }`;
    writeFileSync(
      join(folder, 'designs.c'),
      [
        ...designs.flatMap(({ name }) => [`#include "${name}_design.h"`, `#include "${name}_data.h"`]),
        ...designs.flatMap(({ name }) => [`int ${name}(void);`, uses(name)]),
        '',
      ].join('\n'),
    );
    expect(compile('designs.c', '-o', 'designs.o')).toBe('');
  });
});
