// engine_column - column of P processing elements that share a weight
//
// Holds the operand register of the weight and the last stage of the control, so that neither has
// to reach more than P elements. live says that the step exists; without it the weight is 0 and the
// sums stay.
// Latency 1 cycle more than engine_pe for w and live; x is an operand register outside.
//
// P       pixels, >= 1
// X_W     width of an activation, >= 1
// W_W     width of a weight, >= 1
// ACC_W   width of a sum, >= X_W + W_W
`default_nettype none
module engine_column #(
  parameter int P     = 4,
  parameter int X_W   = 8,
  parameter int W_W   = 8,
  parameter int ACC_W = 32
) (
  input  logic                  aclk,
  input  logic                  live,   // with w
  input  logic                  first,  // one cycle after w of the first step of a tile
  input  logic                  load,   // two cycles after w of the last step of a tile
  input  logic signed [W_W-1:0] w,
  input  logic [P*X_W-1:0]      x,      // one cycle after w
  input  logic [P*ACC_W-1:0]    shadow_in,
  output logic [P*ACC_W-1:0]    shadow
);

  logic signed [W_W-1:0] w_q;
  logic                  first_q;
  logic                  load_q;

  always_ff @(posedge aclk) begin
    w_q     <= live ? w : W_W'(0);
    first_q <= first;
    load_q  <= load;
  end

  for (genvar i = 0; i < P; i = i + 1) begin : g_pixel
    engine_pe #(.X_W(X_W), .W_W(W_W), .ACC_W(ACC_W)) u_pe (
      .aclk     (aclk),
      .first    (first_q),
      .load     (load_q),
      .x        (x[i*X_W +: X_W]),
      .w        (w_q),
      .shadow_in(shadow_in[i*ACC_W +: ACC_W]),
      .shadow   (shadow[i*ACC_W +: ACC_W])
    );
  end

endmodule
`default_nettype wire
