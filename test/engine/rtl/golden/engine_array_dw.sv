// engine_array_dw - array of P x M x G processing elements with a private window for every channel
//
// As engine_array for dense steps; steps of other operations see engine_channels_dw.
// move, tap and read come two cycles before x and w of their step, everything else of it and the
// words of the banks one cycle before x and w. Nothing ever waits.
// Latency 6 cycles from last to the first group of sums; a step every cycle.
//
// P       pixels, >= 1
// G       slices: channels of the input at a time, >= 1
// M       channels of the output at a time, >= 1
// D       channels that leave in a cycle; divides M, <= XG
// XG      channels that share one copy of the operand registers; divides M, >= 1
// XB      bits of a pixel, >= 1
// XU      1: pixels may be unsigned, lanes have XB + 1 bits; else 0
// W_W     width of a weight, >= 1
// ACC_W   width of a sum, >= X_W + W_W
`default_nettype none
module engine_array_dw #(
  parameter int P     = 4,
  parameter int G     = 2,
  parameter int M     = 4,
  parameter int D     = 1,
  parameter int XG    = 4,
  parameter int XB    = 8,
  parameter int XU    = 1,
  parameter int W_W   = 8,
  parameter int ACC_W = 32
) (
  input  logic                             aclk,
  input  logic                             aresetn,
  input  logic                             move,         // a step that is not dense
  input  logic [1:0]                       tap,
  input  logic                             read,         // the step has words
  // a step, one cycle after move; also the following
  input  logic                             valid,
  input  logic                             first,        // it is the first of a tile
  input  logic                             last,         // it is the last of a tile
  input  logic [8:0]                       groups,       // groups of D channels in use, with last
  input  logic [1:0]                       op,           // 0 dense, 1 depthwise, 2 max, 3 sum
  // column whose weight a depthwise step takes
  input  logic [(G>1 ? $clog2(G) : 1)-1:0] slice,
  input  logic                             has_weights,  // 0: a step that is not dense has weight 1
  // first lane of a private window that is a pixel
  input  logic [$clog2(P + 1)-1:0]         low,
  input  logic [$clog2(P + 1)-1:0]         high,         // first lane behind it that is none
  input  logic [XB-1:0]                    pad,          // what stands in the other lanes
  input  logic                             is_unsigned,
  input  logic [M*P*XB-1:0]                words,        // of the banks
  // pixel p of slice g at g * P + p, one cycle after valid
  input  logic [G*P*(XB+XU)-1:0]           x,
  // weight of channel m and slice g at m * G + g, with x
  input  logic [M*G*W_W-1:0]               w,
  output logic                             drain_valid,  // a group of sums
  // pixel p of channel d of the group at d * P + p
  output logic [D*P*ACC_W-1:0]             sums
);

  localparam int COPIES   = M / XG;             // copies of the operand registers
  localparam int SHADOW_W = D * G * P * ACC_W;  // shadow registers of D channels

`ifndef SYNTHESIS
  initial begin
    if (M / XG * XG != M) $fatal(1, "engine_array_dw: XG divides M");
    if (M % D != 0) $fatal(1, "engine_array_dw: D divides M");
    if (XG < D) $fatal(1, "engine_array_dw: chains do not skip a group of channels");
    if (W_W < 2) $fatal(1, "engine_array_dw: a weight can be 1");
    if (ACC_W < XB + XU + W_W) $fatal(1, "engine_array_dw: a sum holds a product");
  end
