// add_us - sum of two streams, lane by lane: m = s0 + s1
//
// Operand 0 is unsigned, operand 1 signed, the sum signed. Beat n of s0_axis meets beat n of
// s1_axis.
// Each operand has one place; the adders stand between these registers and m_axis_tdata.
// Latency 1 cycle from the later operand, a beat every cycle, capacity 1 beat of each operand. Cuts
// tvalid and tdata; s0_axis_tready and s1_axis_tready follow m_axis_tready combinationally.
//
// PE      lanes, >= 1
// X0_W    width of a value of operand 0, >= 1
// X1_W    width of a value of operand 1, >= 1
// OUT_W   width of a sum, >= 1
`default_nettype none
module add_us #(
  parameter int PE    = 2,
  parameter int X0_W  = 8,
  parameter int X1_W  = 8,
  parameter int OUT_W = 10
) (
  input  logic                aclk,
  input  logic                aresetn,

  input  logic                s0_axis_tvalid,
  output logic                s0_axis_tready,
  input  logic [PE*X0_W-1:0]  s0_axis_tdata,

  input  logic                s1_axis_tvalid,
  output logic                s1_axis_tready,
  input  logic [PE*X1_W-1:0]  s1_axis_tdata,

  output logic                m_axis_tvalid,
  input  logic                m_axis_tready,
  output logic [PE*OUT_W-1:0] m_axis_tdata
);

`ifndef SYNTHESIS
  initial begin
    if (OUT_W < X0_W + 2) $fatal(1, "add_us: the sum holds operand 0 and a carry");
    if (OUT_W < X1_W + 1) $fatal(1, "add_us: the sum holds operand 1 and a carry");
  end
`endif

  logic               full0_q;  // operand 0 waits in its place
  logic               full1_q;  // operand 1 waits in its place
  logic [PE*X0_W-1:0] place0_q;
  logic [PE*X1_W-1:0] place1_q;

  logic both;
  logic leave;  // a sum leaves, both places are free
  assign both  = full0_q && full1_q;
  assign leave = both && m_axis_tready;

  assign m_axis_tvalid  = both;
  assign s0_axis_tready = leave || !full0_q;
  assign s1_axis_tready = leave || !full1_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      full0_q <= 1'b0;
      full1_q <= 1'b0;
    end else begin
      if (s0_axis_tvalid && s0_axis_tready) full0_q <= 1'b1;
      else if (leave) full0_q <= 1'b0;
      if (s1_axis_tvalid && s1_axis_tready) full1_q <= 1'b1;
      else if (leave) full1_q <= 1'b0;
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (s0_axis_tvalid && s0_axis_tready) place0_q <= s0_axis_tdata;
    if (s1_axis_tvalid && s1_axis_tready) place1_q <= s1_axis_tdata;
  end

  logic [PE*OUT_W-1:0] sums;

  for (genvar i = 0; i < PE; i = i + 1) begin : g_lane
    logic [OUT_W-1:0] x0;
    logic [OUT_W-1:0] x1;

    assign x0 = OUT_W'(place0_q[i*X0_W +: X0_W]);
    assign x1 = OUT_W'($signed(place1_q[i*X1_W +: X1_W]));

    assign sums[i*OUT_W +: OUT_W] = x0 + x1;
  end

  assign m_axis_tdata = sums;

endmodule
`default_nettype wire
