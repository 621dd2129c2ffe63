/** `soc/` of a dataflow build: the text is clean, figures agree, firmware compiles. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execaSync } from 'execa';
import { dirSync } from 'tmp';
import { beforeAll, describe, expect, it } from 'vitest';
import { boardFor } from '../../src/build/backend.js';
import { loadModel } from '../../src/build/load-model.js';
import { planFor } from '../../src/build/plan-goal.js';
import { makeSoc } from '../../src/build/soc-files.js';
import type { Soc } from '../../src/build/soc-folder.js';
import { packSamples } from '../../src/dataflow/port-beats.js';
import { planNetwork } from '../../src/dataflow/plan.js';
import { runStages } from '../../src/network/run-stages.js';
import { randomCase } from '../dataflow/random-network.js';
import { digits } from '../firmware/digits.js';
import { runFirmware } from '../firmware/program.js';
import { havePrograms, numpyPython } from '../soc/programs.js';
import { haveTools, lint } from '../verilog/tools.js';
import { playBoard } from './board-folder.js';
import { chipProblems } from './chip-scripts.js';

const samples = 3;
const python = numpyPython();
const tech = join(import.meta.dirname, '../../asic/tech.example.json');

describe.each(['stream', 'mapped'] as const)('%s', (memory) => {
  let soc: Soc;
  const { name: folder } = dirSync({ unsafeCleanup: true });
  const file = (path: string): string => String(soc.files[`soc/${path}`] ?? '');
  beforeAll(async () => {
    const { loaded, array, name } = await loadModel(digits);
    const network = { ...loaded.stageNetwork, name };
    const { chain } = planFor(network, { portBits: 64, clockMhz: 100 });
    const codes = loaded.encodeInput(array!, undefined).codes.slice(0, samples * chain.input.elements);
    soc = makeSoc({
      ...{ chain, network, memory, reference: loaded.referenceStages, clockMhz: 100, board: boardFor() },
      ...{ samplesPerSecond: 1000, tech: memory === 'mapped' ? tech : undefined },
      inputBeats: packSamples(chain.input, codes),
      outputBeats: packSamples(chain.output, runStages(network, codes).outputs),
    });
    for (const [path, text] of Object.entries(soc.files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  });

  it.skipIf(!haveTools('iverilog'))('has a bench that passes, and fails with another weight or result', () => {
    const play = (): string =>
      execaSync('make', ['-s', '-C', join(folder, 'soc/sim'), 'icarus', 'PATIENCE=2000'], { reject: false, all: true })
        .all;
    const changed = (path: string, change: (text: string) => string): string => {
      writeFileSync(join(folder, path), change(file(path.slice('soc/'.length))));
      const text = play();
      writeFileSync(join(folder, path), file(path.slice('soc/'.length)));
      return text;
    };
    expect(play()).toMatch(/^seed 1\nstall 30 %\npatience 2000\nPASS: \d+ (words of memory|beats) equal, \d+ cycles$/);
    const other = (digit: string): string => (15 - parseInt(digit, 16)).toString(16);
    const [weights = ''] = Object.keys(soc.files).filter((path) => path.endsWith('_weights.mem'));
    expect(changed(weights, (text) => text.replace(/[0-9a-f]/g, other))).toMatch(/FAIL: \d+ of \d+/);
    const results = memory === 'mapped' ? 'soc/vectors/expected.hex' : 'soc/vectors/output.hex';
    // The last hexadecimal number of data in the file: of the guard behind the results, or of the last beat.
    const last = /([0-9a-f])((?: ffffffff| 1)\n)$/;
    expect(
      changed(results, (text) => text.replace(last, (_, digit: string, rest: string) => other(digit) + rest)),
    ).toMatch(/FAIL: 1 of \d+/);
  });

  it.skipIf(!haveTools('verilator', 'yosys', 'iverilog'))('has a shell that every tool takes', async () => {
    // The shell is plain Verilog; lint() reads files of one ending.
    const files = Object.entries(soc.files)
      .filter(([path]) => /^soc\/rtl\/.*\.(sv|v|mem)$/.test(path))
      .map(([path, text]) => ({ name: path.slice('soc/rtl/'.length).replace(/\.v$/, '.sv'), text: String(text) }));
    expect(files.length).toBeGreaterThan(5);
    expect(await lint(files, soc.report.module, [])).toBe('');
  });

  it('gives flows its buses, interrupt and registers', () => {
    const { build, module } = soc.report;
    expect(module).toBe(`digits_w1a1_${memory}_top`);
    expect(file(`rtl/digits_w1a1_${memory}.sv`)).toMatch(new RegExp(`BUILD += ${build}\\b`));
    const settings = file('fpga/vivado/settings.tcl');
    expect(settings).toMatch(/^set controls .*s_axi_ctrl 12/m);
    expect(settings).toMatch(/^set interrupts .*irq/m);
    expect(settings).toMatch(memory === 'mapped' ? /^set masters .*m_axi_ifm 64.*m_axi_ofm/m : /^set masters +\{\}$/m);
    expect(settings).toContain('{SAMPLE_BYTES 0x38 ');
    expect(file('component.xml')).toContain('<spirit:name>s_axi_ctrl</spirit:name>');
    expect(file(`registers/dataflow_${memory}_registers.h`)).toMatch(/FRAMES_OFFSET/);
  });

  it('has firmware for it', () => {
    const design = file('firmware/heddle_design.h');
    const { build, sample_bytes: input, result_bytes: output } = soc.report;
    expect(soc.report.firmware).toEqual({ folder: 'soc/firmware' });
    expect(design).toContain(`0x${build.toString(16)}u, /* build */`);
    expect(design).toContain(`${input}u, ${output}u, 0u, /* bytes of input, output, weights */`);
    expect(file('firmware/data.h')).toContain(`_inputs[${samples * input}] __attribute__((aligned(64))) =`);
    const bytes = (name: string): string | undefined =>
      new RegExp(`_${name}\\[${samples * output}\\] = ([^;]*);`).exec(file('firmware/data.h'))?.[1];
    expect(bytes('expected')).toMatch(/[1-9]/);
    expect(bytes('computed')).toBe(bytes('expected'));
    const base = memory === 'mapped' ? '0x40000000u' : '0x40010000u';
    expect(file('firmware/main.c')).toContain(`#define CONTROL_BASE ${base}\n`);
  });

  if (memory === 'mapped') {
    it('has scripts for chips that run to their end, on sources without files', async () => {
      expect(await chipProblems(join(folder, 'soc'), `digits_w1a1_${memory}`)).toEqual([]);
      const listed = file('rtl_asic/files.f').trim().split('\n');
      for (const name of listed) expect(file(`rtl_asic/${name}`)).toMatch(/^(?![^]*readmem)[^]*module/);
    });
  }

  it.skipIf(python === undefined)('has a folder for a board whose scripts drive it over its registers', () => {
    const played = playBoard(python!, join(folder, 'soc'));
    expect(played).toMatchObject({ exitCode: 0, text: expect.stringMatching(/^3 of 3 samples equal$/m) as string });
    expect(played.text).toMatch(/^throughput\[images\/s\] +\d/m);
    const wrong = playBoard(python!, join(folder, 'soc'), true);
    expect(wrong).toMatchObject({ exitCode: 1, text: expect.stringContaining('0 of 3 samples equal') as string });
  });

  it.skipIf(!havePrograms('gcc'))('compiles its firmware without a word', () => {
    expect(runFirmware(join(folder, 'soc/firmware'), folder)).toEqual({
      ...{ warnings: '', status: 1 },
      text: expect.stringMatching(/^FAIL: no such accelerator behind the registers/) as string,
    });
  });
});

