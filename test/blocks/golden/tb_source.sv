// tb_source - test bench: a stream of random beats in frames, with random stalls
//
// Beat n of a frame has tlast where n = FRAME - 1. After COUNT beats the source falls silent and
// done is high.
// tvalid is registered, low after reset, and held until the beat moves. W, FRAME and SEED decide
// the beats, STALL and PACE only when they come. Needs a cycle of reset before its first.
//
// W       width of tdata, 1 to 4096
// FRAME   beats in a frame, >= 1
// STALL   probability of a stalled cycle, in 256ths, 0 to 255
// SEED    seed of the beats, 1 to 65535
// PACE    seed of the stalls, 1 to 65535
// COUNT   beats to send, 1 to 2147483647
`default_nettype none
module tb_source #(
  parameter int W     = 8,
  parameter int FRAME = 16,
  parameter int STALL = 64,
  parameter int SEED  = 1,
  parameter int PACE  = 1,
  parameter int COUNT = 2147483647
) (
  input  logic         aclk,
  input  logic         aresetn,

  output logic         m_axis_tvalid,
  input  logic         m_axis_tready,
  output logic [W-1:0] m_axis_tdata,
  output logic         m_axis_tlast,

  output logic [31:0]  sent,  // beats that have moved
  output logic         done   // all COUNT beats have moved
);

  localparam int WORDS  = (W + 31) / 32;
  localparam int BEAT_W = FRAME > 1 ? $clog2(FRAME) : 1;

`ifndef SYNTHESIS
  initial begin
    if (W > 4096) $fatal(1, "tb_source: W must be at most 4096");
    if (STALL > 255) $fatal(1, "tb_source: STALL must be at most 255");
    if (SEED > 65535) $fatal(1, "tb_source: SEED must be at most 65535");
    if (PACE > 65535) $fatal(1, "tb_source: PACE must be at most 65535");
    if (COUNT > 2147483647) $fatal(1, "tb_source: COUNT must be at most 2147483647");
    if ((W + 31) / 32 * 32 < W) $fatal(1, "tb_source: whole words hold a beat");
  end
`endif

  logic              valid_q;
  logic [31:0]       offered_q;  // beats that have been on offer
  logic [31:0]       sent_q;
  logic [31:0]       state_q;    // generator of the beats
  logic [BEAT_W-1:0] beat_q;     // number of the beat on offer in its frame
  logic [31:0]       chance_q;   // decides when this side is open

  logic [31:0] chance_left;
  logic [31:0] chance_right;
  assign chance_left  = chance_q ^ (chance_q << 13);
  assign chance_right = chance_left ^ (chance_left >> 17);

  always_ff @(posedge aclk) begin
    if (!aresetn) chance_q <= 32'(PACE);
    else chance_q <= chance_right ^ (chance_right << 5);
  end

  logic                    open;
  logic                    move;
  logic                    offer;
  logic                    last_beat;
  logic [WORDS*32-1:0]     words;
  logic [(WORDS+1)*32-1:0] hop;
  logic [31:0]             state_left;
  logic [31:0]             state_right;
  assign open        = 9'(chance_q[31:24]) + 9'd1 > 9'(STALL);
  assign move        = m_axis_tvalid && m_axis_tready;
  assign offer       = (m_axis_tready || !valid_q) && open && offered_q != 32'(COUNT);
  assign last_beat   = beat_q == BEAT_W'(FRAME - 1);
  assign hop[31:0]   = state_q;
  assign state_left  = state_q ^ (state_q << 13);
  assign state_right = state_left ^ (state_left >> 17);

  always_ff @(posedge aclk) begin
    if (!aresetn) state_q <= 32'(SEED);
    else if (move) state_q <= state_right ^ (state_right << 5);
  end

  for (genvar i = 0; i < WORDS; i = i + 1) begin : g_word
    logic [31:0] word_q;

    always_ff @(posedge aclk) begin
      if (!aresetn) word_q <= 32'(SEED);
      else if (move) word_q <= word_q + hop[i*32 +: 32];
    end

    assign hop[(i+1)*32 +: 32] = word_q;
    assign words[i*32 +: 32]   = word_q;
  end

  assign m_axis_tvalid = valid_q;
  assign m_axis_tdata  = words[W-1:0];
  assign m_axis_tlast  = last_beat;
  assign sent          = sent_q;
  assign done          = sent_q == 32'(COUNT);

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      valid_q   <= 1'b0;
      offered_q <= '0;
      sent_q    <= '0;
      beat_q    <= '0;
    end else begin
      if (m_axis_tready || !valid_q) valid_q <= offer;
      if (offer) offered_q <= offered_q + 32'd1;
      if (move) begin
        sent_q <= sent_q + 32'd1;
        beat_q <= last_beat ? BEAT_W'(0) : beat_q + BEAT_W'(1);
      end
    end
  end

  logic unused_bits;  // takes what nothing else reads
  assign unused_bits = &{1'b0, words, hop};

endmodule
`default_nettype wire
