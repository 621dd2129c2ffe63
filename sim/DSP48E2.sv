// Stand-in for AMD's DSP48E2, for lint and co-simulation: multiplier and adder with their registers
//
// Only what src/blocks/vendor/dsp48e2.ts models. Synthesis takes the vendor's own.
`default_nettype none
module DSP48E2 #(
  parameter int AREG = 1,
  parameter int ACASCREG = 1,
  parameter int BREG = 1,
  parameter int BCASCREG = 1,
  parameter int CREG = 1,
  parameter int MREG = 1,
  parameter int PREG = 1,
  parameter int OPMODEREG = 1,
  parameter int ALUMODEREG = 1,
  parameter int INMODEREG = 1,
  parameter int CARRYINREG = 1,
  parameter int CARRYINSELREG = 1,
  parameter USE_MULT = "MULTIPLY",
  parameter AMULTSEL = "A",
  parameter BMULTSEL = "B"
) (
  input  wire logic CLK,
  input  wire logic [29:0] A,
  input  wire logic [17:0] B,
  input  wire logic [47:0] C,
  input  wire logic [8:0] OPMODE,
  input  wire logic [3:0] ALUMODE,
  input  wire logic [4:0] INMODE,
  input  wire logic CARRYIN,
  input  wire logic CEA2,
  input  wire logic CEB2,
  input  wire logic CEC,
  input  wire logic CEM,
  input  wire logic CEP,
  input  wire logic RSTP,
  output logic [47:0] P
);
  logic [29:0] a_q = '0, a;
  logic [17:0] b_q = '0, b;
  logic [47:0] c_q = '0, c;
  logic signed [44:0] product;
  logic [47:0] wide, m_q = '0, m, p_q = '0, w, x, y, z, rest, sum;
  logic unused;

  assign a = AREG == 1 ? a_q : A;
  assign b = BREG == 1 ? b_q : B;
  assign c = CREG == 1 ? c_q : C;
  assign product = 45'($signed(a[26:0])) * 45'($signed(b));
  assign wide = 48'(product);
  assign m = MREG == 1 ? m_q : wide;
  assign w = OPMODE[8:7] == 2'd1 ? p_q : OPMODE[8:7] == 2'd3 ? c : '0;
  assign z = OPMODE[6:4] == 3'd2 ? p_q : OPMODE[6:4] == 3'd3 ? c : '0;
  // The product comes in two halves, one at X and one at Y; here it is all at X.
  assign y = OPMODE[3:2] == 2'd3 ? c : '0;
  assign x = OPMODE[1:0] == 2'd1 ? m : OPMODE[1:0] == 2'd2 ? p_q : OPMODE[1:0] == 2'd3 ? {a, b} : '0;
  assign rest = w + x + y + {47'd0, CARRYIN};
  assign sum = ALUMODE[1] ? (ALUMODE[0] ? z - rest : ~(z + rest)) : (ALUMODE[0] ? ~z + rest : z + rest);
  assign P = p_q;
  assign unused = &{INMODE, ALUMODE[3:2], USE_MULT == "MULTIPLY", AMULTSEL == "A", BMULTSEL == "B", ACASCREG == BCASCREG,
    PREG == 1, OPMODEREG == 0, ALUMODEREG == 0, INMODEREG == 0, CARRYINREG == 0, CARRYINSELREG == 0};

  always @(posedge CLK) begin
    if (CEA2) a_q <= A;
    if (CEB2) b_q <= B;
    if (CEC) c_q <= C;
    if (CEM) m_q <= wide;
    if (RSTP) p_q <= '0;
    else if (CEP) p_q <= sum;
  end
endmodule
`default_nettype wire
