// sliding_window_patches - sliding window of whole patches: all pixels of a window in one beat,
// SIMD channels of them
//
// An image flows row by row, FOLDS beats of SIMD channels a pixel. Patches leave row by row, FOLDS
// beats each:
// beat f holds pixel (ky, kx) as field ky * KW + kx of SIMD channels f * SIMD + lane, the first
// field in the lowest bits. These are KH * KW beats of sliding_window_groups in one. Elements
// outside of the image are PAD.
// The window over output pixel (oy, ox) holds the pixels (oy * SH - PT + ky * DH, ox * SW - PL + kx
// * DW), ky = 0 .. KH - 1, kx = 0 .. KW - 1.
// The padded image passes at a beat a cycle: (PT + H + PB) * (PL + W + PR) * FOLDS cycles an image;
// the padding in front of the very first image waits for its first beat. Latency 2 cycles. One
// enable freezes the pipeline while downstream stalls: cuts tvalid and tdata, s_axis_tready follows
// m_axis_tready.
//
// H       rows of the image, >= 1
// W       columns of the image, >= 1
// FOLDS   beats of a pixel, >= 1
// KH      rows of the window, >= 1
// KW      columns of the window, >= 1
// SH      rows from window to window, >= 1
// SW      columns from window to window, >= 1
// DH      rows between rows of a window (dilation), >= 1
// DW      columns between columns of a window, >= 1
// PT      rows of padding at the top
// PB      rows of padding at the bottom
// PL      columns of padding on the left
// PR      columns of padding on the right
// SIMD    channels of a beat, >= 1
// X_W     width of a channel, >= 1
// PAD     code of the padding, modulo 2^X_W
`default_nettype none
module sliding_window_patches #(
  parameter int H     = 6,
  parameter int W     = 6,
  parameter int FOLDS = 1,
  parameter int KH    = 3,
  parameter int KW    = 3,
  parameter int SH    = 1,
  parameter int SW    = 1,
  parameter int DH    = 1,
  parameter int DW    = 1,
  parameter int PT    = 1,
  parameter int PB    = 1,
  parameter int PL    = 1,
  parameter int PR    = 1,
  parameter int SIMD  = 3,
  parameter int X_W   = 8,
  parameter int PAD   = 0
) (
  input  logic                      aclk,
  input  logic                      aresetn,

  input  logic                      s_axis_tvalid,
  output logic                      s_axis_tready,
  input  logic [SIMD*X_W-1:0]       s_axis_tdata,

  output logic                      m_axis_tvalid,
  input  logic                      m_axis_tready,
  output logic [KH*KW*SIMD*X_W-1:0] m_axis_tdata
);

  localparam int TALL    = (KH - 1) * DH;     // from the first to the last row of a window
  localparam int WIDE    = (KW - 1) * DW;
  localparam int ROWS    = PT + H + PB;       // rows of the padded image
  localparam int COLUMNS = PL + W + PR;
  localparam int LINE    = COLUMNS * FOLDS;   // beats of its row
  localparam int KEPT    = WIDE * FOLDS + 1;  // beats of a row that the window spans
  localparam int BEAT_W  = SIMD * X_W;
  localparam int ROW_W   = $clog2(ROWS + SH + 1);
  localparam int COL_W   = $clog2(COLUMNS + SW + 1);
  localparam int FOLD_W  = FOLDS > 1 ? $clog2(FOLDS) : 1;
  localparam int LINE_W  = LINE > 1 ? $clog2(LINE) : 1;

`ifndef SYNTHESIS
  initial begin
    if ((KH - 1) * DH < PT) $fatal(1, "sliding_window_patches: no window lies above the image");
    if ((KW - 1) * DW < PL) $fatal(1, "sliding_window_patches: no window lies left of the image");
    if (PT + H + PB < (KH - 1) * DH + 1)
      $fatal(1, "sliding_window_patches: the window is not taller than the padded image");
    if (PL + W + PR < (KW - 1) * DW + 1)
      $fatal(1, "sliding_window_patches: the window is not wider than the padded image");
    if ((PL + W + PR) * FOLDS < 2)
      $fatal(1, "sliding_window_patches: a row of the padded image has two beats");
    if (X_W < $clog2(PAD + 1)) $fatal(1, "sliding_window_patches: PAD is a code");
  end
