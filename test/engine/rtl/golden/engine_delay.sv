// engine_delay - q is d of STEPS cycles ago
//
// No enable and no reset.
//
// W       bits, >= 1
// STEPS   cycles, >= 1
`default_nettype none
module engine_delay #(
  parameter int W     = 8,
  parameter int STEPS = 2
) (
  input  logic         aclk,
  input  logic [W-1:0] d,
  output logic [W-1:0] q
);

  logic [(STEPS+1)*W-1:0] line;
  assign line[W-1:0] = d;

  for (genvar i = 0; i < STEPS; i = i + 1) begin : g_step
    logic [W-1:0] held_q;

    always_ff @(posedge aclk) begin
      held_q <= line[i*W +: W];
    end

    assign line[(i+1)*W +: W] = held_q;
  end

  assign q = line[STEPS*W +: W];

endmodule
`default_nettype wire
