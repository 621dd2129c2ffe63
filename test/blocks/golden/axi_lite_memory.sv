// axi_lite_memory - memory of 32-bit words on an AXI4-Lite bus
//
// SLVERR beyond the last word. No combinational path from any input to any output. A word read
// leaves 4 cycles after its address was taken; an access every cycle.
//
// ADDR_W        bits of a byte address, >= 3
// WORDS         words, >= 1
// OUTSTANDING   reads under way at most, and writes, >= 1
`default_nettype none
module axi_lite_memory #(
  parameter int ADDR_W      = 12,
  parameter int WORDS       = 64,
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
  output logic [1:0]        s_axi_rresp
);

`ifndef SYNTHESIS
  initial begin
    if (ADDR_W < 3) $fatal(1, "axi_lite_memory: ADDR_W must be at least 3");
    if (ADDR_W - 2 < (WORDS > 1 ? $clog2(WORDS) : 1))
      $fatal(1, "axi_lite_memory: every word has an address");
  end
`endif

  logic              req_tvalid;
  logic              req_tready;
  logic              req_write;
  logic [ADDR_W-3:0] req_addr;
  logic [31:0]       req_data;
  logic [3:0]        req_strobe;
  logic              rsp_tvalid;
  logic              rsp_tready;
  logic              rsp_write;
  logic [31:0]       rsp_data;
  logic              rsp_error;

  axi_lite_subordinate #(.ADDR_W(ADDR_W), .OUTSTANDING(OUTSTANDING)) u_bus (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axi_awvalid(s_axi_awvalid),
    .s_axi_awready(s_axi_awready),
    .s_axi_awaddr (s_axi_awaddr),
    .s_axi_awprot (s_axi_awprot),
    .s_axi_wvalid (s_axi_wvalid),
    .s_axi_wready (s_axi_wready),
    .s_axi_wdata  (s_axi_wdata),
    .s_axi_wstrb  (s_axi_wstrb),
    .s_axi_bvalid (s_axi_bvalid),
    .s_axi_bready (s_axi_bready),
    .s_axi_bresp  (s_axi_bresp),
    .s_axi_arvalid(s_axi_arvalid),
    .s_axi_arready(s_axi_arready),
    .s_axi_araddr (s_axi_araddr),
    .s_axi_arprot (s_axi_arprot),
    .s_axi_rvalid (s_axi_rvalid),
    .s_axi_rready (s_axi_rready),
    .s_axi_rdata  (s_axi_rdata),
    .s_axi_rresp  (s_axi_rresp),
    .m_req_tvalid (req_tvalid),
    .m_req_tready (req_tready),
    .m_req_write  (req_write),
    .m_req_addr   (req_addr),
    .m_req_data   (req_data),
    .m_req_strobe (req_strobe),
    .s_rsp_tvalid (rsp_tvalid),
    .s_rsp_tready (rsp_tready),
    .s_rsp_write  (rsp_write),
    .s_rsp_data   (rsp_data),
    .s_rsp_error  (rsp_error)
  );

  access_memory #(.ADDR_W(ADDR_W - 2), .WORDS(WORDS)) u_memory (
    .aclk        (aclk),
    .aresetn     (aresetn),
    .s_req_tvalid(req_tvalid),
    .s_req_tready(req_tready),
    .s_req_write (req_write),
    .s_req_addr  (req_addr),
    .s_req_data  (req_data),
    .s_req_strobe(req_strobe),
    .m_rsp_tvalid(rsp_tvalid),
    .m_rsp_tready(rsp_tready),
    .m_rsp_write (rsp_write),
    .m_rsp_data  (rsp_data),
    .m_rsp_error (rsp_error)
  );

endmodule
`default_nettype wire
