// engine_array_packed - array of P x M x G processing elements: sums of M channels for P pixels
//
// A step brings G lanes of P pixels and a weight for every channel m and slice g; sum (m, p) grows
// by lane (g, p) times weight (m, g) over all g. Steps with first start new sums. Behind a step
// with last the sums leave, D channels a cycle: channel k * D + d in place d of cycle k, groups
// cycles in all, while the next tile accumulates. A last step comes no sooner than groups cycles
// after the one before it.
// valid, first, last and groups come one cycle before x and w of their step. Nothing ever waits.
// Latency 6 cycles from last to the first group of sums; a step every cycle.
//
// P       pixels, >= 1
// G       slices: channels of the input at a time, >= 1
// M       channels of the output at a time, >= 1
// D       channels that leave in a cycle; divides M, <= XG
// XG      channels that share one copy of the operand registers; divides M, >= 1
// X_W     width of an activation, >= 1
// W_W     width of a weight, >= 1
// ACC_W   width of a sum, >= X_W + W_W
`default_nettype none
module engine_array_packed #(
  parameter int P     = 4,
  parameter int G     = 2,
  parameter int M     = 4,
  parameter int D     = 1,
  parameter int XG    = 4,
  parameter int X_W   = 8,
  parameter int W_W   = 8,
  parameter int ACC_W = 32
) (
  input  logic                 aclk,
  input  logic                 aresetn,
  input  logic                 valid,        // a step
  input  logic                 first,        // it is the first of a tile
  input  logic                 last,         // it is the last of a tile
  input  logic [8:0]           groups,       // groups of D channels in use, with last
  // pixel p of slice g at g * P + p, one cycle after valid
  input  logic [G*P*X_W-1:0]   x,
  input  logic [M*G*W_W-1:0]   w,            // weight of channel m and slice g at m * G + g, with x
  output logic                 drain_valid,  // a group of sums
  output logic [D*P*ACC_W-1:0] sums          // pixel p of channel d of the group at d * P + p
);

  localparam int COPIES   = M / XG;             // copies of the operand registers
  localparam int SHADOW_W = D * G * P * ACC_W;  // shadow registers of D channels

`ifndef SYNTHESIS
  initial begin
    if (M / XG * XG != M) $fatal(1, "engine_array_packed: XG divides M");
    if (M % D != 0) $fatal(1, "engine_array_packed: D divides M");
    if (XG < D) $fatal(1, "engine_array_packed: chains do not skip a group of channels");
    if (ACC_W < X_W + W_W) $fatal(1, "engine_array_packed: a sum holds a product");
  end
`endif

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

  for (genvar i = 0; i < 4; i = i + 1) begin : g_stage
    always_ff @(posedge aclk) begin
      if (!aresetn) drain_q[i+1] <= 1'b0;
      else drain_q[i+1] <= drain_q[i];
    end
  end

  assign drain_valid = drain_q[4];

  // channels in sets that share operand registers; zeros follow the last
  logic [(COPIES+1)*SHADOW_W-1:0] chain /* verilator split_var */;
  assign chain[COPIES*SHADOW_W +: SHADOW_W] = '0;

  for (genvar j = 0; j < COPIES; j = j + 1) begin : g_set
    logic [SHADOW_W-1:0] shadow;
    logic [XG*G*W_W-1:0] weights;

    for (genvar k = 0; k < XG * G; k = k + 1) begin : g_weight
      assign weights[k*W_W +: W_W] = $signed(w[(j*XG*G+k)*W_W +: W_W]);
    end

    engine_channels_packed #(
      .P    (P),
      .G    (G),
      .XG   (XG),
      .D    (D),
      .X_W  (X_W),
      .W_W  (W_W),
      .ACC_W(ACC_W)
    ) u_channels (
      .aclk     (aclk),
      .live     (valid),
      .first    (first_q[1]),
      .load     (last_q[2]),
      .x        (x),
      .w        (weights),
      .shadow_in(chain[(j+1)*SHADOW_W +: SHADOW_W]),
      .shadow   (shadow)
    );

    assign chain[j*SHADOW_W +: SHADOW_W] = shadow;
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
