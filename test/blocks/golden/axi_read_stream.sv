// axi_read_stream - transfers of bytes to bursts, and their beats to a packed stream
//
// A burst is asked for when the buffer has room for all its beats, so that its beats never wait on
// the bus.
// Latency 3 cycles from a command to its first burst and 2 from a beat to the packed stream; a beat
// every cycle, one more for a transfer that begins inside of a beat. No combinational path from
// s_beat to m_axis.
//
// ADDR_W        bits of a byte address, >= 20
// LEN_W         bits of the bytes of a transfer, >= 20
// BYTES         bytes of a beat, a power of two, 2 to 128
// BURST         beats of a burst at most, a power of two, 2 to 256
// OUTSTANDING   bursts under way at most, >= 1
// DEPTH         beats in the buffer, at least BURST, 2 to 32768
`default_nettype none
module axi_read_stream #(
  parameter int ADDR_W      = 40,
  parameter int LEN_W       = 32,
  parameter int BYTES       = 8,
  parameter int BURST       = 16,
  parameter int OUTSTANDING = 8,
  parameter int DEPTH       = 64
) (
  input  logic                            aclk,
  input  logic                            aresetn,

  input  logic                            s_cmd_tvalid,
  output logic                            s_cmd_tready,
  input  logic [ADDR_W-1:0]               s_cmd_addr,
  input  logic [LEN_W-1:0]                s_cmd_bytes,
  input  logic                            s_cmd_last,

  output logic                            m_burst_tvalid,
  input  logic                            m_burst_tready,
  output logic [ADDR_W-$clog2(BYTES)-1:0] m_burst_addr,
  output logic [7:0]                      m_burst_len,
  output logic                            m_burst_mark,

  input  logic                            s_beat_tvalid,
  output logic                            s_beat_tready,
  input  logic [BYTES*8-1:0]              s_beat_tdata,

  output logic                            m_axis_tvalid,
  input  logic                            m_axis_tready,
  output logic [BYTES*8-1:0]              m_axis_tdata,
  output logic [BYTES-1:0]                m_axis_tkeep,
  output logic                            m_axis_tlast
);

  localparam int BYTE_W  = $clog2(BYTES);       // bits of a byte in a beat
  localparam int WORD_W  = ADDR_W - BYTE_W;     // bits of an address of beats
  localparam int COUNT_W = LEN_W + 1 - BYTE_W;  // bits of the beats of a transfer
  localparam int SHIFT_W = BYTE_W + 1;

`ifndef SYNTHESIS
  initial begin
    if (ADDR_W < 20) $fatal(1, "axi_read_stream: ADDR_W must be at least 20");
    if (LEN_W < 20) $fatal(1, "axi_read_stream: LEN_W must be at least 20");
    if (BYTES < 2) $fatal(1, "axi_read_stream: BYTES must be at least 2");
    if (BYTES > 128) $fatal(1, "axi_read_stream: BYTES must be at most 128");
    if (BURST < 2) $fatal(1, "axi_read_stream: BURST must be at least 2");
    if (BURST > 256) $fatal(1, "axi_read_stream: BURST must be at most 256");
    if (DEPTH < 2) $fatal(1, "axi_read_stream: DEPTH must be at least 2");
    if (DEPTH > 32768) $fatal(1, "axi_read_stream: DEPTH must be at most 32768");
    if (256 % BYTES != 0) $fatal(1, "axi_read_stream: BYTES is a power of two");
    if (256 % BURST != 0) $fatal(1, "axi_read_stream: BURST is a power of two");
    if (4096 < BURST * BYTES) $fatal(1, "axi_read_stream: a burst lies in 4 KB");
    if (DEPTH < BURST) $fatal(1, "axi_read_stream: a burst fits the buffer");
  end
