// engine_output - groups of words from the requantizer to the beats of m_axis_y
//
// A group is never refused: who sends it holds one of the DEPTH credits, and credit gives it back
// one cycle after the group left the FIFO. Segments end with in_end and are filled up with zeros to
// a whole beat; the segment with in_last ends the packet. A group is in m_axis_y 3 cycles after
// in_valid at the earliest; the narrower side moves a beat every cycle. Cuts all paths.
//
// UNIT    bits of a unit: a common divisor of group and beat, >= 1
// GROUP   units of a group, >= 1
// BEAT    units of a beat, >= 1
// DEPTH   groups that the FIFO holds: credits, >= 2
`default_nettype none
module engine_output #(
  parameter int UNIT  = 32,
  parameter int GROUP = 2,
  parameter int BEAT  = 4,
  parameter int DEPTH = 8
) (
  input  logic                  aclk,
  input  logic                  aresetn,
  input  logic                  in_valid,
  input  logic [GROUP*UNIT-1:0] in_data,
  input  logic                  in_end,   // last group of a segment
  input  logic                  in_last,  // last group of a packet; with in_end
  output logic                  credit,   // a group has left the FIFO

  output logic                  m_axis_tvalid,
  input  logic                  m_axis_tready,
  output logic [BEAT*UNIT-1:0]  m_axis_tdata,
  output logic                  m_axis_tlast
);

  localparam int GROUP_W = GROUP * UNIT;  // bits of a group
  localparam int BEAT_W  = BEAT * UNIT;   // bits of a beat

`ifndef SYNTHESIS
  initial begin
    if (DEPTH < 2) $fatal(1, "engine_output: DEPTH must be at least 2");
  end
`endif

  logic                         pushed_tvalid;
  logic                         pushed_tready;
  logic [GROUP_W+1:0]           pushed_tdata;
  logic                         queued_tvalid;
  logic                         queued_tready;
  logic [GROUP_W+1:0]           queued_tdata;
  logic                         unused_full;  // not every bit matters
  logic [$clog2(DEPTH + 1)-1:0] fifo_level;
  assign pushed_tvalid = in_valid;
  assign pushed_tdata  = {in_last, in_end, in_data};
  assign unused_full   = pushed_tready;

  fifo #(.W(GROUP_W + 2), .DEPTH(DEPTH)) u_fifo (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(pushed_tvalid),
    .s_axis_tready(pushed_tready),
    .s_axis_tdata (pushed_tdata),
    .m_axis_tvalid(queued_tvalid),
    .m_axis_tready(queued_tready),
    .m_axis_tdata (queued_tdata),
    .level        (fifo_level)
  );

  logic credit_q;

  logic unused_level;  // not every bit matters
  assign unused_level = |fifo_level;

  always_ff @(posedge aclk) begin
    if (!aresetn) credit_q <= 1'b0;
    else credit_q <= queued_tvalid && queued_tready;
  end

  logic               group_tvalid;
  logic               group_tready;
  logic [GROUP_W-1:0] group_tdata;
  logic               group_tlast;
  logic               group_tuser;
  logic               beat_tvalid;
  logic               beat_tready;
  logic [BEAT_W-1:0]  beat_tdata;
  logic               beat_tlast;
  logic               beat_tuser;
  logic               never;
  assign group_tvalid = queued_tvalid;
  assign group_tdata  = queued_tdata[GROUP_W-1:0];
  assign group_tlast  = queued_tdata[GROUP_W];
  assign group_tuser  = queued_tdata[GROUP_W+1];
  assign never        = 1'b0;

  assign credit        = credit_q;
  assign queued_tready = group_tready;

  gearbox #(.UNIT(UNIT), .IN(GROUP), .OUT(BEAT)) u_gearbox (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(group_tvalid),
    .s_axis_tready(group_tready),
    .s_axis_tdata (group_tdata),
    .s_axis_tlast (group_tlast),
    .s_axis_tuser (group_tuser),
    .m_axis_tvalid(beat_tvalid),
    .m_axis_tready(beat_tready),
    .m_axis_tdata (beat_tdata),
    .m_axis_tlast (beat_tlast),
    .m_axis_tuser (beat_tuser),
    .drop         (never)
  );

  // m_axis_tready comes from outside: nothing of it reaches further than this slice
  logic            whole_tvalid;
  logic            whole_tready;
  logic [BEAT_W:0] whole_tdata;
  logic            sliced_tvalid;
  logic            sliced_tready;
  logic [BEAT_W:0] sliced_tdata;
  assign whole_tvalid = beat_tvalid;
  assign whole_tdata  = {beat_tlast && beat_tuser, beat_tdata};

  assign beat_tready = whole_tready;

  register_slice #(.W(BEAT_W + 1)) u_slice (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(whole_tvalid),
    .s_axis_tready(whole_tready),
    .s_axis_tdata (whole_tdata),
    .m_axis_tvalid(sliced_tvalid),
    .m_axis_tready(sliced_tready),
    .m_axis_tdata (sliced_tdata)
  );

  assign m_axis_tvalid = sliced_tvalid;
  assign sliced_tready = m_axis_tready;
  assign m_axis_tdata  = sliced_tdata[BEAT_W-1:0];
  assign m_axis_tlast  = sliced_tdata[BEAT_W];

endmodule
`default_nettype wire
