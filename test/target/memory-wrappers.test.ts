/** Memories made of macros: clean text, in step with the memory that they replace, checked where a macro knows less. */
import { execaSync } from 'execa';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dirSync } from 'tmp';
import { describe, expect, it } from 'vitest';
import { Fifo } from '../../src/blocks/stream/fifo.js';
import { LaneRam } from '../../src/blocks/memory/lane-ram.js';
import { RegisteredRam } from '../../src/blocks/memory/registered-ram.js';
import { designSpec } from '../../src/cosim/design-participants.js';
import { type Participant, verilatorParticipant } from '../../src/cosim/participant.js';
import { runRandomLockstep } from '../../src/cosim/random-lockstep.js';
import { buildModel } from '../../src/cosim/verilator-build.js';
import { buildDesign } from '../../src/hdl/index.js';
import { createSimulation } from '../../src/simulator/index.js';
import { type MemoryMacro, wrapMemories } from '../../src/target/memory-wrappers.js';
import { emitDesign } from '../../src/verilog/index.js';
import { haveTools, lint } from '../verilog/tools.js';

const design = buildDesign(LaneRam);
const sources = emitDesign(design);

const macro = (depth: number, width: number, same: 'old' | 'unknown' = 'old'): MemoryMacro => ({
  ...{ module: `rf_${depth}x${width}`, depth, width, lef: 'rf.lef', gds: 'rf.gds', libraries: {} },
  ports: {
    ...{
      write_clock: 'CLKW',
      read_clock: 'CLKR',
      write_address: 'AW',
      write_data: 'D',
      read_address: 'AR',
      read_data: 'Q',
    },
    write_enable: { name: 'WEN', active: 'low' },
    write_mask: { name: 'M', active: 'high' },
    read_enable: { name: 'REN', active: 'low' },
    ...{ same_address: same, tied: { EMA: "3'b010" } },
  },
});

/** What the compiler of a foundry would give, with the old word at a read of the same address. */
const model = ({ module, depth, width }: MemoryMacro) => ({
  name: `${module}.sv`,
  text: `module ${module} (
  input logic CLKW, input logic CLKR, input logic WEN, input logic [${width - 1}:0] M,
  input logic [${Math.log2(depth) - 1}:0] AW, input logic [${width - 1}:0] D,
  input logic REN, input logic [${Math.log2(depth) - 1}:0] AR, output logic [${width - 1}:0] Q, input logic [2:0] EMA
);
  logic [${width - 1}:0] cells [0:${depth - 1}];
  logic unused;
  assign unused = &{1'b0, EMA};
  always_ff @(posedge CLKR) if (!REN) Q <= cells[AR];
  always_ff @(posedge CLKW) if (!WEN) cells[AW] <= (cells[AW] & ~M) | (D & M);
endmodule
`,
});

const macros = [macro(8, 4), macro(16, 12)];
const wrapped = [...macros.map(model), ...wrapMemories(sources, macros)];

