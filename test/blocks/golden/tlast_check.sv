// tlast_check - passes frames of FRAME beats on without tlast, and looks where tlast is
//
// error rises and stays when a frame ends without tlast, or tlast comes before its last beat.
// Frames are counted, whatever tlast says. Beats pass combinationally.
//
// W       width of tdata, >= 1
// FRAME   beats of a frame, >= 1
`default_nettype none
module tlast_check #(
  parameter int W     = 64,
  parameter int FRAME = 4
) (
  input  logic         aclk,
  input  logic         aresetn,

  input  logic         s_axis_tvalid,
  output logic         s_axis_tready,
  input  logic [W-1:0] s_axis_tdata,
  input  logic         s_axis_tlast,

  output logic         m_axis_tvalid,
  input  logic         m_axis_tready,
  output logic [W-1:0] m_axis_tdata,

  output logic         error  // a frame was shorter or longer
);

  localparam int BEAT_W = FRAME > 1 ? $clog2(FRAME) : 1;

  logic [BEAT_W-1:0] beat_q;  // number of the next beat
  logic              error_q;

  logic last;
  logic pass;
  assign last = beat_q == BEAT_W'(FRAME - 1);
  assign pass = s_axis_tvalid && s_axis_tready;

  assign m_axis_tvalid = s_axis_tvalid;
  assign m_axis_tdata  = s_axis_tdata;
  assign s_axis_tready = m_axis_tready;
  assign error         = error_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      beat_q  <= '0;
      error_q <= 1'b0;
    end else begin
      if (pass) beat_q <= last ? BEAT_W'(0) : beat_q + BEAT_W'(1);
      if (pass && s_axis_tlast != last) error_q <= 1'b1;
    end
  end

endmodule
`default_nettype wire
