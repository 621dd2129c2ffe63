// engine_addition - residual addition: a group of results and a group of residual words become a
// group of sums
//
// sum = (a << up) + round(((b - zero_b) * factor + 2^10 >> 11) / 2^drop) rounded half away from
// zero; a is the own result and b the residual, with swap the other way round.
// Everything beside the words belongs to the pass and stays as it is while its groups are on their
// way.
// Latency 6 cycles, a group every cycle, nothing ever stalls.
//
// P    pixels of a word, >= 1
// D    words of a group, >= 1
// XB   bits of a pixel, 2 to 16
`default_nettype none
module engine_addition #(
  parameter int P  = 4,
  parameter int D  = 2,
  parameter int XB = 8
) (
  input  logic               aclk,
  input  logic               aresetn,
  input  logic               in_valid,
  input  logic [D*P*XB-1:0]  own,     // results
  input  logic [D*P*XB-1:0]  other,   // residual words
  input  logic               own_unsigned,
  input  logic               other_unsigned,
  input  logic               swap,    // the own result is multiplied
  input  logic [4:0]         up,
  input  logic signed [XB:0] zero_b,  // zero point of the operand that is multiplied
  input  logic signed [31:0] factor,
  input  logic [4:0]         drop,
  output logic               out_valid,
  output logic [D*P*32-1:0]  sums
);

  localparam int N         = D * P;    // pixels of a group
  localparam int X_W       = XB + 1;   // bits of a pixel with its sign
  localparam int PRODUCT_W = XB + 34;  // bits of a product

`ifndef SYNTHESIS
  initial begin
    if (XB < 2) $fatal(1, "engine_addition: XB must be at least 2");
    if (XB > 16) $fatal(1, "engine_addition: XB must be at most 16");
  end
`endif

  logic [5:0] valid_q;  // groups on their way, the newest in bit 0

  always_ff @(posedge aclk) begin
    if (!aresetn) valid_q <= '0;
    else valid_q <= {valid_q[4:0], in_valid};
  end

  logic signed [26:0] top;  // the factor without its lowest bits
  logic [N*32-1:0]    added;
  assign top = $signed(factor[31:5]);

  for (genvar i = 0; i < N; i = i + 1) begin : g_pixel
    logic signed [X_W-1:0] own_value;
    logic signed [X_W-1:0] other_value;
    logic signed [X_W-1:0] a_q;      // the operand that is shifted
    logic signed [XB+1:0]  d_q;      // the other one without its zero point
    logic signed [XB+28:0] upper_q;  // product with the upper bits of the factor
    logic signed [XB+6:0]  lower_q;  // and with the lowest ones
    logic signed [39:0]    scaled_q;
    logic signed [31:0]    shifted_q;
    logic signed [31:0]    sum_q;

    assign own_value   = own_unsigned ? $signed(X_W'(own[i*XB +: XB]))
        : X_W'($signed(own[i*XB +: XB]));
    assign other_value = other_unsigned ? $signed(X_W'(other[i*XB +: XB]))
        : X_W'($signed(other[i*XB +: XB]));

    always_ff @(posedge aclk) begin
      a_q <= swap ? other_value : own_value;
    end

    logic signed [X_W-1:0] multiplied;

    assign multiplied = swap ? own_value : other_value;

    always_ff @(posedge aclk) begin
      d_q     <= (XB+2)'(multiplied) - (XB+2)'(zero_b);
      upper_q <= d_q * top;
      lower_q <= (factor[0] ? (XB+7)'(d_q) : (XB+7)'(0))
          + ((factor[1] ? (XB+7)'(d_q) : (XB+7)'(0)) << 1)
          + ((factor[2] ? (XB+7)'(d_q) : (XB+7)'(0)) << 2)
          + ((factor[3] ? (XB+7)'(d_q) : (XB+7)'(0)) << 3)
          + ((factor[4] ? (XB+7)'(d_q) : (XB+7)'(0)) << 4);
    end

    logic signed [PRODUCT_W-1:0] product;

    assign product = (PRODUCT_W'(upper_q) << 5) + PRODUCT_W'(lower_q) + PRODUCT_W'(1024);

    always_ff @(posedge aclk) begin
      scaled_q <= 40'($signed(product[11 +: XB+23]));
    end

    logic signed [31:0] drop_q;
    logic               drop_over;
    logic               drop_negative;
    logic               drop_half;
    logic               drop_below;

    engine_shift #(.V_W(40), .Q_W(32)) u_drop (
      .aclk    (aclk),
      .v       (scaled_q),
      .s       (6'(drop)),
      .q       (drop_q),
      .over    (drop_over),
      .negative(drop_negative),
      .half    (drop_half),
      .below   (drop_below)
    );

    logic           unused_over;  // not every bit matters
    logic [X_W-1:0] a_later_q;

    assign unused_over = drop_over;

    engine_delay #(.W(X_W), .STEPS(3)) u_a_later (
      .aclk(aclk),
      .d   (a_q),
      .q   (a_later_q)
    );

    always_ff @(posedge aclk) begin
      shifted_q <= 32'($signed(a_later_q)) << up;
    end

    logic away;  // rounds to the next greater number

    assign away = drop_half && (drop_below || !drop_negative);

    always_ff @(posedge aclk) begin
      sum_q <= shifted_q + drop_q + $signed(32'(away));
    end

    assign added[i*32 +: 32] = sum_q;

    logic unused_bits;  // takes what nothing else reads
    assign unused_bits = &{1'b0, product};
  end

  assign out_valid = valid_q[5];
  assign sums      = added;

endmodule
`default_nettype wire
