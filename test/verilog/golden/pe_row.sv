// pe - forwards the activation one cycle later; the sum ripples through without a register
//
// A_W   width in bits, >= 1
// S_W   width in bits, >= 1
`default_nettype none
module pe #(
  parameter int A_W = 8,
  parameter int S_W = 16
) (
  input  logic                  aclk,
  input  logic                  aresetn,
  input  logic signed [A_W-1:0] a,
  input  logic signed [S_W-1:0] sum,
  output logic signed [A_W-1:0] a_out,
  output logic signed [S_W-1:0] sum_out
);

`ifndef SYNTHESIS
  initial begin
    if (S_W < A_W) $fatal(1, "pe: a sum holds an activation");
  end
`endif

  logic signed [A_W-1:0] a_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) a_q <= '0;
    else a_q <= a;
  end

  assign a_out   = a_q;
  assign sum_out = sum + S_W'(a);

endmodule
`default_nettype wire

// pe_row - N processing elements in a row
//
// N     elements, >= 1
// A_W   width in bits, >= 1
// S_W   width in bits, >= 1
`default_nettype none
module pe_row #(
  parameter int N   = 4,
  parameter int A_W = 8,
  parameter int S_W = 16
) (
  input  logic                  aclk,
  input  logic                  aresetn,
  input  logic signed [A_W-1:0] a,
  output logic signed [S_W-1:0] sum
);

`ifndef SYNTHESIS
  initial begin
    if (S_W < A_W) $fatal(1, "pe_row: a sum holds an activation");
  end
`endif

  // N + 1 taps: no element is special
  logic [(N+1)*A_W-1:0] hop;
  logic [(N+1)*S_W-1:0] sums /* verilator split_var */;
  assign hop[A_W-1:0]  = a;
  assign sums[S_W-1:0] = '0;

  for (genvar i = 0; i < N; i = i + 1) begin : g_pe
    pe #(.A_W(A_W), .S_W(S_W)) u_pe (
      .aclk   (aclk),
      .aresetn(aresetn),
      .a      (hop[i*A_W +: A_W]),
      .sum    (sums[i*S_W +: S_W]),
      .a_out  (hop[(i+1)*A_W +: A_W]),
      .sum_out(sums[(i+1)*S_W +: S_W])
    );
  end

  assign sum = $signed(sums[N*S_W +: S_W]);

  logic unused_bits;  // takes what nothing else reads
  assign unused_bits = &{1'b0, hop};

endmodule
`default_nettype wire
