// engine_twin_packed - two packed columns that share their pixels; with an odd P their last pixels
// share a multiplier
//
// Pixels 2k and 2k + 1 of a channel are one operand and its weight the other, as in
// engine_column_packed. The last pixel of an odd P is one operand, and the weights of both channels
// are the other: P multipliers in all.
// Latency as engine_column.
//
// P       pixels, >= 1
// X_W     width of an activation, >= 1
// W_W     width of a weight, >= 1
// ACC_W   width of a sum, >= X_W + W_W
`default_nettype none
module engine_twin_packed #(
  parameter int P     = 3,
  parameter int X_W   = 8,
  parameter int W_W   = 8,
  parameter int ACC_W = 32
) (
  input  logic                             aclk,
  input  logic                             live,       // with w
  // one cycle after w of the first step of a tile
  input  logic                             first,
  // two cycles after w of the last step of a tile
  input  logic                             load,
  input  logic [2*W_W-1:0]                 w,          // of both channels
  input  logic [(P+1)/2*(X_W*2+W_W+1)-1:0] x,          // one cycle after w
  input  logic [P*2*ACC_W-1:0]             shadow_in,  // pixel p of channel c at c * P + p
  output logic [P*2*ACC_W-1:0]             shadow
);

  localparam int PAIRS = P / 2;  // pairs of pixels

`ifndef SYNTHESIS
  initial begin
    if ((P + 1) / 2 < P / 2) $fatal(1, "engine_twin_packed: pairs of pixels come first");
    if (P < P / 2 * 2) $fatal(1, "engine_twin_packed: the last pixel of an odd P is in none");
  end
`endif

  if (PAIRS > 0) begin : g_pairs
    logic [PAIRS*(X_W*2+W_W+1)-1:0] pixels;

    for (genvar i = 0; i < PAIRS; i = i + 1) begin : g_pair
      assign pixels[i*(X_W*2+W_W+1) +: X_W*2+W_W+1] = $signed(x[i*(X_W*2+W_W+1) +: X_W*2+W_W+1]);
    end

    for (genvar j = 0; j < 2; j = j + 1) begin : g_channel
      logic [PAIRS*2*ACC_W-1:0] neighbour;
      logic [PAIRS*2*ACC_W-1:0] column_shadow;

      for (genvar k = 0; k < PAIRS * 2; k = k + 1) begin : g_pixel
        assign neighbour[k*ACC_W +: ACC_W]    = shadow_in[(j*P+k)*ACC_W +: ACC_W];
        assign shadow[(j*P+k)*ACC_W +: ACC_W] = column_shadow[k*ACC_W +: ACC_W];
      end

      engine_column_packed #(.P(PAIRS * 2), .X_W(X_W), .W_W(W_W), .ACC_W(ACC_W)) u_column (
        .aclk     (aclk),
        .live     (live),
        .first    (first),
        .load     (load),
        .w        (w[j*W_W +: W_W]),
        .x        (pixels),
        .shadow_in(neighbour),
        .shadow   (column_shadow)
      );
    end
  end

  if (P % 2 > 0) begin : g_odd
    logic signed [W_W*2+X_W:0]       weights_q;  // of both channels
    logic                            first_q;
    logic                            load_q;
    logic signed [W_W+1+W_W+X_W-1:0] both;

    assign both = $signed({$unsigned((W_W+1)'($signed(w[W_W +: W_W]))
        - $signed((W_W+1)'(w[W_W-1]))),
        (W_W+X_W)'($signed(w[W_W-1:0]))});

    always_ff @(posedge aclk) begin
      weights_q <= live ? both : (W_W+1+W_W+X_W)'(0);
      first_q   <= first;
      load_q    <= load;
    end

    logic [2*ACC_W-1:0] last_neighbour;
    logic [2*ACC_W-1:0] last_shadow;

    for (genvar last_i = 0; last_i < 2; last_i = last_i + 1) begin : g_last
      assign last_neighbour[last_i*ACC_W +: ACC_W]   = shadow_in[(last_i*P+(P-1))*ACC_W +: ACC_W];
      assign shadow[(last_i*P+(P-1))*ACC_W +: ACC_W] = last_shadow[last_i*ACC_W +: ACC_W];
    end

    engine_pe_pair #(.X_W(W_W), .W_W(X_W), .ACC_W(ACC_W)) u_pes (
      .aclk     (aclk),
      .first    (first_q),
      .load     (load_q),
      .x        (weights_q),
      .w        (x[((P+1)/2-1)*(X_W*2+W_W+1) +: X_W]),
      .shadow_in(last_neighbour),
      .shadow   (last_shadow)
    );
  end

  logic unused_bits;  // takes what nothing else reads
  assign unused_bits = &{1'b0, live, first, load, w, x, shadow_in};

endmodule
`default_nettype wire
