// bit_synchronizer - brings one bit into the domain of aclk
//
// d may change at any time; q follows it STAGES edges of aclk later, or one more where d changed
// close to an edge. A change of d that does not last over an edge of aclk may be lost. Several bits
// that belong together need another way: bits of a number sent through several of these arrive in
// different cycles.
//
// STAGES   flops; more make metastability rarer, 2 to 8
`default_nettype none
module bit_synchronizer #(
  parameter int STAGES = 2
) (
  input  logic aclk,
  input  logic aresetn,
  input  logic d,  // of any clock
  output logic q
);

`ifndef SYNTHESIS
  initial begin
    if (STAGES < 2) $fatal(1, "bit_synchronizer: STAGES must be at least 2");
    if (STAGES > 8) $fatal(1, "bit_synchronizer: STAGES must be at most 8");
  end
`endif

  (* ASYNC_REG = "TRUE" *) logic [STAGES-1:0] stage_q;

  logic sampled;  // crosses clocks: read by the first flop of the chain only
  assign sampled = d;

  always_ff @(posedge aclk) begin
    if (!aresetn) stage_q[0] <= 1'b0;
    else stage_q[0] <= sampled;
  end

  for (genvar i = 0; i < STAGES - 1; i = i + 1) begin : g_chain
    always_ff @(posedge aclk) begin
      if (!aresetn) stage_q[i+1] <= 1'b0;
      else stage_q[i+1] <= stage_q[i];
    end
  end

  assign q = stage_q[STAGES-1];

endmodule
`default_nettype wire
