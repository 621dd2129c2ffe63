// fifo - first-word-fall-through FIFO of any depth, not only powers of two
//
// Cuts tvalid, tdata and tready: no combinational path crosses it in either direction.
// Latency 1 cycle, capacity DEPTH beats, full throughput; with DEPTH = 1 a beat every second cycle.
//
// W       payload width in bits, >= 1
// DEPTH   capacity in beats, >= 1
`default_nettype none
module fifo #(
  parameter int W     = 8,
  parameter int DEPTH = 16
) (
  input  logic                         aclk,
  input  logic                         aresetn,

  input  logic                         s_axis_tvalid,
  output logic                         s_axis_tready,
  input  logic [W-1:0]                 s_axis_tdata,

  output logic                         m_axis_tvalid,
  input  logic                         m_axis_tready,
  output logic [W-1:0]                 m_axis_tdata,

  output logic [$clog2(DEPTH + 1)-1:0] level  // beats held
);

  localparam int PTR_W   = DEPTH > 1 ? $clog2(DEPTH) : 1;
  localparam int LEVEL_W = $clog2(DEPTH + 1);

  logic [W-1:0] store [0:DEPTH-1];

  logic [PTR_W-1:0]   head_q;  // next place to write
  logic [PTR_W-1:0]   tail_q;  // oldest beat
  logic [LEVEL_W-1:0] level_q;

  logic push;
  logic pop;
  assign push = s_axis_tvalid && s_axis_tready;
  assign pop  = m_axis_tvalid && m_axis_tready;

  assign s_axis_tready = level_q != LEVEL_W'(DEPTH);
  assign m_axis_tvalid = level_q != LEVEL_W'(0);
  assign m_axis_tdata  = store[tail_q];
  assign level         = level_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      head_q  <= '0;
      tail_q  <= '0;
      level_q <= '0;
    end else begin
      if (push) head_q <= head_q == PTR_W'(DEPTH - 1) ? PTR_W'(0) : head_q + PTR_W'(1);
      if (pop) tail_q <= tail_q == PTR_W'(DEPTH - 1) ? PTR_W'(0) : tail_q + PTR_W'(1);
      if (push && !pop) level_q <= level_q + LEVEL_W'(1);
      else if (pop && !push) level_q <= level_q - LEVEL_W'(1);
    end
  end

  always_ff @(posedge aclk) begin
    if (push) store[head_q] <= s_axis_tdata;
  end

endmodule
`default_nettype wire
