/** The SystemVerilog bench of a build: passes on its text, fails on text, vectors or handshakes that are wrong. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Progress } from '../../src/base/progress.js';
import { build } from '../../src/build/build.js';
import { digits } from '../cli/run.js';

const work = mkdtempSync(join(tmpdir(), 'heddle-bench-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const run = async (...args: string[]) => {
  const { exitCode, all } = await execa('make', ['-s', '-C', join(work, 'sim'), 'icarus', 'PATIENCE=1500', ...args], {
    ...{ reject: false, all: true },
  });
  return { exitCode, text: all };
};

/** Runs with a file changed, and puts it back. */
async function changed(path: string, change: (text: string) => string, ...args: string[]) {
  const file = join(work, path);
  const before = readFileSync(file, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(file, after);
  try {
    return await run(...args);
  } finally {
    writeFileSync(file, before);
  }
}

beforeAll(async () => {
  const silent = new Progress({
    total: 6,
    style: { mode: 'silent', color: false, columns: 80 },
    write: () => undefined,
  });
  const tech = fileURLToPath(new URL('../../asic/tech.example.json', import.meta.url));
  const options = { samples: 2, portBits: 64, clockMhz: 100, seed: 3n, tech } as const;
  await build({ model: digits('digits_w1a1.onnx'), output: work, ...options }, silent);
});

describe('sim/bench.sv', () => {
  it.each([
    [2, 80],
    [3, 0],
  ])('passes in Icarus without a message, seed %d, stall %d', async (seed, stall) => {
    const { exitCode, text } = await run(`SEED=${seed}`, `STALL=${stall}`);
    expect(text.split('\n')).toEqual([
      `seed ${seed}`,
      `stall ${stall} %`,
      'patience 1500',
      expect.stringMatching(/^PASS: 4 beats equal, \d+ cycles$/) as string,
    ]);
    expect(exitCode).toBe(0);
  });

  it('passes on the sources for a chip, which read no file', async () => {
    const sources = readFileSync(join(work, 'rtl_asic/files.f'), 'utf8').trimEnd().split('\n');
    for (const name of sources) expect(readFileSync(join(work, 'rtl_asic', name), 'utf8')).not.toContain('readmem');
    const { exitCode, text } = await run(`DUT=${sources.map((name) => `../rtl_asic/${name}`).join(' ')}`);
    expect(text).toMatch(/PASS: 4 beats equal/);
    expect(exitCode).toBe(0);
  });

  it('a weight of another value fails', async () => {
    const flip = (text: string): string =>
      text.replace(/[0-9a-f]/g, (digit) => (15 - parseInt(digit, 16)).toString(16));
    const { exitCode, text } = await changed('rtl/dense_3_weights.mem', flip);
    expect(text).toMatch(/expected [0-9a-f]{16} last [01], got [0-9a-f]{16}/);
    expect(text).toMatch(/FAIL: \d+ of 4 beats wrong/);
    expect(exitCode).not.toBe(0);
  });

  it('tlast on another beat fails', async () => {
    const { exitCode, text } = await changed('vectors/output.hex', (all) => all.replace(/ 0\n/, ' 1\n'));
    expect(text).toContain('FAIL: 1 of 4 beats wrong');
    expect(exitCode).not.toBe(0);
  });

  it('a result that is missing, and one too many, fail', async () => {
    const extra = await changed('vectors/output.hex', (all) => all.slice(0, all.trimEnd().lastIndexOf('\n') + 1));
    expect(extra.text).toContain('nothing more was expected');
    expect(extra.exitCode).not.toBe(0);
    const missing = await changed('vectors/output.hex', (all) => `${all}${'0'.repeat(16)} 1\n`);
    expect(missing.text).toContain('nothing moved');
    expect(missing.exitCode).not.toBe(0);
  });

  it('data that change while they wait break a rule', async () => {
    const hasty = (text: string): string =>
      text.replace('assign advance = m_axis_tready || !out_valid_q;', "assign advance = 1'b1;");
    const { exitCode, text } = await changed('rtl/register_slice.sv', hasty, 'STALL=60');
    expect(text).toContain('FAIL');
    expect(exitCode).not.toBe(0);
  });
});
