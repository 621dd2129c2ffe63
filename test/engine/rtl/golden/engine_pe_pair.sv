// engine_pe_pair - two processing elements that share a weight and one multiplier
//
// x is high * 2^(X_W + W_W) + low, so x times w holds both products. Half of the lower field is
// added to it, as the multiplier's own adder can: then the lower field is never negative and takes
// nothing from the upper one.
// Sums, control, order and latency as engine_pe, for the low pixel in place 0 and the high one in
// place 1.
//
// X_W     width of an activation, >= 1
// W_W     width of a weight, >= 1
// ACC_W   width of a sum, >= X_W + W_W
`default_nettype none
module engine_pe_pair #(
  parameter int X_W   = 8,
  parameter int W_W   = 8,
  parameter int ACC_W = 32
) (
  input  logic                      aclk,
  // the products that are added now are the first of their sums
  input  logic                      first,
  input  logic                      load,       // the sums are complete
  input  logic signed [X_W*2+W_W:0] x,          // two pixels
  input  logic signed [W_W-1:0]     w,
  input  logic [2*ACC_W-1:0]        shadow_in,  // shadow registers of the neighbour
  output logic [2*ACC_W-1:0]        shadow
);

  localparam int FIELD = X_W + W_W;  // bits of a product

`ifndef SYNTHESIS
  initial begin
    if (ACC_W < X_W + W_W) $fatal(1, "engine_pe_pair: a sum holds a product");
  end
`endif

  logic signed [FIELD*2-1:0] products_q;  // high and low, the low one with half of its range added
  logic [2*ACC_W-1:0]        sum_q;
  logic [2*ACC_W-1:0]        shadow_q;

  logic [1+(FIELD-1)-1:0]            half;
  logic signed [X_W*2+W_W+1+W_W-1:0] both;
  assign half = {1'b1, (FIELD-1)'(0)};
  assign both = x * w;

  always_ff @(posedge aclk) begin
    products_q <= $signed(both[FIELD*2-1:0]) + $signed((FIELD*2)'(half));
  end

  logic signed [FIELD-1:0] low;
  logic signed [FIELD-1:0] high;
  assign low  = $signed(products_q[FIELD-1:0] ^ half);
  assign high = $signed(products_q[FIELD +: FIELD]);

  always_ff @(posedge aclk) begin
    sum_q[ACC_W-1:0]         <= (first ? ACC_W'(0) : $signed(sum_q[ACC_W-1:0])) + ACC_W'(low);
    shadow_q[ACC_W-1:0]      <= load ? $signed(sum_q[ACC_W-1:0]) : shadow_in[ACC_W-1:0];
    sum_q[ACC_W +: ACC_W]    <= (first ? ACC_W'(0) : $signed(sum_q[ACC_W +: ACC_W])) + ACC_W'(high);
    shadow_q[ACC_W +: ACC_W] <= load ? $signed(sum_q[ACC_W +: ACC_W]) : shadow_in[ACC_W +: ACC_W];
  end

  assign shadow = shadow_q;

  logic unused_bits;  // takes what nothing else reads
  assign unused_bits = &{1'b0, both};

endmodule
`default_nettype wire
