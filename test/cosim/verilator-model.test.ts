import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HeddleError } from '../../src/base/diagnostics.js';
import { findTool, requireTool } from '../../src/base/tools.js';
import { pruneEntries } from '../../src/cosim/build-cache.js';
import { skipWithoutVerilator } from '../../src/cosim/verilator-available.js';
import { type VerilatorSpec, buildModel } from '../../src/cosim/verilator-build.js';
import { VerilatorModel } from '../../src/cosim/verilator-model.js';
import { sliceSpec } from './fixtures.js';

// Here, as at a user's, through the script of Verilator; the other tests spare it (vitest.verilator.ts).
if (process.env['HEDDLE_VERILATOR']?.endsWith('verilator_bin')) delete process.env['HEDDLE_VERILATOR'];

const port = (name: string, dir: 'input' | 'output', width: number, signed = false) => ({ name, dir, width, signed });
const folder = mkdtempSync(join(tmpdir(), 'heddle-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const romSpec = (words: string, name = 'rom.mem'): VerilatorSpec => ({
  files: [
    {
      name: 'rom.sv',
      text: `module rom #(parameter IMAGE = "${name}") (input logic clk, input logic [1:0] address, output logic [7:0] data, output logic [7:0] junk);
  logic [7:0] memory [0:3];
  logic [7:0] junk_q;
  initial $readmemh(IMAGE, memory);
  always_ff @(posedge clk) begin
    data <= memory[address];
    if (address == 3) junk_q <= 8'd1;
  end
  assign junk = junk_q;
endmodule`,
    },
  ],
  top: 'rom',
  ports: [port('address', 'input', 2), port('data', 'output', 8), port('junk', 'output', 8)],
  clocks: ['clk'],
  images: words === '' ? [] : [{ name, text: words }],
});

