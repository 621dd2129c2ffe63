// axi_lite_subordinate - AXI4-Lite subordinate: turns bus accesses into requests and responses of
// an access port
//
// Address and data of a write may come in any order. Where a read and a write wait, they take
// turns.
// A request is made only when its response has a place: s_rsp_tready is always 1, and reads and
// writes never wait for each other's responses to leave. An error of the response is SLVERR, else
// OKAY. The lowest two address bits are ignored: accesses are of whole words, wstrb selects bytes.
// No combinational path from any input to any output. A request is on offer 2 cycles after the last
// of its channels was taken, a response 1 cycle after s_rsp. OUTSTANDING requests of each kind may
// be under way; with a target of latency L an access every cycle where OUTSTANDING >= L + 3.
//
// ADDR_W        bits of a byte address, >= 3
// OUTSTANDING   reads under way at most, and writes, >= 1
`default_nettype none
module axi_lite_subordinate #(
  parameter int ADDR_W      = 12,
  parameter int OUTSTANDING = 4
) (
  input  logic              aclk,
  input  logic              aresetn,
  input  logic              s_axi_awvalid,
  output logic              s_axi_awready,
  input  logic [ADDR_W-1:0] s_axi_awaddr,
  input  logic [2:0]        s_axi_awprot,
  input  logic              s_axi_wvalid,
  output logic              s_axi_wready,
  input  logic [31:0]       s_axi_wdata,
  input  logic [3:0]        s_axi_wstrb,
  output logic              s_axi_bvalid,
  input  logic              s_axi_bready,
  output logic [1:0]        s_axi_bresp,
  input  logic              s_axi_arvalid,
  output logic              s_axi_arready,
  input  logic [ADDR_W-1:0] s_axi_araddr,
  input  logic [2:0]        s_axi_arprot,
  output logic              s_axi_rvalid,
  input  logic              s_axi_rready,
  output logic [31:0]       s_axi_rdata,
  output logic [1:0]        s_axi_rresp,

  output logic              m_req_tvalid,  // requests; addresses count words
  input  logic              m_req_tready,
  output logic              m_req_write,
  output logic [ADDR_W-3:0] m_req_addr,
  output logic [31:0]       m_req_data,
  output logic [3:0]        m_req_strobe,

  input  logic              s_rsp_tvalid,  // one response for each, in order
  output logic              s_rsp_tready,
  input  logic              s_rsp_write,
  input  logic [31:0]       s_rsp_data,
  input  logic              s_rsp_error
);

  localparam int WORD_W  = ADDR_W - 2;  // bits of a word address
  localparam int COUNT_W = $clog2(OUTSTANDING + 1);

`ifndef SYNTHESIS
  initial begin
    if (ADDR_W < 3) $fatal(1, "axi_lite_subordinate: ADDR_W must be at least 3");
  end
