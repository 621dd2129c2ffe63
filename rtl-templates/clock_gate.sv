// clock_gate: gclk follows clk in the cycles in which en was high before the edge
//
// With HEDDLE_CLOCK_GATES it is a latch and an AND gate, which is what simulators and formal tools see; put the
// integrated clock gate of the cell library in their place (HEDDLE_CLOCK_GATE_CELL names the instance line of one,
// as `CLKGATE_X1 cell_i (.CK(clk), .E(en), .GCK(gclk));`). Without it, on an FPGA, the clock passes, and whoever
// uses gclk behaves the same: en is low only in cycles in which no register behind gclk would be missed.
`default_nettype none

module clock_gate (
  input  wire logic clk,
  input  wire logic en,
  output wire logic gclk
);

`ifdef HEDDLE_CLOCK_GATES
`ifdef HEDDLE_CLOCK_GATE_CELL
  `HEDDLE_CLOCK_GATE_CELL
`else
  logic held;

  always_latch begin
    if (!clk) held = en;
  end

  assign gclk = clk & held;
`endif
`else
  assign gclk = clk;

  logic unused_en;
  assign unused_en = en;
`endif

endmodule

`default_nettype wire
