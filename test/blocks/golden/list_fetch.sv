// list_fetch - the entries of a list in memory: 16 bytes each, up to the one that says END
//
// start takes buffer and first, the byte offset of the first entry in it, a multiple of 16; 0:
// there is no list. Entries are asked for in pieces that end at a multiple of 64 bytes of the
// buffer, one at a time, while 4 places for them are free. ended says that all were read; bad that
// one had no bytes.
//
// ADDR_W   bits of a byte address, >= 33
// LEN_W    bits of the bytes of a transfer, >= 20
// WORDS    32-bit words of a beat, 1 to 8
`default_nettype none
module list_fetch #(
  parameter int ADDR_W = 40,
  parameter int LEN_W  = 32,
  parameter int WORDS  = 2
) (
  input  logic                aclk,
  input  logic                aresetn,
  input  logic                start,          // takes buffer and list
  input  logic [ADDR_W-1:0]   buffer,         // where offset 0 lies
  input  logic [31:0]         first,          // offset of the first entry

  output logic                m_cmd_tvalid,
  input  logic                m_cmd_tready,
  output logic [ADDR_W-1:0]   m_cmd_addr,
  output logic [LEN_W-1:0]    m_cmd_bytes,
  output logic                m_cmd_last,

  input  logic                s_axis_tvalid,  // what the commands bring
  output logic                s_axis_tready,
  input  logic [WORDS*32-1:0] s_axis_tdata,
  input  logic                s_axis_tlast,

  output logic                m_entry_tvalid,
  input  logic                m_entry_tready,
  output logic [31:0]         m_entry_offset,
  output logic [31:0]         m_entry_bytes,
  output logic [15:0]         m_entry_after,
  output logic                m_entry_last,

  output logic                ended,          // the last entry was read
  output logic                bad             // an entry is wrong
);

`ifndef SYNTHESIS
  initial begin
    if (ADDR_W < 33) $fatal(1, "list_fetch: ADDR_W must be at least 33");
    if (LEN_W < 20) $fatal(1, "list_fetch: LEN_W must be at least 20");
    if (WORDS > 8) $fatal(1, "list_fetch: WORDS must be at most 8");
  end
`endif

  logic        ended_q;
  logic        waiting_q;  // a piece is under way
  logic        bad_q;
  logic [31:0] at_q;       // offset of the next piece
  // entries of the piece that have not come: a wide beat may be filled up behind the last
  logic [2:0]  due_q;

  logic                wide_tvalid;
  logic                wide_tready;
  logic [WORDS*32-1:0] wide_tdata;
  logic                wide_tlast;
  logic                wide_tuser;
  logic                word_tvalid;
  logic                word_tready;
  logic [127:0]        word_tdata;
  logic                word_tlast;
  logic                word_tuser;
  assign wide_tvalid = s_axis_tvalid;
  assign wide_tdata  = s_axis_tdata;
  assign wide_tlast  = s_axis_tlast;
  assign wide_tuser  = 1'b0;

  assign s_axis_tready = wide_tready;

  gearbox #(.UNIT(32), .IN(WORDS), .OUT(4)) u_gearbox (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(wide_tvalid),
    .s_axis_tready(wide_tready),
    .s_axis_tdata (wide_tdata),
    .s_axis_tlast (wide_tlast),
    .s_axis_tuser (wide_tuser),
    .m_axis_tvalid(word_tvalid),
    .m_axis_tready(word_tready),
    .m_axis_tdata (word_tdata),
    .m_axis_tlast (word_tlast),
    .m_axis_tuser (word_tuser),
    .drop         (1'b0)
  );

  // entries up to the last one; there is a place for each that was asked for
  logic        found_tvalid;
  logic        found_tready;
  logic [80:0] found_tdata;
  logic        kept_tvalid;
  logic        kept_tready;
  logic [80:0] kept_tdata;
  logic [3:0]  entries_level;

  fifo #(.W(81), .DEPTH(8)) u_entries (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(found_tvalid),
    .s_axis_tready(found_tready),
    .s_axis_tdata (found_tdata),
    .m_axis_tvalid(kept_tvalid),
    .m_axis_tready(kept_tready),
    .m_axis_tdata (kept_tdata),
    .level        (entries_level)
  );

  logic [31:0] flags;
  logic        one;          // an entry comes
  logic        unused_full;  // not every bit matters
  logic        unused_rest;  // not every bit matters
  assign flags       = word_tdata[95:64];
  assign one         = word_tvalid && due_q != 3'd0;
  assign unused_full = found_tready;
  assign unused_rest = |{word_tdata[127:96], flags[29:16], word_tuser};

  assign found_tvalid   = one && !ended_q;
  assign found_tdata    = {flags[30], flags[15:0], word_tdata[63:0]};
  assign word_tready    = 1'b1;
  assign m_entry_tvalid = kept_tvalid;
  assign kept_tready    = m_entry_tready;
  assign m_entry_offset = kept_tdata[31:0];
  assign m_entry_bytes  = kept_tdata[63:32];
  assign m_entry_after  = kept_tdata[79:64];
  assign m_entry_last   = kept_tdata[80];

  // pieces
  logic [2:0] count;  // entries up to the next multiple of 64 bytes
  logic       comes;
  assign count = 3'($unsigned(~at_q[5:4])) + 3'd1;
  assign comes = found_tvalid;

  assign m_cmd_tvalid = !(ended_q || waiting_q) && entries_level <= 4'd4;
  assign m_cmd_addr   = buffer + ADDR_W'(at_q);
  assign m_cmd_bytes  = LEN_W'({count, 4'd0});
  assign m_cmd_last   = 1'b1;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      ended_q   <= 1'b1;
      waiting_q <= 1'b0;
      bad_q     <= 1'b0;
    end else begin
      if (start) ended_q <= first == 32'd0;
      else if (!(m_cmd_tvalid && m_cmd_tready) && comes && flags[31]) ended_q <= 1'b1;
      if (m_cmd_tvalid && m_cmd_tready) waiting_q <= 1'b1;
      else if (word_tvalid && word_tlast) waiting_q <= 1'b0;
      if (start) bad_q <= 1'b0;
      else if (comes && word_tdata[63:32] == 32'd0) bad_q <= 1'b1;
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (m_cmd_tvalid && m_cmd_tready) due_q <= count;
    else if (one) due_q <= due_q - 3'd1;
    if (start) at_q <= first;
    else if (m_cmd_tvalid && m_cmd_tready) at_q <= at_q + 32'({count, 4'd0});
  end

  assign ended = ended_q;
  assign bad   = bad_q;

endmodule
`default_nettype wire
