// engine_channels_packed - XG channels of the PE array, each with G columns of P processing
// elements
//
// Holds one copy of the operand registers of the lanes, so a lane has to reach no more than XG
// columns.
// Column (m, g) adds lane (g, p) times weight (m, g) to its pixel p. Shadow registers form D
// chains:
// channel m takes what channel m + D has; the last D channels take shadow_in.
// Latency 3 cycles from x and w to the sums. live comes one cycle before x and w of its step.
//
// P       pixels, >= 1
// G       slices, >= 1
// XG      channels, >= 1
// D       channels that leave in a cycle, <= XG
// X_W     width of an activation, >= 1
// W_W     width of a weight, >= 1
// ACC_W   width of a sum, >= X_W + W_W
`default_nettype none
module engine_channels_packed #(
  parameter int P     = 4,
  parameter int G     = 2,
  parameter int XG    = 4,
  parameter int D     = 1,
  parameter int X_W   = 8,
  parameter int W_W   = 8,
  parameter int ACC_W = 32
) (
  input  logic                   aclk,
  input  logic                   live,   // one cycle before x and w
  input  logic                   first,  // one cycle after x and w
  input  logic                   load,   // two cycles after x and w
  input  logic [G*P*X_W-1:0]     x,      // pixel p of slice g at g * P + p
  input  logic [XG*G*W_W-1:0]    w,      // weight of channel m and slice g at m * G + g
  input  logic [D*G*P*ACC_W-1:0] shadow_in,
  output logic [D*G*P*ACC_W-1:0] shadow  // shadow registers of the first D channels
);

  localparam int COLUMN_W = P * ACC_W;          // width of the shadow registers of a column
  localparam int COUNT    = (P + 1) / 2;        // operands of a column
  localparam int OP_W     = X_W * 2 + W_W + 1;  // bits of an operand: two lanes

`ifndef SYNTHESIS
  initial begin
    if (XG < D) $fatal(1, "engine_channels_packed: chains do not skip a group of channels");
  end
`endif

  logic                    live_q;  // the step of the weights exists
  logic [G*COUNT*OP_W-1:0] x_q;     // operands of all columns

  always_ff @(posedge aclk) begin
    live_q <= live;
  end

  for (genvar i = 0; i < G; i = i + 1) begin : g_row
    for (genvar j = 0; j < (P + 1) / 2; j = j + 1) begin : g_pair
      if (P > j * 2 + 1) begin : g_both
        always_ff @(posedge aclk) begin
          x_q[(i*COUNT+j)*OP_W +: OP_W] <= $signed({$unsigned((X_W+1)'($signed(x[(i*P+j*2+1)*X_W +: X_W]))
              - $signed((X_W+1)'(x[(i*P+j*2)*X_W+(X_W-1)]))),
              (X_W+W_W)'($signed(x[(i*P+j*2)*X_W +: X_W]))});
        end
      end else begin : g_both_else
        always_ff @(posedge aclk) begin
          x_q[(i*COUNT+j)*OP_W +: OP_W] <= OP_W'($signed(x[(i*P+(P-1))*X_W +: X_W]));
        end
      end
    end
  end

  // shadow registers of every column; behind the last channel stand those of the neighbour
  logic [(XG+D)*G*COLUMN_W-1:0] chain;

  assign shadow = chain[D*G*COLUMN_W-1:0];

  for (genvar k = 0; k < D * G; k = k + 1) begin : g_tail
    assign chain[(XG*G+k)*COLUMN_W +: COLUMN_W] = shadow_in[k*COLUMN_W +: COLUMN_W];
  end

  for (genvar twin_i = 0; twin_i < (XG + 1) / 2; twin_i = twin_i + 1) begin : g_twin
    for (genvar slice_i = 0; slice_i < G; slice_i = slice_i + 1) begin : g_slice
      if (XG > twin_i * 2 + 1) begin : g_both
        logic [2*W_W-1:0]     weights;
        logic [2*P*ACC_W-1:0] neighbour;
        logic [P*2*ACC_W-1:0] twin_shadow;

        assign weights[W_W-1:0]              = $signed(w[(twin_i*2*G+slice_i)*W_W +: W_W]);
        assign neighbour[P*ACC_W-1:0]        = chain[((twin_i*2+D)*G+slice_i)*COLUMN_W +: COLUMN_W];
        assign weights[W_W +: W_W]           = $signed(w[((twin_i*2+1)*G+slice_i)*W_W +: W_W]);
        assign neighbour[P*ACC_W +: P*ACC_W] = chain[((twin_i*2+1+D)*G+slice_i)*COLUMN_W +: COLUMN_W];

        assign chain[(twin_i*2*G+slice_i)*COLUMN_W +: COLUMN_W]     = twin_shadow[P*ACC_W-1:0];
        assign chain[((twin_i*2+1)*G+slice_i)*COLUMN_W +: COLUMN_W] = twin_shadow[P*ACC_W +: P*ACC_W];

        engine_twin_packed #(.P(P), .X_W(X_W), .W_W(W_W), .ACC_W(ACC_W)) u_twin (
          .aclk     (aclk),
          .live     (live_q),
          .first    (first),
          .load     (load),
          .w        (weights),
          .x        (x_q[slice_i*COUNT*OP_W +: COUNT*OP_W]),
          .shadow_in(neighbour),
          .shadow   (twin_shadow)
        );

        logic unused_bits;  // takes what nothing else reads
        assign unused_bits = &{1'b0, weights, neighbour, twin_shadow};
      end else begin : g_both_else
        logic [P*ACC_W-1:0] column_shadow;

        engine_column_packed #(.P(P), .X_W(X_W), .W_W(W_W), .ACC_W(ACC_W)) u_column (
          .aclk     (aclk),
          .live     (live_q),
          .first    (first),
          .load     (load),
          .w        (w[((XG-1)*G+slice_i)*W_W +: W_W]),
          .x        (x_q[slice_i*COUNT*OP_W +: COUNT*OP_W]),
          .shadow_in(chain[((XG-1+D)*G+slice_i)*COLUMN_W +: COLUMN_W]),
          .shadow   (column_shadow)
        );

        assign chain[((XG-1)*G+slice_i)*COLUMN_W +: COLUMN_W] = column_shadow;

        logic unused_bits_2;  // takes what nothing else reads
        assign unused_bits_2 = &{1'b0, column_shadow};
      end
    end
  end

endmodule
`default_nettype wire
