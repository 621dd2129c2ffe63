/**
 * A self-checking test bench in SystemVerilog around the top: it plays the vectors of a build into RTL or into a
 * netlist of gates, under random pauses at every stream, in whatever simulator a user has.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type BenchMemory,
  litePlayer,
  masterSides,
  memoryPort,
  memoryText,
  streamJudge,
  streamPlayer,
} from './bench-parts.js';
import type { TargetDesign, TopPort } from './design.js';

const simFolder = fileURLToPath(new URL('../../sim/', import.meta.url));
const streamParts = ['stream_player.sv', 'stream_judge.sv', 'axi4stream_checker.sv'];
const litePart = 'lite_player.sv';
const memoryParts = ['axi_reads.sv', 'axi_writes.sv'];

/**
 * File of vectors by prefix: of the streams (`input.hex`, `output.hex`, `dense_3_weights.hex`), and of AXI4-Lite ports that
 * are to be driven (accesses as `sim/lite_player.sv` has them; without a file the port is idle).
 */
export type VectorFiles = Readonly<Record<string, string>>;

export interface BenchOptions {
  readonly vectors: VectorFiles;
  /** Cycles without any beat after which a run counts as hung. */
  readonly patience?: number;
  /** Streams behind the first one whose beats come again and again; all of them where nothing is said. */
  readonly again?: readonly string[];
  /** Streams behind the first one on which nothing comes. */
  readonly idle?: readonly string[];
  /** For tops with AXI4 managers. */
  readonly memory?: BenchMemory;
}

/** Files by path below the directory of a build: `sim/*.sv` and a Makefile with the commands of each simulator. */
export function benchFiles(design: TargetDesign, options: BenchOptions): ReadonlyMap<string, string> {
  const files = new Map(
    partsOf(design, options).map((name) => [`sim/${name}`, readFileSync(`${simFolder}${name}`, 'utf8')]),
  );
  files.set('sim/bench.sv', benchText(design, options));
  files.set('sim/Makefile', makefile(design, partsOf(design, options)));
  return files;
}

const driven = ({ controls }: TargetDesign, { vectors }: BenchOptions) =>
  controls.filter(({ prefix }) => vectors[prefix] !== undefined);

const partsOf = (design: TargetDesign, options: BenchOptions): readonly string[] => [
  ...(design.streamsIn.length + design.streamsOut.length > 0 ? streamParts : []),
  ...(driven(design, options).length > 0 ? [litePart] : []),
  ...(design.masters.length > 0 ? memoryParts : []),
];

function benchText(design: TargetDesign, options: BenchOptions): string {
  const { vectors, patience = 100_000, idle = [], again, memory } = options;
  const { top, ports, streamsOut, interrupts, title } = design;
  const streamsIn = design.streamsIn.filter(({ prefix }) => !idle.includes(prefix));
  const controls = driven(design, options);
  const masters = masterSides(design.masters, ports);
  const path = (name: string): string => `../vectors/${name}`;
  const file = (prefix: string): string => {
    const name = vectors[prefix];
    if (name === undefined) throw new Error(`${prefix}: no vectors`);
    return path(name);
  };
  if (masters.length > 0 && memory === undefined) throw new Error(`${top}: a bench needs a memory`);
  const [samples] = streamsIn;
  if (memory === undefined && (samples === undefined || streamsOut.length === 0))
    throw new Error(`${top}: a bench needs streams at both ends, or a memory`);
  const playedBy = [...streamsIn, ...streamsOut].flatMap(({ prefix }) =>
    ['tvalid', 'tready', 'tdata', 'tlast'].map((wire) => `${prefix}_${wire}`),
  );
  const drivenPort = ({ name }: TopPort): boolean =>
    playedBy.includes(name) || [...controls, ...masters].some(({ prefix }) => name.startsWith(`${prefix}_`));
  const width = (bits: number): string => (bits === 1 ? '' : `[${bits - 1}:0] `);
  const inner = ports.filter(({ name }) => name !== 'aclk' && name !== 'aresetn');
  const wires = inner.map(({ name, bits }) => `  logic ${width(bits)}${name};\n`).join('');
  const tieOffs = inner
    .filter((port) => !drivenPort(port) && port.direction === 'input')
    .map(({ name, bits }) => `  assign ${name} = ${bits}'d0;\n`)
    .join('');
  const sum = (names: readonly string[], operator = '+'): string => names.join(` ${operator} `);
  const named = (suffix: string, list: readonly { prefix: string }[]): string[] =>
    list.map(({ prefix }) => `${prefix}_${suffix}`);
  const channels = (suffix: string): string[] =>
    masters.flatMap(({ prefix, reads, writes }) => [
      ...(reads ? [`${prefix}_read_${suffix}`] : []),
      ...(writes ? [`${prefix}_write_${suffix}`] : []),
    ]);
  const counted = sum([...named('beats', [...streamsIn, ...streamsOut, ...controls]), ...channels('beats')]);
  const wrong = [
    ...named('wrong', [...streamsOut, ...controls]),
    ...channels('wrong'),
    ...(memory === undefined ? [] : ['different']),
  ];
  const ended = named('finished', [...streamsOut, ...controls, ...(samples === undefined ? [] : [samples])]);
  const right = [...wrong, ...named('violations', streamsOut)].map((name) => `${name} == 0`);
  const compared = sum([...named('beats', streamsOut), ...(memory === undefined ? [] : ['compared'])]);
  const what = memory === undefined ? 'beats' : 'words of memory';
  const progress =
    memory === undefined
      ? `%0d beats in, %0d out", patience, ${samples?.prefix}_beats, ${sum(named('beats', streamsOut))}`
      : `%0d beats read and written", patience, ${sum(channels('beats'))}`;
  const parts = [
    ...streamsIn.map((each, k) =>
      streamPlayer(each, file(each.prefix), k > 0 && (again?.includes(each.prefix) ?? true), k),
    ),
    ...streamsOut.map((each, k) => streamJudge(each, file(each.prefix), k)),
    ...controls.map((each, k) => litePlayer(each, file(each.prefix), interrupts[0], k)),
    ...(memory === undefined ? [] : [memoryText(memory, path(memory.image), path(memory.expected))]),
    ...masters.map(memoryPort),
  ];
  return `// bench - plays the vectors of ${title} into ${top} and compares what comes out
//
// Run it with make -C sim icarus, or see the Makefile for other simulators. The last line is PASS or
// FAIL, and a failure ends the simulator with an error.
//
// +seed=N    pauses at all ${memory === undefined ? 'streams' : 'ports'} are a function of N (1)
// +stall=N   cycles in a hundred in which a ${memory === undefined ? 'stream' : 'channel'} pauses (30); 0 for full rate
// +patience=N   cycles without any beat after which a run counts as hung (${patience})
\`timescale 1ns / 1ps
\`default_nettype none
module bench;

  logic        aclk;
  logic        aresetn;
  logic [31:0] seed;
  logic [31:0] stall;
  integer      idle;   // cycles since the last beat
  integer      cycles;
  integer      patience;
  logic [31:0] moved;  // beats at the edge before
${wires}${tieOffs}
  ${top} u_dut (
${ports.map(({ name }) => `    .${name}(${name})`).join(',\n')}
  );
${parts.join('')}
  initial begin
    aclk = 1'b0;
    aresetn = 1'b0;
    idle = 0;
    cycles = 0;
    moved = 0;
    seed = 1;
    stall = 30;
    patience = ${patience};
    if ($value$plusargs("seed=%d", seed)) $display("seed %0d", seed);
    if ($value$plusargs("stall=%d", stall)) $display("stall %0d %%", stall);
    if ($value$plusargs("patience=%d", patience)) $display("patience %0d", patience);
    repeat (20) begin
      #5 aclk = 1'b1;
      #5 aclk = 1'b0;
    end
    aresetn = 1'b1;
    forever begin
      #5 aclk = 1'b1;
      #5 aclk = 1'b0;
    end
  end

  always @(posedge aclk) begin
    cycles = cycles + 1;
    idle = (${counted}) == moved ? idle + 1 : 0;
    moved = ${counted};
    if (${ended.join(' && ')} && idle > 1000) finish(1'b1);
    else if (idle > patience) finish(1'b0);
  end

  task finish(input logic ended);
    begin
${memory === undefined ? '' : '      compare;\n'}      if (ended && ${right.join(' && ')}) begin
        $display("PASS: %0d ${what} equal, %0d cycles", ${compared}, cycles);
        $finish;
      end else begin
        if (!ended) $display("nothing moved for %0d cycles: ${progress});
        $display("FAIL: %0d of %0d ${what} wrong", ${sum(wrong)}, ${compared});
        $fatal;
      end
    end
  endtask

endmodule
\`default_nettype wire
`;
}

