// engine_result_guard - passes packets on; while close is set, a packet that is under way ends with
// one beat of zeros and tlast
//
// A beat that is offered stays until it is taken, whatever happens on the other side. A slice of
// two beats cuts all paths between the two sides.
//
// W   bits of tdata, >= 1
`default_nettype none
module engine_result_guard #(
  parameter int W = 64
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
  output logic         m_axis_tlast,

  input  logic         close,  // the source was cut off
  output logic         midway  // a packet is under way
);

  logic midway_q;

  logic       inner_tvalid;
  logic       inner_tready;
  logic [W:0] inner_tdata;
  logic       outer_tvalid;
  logic       outer_tready;
  logic [W:0] outer_tdata;
  assign inner_tvalid = close ? midway_q : s_axis_tvalid;
  assign inner_tdata  = close ? {1'b1, W'(0)} : {s_axis_tlast, s_axis_tdata};

  assign s_axis_tready = inner_tready && !close;

  always_ff @(posedge aclk) begin
    if (!aresetn) midway_q <= 1'b0;
    else if (inner_tvalid && inner_tready) midway_q <= !inner_tdata[W];
  end

  register_slice #(.W(W + 1)) u_slice (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(inner_tvalid),
    .s_axis_tready(inner_tready),
    .s_axis_tdata (inner_tdata),
    .m_axis_tvalid(outer_tvalid),
    .m_axis_tready(outer_tready),
    .m_axis_tdata (outer_tdata)
  );

  assign m_axis_tvalid = outer_tvalid;
  assign outer_tready  = m_axis_tready;
  assign m_axis_tdata  = outer_tdata[W-1:0];
  assign m_axis_tlast  = outer_tdata[W];
  assign midway        = midway_q;

endmodule
`default_nettype wire
