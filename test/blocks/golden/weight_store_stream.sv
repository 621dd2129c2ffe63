// weight_store_stream - weights that are written at run time, as a stream: frames of FRAME words,
// one for each token
//
// Two banks: the unit reads the active one, the access port reads and writes the other one. A
// commit swaps them between two frames of FRAME reads, so that no frame sees words of both.
// Word addresses, upper half: bits 32 p + 31 .. 32 p of word n are at 2^PIECE_W * n + p. Lower
// half:
// 0 CONTROL: bit 0 commits; bit 1: not before frame AT; 0 withdraws. Reads as what still waits.
// 1 STATUS, read only: bit 0, a commit waits; bit 1, the active bank.
// 2 FRAME, read only: frames begun since reset, which is the number of the next one.
// 3 AT: the first frame that a commit with bit 1 is for; a later one where AT has begun.
// While a commit waits, every write but that of 0 to CONTROL is refused with an error, so the bank
// that is not active holds what was committed. Errors also: writes of read only registers,
// addresses of nothing. A commit waits for an access to weights that is under way. Reset keeps the
// words.
// The words of a frame are read once its token is there, so that a commit comes before every frame
// that has not begun. First word 3 cycles after the token, a word every cycle, three words ahead of
// its reader. No path from any input to any output but m_rsp_tready to s_req_tready.
//
// W         bits of a word, >= 1
// WORDS     words, >= 1
// FRAME     words of a frame, a multiple of WORDS, >= 1
// WEIGHTS   contents of both banks at the start, WORDS words of W bits
`default_nettype none
module weight_store_stream #(
  parameter int W       = 32,
  parameter int WORDS   = 16,
  parameter int FRAME   = 16,
  parameter     WEIGHTS = ""
) (
  input  logic         aclk,
  input  logic         aresetn,

  input  logic         t_axis_tvalid,  // tokens: a frame begins
  output logic         t_axis_tready,
  input  logic         t_axis_tdata,

  output logic         m_axis_tvalid,  // words
  input  logic         m_axis_tready,
  output logic [W-1:0] m_axis_tdata,

  input  logic         s_req_tvalid,   // reads and writes of registers and weights
  output logic         s_req_tready,
  input  logic         s_req_write,
  input  logic [(WORDS>1 ? $clog2(WORDS) : 1)+((W+31)/32>1 ? $clog2((W + 31) / 32) : 1):0] s_req_addr,
  input  logic [31:0]  s_req_data,
  input  logic [3:0]   s_req_strobe,

  output logic         m_rsp_tvalid,
  input  logic         m_rsp_tready,
  output logic         m_rsp_write,
  output logic [31:0]  m_rsp_data,
  output logic         m_rsp_error
);

  localparam int ADDR_W  = WORDS > 1 ? $clog2(WORDS) : 1;
  localparam int PLACE_W = FRAME > 1 ? $clog2(FRAME) : 1;

`ifndef SYNTHESIS
  initial begin
    if ((W + 31) / 32 * 32 < W) $fatal(1, "weight_store_stream: the pieces cover a word");
  end
`endif

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

  logic [PLACE_W-1:0] place_q;  // words read of the current frame

  logic first;
  assign first = place_q == PLACE_W'(0);

  assign read          = free && (!first || t_axis_tvalid);
  assign t_axis_tready = free && first;

  always_ff @(posedge aclk) begin
    if (!aresetn) place_q <= '0;
    else if (read) place_q <= place_q == PLACE_W'(FRAME - 1) ? PLACE_W'(0) : place_q + PLACE_W'(1);
  end

  logic unused_token;  // not every bit matters
  assign unused_token = t_axis_tdata;

  weight_store #(.W(W), .WORDS(WORDS), .FRAME(FRAME), .WEIGHTS(WEIGHTS)) u_store (
    .aclk        (aclk),
    .aresetn     (aresetn),
    .s_req_tvalid(s_req_tvalid),
    .s_req_tready(s_req_tready),
    .s_req_write (s_req_write),
    .s_req_addr  (s_req_addr),
    .s_req_data  (s_req_data),
    .s_req_strobe(s_req_strobe),
    .m_rsp_tvalid(m_rsp_tvalid),
    .m_rsp_tready(m_rsp_tready),
    .m_rsp_write (m_rsp_write),
    .m_rsp_data  (m_rsp_data),
    .m_rsp_error (m_rsp_error),
    .rd_en       (read),
    .rd_addr     (word_q),
    .rd_data     (words_tdata)
  );

endmodule
`default_nettype wire
