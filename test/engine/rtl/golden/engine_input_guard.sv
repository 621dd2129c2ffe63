// engine_input_guard - lets packets through while pass is set, and drops them up to a tlast after a
// flush
//
// While flush is set every beat is taken and dropped, and behind it the rest of a packet that has
// begun. At most limit packets pass between two restarts (0: any number); what comes then waits. A
// slice of two beats cuts all paths between the two sides.
//
// W   bits of tdata, >= 1
`default_nettype none
module engine_input_guard #(
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

  input  logic         pass,     // beats pass
  input  logic         flush,    // beats are dropped
  input  logic         restart,  // packets are counted anew
  input  logic [15:0]  limit,    // packets between two restarts; 0: any number
  output logic         dropping  // the rest of a packet is dropped
);

  logic       outer_tvalid;
  logic       outer_tready;
  logic [W:0] outer_tdata;
  logic       inner_tvalid;
  logic       inner_tready;
  logic [W:0] inner_tdata;
  assign outer_tvalid = s_axis_tvalid;
  assign outer_tdata  = {s_axis_tlast, s_axis_tdata};

  assign s_axis_tready = outer_tready;

  register_slice #(.W(W + 1)) u_slice (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(outer_tvalid),
    .s_axis_tready(outer_tready),
    .s_axis_tdata (outer_tdata),
    .m_axis_tvalid(inner_tvalid),
    .m_axis_tready(inner_tready),
    .m_axis_tdata (inner_tdata)
  );

  logic        midway_q;  // a packet has begun
  logic        dropping_q;
  logic [15:0] packets_q;

  logic last;
  logic full;
  logic drops;
  logic passes;
  logic midway_next;
  assign last        = inner_tdata[W];
  assign full        = limit != 16'd0 && packets_q == limit;
  assign drops       = flush || dropping_q;
  assign passes      = pass && !drops && !full;
  assign midway_next = inner_tvalid && inner_tready ? !last : midway_q;

  assign m_axis_tvalid = inner_tvalid && passes;
  assign m_axis_tdata  = inner_tdata[W-1:0];
  assign m_axis_tlast  = last;
  assign inner_tready  = drops || (passes && m_axis_tready);

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      midway_q   <= 1'b0;
      dropping_q <= 1'b0;
      packets_q  <= '0;
    end else begin
      midway_q   <= midway_next;
      dropping_q <= drops && midway_next;
      if (restart) packets_q <= '0;
      else if (m_axis_tvalid && m_axis_tready && last) packets_q <= packets_q + 16'd1;
    end
  end

  assign dropping = dropping_q;

endmodule
`default_nettype wire
