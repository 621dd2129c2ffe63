// requantize_s_half_up_wrap - fixed-point requantizer on PE lanes: y = (x * multiplier + addend) >>
// SHIFT, fitted to OUT_W bits
//
// The shift rounds to nearest, ties up; the upper bits drop.
// Values are signed, multipliers and addends signed; the product is full width.
// Channels come in FOLDS groups of PE lanes; word f of each memory holds group f, lane 0 in the
// lowest bits.
// Latency 3 cycles, a beat every cycle. One enable freezes the pipeline while downstream stalls:
// cuts tvalid and tdata, s_axis_tready follows m_axis_tready.
//
// PE            lanes, >= 1
// FOLDS         groups of channels, >= 1
// X_W           width of a value, >= 1
// M_W           width of a multiplier, >= 1
// A_W           width of an addend, >= 1
// T_W           width of x * multiplier + addend and its rounding, >= 2
// SHIFT         bits dropped
// OUT_W         width of a result, >= 1
// MULTIPLIERS   FOLDS words of PE * M_W bits
// ADDENDS       FOLDS words of PE * A_W bits
`default_nettype none
module requantize_s_half_up_wrap #(
  parameter int PE          = 2,
  parameter int FOLDS       = 4,
  parameter int X_W         = 16,
  parameter int M_W         = 8,
  parameter int A_W         = 16,
  parameter int T_W         = 27,
  parameter int SHIFT       = 4,
  parameter int OUT_W       = 8,
  parameter     MULTIPLIERS = "",
  parameter     ADDENDS     = ""
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
  localparam int P_W    = X_W + M_W;  // width of a product

`ifndef SYNTHESIS
  initial begin
    if (T_W < 2) $fatal(1, "requantize_s_half_up_wrap: T_W must be at least 2");
    if (T_W < X_W + M_W + 3) $fatal(1, "requantize_s_half_up_wrap: the sum holds the product");
    if (T_W < A_W + 2) $fatal(1, "requantize_s_half_up_wrap: the sum holds the addend");
    if (T_W <= SHIFT + OUT_W) $fatal(1, "requantize_s_half_up_wrap: a result is a part of the sum");
  end
`endif

  logic [PE*M_W-1:0] multipliers [0:FOLDS-1];
  logic [PE*A_W-1:0] addends [0:FOLDS-1];
  if (MULTIPLIERS != "") begin : g_multipliers_image
    initial $readmemh(MULTIPLIERS, multipliers);
  end else begin : g_multipliers_blank
    initial for (int i = 0; i < FOLDS; i = i + 1) multipliers[i] = '0;
  end
  if (ADDENDS != "") begin : g_addends_image
    initial $readmemh(ADDENDS, addends);
  end else begin : g_addends_blank
    initial for (int i = 0; i < FOLDS; i = i + 1) addends[i] = '0;
  end

  logic [FOLD_W-1:0]   fold_q;            // channel group of the next beat
  logic                value_valid_q;
  logic [PE*X_W-1:0]   value_q;
  logic [PE*M_W-1:0]   multiplier_q;
  logic [PE*A_W-1:0]   addend_q;
  logic                product_valid_q;
  logic [PE*P_W-1:0]   product_q;
  logic [PE*A_W-1:0]   product_addend_q;  // addends that belong to the products
  logic                out_valid_q;
  logic [PE*OUT_W-1:0] out_q;

  logic en;  // the pipeline moves
  logic accept;
  assign en     = m_axis_tready || !out_valid_q;
  assign accept = s_axis_tvalid && s_axis_tready;

  assign s_axis_tready = en;
  assign m_axis_tvalid = out_valid_q;
  assign m_axis_tdata  = out_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      fold_q          <= '0;
      value_valid_q   <= 1'b0;
      product_valid_q <= 1'b0;
      out_valid_q     <= 1'b0;
    end else begin
      if (accept) fold_q <= fold_q == FOLD_W'(FOLDS - 1) ? FOLD_W'(0) : fold_q + FOLD_W'(1);
      if (en) begin
        value_valid_q   <= accept;
        product_valid_q <= value_valid_q;
        out_valid_q     <= product_valid_q;
      end
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (accept) begin
      value_q      <= s_axis_tdata;
      multiplier_q <= multipliers[fold_q];
      addend_q     <= addends[fold_q];
    end
    if (en) product_addend_q <= addend_q;
  end

  for (genvar i = 0; i < PE; i = i + 1) begin : g_lane
    always_ff @(posedge aclk) begin
      if (en) begin
        product_q[i*P_W +: P_W] <= $signed(value_q[i*X_W +: X_W])
            * $signed(multiplier_q[i*M_W +: M_W]);
      end
    end

    logic signed [T_W-1:0] sum;
    logic signed [T_W-1:0] shifted;

    assign sum = T_W'($signed(product_q[i*P_W +: P_W]))
        + T_W'($signed(product_addend_q[i*A_W +: A_W]));

    if (SHIFT > 0) begin : g_round
      logic [SHIFT-1:0]      ones;
      logic signed [T_W-1:0] half_less;       // one less than half of the last place
      logic signed [T_W-1:0] rounded;
      logic                  unused_rounded;  // not every bit matters

      assign ones           = ~(SHIFT'(0));
      assign half_less      = $signed(T_W'({1'b0, ones})) >>> 1;
      assign rounded        = sum + half_less + T_W'(1);
      assign unused_rounded = |rounded;

      assign shifted = T_W'($signed(rounded[SHIFT +: T_W-SHIFT]));
    end else begin : g_round_else
      assign shifted = sum;
    end

    logic unused_sum;    // not every bit matters
    logic unused_upper;  // not every bit matters

    assign unused_sum   = |sum;
    assign unused_upper = |shifted;

    always_ff @(posedge aclk) begin
      if (en) out_q[i*OUT_W +: OUT_W] <= $signed(shifted[OUT_W-1:0]);
    end
  end

endmodule
`default_nettype wire