`endif

  logic [P-1:0] lane_live;

  for (genvar i = 0; i < P; i = i + 1) begin : g_lane
    assign lane_live[i] = ($clog2(P + 1)+1)'(low) < ($clog2(P + 1)+1)'(i + 1)
        && ($clog2(P + 1)+1)'(high) >= ($clog2(P + 1)+1)'(i + 1);
  end

  // control travels beside the operands: first to the sums, last to the shadow registers
  logic [1:0] first_q;
  logic [2:0] last_q;
  logic [8:0] left_q;   // groups of the last tile that have not been announced
  logic [4:0] drain_q;  // groups on their way
  always_ff @(posedge aclk) begin
    first_q[0] <= valid && first;
    first_q[1] <= first_q[0];
    last_q[0]  <= valid && last;
    last_q[1]  <= last_q[0];
    last_q[2]  <= last_q[1];
  end

  logic announced;
  assign announced = left_q != 9'd0;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      left_q     <= '0;
      drain_q[0] <= 1'b0;
    end else begin
      if (valid && last) left_q <= groups;
      else if (announced) left_q <= left_q - 9'd1;
      drain_q[0] <= announced;
    end
  end

  for (genvar j = 0; j < 4; j = j + 1) begin : g_stage
    always_ff @(posedge aclk) begin
      if (!aresetn) drain_q[j+1] <= 1'b0;
      else drain_q[j+1] <= drain_q[j];
    end
  end

  assign drain_valid = drain_q[4];

  // channels in sets that share operand registers; zeros follow the last
  logic [(COPIES+1)*SHADOW_W-1:0] chain /* verilator split_var */;
  assign chain[COPIES*SHADOW_W +: SHADOW_W] = '0;

  for (genvar k = 0; k < COPIES; k = k + 1) begin : g_set
    logic [SHADOW_W-1:0] shadow;
    logic [XG*G*W_W-1:0] weights;

    for (genvar weight_i = 0; weight_i < XG * G; weight_i = weight_i + 1) begin : g_weight
      assign weights[weight_i*W_W +: W_W] = $signed(w[(k*XG*G+weight_i)*W_W +: W_W]);
    end

    logic [XG*P*XB-1:0] set_words;

    for (genvar word_i = 0; word_i < XG; word_i = word_i + 1) begin : g_word
      assign set_words[word_i*P*XB +: P*XB] = words[(k*XG+word_i)*P*XB +: P*XB];
    end

    engine_channels_dw #(
      .P    (P),
      .G    (G),
      .XG   (XG),
      .D    (D),
      .XB   (XB),
      .XU   (XU),
      .W_W  (W_W),
      .ACC_W(ACC_W)
    ) u_channels (
      .aclk       (aclk),
      .move       (move),
      .tap        (tap),
      .read       (read),
      .words      (set_words),
      .live       (valid),
      .op         (op),
      .fresh      (first),
      .ends       (last),
      .slice      (slice),
      .has_weights(has_weights),
      .lane_live  (lane_live),
      .pad        (pad),
      .is_unsigned(is_unsigned),
      .first      (first_q[1]),
      .load       (last_q[2]),
      .x          (x),
      .w          (weights),
      .shadow_in  (chain[(k+1)*SHADOW_W +: SHADOW_W]),
      .shadow     (shadow)
    );

    assign chain[k*SHADOW_W +: SHADOW_W] = shadow;
  end

  // sums over the slices of the group that is at the end of the chains
  logic [D*P*ACC_W-1:0] total_q;

  logic [D*G*P*ACC_W-1:0] group;
  assign group = chain[SHADOW_W-1:0];

  assign sums = total_q;

  for (genvar channel_i = 0; channel_i < D; channel_i = channel_i + 1) begin : g_channel
    for (genvar pixel_i = 0; pixel_i < P; pixel_i = pixel_i + 1) begin : g_pixel
      logic [G*ACC_W-1:0] parts;

      for (genvar slice_i = 0; slice_i < G; slice_i = slice_i + 1) begin : g_slice
        assign parts[slice_i*ACC_W +: ACC_W] = group[((channel_i*G+slice_i)*P+pixel_i)*ACC_W +: ACC_W];
      end

      logic [ACC_W+$clog2(G)-1:0] total_total;

      always_comb begin
        total_total = '0;
        for (int n = 0; n < G; n = n + 1) begin
          total_total = total_total + (ACC_W+$clog2(G))'(parts[n*ACC_W +: ACC_W]);
        end
      end

      always_ff @(posedge aclk) begin
        total_q[(channel_i*P+pixel_i)*ACC_W +: ACC_W] <= ACC_W'(total_total);
      end

      logic unused_bits;  // takes what nothing else reads
      assign unused_bits = &{1'b0, total_total};
    end
  end

endmodule
`default_nettype wire
