/**
 * A self-checking test bench in SystemVerilog around the top: it plays the vectors of a build into RTL or into a
 * netlist of gates, under random pauses at every stream, in whatever simulator a user has.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TargetDesign, TopPort } from './design.js';

const simFolder = fileURLToPath(new URL('../../sim/', import.meta.url));
const streamParts = ['stream_player.sv', 'stream_judge.sv', 'axi4stream_checker.sv'];
const litePart = 'lite_player.sv';

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

const partsOf = (design: TargetDesign, options: BenchOptions): readonly string[] =>
  driven(design, options).length > 0 ? [...streamParts, litePart] : streamParts;

function benchText(design: TargetDesign, options: BenchOptions): string {
  const { vectors, patience = 100_000 } = options;
  const { top, ports, streamsIn, streamsOut, interrupts, title } = design;
  const controls = driven(design, options);
  const file = (prefix: string): string => {
    const name = vectors[prefix];
    if (name === undefined) throw new Error(`${prefix}: no vectors`);
    return `../vectors/${name}`;
  };
  const [samples, ...weights] = streamsIn;
  const streams = [...streamsIn, ...streamsOut].map(({ prefix }) => prefix);
  const ofStream = ({ name }: TopPort): boolean =>
    streams.some((prefix) => ['tvalid', 'tready', 'tdata', 'tlast'].some((wire) => name === `${prefix}_${wire}`));
  const ofControl = ({ name }: TopPort): boolean => controls.some(({ prefix }) => name.startsWith(`${prefix}_`));
  const others = ports.filter(
    (port) => !ofStream(port) && !ofControl(port) && port.name !== 'aclk' && port.name !== 'aresetn',
  );
  const width = (bits: number): string => (bits === 1 ? '' : `[${bits - 1}:0] `);
  const wires = ports
    .filter(({ name }) => name !== 'aclk' && name !== 'aresetn')
    .map(({ name, bits }) => `  logic ${width(bits)}${name};\n`)
    .join('');
  const tieOffs = others
    .filter(({ direction }) => direction === 'input')
    .map(({ name, bits }) => `  assign ${name} = ${bits}'d0;\n`)
    .join('');
  const player = ({ prefix, bits }: { prefix: string; bits: number }, again: boolean, index: number): string => `
  logic [31:0] ${prefix}_beats;
  logic        ${prefix}_finished;
  stream_player #(.W(${bits}), .AGAIN(${again ? 1 : 0}), .FILE("${file(prefix)}")) u_play_${prefix} (
    .aclk(aclk), .aresetn(aresetn), .seed(seed + ${index}), .stall(stall), .tvalid(${prefix}_tvalid),
    .tready(${prefix}_tready), .tdata(${prefix}_tdata), .tlast(${prefix}_tlast), .beats(${prefix}_beats),
    .finished(${prefix}_finished)
  );
`;
  const judge = ({ prefix, bits }: { prefix: string; bits: number }, index: number): string => `
  logic [31:0] ${prefix}_beats;
  logic [31:0] ${prefix}_wrong;
  logic        ${prefix}_finished;
  stream_judge #(.W(${bits}), .FILE("${file(prefix)}")) u_judge_${prefix} (
    .aclk(aclk), .aresetn(aresetn), .seed(seed + ${100 + index}), .stall(stall), .tvalid(${prefix}_tvalid),
    .tready(${prefix}_tready), .tdata(${prefix}_tdata), .tlast(${prefix}_tlast), .beats(${prefix}_beats),
    .wrong(${prefix}_wrong), .finished(${prefix}_finished)
  );

  logic [28:0] ${prefix}_violations;
  axi4stream_checker #(.DATA_W(${bits})) u_check_${prefix} (
    .aclk(aclk), .aresetn(aresetn), .tvalid(${prefix}_tvalid), .tready(${prefix}_tready), .tdata(${prefix}_tdata),
    .tkeep({${Math.ceil(bits / 8)}{1'b1}}), .tstrb({${Math.ceil(bits / 8)}{1'b1}}), .tlast(${prefix}_tlast), .tid(1'b0), .tdest(1'b0), .tuser(1'b0), .eos(1'b0),
    .violations(${prefix}_violations)
  );
`;
  const lite = ({ prefix, addressBits }: { prefix: string; addressBits: number }, index: number): string => `
  logic [31:0] ${prefix}_beats;
  logic [31:0] ${prefix}_wrong;
  logic        ${prefix}_finished;
  lite_player #(.AW(${addressBits}), .FILE("${file(prefix)}")) u_play_${prefix} (
    .aclk(aclk), .aresetn(aresetn), .seed(seed + ${200 + index}), .stall(stall), .irq(${interrupts[0] ?? "1'b0"}),
${liteWires.map((wire) => `    .${wire}(${prefix}_${wire}),\n`).join('')}    .beats(${prefix}_beats), .wrong(${prefix}_wrong), .finished(${prefix}_finished)
  );
`;
  const sum = (suffix: string, list: readonly { prefix: string }[], operator: string): string =>
    list.map(({ prefix }) => `${prefix}_${suffix}`).join(` ${operator} `);
  const counted = [...streamsIn, ...streamsOut, ...controls];
  if (samples === undefined || streamsOut.length === 0) throw new Error(`${top}: a bench needs streams at both ends`);
  return `// bench - plays the vectors of ${title} into ${top} and compares what comes out
//
// Run it with make -C sim icarus, or see the Makefile for other simulators. The last line is PASS or
// FAIL, and a failure ends the simulator with an error.
//
// +seed=N    pauses at all streams are a function of N (1)
// +stall=N   cycles in a hundred in which a stream pauses (30); 0 for full rate
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
${player(samples, false, 0)}${weights.map((each, index) => player(each, options.again?.includes(each.prefix) ?? true, index + 1)).join('')}${streamsOut.map(judge).join('')}${controls.map(lite).join('')}
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
    idle = (${sum('beats', counted, '+')}) == moved ? idle + 1 : 0;
    moved = ${sum('beats', counted, '+')};
    if (${sum('finished', [...streamsOut, ...controls], '&&')} && ${samples.prefix}_finished && idle > 1000) finish(1'b1);
    else if (idle > patience) finish(1'b0);
  end

  task finish(input logic ended);
    begin
      if (ended && ${sum('wrong == 0', [...streamsOut, ...controls], '&&')} && ${sum('violations == 0', streamsOut, '&&')}) begin
        $display("PASS: %0d beats equal, %0d cycles", ${sum('beats', streamsOut, '+')}, cycles);
        $finish;
      end else begin
        if (!ended) $display("nothing moved for %0d cycles: %0d beats in, %0d out", patience, ${samples.prefix}_beats, ${sum('beats', streamsOut, '+')});
        $display("FAIL: %0d of %0d beats wrong", ${sum('wrong', [...streamsOut, ...controls], '+')}, ${sum('beats', streamsOut, '+')});
        $fatal;
      end
    end
  endtask

endmodule
\`default_nettype wire
`;
}

/** Wires of an AXI4-Lite port. */
const liteWires = [
  ...['awvalid', 'awready', 'awaddr', 'awprot', 'wvalid', 'wready', 'wdata', 'wstrb', 'bvalid', 'bready', 'bresp'],
  ...['arvalid', 'arready', 'araddr', 'arprot', 'rvalid', 'rready', 'rdata', 'rresp'],
];

