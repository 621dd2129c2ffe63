// frame_token - passes a stream on, and gives a token for every frame of BEATS beats that begins
//
// The first beat of a frame waits while TOKENS tokens have not been taken. A token is on offer from
// the cycle after its beat. Beats pass combinationally, tvalid and tready as they are but for that
// wait.
//
// W        payload width in bits, >= 1
// BEATS    beats of a frame, >= 1
// TOKENS   tokens that may wait, >= 1
`default_nettype none
module frame_token #(
  parameter int W      = 8,
  parameter int BEATS  = 4,
  parameter int TOKENS = 4
) (
  input  logic         aclk,
  input  logic         aresetn,

  input  logic         s_axis_tvalid,
  output logic         s_axis_tready,
  input  logic [W-1:0] s_axis_tdata,

  output logic         m0_axis_tvalid,  // the same beats
  input  logic         m0_axis_tready,
  output logic [W-1:0] m0_axis_tdata,

  output logic         m1_axis_tvalid,  // tokens; the bit says nothing
  input  logic         m1_axis_tready,
  output logic         m1_axis_tdata
);

  localparam int BEAT_W  = BEATS > 1 ? $clog2(BEATS) : 1;
  localparam int TOKEN_W = $clog2(TOKENS + 1);

  logic [BEAT_W-1:0]  beat_q;    // number of the next beat in its frame
  logic [TOKEN_W-1:0] tokens_q;  // tokens that wait

  logic open;  // the next beat may pass
  logic pass;
  logic begins;
  logic taken;
  assign open   = beat_q != BEAT_W'(0) || tokens_q != TOKEN_W'(TOKENS);
  assign pass   = s_axis_tvalid && s_axis_tready;
  assign begins = pass && beat_q == BEAT_W'(0);
  assign taken  = m1_axis_tvalid && m1_axis_tready;

  assign m0_axis_tvalid = s_axis_tvalid && open;
  assign m0_axis_tdata  = s_axis_tdata;
  assign s_axis_tready  = m0_axis_tready && open;
  assign m1_axis_tvalid = tokens_q != TOKEN_W'(0);
  assign m1_axis_tdata  = 1'b0;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      beat_q   <= '0;
      tokens_q <= '0;
    end else begin
      if (pass) beat_q <= beat_q == BEAT_W'(BEATS - 1) ? BEAT_W'(0) : beat_q + BEAT_W'(1);
      if (begins && !taken) tokens_q <= tokens_q + TOKEN_W'(1);
      else if (taken && !begins) tokens_q <= tokens_q - TOKEN_W'(1);
    end
  end

endmodule
`default_nettype wire
