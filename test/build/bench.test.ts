/** The SystemVerilog bench of a build: passes on its text, fails on text, vectors or handshakes that are wrong. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

interface SaifNet {
  /** Scopes and name with points; a bit of a word in brackets. */
  readonly path: string;
  readonly t0: number;
  readonly t1: number;
  readonly changes: number;
}

/** Reads a SAIF file by its parentheses. */
function readSaif(text: string): { readonly duration: number; readonly nets: readonly SaifNet[] } {
  const words = text.match(/[()]|"[^"]*"|(?:\\.|[^\s()"])+/g) ?? [];
  let at = 0;
  type Item = string | readonly Item[];
  const item = (): Item => {
    const word = words[at++] ?? '';
    if (word !== '(') return word;
    const list: Item[] = [];
    while (words[at] !== ')') {
      if (at >= words.length) throw new Error('a parenthesis is open');
      list.push(item());
    }
    at++;
    return list;
  };
  const root = item() as Item[];
  if (at !== words.length || root[0] !== 'SAIFILE') throw new Error('no whole SAIF file');
  const nets: SaifNet[] = [];
  const plain = (name: Item | undefined): string => String(name).replace(/\\(.)/g, '$1');
  const scope = ([, name, ...inner]: Item[], above: string): void => {
    for (const part of inner as Item[][]) {
      if (part[0] === 'INSTANCE') scope(part, `${above}${plain(name)}.`);
      else
        for (const [net, ...values] of part.slice(1) as Item[][]) {
          const value = (key: string): number => Number((values as string[][]).find(([k]) => k === key)?.[1]);
          const path = `${above}${plain(name)}.${plain(net)}`;
          nets.push({ path, t0: value('T0'), t1: value('T1'), changes: value('TC') });
        }
    }
  };
  const list = root.slice(1) as Item[][];
  for (const part of list) if (part[0] === 'INSTANCE') scope(part, '');
  return { duration: Number(list.find(([key]) => key === 'DURATION')?.[1]), nets };
}

beforeAll(async () => {
  const silent = new Progress({
    total: 6,
    style: { mode: 'silent', color: false, columns: 80 },
    write: () => undefined,
  });
  const tech = fileURLToPath(new URL('../../asic/tech.example.json', import.meta.url));
  const options = { samples: 2, portBits: 64, clockMhz: 100, seed: 3n, tech, activity: true } as const;
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

  it('asic/activity.saif has the names and widths of the sources for a chip', async () => {
    const { duration, nets } = readSaif(readFileSync(join(work, 'asic/activity.saif'), 'utf8'));
    for (const { t0, t1 } of nets) expect(t0 + t1).toBe(duration);
    // The clock changes twice a cycle of 10 ns, results come at both ends of the hierarchy, and most registers do something.
    expect(nets.find(({ path }) => path === 'digits_w1a1_top.aclk')?.changes).toBe((2 * duration) / 10_000);
    const valid = nets.filter(({ path }) => /^digits_w1a1_top\.(u_core\.)?m_axis_tvalid$/.test(path));
    expect(valid.map(({ changes }) => changes > 0)).toEqual([true, true]);
    expect(nets.filter(({ changes }) => changes > 0).length / nets.length).toBeGreaterThan(0.5);

    const bits = new Map<string, number>();
    for (const { path } of nets) {
      const [, name = '', bit = '0'] = /^(.*?)(?:\[(\d+)\])?$/.exec(path) ?? [];
      bits.set(name, Math.max(bits.get(name) ?? 0, Number(bit) + 1));
    }
    const inside = [...bits].map(([path, width]) => ({ path: path.replace(/^digits_w1a1_top/, 'u_dut'), width }));
    expect(inside.filter(({ path }) => /g_pe\[31\]\.agree_q$/.test(path))).toHaveLength(1);
    const checks = inside.map(
      ({ path, width }) =>
        `    if ($bits(bench.${path}) != ${width}) $display("${path} has %0d bits", $bits(bench.${path}));\n`,
    );
    const names = join(work, 'names.sv');
    writeFileSync(names, `module names;\n  initial begin\n${checks.join('')}    $finish;\n  end\nendmodule\n`);
    const sources = readFileSync(join(work, 'rtl_asic/files.f'), 'utf8').trimEnd().split('\n');
    const bench = readdirSync(join(work, 'sim')).filter((name) => name.endsWith('.sv'));
    const files = [...sources.map((name) => `../rtl_asic/${name}`), ...bench.map((name) => `../sim/${name}`), names];
    const options = { cwd: join(work, 'rtl'), all: true } as const;
    const output = join(work, 'names.vvp');
    await execa('iverilog', ['-g2012', '-s', 'bench', '-s', 'names', '-o', output, ...files], options);
    expect((await execa('vvp', ['-N', output], options)).all).not.toMatch(/has/);
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
