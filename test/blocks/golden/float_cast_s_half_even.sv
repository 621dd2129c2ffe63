// float_cast_s_half_even - float32 to signed fixed point: the code of x is x * 2^FRAC, rounded and
// clamped to W bits
//
// A number is IEEE 754 binary32, subnormal ones included; what does not fit becomes the nearest
// code, infinities too; NaN becomes the code of 0. The cast rounds to nearest, ties to even.
// Latency 3 cycles, a beat every cycle. One enable freezes the pipeline while downstream stalls:
// cuts tvalid and tdata, s_axis_tready follows m_axis_tready.
//
// W      bits of a code, 1 to 32
// FRAC   fraction bits, at most W + 125, 0 to 157
`default_nettype none
module float_cast_s_half_even #(
  parameter int W    = 8,
  parameter int FRAC = 4
) (
  input  logic         aclk,
  input  logic         aresetn,

  input  logic         s_axis_tvalid,  // float32
  output logic         s_axis_tready,
  input  logic [31:0]  s_axis_tdata,

  output logic         m_axis_tvalid,
  input  logic         m_axis_tready,
  output logic [W-1:0] m_axis_tdata
);

  localparam int SHIFT_W = $clog2(W + 2);

`ifndef SYNTHESIS
  initial begin
    if (W > 32) $fatal(1, "float_cast_s_half_even: W must be at most 32");
    if (FRAC > 157) $fatal(1, "float_cast_s_half_even: FRAC must be at most 157");
    if (W + 125 < FRAC) $fatal(1, "float_cast_s_half_even: subnormal numbers are small");
  end
`endif

  logic               out_valid_q;
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

  logic       en;        // the pipeline moves
  logic       accept;
  logic [W:0] greatest;  // code
  logic [W:0] greatest_ones;
  assign en            = m_axis_tready || !out_valid_q;
  assign accept        = s_axis_tvalid && s_axis_tready;
  assign greatest_ones = ~((W+1)'(0));
  assign greatest      = greatest_ones >> 2;

  assign s_axis_tready = en;
  assign m_axis_tvalid = out_valid_q;

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
  assign gap      = 10'(W + 126) - 10'(FRAC) - $signed(10'(place));
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
      most_q             <= greatest + (W+1)'(negative_q);
    end
  end

  // round the magnitude, clamp it, and give it its sign
  logic [W:0] rounded;
  logic       clamps;
  logic [W:0] value;
  logic [W:0] complement;
  logic       unused_complement;  // not every bit matters
  assign rounded           = (W+1)'(whole_q) + (W+1)'(half_q && (rest_q || whole_q[0]));
  assign clamps            = aligned_over_q || rounded > most_q;
  assign value             = clamps ? most_q : rounded;
  assign complement        = (W+1)'(0) - value;
  assign unused_complement = |complement;

  always_ff @(posedge aclk) begin
    if (en) out_q <= W'(aligned_negative_q ? complement : value);
  end

  assign m_axis_tdata = out_q;

endmodule
`default_nettype wire
