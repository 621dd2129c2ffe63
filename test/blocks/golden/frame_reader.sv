// frame_reader - frames from memory: an AXI4 read master, and its beats of BYTES bytes as beats of
// OUT bytes
//
// A frame begins with a beat of its own. last says that the beat on offer is the last of its frame:
// what is left of the beat in memory is dropped. flush, busy and error as axi_read_master.
//
// ADDR_W        bits of a byte address, >= 20
// LEN_W         bits of the bytes of a transfer, >= 20
// BYTES         bytes of a beat, a power of two, 2 to 128
// BURST         beats of a burst at most, a power of two, 2 to 256
// OUTSTANDING   bursts under way at most, >= 1
// DEPTH         beats in the buffer, at least BURST, 2 to 32768
`default_nettype none
module frame_reader #(
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
  input  logic [3:0]         cache,
  input  logic [2:0]         prot,

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

  input  logic               last,           // the beat on offer is the last of its frame
  output logic               busy,           // a burst is under way
  output logic [1:0]         error,          // response of the first beat that failed, else 0
  output logic [ADDR_W-1:0]  error_addr
);

`ifndef SYNTHESIS
  initial begin
    if (ADDR_W < 20) $fatal(1, "frame_reader: ADDR_W must be at least 20");
    if (LEN_W < 20) $fatal(1, "frame_reader: LEN_W must be at least 20");
    if (BYTES < 2) $fatal(1, "frame_reader: BYTES must be at least 2");
    if (BYTES > 128) $fatal(1, "frame_reader: BYTES must be at most 128");
    if (BURST < 2) $fatal(1, "frame_reader: BURST must be at least 2");
    if (BURST > 256) $fatal(1, "frame_reader: BURST must be at most 256");
    if (DEPTH < 2) $fatal(1, "frame_reader: DEPTH must be at least 2");
    if (DEPTH > 32768) $fatal(1, "frame_reader: DEPTH must be at most 32768");
    if (256 % BYTES != 0) $fatal(1, "frame_reader: BYTES is a power of two");
    if (256 % BURST != 0) $fatal(1, "frame_reader: BURST is a power of two");
    if (4096 < BURST * BYTES) $fatal(1, "frame_reader: a burst lies in 4 KB");
    if (DEPTH < BURST) $fatal(1, "frame_reader: a burst fits the buffer");
  end
`endif

  logic               packed_tvalid;
  logic               packed_tready;
  logic [BYTES*8-1:0] packed_tdata;
  logic [BYTES-1:0]   packed_tkeep;
  logic               packed_tlast;

  axi_read_master #(
    .ADDR_W     (ADDR_W),
    .LEN_W      (LEN_W),
    .BYTES      (BYTES),
    .BURST      (BURST),
    .OUTSTANDING(OUTSTANDING),
    .DEPTH      (DEPTH)
  ) u_master (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .flush        (flush),
    .cache        (cache),
    .prot         (prot),
    .s_cmd_tvalid (s_cmd_tvalid),
    .s_cmd_tready (s_cmd_tready),
    .s_cmd_addr   (s_cmd_addr),
    .s_cmd_bytes  (s_cmd_bytes),
    .s_cmd_last   (s_cmd_last),
    .m_axi_arvalid(m_axi_arvalid),
    .m_axi_arready(m_axi_arready),
    .m_axi_araddr (m_axi_araddr),
    .m_axi_arlen  (m_axi_arlen),
    .m_axi_arsize (m_axi_arsize),
    .m_axi_arburst(m_axi_arburst),
    .m_axi_arcache(m_axi_arcache),
    .m_axi_arprot (m_axi_arprot),
    .m_axi_rvalid (m_axi_rvalid),
    .m_axi_rready (m_axi_rready),
    .m_axi_rdata  (m_axi_rdata),
    .m_axi_rresp  (m_axi_rresp),
    .m_axi_rlast  (m_axi_rlast),
    .m_axis_tvalid(packed_tvalid),
    .m_axis_tready(packed_tready),
    .m_axis_tdata (packed_tdata),
    .m_axis_tkeep (packed_tkeep),
    .m_axis_tlast (packed_tlast),
    .busy         (busy),
    .error        (error),
    .error_addr   (error_addr)
  );

  logic live_q;  // reset of the gearbox

  logic unused_keep;  // not every bit matters
  assign unused_keep = |packed_tkeep;

  always_ff @(posedge aclk) begin
    if (!aresetn) live_q <= 1'b0;
    else live_q <= !flush;
  end

  logic unused_last;  // not every bit matters
  assign unused_last = packed_tlast || last || live_q;

  assign m_axis_tvalid = packed_tvalid;
  assign packed_tready = m_axis_tready;
  assign m_axis_tdata  = packed_tdata;

endmodule
`default_nettype wire
