// axi_write_port - AW, W and B of an AXI4 manager: bursts and their beats in, in order
//
// The beats of a burst leave when its request was taken, wlast with the last. While flush is set no
// burst is taken, and those under way end with beats whose wstrb is 0; busy falls when the last
// response has come. What is offered stays until it is taken, and bready is always 1. Of the first
// burst with SLVERR or DECERR since flush was low, error keeps the response and error_addr the byte
// address of its first beat. done is high for a cycle behind the response of a burst with mark.
// OUTSTANDING bursts may be under way. A request is on offer 1 cycle after its burst was taken, a
// burst every cycle, a beat every cycle, from one burst to the next too. Cuts all paths to AW, W
// and B.
//
// ADDR_W        bits of a byte address, >= 20
// BYTES         bytes of a beat, a power of two, 2 to 128
// OUTSTANDING   bursts under way at most, >= 1
`default_nettype none
module axi_write_port #(
  parameter int ADDR_W      = 40,
  parameter int BYTES       = 8,
  parameter int OUTSTANDING = 8
) (
  input  logic                            aclk,
  input  logic                            aresetn,
  // nothing is asked for, bursts end without data
  input  logic                            flush,
  input  logic [3:0]                      cache,          // of requests
  input  logic [2:0]                      prot,           // of requests

  input  logic                            s_burst_tvalid,
  output logic                            s_burst_tready,
  input  logic [ADDR_W-$clog2(BYTES)-1:0] s_burst_addr,
  input  logic [7:0]                      s_burst_len,
  input  logic                            s_burst_mark,

  input  logic                            s_beat_tvalid,
  output logic                            s_beat_tready,
  input  logic [BYTES*8-1:0]              s_beat_data,
  input  logic [BYTES-1:0]                s_beat_strb,

  output logic                            m_axi_awvalid,
  input  logic                            m_axi_awready,
  output logic [ADDR_W-1:0]               m_axi_awaddr,
  output logic [7:0]                      m_axi_awlen,    // beats of the burst - 1
  output logic [2:0]                      m_axi_awsize,   // whole beats
  output logic [1:0]                      m_axi_awburst,  // INCR
  output logic [3:0]                      m_axi_awcache,
  output logic [2:0]                      m_axi_awprot,
  output logic                            m_axi_wvalid,
  input  logic                            m_axi_wready,
  output logic [BYTES*8-1:0]              m_axi_wdata,
  output logic [BYTES-1:0]                m_axi_wstrb,
  output logic                            m_axi_wlast,
  input  logic                            m_axi_bvalid,
  output logic                            m_axi_bready,
  input  logic [1:0]                      m_axi_bresp,
  output logic                            done,           // a burst with mark is in memory
  output logic                            busy,           // a burst is under way
  // response of the first burst that failed, else 0
  output logic [1:0]                      error,
  output logic [ADDR_W-1:0]               error_addr
);

  localparam int BYTE_W = $clog2(BYTES);
  localparam int WORD_W = ADDR_W - BYTE_W;

`ifndef SYNTHESIS
  initial begin
    if (ADDR_W < 20) $fatal(1, "axi_write_port: ADDR_W must be at least 20");
    if (BYTES < 2) $fatal(1, "axi_write_port: BYTES must be at least 2");
    if (BYTES > 128) $fatal(1, "axi_write_port: BYTES must be at most 128");
    if (256 % BYTES != 0) $fatal(1, "axi_write_port: BYTES is a power of two");
  end
