/** docs/networks.md shows the examples as they are, and the files that they write load and compute. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadNetwork } from '../../src/import/index.js';
import * as layers from '../../src/network/layers/index.js';
import { runStages } from '../../src/network/run-stages.js';
import { sizeOf } from '../../src/network/graph.js';

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'networks.md'), 'utf8');
const snippets = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text = '']) => text);
const work = mkdtempSync(join(tmpdir(), 'heddle-networks-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

it.each([
  ['vgg9', 100, 11],
  ['residual', 10, 15],
])('%s is shown as it is, and loads', async (name, outputs, stages) => {
  const text = readFileSync(join(root, 'examples', `${name}.ts`), 'utf8');
  expect(snippets.some((snippet) => text.includes(snippet))).toBe(true);
  // The example writes into build/ of the folder it runs in.
  const folder = join(work, name);
  mkdirSync(folder);
  execFileSync(
    process.execPath,
    ['--import', join(root, 'src', 'cli', 'loader.mjs'), join(root, 'examples', `${name}.ts`)],
    {
      cwd: folder,
      stdio: 'ignore',
    },
  );
  const { stageNetwork } = await loadNetwork(join(folder, 'build', `${name}.onnx`));
  expect(stageNetwork.stages).toHaveLength(stages);
  expect(sizeOf(stageNetwork.output.shape)).toBe(outputs);
  if (name === 'residual') {
    const codes = Float64Array.from({ length: 16 * 16 * 3 }, (_, k) => (k * 37) % 256);
    expect(new Set(runStages(stageNetwork, codes).outputs).size).toBeGreaterThan(3);
  }
});

it('names every layer', () => {
  for (const name of Object.keys(layers).filter((key) => key !== 'graphOf')) expect(page).toContain(`\`${name}(`);
});
