// gearbox - changes the width of a stream by any ratio IN : OUT of units, for frames of any length
//
// A beat with s_axis_tlast ends its frame: what is left of it goes out filled with zeros, with
// m_axis_tlast and the tuser of that beat. drop, with a beat that leaves, forgets what is left
// behind it.
// Latency 1 cycle; the narrower side moves a beat every cycle. Cuts tvalid and tdata; s_axis_tready
// follows m_axis_tready and drop combinationally.
//
// UNIT   bits of a unit: a common divisor of both widths, >= 1
// IN     units of an input beat, >= 1
// OUT    units of an output beat, >= 1
`default_nettype none
module gearbox #(
  parameter int UNIT = 8,
  parameter int IN   = 3,
  parameter int OUT  = 2
) (
  input  logic                aclk,
  input  logic                aresetn,

  input  logic                s_axis_tvalid,
  output logic                s_axis_tready,
  input  logic [IN*UNIT-1:0]  s_axis_tdata,
  input  logic                s_axis_tlast,
  input  logic                s_axis_tuser,

  output logic                m_axis_tvalid,
  input  logic                m_axis_tready,
  output logic [OUT*UNIT-1:0] m_axis_tdata,
  output logic                m_axis_tlast,
  output logic                m_axis_tuser,

  input  logic                drop  // nothing of the frame is wanted behind this output beat
);

  localparam int CAP     = IN + OUT - 1;  // units that are held at most
  localparam int LEVEL_W = $clog2(IN + OUT + 1);

  logic [LEVEL_W-1:0]  level_q;   // units held
  logic                ending_q;  // the units held are the last of their frame
  logic                user_q;
  logic [CAP*UNIT-1:0] held_q;    // units, the oldest first; zero above level

  logic               enough;
  logic               leaves;
  logic               emptied;  // nothing of the frame is left
  logic [LEVEL_W-1:0] kept;     // units that stay
  logic               ends;
  logic               accept;
  assign enough  = level_q >= LEVEL_W'(OUT);
  assign leaves  = m_axis_tvalid && m_axis_tready;
  assign emptied = leaves && (drop || !enough || m_axis_tlast);
  assign kept    = emptied ? LEVEL_W'(0) : leaves ? level_q - LEVEL_W'(OUT) : level_q;
  assign ends    = ending_q && !emptied;
  assign accept  = s_axis_tvalid && s_axis_tready;

  assign m_axis_tvalid = enough || ending_q;
  assign m_axis_tlast  = ending_q && level_q <= LEVEL_W'(OUT);
  assign m_axis_tuser  = user_q;
  assign s_axis_tready = kept < LEVEL_W'(OUT) && !ends;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      level_q  <= '0;
      ending_q <= 1'b0;
    end else begin
      level_q  <= accept ? kept + LEVEL_W'(IN) : kept;
      ending_q <= ends || (accept && s_axis_tlast);
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (accept) user_q <= s_axis_tuser;
  end

  // units that stay move to the front, units that come go behind them
  logic [IN*UNIT-1:0]        arriving;
  logic [(CAP+OUT)*UNIT-1:0] shifted;
  logic [OUT*UNIT-1:0]       out;
  assign arriving = s_axis_tdata;

  assign m_axis_tdata = out;

  for (genvar i = 0; i < OUT; i = i + 1) begin : g_front
    assign out[i*UNIT +: UNIT]           = held_q[i*UNIT +: UNIT];
    assign shifted[(CAP+i)*UNIT +: UNIT] = '0;
  end

  for (genvar j = 0; j < CAP; j = j + 1) begin : g_unit
    logic [LEVEL_W-1:0] place;
    logic [UNIT-1:0]    held_selected;

    assign place = LEVEL_W'(j) - kept;

    always_comb begin
      held_selected = '0;
      for (int k = 0; k < IN; k = k + 1) begin
        if (32'(place) == k) held_selected = arriving[k*UNIT +: UNIT];
      end
    end

    assign shifted[j*UNIT +: UNIT] = held_q[j*UNIT +: UNIT];

    always_ff @(posedge aclk) begin
      held_q[j*UNIT +: UNIT] <= (LEVEL_W+1)'(kept) >= (LEVEL_W+1)'(j + 1)
          ? (leaves ? shifted[(j+OUT)*UNIT +: UNIT] : shifted[j*UNIT +: UNIT]) : accept
          ? held_selected : UNIT'(0);
    end
  end

endmodule
`default_nettype wire
