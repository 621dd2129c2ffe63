// frame_commands - a command for every frame of BYTES bytes, from an address on
//
// start takes address and number of frames, clear forgets those that are left. The first command is
// on offer 1 cycle behind start, one every cycle. Cuts tvalid.
//
// ADDR_W   bits of a byte address, >= 20
// LEN_W    bits of the bytes of a transfer, >= 20
// BYTES    bytes of a frame, 1 to 1048575
`default_nettype none
module frame_commands #(
  parameter int ADDR_W = 40,
  parameter int LEN_W  = 32,
  parameter int BYTES  = 64
) (
  input  logic              aclk,
  input  logic              aresetn,
  input  logic              start,    // takes address and frames
  input  logic              clear,    // no more commands
  input  logic [ADDR_W-1:0] address,  // first byte of the first frame
  input  logic [31:0]       frames,

  output logic              m_cmd_tvalid,
  input  logic              m_cmd_tready,
  output logic [ADDR_W-1:0] m_cmd_addr,
  output logic [LEN_W-1:0]  m_cmd_bytes,
  output logic              m_cmd_last
);

`ifndef SYNTHESIS
  initial begin
    if (ADDR_W < 20) $fatal(1, "frame_commands: ADDR_W must be at least 20");
    if (LEN_W < 20) $fatal(1, "frame_commands: LEN_W must be at least 20");
    if (BYTES > 1048575) $fatal(1, "frame_commands: BYTES must be at most 1048575");
  end
`endif

  logic [31:0]       left_q;  // frames without a command
  logic [ADDR_W-1:0] address_q;

  assign m_cmd_tvalid = left_q != 32'd0;
  assign m_cmd_addr   = address_q;
  assign m_cmd_bytes  = LEN_W'(BYTES);
  assign m_cmd_last   = 1'b1;

  always_ff @(posedge aclk) begin
    if (!aresetn) left_q <= '0;
    else if (clear) left_q <= '0;
    else if (start) left_q <= frames;
    else if (m_cmd_tvalid && m_cmd_tready) left_q <= left_q - 32'd1;
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (start) address_q <= address;
    else if (m_cmd_tvalid && m_cmd_tready) address_q <= address_q + ADDR_W'(BYTES);
  end

endmodule
`default_nettype wire
