/** `heddle emit`: text, files, JSON, mistakes. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { haveTools, lint } from '../verilog/tools.js';
import { heddle, heddleHere, root } from './run.js';

const work = mkdtempSync(join(tmpdir(), 'heddle-emit-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

it('prints the committed text when nothing is changed', () => {
  const { code, stdout, stderr } = heddle(['emit', 'fifo']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(readFileSync(join(root, 'test', 'blocks', 'golden', 'fifo.sv'), 'utf8'));
});

it('takes defaults in one option or in several', async () => {
  const { stdout: one } = await heddleHere(['emit', 'fifo', '--param', 'W=3', 'DEPTH=5']);
  const { stdout: two } = await heddleHere(['emit', 'fifo', '--param', 'W=3', '--param=DEPTH=5']);
  expect(one).toMatch(/parameter int W {5}= 3,\n {2}parameter int DEPTH = 5\n/);
  expect(two).toBe(one);
});

it.skipIf(!haveTools('verilator', 'yosys', 'iverilog'))('writes files that readers take as they are', async () => {
  const folder = join(work, 'matvec');
  const ended = await heddleHere(['emit', 'matvec_ss', '--param', 'MH=6', 'MW=9', 'SIMD=3', '-o', folder]);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).toContain('random');
  const names = readdirSync(folder).sort();
  expect(names).toEqual(['block.json', 'files.f', 'matvec_ss.sv', 'matvec_ss_weights.mem']);
  const files = names.map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
  expect(await lint(files, 'matvec_ss', [])).toBe('');
  // The same place again is ours; another directory is not.
  expect(await heddleHere(['emit', 'fifo', '-o', folder, '-q'])).toMatchObject({ code: 0, stdout: '' });
  expect(readdirSync(folder).sort()).toEqual(['block.json', 'fifo.sv', 'files.f']);
  expect(await heddleHere(['emit', 'fifo', '-o', work])).toMatchObject({ code: 2 });
});

it('gives text and values as JSON', async () => {
  const { stdout } = await heddleHere(['emit', 'register_slice', '--param', 'W=5', '--json', '-']);
  const json = JSON.parse(stdout) as { block: string; params: unknown; files: { name: string; text: string }[] };
  expect(json).toMatchObject({ block: 'register_slice', params: { W: 5 }, files: [{ name: 'register_slice.sv' }] });
  expect(json.files[0]?.text).toContain('parameter int W = 5');
  const listed = JSON.parse((await heddleHere(['emit', '--list', '--json', '-'])).stdout) as { names: string[] }[];
  expect(listed.flatMap(({ names }) => names)).toContain('fifo');
});

it.each([
  [['fifoo'], 'H2010', 'did you mean fifo?'],
  [['fifo', '--param', 'DEPTH=0', 'WW=3'], 'H1102', "there is no parameter 'WW'; did you mean W?"],
  [['matvec_ss', '--param', 'MH=5', 'ACC_W=2'], 'H1103', 'a sum holds one beat'],
  [['fifo', '--param', 'W'], 'H0001', 'not of the form NAME=VALUE'],
  [['fifo', '--param', 'W=1', 'W=2'], 'H0001', 'given twice'],
  [[], 'H0001', 'a block is needed'],
])('emit %j ends with %s', async (args, code, text) => {
  const ended = await heddleHere(['emit', ...args]);
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toContain(code);
  expect(ended.stderr).toContain(text);
});
