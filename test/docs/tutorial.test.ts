/** docs/tutorial.md: every file is shown as it is, every command prints what is shown. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { skipWithoutVerilator } from '../../src/cosim/index.js';
import { heddleHere, root } from '../cli/run.js';

const page = readFileSync(join(root, 'docs', 'tutorial.md'), 'utf8');
const files = [...page.matchAll(/^`(examples\/tutorial\/[\w-]+\.ts)`:\n\n```ts\n([\s\S]*?)^```$/gm)].map(
  ([, path = '', text = '']) => [path, text] as const,
);
const sessions = [...page.matchAll(/^```console\n\$ (.*)\n([\s\S]*?)^```$/gm)].map(
  ([, command = '', shown = '']) => [command, shown] as const,
);

async function printed(command: string): Promise<string> {
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  if (command.startsWith('npm run -s heddle -- ')) {
    const { code, stdout, stderr } = await heddleHere(words.slice(5));
    expect([code, stderr]).toEqual([0, '']);
    return stdout;
  }
  expect(words[0]).toBe('node');
  const env = { ...process.env, NO_COLOR: '1' };
  const { status, stdout, stderr } = spawnSync(process.execPath, words.slice(1), { cwd: root, encoding: 'utf8', env });
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}

/** Lines without the blanks at their ends. */
const lines = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd());

describe('the tutorial', () => {
  it('shows every file of examples/tutorial, as it is', () => {
    const there = readdirSync(join(root, 'examples', 'tutorial')).map((name) => `examples/tutorial/${name}`);
    expect(files.map(([path]) => path).sort()).toEqual(there.sort());
    for (const [path, text] of files) expect(text).toBe(readFileSync(join(root, path), 'utf8'));
  });
  it('runs every file but the block itself', () => {
    const run = sessions.map(([command]) => command).join('\n');
    for (const [path] of files) expect(run).toContain(path);
    expect(sessions.length).toBeGreaterThanOrEqual(files.length);
  });
  it.each(sessions)('%s', async (command, shown) => {
    if (command.includes('lockstep') && skipWithoutVerilator()) return;
    // Dots stand for lines that are left out.
    const parts = `\n${shown}`
      .split('\n...\n')
      .map((part) => lines(part).filter((_, k) => k > 0 || part.trim() !== ''));
    const got = lines(await printed(command)).join('\n');
    if (parts.length === 1) expect(got).toBe(lines(shown).join('\n'));
    for (const part of parts) expect(`\n${got}\n`).toContain(part.join('\n').trimEnd());
  });
});
