// pool_max_s - greatest of K signed values in each of PE lanes: K beats become one
//
// Behind a sliding window that gives its pixels group by group: K = KH * KW beats of one window and
// one group of channels. Padding comes in as codes: the least code.
// Latency 1 cycle from the last of K beats; takes a beat every cycle. One enable freezes the module
// while downstream stalls: cuts tvalid and tdata, s_axis_tready follows m_axis_tready.
//
// PE      lanes, >= 1
// K       beats of a window, >= 1
// X_W     width of a value, 1 to 52
// OUT_W   width of a result, X_W, 1 to 52
`default_nettype none
module pool_max_s #(
  parameter int PE    = 2,
  parameter int K     = 4,
  parameter int X_W   = 8,
  parameter int OUT_W = 8
) (
  input  logic                aclk,
  input  logic                aresetn,

  input  logic                s_axis_tvalid,
  output logic                s_axis_tready,
  input  logic [PE*X_W-1:0]   s_axis_tdata,

  output logic                m_axis_tvalid,
  input  logic                m_axis_tready,
  output logic [PE*OUT_W-1:0] m_axis_tdata
);

  localparam int BEAT_W = K > 1 ? $clog2(K) : 1;

`ifndef SYNTHESIS
  initial begin
    if (X_W > 52) $fatal(1, "pool_max_s: X_W must be at most 52");
    if (OUT_W > 52) $fatal(1, "pool_max_s: OUT_W must be at most 52");
    if (OUT_W < X_W) $fatal(1, "pool_max_s: the greatest is one of the values");
    if (X_W < OUT_W) $fatal(1, "pool_max_s: and as wide as they are");
  end
`endif

  logic [BEAT_W-1:0]   beat_q;       // number of the next beat in its window
  logic                out_valid_q;  // the window is complete
  logic [PE*OUT_W-1:0] result_q;     // of the beats so far

  logic en;  // no result waits, or it is being read
  logic accept;
  logic begins;
  logic ends;
  assign en     = m_axis_tready || !out_valid_q;
  assign accept = s_axis_tvalid && s_axis_tready;
  assign begins = beat_q == BEAT_W'(0);
  assign ends   = beat_q == BEAT_W'(K - 1);

  assign s_axis_tready = en;
  assign m_axis_tvalid = out_valid_q;
  assign m_axis_tdata  = result_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      out_valid_q <= 1'b0;
      beat_q      <= '0;
    end else begin
      if (en) out_valid_q <= accept && ends;
      if (accept) beat_q <= ends ? BEAT_W'(0) : beat_q + BEAT_W'(1);
    end
  end

  for (genvar i = 0; i < PE; i = i + 1) begin : g_lane
    logic [OUT_W-1:0] x;
    logic             wins;

    assign x    = OUT_W'($signed(s_axis_tdata[i*X_W +: X_W]));
    assign wins = $signed(x) > $signed(result_q[i*OUT_W +: OUT_W]);

    always_ff @(posedge aclk) begin
      if (accept) result_q[i*OUT_W +: OUT_W] <= begins || wins ? x : result_q[i*OUT_W +: OUT_W];
    end
  end

endmodule
`default_nettype wire
