// list_writer - a stream to memory as a list in memory says: one AXI4 port reads the list and
// writes the data
//
// Every entry takes the beats that its bytes need; tlast of the stream does not matter. arrived
// counts packets, the transfers up to one with LAST, that are in memory; idle: so are all of the
// list. flush and busy as the masters.
//
// ADDR_W   bits of a byte address, >= 33
// WORDS    32-bit words of a beat: 1, 2, 4 or 8, 1 to 8
`default_nettype none
module list_writer #(
  parameter int ADDR_W = 40,
  parameter int WORDS  = 2
) (
  input  logic                 aclk,
  input  logic                 aresetn,
  input  logic                 flush,          // everything is given up
  input  logic [3:0]           read_cache,
  input  logic [3:0]           write_cache,
  input  logic [2:0]           prot,
  input  logic                 start,          // takes buffer and list
  input  logic [ADDR_W-1:0]    buffer,
  input  logic [31:0]          first,

  input  logic                 s_axis_tvalid,
  output logic                 s_axis_tready,
  input  logic [WORDS*32-1:0]  s_axis_tdata,

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
  output logic                 m_axi_awvalid,
  input  logic                 m_axi_awready,
  output logic [ADDR_W-1:0]    m_axi_awaddr,
  output logic [7:0]           m_axi_awlen,    // beats of the burst - 1
  output logic [2:0]           m_axi_awsize,   // whole beats
  output logic [1:0]           m_axi_awburst,  // INCR
  output logic [3:0]           m_axi_awcache,
  output logic [2:0]           m_axi_awprot,
  output logic                 m_axi_wvalid,
  input  logic                 m_axi_wready,
  output logic [WORDS*4*8-1:0] m_axi_wdata,
  output logic [WORDS*4-1:0]   m_axi_wstrb,
  output logic                 m_axi_wlast,
  input  logic                 m_axi_bvalid,
  output logic                 m_axi_bready,
  input  logic [1:0]           m_axi_bresp,
  output logic [15:0]          arrived,        // packets in memory since start
  output logic                 idle,           // the whole list is in memory
  output logic                 busy,           // a burst is under way
  output logic [1:0]           read_error,
  output logic [ADDR_W-1:0]    read_error_addr,
  output logic [1:0]           write_error,
  output logic [ADDR_W-1:0]    write_error_addr,
  output logic                 bad             // an entry is wrong
);

`ifndef SYNTHESIS
  initial begin
    if (ADDR_W < 33) $fatal(1, "list_writer: ADDR_W must be at least 33");
    if (WORDS > 8) $fatal(1, "list_writer: WORDS must be at most 8");
    if (128 < WORDS * 4) $fatal(1, "list_writer: limit of a beat");
    if (4096 < 16 * WORDS * 4) $fatal(1, "list_writer: a burst lies in 4 KB");
    if (256 % (WORDS * 4) != 0) $fatal(1, "list_writer: WORDS is a power of two");
  end