function makefile({ sources }: TargetDesign, parts: readonly string[]): string {
  return `# Runs bench.sv in the simulator that is there: make -C sim icarus | verilator | xsim | vcs | xcelium
# SEED and STALL as in bench.sv. DUT: files of the design as seen from the directory rtl, RTL where not given; a netlist
# of gates with the models of its cells otherwise (DUT="../out/netlist.v ../cells.v").
SEED  ?= 1
STALL ?= 30
PATIENCE ?= 100000
DUT   ?= ${sources.join(' ')}
BENCH  = ${parts.map((name) => `../sim/${name}`).join(' ')} ../sim/bench.sv
ARGS   = +seed=$(SEED) +stall=$(STALL) +patience=$(PATIENCE)
WORK   = ../sim/work

.PHONY: icarus verilator xsim vcs xcelium work
# Everything runs in rtl, where the contents of ROMs are.
work:
\tmkdir -p work

icarus: work
\tcd ../rtl && iverilog -g2012 -s bench -o $(WORK)/bench.vvp $(DUT) $(BENCH)
\tcd ../rtl && vvp -N $(WORK)/bench.vvp $(ARGS)

verilator: work
\tcd ../rtl && verilator --binary --timing -Wno-fatal -Wno-lint -Wno-style --top-module bench -Mdir $(WORK)/verilator $(DUT) $(BENCH)
\tcd ../rtl && $(WORK)/verilator/Vbench $(ARGS)

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