describe('memories of macros', () => {
  it('stay as they are where no macro has ports, a mask, or a depth that fits', () => {
    const { ports, ...bare } = macro(16, 12);
    const { write_mask: _, ...unmasked } = ports!;
    expect(wrapMemories(sources, [bare])).toEqual(sources);
    expect(wrapMemories(sources, [{ ...bare, ports: unmasked }])).toEqual(sources);
    expect(wrapMemories(sources, [macro(24, 12)])).toEqual(sources);
    const others = [{ name: 'gearbox.sv', text: 'module gearbox;\nendmodule\n' }];
    expect(wrapMemories(others, macros)).toEqual(others);
  });

  it('say so in their head', () => {
    expect(wrapped.at(-1)?.text).toContain('// On this chip: rf_16x12, rf_8x4, registers where none is half full.');
  });

  it.runIf(haveTools('verilator', 'yosys', 'iverilog'))('have no warning at any size', async () => {
    const sizes = [
      { LANES: 7, W: 8, DEPTH: 40 }, // rf_16x12, three rows, five columns
      { LANES: 2, W: 2, DEPTH: 4 }, // rf_8x4, half of it
      { LANES: 1, W: 1, DEPTH: 2 }, // registers
      { LANES: 3, W: 4, DEPTH: 16 }, // exactly one
    ];
    expect(await lint(wrapped, 'lane_ram', sizes)).toBe('');
  });

  it.runIf(haveTools('verilator'))('are in step with the memory that they replace', async () => {
    // Every address has a word: four rows, five columns, the last one not full.
    const params = { LANES: 7, W: 8, DEPTH: 64 };
    const build = await buildModel(designSpec({ design, params, text: wrapped }));
    const simulator: Participant = {
      ...{ name: 'simulator', compare: 'exact' },
      create: () => createSimulation(design, { params }),
    };
    const participants = [simulator, verilatorParticipant(build)];
    for (const seed of [1n, 2n, 3n]) expect(runRandomLockstep({ participants, seed, cycles: 1500 })).toBeUndefined();
  });

  it.runIf(haveTools('iverilog'))('tell where they read a word that is being written, if the macro cannot', () => {
    const files = [model(macro(16, 12)), ...wrapMemories(sources, [macro(16, 12, 'unknown')])];
    const cwd = dirSync({ unsafeCleanup: true }).name;
    for (const { name, text } of files) writeFileSync(join(cwd, name), text);
    const bench = `module bench;
  reg clock = 0; reg [3:0] from = 3;
  lane_ram #(.LANES(3), .W(4), .DEPTH(16)) dut (.aclk(clock), .wr_en(1'b1), .wr_lanes(3'b111), .wr_addr(4'd5),
    .wr_data(12'd9), .rd_en(1'b1), .rd_addr(from), .rd_data());
  initial begin #1 clock = 1; #1 clock = 0; $display("apart"); from = 5; #1 clock = 1; #1 $finish; end
endmodule
`;
    writeFileSync(join(cwd, 'bench.sv'), bench);
    execaSync('iverilog', ['-g2012', '-s', 'bench', '-o', 'b.vvp', 'bench.sv', ...files.map(({ name }) => name)], {
      cwd,
    });
    const said = execaSync('vvp', ['-N', 'b.vvp'], { cwd, reject: false, all: true }).all;
    expect(said).toMatch(/^apart\n[^]*cannot read the word that is being written/);
  });
});

describe('a fifo of macros', () => {
  // What such a macro shows of a word that is being written is never looked at.
  const small = [macro(8, 4, 'unknown'), macro(16, 12, 'unknown')];
  const plain = emitDesign(buildDesign(Fifo));
  const chip = [...small.map(model), ...wrapMemories(plain, small)];
  const sizes = [
    { W: 30, DEPTH: 40 }, // rf_16x12, three rows, three columns
    { W: 2, DEPTH: 5 }, // rf_8x4
    { W: 12, DEPTH: 16 }, // exactly one
    { W: 9, DEPTH: 1 }, // registers
  ];

  it.runIf(haveTools('verilator', 'yosys', 'iverilog'))('has no warning at any size', async () => {
    expect(await lint(chip, 'fifo', sizes)).toBe('');
  });

  it.runIf(haveTools('iverilog'))('is the fifo of registers in every cycle', () => {
    const cwd = dirSync({ unsafeCleanup: true }).name;
    const twins = plain.map(({ name, text }) => ({
      name: `plain_${name}`,
      text: text.replace('module fifo', 'module plain_fifo'),
    }));
    const pairs = sizes.map(
      ({ W, DEPTH }, k) =>
        `  pair #(.W(${W}), .DEPTH(${DEPTH})) u_${k} (.aclk(aclk), .aresetn(aresetn), .rates(rates));\n`,
    );
    const bench = `module pair #(parameter int W = 8, parameter int DEPTH = 4) (input logic aclk, input logic aresetn, input wire [31:0] rates);
  logic valid = 0, ready = 0, sa, sb, ma, mb; logic [W-1:0] data = 0, da, db; logic [$clog2(DEPTH+1)-1:0] la, lb;
  integer seed = W, beats = 0, wrong = 0;
  fifo #(.W(W), .DEPTH(DEPTH)) a (.aclk, .aresetn, .s_axis_tvalid(valid), .s_axis_tready(sa), .s_axis_tdata(data),
    .m_axis_tvalid(ma), .m_axis_tready(ready), .m_axis_tdata(da), .level(la));
  plain_fifo #(.W(W), .DEPTH(DEPTH)) b (.aclk, .aresetn, .s_axis_tvalid(valid), .s_axis_tready(sb), .s_axis_tdata(data),
    .m_axis_tvalid(mb), .m_axis_tready(ready), .m_axis_tdata(db), .level(lb));
  always @(negedge aclk) begin
    if (aresetn && (sa !== sb || ma !== mb || la !== lb || (mb && da !== db))) wrong = wrong + 1;
    if (aresetn && mb && ready) beats = beats + 1;
  end
  // Filling, emptying, both at full rate, and anything between.
  always @(posedge aclk) begin
    #1 valid = $urandom(seed) % 8 < rates / 16;
    ready = $urandom % 8 < rates % 16;
    data = {$urandom, $urandom};
  end
endmodule
module bench;
  logic aclk = 0, aresetn = 0; integer k; logic [31:0] rates = 8;
${pairs.join('')}  initial begin
    for (k = 0; k < 6000; k = k + 1) begin
      #5 aclk = 1; #5 aclk = 0;
      aresetn = k > 3 && k % 1511 != 0;
      if (k % 60 == 0) rates = 16 * ($urandom % 9) + $urandom % 9;
    end
${sizes.map((_, k) => `    $display("%0d beats, %0d wrong", u_${k}.beats, u_${k}.wrong);\n`).join('')}    $finish;
  end
endmodule
`;
    const files = [...chip, ...twins, { name: 'bench.sv', text: bench }];
    for (const { name, text } of files) writeFileSync(join(cwd, name), text);
    execaSync('iverilog', ['-g2012', '-s', 'bench', '-o', 'b.vvp', ...files.map(({ name }) => name)], { cwd });
    const said = execaSync('vvp', ['-N', 'b.vvp'], { cwd })
      .stdout.split('\n')
      .filter((line) => !line.includes('$finish'));
    expect(said).toHaveLength(sizes.length);
    for (const line of said) expect(line).toMatch(/^\d{3,} beats, 0 wrong$/);
  });
});

