/** The verbs: main paths through the real process, exit codes, and nothing left behind where something is wrong. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { formatNpy, readNpy } from '../../src/base/npy.js';
import { sha256File } from '../../src/base/hash.js';
import { allExplanations } from '../../src/cli/errors.js';
import { errorsPage } from '../../src/cli/errors-page.js';
import { skipWithoutVerilator } from '../../src/cosim/index.js';
import { onnx } from '../../src/import/onnx-proto.js';
import { haveModels, model } from '../network/shared.js';
import { digits, heddle, heddleHere, root } from './run.js';

const work = mkdtempSync(join(tmpdir(), 'heddle-cli-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));
const at = (...parts: string[]): string => join(work, ...parts);
const w4 = digits('digits_w4a4.onnx');
const samples = digits('samples.npy');
const withoutVerilator = skipWithoutVerilator();

interface Report {
  readonly top: { readonly module: string; readonly input: { readonly bits: number }; readonly samples: number };
  readonly cycles: { readonly predicted: unknown; readonly simulated: unknown };
  readonly layers: readonly { readonly name: string; readonly predicted: unknown; readonly simulated: unknown }[];
}
const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;

describe('build', () => {
  const ended = heddle(['build', w4, '-o', at('w4'), '--samples', '8']);

  it('shows numbered steps, a table and what to do next', () => {
    expect(ended.stderr).toBe('');
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/^\[1\/6\] import .*26,432 weights of 4 bit.* s$/m);
    expect(ended.stdout).toMatch(/^\[5\/6\] simulate .*8\/8 equal to the reference/m);
    expect(ended.stdout).toMatch(/^dense_0 .*784 > 32/m);
    expect(ended.stdout).toContain('next: npm run -s heddle -- cosim');
  });

  it('leaves the tree that others read', () => {
    const report = readJson<Report>(at('w4', 'report.json'));
    expect(report.top).toMatchObject({ module: 'digits_w4a4_top', clock: 'aclk', reset_active: 'low', samples: 8 });
    expect(report.cycles.simulated).toEqual(report.cycles.predicted);
    for (const layer of report.layers) expect(layer.simulated).toEqual(layer.predicted);
    const listed = readFileSync(at('w4', 'rtl', 'files.f'), 'utf8')
      .trim()
      .split('\n');
    expect(
      readdirSync(at('w4', 'rtl'))
        .filter((name) => /\.s?v$/.test(name))
        .sort(),
    ).toEqual([...listed].sort());
    const beats = readFileSync(at('w4', 'vectors', 'input.hex'), 'utf8')
      .trim()
      .split('\n');
    expect(beats).toHaveLength(8 * 98);
    expect(beats.filter((beat) => /^[0-9a-f]{16} 1$/.test(beat))).toHaveLength(8);
    const { files } = readJson<{ files: Record<string, string> }>(at('w4', 'manifest.json'));
    for (const [name, hash] of Object.entries(files)) expect(sha256File(at('w4', name))).toBe(hash);
  });

  it('reads its own folding back and goes on from a step', async () => {
    const folding = at('folding.json');
    writeFileSync(folding, readFileSync(at('w4', 'folding.json')));
    const again = await heddleHere(['build', w4, '-o', at('again'), '--samples', '8', '--folding', folding, '-q']);
    expect(again).toMatchObject({ code: 0, stdout: '' });
    expect(readFileSync(at('again', 'rtl', 'digits_w4a4.sv'))).toEqual(readFileSync(at('w4', 'rtl', 'digits_w4a4.sv')));
    const resumed = await heddleHere([
      'build',
      w4,
      '-o',
      at('again'),
      '--samples',
      '9',
      '--folding',
      folding,
      '--from',
      'simulate',
    ]);
    expect(resumed.code).toBe(0);
    expect(resumed.stdout).toMatch(/^\[4\/6\] generate .*\(kept\)/m);
    expect(resumed.stdout).toContain('9/9 equal');
    expect(
      (await heddleHere(['build', w4, '-o', at('again'), '--port-bits', '32', '--from', 'simulate'])).stderr,
    ).toContain('H2002');
  });

  it('stops after --to', async () => {
    const { code, stdout } = await heddleHere(['build', w4, '-o', at('part'), '--to', 'plan', '--explain']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^integer-weights +15 > 15 +equal +-3 Quant, \+3 Mul/m);
    expect(stdout).toMatch(/^dense_0 +dense_0 +784 > 32 +uint8 > uint4 +weights int4; 15 thresholds a channel$/m);
    expect(readdirSync(at('part')).sort()).toEqual(['folding.json', 'graph', 'log', 'manifest.json', 'state']);
  });
});

describe('infer', () => {
  it.each(['reference', 'model', 'simulator'])('via %s gives the same results', async (via) => {
    const json = at(`${via}.json`);
    const output = at(`${via}.npy`);
    const ended = await heddleHere(['infer', w4, '--input', samples, '--output', output, '--via', via, '--json', json]);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const result = readJson<Record<string, unknown>>(json);
    expect(result).toMatchObject({ samples: 256, mismatches: 0, via });
    const { shape, dtype, data } = readNpy(output);
    expect({ shape, dtype }).toEqual({ shape: [256, 10], dtype: 'f8' });
    const labels = readNpy(digits('labels.npy')).data;
    const right = labels.filter((label, i) => {
      const row = data.subarray(i * 10, i * 10 + 10);
      return row.indexOf(Math.max(...row)) === label;
    });
    expect(right.length).toBeGreaterThan(243);
  });

  it('writes JSON and nothing else to standard output for --json -', () => {
    const { stdout } = heddle(['infer', w4, '--input', samples, '--stall', 'bursty', '--seed', '3', '--json', '-']);
    expect(JSON.parse(stdout)).toMatchObject({ mismatches: 0, layers: [{ name: 'dense_0', PE: 16 }, {}, {}] });
  });

  it.skipIf(!haveModels)('computes AD03 bit by bit as hls4ml does', async () => {
    const files = [model('ad03', 'model_ToyCar.h5'), '--numerics', model('ad03', 'hls4ml.yml')];
    const ended = await heddleHere([
      'infer',
      ...files,
      '--input',
      model('ad03', 'input.npy'),
      '--raw',
      '-o',
      at('ad.npy'),
    ]);
    expect(ended.code).toBe(0);
    expect(readNpy(at('ad.npy'))).toEqual(readNpy(model('ad03', 'expected_hls4ml.npy')));
  });

  it.skipIf(!haveModels)('computes TFC with real values behind the affine tail', async () => {
    const files = [model('tfc', 'TFC_1W1A.onnx'), '--input', model('tfc', 'mnist_images_u8.npy')];
    expect((await heddleHere(['infer', ...files, '--input-scale', '1/255', '-o', at('tfc.npy')])).code).toBe(0);
    const expected = readNpy(model('tfc', 'TFC_1W1A.expected_logits.npy')).data;
    readNpy(at('tfc.npy')).data.forEach((value, i) =>
      expect(Math.abs(value - (expected[i] ?? NaN))).toBeLessThan(1e-6),
    );
  });

  it.skipIf(!haveModels)('computes RN06 bit by bit as hls4ml does', async () => {
    const files = [model('rn06', 'model_best.h5'), '--numerics', model('rn06', 'hls4ml.yml')];
    expect(
      (await heddleHere(['infer', ...files, '--input', model('rn06', 'input.npy'), '-o', at('rn.npy')])).code,
    ).toBe(0);
    expect(readNpy(at('rn.npy'))).toEqual(readNpy(model('rn06', 'expected_hls4ml.npy')));
  });

  it.skipIf(!haveModels)('writes the output tensor of a TFLite file behind its softmax', async () => {
    const file = model('resnet8_tflite', 'pretrainedResnet_quant.tflite');
    const [images, codes] = ['input.npy', 'expected.npy'].map((name) => readNpy(model('resnet8_tflite', name)));
    const one = { dtype: 'i1' as const, shape: [1, 32, 32, 3], data: images!.data.slice(0, 3072) };
    writeFileSync(at('one.npy'), formatNpy(one));
    // With every FIFO given nothing is sized, which takes this network most of a minute.
    const units: [name: string, PE: number, SIMD: number, fifo: number][] = [
      ['conv_0', 2, 9, 2],
      ['conv_1', 2, 48, 1],
      ['conv_2', 2, 48, 3],
      ['conv_3', 1, 48, 26],
      ['conv_4', 1, 96, 14],
      ['conv_5', 1, 4, 647],
      ['conv_6', 4, 16, 2],
      ['conv_7', 1, 72, 1],
      ['conv_8', 1, 4, 671],
      ['dense_0', 1, 2, 1],
    ];
    const layers = units.map(
      ([name, PE, SIMD, fifo]) => `"${name}": { "PE": ${PE}, "SIMD": ${SIMD}, "fifo": ${fifo} }`,
    );
    const branches = ['0_0', '0_1', '1_0', '1_1', '2_0', '2_1'];
    const fifos = branches.map((branch) => `"duplicate_${branch}_fifo": ${branch === '0_1' ? 545 : 1}`);
    writeFileSync(at('r8.json'), `{ ${layers.join(', ')}, "fifos": { ${fifos.join(', ')} } }`);
    const given = ['--input', at('one.npy'), '--folding', at('r8.json')];
    expect((await heddleHere(['infer', file, ...given, '--raw', '-o', at('raw.npy')])).code).toBe(0);
    const { dtype, data } = readNpy(at('raw.npy'));
    expect([dtype, [...data]]).toEqual(['i1', [...codes!.data.slice(0, 10)]]);
  });

  it.skipIf(withoutVerilator)('runs the text as it stands, and catches a hand edit', async () => {
    expect((await heddleHere(['build', w4, '-o', at('edit'), '--to', 'generate', '-q'])).code).toBe(0);
    const run = () => heddleHere(['infer', w4, '--input', samples, '--rtl', at('edit', 'rtl'), '--stall', '0.3']);
    expect(await run()).toMatchObject({ code: 0, stderr: '' });
    const file = at('edit', 'rtl', 'thresholds_s.sv');
    const text = readFileSync(file, 'utf8');
    const edited = text.replace('= x >= ', '= x > ');
    expect(edited).not.toBe(text);
    writeFileSync(file, edited);
    const ended = await run();
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('H4001');
    expect(ended.stderr).toMatch(/first wrong layer dense_\d \(dense_\d\), sample \d+, element \d+: 0x\w, not 0x\w$/m);
    const cosim = await heddleHere(['cosim', at('edit'), '--seeds', '1']);
    expect(cosim.code).toBe(1);
    expect(cosim.stderr).toMatch(/H4002 .*in cycle \d+/);
    expect(cosim.stderr).toMatch(/repeat: npm run -s heddle -- cosim \S+ --seeds 1/);
  });
});

describe('what is wrong', () => {
  const output = at('nothing');
  const bad = (name: string, content: string | Uint8Array): string => {
    writeFileSync(at(name), content);
    return at(name);
  };
  const nanModel = (): Uint8Array => {
    const decoded = onnx.ModelProto.decode(readFileSync(w4));
    const tensors = decoded.graph?.initializer ?? [];
    const raw = tensors.find(({ rawData }) => (rawData?.length ?? 0) > 4000)?.rawData;
    if (raw) new DataView(raw.buffer, raw.byteOffset).setFloat32(0, NaN, true);
    return onnx.ModelProto.encode(decoded).finish();
  };
  const model4 = readFileSync(w4);
  const badFolding = (): string => bad('seven.json', '{\n  "dense_1": { "PE": 7, "SIMD": 8 }\n}\n');
  const cases: readonly (readonly [what: string, code: string, exit: number, args: () => string[]])[] = [
    ['a truncated model', 'H3002', 2, () => ['build', bad('cut.onnx', model4.subarray(0, 3000))]],
    ['a foreign file', 'H3001', 2, () => ['build', bad('text.onnx', 'hello\n')]],
    ['weights that are NaN', 'H3004', 2, () => ['build', bad('nan.onnx', nanModel())]],
    ['a missing file', 'H3012', 2, () => ['build', at('absent.onnx')]],
    ['a folding that does not divide', 'H2103', 2, () => ['build', w4, '--folding', badFolding()]],
    ['a port of odd width', 'H2105', 2, () => ['build', w4, '--port-bits', '12']],
    ['a rate out of reach', 'H2003', 1, () => ['build', w4, '--target-fps', '1e9']],
    ['the engine', 'H2005', 2, () => ['build', w4, '--backend', 'engine']],
    ['a step that is none', 'H2001', 2, () => ['build', w4, '--from', 'nowhere']],
    ['an unknown option', 'H0001', 2, () => ['build', w4, '--nonsense']],
    ['an input of the wrong shape', 'H3015', 2, () => ['infer', w4, '--input', digits('labels.npy')]],
    ['a stall pattern that is none', 'H5020', 2, () => ['infer', w4, '--input', samples, '--stall', 'bogus']],
  ];

  it.each(cases)('%s is %s and leaves nothing behind', async (_, code, exit, args) => {
    const ended = await heddleHere([...args(), '--output', output]);
    expect(ended.stderr).toContain(`error ${code}  `);
    expect(ended.code).toBe(exit);
    expect(existsSync(output)).toBe(false);
    expect(readdirSync(work).filter((name) => /\.tmp-/.test(name))).toEqual([]);
  });

  it('names the line of a folding file', async () => {
    const { stderr } = await heddleHere(['build', w4, '-o', output, '--folding', badFolding()]);
    expect(stderr).toContain('seven.json:2  "dense_1": { "PE": 7, "SIMD": 8 }');
    expect(stderr).toContain('legal PE: 1 2 4 8 16 32');
  });

  it('keeps what Heddle did not write', async () => {
    bad('mine.txt', 'precious');
    const ended = await heddleHere(['build', w4, '-o', work]);
    expect(ended).toMatchObject({ code: 2 });
    expect(ended.stderr).toContain('H0010');
    expect(readFileSync(at('mine.txt'), 'utf8')).toBe('precious');
  });

  it.each([
    ['infer', ['infer', w4, '--input', samples, '--via', 'verilator', '--output', output]],
    ['cosim', ['cosim', 'fifo']],
  ])('%s without Verilator exits with 3 and says how to get it', async (verb, args) => {
    const run = verb === 'infer' ? heddle : heddleHere;
    const ended = await run(args, { PATH: '/nonexistent', HEDDLE_VERILATOR: '' });
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain('H5001');
    expect(ended.stderr).toContain('apt-get install -y verilator');
    expect(existsSync(output)).toBe(false);
  });
});

describe('the other verbs', () => {
  it.skipIf(withoutVerilator).each(['fifo', 'matvec_us'])('cosim of the library block %s', async (block) => {
    const ended = await heddleHere(['cosim', block, '--seeds', '3']);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(/simulator, model, verilator, verilator-x1 agree in all [\d,]+ cycles/);
  });

  it('explain knows every code of the source, and docs/errors.md is what it prints', async () => {
    expect((await heddleHere(['explain', 'h2103'])).stdout).toMatch(/^H2103\nPE is the number of outputs/);
    expect(await heddleHere(['explain', 'H9999'])).toMatchObject({ code: 2 });
    expect(readFileSync(join(root, 'docs', 'errors.md'), 'utf8')).toBe(errorsPage());
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((f) =>
      f.endsWith('.ts'),
    );
    const used = files.flatMap((file) => readFileSync(join(root, 'src', file), 'utf8').match(/'H\d{4}'/g) ?? []);
    const known = allExplanations();
    expect([...new Set(used)].map((code) => code.slice(1, -1)).filter((code) => !known.has(code))).toEqual([]);
  });

  it('doctor lists tools as JSON and finds none on an empty PATH', async () => {
    const { stdout, code } = await heddleHere(['doctor', '--json', '-'], {
      PATH: '/nonexistent',
      HEDDLE_VERILATOR: '',
    });
    expect(code).toBe(0);
    const { tools } = JSON.parse(stdout) as { tools: readonly { name: string; path: string | null }[] };
    expect(tools.find(({ name }) => name === 'verilator')).toMatchObject({ path: null });
  });

  it('help, version and completion work', async () => {
    expect(heddle(['--help']).stdout).toContain('heddle build <model>');
    expect((await heddleHere(['infer', '--help'])).stdout).toContain('--input-scale');
    expect((await heddleHere(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await heddleHere(['completion'])).stdout).toContain('heddle');
  });
});
