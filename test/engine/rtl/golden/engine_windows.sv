// engine_windows - G windows that move together, and their lanes with padding in place
//
// Every step moves all windows by one tap, see engine_window. Lane (g, p) is pixel p of window g
// where slice g exists and low <= p < high; other lanes are pad. Without valid nothing moves.
// Latency 2 cycles from step and words to lanes: window, padding.
//
// G    slices, >= 1
// P    pixels of a word, >= 1
// XB   bits of a pixel, >= 1
// XU   1: pixels may be unsigned, lanes have XB + 1 bits; else 0
`default_nettype none
module engine_windows #(
  parameter int G  = 2,
  parameter int P  = 4,
  parameter int XB = 8,
  parameter int XU = 1
) (
  input  logic                     aclk,
  input  logic                     valid,        // a step
  input  logic [1:0]               tap,
  input  logic                     read,         // the step has words
  input  logic [G-1:0]             live,         // the slice exists
  input  logic [$clog2(P + 1)-1:0] low,          // first lane that is a pixel
  input  logic [$clog2(P + 1)-1:0] high,         // first lane behind it that is none
  input  logic [XB-1:0]            pad,          // what stands in the other lanes
  input  logic                     is_unsigned,  // pixels and pad are 0 .. 2^XB - 1
  input  logic [G*P*XB-1:0]        words,
  output logic [G*P*(XB+XU)-1:0]   x             // pixel p of slice g at g * P + p
);

  localparam int X_W = XB + XU;

  logic [P-1:0]  inside_q;  // lanes that are pixels
  logic [G-1:0]  live_q;
  logic [XB-1:0] pad_q;
  logic          is_unsigned_q;

  always_ff @(posedge aclk) begin
    live_q        <= live;
    pad_q         <= pad;
    is_unsigned_q <= is_unsigned;
  end

  for (genvar i = 0; i < P; i = i + 1) begin : g_lane
    always_ff @(posedge aclk) begin
      inside_q[i] <= ($clog2(P + 1)+1)'(low) < ($clog2(P + 1)+1)'(i + 1)
          && ($clog2(P + 1)+1)'(high) >= ($clog2(P + 1)+1)'(i + 1);
    end
  end

  logic [G*P*X_W-1:0] x_q;

  assign x = x_q;

  for (genvar j = 0; j < G; j = j + 1) begin : g_slice
    logic [P*XB-1:0] pixels;

    engine_window #(.P(P), .XB(XB)) u_window (
      .aclk  (aclk),
      .move  (valid),
      .tap   (tap),
      .read  (read),
      .word  (words[j*P*XB +: P*XB]),
      .pixels(pixels)
    );

    for (genvar k = 0; k < P; k = k + 1) begin : g_pixel
      always_ff @(posedge aclk) begin
        x_q[(j*P+k)*X_W +: X_W] <= is_unsigned_q
            ? $signed(live_q[j] && inside_q[k] ? X_W'(pixels[k*XB +: XB]) : X_W'(pad_q))
            : X_W'($signed(live_q[j] && inside_q[k] ? pixels[k*XB +: XB] : pad_q));
      end
    end
  end

endmodule
`default_nettype wire