`endif

  logic              asks_q;
  logic [WORD_W-1:0] word_q;
  logic [7:0]        len_q;
  logic [7:0]        beat_q;  // beats of the oldest burst that have left
  logic              done_q;
  logic [1:0]        error_q;
  logic [WORD_W-1:0] error_word_q;

  // requests
  logic                               asked_tvalid;  // bursts whose response is due
  logic                               asked_tready;
  logic [WORD_W-1:0]                  asked_addr;
  logic                               asked_mark;
  logic                               due_tvalid;
  logic                               due_tready;
  logic [WORD_W-1:0]                  due_addr;
  logic                               due_mark;
  logic                               free;
  logic                               bursts_in_tvalid;
  logic                               bursts_in_tready;
  logic [WORD_W:0]                    bursts_in_tdata;
  logic                               bursts_out_tvalid;
  logic                               bursts_out_tready;
  logic [WORD_W:0]                    bursts_out_tdata;
  logic [$clog2(OUTSTANDING + 1)-1:0] unused_bursts_level;
  assign free             = (!asks_q || m_axi_awready) && !flush;
  assign asked_tvalid     = s_burst_tvalid && free;
  assign asked_addr       = s_burst_addr;
  assign asked_mark       = s_burst_mark;
  assign bursts_in_tvalid = asked_tvalid;
  assign asked_tready     = bursts_in_tready;
  assign bursts_in_tdata  = {asked_mark, asked_addr};

  assign s_burst_tready = free && asked_tready;

  fifo #(.W(WORD_W + 1), .DEPTH(OUTSTANDING)) u_bursts (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(bursts_in_tvalid),
    .s_axis_tready(bursts_in_tready),
    .s_axis_tdata (bursts_in_tdata),
    .m_axis_tvalid(bursts_out_tvalid),
    .m_axis_tready(bursts_out_tready),
    .m_axis_tdata (bursts_out_tdata),
    .level        (unused_bursts_level)
  );

  assign due_tvalid        = bursts_out_tvalid;
  assign bursts_out_tready = due_tready;
  assign due_addr          = bursts_out_tdata[WORD_W-1:0];
  assign due_mark          = bursts_out_tdata[WORD_W];

  always_ff @(posedge aclk) begin
    if (!aresetn) asks_q <= 1'b0;
    else if (s_burst_tvalid && s_burst_tready) asks_q <= 1'b1;
    else if (m_axi_awready) asks_q <= 1'b0;
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (s_burst_tvalid && s_burst_tready) begin
      word_q <= s_burst_addr;
      len_q  <= s_burst_len;
    end
  end

  assign m_axi_awvalid = asks_q;
  assign m_axi_awaddr  = {word_q, BYTE_W'(0)};
  assign m_axi_awlen   = len_q;
  assign m_axi_awsize  = 3'(BYTE_W);
  assign m_axi_awburst = 2'd1;
  assign m_axi_awcache = cache;
  assign m_axi_awprot  = prot;

  // beats of the bursts whose requests were taken; there is a place for each that has no response
  logic                               taken_tvalid;
  logic                               taken_tready;
  logic [7:0]                         taken_tdata;
  logic                               length_tvalid;
  logic                               length_tready;
  logic [7:0]                         length_tdata;
  logic                               unused_taken;  // not every bit matters
  logic [$clog2(OUTSTANDING + 1)-1:0] unused_lengths_level;
  assign taken_tvalid = asks_q && m_axi_awready;
  assign taken_tdata  = len_q;
  assign unused_taken = taken_tready;

  fifo #(.W(8), .DEPTH(OUTSTANDING)) u_lengths (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(taken_tvalid),
    .s_axis_tready(taken_tready),
    .s_axis_tdata (taken_tdata),
    .m_axis_tvalid(length_tvalid),
    .m_axis_tready(length_tready),
    .m_axis_tdata (length_tdata),
    .level        (unused_lengths_level)
  );

  logic               merged_tvalid;
  logic               merged_tready;
  logic [BYTES*8-1:0] merged_data;
  logic [BYTES-1:0]   merged_strb;
  logic               merged_last;
  logic               sent_tvalid;
  logic               sent_tready;
  logic [BYTES*8-1:0] sent_data;
  logic [BYTES-1:0]   sent_strb;
  logic               sent_last;
  logic               last;
  logic               leaves;
  assign last          = beat_q == length_tdata;
  assign merged_tvalid = length_tvalid && (flush || s_beat_tvalid);
  assign merged_data   = s_beat_data;
  assign merged_strb   = flush ? BYTES'(0) : s_beat_strb;
  assign merged_last   = last;
  assign leaves        = merged_tvalid && merged_tready;

  assign s_beat_tready = length_tvalid && merged_tready && !flush;
  assign length_tready = leaves && last;

  always_ff @(posedge aclk) begin
    if (!aresetn) beat_q <= '0;
    else if (leaves) beat_q <= last ? 8'd0 : beat_q + 8'd1;
  end

  logic                   slice_in_tvalid;
  logic                   slice_in_tready;
  logic [BYTES*8+BYTES:0] slice_in_tdata;
  logic                   slice_out_tvalid;
  logic                   slice_out_tready;
  logic [BYTES*8+BYTES:0] slice_out_tdata;
  assign slice_in_tvalid = merged_tvalid;
  assign slice_in_tdata  = {merged_last, merged_strb, merged_data};

  assign merged_tready = slice_in_tready;

  register_slice #(.W(BYTES * 8 + BYTES + 1)) u_slice (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(slice_in_tvalid),
    .s_axis_tready(slice_in_tready),
    .s_axis_tdata (slice_in_tdata),
    .m_axis_tvalid(slice_out_tvalid),
    .m_axis_tready(slice_out_tready),
    .m_axis_tdata (slice_out_tdata)
  );

  assign sent_tvalid      = slice_out_tvalid;
  assign slice_out_tready = sent_tready;
  assign sent_data        = slice_out_tdata[BYTES*8-1:0];
  assign sent_strb        = slice_out_tdata[BYTES*8 +: BYTES];
  assign sent_last        = slice_out_tdata[BYTES*8+BYTES];
  assign m_axi_wvalid     = sent_tvalid;
  assign sent_tready      = m_axi_wready;
  assign m_axi_wdata      = sent_data;
  assign m_axi_wstrb      = sent_strb;
  assign m_axi_wlast      = sent_last;

  // responses
  logic answered;
  assign answered = due_tvalid && due_tready;

  assign m_axi_bready = 1'b1;
  assign due_tready   = m_axi_bvalid;

  always_ff @(posedge aclk) begin
    if (!aresetn) done_q <= 1'b0;
    else done_q <= answered && due_mark && !flush;
  end

  logic fails;
  assign fails = answered && m_axi_bresp[1];

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      error_q      <= '0;
      error_word_q <= '0;
    end else if (flush) begin
      error_q <= '0;
    end else if (fails && error_q == 2'd0) begin
      error_q      <= m_axi_bresp;
      error_word_q <= due_addr;
    end
  end

  assign done       = done_q;
  assign busy       = due_tvalid;
  assign error      = error_q;
  assign error_addr = {error_word_q, BYTE_W'(0)};

endmodule
`default_nettype wire
