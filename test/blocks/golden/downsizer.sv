// downsizer - hands out one wide beat as RATIO narrow beats, the lowest bits first
//
// A frame is FRAME narrow beats; what its last wide beat holds beyond them is dropped.
// Cuts tvalid and tdata; s_axis_tready follows m_axis_tready combinationally.
// Latency 1 cycle; gives a narrow beat every cycle.
//
// W       width of a narrow beat, >= 1
// RATIO   narrow beats in a wide one, >= 2
// FRAME   narrow beats in a frame, >= 1
`default_nettype none
module downsizer #(
  parameter int W     = 8,
  parameter int RATIO = 4,
  parameter int FRAME = 4
) (
  input  logic               aclk,
  input  logic               aresetn,

  input  logic               s_axis_tvalid,
  output logic               s_axis_tready,
  input  logic [RATIO*W-1:0] s_axis_tdata,

  output logic               m_axis_tvalid,
  input  logic               m_axis_tready,
  output logic [W-1:0]       m_axis_tdata
);

  localparam int WIDE_W = RATIO * W;
  localparam int SLOT_W = RATIO > 1 ? $clog2(RATIO) : 1;
  localparam int BEAT_W = FRAME > 1 ? $clog2(FRAME) : 1;

`ifndef SYNTHESIS
  initial begin
    if (RATIO < 2) $fatal(1, "downsizer: RATIO must be at least 2");
  end
`endif

  logic              valid_q;  // narrow beats are left
  logic [SLOT_W-1:0] slot_q;   // narrow beats of this wide one that have left
  logic [BEAT_W-1:0] beat_q;   // number of the narrow beat at the output in its frame
  logic [WIDE_W-1:0] rest_q;   // what has not left yet, the next beat lowest

  logic frame_ends;
  logic group_ends;
  logic give;
  logic accept;
  assign frame_ends = beat_q == BEAT_W'(FRAME - 1);
  assign group_ends = slot_q == SLOT_W'(RATIO - 1) || frame_ends;
  assign give       = m_axis_tvalid && m_axis_tready;
  assign accept     = s_axis_tvalid && s_axis_tready;

  assign s_axis_tready = !valid_q || (m_axis_tready && group_ends);
  assign m_axis_tvalid = valid_q;
  assign m_axis_tdata  = rest_q[W-1:0];

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      valid_q <= 1'b0;
      slot_q  <= '0;
      beat_q  <= '0;
    end else begin
      if (accept) valid_q <= 1'b1;
      else if (give && group_ends) valid_q <= 1'b0;
      if (give) begin
        slot_q <= group_ends ? SLOT_W'(0) : slot_q + SLOT_W'(1);
        beat_q <= frame_ends ? BEAT_W'(0) : beat_q + BEAT_W'(1);
      end
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (accept) rest_q <= s_axis_tdata;
    else if (give) rest_q <= WIDE_W'(rest_q[W +: WIDE_W-W]);
  end

endmodule
`default_nettype wire
