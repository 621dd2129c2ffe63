// engine_channels_dw_packed - XG channels of the PE array, each with G columns and a private window
// for the first of them
//
// With op 0 it is engine_channels. With op 1 (depthwise) column 0 of channel m gets lanes of a
// window on the words of bank m, and the weight of column slice; the other columns get weight 0. Op
// 2 keeps the greatest of the lanes of a tile and adds it once, in the last step; op 3 adds all.
// There the weight is 1 unless has_weights. Lanes without lane_live are pad.
// Latency as engine_channels. A step's move, tap and read come first, its words and the rest one
// cycle later, x and w again one later.
//
// P       pixels of a word, >= 1
// G       slices, >= 1
// XG      channels, >= 1
// D       channels that leave in a cycle, <= XG
// XB      bits of a pixel, >= 1
// XU      1: pixels may be unsigned, lanes have XB + 1 bits; else 0
// W_W     width of a weight, >= 1
// ACC_W   width of a sum, >= X_W + W_W
`default_nettype none
module engine_channels_dw_packed #(
  parameter int P     = 4,
  parameter int G     = 2,
  parameter int XG    = 4,
  parameter int D     = 1,
  parameter int XB    = 8,
  parameter int XU    = 1,
  parameter int W_W   = 8,
  parameter int ACC_W = 32
) (
  input  logic                             aclk,
  // a step that is not dense, two cycles before x and w
  input  logic                             move,
  input  logic [1:0]                       tap,          // with move
  input  logic                             read,         // with move: the step has words
  input  logic [XG*P*XB-1:0]               words,        // of the banks, one cycle after move
  // a step, one cycle before x and w; also the following
  input  logic                             live,
  input  logic [1:0]                       op,
  input  logic                             fresh,        // first step of a tile
  input  logic                             ends,         // last step of a tile
  // column whose weight a depthwise step takes
  input  logic [(G>1 ? $clog2(G) : 1)-1:0] slice,
  input  logic                             has_weights,  // 0: the weight is 1
  input  logic [P-1:0]                     lane_live,    // lanes that are pixels
  input  logic [XB-1:0]                    pad,
  input  logic                             is_unsigned,
  input  logic                             first,        // one cycle after x and w
  input  logic                             load,         // two cycles after x and w
  input  logic [G*P*(XB+XU)-1:0]           x,            // shared lanes
  input  logic [XG*G*W_W-1:0]              w,
  input  logic [D*G*P*ACC_W-1:0]           shadow_in,
  output logic [D*G*P*ACC_W-1:0]           shadow
);

  localparam int X_W      = XB + XU;            // width of an operand
  localparam int COLUMN_W = P * ACC_W;          // width of the shadow registers of a column
  localparam int COUNT    = (P + 1) / 2;        // operands of a column
  localparam int OP_W     = X_W * 2 + W_W + 1;  // bits of an operand: two lanes

`ifndef SYNTHESIS
  initial begin
    if (XG < D) $fatal(1, "engine_channels_dw_packed: chains do not skip a group of channels");
    if (W_W < 2) $fatal(1, "engine_channels_dw_packed: a weight can be 1");
    if (ACC_W < XB + XU + W_W) $fatal(1, "engine_channels_dw_packed: a sum holds a product");
  end
