// bounds - comparisons with constants that may be the greatest value
//
// Combinational.
//
// W   width of x, >= 1
// N   greatest legal count, >= 1
`default_nettype none
module bounds #(
  parameter int W = 8,
  parameter int N = 5
) (
  input  logic [W-1:0]             x,
  input  logic [$clog2(N + 1)-1:0] count,
  input  logic [3:0]               code,
  output logic [2:0]               above,
  output logic [2:0]               not_above
);

  assign above[0]     = (W+1)'(x) >= (W+1)'(2);
  assign above[1]     = ($clog2(N + 1)+1)'(count) >= ($clog2(N + 1)+1)'(N + 1);
  assign above[2]     = code > 4'd14;
  assign not_above[0] = (W+1)'(x) < (W+1)'(2);
  assign not_above[1] = ($clog2(N + 1)+1)'(count) < ($clog2(N + 1)+1)'(N + 1);
  assign not_above[2] = 5'(code) < 5'd16;

endmodule
`default_nettype wire
