// matvec_us_mapped - matrix-vector unit: PE rows and SIMD columns of an MH x MW matrix at a time
//
// Unsigned activations, signed weights.
// A vector enters as SF = MW / SIMD beats and is used for NF = MH / PE groups of rows: the first
// group reads the stream and keeps its beats, the others replay them. The sums of PE rows leave as
// one beat. Weight word nf * SF + sf holds row nf * PE + p, column sf * SIMD + k as field p * SIMD
// + k, the first field in the lowest bits.
// The words are in a memory outside: w_data is word w_addr one cycle after w_en, and stays until
// the next w_en.
// GROUPS vectors in turn have rows and words of their own, those of vector 0 first.
// Latency 4 cycles from the last beat of a group; SF * NF cycles a vector. One enable freezes the
// whole pipeline while downstream stalls: cuts tvalid and tdata, s_axis_tready and w_en follow
// m_axis_tready, w_en also s_axis_tvalid.
//
// MH        rows of the matrix (outputs), >= 1
// MW        columns of the matrix (inputs), >= 1
// PE        rows at a time; divides MH, >= 1
// SIMD      columns at a time; divides MW, >= 1
// GROUPS    matrices that take turns, >= 1
// X_W       width of an activation, >= 1
// W_W       width of a weight, >= 1
// P_SHIFT   bits that every product loses, floored, 0 to 63
// ACC_W     width of a running sum, which wraps; >= SUM_W
`default_nettype none
module matvec_us_mapped #(
  parameter int MH      = 8,
  parameter int MW      = 8,
  parameter int PE      = 2,
  parameter int SIMD    = 4,
  parameter int GROUPS  = 1,
  parameter int X_W     = 8,
  parameter int W_W     = 8,
  parameter int P_SHIFT = 0,
  parameter int ACC_W   = 24
) (
  input  logic                   aclk,
  input  logic                   aresetn,

  input  logic                   s_axis_tvalid,
  output logic                   s_axis_tready,
  input  logic [SIMD*X_W-1:0]    s_axis_tdata,

  output logic                   m_axis_tvalid,
  input  logic                   m_axis_tready,
  output logic [PE*ACC_W-1:0]    m_axis_tdata,

  output logic                   w_en,   // read a weight word
  output logic [(MW/SIMD*(MH/PE)*GROUPS>1 ? $clog2(MW / SIMD * (MH / PE) * GROUPS) : 1)-1:0] w_addr,
  input  logic [PE*SIMD*W_W-1:0] w_data  // the word of the last read
);

  localparam int SF     = MW / SIMD;
  localparam int NF     = MH / PE;
  localparam int SF_W   = SF > 1 ? $clog2(SF) : 1;
  localparam int NF_W   = NF > 1 ? $clog2(NF) : 1;
  localparam int WORDS  = GROUPS * SF * NF;
  localparam int ADDR_W = WORDS > 1 ? $clog2(WORDS) : 1;
  localparam int SUM_W  = X_W + W_W + 1 - P_SHIFT + $clog2(SIMD);
  localparam int P_W    = X_W + W_W + 1 - P_SHIFT;  // width of a product

`ifndef SYNTHESIS
  initial begin
    if (P_SHIFT > 63) $fatal(1, "matvec_us_mapped: P_SHIFT must be at most 63");
    if (MH % PE != 0) $fatal(1, "matvec_us_mapped: PE divides MH");
    if (MW % SIMD != 0) $fatal(1, "matvec_us_mapped: SIMD divides MW");
    if (X_W + W_W + 1 <= P_SHIFT) $fatal(1, "matvec_us_mapped: a product keeps a bit");
    if (ACC_W < X_W + W_W + 1 - P_SHIFT + $clog2(SIMD))
      $fatal(1, "matvec_us_mapped: a sum holds one beat");
  end
