// engine_column_packed - column of P processing elements that share a weight, two pixels a
// multiplier
//
// As engine_column, with operands that hold pixels 2k and 2k + 1; the last pixel of an odd P stands
// alone.
// Latency as engine_column.
//
// P       pixels, >= 1
// X_W     width of an activation, >= 1
// W_W     width of a weight, >= 1
// ACC_W   width of a sum, >= X_W + W_W
`default_nettype none
module engine_column_packed #(
  parameter int P     = 4,
  parameter int X_W   = 8,
  parameter int W_W   = 8,
  parameter int ACC_W = 32
) (
  input  logic                             aclk,
  input  logic                             live,   // with w
  input  logic                             first,  // one cycle after w of the first step of a tile
  input  logic                             load,   // two cycles after w of the last step of a tile
  input  logic signed [W_W-1:0]            w,
  input  logic [(P+1)/2*(X_W*2+W_W+1)-1:0] x,      // one cycle after w
  input  logic [P*ACC_W-1:0]               shadow_in,
  output logic [P*ACC_W-1:0]               shadow
);

  logic signed [W_W-1:0] w_q;
  logic                  first_q;
  logic                  load_q;

  always_ff @(posedge aclk) begin
    w_q     <= live ? w : W_W'(0);
    first_q <= first;
    load_q  <= load;
  end

  for (genvar i = 0; i < (P + 1) / 2; i = i + 1) begin : g_pair
    if (P > i * 2 + 1) begin : g_both
      logic [2*ACC_W-1:0] neighbour;
      logic [2*ACC_W-1:0] pair_shadow;

      assign neighbour[ACC_W-1:0]      = shadow_in[i*2*ACC_W +: ACC_W];
      assign neighbour[ACC_W +: ACC_W] = shadow_in[(i*2+1)*ACC_W +: ACC_W];

      engine_pe_pair #(.X_W(X_W), .W_W(W_W), .ACC_W(ACC_W)) u_pes (
        .aclk     (aclk),
        .first    (first_q),
        .load     (load_q),
        .x        (x[i*(X_W*2+W_W+1) +: X_W*2+W_W+1]),
        .w        (w_q),
        .shadow_in(neighbour),
        .shadow   (pair_shadow)
      );

      assign shadow[i*2*ACC_W +: ACC_W]     = pair_shadow[ACC_W-1:0];
      assign shadow[(i*2+1)*ACC_W +: ACC_W] = pair_shadow[ACC_W +: ACC_W];

      logic unused_bits;  // takes what nothing else reads
      assign unused_bits = &{1'b0, neighbour, pair_shadow};
    end else begin : g_both_else
      engine_pe #(.X_W(X_W), .W_W(W_W), .ACC_W(ACC_W)) u_pe (
        .aclk     (aclk),
        .first    (first_q),
        .load     (load_q),
        .x        (x[i*(X_W*2+W_W+1) +: X_W]),
        .w        (w_q),
        .shadow_in(shadow_in[(P-1)*ACC_W +: ACC_W]),
        .shadow   (shadow[(P-1)*ACC_W +: ACC_W])
      );
    end
  end

  logic unused_bits_2;  // takes what nothing else reads
  assign unused_bits_2 = &{1'b0, x};

endmodule
`default_nettype wire
