/** Yosys and OpenSTA on emitted text: area and worst path in the Nangate 45 nm library, cells of UltraScale+. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Design } from '../../../src/circuit/index.js';
import { emitDesign } from '../../../src/verilog/index.js';

/** Picoseconds that abc sizes for, and nanoseconds of the clock that OpenSTA checks against. */
const TARGET = 1800;
const CLOCK = 2;
/** Nanoseconds from the clock to a signal at an input, from a signal at an output to the clock, and from it to a RAM's word. */
const OUTSIDE = 0.2;
const ACCESS = 0.5;
/** Memories of at least this many bits with a registered read are RAMs: they are left out. */
const RAM_BITS = 2048;

/**
 * What abc does with a whole engine. Its usual script compares all pairs of nodes that may be equal (`&fraig -x`, `&dch -f`): on the
 * products of the requantizers that takes hours, while rewriting and sizing without it lose a few per cent.
 */
const QUICK = 'strash;scorr;dc2;strash;&get,-n;&nf,{D};&put;buffer;upsize,{D};dnsize,{D};stime,-p';

const library = fileURLToPath(new URL('../../../../shared/pdk/nangate45_typ.lib.gz', import.meta.url));

/** What a synthesis for the Nangate library says. */
export interface Asic {
  /** Square micrometres, RAMs left out. */
  readonly area: number;
  /** Nanoseconds of the worst path, setup included. */
  readonly path: number;
  /** Where it starts and ends: a register or a port. */
  readonly from: string;
  readonly to: string;
}

/** Cells of UltraScale+. */
export interface Fpga {
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram: number;
}

export interface Synthesis {
  /** `quick`: with a script of abc for designs of more than 100,000 gates. */
  readonly asic: (effort?: 'usual' | 'quick') => Asic;
  readonly fpga: () => Fpga;
  /** DSP48E2 of the whole design, from the first steps of the synthesis alone: minutes for engines of thousands of PEs. */
  readonly dsps: () => number;
}

