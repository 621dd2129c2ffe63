/** What README.md shows is what the tree gives: the output of `npm start`, the emitted excerpt, the examples, the verbs. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { digits, heddleHere, root } from './run.js';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text);

it('shows what npm start prints, times aside', () => {
  const file = join('examples', 'digits', 'first-light.ts');
  const printed = execFileSync(process.execPath, ['--import', './src/cli/loader.mjs', file], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, CI: '1', NO_COLOR: '1' },
  });
  const untimed = (text: string): string[] => text.split('\n').map((line) => line.replace(/ +[\d.]+ s$/, ''));
  const shown = readme.match(/^heddle \d[^]*?(?=^```)/m)?.[0] ?? '-';
  const lines = untimed(printed);
  for (const line of untimed(shown)) expect(lines).toContain(line);
});

it('shows emitted text as it is emitted', async () => {
  const work = mkdtempSync(join(tmpdir(), 'heddle-readme-'));
  try {
    expect(
      (await heddleHere(['build', digits('digits_w4a4.onnx'), '-o', join(work, 'w4'), '--to', 'generate'])).code,
    ).toBe(0);
    const text = readFileSync(join(work, 'w4', 'rtl', 'thresholds_s.sv'), 'utf8');
    for (const part of (blocks('systemverilog')[0] ?? '').split('  // ...\n')) expect(text).toContain(part);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
});

it('shows the example network as it is', () => {
  const text = readFileSync(join(root, 'examples', 'first-network.ts'), 'utf8');
  expect(text).toContain(blocks('ts')[0] ?? '-');
});

it('shows the example module as it is, and what it prints', () => {
  const file = join('examples', 'first-module', 'running-max.ts');
  expect(readFileSync(join(root, file), 'utf8')).toContain(blocks('ts')[1] ?? '-');
  const printed = execFileSync(process.execPath, ['--import', './src/cli/loader.mjs', file], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(printed).toContain(blocks('systemverilog')[1] ?? '-');
  expect(printed.trimEnd().endsWith('max 4001')).toBe(true);
});

it('names every verb', async () => {
  const verbs = [...(await heddleHere(['--help'])).stdout.matchAll(/^ {2}heddle (\w+)/gm)].map(([, verb = '']) => verb);
  expect(verbs.length).toBeGreaterThan(4);
  for (const verb of verbs) expect(readme).toContain(`\`${verb}`);
});
