// async_fifo - first-word-fall-through FIFO between two clocks, of a depth that is a power of two
//
// s_axis runs with s_axis_aclk, m_axis with m_axis_aclk; their periods and phases do not matter.
// Each side sees the other's pointer STAGES edges late, so that tready and tvalid may be low for
// longer than they need, never the other way round.
// Full throughput of the slower clock for DEPTH >= 2 * STAGES + 4. Both resets have to be asserted
// together, each for an edge of its clock at least.
//
// W        payload width in bits, >= 1
// DEPTH    capacity in beats, a power of two, >= 2
// STAGES   flops of a synchronizer, 2 to 8
`default_nettype none
module async_fifo #(
  parameter int W      = 8,
  parameter int DEPTH  = 16,
  parameter int STAGES = 2
) (
  input  logic         s_axis_aclk,
  input  logic         s_axis_aresetn,
  input  logic         m_axis_aclk,
  input  logic         m_axis_aresetn,

  input  logic         s_axis_tvalid,
  output logic         s_axis_tready,
  input  logic [W-1:0] s_axis_tdata,

  output logic         m_axis_tvalid,
  input  logic         m_axis_tready,
  output logic [W-1:0] m_axis_tdata
);

  localparam int ADDR_W = $clog2(DEPTH);
  localparam int PTR_W  = ADDR_W + 1;  // one more bit tells full from empty

`ifndef SYNTHESIS
  initial begin
    if (DEPTH < 2) $fatal(1, "async_fifo: DEPTH must be at least 2");
    if (STAGES < 2) $fatal(1, "async_fifo: STAGES must be at least 2");
    if (STAGES > 8) $fatal(1, "async_fifo: STAGES must be at most 8");
    if ($clog2(DEPTH) + 1 != $clog2(DEPTH + 1)) $fatal(1, "async_fifo: DEPTH is a power of two");
  end
`endif

  logic [W-1:0] store [0:DEPTH-1];

  logic [PTR_W-1:0]                                 head_q;       // next place to write
  logic [PTR_W-1:0]                                 head_gray_q;  // the same, gray-coded
  (* ASYNC_REG = "TRUE" *) logic [STAGES*PTR_W-1:0] tail_seen_q;  // tail on its way here
  logic [PTR_W-1:0]                                 tail_q;       // oldest beat
  logic [PTR_W-1:0]                                 tail_gray_q;  // the same, gray-coded
  (* ASYNC_REG = "TRUE" *) logic [STAGES*PTR_W-1:0] head_seen_q;  // head on its way here

  logic [PTR_W-1:0] tail_sampled;  // crosses clocks: gray code, one bit changes at a time
  logic [PTR_W-1:0] head_sampled;  // crosses clocks: gray code, one bit changes at a time
  logic [W-1:0]     word;          // crosses clocks: written before head moved past it
  assign tail_sampled = tail_gray_q;
  assign head_sampled = head_gray_q;
  assign word         = store[tail_q[ADDR_W-1:0]];

  // full: the pointers differ in the upper two bits of the gray code and nowhere else
  logic [PTR_W-1:0] apart;
  logic             push;
  logic             pop;
  assign apart = head_gray_q ^ tail_seen_q[(STAGES-1)*PTR_W +: PTR_W];
  assign push  = s_axis_tvalid && s_axis_tready;
  assign pop   = m_axis_tvalid && m_axis_tready;

  assign s_axis_tready = !((&apart[PTR_W-2 +: 2]) && (apart << 2) == PTR_W'(0));
  assign m_axis_tvalid = tail_gray_q != head_seen_q[(STAGES-1)*PTR_W +: PTR_W];
  assign m_axis_tdata  = word;

  always_ff @(posedge s_axis_aclk) begin
    if (!s_axis_aresetn) begin
      head_q                 <= '0;
      head_gray_q            <= '0;
      tail_seen_q[PTR_W-1:0] <= '0;
    end else begin
      if (push) begin
        head_q      <= head_q + PTR_W'(1);
        head_gray_q <= (head_q + PTR_W'(1)) ^ ((head_q + PTR_W'(1)) >> 1);
      end
      tail_seen_q[PTR_W-1:0] <= tail_sampled;
    end
  end

  always_ff @(posedge m_axis_aclk) begin
    if (!m_axis_aresetn) begin
      tail_q      <= '0;
      tail_gray_q <= '0;
    end else if (pop) begin
      tail_q      <= tail_q + PTR_W'(1);
      tail_gray_q <= (tail_q + PTR_W'(1)) ^ ((tail_q + PTR_W'(1)) >> 1);
    end
  end

  always_ff @(posedge s_axis_aclk) begin
    if (push) store[head_q[ADDR_W-1:0]] <= s_axis_tdata;
  end

  for (genvar i = 0; i < STAGES - 1; i = i + 1) begin : g_tail_chain
    always_ff @(posedge s_axis_aclk) begin
      if (!s_axis_aresetn) tail_seen_q[(i+1)*PTR_W +: PTR_W] <= '0;
      else tail_seen_q[(i+1)*PTR_W +: PTR_W] <= tail_seen_q[i*PTR_W +: PTR_W];
    end
  end

  always_ff @(posedge m_axis_aclk) begin
    if (!m_axis_aresetn) head_seen_q[PTR_W-1:0] <= '0;
    else head_seen_q[PTR_W-1:0] <= head_sampled;
  end

  for (genvar j = 0; j < STAGES - 1; j = j + 1) begin : g_head_chain
    always_ff @(posedge m_axis_aclk) begin
      if (!m_axis_aresetn) head_seen_q[(j+1)*PTR_W +: PTR_W] <= '0;
      else head_seen_q[(j+1)*PTR_W +: PTR_W] <= head_seen_q[j*PTR_W +: PTR_W];
    end
  end

endmodule
`default_nettype wire
