// argmax_u - index of the greatest of N unsigned values that arrive PE at a time, the first one
// among equals
//
// Latency 1 cycle from the last beat of a vector; takes a beat every cycle.
// Cuts tvalid and tdata; s_axis_tready follows m_axis_tready combinationally.
//
// N       values of a vector, >= 1
// PE      values of a beat; divides N, >= 1
// X_W     width of a value, >= 1
// OUT_W   width of the index, >= 1
`default_nettype none
module argmax_u #(
  parameter int N     = 10,
  parameter int PE    = 2,
  parameter int X_W   = 8,
  parameter int OUT_W = 8
) (
  input  logic              aclk,
  input  logic              aresetn,

  input  logic              s_axis_tvalid,
  output logic              s_axis_tready,
  input  logic [PE*X_W-1:0] s_axis_tdata,

  output logic              m_axis_tvalid,
  input  logic              m_axis_tready,
  output logic [OUT_W-1:0]  m_axis_tdata
);

  localparam int BEATS  = N / PE;
  localparam int BEAT_W = BEATS > 1 ? $clog2(BEATS) : 1;
  localparam int V_W    = X_W + 1;  // values compare as signed numbers

`ifndef SYNTHESIS
  initial begin
    if (N % PE != 0) $fatal(1, "argmax_u: PE divides N");
    if (N < PE) $fatal(1, "argmax_u: a beat is a part of a vector");
    if (OUT_W < $clog2(N + 1)) $fatal(1, "argmax_u: the output holds every index");
  end
`endif

  logic [BEAT_W-1:0]     beat_q;  // number of the next beat in its vector
  logic [OUT_W-1:0]      base_q;  // index of its first value
  logic signed [V_W-1:0] best_q;  // greatest value so far
  logic [OUT_W-1:0]      best_index_q;
  logic                  out_valid_q;
  logic [OUT_W-1:0]      out_q;

  logic ends;
  logic accept;
  assign ends   = beat_q == BEAT_W'(BEATS - 1);
  assign accept = s_axis_tvalid && s_axis_tready;

  assign s_axis_tready = m_axis_tready || !out_valid_q || !ends;
  assign m_axis_tvalid = out_valid_q;
  assign m_axis_tdata  = out_q;

  // value and index after lane p; entry 0 is what earlier beats left
  logic [(PE+1)*V_W-1:0]   value /* verilator split_var */;
  logic [(PE+1)*OUT_W-1:0] index /* verilator split_var */;
  logic                    begins;
  assign begins           = beat_q == BEAT_W'(0);
  assign value[V_W-1:0]   = best_q;
  assign index[OUT_W-1:0] = best_index_q;

  for (genvar i = 0; i < PE; i = i + 1) begin : g_lane
    logic signed [V_W-1:0] x;
    logic                  wins;

    assign x = $signed(V_W'(s_axis_tdata[i*X_W +: X_W]));

    if (i == 0) begin : g_first
      assign wins = begins || x > $signed(value[i*V_W +: V_W]);
    end else begin : g_first_else
      assign wins = x > $signed(value[i*V_W +: V_W]);
    end

    assign value[(i+1)*V_W +: V_W]     = wins ? x : $signed(value[i*V_W +: V_W]);
    assign index[(i+1)*OUT_W +: OUT_W] = wins ? base_q + OUT_W'(i) : index[i*OUT_W +: OUT_W];
  end

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      beat_q      <= '0;
      base_q      <= '0;
      out_valid_q <= 1'b0;
    end else begin
      if (accept) begin
        beat_q <= ends ? BEAT_W'(0) : beat_q + BEAT_W'(1);
        base_q <= ends ? OUT_W'(0) : base_q + OUT_W'(PE);
      end
      if (accept && ends) out_valid_q <= 1'b1;
      else if (m_axis_tready) out_valid_q <= 1'b0;
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (accept) begin
      best_q       <= $signed(value[PE*V_W +: V_W]);
      best_index_q <= index[PE*OUT_W +: OUT_W];
      if (ends) out_q <= index[PE*OUT_W +: OUT_W];
    end
  end

endmodule
`default_nettype wire
