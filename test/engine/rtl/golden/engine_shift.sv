// engine_shift - q = v >> s with the first bit dropped and whether any bit below it was a one, in
// two steps
//
// The steps shift by the upper and the lower bits of s. q is cut to Q_W bits; over says that it did
// not fit, negative is the sign of v. Latency 2 cycles, a result every cycle, no enable and no
// reset.
//
// V_W   bits of a value, >= 4
// Q_W   bits kept of a result, < V_W, >= 2
`default_nettype none
module engine_shift #(
  parameter int V_W = 64,
  parameter int Q_W = 10
) (
  input  logic                   aclk,
  input  logic signed [V_W-1:0]  v,
  input  logic [$clog2(V_W)-1:0] s,
  output logic signed [Q_W-1:0]  q,
  output logic                   over,  // v >> s does not fit q
  output logic                   negative,
  output logic                   half,  // the first bit dropped
  output logic                   below  // any one below that bit
);

  localparam int S_W    = $clog2(V_W);  // bits of a shift
  localparam int FINE_W = S_W / 2;      // bits of the shift of the second step

`ifndef SYNTHESIS
  initial begin
    if (V_W < 4) $fatal(1, "engine_shift: V_W must be at least 4");
    if (Q_W < 2) $fatal(1, "engine_shift: Q_W must be at least 2");
    if (V_W < Q_W + 1) $fatal(1, "engine_shift: a result is a part of the value");
  end
`endif

  logic signed [V_W-1:0] coarse_q;       // v after the first step
  logic [FINE_W-1:0]     fine_q;
  logic                  half_coarse_q;  // the first bit that the first step dropped
  logic                  below_coarse_q;
  logic signed [Q_W-1:0] q_q;
  logic                  over_q;
  logic                  negative_q;
  logic                  half_q;
  logic                  below_q;

  logic [V_W-1:0] ones;
  assign ones = ~(V_W'(0));

  // first step: by the upper bits of s; in twice the last bit that this drops stands at place upper
  logic [S_W-FINE_W+FINE_W-1:0] upper;
  logic [V_W-1:0]               twice;
  logic [V_W-1:0]               halves;
  logic [V_W-1:0]               dropped;
  assign upper   = {s[FINE_W +: S_W-FINE_W], FINE_W'(0)};
  assign twice   = v << 1;
  assign halves  = twice >> upper;
  assign dropped = twice & ~(ones << upper);

  always_ff @(posedge aclk) begin
    coarse_q       <= v >>> upper;
    half_coarse_q  <= halves[0];
    below_coarse_q <= |dropped;
    fine_q         <= s[FINE_W-1:0];
  end

  logic unused_halves;  // not every bit matters
  assign unused_halves = |halves;

  // second step: by the lower bits of s
  logic signed [V_W-1:0] shifted;
  logic [V_W-1:0]        twice_fine;
  logic [V_W-1:0]        halves_fine;
  logic [V_W-1:0]        dropped_fine;
  assign shifted      = coarse_q >>> fine_q;
  assign twice_fine   = {coarse_q[V_W-2:0], half_coarse_q};
  assign halves_fine  = twice_fine >> fine_q;
  assign dropped_fine = twice_fine & ~(ones << fine_q);

  always_ff @(posedge aclk) begin
    q_q        <= $signed(shifted[Q_W-1:0]);
    over_q     <= (|shifted[Q_W-1 +: V_W-Q_W+1]) && !(&shifted[Q_W-1 +: V_W-Q_W+1]);
    negative_q <= coarse_q < V_W'(0);
    half_q     <= halves_fine[0];
    below_q    <= below_coarse_q || (|dropped_fine);
  end

  logic unused_halves_fine;  // not every bit matters
  assign unused_halves_fine = |halves_fine;

  assign q        = q_q;
  assign over     = over_q;
  assign negative = negative_q;
  assign half     = half_q;
  assign below    = below_q;

endmodule
`default_nettype wire
