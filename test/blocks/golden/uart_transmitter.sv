// uart_transmitter - bytes to a serial line, 8 data bits, no parity, a stop bit
//
// line comes from a flop and is high when idle. A start bit begins the cycle after its byte was
// taken; the next byte is taken when the stop bit is over: a byte every 10 CLOCKS + 1 cycles.
//
// CLOCKS   cycles of aclk a bit takes, >= 4
`default_nettype none
module uart_transmitter #(
  parameter int CLOCKS = 12
) (
  input  logic       aclk,
  input  logic       aresetn,

  input  logic       s_axis_tvalid,
  output logic       s_axis_tready,
  input  logic [7:0] s_axis_tdata,

  output logic       line
);

  localparam int COUNT_W = CLOCKS > 1 ? $clog2(CLOCKS) : 1;

`ifndef SYNTHESIS
  initial begin
    if (CLOCKS < 4) $fatal(1, "uart_transmitter: CLOCKS must be at least 4");
  end
`endif

  logic               busy_q;   // within a byte
  logic [3:0]         slot_q;   // bit on the line: 0 start, 1 .. 8 data, 9 stop
  logic [COUNT_W-1:0] count_q;  // cycles that it stays
  logic [8:0]         bits_q;   // bits to come, the one on the line lowest

  logic bit_ends;
  assign bit_ends = busy_q && count_q == COUNT_W'(0);

  assign s_axis_tready = !busy_q;
  assign line          = bits_q[0];

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      busy_q  <= 1'b0;
      slot_q  <= '0;
      count_q <= '0;
      bits_q  <= 9'd511;
    end else if (s_axis_tvalid && s_axis_tready) begin
      busy_q  <= 1'b1;
      slot_q  <= '0;
      count_q <= COUNT_W'(CLOCKS - 1);
      bits_q  <= 9'(s_axis_tdata) << 1;
    end else if (bit_ends) begin
      slot_q  <= slot_q + 4'd1;
      count_q <= COUNT_W'(CLOCKS - 1);
      bits_q  <= (bits_q >> 1) | 9'd256;
      if (slot_q == 4'd9) busy_q <= 1'b0;
    end else if (busy_q) begin
      count_q <= count_q - COUNT_W'(1);
    end
  end

endmodule
`default_nettype wire
