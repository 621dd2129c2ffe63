// engine_pe - processing element: product, running sum and shadow register
//
// The product of x and w is added to the sum one cycle later; first, which comes with that product,
// starts a new sum. There is no enable: a weight of 0 leaves the sum as it is. load copies the sum
// to the shadow register, which otherwise takes that of its neighbour in every cycle, so sums leave
// without a control.
// All values are signed; the sum wraps modulo 2^ACC_W.
// Latency 2 cycles from x and w to the sum, 3 to shadow. No reset: the first product starts it.
//
// X_W     width of an activation, >= 1
// W_W     width of a weight, >= 1
// ACC_W   width of a sum, >= X_W + W_W
`default_nettype none
module engine_pe #(
  parameter int X_W   = 8,
  parameter int W_W   = 8,
  parameter int ACC_W = 32
) (
  input  logic                  aclk,
  input  logic                  first,      // the product that is added now is the first of its sum
  input  logic                  load,       // the sum is complete
  input  logic signed [X_W-1:0] x,
  input  logic signed [W_W-1:0] w,
  input  logic [ACC_W-1:0]      shadow_in,  // shadow register of the neighbour
  output logic [ACC_W-1:0]      shadow
);

`ifndef SYNTHESIS
  initial begin
    if (ACC_W < X_W + W_W) $fatal(1, "engine_pe: a sum holds a product");
  end
`endif

  logic signed [X_W+W_W-1:0] product_q;
  logic signed [ACC_W-1:0]   sum_q;
  logic [ACC_W-1:0]          shadow_q;

  always_ff @(posedge aclk) begin
    product_q <= x * w;
    sum_q     <= (first ? ACC_W'(0) : sum_q) + ACC_W'(product_q);
    shadow_q  <= load ? sum_q : shadow_in;
  end

  assign shadow = shadow_q;

endmodule
`default_nettype wire
