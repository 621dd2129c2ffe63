// lane_extend_b - makes signed numbers -1 and +1 of lanes of one bit, 0 and 1
//
// Wires only: latency 0, cuts nothing.
//
// N       lanes, >= 1
// IN_W    width of a lane at the input, 1, >= 1
// OUT_W   width of a lane at the output, >= 1
`default_nettype none
module lane_extend_b #(
  parameter int N     = 8,
  parameter int IN_W  = 1,
  parameter int OUT_W = 8
) (
  input  logic               s_axis_tvalid,
  output logic               s_axis_tready,
  input  logic [N*IN_W-1:0]  s_axis_tdata,

  output logic               m_axis_tvalid,
  input  logic               m_axis_tready,
  output logic [N*OUT_W-1:0] m_axis_tdata
);

`ifndef SYNTHESIS
  initial begin
    if (IN_W != 1) $fatal(1, "lane_extend_b: a code is one bit");
    if (OUT_W < 2) $fatal(1, "lane_extend_b: a value has a sign");
  end
`endif

  logic [N*OUT_W-1:0] lanes;

  assign m_axis_tvalid = s_axis_tvalid;
  assign s_axis_tready = m_axis_tready;

  for (genvar i = 0; i < N; i = i + 1) begin : g_lane
    assign lanes[i*OUT_W +: OUT_W] = {(OUT_W-1)'($signed(~s_axis_tdata[i*IN_W])), 1'b1};
  end

  assign m_axis_tdata = lanes;

endmodule
`default_nettype wire
