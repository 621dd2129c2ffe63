// engine_parameters - parameters of channels, PQ sets: planes 0 bias, 1 mult, 2 shift, 3..
// thresholds
//
// A write stores the words of a group of D channels, channel 0 lowest, in one plane. A read shows
// all planes of a group one cycle later; a write of the same cycle to the same group is not seen.
// No reset.
//
// D        channels of a group, >= 1
// GROUPS   groups of a set, >= 1
// PQ       sets, a power of two, 2 to 256
// MUL      1: there are multipliers, 0 to 1
// NTHR     thresholds of a channel, 0 to 15
`default_nettype none
module engine_parameters #(
  parameter int D      = 2,
  parameter int GROUPS = 4,
  parameter int PQ     = 2,
  parameter int MUL    = 1,
  parameter int NTHR   = 0
) (
  input  logic                                       aclk,
  input  logic                                       write,
  input  logic [4:0]                                 write_plane,
  input  logic [$clog2(PQ)-1:0]                      write_set,
  input  logic [(GROUPS>1 ? $clog2(GROUPS) : 1)-1:0] write_group,
  input  logic [D*32-1:0]                            write_data,
  input  logic [$clog2(PQ)-1:0]                      read_set,
  input  logic [(GROUPS>1 ? $clog2(GROUPS) : 1)-1:0] read_group,
  output logic [D*32-1:0]                            bias,
  output logic [D*32-1:0]                            mult,
  output logic [D*32-1:0]                            shift,
  // threshold i of channel d is element d * NTHR + i
  output logic [D*(NTHR>1 ? NTHR : 1)*32-1:0]        thresholds
);

  localparam int W       = D * 32;                // bits of a group in a plane
  localparam int ENTRIES = GROUPS * PQ;
  localparam int PLANE_W = $clog2(NTHR + 4) + 5;  // bits of the number of a plane

`ifndef SYNTHESIS
  initial begin
    if (PQ < 2) $fatal(1, "engine_parameters: PQ must be at least 2");
    if (PQ > 256) $fatal(1, "engine_parameters: PQ must be at most 256");
    if (MUL > 1) $fatal(1, "engine_parameters: MUL must be at most 1");
    if (NTHR > 15) $fatal(1, "engine_parameters: NTHR must be at most 15");
    if ($clog2(PQ + 1) != $clog2(PQ) + 1) $fatal(1, "engine_parameters: PQ is a power of two");
  end
`endif

  logic [W-1:0] biases [0:ENTRIES-1];

  // place of a write: the sets lie between each other
  logic [(GROUPS>1 ? $clog2(GROUPS) : 1)+$clog2(PQ)-1:0] at;
  logic [(GROUPS>1 ? $clog2(GROUPS) : 1)+$clog2(PQ)-1:0] from;
  assign at   = {write_group, write_set};
  assign from = {read_group, read_set};

  always_ff @(posedge aclk) begin
    if (write && write_plane == 5'd0) biases[32'(at)] <= write_data;
  end

  logic [W-1:0] biases_read_q;

  always_ff @(posedge aclk) begin
    biases_read_q <= biases[32'(from)];
  end

  logic [W-1:0] shifts [0:ENTRIES-1];

  assign bias = biases_read_q;

  always_ff @(posedge aclk) begin
    if (write && write_plane == 5'd2) shifts[32'(at)] <= write_data;
  end

  logic [W-1:0] shifts_read_q;

  always_ff @(posedge aclk) begin
    shifts_read_q <= shifts[32'(from)];
  end

  assign shift = shifts_read_q;

  if (MUL > 0) begin : g_mult
    logic [W-1:0] mults [0:ENTRIES-1];

    always_ff @(posedge aclk) begin
      if (write && write_plane == 5'd1) mults[32'(at)] <= write_data;
    end

    logic [W-1:0] mults_read_q;

    always_ff @(posedge aclk) begin
      mults_read_q <= mults[32'(from)];
    end

    assign mult = mults_read_q;
  end else begin : g_mult_else
    assign mult = '0;
  end

  if (NTHR > 0) begin : g_thresholds
    logic [NTHR*D*32-1:0] levels;

    for (genvar i = 0; i < NTHR; i = i + 1) begin : g_level
      logic [W-1:0] level [0:ENTRIES-1];

      always_ff @(posedge aclk) begin
        if (write && PLANE_W'(write_plane) == PLANE_W'(i + 3)) level[32'(at)] <= write_data;
      end

      logic [W-1:0] level_read_q;

      always_ff @(posedge aclk) begin
        level_read_q <= level[32'(from)];
      end

      assign levels[i*D*32 +: D*32] = level_read_q;

      logic unused_bits;  // takes what nothing else reads
      assign unused_bits = &{1'b0, level_read_q};
    end

    logic [D*NTHR*32-1:0] ordered;

    for (genvar j = 0; j < D; j = j + 1) begin : g_channel
      for (genvar k = 0; k < NTHR; k = k + 1) begin : g_own
        assign ordered[(j*NTHR+k)*32 +: 32] = levels[(k*D+j)*32 +: 32];
      end
    end

    assign thresholds = (D*(NTHR>1 ? NTHR : 1)*32)'(ordered);
  end else begin : g_thresholds_else
    assign thresholds = '0;
  end

endmodule
`default_nettype wire
