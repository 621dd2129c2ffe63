// requantize_none_s_half_even_sat_s - fixed-point requantizer on PE lanes: y = (x * 2^LEFT +
// addend) >> SHIFT, fitted to OUT_W bits
//
// The shift rounds to nearest, ties to even; clamps to the signed range.
// Values are signed, addends signed; there is no multiplier.
// Channels come in FOLDS groups of PE lanes; word f of the memory holds group f, lane 0 in the
// lowest bits.
// Latency 1 cycle, a beat every cycle. The register freezes while downstream stalls:
// cuts tvalid and tdata, s_axis_tready follows m_axis_tready.
//
// PE        lanes, >= 1
// FOLDS     groups of channels, >= 1
// X_W       width of a value, >= 1
// LEFT      bits by which values are shifted left
// A_W       width of an addend, >= 1
// T_W       width of x * 2^LEFT + addend and its rounding, >= 2
// SHIFT     bits dropped
// OUT_W     width of a result, >= 1
// ADDENDS   FOLDS words of PE * A_W bits
`default_nettype none
module requantize_none_s_half_even_sat_s #(
  parameter int PE      = 2,
  parameter int FOLDS   = 4,
  parameter int X_W     = 16,
  parameter int LEFT    = 0,
  parameter int A_W     = 16,
  parameter int T_W     = 19,
  parameter int SHIFT   = 4,
  parameter int OUT_W   = 8,
  parameter     ADDENDS = ""
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

  localparam int FOLD_W = FOLDS > 1 ? $clog2(FOLDS) : 1;
  localparam int P_W    = X_W + LEFT;  // width of a scaled value

`ifndef SYNTHESIS
  initial begin
    if (T_W < 2) $fatal(1, "requantize_none_s_half_even_sat_s: T_W must be at least 2");
    if (T_W < X_W + LEFT + 3)
      $fatal(1, "requantize_none_s_half_even_sat_s: the sum holds the product");
    if (T_W < A_W + 2) $fatal(1, "requantize_none_s_half_even_sat_s: the sum holds the addend");
    if (T_W <= SHIFT + OUT_W)
      $fatal(1, "requantize_none_s_half_even_sat_s: a result is a part of the sum");
  end
`endif

  logic [PE*A_W-1:0] addends [0:FOLDS-1];
  if (ADDENDS != "") begin : g_addends_image
    initial $readmemh(ADDENDS, addends);
  end else begin : g_addends_blank
    initial for (int i = 0; i < FOLDS; i = i + 1) addends[i] = '0;
  end

  logic [FOLD_W-1:0]   fold_q;  // channel group of the next beat
  logic                out_valid_q;
  logic [PE*OUT_W-1:0] out_q;

  logic [PE*A_W-1:0] row;  // addends of this group
  logic              en;   // the register is free or is being read
  logic              accept;
  assign row    = addends[fold_q];
  assign en     = m_axis_tready || !out_valid_q;
  assign accept = s_axis_tvalid && s_axis_tready;

  assign s_axis_tready = en;
  assign m_axis_tvalid = out_valid_q;
  assign m_axis_tdata  = out_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      out_valid_q <= 1'b0;
      fold_q      <= '0;
    end else begin
      if (en) out_valid_q <= accept;
      if (accept) fold_q <= fold_q == FOLD_W'(FOLDS - 1) ? FOLD_W'(0) : fold_q + FOLD_W'(1);
    end
  end

  for (genvar i = 0; i < PE; i = i + 1) begin : g_lane
    logic signed [P_W-1:0] product;

    if (LEFT > 0) begin : g_left
      assign product = $signed({$signed(s_axis_tdata[i*X_W +: X_W]), LEFT'(0)});
    end else begin : g_left_else
      assign product = P_W'($signed(s_axis_tdata[i*X_W +: X_W]));
    end

    logic signed [T_W-1:0] sum;
    logic signed [T_W-1:0] shifted;

    assign sum = T_W'(product) + T_W'($signed(row[i*A_W +: A_W]));

    if (SHIFT > 0) begin : g_round
      logic [SHIFT-1:0]      ones;
      logic signed [T_W-1:0] half_less;       // one less than half of the last place
      logic signed [T_W-1:0] rounded;
      logic                  unused_rounded;  // not every bit matters

      assign ones           = ~(SHIFT'(0));
      assign half_less      = $signed(T_W'({1'b0, ones})) >>> 1;
      assign rounded        = sum + half_less + $signed(T_W'(sum[SHIFT]));
      assign unused_rounded = |rounded;

      assign shifted = T_W'($signed(rounded[SHIFT +: T_W-SHIFT]));
    end else begin : g_round_else
      assign shifted = sum;
    end

    logic             unused_sum;  // not every bit matters
    logic             over;
    logic [OUT_W-1:0] out_ones;

    assign unused_sum = |sum;
    assign over       = (|shifted[OUT_W-1 +: T_W-OUT_W+1]) && !(&shifted[OUT_W-1 +: T_W-OUT_W+1]);
    assign out_ones   = ~(OUT_W'(0));

    always_ff @(posedge aclk) begin
      if (accept) begin
        out_q[i*OUT_W +: OUT_W] <= over ? (shifted < T_W'(0) ? ~(out_ones >> 1) : out_ones >> 1)
            : $signed(shifted[OUT_W-1:0]);
      end
    end
  end

endmodule
`default_nettype wire
