// axi_bursts - splits transfers into bursts that end at multiples of BURST beats
//
// Addresses count beats. The first burst reaches to the next multiple of BURST, the others have
// BURST beats, the last one what is left. Where BURST beats are a divisor of 4 KB no burst crosses
// such a border.
// Latency 1 cycle, a burst every cycle, also from one transfer to the next. s_cmd_tready follows
// m_burst_tready combinationally.
//
// WORD_W    bits of an address, >= 10
// COUNT_W   bits of the beats of a transfer, >= 9
// BURST     beats of a burst at most, a power of two, 2 to 256
`default_nettype none
module axi_bursts #(
  parameter int WORD_W  = 37,
  parameter int COUNT_W = 30,
  parameter int BURST   = 16
) (
  input  logic               aclk,
  input  logic               aresetn,

  input  logic               s_cmd_tvalid,
  output logic               s_cmd_tready,
  input  logic [WORD_W-1:0]  s_cmd_addr,
  input  logic [COUNT_W-1:0] s_cmd_count,
  input  logic               s_cmd_mark,

  output logic               m_burst_tvalid,
  input  logic               m_burst_tready,
  output logic [WORD_W-1:0]  m_burst_addr,
  output logic [7:0]         m_burst_len,
  output logic               m_burst_mark
);

  localparam int BURST_W = $clog2(BURST);
  localparam int ROOM_W  = BURST_W + 1;

`ifndef SYNTHESIS
  initial begin
    if (WORD_W < 10) $fatal(1, "axi_bursts: WORD_W must be at least 10");
    if (COUNT_W < 9) $fatal(1, "axi_bursts: COUNT_W must be at least 9");
    if (BURST < 2) $fatal(1, "axi_bursts: BURST must be at least 2");
    if (BURST > 256) $fatal(1, "axi_bursts: BURST must be at most 256");
    if (256 % BURST != 0) $fatal(1, "axi_bursts: BURST is a power of two");
  end
`endif

  logic               busy_q;
  logic [WORD_W-1:0]  addr_q;  // first beat of the next burst
  logic [COUNT_W-1:0] left_q;  // beats that no burst has had
  logic               mark_q;

  logic [ROOM_W-1:0] room;  // beats to the next multiple of BURST
  logic              last;
  logic [ROOM_W-1:0] take;  // beats of this burst
  logic              ends;
  assign room = ROOM_W'($unsigned(~addr_q[BURST_W-1:0])) + ROOM_W'(1);
  assign last = left_q <= COUNT_W'(room);
  assign take = ROOM_W'(last ? left_q : COUNT_W'(room));
  assign ends = m_burst_tvalid && m_burst_tready && last;

  assign m_burst_tvalid = busy_q;
  assign m_burst_addr   = addr_q;
  assign m_burst_len    = 8'(9'($unsigned(take - ROOM_W'(1))));
  assign m_burst_mark   = last && mark_q;
  assign s_cmd_tready   = !busy_q || ends;

  always_ff @(posedge aclk) begin
    if (!aresetn) busy_q <= 1'b0;
    else if (s_cmd_tvalid && s_cmd_tready) busy_q <= 1'b1;
    else if (ends) busy_q <= 1'b0;
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (s_cmd_tvalid && s_cmd_tready) begin
      addr_q <= s_cmd_addr;
      left_q <= s_cmd_count;
      mark_q <= s_cmd_mark;
    end else if (!ends && m_burst_tvalid && m_burst_tready) begin
      addr_q <= addr_q + WORD_W'(take);
      left_q <= left_q - COUNT_W'(take);
    end
  end

endmodule
`default_nettype wire