`endif

  // where we are: beat sf of the vector, group nf of rows
  logic [SF_W-1:0]   sf_q;
  logic [NF_W-1:0]   nf_q;
  logic [ADDR_W-1:0] word_q;  // next word of the weight memory

  logic en;     // the pipeline moves
  logic fresh;  // the first group takes beats from the stream
  logic fetch;  // operands enter the pipeline
  logic sf_ends;
  logic nf_ends;
  assign fresh   = nf_q == NF_W'(0);
  assign fetch   = en && (s_axis_tvalid || !fresh);
  assign sf_ends = sf_q == SF_W'(SF - 1);
  assign nf_ends = nf_q == NF_W'(NF - 1);

  assign s_axis_tready = en && fresh;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      sf_q   <= '0;
      word_q <= '0;
      nf_q   <= '0;
    end else if (fetch) begin
      sf_q   <= sf_ends ? SF_W'(0) : sf_q + SF_W'(1);
      word_q <= word_q == ADDR_W'(WORDS - 1) ? ADDR_W'(0) : word_q + ADDR_W'(1);
      if (sf_ends) nf_q <= nf_ends ? NF_W'(0) : nf_q + NF_W'(1);
    end
  end

  // beats of the vector, kept by the first group for the others
  logic [SIMD*X_W-1:0] beat;

  if (NF > 1) begin : g_replay
    logic [SIMD*X_W-1:0] kept [0:SF-1];

    always_ff @(posedge aclk) begin
      if (fetch && fresh) kept[sf_q] <= s_axis_tdata;
    end

    assign beat = fresh ? s_axis_tdata : kept[sf_q];
  end else begin : g_replay_else
    assign beat = s_axis_tdata;
  end

  // pipeline: operands, products, lane sums, accumulators
  logic                operand_valid_q;
  logic                operand_first_q;
  logic                operand_last_q;
  logic                product_valid_q;
  logic                product_first_q;
  logic                product_last_q;
  logic                sum_valid_q;
  logic                sum_first_q;
  logic                sum_last_q;
  logic                out_valid_q;
  logic [SIMD*X_W-1:0] x_q;
  logic [PE*ACC_W-1:0] total_q;  // running sums of PE rows

  assign w_en          = fetch;
  assign w_addr        = word_q;
  assign m_axis_tvalid = out_valid_q;
  assign m_axis_tdata  = total_q;
  assign en            = m_axis_tready || !out_valid_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      operand_valid_q <= 1'b0;
      product_valid_q <= 1'b0;
      sum_valid_q     <= 1'b0;
      out_valid_q     <= 1'b0;
    end else if (en) begin
      operand_valid_q <= fetch;
      product_valid_q <= operand_valid_q;
      sum_valid_q     <= product_valid_q;
      out_valid_q     <= sum_valid_q && sum_last_q;
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (en) begin
      operand_first_q <= sf_q == SF_W'(0);
      operand_last_q  <= sf_ends;
      product_first_q <= operand_first_q;
      product_last_q  <= operand_last_q;
      sum_first_q     <= product_first_q;
      sum_last_q      <= product_last_q;
    end
    if (fetch) x_q <= beat;
  end

  logic accumulate;
  assign accumulate = en && sum_valid_q;

  for (genvar i = 0; i < PE; i = i + 1) begin : g_pe
    logic signed [SUM_W-1:0] sum_q;
    logic [SIMD*P_W-1:0]     product_q;

    for (genvar j = 0; j < SIMD; j = j + 1) begin : g_lane
      always_ff @(posedge aclk) begin
        if (en) begin
          product_q[j*P_W +: P_W] <= P_W'(((X_W+1+W_W)'($signed((X_W+1)'(x_q[j*X_W +: X_W])))
              * (X_W+1+W_W)'($signed(w_data[(i*SIMD+j)*W_W +: W_W])))
              >>> P_SHIFT);
        end
      end
    end

    logic signed [P_W+$clog2(SIMD)-1:0] sum_total;

    always_comb begin
      sum_total = '0;
      for (int k = 0; k < SIMD; k = k + 1) begin
        sum_total = sum_total + (P_W+$clog2(SIMD))'($signed(product_q[k*P_W +: P_W]));
      end
    end

    always_ff @(posedge aclk) begin
      if (en) sum_q <= sum_total;
    end

    logic signed [ACC_W-1:0] term;

    assign term = ACC_W'(sum_q);

    always_ff @(posedge aclk) begin
      if (accumulate) begin
        total_q[i*ACC_W +: ACC_W] <= sum_first_q ? term : $signed(total_q[i*ACC_W +: ACC_W]) + term;
      end
    end
  end

endmodule
`default_nettype wire
