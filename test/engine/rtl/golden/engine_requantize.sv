// engine_requantize - requantizer of the engine: D channels of P sums become D words of P pixels,
// all modes of the header
//
// z = sum + bias; t = z << left, saturated; then by mode
// 0 shift   y = t >> shift                     2 single  y = (t * mult) >> shift 1 double  y = (t *
// mult >> W - 1) >> shift  3 fixed   y = (t * mult + addend) >> shift, z = sum The inner shift of
// mode 1 rounds half up and saturates, the outer one rounds by the rounding mode: 0 floor, 1 half
// up, 2 half away from zero, 3 half to even, 4 to zero. Values >= 0 are shifted by leaky places
// less.
// Then zero is added, and the result clamped to lo .. hi or cut to XB bits, and looked up in the
// table.
// Thresholds instead of a mode: y = lo + the number of thresholds that z reaches, clamped.
// The addend of mode 3 has bias as its lower bits, high above it. Without MUL there is mode 0 only,
// without FIXED not mode 3.
// Latency 5 + 3 * MUL + LUT, one more with thresholds; a group every cycle, nothing ever stalls.
//
// P         pixels of a word, >= 1
// D         channels of a group, >= 1
// W         bits of a sum, a bias and a multiplier; even, >= 6
// XB        bits of a pixel, >= 2
// MUL       1: with multipliers, 0 to 1
// FIXED     1: with mode 3, 0 to 1
// NTHR      thresholds of a channel, 0 to 15
// LUT       1: with a table, 0 to 1
// ENTRIES   pixels of the table, 2^XB, >= 2
`default_nettype none
module engine_requantize #(
  parameter int P       = 4,
  parameter int D       = 2,
  parameter int W       = 32,
  parameter int XB      = 8,
  parameter int MUL     = 1,
  parameter int FIXED   = 1,
  parameter int NTHR    = 0,
  parameter int LUT     = 0,
  parameter int ENTRIES = 256
) (
  input  logic                               aclk,
  input  logic                               aresetn,
  input  logic                               in_valid,
  // pixel p of channel d is element d * P + p
  input  logic [D*P*W-1:0]                   sums,
  input  logic [D*W-1:0]                     bias,
  input  logic [D*W-1:0]                     mult,
  input  logic [D*(W/2)-1:0]                 high,        // upper bits of the addends of mode 3
  input  logic [D*$clog2(W * 2)-1:0]         shift,
  input  logic [D*$clog2(W)-1:0]             left,
  // threshold i of channel d is element d * NTHR + i
  input  logic [D*(NTHR>1 ? NTHR : 1)*W-1:0] thresholds,
  input  logic [1:0]                         mode,
  input  logic [2:0]                         round,
  input  logic [2:0]                         leaky,
  input  logic                               threshold,   // count thresholds
  // drop the upper bits instead of clamping; with lo = 0 negative results are 0 first
  input  logic                               wrap,
  input  logic                               lookup,      // look the result up
  input  logic signed [XB-1:0]               zero,
  input  logic signed [XB:0]                 lo,
  input  logic signed [XB:0]                 hi,
  input  logic                               table_write,
  input  logic [XB-1:0]                      table_address,
  input  logic [XB-1:0]                      table_data,
  output logic                               out_valid,
  // pixel p of channel d is element d * P + p
  output logic [D*P*XB-1:0]                  pixels
);

  localparam int V_W     = W * 2;                // bits of a product
  localparam int S_W     = $clog2(W * 2);        // bits of a right shift
  localparam int L_W     = $clog2(W);            // bits of a left shift
  localparam int COUNT   = NTHR < 1 ? NTHR : 1;  // steps that count thresholds
  localparam int SCALE   = COUNT + 2;            // steps in front of the multipliers
  localparam int DROP    = SCALE + MUL * 3;      // steps in front of the right shift
  localparam int ROUND   = DROP + 2;             // steps in front of the rounding
  localparam int LATENCY = ROUND + 1 + LUT;

`ifndef SYNTHESIS
  initial begin
    if (W < 6) $fatal(1, "engine_requantize: W must be at least 6");
    if (XB < 2) $fatal(1, "engine_requantize: XB must be at least 2");
    if (MUL > 1) $fatal(1, "engine_requantize: MUL must be at most 1");
    if (FIXED > 1) $fatal(1, "engine_requantize: FIXED must be at most 1");
    if (NTHR > 15) $fatal(1, "engine_requantize: NTHR must be at most 15");
    if (LUT > 1) $fatal(1, "engine_requantize: LUT must be at most 1");
    if (ENTRIES < 2) $fatal(1, "engine_requantize: ENTRIES must be at least 2");
    if (W % 2 != 0) $fatal(1, "engine_requantize: a word of parameters has two halves");
    if ($clog2(ENTRIES) != XB)
      $fatal(1, "engine_requantize: the table has an entry for every pixel");
    if (W < XB + 3) $fatal(1, "engine_requantize: a pixel is a part of a sum");
    if (W * 2 < W / 2 + W + 2)
      $fatal(1, "engine_requantize: the addend of mode 3 lies within a product");
  end
