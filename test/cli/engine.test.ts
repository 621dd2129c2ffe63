/** The verbs with the engine back end. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatNpy, readNpy } from '../../src/base/npy.js';
import { sha256File } from '../../src/base/hash.js';
import { runFirmware } from '../firmware/program.js';
import { playBoard } from '../build/board-folder.js';
import { chipProblems } from '../build/chip-scripts.js';
import { havePrograms, numpyPython } from '../soc/programs.js';
import { digits, type Ended, heddleHere } from './run.js';

const python = numpyPython();
const work = mkdtempSync(join(tmpdir(), 'heddle-engine-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));
const at = (...parts: string[]): string => join(work, ...parts);
const model = digits('digits_w4a4.onnx');
const small = ['--backend', 'engine', '--engine', 'P=2,G=4,M=8,D=4,XD=128,WD=1024,LUT=0,ADD=0,DW=0'];
const chip = ['--tech', join(import.meta.dirname, '../../asic/tech.example.json')];
const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;

const { shape, data } = readNpy(digits('samples.npy'));
const few = at('few.npy');
writeFileSync(
  few,
  formatNpy({ dtype: 'u1', shape: [3, ...shape.slice(1)], data: data.slice(0, (3 * data.length) / (shape[0] ?? 1)) }),
);

describe('the engine back end', () => {
  let built: Ended;
  beforeAll(async () => {
    built = await heddleHere([
      'build',
      model,
      ...small,
      '-o',
      at('built'),
      '--samples',
      '1',
      '--memory',
      'mapped',
      ...chip,
    ]);
  });

  it('builds with the same steps and leaves the same files', () => {
    expect(built.stderr).toBe('');
    expect(built.stdout).toMatch(/^\[3\/6\] plan .*P=2,G=4,M=8,D=4.* groups, .* MB a frame/m);
    expect(built.stdout).toMatch(/^\[5\/6\] simulate .*1\/1 equal to the reference/m);
    expect(built.stdout).toMatch(/^a frame takes [\d,]+ cycles: [\d,]+ samples\/s at 100 MHz/m);
    const { files } = readJson<{ files: Record<string, string> }>(at('built', 'manifest.json'));
    for (const [name, hash] of Object.entries(files)) expect(sha256File(at('built', name))).toBe(hash);
    const wanted = [
      'engine.json',
      'dma.json',
      'report.json',
      'dram/weights.bin',
      'rtl/files.f',
      'vectors/s_axis_w.hex',
    ];
    expect(Object.keys(files)).toEqual(expect.arrayContaining(wanted));
  });

  /** The bench of a folder: built, and run once more on other vectors. */
  const bench = async (folder: string, file: string, change: (text: string) => string) => {
    const plain = await execa('make', ['-s', '-C', at(folder, 'sim'), 'icarus', 'PATIENCE=5000'], { all: true });
    const path = at(folder, 'vectors', file);
    const before = readFileSync(path, 'utf8');
    const after = change(before);
    expect(after).not.toBe(before);
    writeFileSync(path, after);
    const changed = await execa('vvp', ['-N', join('..', 'sim', 'work', 'bench.vvp'), '+stall=0', '+patience=5000'], {
      ...{ reject: false, all: true, cwd: at(folder, 'rtl') },
    });
    writeFileSync(path, before);
    expect(changed.exitCode).not.toBe(0);
    return [plain.all, changed.all];
  };

  it('has a bench that starts the top over its registers and checks them', async () => {
    const [plain, wrong] = await bench('built', 's_axi_ctrl.hex', (text) => text.replace(/^1 024 0004/m, '1 024 0005'));
    expect(plain).toMatch(/^PASS: \d+ beats equal/m);
    expect(wrong).toMatch(/access 7 at 00000024: response 00, expected 00050000 under ffff0007, got 00040000/);
  });

  it('has one for its data in memory, which finds a weight that is another', async () => {
    // In the first packet of weights, which begins at 0x1040.
    const from = 0x1040 / 4 + 60;
    const other = (word: string): string => word.replace(/./g, (digit) => (15 - parseInt(digit, 16)).toString(16));
    const change = (text: string): string =>
      text
        .split('\n')
        .map((word, k) => (k >= from && k < from + 40 ? other(word) : word))
        .join('\n');
    const [plain, wrong] = await bench('built/soc', 'memory.hex', change);
    expect(plain).toMatch(/^PASS: \d+ words of memory equal/m);
    expect(wrong).toMatch(/^memory at [0-9a-f]+: expected/m);
  });

  it('packs the top for Vivado, FuseSoC and Bender with its registers', () => {
    const { top, build } = readJson<{ top: { module: string; control: { start: number[][] } }; build: number }>(
      at('built', 'report.json'),
    );
    expect([top.module, top.control.start]).toEqual([
      'engine_top',
      [
        [4, 1],
        [8, 5],
        [0, 1],
      ],
    ]);
    const settings = readFileSync(at('built', 'fpga/vivado/settings.tcl'), 'utf8');
    expect(settings).toMatch(/^set scatter_gather +1$/m);
    expect(settings).toMatch(/\{ERROR_PLACE 0x2C /);
    expect(readFileSync(at('built', 'component.xml'), 'utf8')).toContain('<spirit:name>ERROR_PLACE</spirit:name>');
    expect(readFileSync(at('built', 'engine.core'), 'utf8')).toContain('toplevel: engine_top');
    expect(readFileSync(at('built', 'rtl/engine.sv'), 'utf8')).toMatch(new RegExp(`BUILD += ${build}\\b`));
  });

  it('leaves firmware whose figures are those of the report, and registers', () => {
    const { build, network, firmware } = readJson<{ build: number; network: string; firmware: unknown }>(
      at('built', 'report.json'),
    );
    expect(firmware).toEqual({ folder: 'firmware' });
    const dma = readJson<{ lists: { address: number; bytes: number; s_axis_x: number } }>(at('built', 'dma.json'));
    const design = readFileSync(at('built', 'firmware/heddle_design.h'), 'utf8');
    const figure = (what: RegExp): number => Number(what.exec(design)?.[1]?.replace(/u$/, ''));
    expect(network).toBe('digits_w4a4');
    expect(figure(/(\S+), \/\* build \*\//)).toBe(build);
    expect(figure(/BUFFER_BYTES (\S+)/)).toBe(dma.lists.address + dma.lists.bytes);
    expect(design).toContain(`heddle_digits_w4a4_lists, ${dma.lists.bytes / 4}u, ${dma.lists.address}u, `);
    expect(readFileSync(at('built', 'dram/lists.bin'))).toHaveLength(dma.lists.bytes);
    const data = readFileSync(at('built', 'firmware/data.h'), 'utf8');
    const bytes = (name: string): number[] =>
      (new RegExp(`_${name}\\[\\d+\\][^=]*= \\{([^}]*)\\}`).exec(data)?.[1] ?? '').split(',').slice(0, -1).map(Number);
    const [due, got, care] = [bytes('expected'), bytes('computed'), bytes('care')];
    expect(care.filter((byte) => byte > 0).length).toBeGreaterThanOrEqual(10);
    expect(due).toHaveLength(figure(/OUTPUT_BYTES (\S+)/));
    expect(got.map((byte, k) => byte & (care[k] ?? 0))).toEqual(due.map((byte, k) => byte & (care[k] ?? 0)));
    expect(bytes('inputs')).toHaveLength(figure(/INPUT_BYTES (\S+)/));
    expect(readFileSync(at('built', 'registers/engine_registers.h'), 'utf8')).toMatch(/ERROR_PLACE_OFFSET/);
  });

  it.skipIf(!havePrograms('gcc'))('leaves a program that compiles without a word and finds no accelerator here', () => {
    expect(readFileSync(at('built', 'firmware', 'main.c'), 'utf8')).toMatch(/^#define CONTROL_BASE 0x40020000u$/m);
    expect(runFirmware(at('built', 'firmware'), work)).toEqual({
      ...{ warnings: '', status: 1 },
      text: expect.stringMatching(/^FAIL: no such accelerator behind the registers/) as string,
    });
  });

  it('has the top with its data in memory beside it: three masters, lists, firmware', () => {
    const { soc } = readJson<{ soc: { module: string; build: number } }>(at('built', 'report.json'));
    const text = (path: string): string => readFileSync(at('built/soc', path), 'utf8');
    expect(soc.module).toBe('engine_mapped_top');
    expect(text('rtl/engine_mapped.sv')).toMatch(new RegExp(`BUILD += ${soc.build}\\b`));
    const listed = text('rtl/files.f').trim().split('\n');
    expect(listed.at(-1)).toBe('engine_mapped_top.v');
    for (const name of listed) expect(text(`rtl/${name}`)).not.toBe('');
    expect(text('fpga/vivado/settings.tcl')).toMatch(
      /^set masters +\{\{m_axi_wgt 128\} \{m_axi_ifm 128\} \{m_axi_ofm 128\}\}$/m,
    );
    expect(text('component.xml')).toContain('<spirit:name>LIST_Y</spirit:name>');
    expect(text('registers/engine_mapped_registers.h')).toMatch(/LIST_Y_OFFSET/);
    expect(text('dma.json')).toBe(readFileSync(at('built/dma.json'), 'utf8'));
    expect(text('firmware/main.c')).toMatch(/^#define CONTROL_BASE 0x40000000u$/m);
    const design = text('firmware/heddle_design.h');
    expect(design).toMatch(/HEDDLE_ENGINE,\n +HEDDLE_MAPPED,/);
    expect(design).toContain(`0x${soc.build.toString(16)}u, /* build */`);
  });

  it.skipIf(python === undefined)('is driven from Python by the folder of its board', () => {
    expect(playBoard(python!, at('built/soc'))).toMatchObject({
      ...{ exitCode: 0, text: expect.stringMatching(/^1 of 1 samples equal$/m) as string },
    });
    expect(playBoard(python!, at('built/soc'), true).exitCode).toBe(1);
  });

  it('has scripts for chips of both tops that run to their end', async () => {
    expect(await chipProblems(at('built'), 'engine')).toEqual([]);
    expect(await chipProblems(at('built/soc'), 'engine_mapped')).toEqual([]);
  });

  it('says what firmware moves', () => {
    const dma = readJson<{
      readonly s_axis_w: { readonly transfer: readonly [number, number]; readonly packets: readonly number[] };
      readonly s_axis_x: readonly {
        readonly after: number;
        readonly transfers: readonly (readonly [number, number])[];
      }[];
      readonly traffic: { readonly total: number };
    }>(at('built', 'dma.json'));
    const weights = readFileSync(at('built', 'dram', 'weights.bin'));
    expect(dma.s_axis_w.transfer).toEqual([0, weights.length]);
    expect(dma.s_axis_w.packets.reduce((sum, bytes) => sum + bytes, 0)).toBe(weights.length);
    // Every packet begins with the mark of a header.
    let from = 0;
    for (const bytes of dma.s_axis_w.packets) {
      expect(weights[from]).toBe(0xe7);
      from += bytes;
    }
    const hex = readFileSync(at('built', 'vectors', 's_axis_x.hex'), 'utf8')
      .trim()
      .split('\n');
    const pixels = dma.s_axis_x.reduce(
      (sum, { transfers }) => sum + transfers.reduce((all, [, bytes]) => all + bytes, 0),
      0,
    );
    expect(hex).toHaveLength(pixels / 16);
  });

  it('runs samples through the model and the circuit, by a plan that was given back', async () => {
    for (const [via, extra] of [
      ['model', []],
      ['simulator', ['--engines', '2']],
    ] as const) {
      const json = at(`${via}.json`);
      const ended = await heddleHere([
        ...[
          'infer',
          model,
          '--backend',
          'engine',
          '--engine',
          at('built', 'engine.json'),
          '--input',
          few,
          '--via',
          via,
        ],
        ...['--json', json, ...extra],
      ]);
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(readJson<object>(json)).toMatchObject({ samples: 3, mismatches: 0, via, layers: [{}, {}, {}, {}] });
      // Two engines take two samples and one: what they do together follows.
      const { cycles } = readJson<{ cycles: { predicted: { total: number }; simulated: unknown } }>(json);
      if (via === 'model')
        expect(cycles).toMatchObject({ predicted: { steady_interval: expect.any(Number) as number } });
      else expect(cycles.simulated).toEqual(cycles.predicted);
      const rate = `2 engines side by side: ${((3 * 1e6) / (cycles.predicted.total + 1)).toFixed(2)} samples a second`;
      if (via === 'simulator') expect(ended.stdout).toContain(rate);
    }
  });

  it('refuses what does not go together, by number', async () => {
    const refused = async (args: readonly string[]): Promise<string> => {
      const ended = await heddleHere(args);
      expect(ended.code).toBe(2);
      return ended.stderr;
    };
    expect(await refused(['build', model, '--backend', 'engine'])).toMatch(/H2005.*which engine is not said/);
    expect(await refused(['build', model, ...small, '--folding', 'f.json'])).toMatch(/H2005.*--folding/);
    expect(await refused(['build', model, '--engine', 'P=2,G=4,M=8,D=4'])).toMatch(/H2005.*add --backend|H2005/);
    expect(
      await refused(['infer', model, '--input', few, '--backend', 'engine', '--engine', 'P=2,G=9,M=8,D=3']),
    ).toMatch(/H2202 {2}G: 9[^]*H2202 {2}D: 3/);
  });
});
