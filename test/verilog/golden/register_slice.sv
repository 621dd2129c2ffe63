// register_slice - two-entry AXI4-Stream register slice
//
// Cuts tvalid, tdata and tready: no combinational path crosses it in either direction.
// Latency 1 cycle, full throughput, capacity 2 beats. tvalid is low after reset.
//
// W   payload width in bits, >= 1 (tdata with its sideband, packed)
`default_nettype none
module register_slice #(
  parameter int W = 8
) (
  input  logic         aclk,
  input  logic         aresetn,

  input  logic         s_axis_tvalid,
  output logic         s_axis_tready,
  input  logic [W-1:0] s_axis_tdata,

  output logic         m_axis_tvalid,
  input  logic         m_axis_tready,
  output logic [W-1:0] m_axis_tdata
);

  logic         out_valid_q;   // the beat that downstream sees
  logic [W-1:0] out_q;
  logic         hold_valid_q;  // the beat that arrived while downstream stalled
  logic [W-1:0] hold_q;

  logic accept;   // a beat enters
  logic advance;  // the output register is free or is being read
  assign accept  = s_axis_tvalid && s_axis_tready;
  assign advance = m_axis_tready || !out_valid_q;

  assign s_axis_tready = !hold_valid_q;
  assign m_axis_tvalid = out_valid_q;
  assign m_axis_tdata  = out_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      out_valid_q  <= 1'b0;
      hold_valid_q <= 1'b0;
    end else if (advance) begin
      out_valid_q  <= accept || hold_valid_q;
      hold_valid_q <= 1'b0;
    end else if (accept) begin
      hold_valid_q <= 1'b1;
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (advance) out_q <= hold_valid_q ? hold_q : s_axis_tdata;
    if (accept && !advance) hold_q <= s_axis_tdata;
  end

endmodule
`default_nettype wire
