// weight_streamer - the words of a fixed memory, in order and again from the start, as a stream
// without an end
//
// The memory is read into a register, as block RAM wants it. Cuts tready: no path from any input to
// any output. First word 2 cycles after reset, a word every cycle, three words ahead of its reader.
//
// W         bits of a word, >= 1
// WORDS     words, >= 1
// WEIGHTS   contents, WORDS words of W bits
`default_nettype none
module weight_streamer #(
  parameter int W       = 32,
  parameter int WORDS   = 16,
  parameter     WEIGHTS = ""
) (
  input  logic         aclk,
  input  logic         aresetn,

  output logic         m_axis_tvalid,
  input  logic         m_axis_tready,
  output logic [W-1:0] m_axis_tdata
);

  localparam int ADDR_W = WORDS > 1 ? $clog2(WORDS) : 1;

  logic [W-1:0] weights [0:WORDS-1];
  if (WEIGHTS != "") begin : g_weights_image
    initial $readmemh(WEIGHTS, weights);
  end else begin : g_weights_blank
    initial for (int i = 0; i < WORDS; i = i + 1) weights[i] = '0;
  end

  logic [ADDR_W-1:0] word_q;  // the next word
  logic              valid_q;

  logic         read;          // a word is read
  logic         words_tvalid;  // words as they come from the memory
  logic         words_tready;
  logic [W-1:0] words_tdata;
  logic         free;
  assign words_tvalid = valid_q;
  assign free         = words_tready || !valid_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      valid_q <= 1'b0;
      word_q  <= '0;
    end else begin
      if (free) valid_q <= read;
      if (read) word_q <= word_q == ADDR_W'(WORDS - 1) ? ADDR_W'(0) : word_q + ADDR_W'(1);
    end
  end

  register_slice #(.W(W)) u_slice (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(words_tvalid),
    .s_axis_tready(words_tready),
    .s_axis_tdata (words_tdata),
    .m_axis_tvalid(m_axis_tvalid),
    .m_axis_tready(m_axis_tready),
    .m_axis_tdata (m_axis_tdata)
  );

  logic [W-1:0] data_q;

  assign read = free;

  always_ff @(posedge aclk) begin
    if (read) data_q <= weights[word_q];
  end

  assign words_tdata = data_q;

endmodule
`default_nettype wire
