// float_cast_format_half_even - float32 to fixed point in a format that comes with every number:
// the code is x * 2^FRAC, rounded and clamped
//
// tuser is the format: FRAC in bits 7:0, signed; BITS - 1 in 12:8; TYPE in 14:13. A code has BITS
// bits, at most W: TYPE 0 unsigned, 1 signed and extended to W bits; 2: one bit, 0 where x is
// negative and 1 where it is not.
// A number is IEEE 754 binary32, subnormal ones included; what does not fit becomes the nearest
// code, infinities too; NaN becomes the code of 0. The cast rounds to nearest, ties to even.
// Latency 3 cycles, a beat every cycle. One enable freezes the pipeline while downstream stalls:
// cuts tvalid and tdata, s_axis_tready follows m_axis_tready.
//
// W   bits of a result, 2 to 32
`default_nettype none
module float_cast_format_half_even #(
  parameter int W = 32
) (
  input  logic         aclk,
  input  logic         aresetn,

  input  logic         s_axis_tvalid,  // float32, and its format
  output logic         s_axis_tready,
  input  logic [31:0]  s_axis_tdata,
  input  logic [14:0]  s_axis_tuser,

  output logic         m_axis_tvalid,
  input  logic         m_axis_tready,
  output logic [W-1:0] m_axis_tdata
);

  localparam int SHIFT_W = $clog2(W + 2);

`ifndef SYNTHESIS
  initial begin
    if (W < 2) $fatal(1, "float_cast_format_half_even: W must be at least 2");
    if (W > 32) $fatal(1, "float_cast_format_half_even: W must be at most 32");
  end
`endif

  logic       out_valid_q;
  logic [4:0] bits_q;  // bits of a code, less one
  logic [1:0] type_q;
  logic [1:0] aligned_type_q;

  logic en;  // the pipeline moves
  logic accept;
  assign en     = m_axis_tready || !out_valid_q;
  assign accept = s_axis_tvalid && s_axis_tready;

  assign s_axis_tready = en;
  assign m_axis_tvalid = out_valid_q;

  always_ff @(posedge aclk) begin
    if (en) begin
      bits_q         <= s_axis_tuser[12:8];
      type_q         <= s_axis_tuser[14:13];
      aligned_type_q <= type_q;
    end
  end

  logic               number_valid_q;
  logic               negative_q;
  logic [23:0]        mantissa_q;  // with its leading one
  logic [SHIFT_W-1:0] shift_q;     // places to the right
  logic               over_q;      // 2^W or more
  logic               aligned_valid_q;
  logic               aligned_negative_q;
  logic [W-1:0]       whole_q;     // magnitude without its fraction
  logic               half_q;      // first bit of the fraction
  logic               rest_q;      // some bit behind it is 1
  logic               aligned_over_q;
  logic [W:0]         most_q;      // greatest magnitude of a code
  logic [W-1:0]       out_q;

  logic [W:0] top;  // the highest bit of a code
  logic [W:0] top_constant;
  assign top_constant = (W+1)'(1);
  assign top          = top_constant << bits_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      number_valid_q  <= 1'b0;
      aligned_valid_q <= 1'b0;
      out_valid_q     <= 1'b0;
    end else if (en) begin
      number_valid_q  <= accept;
      aligned_valid_q <= number_valid_q;
      out_valid_q     <= aligned_valid_q;
    end
  end

  // decode: a number is mantissa * 2^(exponent - 150); subnormal ones have exponent 1 and no
  // leading one
  logic [7:0]        exponent;
  logic [22:0]       fraction;
  logic              normal;
  logic              special;  // an infinity or NaN
  logic              nan;
  logic [7:0]        place;
  logic signed [9:0] gap;      // places below 2^W
  logic              far;      // less than a quarter of the last place
  assign exponent = s_axis_tdata[30:23];
  assign fraction = s_axis_tdata[22:0];
  assign normal   = |exponent;
  assign special  = &exponent;
  assign nan      = special && (|fraction);
  assign place    = {exponent[7:1], exponent[0] || !normal};
  assign gap      = 10'(W + 126) - 10'($signed(s_axis_tuser[7:0])) - $signed(10'(place));
  assign far      = gap > 10'(W + 1);

  always_ff @(posedge aclk) begin
    if (en) begin
      negative_q <= s_axis_tdata[31] && !nan && (normal || (|fraction));
      mantissa_q <= nan ? 24'd0 : {normal, fraction};
      shift_q    <= far ? SHIFT_W'(W + 1) : gap[SHIFT_W-1:0];
      over_q     <= !nan && (special || gap < 10'sd0);
    end
  end

  // align: the magnitude to the left of the half, all that is lost beside it
  logic [24+W+1-1:0] aligned;
  assign aligned = {mantissa_q, (W+1)'(0)} >> shift_q;

  always_ff @(posedge aclk) begin
    if (en) begin
      aligned_negative_q <= negative_q;
      aligned_over_q     <= over_q;
      whole_q            <= aligned[25 +: W];
      half_q             <= aligned[24];
      rest_q             <= |aligned[23:0];
      most_q             <= type_q == 2'd1 ? top - (W+1)'(!negative_q) : negative_q ? (W+1)'(0)
          : top | (top - (W+1)'(1));
    end
  end

  // round the magnitude, clamp it, and give it its sign
  logic [W:0]   rounded;
  logic         clamps;
  logic [W:0]   value;
  logic [W:0]   complement;
  logic         unused_complement;  // not every bit matters
  logic [W-1:0] out_choice;
  assign rounded           = (W+1)'(whole_q) + (W+1)'(half_q && (rest_q || whole_q[0]));
  assign clamps            = aligned_over_q || rounded > most_q;
  assign value             = clamps ? most_q : rounded;
  assign complement        = (W+1)'(0) - value;
  assign unused_complement = |complement;
  assign out_choice        = W'(aligned_negative_q ? complement : value);

  always_ff @(posedge aclk) begin
    if (en) out_q <= aligned_type_q == 2'd2 ? W'(!aligned_negative_q) : out_choice;
  end

  assign m_axis_tdata = out_q;

endmodule
`default_nettype wire
