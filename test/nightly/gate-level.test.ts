/** Networks as netlists of gates: our simulation of them, the SystemVerilog bench on them and on broken ones, timing and power. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Progress } from '../../src/base/progress.js';
import { build } from '../../src/build/build.js';
import { playGates, runGateFlow, type GateFlowFigures } from '../../src/build/gate-flow.js';
import { writeQonnx } from '../../src/import/index.js';
import { bytes, dense, graphOf, pipe, relu } from '../../src/network/layers/index.js';
import { gatePaths, openLibraries } from '../../src/target/gate-scripts.js';
import { type NetBit, type Netlist, readNetlist } from '../../src/target/gates/netlist.js';
import { GateSimulation } from '../../src/target/gates/simulation.js';

const folder = mkdtempSync(join(tmpdir(), 'heddle-gates-'));
const work = join(folder, 'first');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = openLibraries.nangate45;
const paths = gatePaths(open);
const pdk = fileURLToPath(new URL('../../../shared/pdk/nangate45_typ.lib.gz', import.meta.url));
let figures: GateFlowFigures;

const style = { mode: 'silent', color: false, columns: 80 } as const;
const silent = (): Progress => new Progress({ total: 6, style, write: () => undefined });
const liberty = gunzipSync(readFileSync(pdk)).toString();

/** The bench of a build on a netlist. */
async function bench(directory: string, netlist: string, simulator: 'icarus' | 'verilator', ...settings: string[]) {
  const dut = `DUT=${join(directory, paths.cells)} ${netlist}`;
  const options = { reject: false, all: true } as const;
  const compiler = 'VERILATOR_FLAGS=-MAKEFLAGS OPT_FAST=-O0';
  const words = ['-s', '-C', join(directory, 'sim'), simulator, dut, compiler, 'PATIENCE=1500', ...settings];
  const { exitCode, all } = await execa('make', words, options);
  return { exitCode, text: all };
}

/** A cell with its input A upside down. */
interface Mutant {
  readonly cell: string;
  readonly verilog: string;
  readonly netlist: Netlist;
}

