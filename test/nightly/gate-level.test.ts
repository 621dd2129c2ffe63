/** A small network as a netlist of gates: our simulation of it, the SystemVerilog bench on it, timing and power. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Progress } from '../../src/base/progress.js';
import { build } from '../../src/build/build.js';
import { runGateFlow, type GateFlowFigures } from '../../src/build/gate-flow.js';
import { writeQonnx } from '../../src/import/index.js';
import { bytes, dense, graphOf, pipe, relu } from '../../src/network/layers/index.js';
import { gatePaths, openLibraries } from '../../src/target/gate-scripts.js';

const folder = mkdtempSync(join(tmpdir(), 'heddle-gates-'));
const work = join(folder, 'first');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = openLibraries.nangate45;
const paths = gatePaths(open);
const pdk = fileURLToPath(new URL('../../../shared/pdk/nangate45_typ.lib.gz', import.meta.url));
let figures: GateFlowFigures;

/** The bench of the build on a netlist. */
async function bench(netlist: string, simulator: 'icarus' | 'verilator', ...settings: string[]) {
  const dut = `DUT=${join(work, paths.cells)} ${netlist}`;
  const { exitCode, all } = await execa(
    'make',
    ['-s', '-C', join(work, 'sim'), simulator, dut, 'PATIENCE=1500', ...settings],
    {
      ...{ reject: false, all: true },
    },
  );
  return { exitCode, text: all };
}

beforeAll(async () => {
  const model = join(folder, 'first.onnx');
  const network = pipe(bytes(8), dense(6, { weightBits: 3 }), relu(3), dense(3, { weightBits: 2 }));
  writeQonnx(graphOf('first', network, { seed: 7n }), model);
  const style = { mode: 'silent', color: false, columns: 80 } as const;
  const silent = new Progress({ total: 6, style, write: () => undefined });
  await build({ model, output: work, samples: 12, portBits: 32, clockMhz: 100, seed: 3n }, silent);
  figures = await runGateFlow(work, open, gunzipSync(readFileSync(pdk)).toString());
}, 600_000);

describe('a netlist of gates', () => {
  const netlist = join(work, paths.netlist);

  it('computes what the reference does, and has area, timing and power', () => {
    const { run, squareMicrometres, slackNs, power } = figures;
    console.log(JSON.stringify({ run, squareMicrometres, slackNs, power }));
    expect(run.wrong).toBe(0);
    expect(run.beats).toBeGreaterThanOrEqual(12);
    expect(slackNs).toBeGreaterThan(0);
    const [internal, switching, leakage, total] = power;
    expect(internal + switching + leakage).toBeCloseTo(total, 6);
    // Registers alone take more than a microwatt each at this clock, and nothing takes ten times as much.
    const registers = [...readFileSync(netlist, 'utf8').matchAll(/^ {2}DFF_X1 /gm)].length;
    expect(total / registers).toBeGreaterThan(1e-6);
    expect(total / registers).toBeLessThan(1e-4);
  });

  it.each([
    ['icarus', 2, 30],
    ['icarus', 3, 0],
    ['verilator', 4, 60],
  ] as const)(
    'passes the bench in %s, seed %d, stall %d',
    async (simulator, seed, stall) => {
      const { exitCode, text } = await bench(netlist, simulator, `SEED=${seed}`, `STALL=${stall}`);
      expect(text).toMatch(/^PASS: 12 beats equal, \d+ cycles$/m);
      expect(text).not.toContain('FAIL');
      expect(exitCode).toBe(0);
    },
    600_000,
  );

  it('fails with an input of one gate upside down, for most gates that add', async () => {
    const text = readFileSync(netlist, 'utf8');
    const places = [...text.matchAll(/^ {2}XN?OR2_X1 [^;]*?\.A\(/gm)].map(({ 0: { length }, index }) => index + length);
    expect(places.length).toBeGreaterThan(20);
    const found: boolean[] = [];
    for (const share of [0.1, 0.25, 0.4, 0.55, 0.7, 0.85]) {
      const at = places[Math.floor(share * places.length)]!;
      const mutated = join(work, 'mutated.v');
      writeFileSync(mutated, `${text.slice(0, at)}~${text.slice(at)}`);
      const { exitCode, text: said } = await bench(mutated, 'icarus', 'SEED=2', 'STALL=0');
      expect(exitCode !== 0).toBe(said.includes('FAIL'));
      found.push(exitCode !== 0);
    }
    console.log(`${found.filter(Boolean).length} of ${found.length} mutants found with 12 samples`);
    expect(found.filter(Boolean).length).toBeGreaterThanOrEqual(3);
  }, 600_000);
});
