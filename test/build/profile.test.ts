import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { engineOf, networkRows, profileAny, profileFile, profileJson } from '../../src/build/profile.js';
import { networkTable } from '../../src/engine/table/network-table.js';
import { layerMacs } from '../../src/engine/profile/work.js';
import { tableLayer } from '../../src/engine/table/table-layers.js';
import { profileText } from '../../src/report/profile-text.js';

const digits = join(import.meta.dirname, '../../vectors/digits/digits_w4a4.onnx');
const folder = mkdtempSync(join(tmpdir(), 'heddle-profile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'table.json');
const conv = { type: 'conv', KH: 3, KW: 3, S: 1, groups: 1, padT: 1, padL: 1 };
const small = [
  { name: 'first', ...conv, H: 12, W: 12, Ci: 3, Co: 8, S: 2, padT: 0, padL: 0, Ho: 6, Wo: 6 },
  { name: 'deep', ...conv, type: 'dw', H: 6, W: 6, Ci: 8, Co: 8, groups: 8, Ho: 6, Wo: 6 },
  { name: 'point', ...conv, KH: 1, KW: 1, padT: 0, padL: 0, H: 6, W: 6, Ci: 8, Co: 12, S: 2, Ho: 3, Wo: 3 },
  { name: 'out', ...conv, type: 'fc', KH: 1, KW: 1, padT: 0, padL: 0, H: 1, W: 1, Ci: 108, Co: 10, Ho: 1, Wo: 1 },
];
writeFileSync(file, JSON.stringify({ networks: { small, other: small.slice(0, 1) } }));

describe('profile', () => {
  const engine = engineOf('P=4,G=2,M=4,D=2,XD=256,WD=256,ADD=0', { clock: 200, portBits: [64, 32] });
  const request = { file, name: 'small', layers: 'all', engine, seed: 5n } as const;
  const simulated = profileFile({ ...request, via: 'simulator' });
  const model = profileFile({ ...request, via: 'model' });

  it('takes clock and ports from the command line', () => {
    expect([engine.WP, engine.XP, engine.YP, engine.frequencyMHz]).toEqual([64, 32, 32, 200]);
  });

  it('simulates every row on its own input, and the model agrees in every cycle', () => {
    expect(simulated.mismatches).toBe(0);
    expect(simulated.layers.map(({ mismatches }) => mismatches)).toEqual([0, 0, 0, 0]);
    expect(model.cycles).toBe(simulated.cycles);
    expect(model.layers.map(({ stalls }) => stalls)).toEqual(simulated.layers.map(({ stalls }) => stalls));
    expect(simulated.layers.map((row) => row.cyclesPredicted)).toEqual(
      simulated.layers.map((row) => row.cyclesSimulated),
    );
    expect(simulated.dramBytes).toBe(model.dramBytes);
  });

  it('every cycle has its place', () => {
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    for (const { stalls, steps, cyclesSimulated } of simulated.layers)
      expect(steps + sum(Object.values(stalls!))).toBe(cyclesSimulated);
    expect(sum(simulated.layers.map((row) => row.cyclesSimulated!))).toBe(simulated.cycles);
    expect(simulated.fps).toBeCloseTo(200e6 / simulated.cycles, 6);
  });

  it('the formula is a bound from below', () => {
    const formula = profileFile({ ...request, via: 'formula' });
    expect(formula.cycles).toBeLessThan(simulated.cycles);
    formula.layers.forEach((row, i) =>
      expect(row.cyclesPredicted).toBeLessThanOrEqual(simulated.layers[i]!.cyclesSimulated!),
    );
    expect(formula.mismatches).toBeNull();
  });

  it('a memory of one byte a cycle costs time', () => {
    const slow = profileFile({ ...request, via: 'simulator', dramGbs: 0.2 });
    expect(slow.mismatches).toBe(0);
    expect(slow.cycles).toBeGreaterThan(slow.dramBytes * 0.9);
  });

  it('text and JSON have the columns', () => {
    const text = profileText(simulated);
    expect(text).toMatch(
      /ID +NodeName +Workload\(MOP\) +Mem\(MB\) +RunTime\(ms\) +Perf\(GOPS\) +Utilization +MB\/S +bound by/,
    );
    expect(text).toContain('counts valid MACs');
    expect(text).toMatch(/fps at 200 MHz, .* 0 mismatches/);
    expect(text).toMatch(/cycles took \d+\.\d s to simulate, ports included: \d+\.\d\d Mcycles a second/);
    expect(simulated.simulationSeconds).toBeGreaterThan(0);
    expect(profileFile({ ...request, via: 'formula' }).simulationSeconds).toBeNull();
    const json = profileJson(simulated) as Record<string, unknown>;
    expect(Object.keys(json)).toEqual(
      expect.arrayContaining([
        'network',
        'engine',
        'clock_mhz',
        'port_bits',
        'fps',
        'latency_ms',
        'cycles_total',
        'dram_bytes',
        'mismatches',
        'utilization',
        'simulation_seconds',
        'layers',
      ]),
    );
  });

  it('a connected network with an addition, by the model and simulated', () => {
    const plain = {
      type: 'conv',
      KH: 3,
      KW: 3,
      S: 1,
      groups: 1,
      padT: 1,
      padL: 1,
      H: 6,
      W: 6,
      Ci: 8,
      Co: 8,
      Ho: 6,
      Wo: 6,
    };
    const rows = [
      { name: 'a', ...plain },
      { name: 'b', ...plain },
      { name: 'c', ...plain, residual: 1 },
    ];
    const sum = join(folder, 'sum.json');
    writeFileSync(sum, JSON.stringify({ networks: { sum: rows } }));
    const adding = engineOf('P=4,G=2,M=4,D=2,XD=256,WD=256', { clock: 200, portBits: [64] });
    const wanted = { file: sum, name: 'sum', layers: 'net', engine: adding, seed: 5n } as const;
    const [predicted, run] = [profileFile({ ...wanted, via: 'model' }), profileFile({ ...wanted, via: 'simulator' })];
    expect(run.mismatches).toBe(0);
    expect(run.cycles).toBe(predicted.cycles);
  });

  it('tensors that leave the chip and come back take what the model says', () => {
    const size = { type: 'conv', KH: 3, KW: 3, S: 1, groups: 1, padT: 1, padL: 1, H: 12, W: 12, Ho: 12, Wo: 12 };
    const rows = ['a', 'b', 'c'].map((name) => ({ name, ...size, Ci: 16, Co: 16 }));
    const path = join(folder, 'deep.json');
    writeFileSync(path, JSON.stringify({ networks: { deep: rows } }));
    const tight = engineOf('P=4,G=2,M=4,D=2,XD=104,WD=256,ADD=0', { clock: 200, portBits: [64] });
    const wanted = { file: path, name: 'deep', layers: 'net', engine: tight, seed: 5n } as const;
    const [predicted, run] = [profileFile({ ...wanted, via: 'model' }), profileFile({ ...wanted, via: 'simulator' })];
    // More than input and result: two tensors between layers go out and in.
    const image = 12 * 12 * 16;
    const weights = 3 * 16 * 16 * 9;
    expect(run.dramBytes).toBeGreaterThan(weights + 4 * image);
    expect(run.mismatches).toBe(0);
    expect(run.cycles).toBe(predicted.cycles);
    expect(run.layers.map(({ stalls }) => stalls)).toEqual(predicted.layers.map(({ stalls }) => stalls));
  });

  it('a model file on a random input', async () => {
    const engine = engineOf('P=2,G=4,M=8,D=4,XD=128,WD=1024,LUT=0,ADD=0,DW=0', { clock: 100 });
    const run = await profileAny({ file: digits, layers: 'all', engine, via: 'simulator', seed: 3n });
    expect(run.network).toBe('digits_w4a4');
    expect(run.layers).toHaveLength(4);
    expect(run.mismatches).toBe(0);
    expect(run.layers.map((row) => row.cyclesSimulated)).toEqual(run.layers.map((row) => row.cyclesPredicted));
  });

  it('only convolutions', () => {
    expect(networkRows(file, 'small', 'conv')[1].map(({ name }) => name)).toEqual(['first', 'deep', 'point']);
  });

  it('says what is wrong with a file or a name', () => {
    expect(() => networkRows(join(folder, 'none.json'), undefined, 'all')).toThrow('H2211');
    expect(() => networkRows(file, undefined, 'all')).toThrow('--name small | other');
    expect(() => networkRows(file, 'tiny', 'all')).toThrow('has no network tiny');
  });
});

const networks = '../shared/networks/networks.json';

describe.skipIf(!existsSync(networks))('layerMacs (needs ../shared/networks)', () => {
  it('counts what networks.json says', () => {
    const json: unknown = JSON.parse(readFileSync(networks, 'utf8'));
    for (const rows of networkTable(json, 'networks.json').values())
      for (const row of rows) expect(layerMacs(tableLayer({ ...row }, 1n)).valid, row.name).toBe(row.valid_macs);
  });
});

describe('profile of a connected network', () => {
  it('pools and matrix follow each other on the chip, equal to the reference', () => {
    const size = { type: 'conv', KH: 3, KW: 3, S: 1, groups: 1, padT: 1, padL: 1 };
    const rows = [
      { name: 'a', ...size, H: 9, W: 9, Ci: 3, Co: 8, Ho: 9, Wo: 9, fused_pool: 2 },
      { name: 'f', ...size, type: 'fc', KH: 1, KW: 1, padT: 0, padL: 0, H: 1, W: 1, Ci: 128, Co: 6, Ho: 1, Wo: 1 },
    ];
    const path = join(folder, 'net.json');
    writeFileSync(path, JSON.stringify({ networks: { net: rows } }));
    const engine = engineOf('P=4,G=2,M=4,D=2,XD=256,WD=512,ADD=0', { clock: 100 });
    const result = profileFile({ file: path, layers: 'net', engine, via: 'simulator', seed: 2n });
    expect(result.layers.map(({ name }) => name)).toEqual(['a', 'a_pool', 'f']);
    expect(result.mismatches).toBe(0);
    expect(result.layers.reduce((sum, row) => sum + row.cyclesSimulated!, 0)).toBe(result.cycles);
  });
});
