// axi_read_master - AXI4 read master: transfers of bytes from memory to an AXI4-Stream
//
// A command is an address and a number of bytes (>= 1), of any alignment. Bursts are INCR, have at
// most BURST beats and end where a multiple of BURST beats begins, so none crosses a border of 4
// KB. OUTSTANDING of them may be under way; each is asked for when the buffer has room for it.
// Bytes leave packed, the first in lane 0; of the last beat tkeep says what is there, the rest is
// 0; tlast comes with it where the command says so.
// flush gives everything up: nothing is asked for any more, what comes is dropped, m_axis and s_cmd
// stand still. It must stay until busy is low, then the master is as after reset. error and
// error_addr tell of the first beat with SLVERR or DECERR since the last flush; the beat itself
// goes on.
// Cuts all paths between the bus and m_axis; m_axi_rready, s_cmd_tready and m_axis_tvalid follow
// flush.
//
// ADDR_W        bits of a byte address, >= 20
// LEN_W         bits of the bytes of a transfer, >= 20
// BYTES         bytes of a beat, a power of two, 2 to 128
// BURST         beats of a burst at most, a power of two, 2 to 256
// OUTSTANDING   bursts under way at most, >= 1
// DEPTH         beats in the buffer, at least BURST, 2 to 32768
`default_nettype none
module axi_read_master #(
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

  output logic               m_axi_arvalid,
  input  logic               m_axi_arready,
  output logic [ADDR_W-1:0]  m_axi_araddr,
  output logic [7:0]         m_axi_arlen,    // beats of the burst - 1
  output logic [2:0]         m_axi_arsize,   // whole beats
  output logic [1:0]         m_axi_arburst,  // INCR
  output logic [3:0]         m_axi_arcache,
  output logic [2:0]         m_axi_arprot,
  input  logic               m_axi_rvalid,
  output logic               m_axi_rready,
  input  logic [BYTES*8-1:0] m_axi_rdata,
  input  logic [1:0]         m_axi_rresp,
  input  logic               m_axi_rlast,

  output logic               m_axis_tvalid,
  input  logic               m_axis_tready,
  output logic [BYTES*8-1:0] m_axis_tdata,
  output logic [BYTES-1:0]   m_axis_tkeep,
  output logic               m_axis_tlast,

  output logic               busy,           // a burst is under way
  output logic [1:0]         error,          // response of the first beat that failed, else 0
  output logic [ADDR_W-1:0]  error_addr      // its byte address
);

`ifndef SYNTHESIS
  initial begin
    if (ADDR_W < 20) $fatal(1, "axi_read_master: ADDR_W must be at least 20");
    if (LEN_W < 20) $fatal(1, "axi_read_master: LEN_W must be at least 20");
    if (BYTES < 2) $fatal(1, "axi_read_master: BYTES must be at least 2");
    if (BYTES > 128) $fatal(1, "axi_read_master: BYTES must be at most 128");
    if (BURST < 2) $fatal(1, "axi_read_master: BURST must be at least 2");
    if (BURST > 256) $fatal(1, "axi_read_master: BURST must be at most 256");
    if (DEPTH < 2) $fatal(1, "axi_read_master: DEPTH must be at least 2");
    if (DEPTH > 32768) $fatal(1, "axi_read_master: DEPTH must be at most 32768");
    if (256 % BYTES != 0) $fatal(1, "axi_read_master: BYTES is a power of two");
    if (256 % BURST != 0) $fatal(1, "axi_read_master: BURST is a power of two");
    if (4096 < BURST * BYTES) $fatal(1, "axi_read_master: a burst lies in 4 KB");
    if (DEPTH < BURST) $fatal(1, "axi_read_master: a burst fits the buffer");
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
  logic                            beats_tvalid;
  logic                            beats_tready;
  logic [BYTES*8-1:0]              beats_tdata;
  logic                            packed_tvalid;
  logic                            packed_tready;
  logic [BYTES*8-1:0]              packed_tdata;
  logic [BYTES-1:0]                packed_tkeep;
  logic                            packed_tlast;
  assign command_tvalid = s_cmd_tvalid && runs;
  assign command_addr   = s_cmd_addr;
  assign command_bytes  = s_cmd_bytes;
  assign command_last   = s_cmd_last;

  assign s_cmd_tready = command_tready && runs;

  axi_read_stream #(
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
    .m_burst_tvalid(bursts_tvalid),
    .m_burst_tready(bursts_tready),
    .m_burst_addr  (bursts_addr),
    .m_burst_len   (bursts_len),
    .m_burst_mark  (bursts_mark),
    .s_beat_tvalid (beats_tvalid),
    .s_beat_tready (beats_tready),
    .s_beat_tdata  (beats_tdata),
    .m_axis_tvalid (packed_tvalid),
    .m_axis_tready (packed_tready),
    .m_axis_tdata  (packed_tdata),
    .m_axis_tkeep  (packed_tkeep),
    .m_axis_tlast  (packed_tlast)
  );

  assign m_axis_tvalid = packed_tvalid && runs;
  assign packed_tready = m_axis_tready && runs;
  assign m_axis_tdata  = packed_tdata;
  assign m_axis_tkeep  = packed_tkeep;
  assign m_axis_tlast  = packed_tlast;

  axi_read_port #(.ADDR_W(ADDR_W), .BYTES(BYTES), .OUTSTANDING(OUTSTANDING)) u_port (
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
    .m_axi_arvalid (m_axi_arvalid),
    .m_axi_arready (m_axi_arready),
    .m_axi_araddr  (m_axi_araddr),
    .m_axi_arlen   (m_axi_arlen),
    .m_axi_arsize  (m_axi_arsize),
    .m_axi_arburst (m_axi_arburst),
    .m_axi_arcache (m_axi_arcache),
    .m_axi_arprot  (m_axi_arprot),
    .m_axi_rvalid  (m_axi_rvalid),
    .m_axi_rready  (m_axi_rready),
    .m_axi_rdata   (m_axi_rdata),
    .m_axi_rresp   (m_axi_rresp),
    .m_axi_rlast   (m_axi_rlast),
    .m_beat_tvalid (beats_tvalid),
    .m_beat_tready (beats_tready),
    .m_beat_tdata  (beats_tdata),
    .busy          (busy),
    .error         (error),
    .error_addr    (error_addr)
  );

endmodule
`default_nettype wire
