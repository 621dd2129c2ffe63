/** `heddle explain-folding`: text, JSON, drawing, mistakes; docs/folding.md shows what it prints. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { digits, heddleHere, root } from './run.js';

const work = mkdtempSync(join(tmpdir(), 'heddle-folding-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));
const w4 = digits('digits_w4a4.onnx');

describe('explain-folding', () => {
  it('prints the allocation of a small matrix whole and draws it', async () => {
    const svg = join(work, 'f.svg');
    const args = ['explain-folding', w4, '--layer', 'dense_2', '--pe', '5', '--simd', '16', '--svg', svg];
    const { code, stdout, stderr } = await heddleHere([...args, '--json', join(work, 'f.json')]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('legal PE    1 2 5 10');
    expect(stdout).toMatch(/^ +3 +16-31 +row 5 +row 6 +row 7 +row 8 +row 9 +sums of rows 5-9 leave$/m);
    const drawing = readFileSync(svg, 'utf8');
    // Background, inputs, five PEs, ten rows of two slices.
    expect(drawing.match(/<rect /g)).toHaveLength(1 + 1 + 5 + 20);
    expect(drawing.match(/<text /g)?.length).toBe(drawing.match(/<\/text>/g)?.length);
    const json = JSON.parse(readFileSync(join(work, 'f.json'), 'utf8')) as Record<string, unknown>;
    expect(json).toMatchObject({ layer: 'dense_2', PE: 5, SIMD: 16, slices: 2, rowGroups: 2, interval: 4 });
  });

  it('ends with 2 for unknown layers, pairs that do not divide and numbers that are none', async () => {
    const unknown = await heddleHere(['explain-folding', w4, '--layer', 'dense_7']);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/H2101[^]*weighted layers: dense_0 dense_1 dense_2/);
    const odd = await heddleHere(['explain-folding', w4, '--layer', 'dense_1', '--pe', '5']);
    expect([odd.code, odd.stderr.split('\n')[0]]).toEqual([2, 'error H2103  dense_1: PE 5 does not divide 32 outputs']);
    expect(await heddleHere(['explain-folding', w4, '--layer', 'dense_1', '--simd', 'x'])).toMatchObject({ code: 2 });
  });
});

describe('docs/folding.md', () => {
  const page = readFileSync(join(root, 'docs', 'folding.md'), 'utf8');
  const shown = [...page.matchAll(/```\n\$ npm run -s heddle -- (.*)\n([^]*?)```/g)];
  it('shows several commands', () => expect(shown.length).toBeGreaterThan(2));
  it.each(shown.map(([, command = '', text = '']) => [command, text]))('%s', async (command, text) => {
    const args = command.split(' ').map((word) => (word.startsWith('build/') ? join(work, 'out') : word));
    const { code, stdout, stderr } = await heddleHere(args);
    const untimed = (line: string) => line.replace(/ +[\d.]+ s$/, '');
    const printed = `${stdout}${stderr}`.split('\n').map(untimed);
    expect(code).toBe(command.includes('5e6') ? 1 : 0);
    for (const line of text.split('\n').map(untimed)) if (line !== '...') expect(printed).toContain(line);
  });
});