`endif

  // control of this set of channels
  logic                             move_q;
  logic [1:0]                       tap_q;
  logic                             read_q;
  logic                             use_q;         // column 0 adds a product
  logic                             use_others_q;  // so do the others
  logic                             own_q;         // column 0 has its private window
  logic                             keep_q;        // a greatest value waits for the next step
  logic                             compare_q;     // the greatest so far takes part
  logic                             one_q;         // the weight is 1
  logic [(G>1 ? $clog2(G) : 1)-1:0] slice_q;
  logic [P-1:0]                     inside_q;
  logic [XB-1:0]                    pad_q;
  logic                             is_unsigned_q;

  logic dense;
  logic greatest;
  assign dense    = op == 2'd0;
  assign greatest = op == 2'd2;

  always_ff @(posedge aclk) begin
    move_q        <= move;
    tap_q         <= tap;
    read_q        <= read;
    use_q         <= live && (!greatest || ends);
    use_others_q  <= live && dense;
    own_q         <= !dense;
    keep_q        <= greatest && !live;
    compare_q     <= greatest && !fresh;
    one_q         <= !dense && !has_weights;
    slice_q       <= dense ? (G>1 ? $clog2(G) : 1)'(0) : slice;
    inside_q      <= lane_live;
    pad_q         <= pad;
    is_unsigned_q <= is_unsigned;
  end

  // operands: shared ones of all slices, and for slice 0 one of each channel
  logic [G*COUNT*OP_W-1:0] x_q;
  logic [XG*P*X_W-1:0]     own_x_q;

  for (genvar i = 0; i < G; i = i + 1) begin : g_row
    for (genvar j = 0; j < (P + 1) / 2; j = j + 1) begin : g_pair
      if (P > j * 2 + 1) begin : g_both
        always_ff @(posedge aclk) begin
          x_q[(i*COUNT+j)*OP_W +: OP_W] <= $signed({$unsigned((XB+XU+1)'($signed(x[(i*P+j*2+1)*(XB+XU) +: XB+XU]))
              - $signed((XB+XU+1)'(x[(i*P+j*2)*(XB+XU)+(XB+XU-1)]))),
              (XB+XU+W_W)'($signed(x[(i*P+j*2)*(XB+XU) +: XB+XU]))});
        end
      end else begin : g_both_else
        always_ff @(posedge aclk) begin
          x_q[(i*COUNT+j)*OP_W +: OP_W] <= OP_W'($signed(x[(i*P+(P-1))*(XB+XU) +: XB+XU]));
        end
      end
    end
  end

  logic unused_replaced;  // not every bit matters
  logic unused_single;    // not every bit matters
  assign unused_replaced = |x_q[COUNT*OP_W-1:0];
  assign unused_single   = use_others_q;

  // shadow registers of every column; behind the last channel stand those of the neighbour
  logic [(XG+D)*G*COLUMN_W-1:0] chain;

  assign shadow = chain[D*G*COLUMN_W-1:0];

  for (genvar k = 0; k < D * G; k = k + 1) begin : g_tail
    assign chain[(XG*G+k)*COLUMN_W +: COLUMN_W] = shadow_in[k*COLUMN_W +: COLUMN_W];
  end

  for (genvar channel_i = 0; channel_i < XG; channel_i = channel_i + 1) begin : g_channel
    logic [P*XB-1:0] pixels;

    engine_window #(.P(P), .XB(XB)) u_window (
      .aclk  (aclk),
      .move  (move_q),
      .tap   (tap_q),
      .read  (read_q),
      .word  (words[channel_i*P*XB +: P*XB]),
      .pixels(pixels)
    );

    for (genvar pixel_i = 0; pixel_i < P; pixel_i = pixel_i + 1) begin : g_pixel
      logic signed [X_W-1:0] lane;
      logic signed [X_W-1:0] kept;

      assign lane = is_unsigned_q
          ? $signed(inside_q[pixel_i] ? X_W'(pixels[pixel_i*XB +: XB]) : X_W'(pad_q))
          : X_W'($signed(inside_q[pixel_i] ? pixels[pixel_i*XB +: XB] : pad_q));
      assign kept = compare_q && $signed(own_x_q[(channel_i*P+pixel_i)*X_W +: X_W]) > lane
          ? $signed(own_x_q[(channel_i*P+pixel_i)*X_W +: X_W]) : lane;

      always_ff @(posedge aclk) begin
        if (!keep_q) begin
          own_x_q[(channel_i*P+pixel_i)*X_W +: X_W] <= own_q ? kept
              : $signed(x[pixel_i*(XB+XU) +: XB+XU]);
        end
      end
    end

    logic [G*W_W-1:0] offered;

    for (genvar offer_i = 0; offer_i < G; offer_i = offer_i + 1) begin : g_offer
      assign offered[offer_i*W_W +: W_W] = $signed(w[(channel_i*G+offer_i)*W_W +: W_W]);
    end

    logic signed [W_W-1:0] weight;
    logic signed [W_W-1:0] weight_selected;
    logic [P*ACC_W-1:0]    column0;
    logic [COUNT*OP_W-1:0] own_operands;

    always_comb begin
      weight_selected = '0;
      for (int n = 0; n < G; n = n + 1) begin
        if (32'(slice_q) == n) weight_selected = $signed(offered[n*W_W +: W_W]);
      end
    end

    assign weight = one_q ? W_W'(1) : weight_selected;

    for (genvar pair_i = 0; pair_i < (P + 1) / 2; pair_i = pair_i + 1) begin : g_pair
      if (P > pair_i * 2 + 1) begin : g_both
        assign own_operands[pair_i*OP_W +: OP_W] = $signed({$unsigned((X_W+1)'($signed(own_x_q[(channel_i*P+pair_i*2+1)*X_W +: X_W]))
            - $signed((X_W+1)'(own_x_q[(channel_i*P+pair_i*2)*X_W+(X_W-1)]))),
            (X_W+W_W)'($signed(own_x_q[(channel_i*P+pair_i*2)*X_W +: X_W]))});
      end else begin : g_both_else
        assign own_operands[pair_i*OP_W +: OP_W] = OP_W'($signed(own_x_q[(channel_i*P+(P-1))*X_W +: X_W]));
      end
    end

    engine_column_packed #(.P(P), .X_W(X_W), .W_W(W_W), .ACC_W(ACC_W)) u_column (
      .aclk     (aclk),
      .live     (use_q),
      .first    (first),
      .load     (load),
      .w        (weight),
      .x        (own_operands),
      .shadow_in(chain[(channel_i+D)*G*COLUMN_W +: COLUMN_W]),
      .shadow   (column0)
    );

    assign chain[channel_i*G*COLUMN_W +: COLUMN_W] = column0;
  end

  for (genvar twin_i = 0; twin_i < (XG + 1) / 2; twin_i = twin_i + 1) begin : g_twin
    for (genvar slice_i = 0; slice_i < G - 1; slice_i = slice_i + 1) begin : g_slice
      if (XG > twin_i * 2 + 1) begin : g_both
        logic [2*W_W-1:0]     weights;
        logic [2*P*ACC_W-1:0] neighbour;
        logic [P*2*ACC_W-1:0] twin_shadow;

        assign weights[W_W-1:0]              = $signed(w[(twin_i*2*G+slice_i+1)*W_W +: W_W]);
        assign neighbour[P*ACC_W-1:0]        = chain[((twin_i*2+D)*G+slice_i+1)*COLUMN_W +: COLUMN_W];
        assign weights[W_W +: W_W]           = $signed(w[((twin_i*2+1)*G+slice_i+1)*W_W +: W_W]);
        assign neighbour[P*ACC_W +: P*ACC_W] = chain[((twin_i*2+1+D)*G+slice_i+1)*COLUMN_W +: COLUMN_W];

        assign chain[(twin_i*2*G+slice_i+1)*COLUMN_W +: COLUMN_W]     = twin_shadow[P*ACC_W-1:0];
        assign chain[((twin_i*2+1)*G+slice_i+1)*COLUMN_W +: COLUMN_W] = twin_shadow[P*ACC_W +: P*ACC_W];

        engine_twin_packed #(.P(P), .X_W(X_W), .W_W(W_W), .ACC_W(ACC_W)) u_twin (
          .aclk     (aclk),
          .live     (use_others_q),
          .first    (first),
          .load     (load),
          .w        (weights),
          .x        (x_q[(slice_i+1)*COUNT*OP_W +: COUNT*OP_W]),
          .shadow_in(neighbour),
          .shadow   (twin_shadow)
        );
      end else begin : g_both_else
        logic [P*ACC_W-1:0] column_shadow;

        engine_column_packed #(.P(P), .X_W(X_W), .W_W(W_W), .ACC_W(ACC_W)) u_column (
          .aclk     (aclk),
          .live     (use_others_q),
          .first    (first),
          .load     (load),
          .w        (w[((XG-1)*G+slice_i+1)*W_W +: W_W]),
          .x        (x_q[(slice_i+1)*COUNT*OP_W +: COUNT*OP_W]),
          .shadow_in(chain[((XG-1+D)*G+slice_i+1)*COLUMN_W +: COLUMN_W]),
          .shadow   (column_shadow)
        );

        assign chain[((XG-1)*G+slice_i+1)*COLUMN_W +: COLUMN_W] = column_shadow;

        logic unused_bits;  // takes what nothing else reads
        assign unused_bits = &{1'b0, column_shadow};
      end
    end
  end

endmodule
`default_nettype wire
