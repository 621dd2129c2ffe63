// axi_write_master - AXI4 write master: a packed AXI4-Stream to transfers of bytes to memory
//
// A command is an address and a number of bytes (>= 1), of any alignment; it takes ceil(bytes /
// BYTES) beats of s_axis, the first byte in lane 0. Bursts are INCR, have at most BURST beats and
// end where a multiple of BURST beats begins, so none crosses a border of 4 KB; wstrb leaves out
// what is not of the transfer. OUTSTANDING of them may be under way; each is asked for when its
// beats are in the buffer. done is high for a cycle when all responses of a command with last have
// come.
// flush gives everything up: nothing is asked for any more, bursts under way end with beats whose
// wstrb is 0, s_axis and s_cmd stand still. It must stay until busy is low, then the master is as
// after reset. error and error_addr tell of the first burst with SLVERR or DECERR since the last
// flush.
// Cuts all paths to AW, W and B; s_cmd_tready and s_axis_tready follow flush.
//
// ADDR_W        bits of a byte address, >= 20
// LEN_W         bits of the bytes of a transfer, >= 20
// BYTES         bytes of a beat, a power of two, 2 to 128
// BURST         beats of a burst at most, a power of two, 2 to 256
// OUTSTANDING   bursts under way at most, >= 1
// DEPTH         beats in the buffer, at least BURST, 2 to 32768
`default_nettype none
module axi_write_master #(
  parameter int ADDR_W      = 40,
  parameter int LEN_W       = 32,
  parameter int BYTES       = 8,
  parameter int BURST       = 16,
  parameter int OUTSTANDING = 8,
  parameter int DEPTH       = 64
) (
  input  logic               aclk,
  input  logic               aresetn,
  input  logic               flush,          // everything is given up
  input  logic [3:0]         cache,          // of requests
  input  logic [2:0]         prot,           // of requests

  input  logic               s_cmd_tvalid,
  output logic               s_cmd_tready,
  input  logic [ADDR_W-1:0]  s_cmd_addr,
  input  logic [LEN_W-1:0]   s_cmd_bytes,
  input  logic               s_cmd_last,

  input  logic               s_axis_tvalid,
  output logic               s_axis_tready,
  input  logic [BYTES*8-1:0] s_axis_tdata,

  output logic               m_axi_awvalid,
  input  logic               m_axi_awready,
  output logic [ADDR_W-1:0]  m_axi_awaddr,
  output logic [7:0]         m_axi_awlen,    // beats of the burst - 1
  output logic [2:0]         m_axi_awsize,   // whole beats
  output logic [1:0]         m_axi_awburst,  // INCR
  output logic [3:0]         m_axi_awcache,
  output logic [2:0]         m_axi_awprot,
  output logic               m_axi_wvalid,
  input  logic               m_axi_wready,
  output logic [BYTES*8-1:0] m_axi_wdata,
  output logic [BYTES-1:0]   m_axi_wstrb,
  output logic               m_axi_wlast,
  input  logic               m_axi_bvalid,
  output logic               m_axi_bready,
  input  logic [1:0]         m_axi_bresp,
  output logic               done,           // a command with last is in memory
  output logic               busy,           // a burst is under way
  output logic [1:0]         error,          // response of the first burst that failed, else 0
  output logic [ADDR_W-1:0]  error_addr      // byte address of its first beat
);

`ifndef SYNTHESIS
  initial begin
    if (ADDR_W < 20) $fatal(1, "axi_write_master: ADDR_W must be at least 20");
    if (LEN_W < 20) $fatal(1, "axi_write_master: LEN_W must be at least 20");
    if (BYTES < 2) $fatal(1, "axi_write_master: BYTES must be at least 2");
    if (BYTES > 128) $fatal(1, "axi_write_master: BYTES must be at most 128");
    if (BURST < 2) $fatal(1, "axi_write_master: BURST must be at least 2");
    if (BURST > 256) $fatal(1, "axi_write_master: BURST must be at most 256");
    if (DEPTH < 2) $fatal(1, "axi_write_master: DEPTH must be at least 2");
    if (DEPTH > 32768) $fatal(1, "axi_write_master: DEPTH must be at most 32768");
    if (256 % BYTES != 0) $fatal(1, "axi_write_master: BYTES is a power of two");
    if (256 % BURST != 0) $fatal(1, "axi_write_master: BURST is a power of two");
    if (4096 < BURST * BYTES) $fatal(1, "axi_write_master: a burst lies in 4 KB");
    if (DEPTH < BURST) $fatal(1, "axi_write_master: a burst fits the buffer");
  end
