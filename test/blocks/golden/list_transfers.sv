// list_transfers - the commands of a list of reads, and its own: what they bring is either the list
// or goes on
//
// A transfer waits until as many packets of results have arrived as its entry says. tlast comes
// with the last beat of a transfer that ends its packet. The list is asked for before transfers
// where both could be. 16 commands may be under way. m_axis follows s_axis combinationally.
//
// ADDR_W   bits of a byte address, >= 33
// LEN_W    bits of the bytes of a transfer, >= 32
// WORDS    32-bit words of a beat, 1 to 8
`default_nettype none
module list_transfers #(
  parameter int ADDR_W = 40,
  parameter int LEN_W  = 32,
  parameter int WORDS  = 2
) (
  input  logic                aclk,
  input  logic                aresetn,
  input  logic                start,          // takes buffer and list
  input  logic [ADDR_W-1:0]   buffer,         // where offset 0 lies
  input  logic [31:0]         first,          // offset of the first entry
  input  logic [15:0]         arrived,        // packets of results in memory

  output logic                m_cmd_tvalid,
  input  logic                m_cmd_tready,
  output logic [ADDR_W-1:0]   m_cmd_addr,
  output logic [LEN_W-1:0]    m_cmd_bytes,
  output logic                m_cmd_last,

  input  logic                s_axis_tvalid,  // what the commands bring, tlast each
  output logic                s_axis_tready,
  input  logic [WORDS*32-1:0] s_axis_tdata,
  input  logic                s_axis_tlast,

  output logic                m_axis_tvalid,
  input  logic                m_axis_tready,
  output logic [WORDS*32-1:0] m_axis_tdata,
  output logic                m_axis_tlast,

  output logic                bad             // an entry is wrong
);

`ifndef SYNTHESIS
  initial begin
    if (ADDR_W < 33) $fatal(1, "list_transfers: ADDR_W must be at least 33");
    if (LEN_W < 32) $fatal(1, "list_transfers: LEN_W must be at least 32");
    if (WORDS > 8) $fatal(1, "list_transfers: WORDS must be at most 8");
  end
`endif

  logic                piece_tvalid;
  logic                piece_tready;
  logic [ADDR_W-1:0]   piece_addr;
  logic [LEN_W-1:0]    piece_bytes;
  logic                piece_last;
  logic                entry_tvalid;
  logic                entry_tready;
  logic [31:0]         entry_offset;
  logic [31:0]         entry_bytes;
  logic [15:0]         entry_after;
  logic                entry_last;
  logic                listed_tvalid;
  logic                listed_tready;
  logic [WORDS*32-1:0] listed_tdata;
  logic                listed_tlast;
  logic                unused_fetch_ended;

  list_fetch #(.ADDR_W(ADDR_W), .LEN_W(LEN_W), .WORDS(WORDS)) u_fetch (
    .aclk          (aclk),
    .aresetn       (aresetn),
    .start         (start),
    .buffer        (buffer),
    .first         (first),
    .m_cmd_tvalid  (piece_tvalid),
    .m_cmd_tready  (piece_tready),
    .m_cmd_addr    (piece_addr),
    .m_cmd_bytes   (piece_bytes),
    .m_cmd_last    (piece_last),
    .s_axis_tvalid (listed_tvalid),
    .s_axis_tready (listed_tready),
    .s_axis_tdata  (listed_tdata),
    .s_axis_tlast  (listed_tlast),
    .m_entry_tvalid(entry_tvalid),
    .m_entry_tready(entry_tready),
    .m_entry_offset(entry_offset),
    .m_entry_bytes (entry_bytes),
    .m_entry_after (entry_after),
    .m_entry_last  (entry_last),
    .ended         (unused_fetch_ended),
    .bad           (bad)
  );

  logic may;  // its results are there
  logic may_difference;
  assign may_difference = 1'((arrived - entry_after) >> 15);
  assign may            = entry_tvalid && !may_difference;

  // which command brought what comes
  logic       asked_tvalid;
  logic       asked_tready;
  logic [1:0] asked_tdata;
  logic       brings_tvalid;
  logic       brings_tready;
  logic [1:0] brings_tdata;
  logic [4:0] unused_order_level;

  fifo #(.W(2), .DEPTH(16)) u_order (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(asked_tvalid),
    .s_axis_tready(asked_tready),
    .s_axis_tdata (asked_tdata),
    .m_axis_tvalid(brings_tvalid),
    .m_axis_tready(brings_tready),
    .m_axis_tdata (brings_tdata),
    .level        (unused_order_level)
  );

  logic goes;
  logic unused_always;  // not every bit matters
  logic is_list;
  assign goes          = m_cmd_tready && asked_tready;
  assign unused_always = piece_last;
  assign is_list       = brings_tdata[0];

  assign m_cmd_tvalid  = asked_tready && (piece_tvalid || may);
  assign asked_tvalid  = m_cmd_tready && (piece_tvalid || may);
  assign asked_tdata   = {entry_last, piece_tvalid};
  assign piece_tready  = goes;
  assign entry_tready  = goes && may && !piece_tvalid;
  assign m_cmd_addr    = piece_tvalid ? piece_addr : buffer + ADDR_W'(entry_offset);
  assign m_cmd_bytes   = piece_tvalid ? piece_bytes : LEN_W'(entry_bytes);
  assign m_cmd_last    = 1'b1;
  assign listed_tvalid = s_axis_tvalid && brings_tvalid && is_list;
  assign listed_tdata  = s_axis_tdata;
  assign listed_tlast  = s_axis_tlast;
  assign m_axis_tvalid = s_axis_tvalid && brings_tvalid && !is_list;
  assign m_axis_tdata  = s_axis_tdata;
  assign m_axis_tlast  = s_axis_tlast && brings_tdata[1];
  assign s_axis_tready = brings_tvalid && (is_list ? listed_tready : m_axis_tready);
  assign brings_tready = s_axis_tvalid && s_axis_tready && s_axis_tlast;

endmodule
`default_nettype wire
