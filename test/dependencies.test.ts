/** docs/dependencies.md says why each package of package.json is there, and speaks of no other. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
  'dependencies' | 'devDependencies',
  Record<string, string>
>;

it('gives every dependency a row of the right table, and no other', () => {
  const [, run = '', develop = ''] = readFileSync(join(root, 'docs', 'dependencies.md'), 'utf8').split(
    /^## Needed to .*$/m,
  );
  const rows = (text: string): string[] =>
    [...text.split(/^## /m)[0]!.matchAll(/^\| (`[^|]*)\|/gm)]
      .flatMap(([, cell]) => [...cell!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!))
      .sort();
  expect(rows(run)).toEqual(Object.keys(manifest.dependencies).sort());
  expect(rows(develop)).toEqual(Object.keys(manifest.devDependencies).sort());
});