`endif

  // beats that hold the bytes where they lie, and packed
  logic               valid_q;  // a transfer waits
  logic [WORD_W-1:0]  word_q;   // its first beat
  logic [COUNT_W-1:0] outer_q;
  logic [SHIFT_W-1:0] shift_q;
  logic               primes_q;
  logic               spare_q;
  logic [COUNT_W-1:0] count_q;  // beats behind the shift
  logic [BYTE_W-1:0]  head_q;
  logic [BYTE_W-1:0]  tail_q;
  logic               last_q;

  logic [BYTE_W-1:0]        offset;  // of the first byte in its beat
  logic [LEN_W:0]           there;   // bytes from the begin of the first beat
  logic [COUNT_W-1:0]       outer;   // beats in memory
  logic [COUNT_W-1:0]       inner;   // beats, packed
  logic                     aligned;
  logic                     beats_tvalid;
  logic                     beats_tready;
  logic [WORD_W-1:0]        beats_addr;
  logic [COUNT_W-1:0]       beats_count;
  logic                     beats_mark;
  logic                     lanes_tvalid;
  logic                     lanes_tready;
  logic [$clog2(BYTES):0]   lanes_shift;
  logic                     lanes_primes;
  logic                     lanes_spare;
  logic [COUNT_W-1:0]       lanes_count;
  logic [$clog2(BYTES)-1:0] lanes_head;
  logic [$clog2(BYTES)-1:0] lanes_tail;
  logic                     lanes_last;
  logic                     align_tvalid;
  logic                     align_tready;
  logic [$clog2(BYTES):0]   align_shift;
  logic                     align_primes;
  logic                     align_spare;
  logic [COUNT_W-1:0]       align_count;
  logic [$clog2(BYTES)-1:0] align_head;
  logic [$clog2(BYTES)-1:0] align_tail;
  logic                     align_last;
  logic                     go;
  assign offset  = s_cmd_addr[BYTE_W-1:0];
  assign there   = (LEN_W+1)'(s_cmd_bytes) + (LEN_W+1)'(offset);
  assign outer   = COUNT_W'((there + (LEN_W+1)'(BYTES - 1)) >> BYTE_W);
  assign inner   = COUNT_W'(((LEN_W+1)'(s_cmd_bytes) + (LEN_W+1)'(BYTES - 1)) >> BYTE_W);
  assign aligned = offset == BYTE_W'(0);
  assign go      = valid_q && beats_tready && lanes_tready;

  assign s_cmd_tready = !valid_q || go;

  always_ff @(posedge aclk) begin
    if (!aresetn) valid_q <= 1'b0;
    else if (s_cmd_tvalid && s_cmd_tready) valid_q <= 1'b1;
    else if (go) valid_q <= 1'b0;
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (s_cmd_tvalid && s_cmd_tready) begin
      word_q   <= s_cmd_addr[BYTE_W +: WORD_W];
      outer_q  <= outer;
      shift_q  <= aligned ? {1'b1, BYTE_W'(0)} : (1+BYTE_W)'(offset);
      primes_q <= !aligned;
      spare_q  <= !aligned && outer == inner;
      count_q  <= inner;
      head_q   <= '0;
      tail_q   <= s_cmd_bytes[BYTE_W-1:0] - BYTE_W'(1);
      last_q   <= s_cmd_last;
    end
  end

  logic                               transfers_in_tvalid;
  logic                               transfers_in_tready;
  logic [$clog2(BYTES)+3+COUNT_W+$clog2(BYTES)+$clog2(BYTES):0] transfers_in_tdata;
  logic                               transfers_out_tvalid;
  logic                               transfers_out_tready;
  logic [$clog2(BYTES)+3+COUNT_W+$clog2(BYTES)+$clog2(BYTES):0] transfers_out_tdata;
  logic [$clog2(OUTSTANDING + 1)-1:0] unused_transfers_level;
  assign transfers_in_tvalid = lanes_tvalid;
  assign transfers_in_tdata  = {lanes_last, lanes_tail, lanes_head, lanes_count, lanes_spare,
      lanes_primes, lanes_shift};

  assign beats_tvalid = valid_q && lanes_tready;
  assign beats_addr   = word_q;
  assign beats_count  = outer_q;
  assign beats_mark   = last_q;
  assign lanes_tvalid = valid_q && beats_tready;
  assign lanes_shift  = shift_q;
  assign lanes_primes = primes_q;
  assign lanes_spare  = spare_q;
  assign lanes_count  = count_q;
  assign lanes_head   = head_q;
  assign lanes_tail   = tail_q;
  assign lanes_last   = last_q;
  assign lanes_tready = transfers_in_tready;

  fifo #(
    .W    ($clog2(BYTES) + 3 + COUNT_W + $clog2(BYTES) + $clog2(BYTES) + 1),
    .DEPTH(OUTSTANDING)
  ) u_transfers (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(transfers_in_tvalid),
    .s_axis_tready(transfers_in_tready),
    .s_axis_tdata (transfers_in_tdata),
    .m_axis_tvalid(transfers_out_tvalid),
    .m_axis_tready(transfers_out_tready),
    .m_axis_tdata (transfers_out_tdata),
    .level        (unused_transfers_level)
  );

  assign align_tvalid         = transfers_out_tvalid;
  assign transfers_out_tready = align_tready;
  assign align_shift          = transfers_out_tdata[$clog2(BYTES):0];
  assign align_primes         = transfers_out_tdata[$clog2(BYTES)+1];
  assign align_spare          = transfers_out_tdata[$clog2(BYTES)+2];
  assign align_count          = transfers_out_tdata[$clog2(BYTES)+3 +: COUNT_W];
  assign align_head           = transfers_out_tdata[$clog2(BYTES)+3+COUNT_W +: $clog2(BYTES)];
  assign align_tail           = transfers_out_tdata[$clog2(BYTES)+3+COUNT_W+$clog2(BYTES) +: $clog2(BYTES)];
  assign align_last           = transfers_out_tdata[$clog2(BYTES)+3+COUNT_W+$clog2(BYTES)+$clog2(BYTES)];

  // a burst waits for room
  logic              bursts_tvalid;
  logic              bursts_tready;
  logic [WORD_W-1:0] bursts_addr;
  logic [7:0]        bursts_len;
  logic              bursts_mark;

  axi_bursts #(.WORD_W(WORD_W), .COUNT_W(COUNT_W), .BURST(BURST)) u_split (
    .aclk          (aclk),
    .aresetn       (aresetn),
    .s_cmd_tvalid  (beats_tvalid),
    .s_cmd_tready  (beats_tready),
    .s_cmd_addr    (beats_addr),
    .s_cmd_count   (beats_count),
    .s_cmd_mark    (beats_mark),
    .m_burst_tvalid(bursts_tvalid),
    .m_burst_tready(bursts_tready),
    .m_burst_addr  (bursts_addr),
    .m_burst_len   (bursts_len),
    .m_burst_mark  (bursts_mark)
  );

  logic [15:0] room_q;  // places of the buffer that no burst has

  logic [15:0] needs;
  logic        fits;
  assign needs = 16'(bursts_len) + 16'd1;
  assign fits  = room_q >= needs;

  assign m_burst_tvalid = bursts_tvalid && fits;
  assign bursts_tready  = m_burst_tready && fits;
  assign m_burst_addr   = bursts_addr;
  assign m_burst_len    = bursts_len;
  assign m_burst_mark   = bursts_mark;

  // beats
  logic                         held_tvalid;
  logic                         held_tready;
  logic [BYTES*8-1:0]           held_tdata;
  logic                         packed_tvalid;
  logic                         packed_tready;
  logic [BYTES*8-1:0]           packed_tdata;
  logic [BYTES-1:0]             packed_tkeep;
  logic                         packed_tlast;
  logic [$clog2(DEPTH + 1)-1:0] unused_buffer_level;

  fifo #(.W(BYTES * 8), .DEPTH(DEPTH)) u_buffer (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(s_beat_tvalid),
    .s_axis_tready(s_beat_tready),
    .s_axis_tdata (s_beat_tdata),
    .m_axis_tvalid(held_tvalid),
    .m_axis_tready(held_tready),
    .m_axis_tdata (held_tdata),
    .level        (unused_buffer_level)
  );

  axi_align #(.BYTES(BYTES), .COUNT_W(COUNT_W)) u_align (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_cmd_tvalid (align_tvalid),
    .s_cmd_tready (align_tready),
    .s_cmd_shift  (align_shift),
    .s_cmd_primes (align_primes),
    .s_cmd_spare  (align_spare),
    .s_cmd_count  (align_count),
    .s_cmd_head   (align_head),
    .s_cmd_tail   (align_tail),
    .s_cmd_last   (align_last),
    .s_axis_tvalid(held_tvalid),
    .s_axis_tready(held_tready),
    .s_axis_tdata (held_tdata),
    .m_axis_tvalid(packed_tvalid),
    .m_axis_tready(packed_tready),
    .m_axis_tdata (packed_tdata),
    .m_axis_tkeep (packed_tkeep),
    .m_axis_tlast (packed_tlast)
  );

  logic                   slice_in_tvalid;
  logic                   slice_in_tready;
  logic [BYTES*8+BYTES:0] slice_in_tdata;
  logic                   slice_out_tvalid;
  logic                   slice_out_tready;
  logic [BYTES*8+BYTES:0] slice_out_tdata;
  assign slice_in_tvalid = packed_tvalid;
  assign slice_in_tdata  = {packed_tlast, packed_tkeep, packed_tdata};

  assign packed_tready = slice_in_tready;

  register_slice #(.W(BYTES * 8 + BYTES + 1)) u_slice (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(slice_in_tvalid),
    .s_axis_tready(slice_in_tready),
    .s_axis_tdata (slice_in_tdata),
    .m_axis_tvalid(slice_out_tvalid),
    .m_axis_tready(slice_out_tready),
    .m_axis_tdata (slice_out_tdata)
  );

  assign m_axis_tvalid    = slice_out_tvalid;
  assign slice_out_tready = m_axis_tready;
  assign m_axis_tdata     = slice_out_tdata[BYTES*8-1:0];
  assign m_axis_tkeep     = slice_out_tdata[BYTES*8 +: BYTES];
  assign m_axis_tlast     = slice_out_tdata[BYTES*8+BYTES];

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      room_q <= 16'(DEPTH);
    end else begin
      room_q <= room_q - (m_burst_tvalid && m_burst_tready ? needs : 16'd0)
          + 16'(held_tvalid && held_tready);
    end
  end

endmodule
`default_nettype wire
