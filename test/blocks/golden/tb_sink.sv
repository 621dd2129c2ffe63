// tb_sink - test bench: takes a stream with random stalls and keeps a checksum of its beats
//
// checksum becomes rotate_left(checksum, 5) + (sum of the 32-bit words of tdata) + tlast with every
// beat, modulo 2^32;
// it depends on contents and order, not on the cycles in which the beats came. tready does not
// depend on tvalid.
//
// W       width of tdata, 1 to 4096
// STALL   probability of a stalled cycle, in 256ths, 0 to 255
// SEED    seed of the stalls, 1 to 65535
`default_nettype none
module tb_sink #(
  parameter int W     = 8,
  parameter int STALL = 64,
  parameter int SEED  = 2
) (
  input  logic         aclk,
  input  logic         aresetn,

  input  logic         s_axis_tvalid,
  output logic         s_axis_tready,
  input  logic [W-1:0] s_axis_tdata,
  input  logic         s_axis_tlast,

  output logic [31:0]  beats,   // beats taken
  output logic [31:0]  frames,  // beats taken with tlast
  output logic [31:0]  checksum
);

  localparam int WORDS = (W + 31) / 32;

`ifndef SYNTHESIS
  initial begin
    if (W > 4096) $fatal(1, "tb_sink: W must be at most 4096");
    if (STALL > 255) $fatal(1, "tb_sink: STALL must be at most 255");
    if (SEED > 65535) $fatal(1, "tb_sink: SEED must be at most 65535");
    if ((W + 31) / 32 * 32 < W) $fatal(1, "tb_sink: whole words hold a beat");
  end
`endif

  logic [31:0] beats_q;
  logic [31:0] frames_q;
  logic [31:0] checksum_q;
  logic [31:0] chance_q;  // decides when this side is open

  logic [31:0] chance_left;
  logic [31:0] chance_right;
  assign chance_left  = chance_q ^ (chance_q << 13);
  assign chance_right = chance_left ^ (chance_left >> 17);

  always_ff @(posedge aclk) begin
    if (!aresetn) chance_q <= 32'(SEED);
    else chance_q <= chance_right ^ (chance_right << 5);
  end

  logic                        open;
  logic                        take;
  logic [WORDS*32-1:0]         words;
  logic [32+$clog2(WORDS)-1:0] total;
  logic [31:0]                 turned;
  assign open  = 9'(chance_q[31:24]) + 9'd1 > 9'(STALL);
  assign take  = s_axis_tvalid && s_axis_tready;
  assign words = (WORDS*32)'(s_axis_tdata);

  always_comb begin
    total = '0;
    for (int k = 0; k < WORDS; k = k + 1) total = total + (32+$clog2(WORDS))'(words[k*32 +: 32]);
  end

  assign turned = (checksum_q << 5) | (checksum_q >> 27);

  assign s_axis_tready = open;
  assign beats         = beats_q;
  assign frames        = frames_q;
  assign checksum      = checksum_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      beats_q    <= '0;
      checksum_q <= '0;
      frames_q   <= '0;
    end else begin
      if (take) begin
        beats_q    <= beats_q + 32'd1;
        checksum_q <= turned + total[31:0] + 32'(s_axis_tlast);
      end
      if (take && s_axis_tlast) frames_q <= frames_q + 32'd1;
    end
  end

endmodule
`default_nettype wire
