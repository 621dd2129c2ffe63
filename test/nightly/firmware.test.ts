/**
 * The C library drives Verilated accelerators, with many seeds: frames, refused beats of memory, frames given up. Dataflow with
 * samples in memory, or behind the vendor's DMA with simple transfers and with descriptors; an engine behind it.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { skipWithoutVerilator } from '../../src/cosim/verilator-available.js';
import { dataflowSoc } from '../firmware/dataflow-soc.js';
import { digits } from '../firmware/digits.js';
import { engineSoc } from '../firmware/engine-soc.js';
import { buildFirmware, runSoc } from '../firmware/soc-bench.js';
import { havePrograms } from '../soc/programs.js';

// Another seed: HEDDLE_SEED=7 npx vitest run --config vitest.nightly.config.ts test/nightly/firmware.test.ts
const seed = Number(process.env['HEDDLE_SEED'] ?? Date.now() % 1e6);
const seeds = Number(process.env['HEDDLE_SEEDS'] ?? 20);
const work = mkdtempSync(join(tmpdir(), 'heddle-firmware-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));
const flags = ['-DHEDDLE_COSIM_MEMORY_BYTES=0x40000u'];

const models = join(import.meta.dirname, '..', '..', '..', 'shared', 'models', 'tfc');
const tfc = { model: join(models, 'TFC_2W2A.onnx'), input: join(models, 'mnist_images_u8.npy'), inputScale: 1 / 255 };
const skip = skipWithoutVerilator() || !havePrograms('gcc');
const stalls = [0, 0.3, 0.7] as const;

/** All modes of the client, the short one with every seed. */
async function manySeeds(soc: string, program: readonly string[], rings: boolean, faults = true): Promise<void> {
  const last = rings ? '1' : '0';
  for (let k = 0; k < seeds; k++) {
    const run = (mode: string) =>
      runSoc(soc, program, { seed: seed + k, stall: stalls[k % 3] ?? 0, rings, args: [mode, `${k & 1}`, last] });
    expect(await run('frames')).toContain('counter FRAMES');
    if (faults && k % 4 === 0) expect(await run('faults')).toMatch(/faults r .*\n(.*\n)*faults b/);
    if (k % 4 === 2) expect(await run('reset')).toContain('given up');
  }
}

describe.skipIf(skip)(`seed ${seed}, ${seeds} seeds`, () => {
  it('digits on an engine: rings of descriptors', async () => {
    const { soc, headers } = await engineSoc(digits, 'P=2,G=2,M=8,D=4,XD=512,WD=256,PD=64,NTHR=1', 3);
    await manySeeds(soc, [buildFirmware(mkdtempSync(join(work, 'e')), headers, 'gcc', flags)], true);
  });

  it('digits on an engine that fetches its lists from memory', async () => {
    const { soc, headers } = await engineSoc(digits, 'P=2,G=2,M=8,D=4,XD=512,WD=256,PD=64,NTHR=1', 3, 'mapped');
    await manySeeds(soc, [buildFirmware(mkdtempSync(join(work, 'l')), headers, 'gcc', flags)], false);
  });

  it('digits, samples in memory', async () => {
    const { soc, headers } = await dataflowSoc(digits, 'mapped');
    await manySeeds(soc, [buildFirmware(mkdtempSync(join(work, 'm')), headers, 'gcc', flags)], false);
  });

  it('digits, samples as streams: simple transfers and rings', async () => {
    const { soc, headers } = await dataflowSoc(digits, 'stream');
    const program = [buildFirmware(mkdtempSync(join(work, 's')), headers, 'gcc', flags)];
    await manySeeds(soc, program, false);
    await manySeeds(soc, program, true);
  });

  it.skipIf(!existsSync(tfc.model))('TFC of two bits, samples in memory', async () => {
    const { soc, headers } = await dataflowSoc(tfc, 'mapped', 4);
    await manySeeds(soc, [buildFirmware(mkdtempSync(join(work, 't')), headers, 'gcc', flags)], false);
  });
});