/** Mutants of the gates that add, at these shares of the file. */
function mutantsOf(directory: string, top: string, shares: readonly number[]): Mutant[] {
  const text = readFileSync(join(directory, paths.netlist), 'utf8');
  const netlist = readNetlist(readFileSync(join(directory, paths.json), 'utf8'), top);
  const places = [...text.matchAll(/^ {2}XN?OR2_X1 (\S+) \([^;]*?\.A\(/gm)];
  expect(places.length).toBeGreaterThan(20);
  return shares.map((share) => {
    const { 0: head, 1: cell = '', index } = places[Math.floor(share * places.length)]!;
    const at = index + head.length;
    return { cell, verilog: `${text.slice(0, at)}~${text.slice(at)}`, netlist: upsideDown(netlist, cell) };
  });
}

function upsideDown(netlist: Netlist, cell: string): Netlist {
  const nets = netlist.cells.flatMap(({ pins }) => [...pins.values()]).filter((bit) => typeof bit === 'number');
  const fresh = nets.reduce((a, b) => Math.max(a, b), 0) + 1;
  const cells = netlist.cells.flatMap((each) => {
    if (each.name !== cell) return [each];
    const inverter = new Map<string, NetBit>([
      ['A', each.pins.get('A')!],
      ['ZN', fresh],
    ]);
    return [
      { ...each, pins: new Map([...each.pins, ['A', fresh] as const]) },
      { name: 'upside_down', type: 'INV_X1', pins: inverter },
    ];
  });
  expect(cells.length).toBe(netlist.cells.length + 1);
  return { ...netlist, cells };
}

/**
 * The bench says of a mutant what our simulation of the same mutant with the same vectors says: beats that differ, or none. Returns
 * how many beats differ.
 */
async function judge(directory: string, mutant: Mutant): Promise<number> {
  const { wrong } = playGates(directory, new GateSimulation(mutant.netlist, figures.library));
  const mutated = join(directory, 'mutated.v');
  writeFileSync(mutated, mutant.verilog);
  const { exitCode, text } = await bench(directory, mutated, 'icarus', 'SEED=2', 'STALL=0');
  console.log(
    `${mutant.cell} upside down: ${wrong} beats differ; the bench: ${text.split('\n').find((line) => /PASS|FAIL/.test(line))}`,
  );
  if (wrong === 0) expect(text).toMatch(/^PASS/m);
  else expect(text).toMatch(/^FAIL/m);
  expect(exitCode !== 0).toBe(wrong > 0);
  return wrong;
}

function writeFirst(samples: number, directory: string): Promise<unknown> {
  const model = join(folder, 'first.onnx');
  const network = pipe(bytes(8), dense(6, { weightBits: 3 }), relu(3), dense(3, { weightBits: 2 }));
  writeQonnx(graphOf('first', network, { seed: 7n }), model);
  return build({ model, output: directory, samples, portBits: 32, clockMhz: 100, seed: 3n }, silent());
}

beforeAll(async () => {
  await writeFirst(12, work);
  figures = await runGateFlow(work, open, liberty);
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
      const { exitCode, text } = await bench(work, netlist, simulator, `SEED=${seed}`, `STALL=${stall}`);
      expect(text).toMatch(/^PASS: 12 beats equal, \d+ cycles$/m);
      expect(text).not.toContain('FAIL');
      expect(exitCode).toBe(0);
    },
    600_000,
  );

  it('without values to wake up with: reset alone is enough for this one', async () => {
    await bench(work, netlist, 'icarus', 'SEED=2');
    const words = ['-N', join('..', 'sim', 'work', 'bench.vvp'), '+unknown', '+seed=2', '+stall=30'];
    const { stdout } = await execa('vvp', words, { cwd: join(work, 'rtl') });
    expect(stdout).toMatch(/^PASS: 12 beats equal/m);
  }, 600_000);

  const shares = [0.1, 0.25, 0.4, 0.55, 0.7, 0.85];
  it('fails with an input of one gate upside down where the vectors show it, and only there', async () => {
    const wrong: number[] = [];
    for (const mutant of mutantsOf(work, 'first_top', shares)) wrong.push(await judge(work, mutant));
    expect(wrong.filter((beats) => beats > 0).length).toBeGreaterThanOrEqual(4);
  }, 600_000);

  it('finds more mutants with more samples', async () => {
    // The gate at 0.25 is wrong for one sample in a thousand; the one at 0.1 was right in 40,000 cycles of random samples.
    const more = join(folder, 'more');
    await writeFirst(2500, more);
    for (const name of ['input.hex', 'output.hex'])
      copyFileSync(join(more, 'vectors', name), join(work, 'vectors', name));
    const [mutant] = mutantsOf(work, 'first_top', [0.25]);
    expect(await judge(work, mutant!)).toBeGreaterThan(0);
  }, 1_200_000);
});

describe('the netlist of all of digits_w1a1', () => {
  const digits = join(folder, 'digits');
  const netlist = join(digits, paths.netlist);
  const top = 'digits_w1a1_top';
  beforeAll(async () => {
    const model = fileURLToPath(new URL('../../vectors/digits/digits_w1a1.onnx', import.meta.url));
    await build({ model, output: digits, samples: 8, portBits: 64, clockMhz: 100, seed: 1n }, silent());
    const { run, squareMicrometres } = await runGateFlow(digits, open, liberty);
    console.log(JSON.stringify({ run, squareMicrometres }));
  }, 1_800_000);

  it.each([
    [2, 0],
    [3, 30],
  ])(
    'passes the bench in Icarus, seed %d, stall %d',
    async (seed, stall) => {
      const begin = Date.now();
      const { exitCode, text } = await bench(digits, netlist, 'icarus', `SEED=${seed}`, `STALL=${stall}`);
      console.log(`${((Date.now() - begin) / 60_000).toFixed(1)} minutes: ${text.split('\n').at(-1)}`);
      expect(text).toMatch(/^PASS: 16 beats equal, \d+ cycles$/m);
      expect(exitCode).toBe(0);
    },
    1_800_000,
  );

  it('fails in Icarus with an input of one gate upside down where the vectors show it', async () => {
    const wrong: number[] = [];
    for (const mutant of mutantsOf(digits, top, [0.3, 0.6, 0.9])) wrong.push(await judge(digits, mutant));
    expect(Math.max(...wrong)).toBeGreaterThan(0);
  }, 3_600_000);
});
