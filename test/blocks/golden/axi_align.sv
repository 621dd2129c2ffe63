// axi_align - shifts the bytes of a transfer to other lanes
//
// An output beat is bytes shift .. shift + BYTES - 1 of the beat before and the present one: BYTES
// takes the beat as it is. With primes the first beat only becomes the one before; with spare the
// last output beat needs no input. Of the first output beat the lanes below head are not there, of
// the last one those above tail:
// their tkeep is 0, and so are their bytes. tlast comes with the last of count beats where the
// command says so.
// A beat every cycle, and one more cycle for a beat that primes. m_axis follows s_axis, and both
// tready follow m_axis_tready, combinationally.
//
// BYTES     bytes of a beat, a power of two, 2 to 128
// COUNT_W   bits of the beats of a transfer, >= 1
`default_nettype none
module axi_align #(
  parameter int BYTES   = 8,
  parameter int COUNT_W = 30
) (
  input  logic                     aclk,
  input  logic                     aresetn,

  input  logic                     s_cmd_tvalid,
  output logic                     s_cmd_tready,
  input  logic [$clog2(BYTES):0]   s_cmd_shift,
  input  logic                     s_cmd_primes,
  input  logic                     s_cmd_spare,
  input  logic [COUNT_W-1:0]       s_cmd_count,
  input  logic [$clog2(BYTES)-1:0] s_cmd_head,
  input  logic [$clog2(BYTES)-1:0] s_cmd_tail,
  input  logic                     s_cmd_last,

  input  logic                     s_axis_tvalid,
  output logic                     s_axis_tready,
  input  logic [BYTES*8-1:0]       s_axis_tdata,

  output logic                     m_axis_tvalid,
  input  logic                     m_axis_tready,
  output logic [BYTES*8-1:0]       m_axis_tdata,
  output logic [BYTES-1:0]         m_axis_tkeep,
  output logic                     m_axis_tlast
);

  localparam int DATA_W = BYTES * 8;
  localparam int BYTE_W = $clog2(BYTES);  // bits of the number of a lane

`ifndef SYNTHESIS
  initial begin
    if (BYTES < 2) $fatal(1, "axi_align: BYTES must be at least 2");
    if (BYTES > 128) $fatal(1, "axi_align: BYTES must be at most 128");
    if (256 % BYTES != 0) $fatal(1, "axi_align: BYTES is a power of two");
  end
`endif

  logic               busy_q;
  logic               priming_q;
  logic               spare_q;
  logic               first_q;   // the next output beat is the first
  logic [COUNT_W-1:0] left_q;    // output beats to come
  logic [BYTE_W:0]    shift_q;
  logic [BYTE_W-1:0]  head_q;
  logic [BYTE_W-1:0]  tail_q;
  logic               last_q;
  logic [DATA_W-1:0]  before_q;  // the input beat before

  logic ending;
  logic alone;  // this beat needs no input
  logic offers;
  logic ends;
  assign ending = left_q == COUNT_W'(1);
  assign alone  = ending && spare_q;
  assign offers = busy_q && !priming_q;
  assign ends   = m_axis_tvalid && m_axis_tready && ending;

  assign m_axis_tvalid = offers && (s_axis_tvalid || alone);
  assign s_axis_tready = busy_q && (priming_q || (!alone && m_axis_tready));
  assign s_cmd_tready  = !busy_q || ends;

  // two beats side by side, shifted by whole bytes
  logic [BYTES*8-1:0] window;
  logic [DATA_W-1:0]  window_shifted;
  logic [BYTE_W:0]    count;  // lanes of the last output beat
  logic [BYTES-1:0]   keep;
  logic [BYTES*8-1:0] out;
  assign window_shifted = DATA_W'({s_axis_tdata, before_q} >> {shift_q, 3'd0});
  assign window         = window_shifted;
  assign count          = (BYTE_W+1)'(tail_q) + (BYTE_W+1)'(1);

  for (genvar i = 0; i < BYTES; i = i + 1) begin : g_lane
    assign keep[i]       = !((first_q && (BYTE_W+1)'(i + 1) <= (BYTE_W+1)'(head_q))
        || (ending && (BYTE_W+2)'(i + 1) > (BYTE_W+2)'(count)));
    assign out[i*8 +: 8] = keep[i] ? window[i*8 +: 8] : 8'd0;
  end

  assign m_axis_tdata = out;
  assign m_axis_tkeep = keep;
  assign m_axis_tlast = ending && last_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) busy_q <= 1'b0;
    else if (s_cmd_tvalid && s_cmd_tready) busy_q <= 1'b1;
    else if (ends) busy_q <= 1'b0;
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (s_axis_tvalid && s_axis_tready) begin
      before_q  <= s_axis_tdata;
      priming_q <= 1'b0;
    end
    if (m_axis_tvalid && m_axis_tready) begin
      first_q <= 1'b0;
      left_q  <= left_q - COUNT_W'(1);
    end
    if (s_cmd_tvalid && s_cmd_tready) begin
      priming_q <= s_cmd_primes;
      spare_q   <= s_cmd_spare;
      first_q   <= 1'b1;
      left_q    <= s_cmd_count;
      shift_q   <= s_cmd_shift;
      head_q    <= s_cmd_head;
      tail_q    <= s_cmd_tail;
      last_q    <= s_cmd_last;
    end
  end

endmodule
`default_nettype wire
