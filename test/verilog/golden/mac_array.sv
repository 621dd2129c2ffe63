// mac_array - P x M output-stationary multiply-accumulate array
//
// Every enabled cycle, PE (p, m) adds x[p] * w[m]; first starts a new sum, last copies all sums
// into the drain registers, which then leave through sum one column a cycle while the next tile
// accumulates.
// Latency from operands to sum register: 3 cycles. No backpressure inside: en freezes the pipeline.
//
// P       pixel lanes (rows), >= 1
// M       output channels (columns), >= 1
// X_W     activation width, signed, >= 2
// W_W     weight width, signed, >= 2
// ACC_W   accumulator width, >= 4
`default_nettype none
module mac_array #(
  parameter int P     = 4,
  parameter int M     = 8,
  parameter int X_W   = 8,
  parameter int W_W   = 8,
  parameter int ACC_W = 32
) (
  input  logic               aclk,
  input  logic               en,
  input  logic               first,
  input  logic               last,
  input  logic               shift,
  input  logic [P*X_W-1:0]   x,
  input  logic [M*W_W-1:0]   w,
  output logic [P*ACC_W-1:0] sum
);

`ifndef SYNTHESIS
  initial begin
    if (X_W < 2) $fatal(1, "mac_array: X_W must be at least 2");
    if (W_W < 2) $fatal(1, "mac_array: W_W must be at least 2");
    if (ACC_W < 4) $fatal(1, "mac_array: ACC_W must be at least 4");
    if (ACC_W < X_W + W_W) $fatal(1, "mac_array: a sum holds a product");
  end
`endif

  // operands and control, registered once for the whole array
  logic [P*X_W-1:0] x_q;
  logic [M*W_W-1:0] w_q;
  logic             first_q;
  logic             first2_q;
  logic             last_q;
  logic             last2_q;
  always_ff @(posedge aclk) begin
    if (en) begin
      x_q      <= x;
      w_q      <= w;
      first_q  <= first;
      first2_q <= first_q;
      last_q   <= last;
      last2_q  <= last_q;
    end
  end

  // drain[m] feeds drain[m-1]; the column past the last one is zero
  logic [(M+1)*P*ACC_W-1:0] drain;

  for (genvar i = 0; i < P; i = i + 1) begin : g_past
    assign drain[(M*P+i)*ACC_W +: ACC_W] = '0;
  end

  assign sum = drain[P*ACC_W-1:0];

  for (genvar j = 0; j < M; j = j + 1) begin : g_column
    for (genvar k = 0; k < P; k = k + 1) begin : g_pe
      logic signed [X_W-1:0]     a;
      logic signed [W_W-1:0]     b;
      logic signed [X_W+W_W-1:0] product_q;
      logic signed [ACC_W-1:0]   acc_q;
      logic signed [ACC_W-1:0]   drain_q;
      logic signed [ACC_W-1:0]   acc_d;

      assign a     = $signed(x_q[k*X_W +: X_W]);
      assign b     = $signed(w_q[j*W_W +: W_W]);
      assign acc_d = (first2_q ? ACC_W'(0) : acc_q) + ACC_W'(product_q);

      always_ff @(posedge aclk) begin
        if (en) begin
          product_q <= a * b;
          acc_q     <= acc_d;
        end
        if (en && last2_q) drain_q <= acc_d;
        else if (shift) drain_q <= $signed(drain[((j+1)*P+k)*ACC_W +: ACC_W]);
      end

      assign drain[(j*P+k)*ACC_W +: ACC_W] = drain_q;
    end
  end

endmodule
`default_nettype wire
