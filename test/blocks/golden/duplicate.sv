// duplicate - one stream for two readers, each of which gets every beat once, at its own pace
//
// A beat waits in one place until both readers have taken it; the one that took it early sees no
// beat until the other has it too, so that a FIFO behind each output lets them drift apart.
// Latency 1 cycle, a beat every cycle, capacity 1 beat. Cuts tvalid and tdata; s_axis_tready
// follows m0_axis_tready and m1_axis_tready combinationally. No tvalid depends on a tready.
//
// W   payload width in bits, >= 1
`default_nettype none
module duplicate #(
  parameter int W = 8
) (
  input  logic         aclk,
  input  logic         aresetn,

  input  logic         s_axis_tvalid,
  output logic         s_axis_tready,
  input  logic [W-1:0] s_axis_tdata,

  output logic         m0_axis_tvalid,
  input  logic         m0_axis_tready,
  output logic [W-1:0] m0_axis_tdata,

  output logic         m1_axis_tvalid,
  input  logic         m1_axis_tready,
  output logic [W-1:0] m1_axis_tdata
);

  logic         owed0_q;  // reader 0 has not had the beat
  logic         owed1_q;  // reader 1 has not had the beat
  logic [W-1:0] beat_q;

  logic accept;
  assign accept = s_axis_tvalid && s_axis_tready;

  assign s_axis_tready  = (m0_axis_tready || !owed0_q) && (m1_axis_tready || !owed1_q);
  assign m0_axis_tvalid = owed0_q;
  assign m0_axis_tdata  = beat_q;
  assign m1_axis_tvalid = owed1_q;
  assign m1_axis_tdata  = beat_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      owed0_q <= 1'b0;
      owed1_q <= 1'b0;
    end else begin
      if (accept) owed0_q <= 1'b1;
      else if (m0_axis_tready) owed0_q <= 1'b0;
      if (accept) owed1_q <= 1'b1;
      else if (m1_axis_tready) owed1_q <= 1'b0;
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (accept) beat_q <= s_axis_tdata;
  end

endmodule
`default_nettype wire
