// mac_array - output-stationary multiply-accumulate array of ROWS x COLS processing elements
//
// A beat holds ROWS activations and COLS weights; the PE in row r and column c adds a[r] * w[c].
// The beats up to one with tlast are a tile. Its sums then leave a column a beat, row 0 in the
// lowest bits, the last column with tlast, while the next tile accumulates. All values are signed;
// sums wrap modulo 2^ACC_W.
// Latency 4 cycles from the last beat of a tile to column 0; a beat every cycle while tiles have
// COLS beats or more. One enable freezes the array while a finished tile waits for the drain: cuts
// tvalid and tdata, s_axis_tready follows m_axis_tready.
//
// ROWS    rows: activations of a beat, >= 1
// COLS    columns: weights of a beat, >= 1
// A_W     width of an activation, >= 1
// W_W     width of a weight, >= 1
// ACC_W   width of a sum, >= A_W + W_W
`default_nettype none
module mac_array #(
  parameter int ROWS  = 4,
  parameter int COLS  = 8,
  parameter int A_W   = 8,
  parameter int W_W   = 8,
  parameter int ACC_W = 32
) (
  input  logic                         aclk,
  input  logic                         aresetn,

  // weights above activations, each with element 0 lowest
  input  logic                         s_axis_tvalid,
  output logic                         s_axis_tready,
  input  logic [ROWS*A_W+COLS*W_W-1:0] s_axis_tdata,
  input  logic                         s_axis_tlast,

  output logic                         m_axis_tvalid,
  input  logic                         m_axis_tready,
  output logic [ROWS*ACC_W-1:0]        m_axis_tdata,
  output logic                         m_axis_tlast
);

  localparam int COL_W    = COLS > 1 ? $clog2(COLS) : 1;
  localparam int COLUMN_W = ROWS * ACC_W;  // width of a column of sums

`ifndef SYNTHESIS
  initial begin
    if (ACC_W < A_W + W_W) $fatal(1, "mac_array: a sum holds a product");
  end
`endif

  // one enable for operands, products and sums: low while a finished tile waits for the drain
  logic                drain_valid_q;  // a column of sums is on m_axis
  logic [COL_W-1:0]    column_q;       // its number
  logic                fresh_q;        // the next beat starts a tile
  logic                operand_valid_q;
  logic                operand_first_q;
  logic                operand_last_q;
  logic                product_valid_q;
  logic                product_first_q;
  logic                product_last_q;
  logic                tile_done_q;    // the sums are those of a whole tile
  logic [ROWS*A_W-1:0] a_q;
  logic [COLS*W_W-1:0] w_q;

  logic shift;  // a column leaves
  logic column_ends;
  logic drain_free;
  logic en;     // the array moves
  logic accept;
  logic load;   // sums go to the drain
  logic multiply;
  logic accumulate;
  assign shift       = m_axis_tvalid && m_axis_tready;
  assign column_ends = column_q == COL_W'(COLS - 1);
  assign drain_free  = !drain_valid_q || (shift && column_ends);
  assign en          = !tile_done_q || drain_free;
  assign accept      = s_axis_tvalid && s_axis_tready;
  assign load        = tile_done_q && drain_free;
  assign multiply    = en && operand_valid_q;
  assign accumulate  = en && product_valid_q;

  assign s_axis_tready = en;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      fresh_q         <= 1'b1;
      operand_valid_q <= 1'b0;
      product_valid_q <= 1'b0;
      tile_done_q     <= 1'b0;
    end else begin
      if (accept) fresh_q <= s_axis_tlast;
      if (en) begin
        operand_valid_q <= accept;
        product_valid_q <= operand_valid_q;
        tile_done_q     <= product_valid_q && product_last_q;
      end
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (accept) begin
      operand_first_q <= fresh_q;
      operand_last_q  <= s_axis_tlast;
      a_q             <= s_axis_tdata[ROWS*A_W-1:0];
      w_q             <= s_axis_tdata[ROWS*A_W +: COLS*W_W];
    end
    if (en) begin
      product_first_q <= operand_first_q;
      product_last_q  <= operand_last_q;
    end
  end

  // the drain: every column moves to the place of the one before; zeros follow the last
  logic [(COLS+1)*COLUMN_W-1:0] columns;
  assign columns[COLS*COLUMN_W +: COLUMN_W] = '0;

  assign m_axis_tvalid = drain_valid_q;
  assign m_axis_tdata  = columns[COLUMN_W-1:0];
  assign m_axis_tlast  = column_ends;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      drain_valid_q <= 1'b0;
      column_q      <= '0;
    end else begin
      if (load) drain_valid_q <= 1'b1;
      else if (shift && column_ends) drain_valid_q <= 1'b0;
      if (shift) column_q <= column_ends ? COL_W'(0) : column_q + COL_W'(1);
    end
  end

  for (genvar i = 0; i < COLS; i = i + 1) begin : g_column
    logic [COLUMN_W-1:0]   drain_q;
    logic [ROWS*ACC_W-1:0] sums;

    for (genvar j = 0; j < ROWS; j = j + 1) begin : g_row
      mac_pe #(.A_W(A_W), .W_W(W_W), .ACC_W(ACC_W)) u_pe (
        .aclk      (aclk),
        .multiply  (multiply),
        .accumulate(accumulate),
        .clear     (product_first_q),
        .a         (a_q[j*A_W +: A_W]),
        .w         (w_q[i*W_W +: W_W]),
        .sum       (sums[j*ACC_W +: ACC_W])
      );
    end

    always_ff @(posedge aclk) begin
      if (load) drain_q <= sums;
      else if (shift) drain_q <= columns[(i+1)*COLUMN_W +: COLUMN_W];
    end

    assign columns[i*COLUMN_W +: COLUMN_W] = drain_q;
  end

endmodule
`default_nettype wire
