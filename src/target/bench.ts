/**
 * A self-checking test bench in SystemVerilog around the top: it plays the vectors of a build into RTL or into a
 * netlist of gates, under random pauses at every stream, in whatever simulator a user has.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TargetDesign, TopPort } from './design.js';

const simFolder = fileURLToPath(new URL('../../sim/', import.meta.url));
const parts = ['stream_player.sv', 'stream_judge.sv', 'axi4stream_checker.sv'];

/** File of vectors by prefix of the stream: `input.hex`, `output.hex`, `dense_3_weights.hex`. */
export type VectorFiles = Readonly<Record<string, string>>;

export interface BenchOptions {
  readonly vectors: VectorFiles;
  /** Cycles without any beat after which a run counts as hung. */
  readonly patience?: number;
}

/** Files by path below the directory of a build: `sim/*.sv` and a Makefile with the commands of each simulator. */
export function benchFiles(design: TargetDesign, options: BenchOptions): ReadonlyMap<string, string> {
  const files = new Map(parts.map((name) => [`sim/${name}`, readFileSync(`${simFolder}${name}`, 'utf8')]));
  files.set('sim/bench.sv', benchText(design, options));
  files.set('sim/Makefile', makefile(design));
  return files;
}

function benchText(design: TargetDesign, { vectors, patience = 100_000 }: BenchOptions): string {
  const { top, ports, streamsIn, streamsOut, title } = design;
  const file = (prefix: string): string => {
    const name = vectors[prefix];
    if (name === undefined) throw new Error(`${prefix}: no vectors`);
    return `../vectors/${name}`;
  };
  const [samples, ...weights] = streamsIn;
  const streams = [...streamsIn, ...streamsOut].map(({ prefix }) => prefix);
  const ofStream = ({ name }: TopPort): boolean =>
    streams.some((prefix) => ['tvalid', 'tready', 'tdata', 'tlast'].some((wire) => name === `${prefix}_${wire}`));
  const others = ports.filter((port) => !ofStream(port) && port.name !== 'aclk' && port.name !== 'aresetn');
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
  const sum = (suffix: string, list: readonly { prefix: string }[], operator: string): string =>
    list.map(({ prefix }) => `${prefix}_${suffix}`).join(` ${operator} `);
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
${player(samples, false, 0)}${weights.map((each, index) => player(each, true, index + 1)).join('')}${streamsOut.map(judge).join('')}
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
    idle = (${sum('beats', [...streamsIn, ...streamsOut], '+')}) == moved ? idle + 1 : 0;
    moved = ${sum('beats', [...streamsIn, ...streamsOut], '+')};
    if (${sum('finished', streamsOut, '&&')} && ${samples.prefix}_finished && idle > 1000) finish(1'b1);
    else if (idle > patience) finish(1'b0);
  end

  task finish(input logic ended);
    begin
      if (ended && ${sum('wrong == 0', streamsOut, '&&')} && ${sum('violations == 0', streamsOut, '&&')}) begin
        $display("PASS: %0d beats equal, %0d cycles", ${sum('beats', streamsOut, '+')}, cycles);
        $finish;
      end else begin
        if (!ended) $display("nothing moved for %0d cycles: %0d beats in, %0d out", patience, ${samples.prefix}_beats, ${sum('beats', streamsOut, '+')});
        $display("FAIL: %0d of %0d beats wrong", ${sum('wrong', streamsOut, '+')}, ${sum('beats', streamsOut, '+')});
        $fatal;
      end
    end
  endtask

endmodule
\`default_nettype wire
`;
}

function makefile({ sources }: TargetDesign): string {
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
