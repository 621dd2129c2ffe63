// mac_pe - processing element: a registered product and a running sum
//
// multiply takes the product of a and w; accumulate adds that product to the sum, or with clear
// starts a new sum from it. All values are signed; the sum wraps modulo 2^ACC_W.
// Latency 2 cycles from a and w to sum, a product every cycle. No reset: the first clear starts it.
//
// A_W     width of an activation, >= 1
// W_W     width of a weight, >= 1
// ACC_W   width of a sum, >= A_W + W_W
`default_nettype none
module mac_pe #(
  parameter int A_W   = 8,
  parameter int W_W   = 8,
  parameter int ACC_W = 32
) (
  input  logic                    aclk,
  input  logic                    multiply,
  input  logic                    accumulate,
  input  logic                    clear,
  input  logic signed [A_W-1:0]   a,
  input  logic signed [W_W-1:0]   w,
  output logic signed [ACC_W-1:0] sum
);

`ifndef SYNTHESIS
  initial begin
    if (ACC_W < A_W + W_W) $fatal(1, "mac_pe: a sum holds a product");
  end
`endif

  logic signed [A_W+W_W-1:0] product_q;
  logic signed [ACC_W-1:0]   sum_q;

  always_ff @(posedge aclk) begin
    if (multiply) product_q <= a * w;
    if (accumulate) sum_q <= (clear ? ACC_W'(0) : sum_q) + ACC_W'(product_q);
  end

  assign sum = sum_q;

endmodule
`default_nettype wire
