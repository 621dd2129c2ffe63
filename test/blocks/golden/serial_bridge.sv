// serial_bridge - AXI4-Streams over a serial line: 8 data bits, no parity, a stop bit
//
// Bytes of rx become beats of m_axis, the first byte in the lowest bits; beats of s_axis leave as
// bytes of tx in the same order. Nothing holds rx back: lost rises where a byte came too soon. A
// break on rx (or a byte without a stop bit) holds core_resetn low until rx is high again: what is
// on its way is dropped, and what stands behind the streams begins anew.
//
// CLOCKS   cycles of aclk a bit takes, >= 4
// IN       bytes in a beat of m_axis, >= 1
// OUT      bytes in a beat of s_axis, >= 1
`default_nettype none
module serial_bridge #(
  parameter int CLOCKS = 12,
  parameter int IN     = 1,
  parameter int OUT    = 1
) (
  input  logic             aclk,
  input  logic             aresetn,
  input  logic             rx,           // serial line, of any clock
  output logic             tx,           // serial line

  output logic             m_axis_tvalid,
  input  logic             m_axis_tready,
  output logic [IN*8-1:0]  m_axis_tdata,

  input  logic             s_axis_tvalid,
  output logic             s_axis_tready,
  input  logic [OUT*8-1:0] s_axis_tdata,

  output logic             core_resetn,  // reset for what stands behind the streams
  output logic             lost          // a byte was lost; until reset
);

`ifndef SYNTHESIS
  initial begin
    if (CLOCKS < 4) $fatal(1, "serial_bridge: CLOCKS must be at least 4");
  end
`endif

  logic       received_tvalid;
  logic       received_tready;
  logic [7:0] received_tdata;
  logic       in_tvalid;
  logic       in_tready;
  logic [7:0] in_tdata;
  logic       out_tvalid;
  logic       out_tready;
  logic [7:0] out_tdata;
  logic       line_q;

  bit_synchronizer #(.STAGES(2)) u_line (
    .aclk   (aclk),
    .aresetn(aresetn),
    .d      (rx),
    .q      (line_q)
  );

  logic receiver_broken;

  uart_receiver #(.CLOCKS(CLOCKS)) u_receiver (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .line         (line_q),
    .m_axis_tvalid(received_tvalid),
    .m_axis_tready(received_tready),
    .m_axis_tdata (received_tdata),
    .broken       (receiver_broken),
    .lost         (lost)
  );

  logic running_q;  // the streams are not in reset

  always_ff @(posedge aclk) begin
    if (!aresetn) running_q <= 1'b0;
    else running_q <= !receiver_broken;
  end

  assign core_resetn = running_q;

  // bytes that wait when a break comes are dropped
  assign in_tvalid       = received_tvalid && running_q;
  assign in_tdata        = received_tdata;
  assign received_tready = in_tready || !running_q;

  uart_transmitter #(.CLOCKS(CLOCKS)) u_transmitter (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(out_tvalid),
    .s_axis_tready(out_tready),
    .s_axis_tdata (out_tdata),
    .line         (tx)
  );

  if (IN > 1) begin : g_wide_in
    upsizer #(.W(8), .RATIO(IN), .FRAME(IN)) u_upsizer (
      .aclk         (aclk),
      .aresetn      (running_q),
      .s_axis_tvalid(in_tvalid),
      .s_axis_tready(in_tready),
      .s_axis_tdata (in_tdata),
      .m_axis_tvalid(m_axis_tvalid),
      .m_axis_tready(m_axis_tready),
      .m_axis_tdata (m_axis_tdata)
    );
  end else begin : g_wide_in_else
    assign m_axis_tvalid = in_tvalid;
    assign m_axis_tdata  = (IN*8)'(in_tdata);
    assign in_tready     = m_axis_tready;
  end

  if (OUT > 1) begin : g_wide_out
    downsizer #(.W(8), .RATIO(OUT), .FRAME(OUT)) u_downsizer (
      .aclk         (aclk),
      .aresetn      (running_q),
      .s_axis_tvalid(s_axis_tvalid),
      .s_axis_tready(s_axis_tready),
      .s_axis_tdata (s_axis_tdata),
      .m_axis_tvalid(out_tvalid),
      .m_axis_tready(out_tready),
      .m_axis_tdata (out_tdata)
    );
  end else begin : g_wide_out_else
    assign out_tvalid    = s_axis_tvalid;
    assign out_tdata     = s_axis_tdata[7:0];
    assign s_axis_tready = out_tready;
  end

  logic unused_bits;  // takes what nothing else reads
  assign unused_bits = &{1'b0, s_axis_tdata};

endmodule
`default_nettype wire
