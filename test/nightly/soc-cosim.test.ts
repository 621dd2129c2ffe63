/** `cosim BUILD/soc`: tops with registers in Verilator beside the circuit, over their registers, against the reference. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { skipWithoutVerilator } from '../../src/cosim/verilator-available.js';
import { digits, heddleHere } from '../cli/run.js';

// Another seed: HEDDLE_SEED=7 npx vitest run test/nightly/soc-cosim.test.ts
const seed = process.env['HEDDLE_SEED'] ?? '1';
const work = mkdtempSync(join(tmpdir(), 'heddle-soc-cosim-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const engine = ['--backend', 'engine', '--engine', 'P=2,G=4,M=8,D=4,XD=128,WD=1024,LUT=0,ADD=0,DW=0'];
const builds = {
  stream: ['digits_w1a1.onnx', '--memory', 'stream'],
  mapped: ['digits_w1a1.onnx', '--memory', 'mapped'],
  engine: ['digits_w4a4.onnx', '--memory', 'mapped', ...engine],
} as const;

describe.skipIf(skipWithoutVerilator())('cosim of soc/', () => {
  it.each(Object.keys(builds) as (keyof typeof builds)[])(
    '%s: frames are right, some given up before',
    async (name) => {
      const [model, ...options] = builds[name];
      const folder = join(work, name);
      expect((await heddleHere(['build', digits(model), '-o', folder, '--samples', '1', '-q', ...options])).code).toBe(
        0,
      );
      const seeds = name === 'engine' ? '3' : '12';
      const run = await heddleHere(['cosim', join(folder, 'soc'), '--seeds', seeds, '--seed', seed]);
      expect(run.stdout).toMatch(
        new RegExp(`: ${seeds} runs of 2 samples; simulator, verilator, verilator-x1 agree in all`),
      );
      expect(run.code).toBe(0);
    },
  );

  it('another weight in the text is found, with the command that repeats it', async () => {
    const rtl = join(work, 'mapped/soc/rtl');
    const [weights = ''] = readdirSync(rtl).filter((name) => name.endsWith('_weights.mem'));
    const other = (digit: string): string => (15 - parseInt(digit, 16)).toString(16);
    writeFileSync(join(rtl, weights), readFileSync(join(rtl, weights), 'utf8').replace(/[0-9a-f]/g, other));
    const { code, stderr } = await heddleHere(['cosim', join(work, 'mapped/soc'), '--seeds', '1']);
    expect(stderr).toMatch(/H4002 .*m_axi_ofm_wdata is \d+, not \d+/);
    expect(stderr).toMatch(/repeat: npm run -s heddle -- cosim \S+\/soc --seeds 1 --seed 1 --samples 2 --resets 0/);
    expect(code).toBe(1);
  });
});
