// engine_pe_binary - processing element for a weight of +1 or -1: signed operand, running sum and
// shadow register
//
// As engine_pe, with live and minus for w: x is added, or subtracted with minus; without live
// nothing is.
// Latency as engine_pe.
//
// X_W     width of an activation, >= 1
// ACC_W   width of a sum, >= X_W + W_W
`default_nettype none
module engine_pe_binary #(
  parameter int X_W   = 8,
  parameter int ACC_W = 32
) (
  input  logic                  aclk,
  input  logic                  first,      // the product that is added now is the first of its sum
  input  logic                  load,       // the sum is complete
  input  logic                  live,       // with x: the step exists
  input  logic                  minus,      // with x: the weight is -1
  input  logic signed [X_W-1:0] x,
  input  logic [ACC_W-1:0]      shadow_in,  // shadow register of the neighbour
  output logic [ACC_W-1:0]      shadow
);

`ifndef SYNTHESIS
  initial begin
    if (ACC_W < X_W + 1) $fatal(1, "engine_pe_binary: a sum holds a product");
  end
`endif

  logic signed [X_W:0]     product_q;
  logic signed [ACC_W-1:0] sum_q;
  logic [ACC_W-1:0]        shadow_q;

  logic signed [X_W:0] wide;
  assign wide = live ? (X_W+1)'(x) : (X_W+1)'(0);

  always_ff @(posedge aclk) begin
    product_q <= minus ? (X_W+1)'(0) - wide : wide;
    sum_q     <= (first ? ACC_W'(0) : sum_q) + ACC_W'(product_q);
    shadow_q  <= load ? sum_q : shadow_in;
  end

  assign shadow = shadow_q;

endmodule
`default_nettype wire