`endif

  logic        live_q;     // reset of the list
  logic [15:0] arrived_q;
  logic [15:0] pending_q;  // packets whose last transfer was asked for and is not in memory

  always_ff @(posedge aclk) begin
    if (!aresetn) live_q <= 1'b0;
    else live_q <= !flush;
  end

  logic                 asked_tvalid;
  logic                 asked_tready;
  logic [ADDR_W-1:0]    asked_addr;
  logic [31:0]          asked_bytes;
  logic                 asked_last;
  logic                 reads_tvalid;
  logic                 reads_tready;
  logic [ADDR_W-1:0]    reads_addr;
  logic [31:0]          reads_bytes;
  logic                 reads_last;
  logic                 writes_tvalid;
  logic                 writes_tready;
  logic [ADDR_W-1:0]    writes_addr;
  logic [31:0]          writes_bytes;
  logic                 writes_last;
  logic                 packed_tvalid;
  logic                 packed_tready;
  logic [WORDS*4*8-1:0] packed_tdata;
  logic [WORDS*4-1:0]   packed_tkeep;
  logic                 packed_tlast;
  logic                 came_tvalid;
  logic                 came_tready;
  logic [WORDS*32-1:0]  came_tdata;
  logic                 came_tlast;
  logic                 entry_tvalid;
  logic                 entry_tready;
  logic [31:0]          entry_offset;
  logic [31:0]          entry_bytes;
  logic [15:0]          entry_after;
  logic                 entry_last;
  logic                 fetch_ended;

  list_fetch #(.ADDR_W(ADDR_W), .LEN_W(32), .WORDS(WORDS)) u_fetch (
    .aclk          (aclk),
    .aresetn       (live_q),
    .start         (start),
    .buffer        (buffer),
    .first         (first),
    .m_cmd_tvalid  (asked_tvalid),
    .m_cmd_tready  (asked_tready),
    .m_cmd_addr    (asked_addr),
    .m_cmd_bytes   (asked_bytes),
    .m_cmd_last    (asked_last),
    .s_axis_tvalid (came_tvalid),
    .s_axis_tready (came_tready),
    .s_axis_tdata  (came_tdata),
    .s_axis_tlast  (came_tlast),
    .m_entry_tvalid(entry_tvalid),
    .m_entry_tready(entry_tready),
    .m_entry_offset(entry_offset),
    .m_entry_bytes (entry_bytes),
    .m_entry_after (entry_after),
    .m_entry_last  (entry_last),
    .ended         (fetch_ended),
    .bad           (bad)
  );

  logic read_busy;
  logic write_busy;
  logic done;

  assign reads_tvalid = asked_tvalid && live_q;
  assign asked_tready = reads_tready && live_q;
  assign reads_addr   = asked_addr;
  assign reads_bytes  = asked_bytes;
  assign reads_last   = asked_last;

  axi_read_master #(
    .ADDR_W     (ADDR_W),
    .LEN_W      (32),
    .BYTES      (WORDS * 4),
    .BURST      (16),
    .OUTSTANDING(8),
    .DEPTH      (64)
  ) u_reader (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .flush        (flush),
    .cache        (read_cache),
    .prot         (prot),
    .s_cmd_tvalid (reads_tvalid),
    .s_cmd_tready (reads_tready),
    .s_cmd_addr   (reads_addr),
    .s_cmd_bytes  (reads_bytes),
    .s_cmd_last   (reads_last),
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
    .busy         (read_busy),
    .error        (read_error),
    .error_addr   (read_error_addr)
  );

  logic unused_keep;  // not every bit matters
  assign unused_keep = |packed_tkeep;

  assign came_tvalid   = packed_tvalid && live_q;
  assign packed_tready = came_tready && live_q;
  assign came_tdata    = packed_tdata;
  assign came_tlast    = packed_tlast;

  // transfers
  logic unused_after;  // not every bit matters
  assign unused_after = |entry_after;

  assign writes_tvalid = entry_tvalid && live_q;
  assign entry_tready  = writes_tready && live_q;
  assign writes_addr   = buffer + ADDR_W'(entry_offset);
  assign writes_bytes  = entry_bytes;
  assign writes_last   = entry_last;

  axi_write_master #(
    .ADDR_W     (ADDR_W),
    .LEN_W      (32),
    .BYTES      (WORDS * 4),
    .BURST      (16),
    .OUTSTANDING(8),
    .DEPTH      (64)
  ) u_writer (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .flush        (flush),
    .cache        (write_cache),
    .prot         (prot),
    .s_cmd_tvalid (writes_tvalid),
    .s_cmd_tready (writes_tready),
    .s_cmd_addr   (writes_addr),
    .s_cmd_bytes  (writes_bytes),
    .s_cmd_last   (writes_last),
    .s_axis_tvalid(s_axis_tvalid),
    .s_axis_tready(s_axis_tready),
    .s_axis_tdata (s_axis_tdata),
    .m_axi_awvalid(m_axi_awvalid),
    .m_axi_awready(m_axi_awready),
    .m_axi_awaddr (m_axi_awaddr),
    .m_axi_awlen  (m_axi_awlen),
    .m_axi_awsize (m_axi_awsize),
    .m_axi_awburst(m_axi_awburst),
    .m_axi_awcache(m_axi_awcache),
    .m_axi_awprot (m_axi_awprot),
    .m_axi_wvalid (m_axi_wvalid),
    .m_axi_wready (m_axi_wready),
    .m_axi_wdata  (m_axi_wdata),
    .m_axi_wstrb  (m_axi_wstrb),
    .m_axi_wlast  (m_axi_wlast),
    .m_axi_bvalid (m_axi_bvalid),
    .m_axi_bready (m_axi_bready),
    .m_axi_bresp  (m_axi_bresp),
    .done         (done),
    .busy         (write_busy),
    .error        (write_error),
    .error_addr   (write_error_addr)
  );

  logic begins;
  assign begins = writes_tvalid && writes_tready && entry_last;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      arrived_q <= '0;
      pending_q <= '0;
    end else if (start || flush) begin
      arrived_q <= '0;
      pending_q <= '0;
    end else begin
      if (done) arrived_q <= arrived_q + 16'd1;
      if (begins && !done) pending_q <= pending_q + 16'd1;
      else if (done && !begins) pending_q <= pending_q - 16'd1;
    end
  end

  assign arrived = arrived_q;
  assign idle    = fetch_ended && !entry_tvalid && pending_q == 16'd0;
  assign busy    = read_busy || write_busy;

endmodule
`default_nettype wire
