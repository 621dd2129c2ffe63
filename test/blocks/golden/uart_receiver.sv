// uart_receiver - bytes of a serial line, 8 data bits, no parity, a stop bit
//
// line is high when idle and must belong to aclk (bit_synchronizer). Every bit is read in its
// middle; a start bit that is high there was noise. A byte whose stop bit is low is dropped, and
// broken stays high until the line is high again.
// A byte is on offer from the cycle after its stop bit was read. One that comes while the byte
// before it still waits is lost, and lost stays high until reset.
//
// CLOCKS   cycles of aclk a bit takes, >= 4
`default_nettype none
module uart_receiver #(
  parameter int CLOCKS = 12
) (
  input  logic       aclk,
  input  logic       aresetn,
  input  logic       line,

  output logic       m_axis_tvalid,
  input  logic       m_axis_tready,
  output logic [7:0] m_axis_tdata,

  output logic       broken,  // there was no stop bit; the line has been low since
  output logic       lost     // a byte was not taken in time
);

  localparam int COUNT_W = CLOCKS > 1 ? $clog2(CLOCKS) : 1;

`ifndef SYNTHESIS
  initial begin
    if (CLOCKS < 4) $fatal(1, "uart_receiver: CLOCKS must be at least 4");
  end
`endif

  logic               busy_q;   // within a byte
  logic [3:0]         slot_q;   // next bit to be read: 0 start, 1 .. 8 data, 9 stop
  logic [COUNT_W-1:0] count_q;  // cycles until it is read
  logic [7:0]         byte_q;   // bits so far, the last one highest
  logic               broken_q;
  logic               valid_q;
  logic               lost_q;
  logic [7:0]         data_q;   // the byte on offer

  logic read;
  logic at_stop;
  logic arrived;
  logic full;
  logic noise;
  assign read    = busy_q && count_q == COUNT_W'(0);
  assign at_stop = read && slot_q == 4'd9;
  assign arrived = at_stop && line;
  assign full    = valid_q && !m_axis_tready;
  assign noise   = read && slot_q == 4'd0 && line;

  assign m_axis_tvalid = valid_q;
  assign m_axis_tdata  = data_q;
  assign broken        = broken_q;
  assign lost          = lost_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      busy_q   <= 1'b0;
      slot_q   <= '0;
      count_q  <= '0;
      broken_q <= 1'b0;
      valid_q  <= 1'b0;
      lost_q   <= 1'b0;
    end else begin
      if (!busy_q && !broken_q && !line) begin
        busy_q  <= 1'b1;
        slot_q  <= '0;
        count_q <= COUNT_W'(CLOCKS / 2 - 1);
      end else if (read) begin
        slot_q  <= slot_q + 4'd1;
        count_q <= COUNT_W'(CLOCKS - 1);
        if (noise || at_stop) busy_q <= 1'b0;
      end else if (busy_q) begin
        count_q <= count_q - COUNT_W'(1);
      end
      if (line) broken_q <= 1'b0;
      else if (at_stop) broken_q <= 1'b1;
      if (arrived) valid_q <= 1'b1;
      else if (m_axis_tready) valid_q <= 1'b0;
      if (arrived && full) lost_q <= 1'b1;
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (read) byte_q <= (byte_q >> 1) | (line ? 8'd128 : 8'd0);
    if (arrived && !full) data_q <= byte_q;
  end

endmodule
`default_nettype wire
