// engine_multiply - p = a * b + c modulo 2^(2 * W), signed, in three steps: products of halves,
// middle and outer sums, their sum
//
// Latency 3 cycles, a result every cycle, no enable and no reset: what is not valid is computed
// too.
//
// W   bits of a and b, >= 4
`default_nettype none
module engine_multiply #(
  parameter int W = 32
) (
  input  logic                  aclk,
  input  logic signed [W-1:0]   a,
  input  logic signed [W-1:0]   b,
  input  logic signed [W*2-1:0] c,
  output logic signed [W*2-1:0] p
);

  localparam int LOW   = W / 2;    // bits of a lower half, which is unsigned
  localparam int HIGH  = W - LOW;  // bits of an upper half, which is signed
  localparam int MID_W = W + 2;    // bits of the sum of the two middle products

`ifndef SYNTHESIS
  initial begin
    if (W < 4) $fatal(1, "engine_multiply: W must be at least 4");
    if (W * 2 < W / 2 + W + 2)
      $fatal(1, "engine_multiply: the middle products lie within the product");
  end
`endif

  logic [LOW*2-1:0]         low_q;     // low * low
  logic signed [W:0]        a_high_q;  // high of a * low of b
  logic signed [W:0]        b_high_q;  // high of b * low of a
  logic signed [HIGH*2-1:0] high_q;
  logic signed [W*2-1:0]    c_q;
  logic signed [W*2-1:0]    outer_q;   // high and low products side by side, and c
  logic signed [MID_W-1:0]  middle_q;
  logic signed [W*2-1:0]    p_q;

  always_ff @(posedge aclk) begin
    low_q    <= a[LOW-1:0] * b[LOW-1:0];
    a_high_q <= (HIGH+LOW+1)'($signed(a[LOW +: HIGH]))
        * (HIGH+LOW+1)'($signed((LOW+1)'(b[LOW-1:0])));
    b_high_q <= (HIGH+LOW+1)'($signed(b[LOW +: HIGH]))
        * (HIGH+LOW+1)'($signed((LOW+1)'(a[LOW-1:0])));
    high_q   <= $signed(a[LOW +: HIGH]) * $signed(b[LOW +: HIGH]);
    c_q      <= c;
  end

  logic signed [HIGH*2+LOW*2-1:0] beside;
  assign beside = $signed({high_q, low_q});

  always_ff @(posedge aclk) begin
    outer_q  <= beside + c_q;
    middle_q <= a_high_q + b_high_q;
  end

  logic signed [MID_W+LOW-1:0] placed;
  assign placed = $signed({middle_q, LOW'(0)});

  always_ff @(posedge aclk) begin
    p_q <= outer_q + (W*2)'(placed);
  end

  assign p = p_q;

endmodule
`default_nettype wire
