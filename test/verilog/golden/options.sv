// options - passes, delays or sums its lanes, as the parameters say
//
// W        width in bits, >= 1
// N        lanes, >= 1
// STAGES   registers on the way
// SPARE    not used, >= 1
`default_nettype none
module options #(
  parameter int W      = 8,
  parameter int N      = 3,
  parameter int STAGES = 1,
  parameter int SPARE  = 1
) (
  input  logic                     aclk,
  input  logic                     aresetn,
  input  logic [N*W-1:0]           x,
  input  logic [3:0]               pick,
  input  logic [W-1:0]             spare,
  output logic [W-1:0]             chosen,
  output logic [W+$clog2(N)-1:0]   total,
  output logic [$clog2(W + 1)-1:0] ones,
  output logic                     carry
);

  logic [W-1:0] chosen_d;
  always_comb begin
    chosen_d = '0;
    for (int k = 0; k < N; k = k + 1) if (32'(pick) == k) chosen_d = x[k*W +: W];
  end

  if (STAGES == 0) begin : g_delay
    assign chosen = chosen_d;
  end else begin : g_delay_else
    logic [W-1:0] held_q;

    always_ff @(posedge aclk) begin
      if (!aresetn) held_q <= '0;
      else held_q <= chosen_d;
    end

    assign chosen = held_q;
  end

  logic [N:0] chain /* verilator split_var */;  // parity of the lanes so far
  assign chain[0] = 1'b0;

  always_comb begin
    total = '0;
    for (int k = 0; k < N; k = k + 1) total = total + (W+$clog2(N))'(x[k*W +: W]);
  end

  always_comb begin
    ones = '0;
    for (int k = 0; k < W; k = k + 1) ones = ones + ($clog2(W + 1))'(x[k]);
  end

  for (genvar i = 0; i < N; i = i + 1) begin : g_parity
    assign chain[i+1] = chain[i] ^ (^x[i*W +: W]);
  end

  logic unused_spare;  // not every bit matters
  assign unused_spare = |spare;

  assign carry = chain[N];

  logic unused_bits;  // takes what nothing else reads
  assign unused_bits = &{1'b0, aclk, aresetn, SPARE};

endmodule
`default_nettype wire