describe.skipIf(skipWithoutVerilator())('Verilator models in process', () => {
  it.each([1, 8, 32, 33, 64, 65, 300])('moves %i-bit ports both ways', async (width) => {
    const model = new VerilatorModel(await buildModel(sliceSpec(width)));
    const value = (1n << BigInt(width)) - 1n - (width > 2 ? 2n : 0n);
    model.poke('aresetn', 1);
    model.poke('s_axis_tvalid', 1);
    model.poke('s_axis_tdata', value | (1n << BigInt(width)));
    model.tick();
    model.poke('s_axis_tdata', 0);
    model.settle();
    expect(model.peek('m_axis_tdata')).toBe(value);
    expect(model.reader('m_axis_tvalid')()).toBe(1);
    expect(() => model.poke('nothing', 0)).toThrow(HeddleError);
  });

  it('gives signed ports as raw bits and runs combinational modules', async () => {
    const text = `module negate #(parameter int W = 5) (input logic signed [W-1:0] a, output logic signed [W:0] y, output logic a__b);
  assign y = -a;
  assign a__b = a < 0;
endmodule`;
    const ports = [port('a', 'input', 7, true), port('y', 'output', 8, true), port('a__b', 'output', 1)];
    const spec = { files: [{ name: 'negate.sv', text }], top: 'negate', ports, clocks: [], params: { W: 7 } };
    const model = new VerilatorModel(await buildModel(spec));
    model.poke('a', -64);
    model.tick();
    expect([model.peek('y'), model.peek('a__b')]).toEqual([64n, 1n]);
    model.poke('a', 3);
    model.settle();
    expect([model.peek('y'), model.peek('a__b')]).toEqual([0xfdn, 0n]);
  });

  it('keeps instances and models apart', async () => {
    const [narrow, wide] = [await buildModel(sliceSpec(8)), await buildModel(sliceSpec(300))];
    const models = [new VerilatorModel(narrow), new VerilatorModel(wide), new VerilatorModel(narrow)];
    models.forEach((model, i) => {
      model.poke('aresetn', 1);
      model.poke('s_axis_tvalid', i === 1 ? 0 : 1);
      model.poke('s_axis_tdata', 10 + i);
    });
    for (const model of models) model.tick();
    for (const model of models) model.settle();
    expect(models.map((model) => model.peek('m_axis_tvalid'))).toEqual([1n, 0n, 1n]);
    expect([models[0]?.peek('m_axis_tdata'), models[2]?.peek('m_axis_tdata')]).toEqual([10n, 12n]);
  });

  it('reads memory images by name, shares the build between images, and leaves the working directory alone', async () => {
    const here = process.cwd();
    const first = await buildModel(romSpec('11 22 33 44\n'));
    const second = await buildModel(romSpec('aa bb cc dd\n'));
    expect(second.addon).toBe(first.addon);
    const read = (model: VerilatorModel): bigint => {
      model.poke('address', 2);
      model.tick();
      model.settle();
      return model.peek('data');
    };
    expect([read(new VerilatorModel(first)), read(new VerilatorModel(second))]).toEqual([0x33n, 0xccn]);
    expect(process.cwd()).toBe(here);
    const missing = await buildModel(romSpec(''));
    expect(() => new VerilatorModel(missing)).toThrow(/rom\.mem/);
  });

  it('starts at zero, or at random by seed', async () => {
    const build = await buildModel(romSpec('11 22 33 44\n'));
    const junk = (seed: number): bigint => new VerilatorModel(build, { seed }).peek('junk');
    expect(junk(0)).toBe(0n);
    const values = [1, 2, 3, 4, 5, 6].map(junk);
    expect(new Set(values).size).toBeGreaterThan(2);
    expect([1, 2, 3, 4, 5, 6].map(junk)).toEqual(values);
  });

  it('turns $fatal of the text into an error', async () => {
    const text = `module refuse #(parameter int W = 1) (input logic a, output logic y);
  initial if (W != 2) $fatal(1, "W must be 2");
  assign y = a;
endmodule`;
    const ports = [port('a', 'input', 1), port('y', 'output', 1)];
    const build = await buildModel({ files: [{ name: 'refuse.sv', text }], top: 'refuse', ports, clocks: [] });
    expect(() => new VerilatorModel(build)).toThrow(/refuse\.sv:2/);
  });

  it('reports errors of the text with their places', async () => {
    const spec = sliceSpec(8, 'module register_slice (input logic aclk);\n  assign nothing = ;\nendmodule\n');
    const error = await buildModel(spec).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(HeddleError);
    const { diagnostics, exitCode } = error as HeddleError;
    expect(exitCode).toBe(1);
    expect(diagnostics[0]).toMatchObject({ code: 'H5010', places: [{ file: 'register_slice.sv', line: 2 }] });
  });

  it('reports a port list that does not fit', async () => {
    const spec = sliceSpec(8);
    await expect(buildModel({ ...spec, ports: [...spec.ports, port('extra', 'input', 1)] })).rejects.toThrow(/H5011/);
  });

  it('builds once under concurrent calls, finds it again, and leaves nothing half-written', async () => {
    const builds = await Promise.all([buildModel(sliceSpec(4), folder), buildModel(sliceSpec(4), folder)]);
    expect(builds[0].addon).toBe(builds[1].addon);
    expect((await buildModel(sliceSpec(4), folder)).built).toBe(false);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
    pruneEntries(folder, 1);
    expect(readdirSync(folder)).toHaveLength(2);
    pruneEntries(folder, 1, Date.now() + 1e9);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('writes VCD when built for it', async () => {
    const build = await buildModel({ ...sliceSpec(8), flags: { trace: true } });
    const file = join(folder, 'slice.vcd');
    const model = new VerilatorModel(build, { trace: file });
    model.run(10);
    model.trace('');
    expect(readFileSync(file, 'utf8')).toMatch(/\$var wire +8 .* m_axis_tdata/);
    const plain = new VerilatorModel(await buildModel(sliceSpec(8)));
    expect(() => plain.trace(file)).toThrow(/without tracing/);
  });
});

describe('finding tools', () => {
  it('names the tool, the command that installs it, and exits 3', () => {
    const environment = { PATH: folder };
    expect(findTool('verilator', environment)).toBeUndefined();
    const caught = (() => {
      try {
        return requireTool('verilator', environment);
      } catch (error) {
        return error;
      }
    })();
    expect(caught).toMatchObject({
      exitCode: 3,
      diagnostics: [{ code: 'H5001', fix: 'apt-get install -y verilator g++' }],
    });
    expect(() => requireTool('compiler', environment)).toThrow(/H5002/);
    expect(findTool('verilator', { PATH: '', HEDDLE_VERILATOR: process.execPath })).toBe(process.execPath);
    expect(findTool('nextpnrIce40', { PATH: '/usr/bin', HEDDLE_NEXTPNR_ICE40: '/nowhere' })).toBeUndefined();
  });

  it('skips with a line, or fails when tools are required', () => {
    expect(() => skipWithoutVerilator({ PATH: folder, HEDDLE_REQUIRE_TOOLS: '1' })).toThrow(/not found: verilator/);
  });
});
