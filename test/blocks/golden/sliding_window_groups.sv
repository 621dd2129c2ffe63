// sliding_window_groups - sliding window: images in, for every output pixel the patch under its
// window out
//
// An image flows row by row, FOLDS beats of SIMD channels a pixel. Patches leave row by row, each
// in the order (channel group, kernel row, kernel column). Elements outside of the image are PAD;
// they are not stored.
// The window over output pixel (oy, ox) holds the pixels (oy * SH - PT + ky * DH, ox * SW - PL + kx
// * DW), ky = 0 .. KH - 1, kx = 0 .. KW - 1.
// A ring of DEPTH beats keeps the image: a beat may enter when the one DEPTH beats before it lies
// in front of the current patch, so the next rows, and the next image, arrive while patches leave.
// Latency 2 cycles from the last beat that a patch beat waits for; padding waits for nothing, but
// an image's first patch for its first beat. A beat every cycle. Cuts tvalid, tdata and tready.
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
// DEPTH   beats that the buffer holds, >= 1
`default_nettype none
module sliding_window_groups #(
  parameter int H     = 6,
  parameter int W     = 6,
  parameter int FOLDS = 2,
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
  parameter int SIMD  = 2,
  parameter int X_W   = 8,
  parameter int PAD   = 0,
  parameter int DEPTH = 64
) (
  input  logic                aclk,
  input  logic                aresetn,

  input  logic                s_axis_tvalid,
  output logic                s_axis_tready,
  input  logic [SIMD*X_W-1:0] s_axis_tdata,

  output logic                m_axis_tvalid,
  input  logic                m_axis_tready,
  output logic [SIMD*X_W-1:0] m_axis_tdata
);

  // from the first to the last row of a window
  localparam int TALL        = (KH - 1) * DH;
  localparam int WIDE        = (KW - 1) * DW;
  // rows a window can move
  localparam int SLACK_Y     = PT + H + PB - TALL - 1;
  localparam int SLACK_X     = PL + W + PR - WIDE - 1;
  // first padded row of the last window
  localparam int TOP         = SLACK_Y - SLACK_Y % SH;
  // first padded column of the last window
  localparam int LEFT        = SLACK_X - SLACK_X % SW;
  localparam int ROW_W       = $clog2(PT + H + PB + SH + DH + 1);
  localparam int COL_W       = $clog2(PL + W + PR + SW + DW + 1);
  localparam int FOLD_W      = FOLDS > 1 ? $clog2(FOLDS) : 1;
  // beats of a row
  localparam int LINE        = W * FOLDS;
  // beats of an image
  localparam int IMAGE       = H * LINE;
  // number of the first beat of an image, see below
  localparam int ORIGIN      = IMAGE + PT * LINE + PL * FOLDS;
  // beats between rows of a window
  localparam int STEP_Y      = DH * LINE;
  // beats between columns of a window
  localparam int STEP_X      = DW * FOLDS;
  // beats from window to window
  localparam int HOP_Y       = SH * LINE;
  localparam int HOP_X       = SW * FOLDS;
  // width of a beat number
  localparam int N_W         = $clog2(ORIGIN + IMAGE + (PT + H + PB + SH + DH + TALL) * LINE + (PL + W + PR + SW + DW + WIDE + 1) * FOLDS + DEPTH + 1);
  localparam int ADDR_W      = DEPTH > 1 ? $clog2(DEPTH) : 1;
  // from the last position of a loop, and of those inside of it, to the first
  localparam int BACK_COLUMN = WIDE * FOLDS;
  localparam int BACK_ROW    = BACK_COLUMN + TALL * LINE;
  localparam int BACK_FOLD   = BACK_ROW + (FOLDS - 1);
  localparam int BACK_LEFT   = BACK_FOLD + LEFT * FOLDS;
  localparam int BACK_TOP    = BACK_LEFT + TOP * LINE;

`ifndef SYNTHESIS
  initial begin
    if (PT + H + PB < (KH - 1) * DH + 1)
      $fatal(1, "sliding_window_groups: the window is not taller than the padded image");
    if (PL + W + PR < (KW - 1) * DW + 1)
      $fatal(1, "sliding_window_groups: the window is not wider than the padded image");
    if (DEPTH < ((KH - 1) * DH * W + (KW - 1) * DW + 1) * FOLDS)
      $fatal(1, "sliding_window_groups: the buffer holds a window");
    if (X_W < $clog2(PAD + 1)) $fatal(1, "sliding_window_groups: PAD is a code");
  end
