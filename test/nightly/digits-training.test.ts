/** The whole training again: the shipped files come out byte for byte. About two minutes. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sha256File } from '../../src/base/hash.js';

const root = join(import.meta.dirname, '..', '..');

it('examples/digits/train.ts reproduces vectors/digits', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'heddle-digits-'));
  try {
    const target = join(scratch, 'digits');
    execFileSync(process.execPath, ['--import', 'tsx', 'examples/digits/train.ts', target], { cwd: root });
    const shipped = join(root, 'vectors', 'digits');
    const hashes = (folder: string) =>
      readdirSync(folder)
        .sort()
        .map((name) => [name, sha256File(join(folder, name))]);
    expect(hashes(target)).toEqual(hashes(shipped));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});
