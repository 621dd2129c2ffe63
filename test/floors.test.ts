/** The floors of the house: the table in src/README.md and the rule that enforces it (`npm run floors` applies it). */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const config = join(root, '.dependency-cruiser.cjs');
const depcruise = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');

interface Rule {
  readonly name: string;
  readonly from: { readonly path?: string };
  readonly to: { readonly pathNot?: string };
}

const rules = (createRequire(import.meta.url)(config) as { forbidden: Rule[] }).forbidden;
const table = [...readFileSync(join(root, 'src', 'README.md'), 'utf8').matchAll(/^\| (\d+) \| `(\w+)` \|/gm)].map(
  ([, floor, room]) => ({ floor: Number(floor), room: room ?? '' }),
);

describe('the table of src/README.md', () => {
  it('lists the same rooms on the same floors as .dependency-cruiser.cjs', () => {
    const enforced = rules.flatMap(({ name }) => /^floor-(\d+)-(\w+)$/.exec(name) ?? []);
    expect(table.flatMap(({ floor, room }) => [`floor-${floor}-${room}`, String(floor), room])).toEqual(enforced);
  });
  it('allows each room itself and everything below, nothing else', () => {
    for (const { floor, room } of table) {
      const rule = rules.find(({ name }) => name === `floor-${floor}-${room}`);
      const allowed = new RegExp(rule?.to.pathNot ?? '^$');
      const open = table.filter((other) => allowed.test(`src/${other.room}/x.ts`)).map((other) => other.room);
      const below = table.filter((other) => other.floor < floor || other.room === room).map((other) => other.room);
      expect([room, ...open]).toEqual([room, ...below]);
    }
  });
  it('names every folder of src', () => {
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(table.map(({ room }) => room)).toEqual(expect.arrayContaining(folders.map((folder) => folder.name)));
  });
});

describe('the floors rule', () => {
  const house = mkdtempSync(join(tmpdir(), 'heddle-floors-'));
  afterAll(() => rmSync(house, { recursive: true, force: true }));

  /** Names of the rules that a small house of these files breaks. */
  function broken(files: Readonly<Record<string, string>>): string[] {
    rmSync(join(house, 'src'), { recursive: true, force: true });
    copyFileSync(config, join(house, '.dependency-cruiser.cjs'));
    copyFileSync(join(root, 'tsconfig.json'), join(house, 'tsconfig.json'));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(house, path)), { recursive: true });
      writeFileSync(join(house, path), text);
    }
    const flags = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src'];
    const said = spawnSync(process.execPath, [depcruise, ...flags], { cwd: house, encoding: 'utf8' });
    const { summary } = JSON.parse(said.stdout) as { summary: { violations: { rule: { name: string } }[] } };
    return summary.violations.map(({ rule }) => rule.name).sort();
  }
  const leaf = 'export const x = 1;\n';
  const type = "import type { X } from '../cli/a.js';\nexport const y: X = 1;\n";

  it('accepts a stair downwards', () => {
    expect(broken({ 'src/base/a.ts': leaf, 'src/hdl/b.ts': "export { x } from '../base/a.js';\n" })).toEqual([]);
  });
  it('catches an import upwards, types included', () => {
    expect(broken({ 'src/base/b.ts': type, 'src/cli/a.ts': 'export type X = number;\n' })).toEqual(['floor-0-base']);
  });
  it('catches an import from a neighbour', () => {
    const neighbour = { 'src/hdl/a.ts': leaf, 'src/verilog/b.ts': "export { x } from '../hdl/a.js';\n" };
    expect(broken(neighbour)).toEqual(['floor-2-verilog']);
  });
  it('catches circles and files outside of the rooms', () => {
    const circle = {
      'src/base/a.ts': "import { b } from './b.js';\nexport const a = (): number => b();\n",
      'src/base/b.ts': "import { a } from './a.js';\nexport const b = (): number => a();\n",
      'src/loose.ts': "export { a } from './base/a.js';\n",
    };
    expect([...new Set(broken(circle))]).toEqual(['no-circular', 'no-loose-files']);
  });
});
