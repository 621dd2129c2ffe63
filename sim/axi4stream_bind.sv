// Example: the checkers of both streams of a module, bound to every instance of it
//
// Give this file to Verilator (or any tool with `bind`) together with axi4stream_checker.sv and the design; Icarus 11
// does not know `bind`: instantiate the checkers in the test bench there. Copy it for other modules: parameters and
// signals are named as inside the module that is bound to.
`default_nettype none
// The messages are enough here; nobody reads the bits.
// verilator lint_off PINCONNECTEMPTY
bind fifo axi4stream_checker #(
  .DATA_W(W),
  .LAST(0)
) u_s_axis_checker (
  .aclk(aclk),
  .aresetn(aresetn),
  .tvalid(s_axis_tvalid),
  .tready(s_axis_tready),
  .tdata(s_axis_tdata),
  .tkeep('1),
  .tstrb('1),
  .tlast(1'b1),
  .tid(1'b0),
  .tdest(1'b0),
  .tuser(1'b0),
  .eos(1'b0),
  .violations()
);
bind fifo axi4stream_checker #(
  .DATA_W(W),
  .LAST(0)
) u_m_axis_checker (
  .aclk(aclk),
  .aresetn(aresetn),
  .tvalid(m_axis_tvalid),
  .tready(m_axis_tready),
  .tdata(m_axis_tdata),
  .tkeep('1),
  .tstrb('1),
  .tlast(1'b1),
  .tid(1'b0),
  .tdest(1'b0),
  .tuser(1'b0),
  .eos(1'b0),
  .violations()
);
// verilator lint_on PINCONNECTEMPTY
`default_nettype wire
