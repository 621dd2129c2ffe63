// width_converter - changes the width of a stream by any ratio UP : DOWN, through their common
// multiple
//
// A frame is FRAME_IN beats at the input and FRAME_OUT beats at the output; a short last beat is
// filled up with zeros. Cuts tvalid and tdata; s_axis_tready follows m_axis_tready combinationally.
// Latency 1 cycle for each of UP and DOWN that is not 1; the narrower side moves a beat every
// cycle.
//
// IN_W        width of an input beat, >= 1
// OUT_W       width of an output beat; IN_W * UP = OUT_W * DOWN, >= 1
// UP          input beats in the common multiple, >= 1
// DOWN        output beats in the common multiple, >= 1
// FRAME_IN    input beats of a frame, >= 1
// FRAME_OUT   output beats of a frame, >= 1
`default_nettype none
module width_converter #(
  parameter int IN_W      = 8,
  parameter int OUT_W     = 12,
  parameter int UP        = 3,
  parameter int DOWN      = 2,
  parameter int FRAME_IN  = 3,
  parameter int FRAME_OUT = 2
) (
  input  logic             aclk,
  input  logic             aresetn,

  input  logic             s_axis_tvalid,
  output logic             s_axis_tready,
  input  logic [IN_W-1:0]  s_axis_tdata,

  output logic             m_axis_tvalid,
  input  logic             m_axis_tready,
  output logic [OUT_W-1:0] m_axis_tdata
);

  localparam int WIDE_W = IN_W * UP;

`ifndef SYNTHESIS
  initial begin
    if (IN_W * UP != OUT_W * DOWN)
      $fatal(1, "width_converter: both sides meet at the common multiple");
    if (UP * DOWN < 2) $fatal(1, "width_converter: the widths differ");
  end
`endif

  logic              wide_tvalid;  // beats of the common multiple
  logic              wide_tready;
  logic [WIDE_W-1:0] wide_tdata;

  if (UP > 1) begin : g_up
    upsizer #(.W(IN_W), .RATIO(UP), .FRAME(FRAME_IN)) u_upsizer (
      .aclk         (aclk),
      .aresetn      (aresetn),
      .s_axis_tvalid(s_axis_tvalid),
      .s_axis_tready(s_axis_tready),
      .s_axis_tdata (s_axis_tdata),
      .m_axis_tvalid(wide_tvalid),
      .m_axis_tready(wide_tready),
      .m_axis_tdata (wide_tdata)
    );
  end else begin : g_up_else
    assign wide_tvalid   = s_axis_tvalid;
    assign s_axis_tready = wide_tready;
    assign wide_tdata    = s_axis_tdata;
  end

  if (DOWN > 1) begin : g_down
    downsizer #(.W(OUT_W), .RATIO(DOWN), .FRAME(FRAME_OUT)) u_downsizer (
      .aclk         (aclk),
      .aresetn      (aresetn),
      .s_axis_tvalid(wide_tvalid),
      .s_axis_tready(wide_tready),
      .s_axis_tdata (wide_tdata),
      .m_axis_tvalid(m_axis_tvalid),
      .m_axis_tready(m_axis_tready),
      .m_axis_tdata (m_axis_tdata)
    );
  end else begin : g_down_else
    assign m_axis_tvalid = wide_tvalid;
    assign wide_tready   = m_axis_tready;
    assign m_axis_tdata  = wide_tdata;
  end

endmodule
`default_nettype wire
