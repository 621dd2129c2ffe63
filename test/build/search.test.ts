import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fixedParameters, searchFile, searchJson } from '../../src/build/search.js';
import { searchText } from '../../src/report/search-text.js';

const folder = mkdtempSync(join(tmpdir(), 'heddle-search-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'networks.json');
const conv = { type: 'conv', KH: 3, KW: 3, S: 1, groups: 1, padT: 1, padL: 1, H: 8, W: 8, Ho: 8, Wo: 8 };
const rows = [
  { name: 'a', ...conv, Ci: 3, Co: 8, fused_pool: 2 },
  { name: 'b', ...conv, Ci: 8, Co: 8, H: 4, W: 4, Ho: 4, Wo: 4 },
];
writeFileSync(file, JSON.stringify({ networks: { two: rows, one: rows.slice(0, 1) } }));

describe('profile --search', () => {
  const request = { file, search: 'pes=24,kib=32', engine: 'D=2,ADD=0,LUT=0', clock: 200, portBits: [64], seed: 1n };

  it('rows of all networks, as text and as JSON', () => {
    const found = searchFile({ ...request, layers: 'all', finalists: 2 });
    expect(found.networks).toEqual(['two', 'one']);
    const text = searchText(found);
    expect(text).toMatch(/shape +PEs +DSP +mm2 +KiB +two fps +one fps +mean cycles/);
    expect(text).toMatch(/shapes within pes <= 24, kib <= 32 by formula, 2 by the cycle model; fps at 200 MHz/);
    const json = searchJson(found) as { shapes: { engine: string; networks: { fps: number; cycles: number }[] }[] };
    expect(json.shapes).toHaveLength(2);
    for (const { engine, networks } of json.shapes) {
      expect(engine).toMatch(/^P=\d+,G=\d+,M=\d+,D=2,.*XP=64,WP=64,YP=64/);
      for (const { fps, cycles } of networks) expect(fps * cycles).toBeCloseTo(200e6, 3);
    }
  });

  it('connected networks with their pools', () => {
    const found = searchFile({ ...request, name: 'two', layers: 'net', finalists: 1 });
    expect(found.networks).toEqual(['two']);
    expect(found.found[0]?.cycles[0]).toBeGreaterThan(0);
  });

  it('refuses parameters that are none', () => {
    expect(() => fixedParameters('D=2,Q=3')).toThrow('H2201');
    expect(fixedParameters('D=2, WP=256')).toEqual({ D: 2, WP: 256 });
  });
});
