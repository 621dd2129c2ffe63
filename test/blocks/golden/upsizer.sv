// upsizer - packs RATIO narrow beats into one wide beat, the first one in the lowest bits
//
// A frame is FRAME narrow beats; its last wide beat may be short and is filled up with zeros.
// Cuts tvalid and tdata; s_axis_tready follows m_axis_tready combinationally.
// Latency 1 cycle from the last narrow beat of a group; takes a narrow beat every cycle.
//
// W       width of a narrow beat, >= 1
// RATIO   narrow beats in a wide one, >= 2
// FRAME   narrow beats in a frame, >= 1
`default_nettype none
module upsizer #(
  parameter int W     = 8,
  parameter int RATIO = 4,
  parameter int FRAME = 4
) (
  input  logic               aclk,
  input  logic               aresetn,

  input  logic               s_axis_tvalid,
  output logic               s_axis_tready,
  input  logic [W-1:0]       s_axis_tdata,

  output logic               m_axis_tvalid,
  input  logic               m_axis_tready,
  output logic [RATIO*W-1:0] m_axis_tdata
);

  localparam int SLOT_W = RATIO > 1 ? $clog2(RATIO) : 1;
  localparam int BEAT_W = FRAME > 1 ? $clog2(FRAME) : 1;

`ifndef SYNTHESIS
  initial begin
    if (RATIO < 2) $fatal(1, "upsizer: RATIO must be at least 2");
  end
`endif

  logic [SLOT_W-1:0]  slot_q;   // place of the next narrow beat in its group
  logic [BEAT_W-1:0]  beat_q;   // number of the next narrow beat in its frame
  logic               out_valid_q;
  logic [RATIO*W-1:0] out_q;    // the wide beat that downstream sees
  logic [RATIO*W-1:0] group_q;  // narrow beats collected so far

  logic frame_ends;
  logic group_ends;
  logic accept;
  assign frame_ends = beat_q == BEAT_W'(FRAME - 1);
  assign group_ends = slot_q == SLOT_W'(RATIO - 1) || frame_ends;
  assign accept     = s_axis_tvalid && s_axis_tready;

  assign s_axis_tready = m_axis_tready || !out_valid_q || !group_ends;
  assign m_axis_tvalid = out_valid_q;
  assign m_axis_tdata  = out_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      slot_q      <= '0;
      beat_q      <= '0;
      out_valid_q <= 1'b0;
    end else begin
      if (accept) begin
        slot_q <= group_ends ? SLOT_W'(0) : slot_q + SLOT_W'(1);
        beat_q <= frame_ends ? BEAT_W'(0) : beat_q + BEAT_W'(1);
      end
      if (accept && group_ends) out_valid_q <= 1'b1;
      else if (m_axis_tready) out_valid_q <= 1'b0;
    end
  end

  // slot i keeps the beats before this one, takes this one, and stays empty after it
  for (genvar i = 0; i < RATIO; i = i + 1) begin : g_slot
    logic [W-1:0] filled;

    if (i == 0) begin : g_first
      assign filled = slot_q == SLOT_W'(0) ? s_axis_tdata : group_q[i*W +: W];
    end

    if (i != 0) begin : g_later
      assign filled = slot_q < SLOT_W'(i) ? W'(0) : slot_q == SLOT_W'(i) ? s_axis_tdata
          : group_q[i*W +: W];
    end

    always_ff @(posedge aclk) begin
      if (accept) group_q[i*W +: W] <= filled;
      if (accept && group_ends) out_q[i*W +: W] <= filled;
    end
  end

endmodule
`default_nettype wire
