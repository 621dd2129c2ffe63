/** docs/weights.md: the example file is shown as it is, commands print what is shown, costs are those of the estimate. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadModel } from '../../src/build/load-model.js';
import { chainResources } from '../../src/dataflow/resources/chain.js';
import { bramTiles, roundResources } from '../../src/blocks/resources/index.js';
import { planNetwork } from '../../src/dataflow/plan.js';
import { addressMap } from '../../src/dataflow/weights/address-map.js';
import { weightModes } from '../../src/dataflow/weights/place-weights.js';
import { digits, heddleHere, root } from '../cli/run.js';

const work = mkdtempSync(join(tmpdir(), 'heddle-weights-page-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));
const page = readFileSync(join(root, 'docs', 'weights.md'), 'utf8');
const shown = [...page.matchAll(/```\n\$ npm run -s heddle -- (.*)\n([^]*?)```/g)];

describe('docs/weights.md', () => {
  it('shows the example as it is', () => {
    expect(page).toContain(
      '```json\n' + readFileSync(join(root, 'examples', 'weights', 'folding.json'), 'utf8') + '```',
    );
  });

  it('lists every place', () => {
    const [, table = ''] = page.split('|---|---|---|---|\n');
    const names = [...table.split('\n\n')[0]!.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    expect(names).toEqual([...weightModes]);
  });

  it.each(shown.map(([, command = '', text = '']) => [command, text]))('%s', async (command, text) => {
    const args = command.split(' ').map((word) => word.replace(/^build\//, `${work}/`));
    const { code, stdout, stderr } = await heddleHere(args);
    expect([code, stderr]).toEqual([0, '']);
    const untimed = (line: string) => line.replace(/ +[\d.]+ s$/, '');
    const printed = stdout.split('\n').map(untimed);
    for (const line of text.split('\n').map(untimed)) if (line !== '...') expect(printed).toContain(line);
  });

  it('names the port as report.json does', () => {
    const { top } = JSON.parse(readFileSync(join(work, 'weights', 'report.json'), 'utf8')) as {
      top: { weights: unknown[] };
    };
    expect(page).toContain(JSON.stringify(top.weights[0], undefined, 2));
  });

  it('has the costs of the estimate, within a sixth', async () => {
    const { loaded } = await loadModel({ model: digits('digits_w4a4.onnx') });
    const network = { ...loaded.stageNetwork, name: 'digits' };
    const pairs = { dense_0: { PE: 8, SIMD: 16 }, dense_1: { PE: 4, SIMD: 8 }, dense_2: { PE: 2, SIMD: 8 } };
    for (const weights of weightModes) {
      const [row = ''] = page.match(new RegExp(`^\\| \`${weights}\` \\| \\d.*$`, 'm')) ?? [];
      const figures = [...row.matchAll(/\| ([\d,.]+) /g)].map(([, each = '']) => Number(each.replace(',', '')));
      expect(figures).toHaveLength(6);
      (['dense_1', 'dense_0'] as const).forEach((layer, k) => {
        const folding = { ...pairs, [layer]: { ...pairs[layer], weights } };
        const { chain } = planNetwork(network, { folding, portBits: 64 });
        expect(addressMap(chain) !== undefined).toBe(weights.startsWith('programmable'));
        const used = roundResources(chainResources(chain).stages.get(layer)!);
        const estimate = [used.lut, used.ff, bramTiles(used)];
        estimate.forEach((count, n) => {
          const is = figures[3 * k + n] ?? 0;
          expect([weights, layer, n, Math.abs(is - count) <= count / 6]).toEqual([weights, layer, n, true]);
        });
      });
    }
  });
});