`endif

  logic live_q;  // reset of all that is not the bus

  logic runs;
  assign runs = live_q && !flush;

  always_ff @(posedge aclk) begin
    if (!aresetn) live_q <= 1'b0;
    else live_q <= !flush;
  end

  logic                            command_tvalid;
  logic                            command_tready;
  logic [ADDR_W-1:0]               command_addr;
  logic [LEN_W-1:0]                command_bytes;
  logic                            command_last;
  logic                            bursts_tvalid;
  logic                            bursts_tready;
  logic [ADDR_W-$clog2(BYTES)-1:0] bursts_addr;
  logic [7:0]                      bursts_len;
  logic                            bursts_mark;
  logic                            packed_tvalid;
  logic                            packed_tready;
  logic [BYTES*8-1:0]              packed_tdata;
  logic                            beats_tvalid;
  logic                            beats_tready;
  logic [BYTES*8-1:0]              beats_data;
  logic [BYTES-1:0]                beats_strb;
  assign command_tvalid = s_cmd_tvalid && runs;
  assign command_addr   = s_cmd_addr;
  assign command_bytes  = s_cmd_bytes;
  assign command_last   = s_cmd_last;
  assign packed_tvalid  = s_axis_tvalid && runs;
  assign packed_tdata   = s_axis_tdata;

  assign s_cmd_tready  = command_tready && runs;
  assign s_axis_tready = packed_tready && runs;

  axi_write_stream #(
    .ADDR_W     (ADDR_W),
    .LEN_W      (LEN_W),
    .BYTES      (BYTES),
    .BURST      (BURST),
    .OUTSTANDING(OUTSTANDING),
    .DEPTH      (DEPTH)
  ) u_stream (
    .aclk          (aclk),
    .aresetn       (live_q),
    .s_cmd_tvalid  (command_tvalid),
    .s_cmd_tready  (command_tready),
    .s_cmd_addr    (command_addr),
    .s_cmd_bytes   (command_bytes),
    .s_cmd_last    (command_last),
    .s_axis_tvalid (packed_tvalid),
    .s_axis_tready (packed_tready),
    .s_axis_tdata  (packed_tdata),
    .m_burst_tvalid(bursts_tvalid),
    .m_burst_tready(bursts_tready),
    .m_burst_addr  (bursts_addr),
    .m_burst_len   (bursts_len),
    .m_burst_mark  (bursts_mark),
    .m_beat_tvalid (beats_tvalid),
    .m_beat_tready (beats_tready),
    .m_beat_data   (beats_data),
    .m_beat_strb   (beats_strb)
  );

  axi_write_port #(.ADDR_W(ADDR_W), .BYTES(BYTES), .OUTSTANDING(OUTSTANDING)) u_port (
    .aclk          (aclk),
    .aresetn       (aresetn),
    .flush         (!runs),
    .cache         (cache),
    .prot          (prot),
    .s_burst_tvalid(bursts_tvalid),
    .s_burst_tready(bursts_tready),
    .s_burst_addr  (bursts_addr),
    .s_burst_len   (bursts_len),
    .s_burst_mark  (bursts_mark),
    .s_beat_tvalid (beats_tvalid),
    .s_beat_tready (beats_tready),
    .s_beat_data   (beats_data),
    .s_beat_strb   (beats_strb),
    .m_axi_awvalid (m_axi_awvalid),
    .m_axi_awready (m_axi_awready),
    .m_axi_awaddr  (m_axi_awaddr),
    .m_axi_awlen   (m_axi_awlen),
    .m_axi_awsize  (m_axi_awsize),
    .m_axi_awburst (m_axi_awburst),
    .m_axi_awcache (m_axi_awcache),
    .m_axi_awprot  (m_axi_awprot),
    .m_axi_wvalid  (m_axi_wvalid),
    .m_axi_wready  (m_axi_wready),
    .m_axi_wdata   (m_axi_wdata),
    .m_axi_wstrb   (m_axi_wstrb),
    .m_axi_wlast   (m_axi_wlast),
    .m_axi_bvalid  (m_axi_bvalid),
    .m_axi_bready  (m_axi_bready),
    .m_axi_bresp   (m_axi_bresp),
    .done          (done),
    .busy          (busy),
    .error         (error),
    .error_addr    (error_addr)
  );

endmodule
`default_nettype wire