/** Works on a design in a folder of its own, which goes when `work` returns. `more` is text of external modules. */
export function withSynthesis<T>(
  design: Design,
  params: Readonly<Record<string, number>>,
  work: (synthesis: Synthesis) => T,
  more = '',
): T {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-area-'));
  try {
    const text = emitDesign(design).map((file) => file.text);
    writeFileSync(join(folder, 'design.sv'), [more, ...text].join('\n'));
    const set = Object.entries(params).map(([name, value]) => `-chparam ${name} ${value}`);
    const read = `read_verilog -sv -D SYNTHESIS design.sv; hierarchy -top ${design.top} ${set.join(' ')}`;
    return work({
      asic: (effort = 'usual') => asic(folder, design.top, read, effort === 'quick' ? `-script +${QUICK}` : ''),
      fpga: () => fpga(folder, design.top, read),
      dsps: () => dsps(folder, design.top, read),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(folder: string, command: string, args: readonly string[]): string {
  // Warnings go where nobody looks; an error carries them.
  return execFileSync(command, args, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28, stdio: 'pipe' });
}

function found(text: string, pattern: RegExp): string {
  const match = pattern.exec(text)?.[1];
  if (match === undefined) throw new Error(`no ${String(pattern)} in:\n${text.slice(-2000)}`);
  return match;
}

/** A memory with one synchronous read and one write as a cell that stays; smaller ones are mapped to registers. */
const ramMap = `(* techmap_celltype = "$mem_v2" *)
module ram_map(RD_CLK, RD_EN, RD_ARST, RD_SRST, RD_ADDR, RD_DATA, WR_CLK, WR_EN, WR_ADDR, WR_DATA);
  parameter MEMID = ""; parameter signed SIZE = 4; parameter signed OFFSET = 0; parameter signed ABITS = 2;
  parameter signed WIDTH = 8; parameter signed INIT = 1'bx; parameter signed RD_PORTS = 1;
  parameter RD_CLK_ENABLE = 1'b1; parameter RD_CLK_POLARITY = 1'b1; parameter RD_TRANSPARENCY_MASK = 1'b0;
  parameter RD_COLLISION_X_MASK = 1'b0; parameter RD_WIDE_CONTINUATION = 1'b0; parameter RD_CE_OVER_SRST = 1'b0;
  parameter RD_ARST_VALUE = 1'b0; parameter RD_SRST_VALUE = 1'b0; parameter RD_INIT_VALUE = 1'b0;
  parameter signed WR_PORTS = 1; parameter WR_CLK_ENABLE = 1'b1; parameter WR_CLK_POLARITY = 1'b1;
  parameter WR_PRIORITY_MASK = 1'b0; parameter WR_WIDE_CONTINUATION = 1'b0;
  input [RD_PORTS-1:0] RD_CLK, RD_EN, RD_ARST, RD_SRST; input [RD_PORTS*ABITS-1:0] RD_ADDR;
  output [RD_PORTS*WIDTH-1:0] RD_DATA;
  input [WR_PORTS-1:0] WR_CLK; input [WR_PORTS*WIDTH-1:0] WR_EN, WR_DATA; input [WR_PORTS*ABITS-1:0] WR_ADDR;
  wire _TECHMAP_FAIL_ = SIZE * WIDTH < ${RAM_BITS} || RD_PORTS != 1 || WR_PORTS != 1 || RD_CLK_ENABLE !== 1'b1;
  left_out_ram #(.WIDTH(WIDTH), .ABITS(ABITS)) _TECHMAP_REPLACE_ (
    .clk(RD_CLK), .ren(RD_EN), .raddr(RD_ADDR), .rdata(RD_DATA), .wen(WR_EN), .waddr(WR_ADDR), .wdata(WR_DATA));
endmodule
`;
const ramCell = `(* blackbox *)
module left_out_ram #(parameter WIDTH = 1, parameter ABITS = 1) (input clk, input ren, input [ABITS-1:0] raddr,
  output [WIDTH-1:0] rdata, input [WIDTH-1:0] wen, input [ABITS-1:0] waddr, input [WIDTH-1:0] wdata);
endmodule
`;

/**
 * Modules are optimized one by one and flattened for mapping: flattened first, copies of one register that are there for the
 * fan-out would be merged. Pins of RAMs become ports, so that paths begin and end there.
 */
function asic(folder: string, top: string, read: string, script: string): Asic {
  writeFileSync(join(folder, 'cells.lib'), gunzipSync(readFileSync(library)));
  writeFileSync(join(folder, 'constr'), 'set_driving_cell BUF_X2\nset_load 5.0\n');
  writeFileSync(join(folder, 'ram_map.v'), ramMap);
  writeFileSync(join(folder, 'ram_cell.v'), ramCell);
  const log = run(folder, 'yosys', [
    '-p',
    [
      `read_liberty -lib -ignore_miss_func cells.lib; ${read}; read_verilog -lib ram_cell.v; synth -top ${top} -run begin:fine`,
      `techmap -map ram_map.v; opt_clean; synth -top ${top} -run fine:; flatten; opt_clean`,
      `dfflibmap -liberty cells.lib; abc -liberty cells.lib -constr constr -D ${TARGET} ${script}; opt_clean`,
      'expose -evert t:left_out_ram; splitnets; splitnets -ports; opt_clean -purge',
      'stat -liberty cells.lib; write_verilog -noattr -noexpr netlist.v',
    ].join('; '),
  ]);
  const { text, names } = plainPorts(readFileSync(join(folder, 'netlist.v'), 'utf8'));
  writeFileSync(join(folder, 'plain.v'), text);
  const words = [...names].filter(([, name]) => name.includes('.rdata')).map(([port]) => port);
  writeFileSync(
    join(folder, 'sta.tcl'),
    `read_liberty cells.lib
read_verilog plain.v
link_design ${top}
create_clock -name clk -period ${CLOCK} aclk
set_input_delay ${OUTSIDE} -clock clk [all_inputs]
set_output_delay ${OUTSIDE} -clock clk [all_outputs]
${words.map((port) => `set_input_delay ${ACCESS} -clock clk [get_ports ${port}]`).join('\n')}
report_checks -path_delay max
`,
  );
  const report = run(folder, 'sta', ['-no_splash', '-exit', 'sta.tcl']);
  const error = /^Error.*$/m.exec(report)?.[0];
  if (error !== undefined) throw new Error(error);
  const at = (what: string): string => {
    const name = found(report, new RegExp(`^${what}: (\\S+)`, 'm'));
    return names.get(name) ?? registerOf(text, name) ?? name;
  };
  return {
    area: Number(found(log, /Chip area for module[^:]*: ([\d.]+)/)),
    path: CLOCK - Number(found(report, /(-?[\d.]+)\s+slack/)),
    from: at('Startpoint'),
    to: at('Endpoint'),
  };
}

/** The netlist with plain names for the ports that were pins of a RAM: OpenSTA does not find them under their own. */
function plainPorts(netlist: string): { text: string; names: ReadonlyMap<string, string> } {
  const pins = new Map<string, string>();
  for (const [, name = ''] of netlist.matchAll(/^ {2}(?:input|output) \\(\S*\.\S*) ;/gm))
    pins.set(name, `pin_${pins.size}`);
  const text = netlist.replace(/\\(\S+) /g, (whole, name: string) => {
    const pin = pins.get(name);
    return pin === undefined ? whole : `${pin} `;
  });
  return { text, names: new Map([...pins].map(([name, pin]) => [pin, name])) };
}

/** What the register of a cell was called. */
function registerOf(netlist: string, cell: string): string | undefined {
  const at = netlist.indexOf(` ${cell} (`);
  if (at < 0) return undefined;
  return /\.Q\(\\?([^\s)]+)/.exec(netlist.slice(at, netlist.indexOf(';', at)))?.[1];
}

function fpga(folder: string, top: string, read: string): Fpga {
  run(folder, 'yosys', [
    '-q',
    '-p',
    `${read}; synth_xilinx -family xcup -top ${top} -flatten; tee -q -o cells.json stat -json`,
  ]);
  const text = readFileSync(join(folder, 'cells.json'), 'utf8');
  const cells = text.slice(text.indexOf('"design"'));
  const counted = (pattern: RegExp, weight = 1): number =>
    [...cells.matchAll(pattern)].reduce((sum, [, count]) => sum + weight * Number(count), 0);
  return {
    // A distributed RAM takes the LUTs of its slice half: 8 of them.
    lut: counted(/"LUT\d": (\d+)/g) + counted(/"RAM(?:32M16|64M8)": (\d+)/g, 8) + counted(/"SRL16E": (\d+)/g),
    ff: counted(/"FD[RS]E": (\d+)/g),
    dsp: counted(/"DSP48E2": (\d+)/g),
    bram: counted(/"RAMB36E2": (\d+)/g) + counted(/"RAMB18E2": (\d+)/g, 0.5),
  };
}

function dsps(folder: string, top: string, read: string): number {
  const steps = `${read}; synth_xilinx -family xcup -top ${top} -run begin:coarse; tee -q -o dsps.json stat -json`;
  run(folder, 'yosys', ['-q', '-p', steps]);
  const text = readFileSync(join(folder, 'dsps.json'), 'utf8');
  return Number(found(text.slice(text.indexOf('"design"')), /"DSP48E2": (\d+)/));
}
