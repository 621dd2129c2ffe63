// reset_synchronizer - releases an asynchronous reset at an edge of aclk
//
// synced_resetn falls with aresetn, clock or no clock, and rises STAGES edges of aclk after aresetn
// rose: every register that it resets leaves reset in the same cycle. One instance a clock.
//
// STAGES   flops; more make metastability rarer, 2 to 8
`default_nettype none
module reset_synchronizer #(
  parameter int STAGES = 2
) (
  input  logic aclk,
  input  logic aresetn,
  output logic synced_resetn  // active low
);

`ifndef SYNTHESIS
  initial begin
    if (STAGES < 2) $fatal(1, "reset_synchronizer: STAGES must be at least 2");
    if (STAGES > 8) $fatal(1, "reset_synchronizer: STAGES must be at most 8");
  end
`endif

  (* ASYNC_REG = "TRUE" *) logic [STAGES-1:0] stage_q;

  always_ff @(posedge aclk or negedge aresetn) begin
    if (!aresetn) stage_q[0] <= 1'b0;
    else stage_q[0] <= 1'b1;
  end

  for (genvar i = 0; i < STAGES - 1; i = i + 1) begin : g_chain
    always_ff @(posedge aclk or negedge aresetn) begin
      if (!aresetn) stage_q[i+1] <= 1'b0;
      else stage_q[i+1] <= stage_q[i];
    end
  end

  assign synced_resetn = stage_q[STAGES-1];

endmodule
`default_nettype wire
