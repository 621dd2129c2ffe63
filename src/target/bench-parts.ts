/** What `sim/bench.sv` is made of: players and judges of streams, players of registers, and the memory of AXI4 managers. */
import type { ControlBus, MasterBus, StreamBus, TopPort } from './design.js';

/** The memory that AXI4 managers find. */
export interface BenchMemory {
  /** Address of its first byte; bits 4:0 are 0. */
  readonly base: bigint;
  /** Words of 32 bits, a multiple of 8. */
  readonly words: number;
  /** All words, one in hexadecimal a line: a file of `vectors/`. */
  readonly image: string;
  /** What it has to hold at the end: `<word> <data> <mask>` a line, in hexadecimal; bits that are not in the mask may be anything. */
  readonly expected: string;
}

/** Two channels of a manager, or all of them. */
export interface MasterSide extends MasterBus {
  readonly addressBits: number;
  readonly reads: boolean;
  readonly writes: boolean;
}

/** Which channels the ports of a manager have. */
export const masterSides = (masters: readonly MasterBus[], ports: readonly TopPort[]): readonly MasterSide[] =>
  masters.map((master) => ({
    ...master,
    addressBits: ports.find(({ name }) => /_a[rw]addr$/.test(name) && name.startsWith(`${master.prefix}_`))?.bits ?? 0,
    reads: ports.some(({ name }) => name === `${master.prefix}_arvalid`),
    writes: ports.some(({ name }) => name === `${master.prefix}_awvalid`),
  }));

/** An AXI4-Stream into the top; `again`: its beats come again and again. */
export const streamPlayer = ({ prefix, bits }: StreamBus, file: string, again: boolean, index: number): string => `
  logic [31:0] ${prefix}_beats;
  logic        ${prefix}_finished;
  stream_player #(.W(${bits}), .AGAIN(${again ? 1 : 0}), .FILE("${file}")) u_play_${prefix} (
    .aclk(aclk), .aresetn(aresetn), .seed(seed + ${index}), .stall(stall), .tvalid(${prefix}_tvalid),
    .tready(${prefix}_tready), .tdata(${prefix}_tdata), .tlast(${prefix}_tlast), .beats(${prefix}_beats),
    .finished(${prefix}_finished)
  );
`;

/** An AXI4-Stream out of the top. */
export const streamJudge = ({ prefix, bits }: StreamBus, file: string, index: number): string => `
  logic [31:0] ${prefix}_beats;
  logic [31:0] ${prefix}_wrong;
  logic        ${prefix}_finished;
  stream_judge #(.W(${bits}), .FILE("${file}")) u_judge_${prefix} (
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

/** Wires of an AXI4-Lite port. */
const liteWires = [
  ...['awvalid', 'awready', 'awaddr', 'awprot', 'wvalid', 'wready', 'wdata', 'wstrb', 'bvalid', 'bready', 'bresp'],
  ...['arvalid', 'arready', 'araddr', 'arprot', 'rvalid', 'rready', 'rdata', 'rresp'],
];

/** A processor at an AXI4-Lite port. */
export const litePlayer = (
  { prefix, addressBits }: ControlBus,
  file: string,
  interrupt: string | undefined,
  index: number,
): string => `
  logic [31:0] ${prefix}_beats;
  logic [31:0] ${prefix}_wrong;
  logic        ${prefix}_finished;
  lite_player #(.AW(${addressBits}), .FILE("${file}")) u_play_${prefix} (
    .aclk(aclk), .aresetn(aresetn), .seed(seed + ${200 + index}), .stall(stall), .irq(${interrupt ?? "1'b0"}),
${connections(prefix, liteWires)}    .beats(${prefix}_beats), .wrong(${prefix}_wrong), .finished(${prefix}_finished)
  );
