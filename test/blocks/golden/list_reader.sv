// list_reader - packets from memory as a list in memory says: an AXI4 read master for the list and
// the data
//
// flush, busy and error as axi_read_master; see list_transfers.
//
// ADDR_W   bits of a byte address, >= 33
// WORDS    32-bit words of a beat: 1, 2, 4 or 8, 1 to 8
`default_nettype none
module list_reader #(
  parameter int ADDR_W = 40,
  parameter int WORDS  = 2
) (
  input  logic                 aclk,
  input  logic                 aresetn,
  input  logic                 flush,          // everything is given up
  input  logic [3:0]           cache,
  input  logic [2:0]           prot,
  input  logic                 start,          // takes buffer and list
  input  logic [ADDR_W-1:0]    buffer,
  input  logic [31:0]          first,
  input  logic [15:0]          arrived,        // packets of results in memory
  output logic                 m_axi_arvalid,
  input  logic                 m_axi_arready,
  output logic [ADDR_W-1:0]    m_axi_araddr,
  output logic [7:0]           m_axi_arlen,    // beats of the burst - 1
  output logic [2:0]           m_axi_arsize,   // whole beats
  output logic [1:0]           m_axi_arburst,  // INCR
  output logic [3:0]           m_axi_arcache,
  output logic [2:0]           m_axi_arprot,
  input  logic                 m_axi_rvalid,
  output logic                 m_axi_rready,
  input  logic [WORDS*4*8-1:0] m_axi_rdata,
  input  logic [1:0]           m_axi_rresp,
  input  logic                 m_axi_rlast,

  output logic                 m_axis_tvalid,
  input  logic                 m_axis_tready,
  output logic [WORDS*32-1:0]  m_axis_tdata,
  output logic                 m_axis_tlast,

  output logic                 busy,           // a burst is under way
  output logic [1:0]           error,
  output logic [ADDR_W-1:0]    error_addr,
  output logic                 bad             // an entry is wrong
);

`ifndef SYNTHESIS
  initial begin
    if (ADDR_W < 33) $fatal(1, "list_reader: ADDR_W must be at least 33");
    if (WORDS > 8) $fatal(1, "list_reader: WORDS must be at most 8");
    if (128 < WORDS * 4) $fatal(1, "list_reader: limit of a beat");
    if (4096 < 16 * WORDS * 4) $fatal(1, "list_reader: a burst lies in 4 KB");
    if (256 % (WORDS * 4) != 0) $fatal(1, "list_reader: WORDS is a power of two");
  end
`endif

  logic live_q;  // reset of the list

  always_ff @(posedge aclk) begin
    if (!aresetn) live_q <= 1'b0;
    else live_q <= !flush;
  end

  logic                 command_tvalid;
  logic                 command_tready;
  logic [ADDR_W-1:0]    command_addr;
  logic [31:0]          command_bytes;
  logic                 command_last;
  logic                 asked_tvalid;
  logic                 asked_tready;
  logic [ADDR_W-1:0]    asked_addr;
  logic [31:0]          asked_bytes;
  logic                 asked_last;
  logic                 packed_tvalid;
  logic                 packed_tready;
  logic [WORDS*4*8-1:0] packed_tdata;
  logic [WORDS*4-1:0]   packed_tkeep;
  logic                 packed_tlast;
  logic                 came_tvalid;
  logic                 came_tready;
  logic [WORDS*32-1:0]  came_tdata;
  logic                 came_tlast;
  logic                 goes_tvalid;
  logic                 goes_tready;
  logic [WORDS*32-1:0]  goes_tdata;
  logic                 goes_tlast;

  list_transfers #(.ADDR_W(ADDR_W), .LEN_W(32), .WORDS(WORDS)) u_list (
    .aclk         (aclk),
    .aresetn      (live_q),
    .start        (start),
    .buffer       (buffer),
    .first        (first),
    .arrived      (arrived),
    .m_cmd_tvalid (asked_tvalid),
    .m_cmd_tready (asked_tready),
    .m_cmd_addr   (asked_addr),
    .m_cmd_bytes  (asked_bytes),
    .m_cmd_last   (asked_last),
    .s_axis_tvalid(came_tvalid),
    .s_axis_tready(came_tready),
    .s_axis_tdata (came_tdata),
    .s_axis_tlast (came_tlast),
    .m_axis_tvalid(goes_tvalid),
    .m_axis_tready(goes_tready),
    .m_axis_tdata (goes_tdata),
    .m_axis_tlast (goes_tlast),
    .bad          (bad)
  );

  assign command_tvalid = asked_tvalid && live_q;
  assign asked_tready   = command_tready && live_q;
  assign command_addr   = asked_addr;
  assign command_bytes  = asked_bytes;
  assign command_last   = asked_last;

  axi_read_master #(
    .ADDR_W     (ADDR_W),
    .LEN_W      (32),
    .BYTES      (WORDS * 4),
    .BURST      (16),
    .OUTSTANDING(8),
    .DEPTH      (64)
  ) u_master (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .flush        (flush),
    .cache        (cache),
    .prot         (prot),
    .s_cmd_tvalid (command_tvalid),
    .s_cmd_tready (command_tready),
    .s_cmd_addr   (command_addr),
    .s_cmd_bytes  (command_bytes),
    .s_cmd_last   (command_last),
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

  logic unused_keep;  // not every bit matters
  assign unused_keep = |packed_tkeep;

  assign came_tvalid   = packed_tvalid && live_q;
  assign packed_tready = came_tready && live_q;
  assign came_tdata    = packed_tdata;
  assign came_tlast    = packed_tlast;
  assign m_axis_tvalid = goes_tvalid && live_q;
  assign goes_tready   = m_axis_tready && live_q;
  assign m_axis_tdata  = goes_tdata;
  assign m_axis_tlast  = goes_tlast;

endmodule
`default_nettype wire
