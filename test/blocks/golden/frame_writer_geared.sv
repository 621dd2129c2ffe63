// frame_writer_geared - frames to memory: beats of IN bytes as beats of BYTES bytes, and an AXI4
// write master
//
// tlast ends a frame; the next one begins with a beat of its own. done is high for a cycle for
// every frame that is in memory. flush, busy and error as axi_write_master.
//
// ADDR_W        bits of a byte address, >= 20
// LEN_W         bits of the bytes of a transfer, >= 20
// BYTES         bytes of a beat, a power of two, 2 to 128
// BURST         beats of a burst at most, a power of two, 2 to 256
// OUTSTANDING   bursts under way at most, >= 1
// DEPTH         beats in the buffer, at least BURST, 2 to 32768
// IN            bytes of an input beat, 1 to 512
`default_nettype none
module frame_writer_geared #(
  parameter int ADDR_W      = 40,
  parameter int LEN_W       = 32,
  parameter int BYTES       = 8,
  parameter int BURST       = 16,
  parameter int OUTSTANDING = 8,
  parameter int DEPTH       = 64,
  parameter int IN          = 8
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

  input  logic               s_axis_tvalid,
  output logic               s_axis_tready,
  input  logic [IN*8-1:0]    s_axis_tdata,
  input  logic               s_axis_tlast,

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
  output logic               done,           // a frame is in memory
  output logic               busy,           // a burst is under way
  output logic [1:0]         error,          // response of the first burst that failed, else 0
  output logic [ADDR_W-1:0]  error_addr
);

`ifndef SYNTHESIS
  initial begin
    if (ADDR_W < 20) $fatal(1, "frame_writer_geared: ADDR_W must be at least 20");
    if (LEN_W < 20) $fatal(1, "frame_writer_geared: LEN_W must be at least 20");
    if (BYTES < 2) $fatal(1, "frame_writer_geared: BYTES must be at least 2");
    if (BYTES > 128) $fatal(1, "frame_writer_geared: BYTES must be at most 128");
    if (BURST < 2) $fatal(1, "frame_writer_geared: BURST must be at least 2");
    if (BURST > 256) $fatal(1, "frame_writer_geared: BURST must be at most 256");
    if (DEPTH < 2) $fatal(1, "frame_writer_geared: DEPTH must be at least 2");
    if (DEPTH > 32768) $fatal(1, "frame_writer_geared: DEPTH must be at most 32768");
    if (IN > 512) $fatal(1, "frame_writer_geared: IN must be at most 512");
    if (256 % BYTES != 0) $fatal(1, "frame_writer_geared: BYTES is a power of two");
    if (256 % BURST != 0) $fatal(1, "frame_writer_geared: BURST is a power of two");
    if (4096 < BURST * BYTES) $fatal(1, "frame_writer_geared: a burst lies in 4 KB");
    if (DEPTH < BURST) $fatal(1, "frame_writer_geared: a burst fits the buffer");
  end
`endif

  logic               packed_tvalid;
  logic               packed_tready;
  logic [BYTES*8-1:0] packed_tdata;

  axi_write_master #(
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
    .s_axis_tvalid(packed_tvalid),
    .s_axis_tready(packed_tready),
    .s_axis_tdata (packed_tdata),
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
    .busy         (busy),
    .error        (error),
    .error_addr   (error_addr)
  );

  logic live_q;  // reset of the gearbox

  always_ff @(posedge aclk) begin
    if (!aresetn) live_q <= 1'b0;
    else live_q <= !flush;
  end

  logic               narrow_tvalid;
  logic               narrow_tready;
  logic [IN*8-1:0]    narrow_tdata;
  logic               narrow_tlast;
  logic               narrow_tuser;
  logic               out_tvalid;
  logic               out_tready;
  logic [BYTES*8-1:0] out_tdata;
  logic               out_tlast;
  logic               out_tuser;
  assign narrow_tvalid = s_axis_tvalid && live_q;
  assign narrow_tdata  = s_axis_tdata;
  assign narrow_tlast  = s_axis_tlast;
  assign narrow_tuser  = 1'b0;

  assign s_axis_tready = narrow_tready && live_q;

  gearbox #(.UNIT(8), .IN(IN), .OUT(BYTES)) u_gearbox (
    .aclk         (aclk),
    .aresetn      (live_q),
    .s_axis_tvalid(narrow_tvalid),
    .s_axis_tready(narrow_tready),
    .s_axis_tdata (narrow_tdata),
    .s_axis_tlast (narrow_tlast),
    .s_axis_tuser (narrow_tuser),
    .m_axis_tvalid(out_tvalid),
    .m_axis_tready(out_tready),
    .m_axis_tdata (out_tdata),
    .m_axis_tlast (out_tlast),
    .m_axis_tuser (out_tuser),
    .drop         (1'b0)
  );

  logic unused_end;  // not every bit matters
  assign unused_end = out_tlast || out_tuser;

  assign packed_tvalid = out_tvalid && live_q;
  assign out_tready    = packed_tready && live_q;
  assign packed_tdata  = out_tdata;

endmodule
`default_nettype wire
