// engine_window - window of P neighbouring pixels that moves along a row by one pixel a step
//
// tap 0 takes the word, which is also kept; 1 moves one pixel to the right in the row: the pixels
// shift to the left and the next one enters; 2 and 3 move one pixel to the left, 2 from the word
// that was kept and 3 from where the window is. A pixel that enters comes from the neighbour word:
// with read from the word that is there now, of which the rest waits for the next steps, else from
// the rest. Without move all stays.
// Latency 1 cycle. No reset: a load starts it.
//
// P    pixels of a word, >= 1
// XB   bits of a pixel, >= 1
`default_nettype none
module engine_window #(
  parameter int P  = 4,
  parameter int XB = 8
) (
  input  logic            aclk,
  input  logic            move,  // a step
  input  logic [1:0]      tap,
  input  logic            read,  // the step has a word
  input  logic [P*XB-1:0] word,  // pixel 0 lowest
  output logic [P*XB-1:0] pixels
);

  localparam int WORD_W = P * XB;

  logic [WORD_W-1:0] pixels_q;
  logic [WORD_W-1:0] kept_q;  // the word of the last load
  logic [WORD_W-1:0] rest_q;  // pixels of the neighbour word that have not entered

  logic [P*XB-1:0]      from;
  logic [WORD_W-1:0]    start;
  logic [XB+WORD_W-1:0] next;  // the pixel behind the last has entered
  logic [WORD_W+XB-1:0] last;  // the pixel before the first has entered
  logic [XB+P*XB-1:0]   fewer;
  logic [P*XB+XB-1:0]   more;
  assign from  = read ? word : rest_q;
  assign start = tap[0] ? pixels_q : kept_q;
  assign next  = {from[XB-1:0], pixels_q};
  assign last  = {start, from[(P-1)*XB +: XB]};
  assign fewer = {XB'(0), from};
  assign more  = {from, XB'(0)};

  always_ff @(posedge aclk) begin
    if (move) begin
      if (tap == 2'd0) begin
        pixels_q <= word;
        kept_q   <= word;
      end else if (tap == 2'd1) begin
        pixels_q <= next[XB +: WORD_W];
        rest_q   <= fewer[XB +: WORD_W];
      end else begin
        pixels_q <= last[WORD_W-1:0];
        rest_q   <= more[WORD_W-1:0];
      end
    end
  end

  assign pixels = pixels_q;

  logic unused_bits;  // takes what nothing else reads
  assign unused_bits = &{1'b0, next, last, fewer, more};

endmodule
`default_nettype wire
