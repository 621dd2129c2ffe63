// weight_store - weights that are written at run time, in two banks with the contents of WEIGHTS at
// the start
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
// rd_data is word rd_addr one cycle after rd_en and stays until the next rd_en. An access takes two
// cycles. No path from any input to any output but m_rsp_tready to s_req_tready.
//
// W         bits of a word, >= 1
// WORDS     words, >= 1
// FRAME     reads of a frame, >= 1
// WEIGHTS   contents of both banks at the start, WORDS words of W bits
`default_nettype none
module weight_store #(
  parameter int W       = 32,
  parameter int WORDS   = 16,
  parameter int FRAME   = 16,
  parameter     WEIGHTS = ""
) (
  input  logic                                     aclk,
  input  logic                                     aresetn,

  // reads and writes of registers and weights
  input  logic                                     s_req_tvalid,
  output logic                                     s_req_tready,
  input  logic                                     s_req_write,
  input  logic [(WORDS>1 ? $clog2(WORDS) : 1)+((W+31)/32>1 ? $clog2((W + 31) / 32) : 1):0] s_req_addr,
  input  logic [31:0]                              s_req_data,
  input  logic [3:0]                               s_req_strobe,

  output logic                                     m_rsp_tvalid,
  input  logic                                     m_rsp_tready,
  output logic                                     m_rsp_write,
  output logic [31:0]                              m_rsp_data,
  output logic                                     m_rsp_error,

  input  logic                                     rd_en,         // reads a word of the active bank
  input  logic [(WORDS>1 ? $clog2(WORDS) : 1)-1:0] rd_addr,
  output logic [W-1:0]                             rd_data
);

  localparam int INDEX_W        = WORDS > 1 ? $clog2(WORDS) : 1;
  localparam int PIECES         = (W + 31) / 32;  // pieces of 32 bits in a word
  localparam int PIECE_W        = PIECES > 1 ? $clog2(PIECES) : 1;
  localparam int PAD_W          = PIECES * 32;
  localparam int PLACE_W        = FRAME > 1 ? $clog2(FRAME) : 1;
  localparam int BEYOND_W       = INDEX_W + $clog2(WORDS + 1);
  localparam int BEYOND_PIECE_W = PIECE_W + $clog2(PIECES + 1);

`ifndef SYNTHESIS
  initial begin
    if ((W + 31) / 32 * 32 < W) $fatal(1, "weight_store: the pieces cover a word");
  end