`;

const connections = (prefix: string, wires: readonly string[]): string =>
  wires.map((wire) => `    .${wire}(${prefix}_${wire}),\n`).join('');

const readWires = [
  ...['arvalid', 'arready', 'araddr', 'arlen', 'arsize', 'arburst', 'rvalid', 'rready', 'rdata', 'rresp', 'rlast'],
];
const writeWires = [
  ...['awvalid', 'awready', 'awaddr', 'awlen', 'awsize', 'awburst', 'wvalid', 'wready', 'wdata', 'wstrb', 'wlast'],
  ...['bvalid', 'bready', 'bresp'],
];

/** The memory, with the comparison at the end of a run as task `compare`, which counts in `compared` and `different`. */
export const memoryText = ({ base, words }: BenchMemory, image: string, expected: string): string => `
  // The memory: what is in it at the begin, and what has to be in it at the end.
  localparam logic [63:0] BASE = 64'h${base.toString(16)};
  localparam int WORDS = ${words};
  logic [31:0] memory [0:WORDS-1];
  integer      due;        // file of what is expected
  integer      got;
  integer      compared;   // words
  integer      different;
  logic [31:0] index;
  logic [31:0] value;
  logic [31:0] mask;

  initial begin
    compared = 0;
    different = 0;
    $readmemh("${image}", memory);
  end

  task compare;
    begin
      due = $fopen("${expected}", "r");
      if (due == 0) begin
        $display("FAIL: ${expected} cannot be read");
        $fatal;
      end
      got = $fscanf(due, "%h %h %h", index, value, mask);
      while (got == 3) begin
        compared = compared + 1;
        if ((memory[index] & mask) !== (value & mask)) begin
          different = different + 1;
          if (different <= 10)
            $display("memory at %h: expected %h under %h, got %h", BASE + 4 * index, value, mask, memory[index]);
        end
        got = $fscanf(due, "%h %h %h", index, value, mask);
      end
      $fclose(due);
    end
  endtask
`;

/** A manager at the memory. */
export function memoryPort({ prefix, bits, addressBits, reads, writes }: MasterSide, index: number): string {
  const lanes = bits / 32;
  const side = (kind: 'reads' | 'writes', seed: number): string =>
    [
      `  axi_${kind} #(.AW(${addressBits}), .W(${bits}), .BASE(BASE), .BYTES(4 * WORDS)) u_${kind}_${prefix} (`,
      `    .aclk(aclk), .aresetn(aresetn), .seed(seed + ${seed}), .stall(stall),`,
      `${connections(prefix, kind === 'reads' ? readWires : writeWires)}`,
    ].join('\n');
  const words = Array.from({ length: lanes }, (_, k) => `memory[${prefix}_at + ${lanes - 1 - k}]`);
  const read = `
  logic [31:0] ${prefix}_read_beats;
  logic [31:0] ${prefix}_read_wrong;
  logic [63:0] ${prefix}_place;
  wire  [31:0] ${prefix}_at = (${prefix}_place - BASE) >> 2;
${side('reads', 300 + index)}    .place(${prefix}_place), .word({${words.join(', ')}}),
    .beats(${prefix}_read_beats), .wrong(${prefix}_read_wrong)
  );
`;
  const write = `
  logic [31:0] ${prefix}_write_beats;
  logic [31:0] ${prefix}_write_wrong;
  logic        ${prefix}_write;
  logic [63:0] ${prefix}_target;
  logic [${bits - 1}:0] ${prefix}_data;
  logic [${bits / 8 - 1}:0] ${prefix}_strobe;
${side('writes', 400 + index)}    .write(${prefix}_write), .place(${prefix}_target), .data(${prefix}_data), .strobe(${prefix}_strobe),
    .beats(${prefix}_write_beats), .wrong(${prefix}_write_wrong)
  );
  always @(negedge aclk)
    if (${prefix}_write)
      for (int k = 0; k < ${bits / 8}; k++)
        if (${prefix}_strobe[k]) memory[((${prefix}_target - BASE) >> 2) + k / 4][8 * (k % 4) +: 8] = ${prefix}_data[8 * k +: 8];
`;
  return `${reads ? read : ''}${writes ? write : ''}`;
}