`endif

  // place of the next output beat: window (top, left), row and column within it, channel group
  logic [FOLD_W-1:0] fold_q;
  logic [COL_W-1:0]  column_q;
  logic [ROW_W-1:0]  row_q;
  logic [COL_W-1:0]  left_q;
  logic [ROW_W-1:0]  top_q;

  // Beats are numbered from the image that is leaving: ORIGIN is its first beat, IMAGE what a
  // window in the corner of the padding would begin with. Numbers of padding are not looked at.
  logic [N_W-1:0]      element_q;  // beat that leaves next
  logic [N_W-1:0]      arrived_q;  // beats below this number have arrived
  logic [N_W-1:0]      limit_q;    // beats below this number have a place
  logic [ADDR_W-1:0]   read_q;     // place of element in the buffer
  logic [ADDR_W-1:0]   write_q;
  logic                out_valid_q;
  logic                out_pads_q;
  logic [SIMD*X_W-1:0] out_q;

  logic             accept;
  logic [ROW_W-1:0] padded_row;
  logic [COL_W-1:0] padded_column;
  logic             onward;    // the element lies neither below nor right of the image
  logic             in_image;  // the element belongs to the image
  logic             begins;    // first beat of a patch
  logic             opens;     // first beat of an image
  logic [N_W-1:0]   awaited;
  logic             known;
  logic             en;        // the output register is free or is being read
  logic             fetch;
  logic             column_ends;
  logic             row_ends;
  logic             fold_ends;
  logic             left_ends;
  logic             top_ends;
  logic             turn;      // the last beat of an image leaves
  assign accept        = s_axis_tvalid && s_axis_tready;
  assign padded_row    = top_q + row_q;
  assign padded_column = left_q + column_q;
  assign onward        = padded_row < ROW_W'(PT + H) && padded_column < COL_W'(PL + W);
  assign in_image      = onward && padded_row + ROW_W'(1) > ROW_W'(PT)
      && padded_column + COL_W'(1) > COL_W'(PL);
  assign begins        = column_q == COL_W'(0) && row_q == ROW_W'(0) && fold_q == FOLD_W'(0);
  assign opens         = begins && left_q == COL_W'(0) && top_q == ROW_W'(0);
  assign awaited       = opens ? N_W'(ORIGIN) : element_q;
  assign known         = !(in_image || opens) || awaited < arrived_q;
  assign en            = m_axis_tready || !out_valid_q;
  assign fetch         = en && known;
  assign column_ends   = column_q == COL_W'(WIDE);
  assign row_ends      = row_q == ROW_W'(TALL);
  assign fold_ends     = fold_q == FOLD_W'(FOLDS - 1);
  assign left_ends     = left_q == COL_W'(LEFT);
  assign top_ends      = top_q == ROW_W'(TOP);
  assign turn          = fetch && column_ends && row_ends && fold_ends && left_ends && top_ends;

  assign s_axis_tready = arrived_q < limit_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      column_q <= '0;
      row_q    <= '0;
      fold_q   <= '0;
      left_q   <= '0;
      top_q    <= '0;
    end else if (fetch) begin
      column_q <= column_ends ? COL_W'(0) : column_q + COL_W'(DW);
      if (column_ends) begin
        row_q <= row_ends ? ROW_W'(0) : row_q + ROW_W'(DH);
        if (row_ends) begin
          fold_q <= fold_ends ? FOLD_W'(0) : fold_q + FOLD_W'(1);
          if (fold_ends) begin
            left_q <= left_ends ? COL_W'(0) : left_q + COL_W'(SW);
            if (left_ends) top_q <= top_ends ? ROW_W'(0) : top_q + ROW_W'(SH);
          end
        end
      end
    end
  end

  // from one beat to the next, as a distance in the image and in the buffer
  logic [N_W-1:0]    column_hop;
  logic [N_W-1:0]    row_hop;
  logic [N_W-1:0]    fold_hop;
  logic [N_W-1:0]    left_hop;
  logic [N_W-1:0]    top_hop;
  logic [N_W-1:0]    hop;
  logic [ADDR_W-1:0] hop_read;
  logic [ADDR_W:0]   sum;
  assign column_hop = N_W'(STEP_X);
  assign row_hop    = N_W'(STEP_Y);
  assign fold_hop   = N_W'(1);
  assign left_hop   = N_W'(HOP_X);
  assign top_hop    = N_W'(HOP_Y);
  assign hop        = column_ends
      ? (row_ends
          ? (fold_ends ? (left_ends ? top_hop - N_W'(BACK_LEFT) : left_hop - N_W'(BACK_FOLD))
              : fold_hop - N_W'(BACK_ROW))
          : row_hop - N_W'(BACK_COLUMN))
      : column_hop;
  assign hop_read   = column_ends
      ? (row_ends
          ? (fold_ends
              ? (left_ends
                  ? (top_ends ? ADDR_W'((IMAGE + DEPTH - BACK_TOP % DEPTH) % DEPTH)
                      : ADDR_W'((HOP_Y + DEPTH - BACK_LEFT % DEPTH) % DEPTH))
                  : ADDR_W'((HOP_X + DEPTH - BACK_FOLD % DEPTH) % DEPTH))
              : ADDR_W'((1 + DEPTH - BACK_ROW % DEPTH) % DEPTH))
          : ADDR_W'((STEP_Y + DEPTH - BACK_COLUMN % DEPTH) % DEPTH))
      : ADDR_W'(STEP_X % DEPTH);
  assign sum        = read_q + hop_read;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      element_q <= N_W'(IMAGE);
      read_q    <= '0;
    end else if (fetch) begin
      element_q <= turn ? N_W'(IMAGE) : element_q + hop;
      read_q    <= ADDR_W'((ADDR_W+2)'(sum) >= (ADDR_W+2)'(DEPTH)
          ? sum - (ADDR_W+1)'(DEPTH - 1) - (ADDR_W+1)'(1) : sum);
    end
  end

  // the image so far, and how much more may come
  logic [N_W-1:0] taken;
  assign taken = accept ? arrived_q + N_W'(1) : arrived_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) arrived_q <= N_W'(ORIGIN);
    else arrived_q <= turn ? taken - N_W'(IMAGE) : taken;
  end

  logic [N_W-1:0] reach;
  assign reach = element_q + N_W'(DEPTH);

  always_ff @(posedge aclk) begin
    if (!aresetn) limit_q <= N_W'(ORIGIN + DEPTH);
    else if (turn) limit_q <= N_W'(ORIGIN + DEPTH);
    else if (begins && onward && reach > limit_q) limit_q <= reach;
  end

  logic [SIMD*X_W-1:0] store [0:DEPTH-1];

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      write_q     <= ADDR_W'((ORIGIN - IMAGE) % DEPTH);
      out_valid_q <= 1'b0;
    end else begin
      if (accept) write_q <= write_q == ADDR_W'(DEPTH - 1) ? ADDR_W'(0) : write_q + ADDR_W'(1);
      if (en) out_valid_q <= fetch;
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (fetch) begin
      out_pads_q <= !in_image;
      out_q      <= store[read_q];
    end
  end

  always_ff @(posedge aclk) begin
    if (accept) store[write_q] <= s_axis_tdata;
  end

  logic [SIMD*X_W-1:0] padding;

  for (genvar i = 0; i < SIMD; i = i + 1) begin : g_lane
    assign padding[i*X_W +: X_W] = X_W'(PAD);
  end

  assign m_axis_tvalid = out_valid_q;
  assign m_axis_tdata  = out_pads_q ? padding : out_q;

endmodule
`default_nettype wire
