// frame - marks the last of every FRAME beats with tlast
//
// Latency 0, a beat every cycle; cuts nothing.
//
// W       payload width in bits, >= 1
// FRAME   beats of a frame, >= 1
`default_nettype none
module frame #(
  parameter int W     = 8,
  parameter int FRAME = 4
) (
  input  logic         aclk,
  input  logic         aresetn,

  input  logic         s_axis_tvalid,
  output logic         s_axis_tready,
  input  logic [W-1:0] s_axis_tdata,

  output logic         m_axis_tvalid,
  input  logic         m_axis_tready,
  output logic [W-1:0] m_axis_tdata,
  output logic         m_axis_tlast
);

  localparam int BEAT_W = FRAME > 1 ? $clog2(FRAME) : 1;

  logic [BEAT_W-1:0] beat_q;  // number of the next beat in its frame

  logic ends;
  assign ends = beat_q == BEAT_W'(FRAME - 1);

  assign m_axis_tvalid = s_axis_tvalid;
  assign s_axis_tready = m_axis_tready;
  assign m_axis_tdata  = s_axis_tdata;
  assign m_axis_tlast  = ends;

  always_ff @(posedge aclk) begin
    if (!aresetn) beat_q <= '0;
    else if (s_axis_tvalid && s_axis_tready) beat_q <= ends ? BEAT_W'(0) : beat_q + BEAT_W'(1);
  end

endmodule
`default_nettype wire
