// border_scale_u - unsigned sums of windows times factors of their row and column: windows over the
// border count more
//
// y = x * row factor * column factor, its lower OUT_W bits. An image is ROWS rows of COLUMNS
// pixels, a pixel is FOLDS beats of PE lanes. Where all rows have one factor, ROWS may be 1.
// Latency 2 cycles, a beat every cycle. One enable freezes the pipeline while downstream stalls:
// cuts tvalid and tdata, s_axis_tready follows m_axis_tready.
//
// PE               lanes, >= 1
// FOLDS            beats of a pixel, >= 1
// ROWS             rows of an image, >= 1
// COLUMNS          pixels of a row, >= 1
// X_W              width of a sum, >= 1
// Y_FACTOR_W       width of a row factor, >= 1
// X_FACTOR_W       width of a column factor, >= 1
// OUT_W            width of a result, 1 to 52
// ROW_FACTORS      ROWS words of Y_FACTOR_W bits
// COLUMN_FACTORS   COLUMNS words of X_FACTOR_W bits
`default_nettype none
module border_scale_u #(
  parameter int PE             = 2,
  parameter int FOLDS          = 4,
  parameter int ROWS           = 8,
  parameter int COLUMNS        = 8,
  parameter int X_W            = 12,
  parameter int Y_FACTOR_W     = 2,
  parameter int X_FACTOR_W     = 2,
  parameter int OUT_W          = 16,
  parameter     ROW_FACTORS    = "",
  parameter     COLUMN_FACTORS = ""
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

  localparam int FOLD_W   = FOLDS > 1 ? $clog2(FOLDS) : 1;
  localparam int ROW_W    = ROWS > 1 ? $clog2(ROWS) : 1;
  localparam int COLUMN_W = COLUMNS > 1 ? $clog2(COLUMNS) : 1;
  localparam int F_W      = Y_FACTOR_W + X_FACTOR_W;  // width of a factor

`ifndef SYNTHESIS
  initial begin
    if (OUT_W > 52) $fatal(1, "border_scale_u: OUT_W must be at most 52");
    if (OUT_W < X_W) $fatal(1, "border_scale_u: a result holds a sum");
    if (X_W + Y_FACTOR_W + X_FACTOR_W < OUT_W)
      $fatal(1, "border_scale_u: and is a part of the product");
  end
`endif

  logic [Y_FACTOR_W-1:0] row_factors [0:ROWS-1];
  logic [X_FACTOR_W-1:0] column_factors [0:COLUMNS-1];
  if (ROW_FACTORS != "") begin : g_row_factors_image
    initial $readmemh(ROW_FACTORS, row_factors);
  end else begin : g_row_factors_blank
    initial for (int i = 0; i < ROWS; i = i + 1) row_factors[i] = '0;
  end
  if (COLUMN_FACTORS != "") begin : g_column_factors_image
    initial $readmemh(COLUMN_FACTORS, column_factors);
  end else begin : g_column_factors_blank
    initial for (int i = 0; i < COLUMNS; i = i + 1) column_factors[i] = '0;
  end

  logic [FOLD_W-1:0]   fold_q;  // next beat of its pixel
  logic [COLUMN_W-1:0] column_q;
  logic [ROW_W-1:0]    row_q;
  logic                value_valid_q;
  logic [PE*X_W-1:0]   value_q;
  logic [F_W-1:0]      factor_q;
  logic                out_valid_q;
  logic [PE*OUT_W-1:0] out_q;

  logic en;  // the pipeline moves
  logic accept;
  logic fold_ends;
  logic column_ends;
  logic row_ends;
  assign en          = m_axis_tready || !out_valid_q;
  assign accept      = s_axis_tvalid && s_axis_tready;
  assign fold_ends   = fold_q == FOLD_W'(FOLDS - 1);
  assign column_ends = column_q == COLUMN_W'(COLUMNS - 1);
  assign row_ends    = row_q == ROW_W'(ROWS - 1);

  assign s_axis_tready = en;
  assign m_axis_tvalid = out_valid_q;
  assign m_axis_tdata  = out_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      fold_q        <= '0;
      column_q      <= '0;
      row_q         <= '0;
      value_valid_q <= 1'b0;
      out_valid_q   <= 1'b0;
    end else begin
      if (accept) begin
        fold_q <= fold_ends ? FOLD_W'(0) : fold_q + FOLD_W'(1);
        if (fold_ends) begin
          column_q <= column_ends ? COLUMN_W'(0) : column_q + COLUMN_W'(1);
          if (column_ends) row_q <= row_ends ? ROW_W'(0) : row_q + ROW_W'(1);
        end
      end
      if (en) begin
        value_valid_q <= accept;
        out_valid_q   <= value_valid_q;
      end
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (accept) begin
      value_q  <= s_axis_tdata;
      factor_q <= (Y_FACTOR_W+X_FACTOR_W)'(row_factors[row_q])
          * (Y_FACTOR_W+X_FACTOR_W)'(column_factors[column_q]);
    end
  end

  for (genvar i = 0; i < PE; i = i + 1) begin : g_lane
    logic [X_W+F_W-1:0] product;

    assign product = value_q[i*X_W +: X_W] * factor_q;

    always_ff @(posedge aclk) begin
      if (en) out_q[i*OUT_W +: OUT_W] <= product[OUT_W-1:0];
    end

    logic unused_upper;  // not every bit matters

    assign unused_upper = |product;
  end

endmodule
`default_nettype wire
