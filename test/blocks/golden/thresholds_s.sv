// thresholds_s - multi-threshold activation on PE lanes: the code counts the thresholds that a
// value reaches
//
// code = LOWEST + number of k with x >= threshold[k], on signed values; LOWEST is taken modulo
// 2^OUT_W.
// Channels come in FOLDS groups of PE lanes. Threshold word f holds, for lane p and level k from
// the lowest bits up, the threshold of channel f * PE + p, signed, X_W + 1 bits: one above every
// value never fires.
// Latency 2 cycles, a beat every cycle. One enable freezes the pipeline while downstream stalls:
// cuts tvalid and tdata, s_axis_tready follows m_axis_tready.
//
// PE           lanes, >= 1
// FOLDS        groups of channels, >= 1
// LEVELS       thresholds of a channel, >= 1
// X_W          width of a value, >= 1
// OUT_W        width of a code, >= 1
// LOWEST       code below all thresholds, modulo 2^OUT_W
// THRESHOLDS   threshold memory, FOLDS words of PE * LEVELS * (X_W + 1) bits
`default_nettype none
module thresholds_s #(
  parameter int PE         = 2,
  parameter int FOLDS      = 4,
  parameter int LEVELS     = 3,
  parameter int X_W        = 12,
  parameter int OUT_W      = 2,
  parameter int LOWEST     = 0,
  parameter     THRESHOLDS = ""
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

  localparam int T_W    = X_W + 1;  // width of a threshold
  localparam int FOLD_W = FOLDS > 1 ? $clog2(FOLDS) : 1;

`ifndef SYNTHESIS
  initial begin
    if (OUT_W < $clog2(LEVELS + 1)) $fatal(1, "thresholds_s: a code holds every count");
    if (OUT_W < $clog2(LOWEST + 1)) $fatal(1, "thresholds_s: a code holds the lowest one");
  end
`endif

  logic [PE*LEVELS*T_W-1:0] thresholds [0:FOLDS-1];
  if (THRESHOLDS != "") begin : g_thresholds_image
    initial $readmemh(THRESHOLDS, thresholds);
  end else begin : g_thresholds_blank
    initial for (int i = 0; i < FOLDS; i = i + 1) thresholds[i] = '0;
  end

  logic [FOLD_W-1:0]        fold_q;  // channel group of the next beat
  logic                     value_valid_q;
  logic [PE*X_W-1:0]        value_q;
  logic [PE*LEVELS*T_W-1:0] limits_q;
  logic                     out_valid_q;
  logic [PE*OUT_W-1:0]      out_q;

  logic en;  // the pipeline moves
  logic accept;
  assign en     = m_axis_tready || !out_valid_q;
  assign accept = s_axis_tvalid && s_axis_tready;

  assign s_axis_tready = en;
  assign m_axis_tvalid = out_valid_q;
  assign m_axis_tdata  = out_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      fold_q        <= '0;
      value_valid_q <= 1'b0;
      out_valid_q   <= 1'b0;
    end else begin
      if (accept) fold_q <= fold_q == FOLD_W'(FOLDS - 1) ? FOLD_W'(0) : fold_q + FOLD_W'(1);
      if (en) begin
        value_valid_q <= accept;
        out_valid_q   <= value_valid_q;
      end
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (accept) begin
      value_q  <= s_axis_tdata;
      limits_q <= thresholds[fold_q];
    end
  end

  for (genvar i = 0; i < PE; i = i + 1) begin : g_lane
    logic signed [T_W-1:0] x;
    logic [LEVELS-1:0]     reached;

    assign x = T_W'($signed(value_q[i*X_W +: X_W]));

    for (genvar j = 0; j < LEVELS; j = j + 1) begin : g_level
      assign reached[j] = x >= $signed(limits_q[(i*LEVELS+j)*T_W +: T_W]);
    end

    logic [$clog2(LEVELS + 1)-1:0] count;

    always_comb begin
      count = '0;
      for (int k = 0; k < LEVELS; k = k + 1) count = count + ($clog2(LEVELS + 1))'(reached[k]);
    end

    always_ff @(posedge aclk) begin
      if (en) out_q[i*OUT_W +: OUT_W] <= OUT_W'(count) + OUT_W'(LOWEST);
    end
  end

endmodule
`default_nettype wire