`endif

  // frames, and the swap of the banks between two of them
  logic               active_q;    // the bank that is read by the unit
  logic               waits_q;     // a commit waits
  logic               waits_at_q;  // it waits for frame `at`
  logic [31:0]        at_q;
  logic [PLACE_W-1:0] place_q;     // reads made of the current frame
  logic [31:0]        begun_q;     // frames begun

  logic        first;
  logic        last;
  logic [31:0] next;     // number of the next frame
  logic        between;  // the next read begins a frame
  logic        reached;  // the next frame is `at` or later
  logic        reached_difference;
  assign first              = place_q == PLACE_W'(0);
  assign last               = place_q == PLACE_W'(FRAME - 1);
  assign next               = rd_en && first ? begun_q + 32'd1 : begun_q;
  assign between            = rd_en ? last : first;
  assign reached_difference = 1'((next - at_q) >> 31);
  assign reached            = !reached_difference;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      place_q <= '0;
      begun_q <= '0;
    end else if (rd_en) begin
      place_q <= last ? PLACE_W'(0) : place_q + PLACE_W'(1);
      begun_q <= next;
    end
  end

  // one access at a time: it is decoded as it is taken and answered in the next cycle
  logic               busy_q;
  logic               write_q;
  logic               error_q;
  logic               weights_q;
  logic [INDEX_W-1:0] index_q;
  logic [PIECE_W-1:0] piece_q;
  logic [31:0]        data_q;  // to be written, or the register read
  logic [3:0]         strobe_q;

  logic                       weights;  // the upper half
  logic [INDEX_W-1:0]         index;
  logic [INDEX_W+PIECE_W-1:0] number;   // of a register
  logic                       accept;
  logic                       finish;
  logic                       outside;
  logic                       refused;
  logic                       fine;
  assign weights = s_req_addr[INDEX_W+PIECE_W];
  assign index   = s_req_addr[PIECE_W +: INDEX_W];
  assign number  = s_req_addr[INDEX_W+PIECE_W-1:0];
  assign accept  = s_req_tvalid && s_req_tready;
  assign finish  = m_rsp_tvalid && m_rsp_tready;
  assign outside = weights
      ? BEYOND_W'(index) >= BEYOND_W'(WORDS)
          || BEYOND_PIECE_W'(s_req_addr[PIECE_W-1:0]) >= BEYOND_PIECE_W'(PIECES)
      : (INDEX_W+PIECE_W+1)'(number) >= (INDEX_W+PIECE_W+1)'(4);
  assign refused = s_req_write
      && ((!weights && number == (INDEX_W+PIECE_W)'(1))
          || (!weights && number == (INDEX_W+PIECE_W)'(2))
          || (waits_q && !(!weights && number == (INDEX_W+PIECE_W)'(0) && !s_req_data[0])));
  assign fine    = !(outside || refused);

  assign s_req_tready = !busy_q;
  assign m_rsp_tvalid = busy_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) busy_q <= 1'b0;
    else if (accept) busy_q <= 1'b1;
    else if (finish) busy_q <= 1'b0;
  end

  logic [31:0] register;
  assign register = number == (INDEX_W+PIECE_W)'(0) ? {30'd0, waits_at_q && waits_q, waits_q}
      : number == (INDEX_W+PIECE_W)'(1) ? {30'd0, active_q, waits_q}
      : number == (INDEX_W+PIECE_W)'(2) ? begun_q : at_q;

  always_ff @(posedge aclk) begin
    if (accept) begin
      write_q   <= s_req_write;
      error_q   <= !fine;
      weights_q <= weights;
      index_q   <= index;
      piece_q   <= s_req_addr[PIECE_W-1:0];
      data_q    <= s_req_write ? s_req_data : register;
      strobe_q  <= s_req_strobe;
    end
  end

  // a swap waits for an access to weights that is under way
  logic swap;
  logic set;
  assign swap = waits_q && between && (!waits_at_q || reached)
      && !((accept && weights) || (busy_q && weights_q));
  assign set  = accept && s_req_write && fine;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      active_q   <= 1'b0;
      waits_q    <= 1'b0;
      waits_at_q <= 1'b0;
      at_q       <= '0;
    end else begin
      if (swap) begin
        active_q <= ~active_q;
        waits_q  <= 1'b0;
      end else if (set && !weights && number == (INDEX_W+PIECE_W)'(0)) begin
        waits_q    <= s_req_data[0];
        waits_at_q <= s_req_data[1];
      end
      if (set && !weights && number == (INDEX_W+PIECE_W)'(3)) at_q <= s_req_data;
    end
  end

  // the word of an access, with the piece written where it writes
  logic [W-1:0]         old;
  logic [PIECES*32-1:0] old_pieces;
  logic [31:0]          mask;
  assign old_pieces = PAD_W'(old);

  for (genvar i = 0; i < 4; i = i + 1) begin : g_byte
    assign mask[i*8 +: 8] = strobe_q[i] ? 8'd255 : 8'd0;
  end

  logic [PIECES*32-1:0] merged;

  for (genvar j = 0; j < PIECES; j = j + 1) begin : g_piece
    assign merged[j*32 +: 32] = piece_q == PIECE_W'(j)
        ? (old_pieces[j*32 +: 32] & ~mask) | (data_q & mask) : old_pieces[j*32 +: 32];
  end

  logic [W-1:0] word;
  logic [31:0]  m_rsp_data_selected;
  assign word = merged[W-1:0];

  always_comb begin
    m_rsp_data_selected = '0;
    for (int k = 0; k < PIECES; k = k + 1) begin
      if (32'(piece_q) == k) m_rsp_data_selected = old_pieces[k*32 +: 32];
    end
  end

  assign m_rsp_write = write_q;
  assign m_rsp_error = error_q;
  assign m_rsp_data  = error_q || write_q ? 32'd0 : weights_q ? m_rsp_data_selected : data_q;

  // a bank has one read port: of the unit while it is active, else of the access port
  logic [W-1:0] bank_0 [0:WORDS-1];
  if (WEIGHTS != "") begin : g_bank_0_image
    initial $readmemh(WEIGHTS, bank_0);
  end else begin : g_bank_0_blank
    initial for (int i = 0; i < WORDS; i = i + 1) bank_0[i] = '0;
  end

  logic [W-1:0] data_0_q;

  logic                                     read_0;
  logic [(WORDS>1 ? $clog2(WORDS) : 1)-1:0] address_0;
  assign read_0    = active_q == 1'b0 ? rd_en : accept && weights;
  assign address_0 = active_q == 1'b0 ? rd_addr : index;

  always_ff @(posedge aclk) begin
    if (read_0) data_0_q <= bank_0[address_0];
  end

  always_ff @(posedge aclk) begin
    if (finish && write_q && weights_q && !error_q && active_q != 1'b0) bank_0[index_q] <= word;
  end

  logic [W-1:0] bank_1 [0:WORDS-1];
  if (WEIGHTS != "") begin : g_bank_1_image
    initial $readmemh(WEIGHTS, bank_1);
  end else begin : g_bank_1_blank
    initial for (int i = 0; i < WORDS; i = i + 1) bank_1[i] = '0;
  end

  logic [W-1:0] data_1_q;

  logic                                     read_1;
  logic [(WORDS>1 ? $clog2(WORDS) : 1)-1:0] address_1;
  assign read_1    = active_q == 1'b1 ? rd_en : accept && weights;
  assign address_1 = active_q == 1'b1 ? rd_addr : index;

  always_ff @(posedge aclk) begin
    if (read_1) data_1_q <= bank_1[address_1];
  end

  always_ff @(posedge aclk) begin
    if (finish && write_q && weights_q && !error_q && active_q != 1'b1) bank_1[index_q] <= word;
  end

  assign old = active_q == 1'b0 ? data_1_q : data_0_q;

  // the word of the unit stays when its bank is no longer active
  logic         fresh_q;
  logic         from_q;
  logic [W-1:0] held_q;

  logic [W-1:0] now;
  assign now = from_q == 1'b0 ? data_0_q : data_1_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) fresh_q <= 1'b0;
    else fresh_q <= rd_en;
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (rd_en) from_q <= active_q;
    if (fresh_q) held_q <= now;
  end

  assign rd_data = fresh_q ? now : held_q;

  logic unused_bits;  // takes what nothing else reads
  assign unused_bits = &{1'b0, merged};

endmodule
`default_nettype wire
