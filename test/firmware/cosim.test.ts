/** The C library drives the Verilated accelerator: frames, refused beats of memory, frames given up. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { skipWithoutVerilator } from '../../src/cosim/verilator-available.js';
import { havePrograms, numpyPython } from '../soc/programs.js';
import { dataflowSoc } from './dataflow-soc.js';
import { digits } from './digits.js';
import { buildFirmware, clientFlags, runSoc } from './soc-bench.js';

// Another seed: HEDDLE_SEED=7 npx vitest run test/firmware/cosim.test.ts
const seed = Number(process.env['HEDDLE_SEED'] ?? 1);
const work = mkdtempSync(join(tmpdir(), 'heddle-cosim-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));
const python = numpyPython();
/** Weights that can be changed; a call of 64 samples is longer than the load of an image. */
const subject = () => dataflowSoc(digits, 'mapped', { programmable: true, interval: 512 });

describe.skipIf(skipWithoutVerilator() || !havePrograms('gcc'))('digits behind the C library', () => {
  it('mapped: frames by interrupt and by polling, refused beats, frames given up', async () => {
    const { soc, headers } = await subject();
    const program = buildFirmware(work, headers, 'gcc', clientFlags());
    const run = (...args: string[]) => runSoc(soc, [program], { seed, stall: 0.3, args });
    const said = await run('frames', '1', '0');
    const accesses = [...said.matchAll(/(\d+) accesses/g)].map(([, count]) => Number(count));
    expect(new Set(accesses).size, said).toBe(1);
    expect(accesses[0]).toBeLessThan(12);
    expect(await run('frames', '0', '0')).toContain('counter FRAMES');
    expect(await run('faults', '1', '0')).toMatch(/faults r .*\n(.*\n)*faults b/);
    expect(await run('reset', '1', '0')).toContain('given up: no end');
  });

  it('mapped: weights loaded between calls and in their middle, wrong images', async () => {
    const { soc, headers } = await subject();
    const program = buildFirmware(work, headers, 'gcc', [...clientFlags(), '-DCALLS=3'], 'weights_client');
    const run = (mode: string) => runSoc(soc, [program], { seed, stall: 0.3, args: [mode, '1', '0'] });
    expect(await run('between')).toContain('between calls: 3');
    expect(await run('during')).toMatch(/during calls: 3, inside [1-3]/);
    expect(await run('wrong')).toContain('wrong images: 7');
  });

  it.skipIf(!havePrograms('arm-linux-gnueabihf-gcc', 'aarch64-linux-gnu-gcc', 'qemu-arm', 'qemu-aarch64'))(
    'mapped, the library compiled for Cortex-A9 and Cortex-A53',
    async () => {
      const { soc, headers } = await subject();
      for (const [compiler, core, emulator] of [
        ['arm-linux-gnueabihf-gcc', 'cortex-a9', 'qemu-arm'],
        ['aarch64-linux-gnu-gcc', 'cortex-a53', 'qemu-aarch64'],
      ] as const) {
        const program = buildFirmware(work, headers, compiler, [...clientFlags(), '-static', `-mcpu=${core}`]);
        const said = await runSoc(soc, [emulator, program], { seed, stall: 0.3, args: ['frames', '1', '0'] });
        expect(said).toContain('counter FRAMES');
      }
    },
  );

  it.skipIf(python === undefined)('mapped, driven from Python', async () => {
    const { soc, io } = await subject();
    writeFileSync(join(work, 'io.json'), io);
    const client = join(import.meta.dirname, 'python_client.py');
    for (const path of [client, join(import.meta.dirname, '..', '..', 'fpga', 'python', 'soc_driver.py')])
      execFileSync(python!, ['-c', `import ast; ast.parse(open('${path}').read(), feature_version=(3, 8))`]);
    expect(await runSoc(soc, [python!, '-B', client], { seed, stall: 0.3, args: [work] })).toContain('python {');
  });
});