`endif

  // one slice a channel cuts its paths; the low address bits and the protection bits are not used
  logic              unused_aw;  // not every bit matters
  logic              unused_ar;  // not every bit matters
  logic              aw_tvalid;
  logic              aw_tready;
  logic [WORD_W-1:0] aw_tdata;
  assign unused_aw = |{s_axi_awprot, s_axi_awaddr[1:0]};
  assign unused_ar = |{s_axi_arprot, s_axi_araddr[1:0]};

  register_slice #(.W(WORD_W)) u_aw_slice (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(s_axi_awvalid),
    .s_axis_tready(s_axi_awready),
    .s_axis_tdata (s_axi_awaddr[2 +: WORD_W]),
    .m_axis_tvalid(aw_tvalid),
    .m_axis_tready(aw_tready),
    .m_axis_tdata (aw_tdata)
  );

  logic        w_tvalid;
  logic        w_tready;
  logic [35:0] w_tdata;

  register_slice #(.W(36)) u_w_slice (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(s_axi_wvalid),
    .s_axis_tready(s_axi_wready),
    .s_axis_tdata ({s_axi_wstrb, s_axi_wdata}),
    .m_axis_tvalid(w_tvalid),
    .m_axis_tready(w_tready),
    .m_axis_tdata (w_tdata)
  );

  logic              ar_tvalid;
  logic              ar_tready;
  logic [WORD_W-1:0] ar_tdata;

  register_slice #(.W(WORD_W)) u_ar_slice (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(s_axi_arvalid),
    .s_axis_tready(s_axi_arready),
    .s_axis_tdata (s_axi_araddr[2 +: WORD_W]),
    .m_axis_tvalid(ar_tvalid),
    .m_axis_tready(ar_tready),
    .m_axis_tdata (ar_tdata)
  );

  // whose turn it is
  logic [COUNT_W-1:0] writes_q;  // write requests whose response the manager has not taken
  logic [COUNT_W-1:0] reads_q;   // read requests likewise
  logic               wrote_last_q;
  logic               req_valid_q;
  logic               req_write_q;
  logic [WORD_W-1:0]  req_addr_q;
  logic [31:0]        req_data_q;
  logic [3:0]         req_strobe_q;

  logic can_write;
  logic can_read;
  logic free;  // the request register takes the next one
  logic write;
  logic issue_write;
  logic issue_read;
  assign can_write   = aw_tvalid && w_tvalid && writes_q != COUNT_W'(OUTSTANDING);
  assign can_read    = ar_tvalid && reads_q != COUNT_W'(OUTSTANDING);
  assign free        = m_req_tready || !req_valid_q;
  assign write       = can_write && !(can_read && wrote_last_q);
  assign issue_write = free && write;
  assign issue_read  = free && can_read && !write;

  assign aw_tready    = issue_write;
  assign w_tready     = issue_write;
  assign ar_tready    = issue_read;
  assign m_req_tvalid = req_valid_q;
  assign m_req_write  = req_write_q;
  assign m_req_addr   = req_addr_q;
  assign m_req_data   = req_data_q;
  assign m_req_strobe = req_strobe_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      req_valid_q  <= 1'b0;
      wrote_last_q <= 1'b0;
    end else begin
      if (free) req_valid_q <= issue_write || issue_read;
      if (issue_write || issue_read) wrote_last_q <= write;
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (free) begin
      req_write_q  <= write;
      req_addr_q   <= write ? aw_tdata : ar_tdata;
      req_data_q   <= w_tdata[31:0];
      req_strobe_q <= w_tdata[35:32];
    end
  end

  // responses: there is a place for each that is under way
  logic                               write_done_tvalid;
  logic                               write_done_tready;
  logic                               write_done_tdata;
  logic                               read_done_tvalid;
  logic                               read_done_tready;
  logic [32:0]                        read_done_tdata;
  logic                               unused_done_ready;  // not every bit matters
  logic                               b_error;
  logic [32:0]                        r_word;
  logic [$clog2(OUTSTANDING + 1)-1:0] unused_write_queue_level;
  assign write_done_tvalid = s_rsp_tvalid && s_rsp_write;
  assign write_done_tdata  = s_rsp_error;
  assign read_done_tvalid  = s_rsp_tvalid && !s_rsp_write;
  assign read_done_tdata   = {s_rsp_error, s_rsp_data};
  assign unused_done_ready = |{write_done_tready, read_done_tready};

  assign s_rsp_tready = 1'b1;

  fifo #(.W(1), .DEPTH(OUTSTANDING)) u_write_queue (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(write_done_tvalid),
    .s_axis_tready(write_done_tready),
    .s_axis_tdata (write_done_tdata),
    .m_axis_tvalid(s_axi_bvalid),
    .m_axis_tready(s_axi_bready),
    .m_axis_tdata (b_error),
    .level        (unused_write_queue_level)
  );

  logic [$clog2(OUTSTANDING + 1)-1:0] unused_read_queue_level;

  fifo #(.W(33), .DEPTH(OUTSTANDING)) u_read_queue (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(read_done_tvalid),
    .s_axis_tready(read_done_tready),
    .s_axis_tdata (read_done_tdata),
    .m_axis_tvalid(s_axi_rvalid),
    .m_axis_tready(s_axi_rready),
    .m_axis_tdata (r_word),
    .level        (unused_read_queue_level)
  );

  logic write_taken;
  assign write_taken = s_axi_bvalid && s_axi_bready;

  assign s_axi_bresp = {b_error, 1'b0};
  assign s_axi_rdata = r_word[31:0];
  assign s_axi_rresp = {r_word[32], 1'b0};

  always_ff @(posedge aclk) begin
    if (!aresetn) writes_q <= '0;
    else if (issue_write && !write_taken) writes_q <= writes_q + COUNT_W'(1);
    else if (write_taken && !issue_write) writes_q <= writes_q - COUNT_W'(1);
  end

  logic read_taken;
  assign read_taken = s_axi_rvalid && s_axi_rready;

  always_ff @(posedge aclk) begin
    if (!aresetn) reads_q <= '0;
    else if (issue_read && !read_taken) reads_q <= reads_q + COUNT_W'(1);
    else if (read_taken && !issue_read) reads_q <= reads_q - COUNT_W'(1);
  end

endmodule
`default_nettype wire
