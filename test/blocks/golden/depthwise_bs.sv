// depthwise_bs - depthwise unit: each channel's window elements times weights of its own, PE
// channels at a time
//
// Activation bits 0 and 1 stand for -1 and +1; signed weights.
// K beats of PE channels, one for each position of the window, make one beat of PE sums; FOLDS
// groups of PE channels take turns. That is the order of sliding_window_groups. Weight word f * K +
// k holds position k of channel f * PE + p as field p, the first field in the lowest bits.
// Latency 3 cycles from the last beat of a group, a beat every cycle. One enable freezes the whole
// pipeline while downstream stalls: cuts tvalid and tdata, s_axis_tready follows m_axis_tready.
//
// PE        channels at a time, >= 1
// FOLDS     groups of channels, >= 1
// K         positions of the window, >= 1
// X_W       width of an activation, >= 1
// W_W       width of a weight, >= 1
// P_SHIFT   bits that every product loses, floored, 0 to 63
// ACC_W     width of a running sum, which wraps, >= 1
// WEIGHTS   weight memory, FOLDS * K words of PE * W_W bits
`default_nettype none
module depthwise_bs #(
  parameter int PE      = 4,
  parameter int FOLDS   = 2,
  parameter int K       = 9,
  parameter int X_W     = 1,
  parameter int W_W     = 8,
  parameter int P_SHIFT = 0,
  parameter int ACC_W   = 24,
  parameter     WEIGHTS = ""
) (
  input  logic                aclk,
  input  logic                aresetn,

  input  logic                s_axis_tvalid,
  output logic                s_axis_tready,
  input  logic [PE*X_W-1:0]   s_axis_tdata,

  output logic                m_axis_tvalid,
  input  logic                m_axis_tready,
  output logic [PE*ACC_W-1:0] m_axis_tdata
);

  localparam int WORDS  = FOLDS * K;
  localparam int ADDR_W = WORDS > 1 ? $clog2(WORDS) : 1;
  localparam int K_W    = K > 1 ? $clog2(K) : 1;
  localparam int P_W    = W_W + 1 - P_SHIFT;  // width of a product

`ifndef SYNTHESIS
  initial begin
    if (P_SHIFT > 63) $fatal(1, "depthwise_bs: P_SHIFT must be at most 63");
    if (W_W + 1 <= P_SHIFT) $fatal(1, "depthwise_bs: a product keeps a bit");
    if (ACC_W < W_W + 1 - P_SHIFT) $fatal(1, "depthwise_bs: a sum holds one product");
    if (X_W != 1) $fatal(1, "depthwise_bs: activations are bits");
  end
`endif

  // where we are: position k of the window, word of the weight memory
  logic [K_W-1:0]    k_q;
  logic [ADDR_W-1:0] word_q;

  logic en;  // the pipeline moves
  logic accept;
  logic k_ends;
  assign accept = s_axis_tvalid && s_axis_tready;
  assign k_ends = k_q == K_W'(K - 1);

  assign s_axis_tready = en;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      k_q    <= '0;
      word_q <= '0;
    end else if (accept) begin
      k_q    <= k_ends ? K_W'(0) : k_q + K_W'(1);
      word_q <= word_q == ADDR_W'(WORDS - 1) ? ADDR_W'(0) : word_q + ADDR_W'(1);
    end
  end

  // pipeline: operands, products, accumulators
  logic [PE*W_W-1:0] weights [0:WORDS-1];
  if (WEIGHTS != "") begin : g_weights_image
    initial $readmemh(WEIGHTS, weights);
  end else begin : g_weights_blank
    initial for (int i = 0; i < WORDS; i = i + 1) weights[i] = '0;
  end

  logic                operand_valid_q;
  logic                operand_first_q;
  logic                operand_last_q;
  logic                product_valid_q;
  logic                product_first_q;
  logic                product_last_q;
  logic                out_valid_q;
  logic [PE*X_W-1:0]   x_q;
  logic [PE*W_W-1:0]   w_q;
  logic [PE*ACC_W-1:0] total_q;  // running sums of PE channels

  assign m_axis_tvalid = out_valid_q;
  assign m_axis_tdata  = total_q;
  assign en            = m_axis_tready || !out_valid_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      operand_valid_q <= 1'b0;
      product_valid_q <= 1'b0;
      out_valid_q     <= 1'b0;
    end else if (en) begin
      operand_valid_q <= s_axis_tvalid;
      product_valid_q <= operand_valid_q;
      out_valid_q     <= product_valid_q && product_last_q;
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (en) begin
      operand_first_q <= k_q == K_W'(0);
      operand_last_q  <= k_ends;
      product_first_q <= operand_first_q;
      product_last_q  <= operand_last_q;
    end
    if (accept) begin
      x_q <= s_axis_tdata;
      w_q <= weights[word_q];
    end
  end

  logic accumulate;
  assign accumulate = en && product_valid_q;

  for (genvar i = 0; i < PE; i = i + 1) begin : g_pe
    logic signed [P_W-1:0] part_q;  // product

    always_ff @(posedge aclk) begin
      if (en) begin
        part_q <= P_W'((x_q[i*X_W] ? (W_W+1)'($signed(w_q[i*W_W +: W_W]))
            : -((W_W+1)'($signed(w_q[i*W_W +: W_W]))))
            >>> P_SHIFT);
      end
    end

    logic signed [ACC_W-1:0] term;

    assign term = ACC_W'(part_q);

    always_ff @(posedge aclk) begin
      if (accumulate) begin
        total_q[i*ACC_W +: ACC_W] <= product_first_q ? term
            : $signed(total_q[i*ACC_W +: ACC_W]) + term;
      end
    end
  end

endmodule
`default_nettype wire
