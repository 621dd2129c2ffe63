/** The C library drives a Verilated engine behind the vendor's DMA, with many seeds: frames, refused beats, frames given up. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { skipWithoutVerilator } from '../../src/cosim/verilator-available.js';
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

describe.skipIf(skipWithoutVerilator() || !havePrograms('gcc'))(`digits on an engine, seed ${seed}`, () => {
  it(`stream: rings of descriptors, ${seeds} seeds`, async () => {
    const { soc, headers } = await engineSoc(digits, 'P=2,G=2,M=8,D=4,XD=512,WD=256,PD=64,NTHR=1', 3);
    const program = buildFirmware(work, headers, 'gcc', flags);
    for (let k = 0; k < seeds; k++) {
      const run = (...args: string[]) =>
        runSoc(soc, [program], { seed: seed + k, stall: [0, 0.3, 0.7][k % 3] ?? 0, rings: true, args });
      const interrupt = `${k & 1}`;
      expect(await run('frames', interrupt, '1')).toContain('counter FRAMES');
      if (k % 4 === 0) expect(await run('faults', interrupt, '1')).toMatch(/faults r .*\n(.*\n)*faults b/);
      if (k % 4 === 2) expect(await run('reset', interrupt, '1')).toContain('given up');
    }
  });
});
