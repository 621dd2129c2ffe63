// broadcast - gives every beat to N consumers, each of which takes it when it is ready
//
// A consumer that is ready early gets the beat early; the beat leaves the input when all have it.
// Cuts nothing: tvalid and tdata pass through, s_axis_tready follows every m_axis_tready
// combinationally.
// No m_axis_tvalid depends on an m_axis_tready. Latency 0, full throughput, holds no data.
//
// W   payload width in bits, >= 1
// N   consumers, >= 1; consumer i has bit i and the i-th W bits
`default_nettype none
module broadcast #(
  parameter int W = 8,
  parameter int N = 2
) (
  input  logic           aclk,
  input  logic           aresetn,

  input  logic           s_axis_tvalid,
  output logic           s_axis_tready,
  input  logic [W-1:0]   s_axis_tdata,

  output logic [N-1:0]   m_axis_tvalid,
  input  logic [N-1:0]   m_axis_tready,
  output logic [N*W-1:0] m_axis_tdata
);

  logic [N-1:0] served_q;  // consumers that have this beat already

  logic [N-1:0] done;  // consumers that have it after this cycle

  assign s_axis_tready = &done;

  for (genvar i = 0; i < N; i = i + 1) begin : g_consumer
    assign m_axis_tvalid[i]       = s_axis_tvalid && !served_q[i];
    assign m_axis_tdata[i*W +: W] = s_axis_tdata;
    assign done[i]                = served_q[i] || m_axis_tready[i];

    always_ff @(posedge aclk) begin
      if (!aresetn) served_q[i] <= 1'b0;
      else if (s_axis_tvalid) served_q[i] <= done[i] && !s_axis_tready;
    end
  end

endmodule
`default_nettype wire