describe('a registered_ram of macros', () => {
  const plain = emitDesign(buildDesign(RegisteredRam));

  it.runIf(haveTools('iverilog')).each(['old', 'unknown'] as const)(
    'is that of registers; with macros of %s words, but for reads of a word that is being written',
    (same) => {
      const macros = [macro(16, 12, same)];
      const chip = [...macros.map(model), ...wrapMemories(plain, macros)];
      const twins = plain.map(({ name, text }) => ({
        name: `plain_${name}`,
        text: text.replace('module registered_ram', 'module plain_ram'),
      }));
      const bench = `module bench;
  logic aclk = 0, we = 0, re = 0, met = 0; logic [4:0] wa = 0, ra = 0; logic [29:0] wd = 0, qa, qb;
  integer k, wrong = 0, differ = 0, reads = 0;
  registered_ram #(.W(30), .DEPTH(32)) a (.aclk, .wr_en(we), .wr_addr(wa), .wr_data(wd), .rd_en(re), .rd_addr(ra), .rd_data(qa));
  plain_ram #(.W(30), .DEPTH(32)) b (.aclk, .wr_en(we), .wr_addr(wa), .wr_data(wd), .rd_en(re), .rd_addr(ra), .rd_data(qb));
  initial begin
    for (k = 0; k < 4000; k = k + 1) begin
      we = k < 32 || $urandom % 2; wa = k < 32 ? k : $urandom % 32; wd = $urandom;
      re = k > 32 && $urandom % 2; ra = $urandom % 4 == 0 ? wa : $urandom % 32;
      #1 if (re) begin reads = reads + 1; met = we && wa == ra; end
      #4 aclk = 1; #5 aclk = 0;
      if (reads > 0 && qa !== qb) begin if (met) differ = differ + 1; else wrong = wrong + 1; end
    end
    $display("%0d reads, %0d wrong, %0d others", reads, wrong, differ);
  end
endmodule
`;
      const cwd = dirSync({ unsafeCleanup: true }).name;
      const files = [...chip, ...twins, { name: 'bench.sv', text: bench }];
      for (const { name, text } of files) writeFileSync(join(cwd, name), text);
      execaSync('iverilog', ['-g2012', '-s', 'bench', '-o', 'b.vvp', ...files.map(({ name }) => name)], { cwd });
      const said = execaSync('vvp', ['-N', 'b.vvp'], { cwd }).stdout;
      expect(said).toMatch(
        same === 'old' ? /^\d{4} reads, 0 wrong, 0 others$/ : /^\d{4} reads, 0 wrong, [1-9]\d+ others$/,
      );
    },
  );
});
