/** `main.c` and `data.h` of builds, unchanged, on a bare machine in front of the hardware of the same build, Verilated. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { skipWithoutVerilator } from '../../src/cosim/verilator-available.js';
import { digits, heddleHere } from '../cli/run.js';
import { builtProgram, builtSoc, programMemory } from '../firmware/build-folder.js';
import { seed, stallOf } from '../firmware/many-seeds.js';
import { runSoc } from '../firmware/soc-bench.js';
import { havePrograms } from '../soc/programs.js';

const work = mkdtempSync(join(tmpdir(), 'heddle-builds-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const samples = 4;
const build = async (name: string, model: string, ...more: readonly string[]): Promise<string> => {
  const folder = join(work, name);
  const given = ['--input', digits('samples.npy'), '--samples', `${samples}`];
  const { stderr } = await heddleHere(['build', digits(model), ...given, ...more, '-o', folder]);
  expect(stderr).toBe('');
  return folder;
};

/** What main.c prints in front of the hardware of its folder, by the number of the run. */
async function inFrontOf(folder: string): Promise<(k: number) => Promise<string>> {
  const built = await builtSoc(folder);
  const program = builtProgram(folder, built, join(mkdtempSync(join(work, 'p')), 'app'));
  const { soc, rings } = built;
  return (k) => runSoc(soc, [program], { seed: seed + k, stall: stallOf(k), rings, ...programMemory, args: [] });
}

const pass = `PASS: of ${samples} results ${samples} are as expected, ${samples} as simulated`;

describe.skipIf(skipWithoutVerilator() || !havePrograms('gcc'))(`main.c of builds, seed ${seed}`, () => {
  it.each(['mapped', 'stream'])('dataflow, %s', async (memory) => {
    const folder = join(await build(memory, 'digits_w1a1.onnx', '--memory', memory), 'soc');
    const run = await inFrontOf(folder);
    for (let k = 0; k < 20; k++) expect(await run(k)).toContain(pass);
    // Other weights in the hardware: the program has to say so.
    for (const name of readdirSync(join(folder, 'rtl')).filter((file) => file.endsWith('weights.mem'))) {
      const path = join(folder, 'rtl', name);
      const inverse = (digit: string): string => (15 - parseInt(digit, 16)).toString(16);
      writeFileSync(path, readFileSync(path, 'utf8').replace(/[0-9a-f]/g, inverse));
    }
    const other = await inFrontOf(folder);
    await expect(other(0)).rejects.toThrow(/FAIL: of 4 results [0-3] are as expected, [0-3] as simulated/);
  });

  it.each(['mapped', 'stream'])('dataflow with weights that can be changed, %s', async (memory) => {
    const name = `${memory}_programmable`;
    const folding = join(work, `${name}.json`);
    const plain = join(await build(`${name}_plain`, 'digits_w1a1.onnx'), 'folding.json');
    const text = readFileSync(plain, 'utf8').replace(/"PE":/g, '"weights": "programmable", "PE":');
    writeFileSync(folding, text);
    const folder = join(await build(name, 'digits_w1a1.onnx', '--memory', memory, '--folding', folding), 'soc');
    const run = await inFrontOf(folder);
    for (let k = 0; k < 20; k++) expect(await run(k)).toContain(pass);
  });

  it('engine, streams and lists', async () => {
    const engine = ['--backend', 'engine', '--engine', 'P=2,G=4,M=8,D=4,XD=128,WD=1024,LUT=0,ADD=0,DW=0'];
    const folder = await build('engine', 'digits_w4a4.onnx', ...engine, '--memory', 'mapped');
    for (const each of [folder, join(folder, 'soc')]) {
      const run = await inFrontOf(each);
      for (let k = 0; k < 20; k++) expect(await run(k)).toContain(pass);
    }
  });
});