`endif

  // place in the padded image, and the place at which the next window is complete
  logic [FOLD_W-1:0] fold_q;
  logic [COL_W-1:0]  column_q;
  logic [ROW_W-1:0]  row_q;
  logic [COL_W-1:0]  right_q;
  logic [ROW_W-1:0]  bottom_q;
  logic [LINE_W-1:0] place_q;  // beat of the row
  logic              begun_q;  // the first beat has been on offer

  logic en;    // the pipeline moves
  logic in_image;
  logic step;  // padding need not wait
  logic fold_ends;
  logic column_ends;
  logic row_ends;
  logic at_right;
  logic at_bottom;
  assign in_image    = row_q + ROW_W'(1) > ROW_W'(PT) && row_q < ROW_W'(PT + H)
      && column_q + COL_W'(1) > COL_W'(PL) && column_q < COL_W'(PL + W);
  assign step        = en && (s_axis_tvalid || (begun_q && !in_image));
  assign fold_ends   = fold_q == FOLD_W'(FOLDS - 1);
  assign column_ends = column_q == COL_W'(COLUMNS - 1);
  assign row_ends    = row_q == ROW_W'(ROWS - 1);
  assign at_right    = column_q == right_q;
  assign at_bottom   = row_q == bottom_q;

  assign s_axis_tready = en && in_image;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      begun_q  <= 1'b0;
      fold_q   <= '0;
      place_q  <= '0;
      column_q <= '0;
      right_q  <= COL_W'(WIDE);
      row_q    <= '0;
      bottom_q <= ROW_W'(TALL);
    end else if (step) begin
      begun_q <= 1'b1;
      fold_q  <= fold_ends ? FOLD_W'(0) : fold_q + FOLD_W'(1);
      place_q <= place_q == LINE_W'(LINE - 1) ? LINE_W'(0) : place_q + LINE_W'(1);
      if (fold_ends) begin
        column_q <= column_ends ? COL_W'(0) : column_q + COL_W'(1);
        if (column_ends) begin
          right_q <= COL_W'(WIDE);
          row_q   <= row_ends ? ROW_W'(0) : row_q + ROW_W'(1);
          if (row_ends) bottom_q <= ROW_W'(TALL);
          else if (at_bottom) bottom_q <= bottom_q + ROW_W'(SH);
        end else if (at_right) begin
          right_q <= right_q + COL_W'(SW);
        end
      end
    end
  end

  // the new beat, and above it those of the last TALL rows, the newest in the lowest bits
  logic [SIMD*X_W-1:0] padding;

  for (genvar i = 0; i < SIMD; i = i + 1) begin : g_lane
    assign padding[i*X_W +: X_W] = X_W'(PAD);
  end

  logic              beat_valid_q;
  logic              beat_gives_q;  // it completes a window
  logic              out_valid_q;
  logic [BEAT_W-1:0] beat_q;

  logic [(TALL+1)*BEAT_W-1:0] stacked;

  always_ff @(posedge aclk) begin
    if (step) beat_q <= in_image ? s_axis_tdata : padding;
  end

  logic shift;
  assign shift = en && beat_valid_q;

  if (TALL > 0) begin : g_rows
    logic [TALL*BEAT_W-1:0] store [0:LINE-1];

    logic [TALL*BEAT_W-1:0] above_q;
    logic [LINE_W-1:0]      to_q;  // place of the beat

    always_ff @(posedge aclk) begin
      if (step) begin
        above_q <= store[place_q];
        to_q    <= place_q;
      end
    end

    assign stacked = {above_q, beat_q};

    always_ff @(posedge aclk) begin
      if (shift) store[to_q] <= stacked[TALL*BEAT_W-1:0];
    end
  end else begin : g_rows_else
    assign stacked = ((TALL+1)*BEAT_W)'(beat_q);
  end

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      beat_valid_q <= 1'b0;
      out_valid_q  <= 1'b0;
    end else if (en) begin
      beat_valid_q <= step;
      out_valid_q  <= beat_valid_q && beat_gives_q;
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (en) beat_gives_q <= at_right && at_bottom;
  end

  // rows of the window as shift registers, the newest beat in the lowest bits
  logic [KH*KW*BEAT_W-1:0] patch;

  for (genvar j = 0; j < KH; j = j + 1) begin : g_row
    logic [KEPT*BEAT_W-1:0] span_q;

    always_ff @(posedge aclk) begin
      if (shift) span_q <= (KEPT*BEAT_W)'({span_q, stacked[(KH-1-j)*DH*BEAT_W +: BEAT_W]});
    end

    for (genvar k = 0; k < KW; k = k + 1) begin : g_column
      assign patch[(j*KW+k)*BEAT_W +: BEAT_W] = span_q[(KW-1-k)*DW*FOLDS*BEAT_W +: BEAT_W];
    end
  end

  assign en            = m_axis_tready || !out_valid_q;
  assign m_axis_tvalid = out_valid_q;
  assign m_axis_tdata  = patch;

endmodule
`default_nettype wire
