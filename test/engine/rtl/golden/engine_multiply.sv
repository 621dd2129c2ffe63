// engine_multiply - p = a * b + c modulo 2^(2 * W), signed, in three steps: products of parts,
// inner and outer sums, their sum
//
// The upper part of a is multiplied by the halves of b, its few lowest bits are rows of an adder:
// two DSP slices at 32 bits. Latency 3 cycles, a result every cycle, no enable and no reset: what
// is not valid is computed too.
//
// W   bits of a and b, >= 6
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

  localparam int V_W     = W * 2;        // bits of a result
  localparam int ROWS    = W / 6;        // lowest bits of a, each a row of an adder: 5 of 32
  localparam int TOP     = W - ROWS;     // bits of a above them, signed: 27 of 32
  localparam int LOW     = W / 2;        // bits of the lower half of b, which is unsigned
  localparam int HIGH    = W - LOW;      // bits of its upper half, which is signed
  localparam int REST_W  = W + ROWS;     // bits of the sum of the rows
  localparam int INNER_W = W + LOW + 2;  // bits of the products with the lower half and the rows

`ifndef SYNTHESIS
  initial begin
    if (W < 6) $fatal(1, "engine_multiply: W must be at least 6");
    if (W < W / 6 + 2) $fatal(1, "engine_multiply: a has an upper part");
    if (W / 2 + 2 < W / 6)
      $fatal(1, "engine_multiply: the lowest bits of a are fewer than half of them");
    if (W * 2 < W + W / 2 + 2) $fatal(1, "engine_multiply: the inner sum lies within the result");
  end
`endif

  logic signed [TOP+HIGH-1:0] high_q;  // upper part of a * upper half of b
  logic signed [TOP+LOW:0]    low_q;   // upper part of a * lower half of b
  logic signed [REST_W-1:0]   rest_q;  // lowest bits of a * b
  logic signed [V_W-1:0]      c_q;
  logic signed [V_W-1:0]      outer_q;
  logic signed [INNER_W-1:0]  inner_q;
  logic signed [V_W-1:0]      p_q;

  logic signed [TOP-1:0] top;
  assign top = $signed(a[ROWS +: TOP]);

  always_ff @(posedge aclk) begin
    high_q <= top * $signed(b[LOW +: HIGH]);
    low_q  <= (TOP+LOW+1)'(top) * (TOP+LOW+1)'($signed((LOW+1)'(b[LOW-1:0])));
  end

  // of the rows so far, the one of the highest bit first
  logic [(ROWS+1)*REST_W-1:0] sums /* verilator split_var */;
  assign sums[REST_W-1:0] = '0;

  for (genvar i = 0; i < ROWS; i = i + 1) begin : g_row
    assign sums[(i+1)*REST_W +: REST_W] = ($signed(sums[i*REST_W +: REST_W]) << 1)
        + (a[ROWS-1-i] ? REST_W'(b) : REST_W'(0));
  end

  always_ff @(posedge aclk) begin
    rest_q <= $signed(sums[ROWS*REST_W +: REST_W]);
    c_q    <= c;
  end

  logic signed [TOP+HIGH+ROWS+LOW-1:0] beside;
  assign beside = $signed({high_q, (ROWS+LOW)'(0)});

  always_ff @(posedge aclk) begin
    outer_q <= beside + c_q;
  end

  logic signed [TOP+LOW+1+ROWS-1:0] lifted;
  assign lifted = $signed({low_q, ROWS'(0)});

  always_ff @(posedge aclk) begin
    inner_q <= INNER_W'(lifted) + INNER_W'(rest_q);
    p_q     <= outer_q + V_W'(inner_q);
  end

  assign p = p_q;

endmodule
`default_nettype wire
