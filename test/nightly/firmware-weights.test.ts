/** `heddle_load_weights` of dataflow accelerators, between calls and in their middle, wrong images, refused beats; many seeds. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { skipWithoutVerilator } from '../../src/cosim/verilator-available.js';
import { dataflowSoc } from '../firmware/dataflow-soc.js';
import { digits } from '../firmware/digits.js';
import { seed, seeds, stallOf } from '../firmware/many-seeds.js';
import { buildFirmware, clientFlags, runSoc } from '../firmware/soc-bench.js';
import { havePrograms, numpyPython } from '../soc/programs.js';

const python = numpyPython();
const work = mkdtempSync(join(tmpdir(), 'heddle-weights-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

describe.skipIf(skipWithoutVerilator() || !havePrograms('gcc'))(`digits, seed ${seed}, ${seeds} seeds`, () => {
  it.each([
    ['samples in memory', 'mapped', false],
    ['streams, simple transfers', 'stream', false],
    ['streams, rings of descriptors', 'stream', true],
  ] as const)('%s: every sample has the old or the new weights', async (_, memory, rings) => {
    // A call of 64 samples is longer than the load of an image.
    const { soc, headers } = await dataflowSoc(digits, memory, { programmable: true, interval: 512 });
    const program = buildFirmware(work, headers, 'gcc', clientFlags(), 'weights_client');
    let inside = 0;
    for (let k = 0; k < seeds; k++) {
      const run = (mode: string) => {
        const args = [mode, `${k & 1}`, rings ? '1' : '0'];
        return runSoc(soc, [program], { seed: seed + k, stall: stallOf(k), rings, args });
      };
      expect(await run('between')).toContain('between calls: 8');
      const said = await run('during');
      inside += Number(/inside (\d+)/.exec(said)?.[1] ?? 0);
      if (k % 4 === 0) expect(await run('wrong')).toContain('wrong images: 7');
    }
    expect(inside).toBeGreaterThan(seeds);
  });

  it.skipIf(python === undefined).each(['mapped', 'stream'] as const)(
    '%s, driven from Python: weights changed, refused beats',
    async (memory) => {
      const { soc, io } = await dataflowSoc(digits, memory, { programmable: true, interval: 512 });
      writeFileSync(join(work, 'io.json'), io);
      const client = join(import.meta.dirname, '..', 'firmware', 'python_client.py');
      for (let k = 0; k < seeds; k++)
        expect(
          await runSoc(soc, [python!, '-B', client], { seed: seed + k, stall: stallOf(k), args: [work] }),
        ).toContain('python {');
    },
  );
});
