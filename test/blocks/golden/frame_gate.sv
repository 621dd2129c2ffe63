// frame_gate - lets frames of BEATS beats through
//
// A frame begins while open is set; it ends whatever open does. While fill is set nothing is taken,
// and a frame that has begun gets beats of zeros up to its end. Beats pass combinationally, tvalid
// and tready but for that.
//
// W       bits of a beat, >= 1
// BEATS   beats of a frame, >= 1
`default_nettype none
module frame_gate #(
  parameter int W     = 64,
  parameter int BEATS = 4
) (
  input  logic         aclk,
  input  logic         aresetn,

  input  logic         s_axis_tvalid,
  output logic         s_axis_tready,
  input  logic [W-1:0] s_axis_tdata,

  output logic         m_axis_tvalid,
  input  logic         m_axis_tready,
  output logic [W-1:0] m_axis_tdata,

  input  logic         open,    // a frame may begin
  input  logic         fill,    // the rest of a frame is zeros
  output logic         begins,  // the first beat of a frame moves
  output logic         last,    // the next beat is the last of its frame
  output logic         midway   // a frame has begun and not ended
);

  localparam int BEAT_W = BEATS > 1 ? $clog2(BEATS) : 1;

  logic [BEAT_W-1:0] beat_q;  // beats of the frame that have moved

  logic begun;
  logic passes;
  logic fills;
  logic ending;
  logic moves;
  assign begun  = beat_q != BEAT_W'(0);
  assign passes = !fill && (begun || open);
  assign fills  = fill && begun;
  assign ending = beat_q == BEAT_W'(BEATS - 1);
  assign moves  = m_axis_tvalid && m_axis_tready;

  assign m_axis_tvalid = fills || (passes && s_axis_tvalid);
  assign m_axis_tdata  = fill ? W'(0) : s_axis_tdata;
  assign s_axis_tready = passes && m_axis_tready;

  always_ff @(posedge aclk) begin
    if (!aresetn) beat_q <= '0;
    else if (moves) beat_q <= ending ? BEAT_W'(0) : beat_q + BEAT_W'(1);
  end

  assign begins = moves && !begun;
  assign last   = ending;
  assign midway = begun;

endmodule
`default_nettype wire
