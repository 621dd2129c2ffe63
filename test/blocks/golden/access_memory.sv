// access_memory - memory of 32-bit words with byte enables behind an access port
//
// An address beyond the last word is answered with an error and 0, and writes nothing. A read sees
// all earlier writes. Latency 1 cycle, an access every cycle; s_req_tready follows m_rsp_tready
// combinationally.
//
// ADDR_W   bits of a word address, >= 1
// WORDS    words, >= 1
`default_nettype none
module access_memory #(
  parameter int ADDR_W = 10,
  parameter int WORDS  = 64
) (
  input  logic              aclk,
  input  logic              aresetn,

  input  logic              s_req_tvalid,
  output logic              s_req_tready,
  input  logic              s_req_write,
  input  logic [ADDR_W-1:0] s_req_addr,
  input  logic [31:0]       s_req_data,
  input  logic [3:0]        s_req_strobe,

  output logic              m_rsp_tvalid,
  input  logic              m_rsp_tready,
  output logic              m_rsp_write,
  output logic [31:0]       m_rsp_data,
  output logic              m_rsp_error
);

  localparam int INDEX_W   = WORDS > 1 ? $clog2(WORDS) : 1;
  localparam int COMPARE_W = ADDR_W + $clog2(WORDS + 1);

`ifndef SYNTHESIS
  initial begin
    if (ADDR_W < (WORDS > 1 ? $clog2(WORDS) : 1))
      $fatal(1, "access_memory: every word has an address");
  end
`endif

  logic        valid_q;
  logic        write_q;
  logic        error_q;
  logic [31:0] word_q;

  logic               free;
  logic               outside;
  logic               accept;
  logic [INDEX_W-1:0] index;
  logic               write;
  logic               read;
  assign free    = m_rsp_tready || !valid_q;
  assign outside = COMPARE_W'(s_req_addr) >= COMPARE_W'(WORDS);
  assign accept  = s_req_tvalid && s_req_tready;
  assign index   = s_req_addr[INDEX_W-1:0];
  assign write   = accept && s_req_write && !outside;
  assign read    = accept && !s_req_write;

  assign s_req_tready = free;

  always_ff @(posedge aclk) begin
    if (!aresetn) valid_q <= 1'b0;
    else if (free) valid_q <= s_req_tvalid;
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (accept) begin
      write_q <= s_req_write;
      error_q <= outside;
    end
  end

  // one memory a byte
  for (genvar i = 0; i < 4; i = i + 1) begin : g_byte
    logic [7:0] store [0:WORDS-1];

    always_ff @(posedge aclk) begin
      if (read) word_q[i*8 +: 8] <= store[index];
    end

    always_ff @(posedge aclk) begin
      if (write && s_req_strobe[i]) store[index] <= s_req_data[i*8 +: 8];
    end
  end

  assign m_rsp_tvalid = valid_q;
  assign m_rsp_write  = write_q;
  assign m_rsp_error  = error_q;
  assign m_rsp_data   = error_q ? 32'd0 : word_q;

endmodule
`default_nettype wire
