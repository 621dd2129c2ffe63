// pool_global_max_u - greatest of all unsigned values of each channel of an image
//
// An image is PIXELS pixels of FOLDS beats, a beat is PE channels; its results are FOLDS beats. A
// memory of FOLDS words holds what was seen so far.
// Latency 1 cycle from a beat of the last pixel to its result; takes a beat every cycle. One enable
// freezes the module while downstream stalls: cuts tvalid and tdata, s_axis_tready follows
// m_axis_tready.
//
// PE       lanes, >= 1
// FOLDS    beats of a pixel, >= 1
// PIXELS   pixels of an image, >= 1
// X_W      width of a value, 1 to 52
// OUT_W    width of a result, X_W, 1 to 52
`default_nettype none
module pool_global_max_u #(
  parameter int PE     = 2,
  parameter int FOLDS  = 4,
  parameter int PIXELS = 64,
  parameter int X_W    = 8,
  parameter int OUT_W  = 8
) (
  input  logic                aclk,
  input  logic                aresetn,

  input  logic                s_axis_tvalid,
  output logic                s_axis_tready,
  input  logic [PE*X_W-1:0]   s_axis_tdata,

  output logic                m_axis_tvalid,
  input  logic                m_axis_tready,
  output logic [PE*OUT_W-1:0] m_axis_tdata
);

  localparam int FOLD_W  = FOLDS > 1 ? $clog2(FOLDS) : 1;
  localparam int PIXEL_W = PIXELS > 1 ? $clog2(PIXELS) : 1;

`ifndef SYNTHESIS
  initial begin
    if (X_W > 52) $fatal(1, "pool_global_max_u: X_W must be at most 52");
    if (OUT_W > 52) $fatal(1, "pool_global_max_u: OUT_W must be at most 52");
    if (OUT_W < X_W) $fatal(1, "pool_global_max_u: the greatest is one of the values");
    if (X_W < OUT_W) $fatal(1, "pool_global_max_u: and as wide as they are");
  end
`endif

  logic [PE*OUT_W-1:0] so_far [0:FOLDS-1];

  logic [FOLD_W-1:0]   fold_q;  // next beat of its pixel
  logic [PIXEL_W-1:0]  pixel_q;
  logic                out_valid_q;
  logic [PE*OUT_W-1:0] out_q;

  logic                en;    // the output register is free or is being read
  logic                accept;
  logic                begins;
  logic                ends;
  logic [PE*OUT_W-1:0] old;
  logic [PE*OUT_W-1:0] seen;  // with the beat at the input
  assign en     = m_axis_tready || !out_valid_q;
  assign accept = s_axis_tvalid && s_axis_tready;
  assign begins = pixel_q == PIXEL_W'(0);
  assign ends   = pixel_q == PIXEL_W'(PIXELS - 1);
  assign old    = so_far[fold_q];

  assign s_axis_tready = en;
  assign m_axis_tvalid = out_valid_q;
  assign m_axis_tdata  = out_q;

  for (genvar i = 0; i < PE; i = i + 1) begin : g_lane
    logic [OUT_W-1:0] x;
    logic             wins;

    assign x    = OUT_W'(s_axis_tdata[i*X_W +: X_W]);
    assign wins = x > old[i*OUT_W +: OUT_W];

    assign seen[i*OUT_W +: OUT_W] = begins || wins ? x : old[i*OUT_W +: OUT_W];
  end

  always_ff @(posedge aclk) begin
    if (!aresetn) out_valid_q <= 1'b0;
    else if (en) out_valid_q <= accept && ends;
  end

  logic fold_ends;
  assign fold_ends = fold_q == FOLD_W'(FOLDS - 1);

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      fold_q  <= '0;
      pixel_q <= '0;
    end else if (accept) begin
      fold_q <= fold_ends ? FOLD_W'(0) : fold_q + FOLD_W'(1);
      if (fold_ends) pixel_q <= ends ? PIXEL_W'(0) : pixel_q + PIXEL_W'(1);
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (accept) out_q <= seen;
  end

  always_ff @(posedge aclk) begin
    if (accept) so_far[fold_q] <= seen;
  end

endmodule
`default_nettype wire
