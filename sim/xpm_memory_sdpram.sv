// Stand-in for AMD's memory macro, for lint and co-simulation: one clock, whole words, read_first
//
// Only what src/blocks/vendor/xpm-memory-sdpram.ts models. Synthesis takes the vendor's own.
`default_nettype none
module xpm_memory_sdpram #(
  parameter int ADDR_WIDTH_A = 6,
  parameter int ADDR_WIDTH_B = 6,
  parameter int WRITE_DATA_WIDTH_A = 32,
  parameter int READ_DATA_WIDTH_B = 32,
  parameter int BYTE_WRITE_WIDTH_A = 32,
  parameter int MEMORY_SIZE = 2048,
  parameter int READ_LATENCY_B = 1,
  parameter CLOCKING_MODE = "common_clock",
  parameter MEMORY_PRIMITIVE = "block",
  parameter WRITE_MODE_B = "read_first"
) (
  input  wire logic clka,
  input  wire logic ena,
  input  wire logic [WRITE_DATA_WIDTH_A/BYTE_WRITE_WIDTH_A-1:0] wea,
  input  wire logic [ADDR_WIDTH_A-1:0] addra,
  input  wire logic [WRITE_DATA_WIDTH_A-1:0] dina,
  input  wire logic clkb,
  input  wire logic enb,
  input  wire logic [ADDR_WIDTH_B-1:0] addrb,
  input  wire logic regceb,
  input  wire logic rstb,
  input  wire logic sleep,
  input  wire logic injectsbiterra,
  input  wire logic injectdbiterra,
  output logic [READ_DATA_WIDTH_B-1:0] doutb
);
  localparam int WORDS = MEMORY_SIZE / WRITE_DATA_WIDTH_A;
  logic [WRITE_DATA_WIDTH_A-1:0] words [0:WORDS-1];
  logic [READ_DATA_WIDTH_B-1:0] first_q = '0;
  logic [READ_DATA_WIDTH_B-1:0] last_q = '0;
  logic unused;

  initial begin
    for (int i = 0; i < WORDS; i = i + 1) words[i] = '0;
    if (CLOCKING_MODE != "common_clock" || WRITE_MODE_B != "read_first") $display("%m: not modelled");
    if (MEMORY_PRIMITIVE != "block") $display("%m: not modelled");
  end

  always @(posedge clka) begin
    if (rstb && READ_LATENCY_B == 1) first_q <= '0;
    else if (enb) first_q <= words[addrb];
    if (rstb) last_q <= '0;
    else if (regceb) last_q <= first_q;
    if (ena && wea[0]) words[addra] <= dina;
  end
  assign doutb = READ_LATENCY_B == 1 ? first_q : last_q;
  assign unused = &{clkb, sleep, injectsbiterra, injectdbiterra};
endmodule
`default_nettype wire
