/**
 * Area and worst path of the engine's PE array: `npm run -s bench:area [-- P=4 G=2 M=4 D=1]`.
 *
 * Yosys on the Nangate 45 nm library of ../shared/pdk (`abc -constr`), then OpenSTA on the netlist: before layout, ideal clock,
 * no wires. Modules are optimized one by one and flattened for mapping: flattened first, copies of one register that are there
 * for the fan-out would be merged. `synth_xilinx` counts cells of UltraScale+.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { EngineArray } from '../../src/engine/rtl/array.js';
import { buildDesign } from '../../src/hdl/index.js';
import { emitDesign } from '../../src/verilog/index.js';

/** Picoseconds that abc sizes for, and nanoseconds of the clock that OpenSTA checks against. */
const TARGET = 1800;
const CLOCK = 2;

const library = fileURLToPath(new URL('../../../shared/pdk/nangate45_typ.lib.gz', import.meta.url));
const given = process.argv.slice(2).map((each) => {
  const [name = '', value] = each.split('=');
  return [name, Number(value)] as const;
});
const sizes: Readonly<Record<string, number>> = {
  P: 4,
  G: 2,
  M: 4,
  D: 1,
  X_W: 8,
  W_W: 8,
  ACC_W: 32,
  ...Object.fromEntries(given),
};
const { P = 1, G = 1, M = 1 } = sizes;
const parameters = { XG: M, ...sizes };
const folder = mkdtempSync(join(tmpdir(), 'heddle-area-'));

function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 });
}

function found(text: string, pattern: RegExp): number {
  const match = pattern.exec(text)?.[1];
  if (match === undefined) throw new Error(`no ${String(pattern)} in:\n${text.slice(-2000)}`);
  return Number(match);
}

const top = 'engine_array';
const set = Object.entries(parameters).map(([name, value]) => `-chparam ${name} ${value}`);
const read = `read_verilog -sv -D SYNTHESIS array.sv; hierarchy -top ${top} ${set.join(' ')}`;

/** Square micrometres of the array and nanoseconds of its worst path, setup included. */
function asic(): { area: number; path: number } {
  writeFileSync(join(folder, 'cells.lib'), gunzipSync(readFileSync(library)));
  writeFileSync(join(folder, 'constr'), 'set_driving_cell BUF_X2\nset_load 5.0\n');
  const map = `dfflibmap -liberty cells.lib; abc -liberty cells.lib -constr constr -D ${TARGET}; opt_clean`;
  const flat =
    'splitnets; splitnets -ports; opt_clean -purge; stat -liberty cells.lib; write_verilog -noattr -noexpr netlist.v';
  const log = run('yosys', ['-p', `${read}; synth -top ${top}; flatten; opt_clean; ${map}; ${flat}`]);
  writeFileSync(
    join(folder, 'sta.tcl'),
    `read_liberty cells.lib
read_verilog netlist.v
link_design ${top}
create_clock -name clk -period ${CLOCK} aclk
set_input_delay 0.2 -clock clk [all_inputs]
set_output_delay 0.2 -clock clk [all_outputs]
report_checks -path_delay max
`,
  );
  const report = run('sta', ['-no_splash', '-exit', 'sta.tcl']);
  return { area: found(log, /Chip area for module[^:]*: ([\d.]+)/), path: CLOCK - found(report, /(-?[\d.]+)\s+slack/) };
}

/** Cells of UltraScale+ by kind. */
function fpga(): { lut: number; ff: number; dsp: number } {
  const log = run('yosys', [
    '-p',
    `${read}; synth_xilinx -family xcup -top ${top} -flatten; tee -o cells.json stat -json`,
  ]);
  const cells = readFileSync(join(folder, 'cells.json'), 'utf8');
  const counted = (pattern: RegExp): number =>
    [...cells.slice(cells.indexOf('"design"')).matchAll(pattern)].reduce((sum, [, count]) => sum + Number(count), 0);
  if (!log.includes('synth_xilinx') && !log.includes('SYNTH_XILINX')) throw new Error(log.slice(-2000));
  return { lut: counted(/"LUT\d": (\d+)/g), ff: counted(/"FDRE": (\d+)/g), dsp: counted(/"DSP48E2": (\d+)/g) };
}

try {
  writeFileSync(
    join(folder, 'array.sv'),
    emitDesign(buildDesign(EngineArray))
      .map(({ text }) => text)
      .join('\n'),
  );
  const pes = P * G * M;
  console.log(
    `engine_array ${Object.entries(parameters)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}: ${pes} PEs`,
  );
  const { area, path } = asic();
  console.log(
    `nangate45   ${(area / pes).toFixed(1)} um2 a PE, worst path ${path.toFixed(2)} ns (OpenSTA, before layout)`,
  );
  const { lut, ff, dsp } = fpga();
  const each = (count: number): string => (count / pes).toFixed(2);
  console.log(`UltraScale+ ${each(lut)} LUT, ${each(ff)} FF, ${each(dsp)} DSP a MAC (synth_xilinx)`);
} finally {
  rmSync(folder, { recursive: true });
}
