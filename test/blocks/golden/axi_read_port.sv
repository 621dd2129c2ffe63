// axi_read_port - AR and R of an AXI4 manager: bursts in, their beats out, in order
//
// While flush is set no burst is taken and the beats that still come are dropped; busy falls when
// none is due.
// A request that is offered stays until it is taken, and rready waits for m_beat only. Of the first
// beat with SLVERR or DECERR since flush was low, error keeps the response and error_addr its byte
// address; the beat itself goes on. OUTSTANDING bursts may be under way. A burst is on offer 1
// cycle after it was taken, a burst every cycle; m_beat follows R combinationally.
//
// ADDR_W        bits of a byte address, >= 20
// BYTES         bytes of a beat, a power of two, 2 to 128
// OUTSTANDING   bursts under way at most, >= 1
`default_nettype none
module axi_read_port #(
  parameter int ADDR_W      = 40,
  parameter int BYTES       = 8,
  parameter int OUTSTANDING = 8
) (
  input  logic                            aclk,
  input  logic                            aresetn,
  // nothing is asked for, what comes is dropped
  input  logic                            flush,
  input  logic [3:0]                      cache,          // of requests
  input  logic [2:0]                      prot,           // of requests

  input  logic                            s_burst_tvalid,
  output logic                            s_burst_tready,
  input  logic [ADDR_W-$clog2(BYTES)-1:0] s_burst_addr,
  input  logic [7:0]                      s_burst_len,
  input  logic                            s_burst_mark,

  output logic                            m_axi_arvalid,
  input  logic                            m_axi_arready,
  output logic [ADDR_W-1:0]               m_axi_araddr,
  output logic [7:0]                      m_axi_arlen,    // beats of the burst - 1
  output logic [2:0]                      m_axi_arsize,   // whole beats
  output logic [1:0]                      m_axi_arburst,  // INCR
  output logic [3:0]                      m_axi_arcache,
  output logic [2:0]                      m_axi_arprot,
  input  logic                            m_axi_rvalid,
  output logic                            m_axi_rready,
  input  logic [BYTES*8-1:0]              m_axi_rdata,
  input  logic [1:0]                      m_axi_rresp,
  input  logic                            m_axi_rlast,

  output logic                            m_beat_tvalid,
  input  logic                            m_beat_tready,
  output logic [BYTES*8-1:0]              m_beat_tdata,

  output logic                            busy,           // a burst is under way
  // response of the first beat that failed, else 0
  output logic [1:0]                      error,
  output logic [ADDR_W-1:0]               error_addr
);

  localparam int BYTE_W = $clog2(BYTES);
  localparam int WORD_W = ADDR_W - BYTE_W;

`ifndef SYNTHESIS
  initial begin
    if (ADDR_W < 20) $fatal(1, "axi_read_port: ADDR_W must be at least 20");
    if (BYTES < 2) $fatal(1, "axi_read_port: BYTES must be at least 2");
    if (BYTES > 128) $fatal(1, "axi_read_port: BYTES must be at most 128");
    if (256 % BYTES != 0) $fatal(1, "axi_read_port: BYTES is a power of two");
  end
`endif

  logic              asks_q;
  logic [WORD_W-1:0] word_q;
  logic [7:0]        len_q;
  logic [7:0]        beat_q;  // beats of the oldest burst that have come
  logic [1:0]        error_q;
  logic [WORD_W-1:0] error_word_q;

  // requests
  logic                               asked_tvalid;  // bursts whose beats are due
  logic                               asked_tready;
  logic [WORD_W-1:0]                  asked_tdata;
  logic                               due_tvalid;
  logic                               due_tready;
  logic [WORD_W-1:0]                  due_tdata;
  logic                               free;
  logic [$clog2(OUTSTANDING + 1)-1:0] unused_bursts_level;
  assign free         = (!asks_q || m_axi_arready) && !flush;
  assign asked_tvalid = s_burst_tvalid && free;
  assign asked_tdata  = s_burst_addr;

  assign s_burst_tready = free && asked_tready;

  fifo #(.W(WORD_W), .DEPTH(OUTSTANDING)) u_bursts (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(asked_tvalid),
    .s_axis_tready(asked_tready),
    .s_axis_tdata (asked_tdata),
    .m_axis_tvalid(due_tvalid),
    .m_axis_tready(due_tready),
    .m_axis_tdata (due_tdata),
    .level        (unused_bursts_level)
  );

  always_ff @(posedge aclk) begin
    if (!aresetn) asks_q <= 1'b0;
    else if (s_burst_tvalid && s_burst_tready) asks_q <= 1'b1;
    else if (m_axi_arready) asks_q <= 1'b0;
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (s_burst_tvalid && s_burst_tready) begin
      word_q <= s_burst_addr;
      len_q  <= s_burst_len;
    end
  end

  logic unused_mark;  // not every bit matters
  assign unused_mark = s_burst_mark;

  assign m_axi_arvalid = asks_q;
  assign m_axi_araddr  = {word_q, BYTE_W'(0)};
  assign m_axi_arlen   = len_q;
  assign m_axi_arsize  = 3'(BYTE_W);
  assign m_axi_arburst = 2'd1;
  assign m_axi_arcache = cache;
  assign m_axi_arprot  = prot;

  // beats
  logic comes;
  assign comes = m_axi_rvalid && m_axi_rready;

  assign m_beat_tvalid = m_axi_rvalid && !flush;
  assign m_beat_tdata  = m_axi_rdata;
  assign m_axi_rready  = flush || m_beat_tready;
  assign due_tready    = comes && m_axi_rlast;

  always_ff @(posedge aclk) begin
    if (!aresetn) beat_q <= '0;
    else if (comes) beat_q <= m_axi_rlast ? 8'd0 : beat_q + 8'd1;
  end

  logic fails;
  assign fails = comes && due_tvalid && m_axi_rresp[1];

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      error_q      <= '0;
      error_word_q <= '0;
    end else if (flush) begin
      error_q <= '0;
    end else if (fails && error_q == 2'd0) begin
      error_q      <= m_axi_rresp;
      error_word_q <= due_tdata + WORD_W'(beat_q);
    end
  end

  assign busy       = due_tvalid;
  assign error      = error_q;
  assign error_addr = {error_word_q, BYTE_W'(0)};

endmodule
`default_nettype wire