`endif

  logic [LATENCY-1:0] valid_q;  // groups on their way, the newest in bit 0

  always_ff @(posedge aclk) begin
    if (!aresetn) valid_q <= '0;
    else valid_q <= LATENCY'({valid_q, in_valid});
  end

  assign out_valid = valid_q[LATENCY-1];

  // what all lanes share
  logic fixed;

  if (FIXED > 0) begin : g_fixed
    assign fixed = mode == 2'd3 && !threshold;
  end else begin : g_fixed_else
    assign fixed = 1'b0;
  end

  logic               double;
  logic               plain;  // nothing is multiplied
  logic [2:0]         leaky_places;
  logic signed [XB:0] start;  // what a shifted value is added to
  logic               double_later_q;
  assign double       = mode == 2'd1 && !threshold;
  assign plain        = mode == 2'd0 || threshold;
  assign leaky_places = threshold ? 3'd0 : leaky;
  assign start        = threshold ? lo : (XB+1)'(zero);

  engine_delay #(.W(1), .STEPS(DROP)) u_double_later (
    .aclk(aclk),
    .d   (double),
    .q   (double_later_q)
  );

  logic [2:0] round_later_q;

  engine_delay #(.W(3), .STEPS(ROUND)) u_round_later (
    .aclk(aclk),
    .d   (round),
    .q   (round_later_q)
  );

  logic wrap_later_q;

  engine_delay #(.W(1), .STEPS(ROUND)) u_wrap_later (
    .aclk(aclk),
    .d   (wrap),
    .q   (wrap_later_q)
  );

  logic [XB:0] zero_later_q;

  engine_delay #(.W(XB + 1), .STEPS(ROUND)) u_zero_later (
    .aclk(aclk),
    .d   (start),
    .q   (zero_later_q)
  );

  logic [XB:0] lo_later_q;

  engine_delay #(.W(XB + 1), .STEPS(ROUND)) u_lo_later (
    .aclk(aclk),
    .d   (lo),
    .q   (lo_later_q)
  );

  logic [XB:0] hi_later_q;

  engine_delay #(.W(XB + 1), .STEPS(ROUND)) u_hi_later (
    .aclk(aclk),
    .d   (hi),
    .q   (hi_later_q)
  );

  logic threshold_later_q;

  engine_delay #(.W(1), .STEPS(SCALE - 1)) u_threshold_later (
    .aclk(aclk),
    .d   (threshold),
    .q   (threshold_later_q)
  );

  logic lookup_later_q;

  engine_delay #(.W(1), .STEPS(ROUND + 1)) u_lookup_later (
    .aclk(aclk),
    .d   (lookup),
    .q   (lookup_later_q)
  );

  logic [D*P*XB-1:0] results;

  assign pixels = results;

  for (genvar i = 0; i < D; i = i + 1) begin : g_channel
    logic signed [W-1:0] own_bias;
    logic [L_W-1:0]      left_later_q;

    assign own_bias = $signed(bias[i*W +: W]);

    engine_delay #(.W(L_W), .STEPS(1)) u_left_later (
      .aclk(aclk),
      .d   (left[i*L_W +: L_W]),
      .q   (left_later_q)
    );

    logic [P*W-1:0] scaled;  // left shifted sums or counts

    for (genvar j = 0; j < P; j = j + 1) begin : g_sum
      logic signed [W-1:0] z_q;
      logic signed [W-1:0] t_q;

      always_ff @(posedge aclk) begin
        z_q <= fixed ? $signed(sums[(i*P+j)*W +: W]) : $signed(sums[(i*P+j)*W +: W]) + own_bias;
      end

      logic signed [V_W-1:0] wide;
      logic                  fits;
      logic signed [W-1:0]   greatest;
      logic [W-1:0]          greatest_ones;

      assign wide          = V_W'(z_q) << left_later_q;
      assign fits          = (&wide[W-1 +: V_W-W+1]) || !(|wide[W-1 +: V_W-W+1]);
      assign greatest_ones = ~(W'(0));
      assign greatest      = $signed(greatest_ones >> 1);

      always_ff @(posedge aclk) begin
        t_q <= fits ? $signed(wide[W-1:0]) : z_q < W'(0) ? ~greatest : greatest;
      end

      if (NTHR > 0) begin : g_count
        logic [NTHR-1:0] reached_q;  // thresholds that z is not below

        for (genvar k = 0; k < NTHR; k = k + 1) begin : g_level
          logic [W-1:0] level_later_q;

          engine_delay #(.W(W), .STEPS(1)) u_level_later (
            .aclk(aclk),
            .d   (thresholds[i*NTHR*W+k*W +: W]),
            .q   (level_later_q)
          );

          always_ff @(posedge aclk) begin
            reached_q[k] <= z_q >= $signed(level_later_q);
          end

          logic unused_bits;  // takes what nothing else reads
          assign unused_bits = &{1'b0, level_later_q};
        end

        logic signed [W-1:0]         chosen_q;
        logic [$clog2(NTHR + 1)-1:0] chosen_ones;
        logic [W-1:0]                chosen_value;

        always_comb begin
          chosen_ones = '0;
          for (int n = 0; n < NTHR; n = n + 1) begin
            chosen_ones = chosen_ones + ($clog2(NTHR + 1))'(reached_q[n]);
          end
        end

        assign chosen_value = W'((W+NTHR)'(chosen_ones));

        always_ff @(posedge aclk) begin
          chosen_q <= threshold_later_q ? $signed(chosen_value) : t_q;
        end

        assign scaled[j*W +: W] = chosen_q;
      end else begin : g_count_else
        assign scaled[j*W +: W] = t_q;
      end
    end

    logic [P*V_W-1:0] products;

    if (MUL > 0) begin : g_multiply
      logic signed [W-1:0] own_factor;
      logic [W-1:0]        factor_later_q;

      assign own_factor = plain ? W'(1) : $signed(mult[i*W +: W]);

      engine_delay #(.W(W), .STEPS(SCALE - 1)) u_factor_later (
        .aclk(aclk),
        .d   (own_factor),
        .q   (factor_later_q)
      );

      logic signed [V_W-1:0] own_addend;
      logic [V_W-1:0]        addend_later_q;

      assign own_addend = fixed ? V_W'($signed({high[i*(W/2) +: W/2], own_bias})) : double
          ? $signed(V_W'({1'b1, (W-2)'(0)})) : V_W'(0);

      engine_delay #(.W(V_W), .STEPS(SCALE)) u_addend_later (
        .aclk(aclk),
        .d   (own_addend),
        .q   (addend_later_q)
      );

      for (genvar product_i = 0; product_i < P; product_i = product_i + 1) begin : g_product
        logic [W-1:0] factor_q;

        engine_delay #(.W(W), .STEPS(1)) u_factor (
          .aclk(aclk),
          .d   (factor_later_q),
          .q   (factor_q)
        );

        logic signed [W*2-1:0] multiply_p;

        engine_multiply #(.W(W)) u_multiply (
          .aclk(aclk),
          .a   (scaled[product_i*W +: W]),
          .b   (factor_q),
          .c   (addend_later_q),
          .p   (multiply_p)
        );

        assign products[product_i*V_W +: V_W] = multiply_p;
      end
    end else begin : g_multiply_else
      for (genvar unscaled_i = 0; unscaled_i < P; unscaled_i = unscaled_i + 1) begin : g_unscaled
        assign products[unscaled_i*V_W +: V_W] = V_W'($signed(scaled[unscaled_i*W +: W]));
      end
    end

    logic [S_W-1:0] places;
    logic [S_W-1:0] places_later_q;

    assign places = threshold ? S_W'(0) : shift[i*S_W +: S_W];

    engine_delay #(.W(S_W), .STEPS(DROP)) u_places_later (
      .aclk(aclk),
      .d   (places),
      .q   (places_later_q)
    );

    logic [S_W-1:0] fewer;  // places of values that are not negative
    logic [S_W-1:0] fewer_later_q;

    assign fewer = places - S_W'(leaky_places);

    engine_delay #(.W(S_W), .STEPS(DROP)) u_fewer_later (
      .aclk(aclk),
      .d   (fewer),
      .q   (fewer_later_q)
    );

    for (genvar pixel_i = 0; pixel_i < P; pixel_i = pixel_i + 1) begin : g_pixel
      logic                  over;
      logic signed [V_W-1:0] value;
      logic [W-1:0]          value_ones;
      logic [S_W-1:0]        by;
      logic signed [XB+1:0]  shift_q;
      logic                  shift_over;
      logic                  shift_negative;
      logic                  shift_half;
      logic                  shift_below;

      assign over       = $signed(products[pixel_i*V_W +: V_W]) >= V_W'(0)
          && products[pixel_i*V_W+(V_W-2)];
      assign value_ones = ~(W'(0));
      assign value      = double_later_q
          ? (over ? V_W'($signed(value_ones >> 1))
              : V_W'($signed(products[pixel_i*V_W+(W-1) +: W])))
          : $signed(products[pixel_i*V_W +: V_W]);
      assign by         = value < V_W'(0) ? places_later_q : fewer_later_q;

      engine_shift #(.V_W(V_W), .Q_W(XB + 2)) u_shift (
        .aclk    (aclk),
        .v       (value),
        .s       (by),
        .q       (shift_q),
        .over    (shift_over),
        .negative(shift_negative),
        .half    (shift_half),
        .below   (shift_below)
      );

      logic [XB-1:0]        y_q;
      logic                 up;  // rounds to the next greater number
      logic signed [XB+3:0] sum;
      logic                 too_low;
      logic                 too_high;
      logic                 relu;

      assign up       = (round_later_q == 3'd1 && shift_half)
          || (round_later_q == 3'd2 && shift_half && (shift_below || !shift_negative))
          || (round_later_q == 3'd3 && shift_half && (shift_below || shift_q[0]))
          || (round_later_q == 3'd4 && shift_negative && (shift_half || shift_below));
      assign sum      = (XB+4)'(shift_q) + (XB+4)'($signed(zero_later_q)) + $signed((XB+4)'(up));
      assign too_low  = shift_over ? shift_negative : sum < (XB+4)'($signed(lo_later_q));
      assign too_high = shift_over ? !shift_negative : sum > (XB+4)'($signed(hi_later_q));
      assign relu     = too_low && $signed(lo_later_q) == (XB+1)'(0);

      always_ff @(posedge aclk) begin
        y_q <= wrap_later_q && !relu ? $signed(sum[XB-1:0]) : too_low ? $signed(lo_later_q[XB-1:0])
            : too_high ? $signed(hi_later_q[XB-1:0]) : $signed(sum[XB-1:0]);
      end

      if (LUT > 0) begin : g_lookup
        logic [XB-1:0] entries [0:ENTRIES-1];

        always_ff @(posedge aclk) begin
          if (table_write) entries[32'(table_address)] <= table_data;
        end

        logic [XB-1:0] found_q;

        always_ff @(posedge aclk) begin
          found_q <= lookup_later_q ? entries[32'(y_q)] : y_q;
        end

        assign results[(i*P+pixel_i)*XB +: XB] = found_q;
      end else begin : g_lookup_else
        assign results[(i*P+pixel_i)*XB +: XB] = y_q;
      end
    end
  end

  logic unused_bits_2;  // takes what nothing else reads
  assign unused_bits_2 = &{1'b0, mult, high, thresholds, table_write, table_address, table_data,
      plain, threshold_later_q, lookup_later_q};

endmodule
`default_nettype wire