function makefile({ sources }: TargetDesign, parts: readonly string[]): string {
  return `# Runs bench.sv in the simulator that is there: make -C sim icarus | verilator | xsim | vcs | xcelium
# SEED and STALL as in bench.sv. DUT: files of the design as seen from the directory rtl, RTL where not given; a netlist
# of gates with the models of its cells otherwise (DUT="../out/netlist.v ../cells.v"). Models whose registers wake up
# unknown make results unknown (a ^ a): tell the simulator to begin with 0 or 1 (VCS +vcs+initreg+random, Xcelium
# -xminitialize). A netlist is compiled soonest by VERILATOR_FLAGS="-MAKEFLAGS OPT_FAST=-O0".
SEED  ?= 1
STALL ?= 30
PATIENCE ?= 100000
VERILATOR_FLAGS ?=
DUT   ?= ${sources.join(' ')}
BENCH  = ${parts.map((name) => `../sim/${name}`).join(' ')} ../sim/bench.sv
ARGS   = +seed=$(SEED) +stall=$(STALL) +patience=$(PATIENCE)
WORK   = ../sim/work

.DEFAULT_GOAL := icarus
.PHONY: icarus verilator xsim vcs xcelium work
# Everything runs in rtl, where the contents of ROMs are.
work:
\tmkdir -p work

icarus: work
\tcd ../rtl && iverilog -g2012 -s bench -o $(WORK)/bench.vvp $(DUT) $(BENCH)
\tcd ../rtl && vvp -N $(WORK)/bench.vvp $(ARGS)

verilator: work
\tcd ../rtl && verilator --binary --timing -Wno-fatal -Wno-lint -Wno-style $(VERILATOR_FLAGS) --top-module bench -Mdir $(WORK)/verilator $(DUT) $(BENCH)
\tcd ../rtl && $(WORK)/verilator/Vbench +verilator+seed+$(SEED) $(ARGS)

xsim:
\tcd ../rtl && xvlog -sv $(DUT) $(BENCH) && xelab bench -s bench -timescale 1ns/1ps
\tcd ../rtl && xsim bench -runall -testplusarg seed=$(SEED) -testplusarg stall=$(STALL) -testplusarg patience=$(PATIENCE)

vcs: work
\tcd ../rtl && vcs -full64 -sverilog -timescale=1ns/1ps -top bench -o $(WORK)/simv $(DUT) $(BENCH)
\tcd ../rtl && $(WORK)/simv $(ARGS)

xcelium:
\tcd ../rtl && xrun -64bit -sv -timescale 1ns/1ps -top bench $(DUT) $(BENCH) $(ARGS)
`;
}
