// concat - channels of two images side by side: per pixel FOLDS0 beats of s0_axis, then FOLDS1 of
// s1_axis
//
// Both operands have the same lanes of the same width; narrower codes are widened in front.
// Latency 1 cycle, a beat every cycle, capacity 1 beat. Cuts tvalid and tdata; s0_axis_tready and
// s1_axis_tready follow m_axis_tready combinationally, and only the operand in turn is taken.
//
// W        width of a beat, >= 1
// FOLDS0   beats of a pixel of operand 0, >= 1
// FOLDS1   beats of a pixel of operand 1, >= 1
`default_nettype none
module concat #(
  parameter int W      = 8,
  parameter int FOLDS0 = 2,
  parameter int FOLDS1 = 1
) (
  input  logic         aclk,
  input  logic         aresetn,

  input  logic         s0_axis_tvalid,
  output logic         s0_axis_tready,
  input  logic [W-1:0] s0_axis_tdata,

  input  logic         s1_axis_tvalid,
  output logic         s1_axis_tready,
  input  logic [W-1:0] s1_axis_tdata,

  output logic         m_axis_tvalid,
  input  logic         m_axis_tready,
  output logic [W-1:0] m_axis_tdata
);

  localparam int FOLDS  = FOLDS0 + FOLDS1;  // beats of a pixel
  localparam int FOLD_W = FOLDS > 1 ? $clog2(FOLDS) : 1;

  logic [FOLD_W-1:0] fold_q;  // next beat of the pixel
  logic              out_valid_q;
  logic [W-1:0]      out_q;

  logic en;     // the output register is free or is being read
  logic first;  // it is the turn of operand 0
  logic accept;
  assign en     = m_axis_tready || !out_valid_q;
  assign first  = fold_q < FOLD_W'(FOLDS0);
  assign accept = en && (first ? s0_axis_tvalid : s1_axis_tvalid);

  assign s0_axis_tready = en && first;
  assign s1_axis_tready = en && !first;
  assign m_axis_tvalid  = out_valid_q;
  assign m_axis_tdata   = out_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      out_valid_q <= 1'b0;
      fold_q      <= '0;
    end else begin
      if (en) out_valid_q <= accept;
      if (accept) fold_q <= fold_q == FOLD_W'(FOLDS - 1) ? FOLD_W'(0) : fold_q + FOLD_W'(1);
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (accept) out_q <= first ? s0_axis_tdata : s1_axis_tdata;
  end

endmodule
`default_nettype wire