describe('weights as float32', () => {
  const one = randomCase(50n);
  const socOf = (weights: 'rom' | 'programmable') => {
    const layers = Object.entries(one.folding).map(([name, layer]) => [name, { ...layer, weights }] as const);
    const { chain } = planNetwork(one.network, { folding: Object.fromEntries(layers), portBits: one.portBits });
    return makeSoc({
      ...{ chain, network: one.network, memory: 'mapped', floats: true, reference: one.network, clockMhz: 100 },
      ...{ board: boardFor('arty-a7-100'), samplesPerSecond: 1000 },
      inputBeats: packSamples(chain.input, one.codes),
      outputBeats: packSamples(chain.output, runStages(one.network, one.codes).outputs),
    });
  };

  it('are said in the report and in the registers', () => {
    const { report, files } = socOf('programmable');
    expect(report).toMatchObject({ programmable: true, floats: true });
    expect(Object.keys(files)).toContain('soc/rtl/weight_cast.sv');
    const map = JSON.parse(String(files['soc/address_map.json'])) as Readonly<Record<string, unknown>>;
    expect([map['module'], 'bus' in map]).toEqual([report.module, false]);
    const tables = Object.entries(files).filter(([path]) => path.startsWith('soc/registers/'));
    expect(tables.length).toBeGreaterThan(3);
    for (const [path, text] of tables) expect([path, /weight_formats/i.test(String(text))]).toEqual([path, true]);
  });

  it('on a board without a processor: no firmware, and the report says why', () => {
    const { report, files } = socOf('programmable');
    expect(report.firmware).toEqual({
      folder: null,
      reason: expect.stringMatching(/^arty-a7-100 has no processor/) as string,
    });
    expect(Object.keys(files).filter((path) => /firmware|deploy|vitis/.test(path))).toEqual([]);
  });

  it('are refused where no weights can be changed', () => {
    expect(() => socOf('rom')).toThrow('H2603');
  });
});
