// engine_column_binary - column of P processing elements that share a weight of one bit: 0 is +1, 1
// is -1
//
// As engine_column with W_W = 1; without live nothing is added.
// Latency as engine_column.
//
// P       pixels, >= 1
// X_W     width of an activation, >= 1
// W_W     width of a weight, 1
// ACC_W   width of a sum, >= X_W + W_W
`default_nettype none
module engine_column_binary #(
  parameter int P     = 4,
  parameter int X_W   = 8,
  parameter int W_W   = 1,
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

`ifndef SYNTHESIS
  initial begin
    if (W_W > 1) $fatal(1, "engine_column_binary: W_W must be at most 1");
  end
`endif

  logic live_q;
  logic minus_q;
  logic first_q;
  logic load_q;

  always_ff @(posedge aclk) begin
    live_q  <= live;
    minus_q <= w[0];
    first_q <= first;
    load_q  <= load;
  end

  for (genvar i = 0; i < P; i = i + 1) begin : g_pixel
    engine_pe_binary #(.X_W(X_W), .ACC_W(ACC_W)) u_pe (
      .aclk     (aclk),
      .first    (first_q),
      .load     (load_q),
      .live     (live_q),
      .minus    (minus_q),
      .x        (x[i*X_W +: X_W]),
      .shadow_in(shadow_in[i*ACC_W +: ACC_W]),
      .shadow   (shadow[i*ACC_W +: ACC_W])
    );
  end

endmodule
`default_nettype wire
