// upsample - nearest upsampling by whole factors: each pixel leaves FX times, each row FY times
//
// An image is rows of COLUMNS pixels, a pixel is FOLDS beats. A beat is used at once and kept in a
// buffer of one row, from which all copies come; meanwhile the input waits.
// Latency 1 cycle; gives a beat every cycle, and takes one in FX * FY cycles on average: while the
// first copy of a row is made, FOLDS in FX * FOLDS cycles.
// Cuts tvalid and tdata; s_axis_tready follows m_axis_tready combinationally.
//
// W         width of a beat, >= 1
// FOLDS     beats of a pixel, >= 1
// COLUMNS   pixels of a row at the input, >= 1
// FY        copies of a row, >= 1
// FX        copies of a pixel in its row, >= 1
`default_nettype none
module upsample #(
  parameter int W       = 8,
  parameter int FOLDS   = 2,
  parameter int COLUMNS = 8,
  parameter int FY      = 2,
  parameter int FX      = 2
) (
  input  logic         aclk,
  input  logic         aresetn,

  input  logic         s_axis_tvalid,
  output logic         s_axis_tready,
  input  logic [W-1:0] s_axis_tdata,

  output logic         m_axis_tvalid,
  input  logic         m_axis_tready,
  output logic [W-1:0] m_axis_tdata
);

  localparam int LINE    = COLUMNS * FOLDS;  // beats of a row
  localparam int PLACE_W = LINE > 1 ? $clog2(LINE) : 1;
  localparam int FOLD_W  = FOLDS > 1 ? $clog2(FOLDS) : 1;
  localparam int X_W     = FX > 1 ? $clog2(FX) : 1;
  localparam int Y_W     = FY > 1 ? $clog2(FY) : 1;

  // what leaves next: a beat of the row, in which copy of its pixel, in which copy of the row
  logic [PLACE_W-1:0] place_q;
  logic [FOLD_W-1:0]  fold_q;       // place modulo FOLDS
  logic [X_W-1:0]     copy_x_q;
  logic [Y_W-1:0]     copy_y_q;
  logic               out_valid_q;
  logic               out_fresh_q;  // the beat is new, not a copy
  logic [W-1:0]       fresh_q;
  logic [W-1:0]       copy_q;

  logic en;          // the output is free or is being read
  logic wants_new;   // the beat has not been there before
  logic step;        // a beat enters the output
  logic fold_ends;
  logic copies_end;  // the last copy of the pixel
  logic row_ends;
  assign en         = m_axis_tready || !out_valid_q;
  assign wants_new  = copy_x_q == X_W'(0) && copy_y_q == Y_W'(0);
  assign step       = en && (s_axis_tvalid || !wants_new);
  assign fold_ends  = fold_q == FOLD_W'(FOLDS - 1);
  assign copies_end = copy_x_q == X_W'(FX - 1);
  assign row_ends   = place_q == PLACE_W'(LINE - 1) && copies_end;

  assign s_axis_tready = en && wants_new;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      fold_q   <= '0;
      place_q  <= '0;
      copy_y_q <= '0;
      copy_x_q <= '0;
    end else if (step) begin
      fold_q <= fold_ends ? FOLD_W'(0) : fold_q + FOLD_W'(1);
      if (row_ends) begin
        place_q  <= '0;
        copy_y_q <= copy_y_q == Y_W'(FY - 1) ? Y_W'(0) : copy_y_q + Y_W'(1);
      end else if (fold_ends && !copies_end) begin
        place_q <= place_q - PLACE_W'(FOLDS - 1);
      end else begin
        place_q <= place_q + PLACE_W'(1);
      end
      if (fold_ends) copy_x_q <= copies_end ? X_W'(0) : copy_x_q + X_W'(1);
    end
  end

  // the row; the beat read and the beat taken have registers of their own, as a block RAM has
  logic [W-1:0] row [0:LINE-1];

  always_ff @(posedge aclk) begin
    if (!aresetn) out_valid_q <= 1'b0;
    else if (en) out_valid_q <= step;
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (step) begin
      out_fresh_q <= wants_new;
      copy_q      <= row[place_q];
      fresh_q     <= s_axis_tdata;
    end
  end

  always_ff @(posedge aclk) begin
    if (step && wants_new) row[place_q] <= s_axis_tdata;
  end

  assign m_axis_tvalid = out_valid_q;
  assign m_axis_tdata  = out_fresh_q ? fresh_q : copy_q;

endmodule
`default_nettype wire
