// lookup - activation by table on PE lanes: the code that the table holds for a value
//
// code = TABLE[x] with x the bits of a value, taken as unsigned; signed values find their codes in
// the upper half.
// One table serves all lanes and channels; values stay below ENTRIES.
// Latency 1 cycle, a beat every cycle. The register freezes while downstream stalls:
// cuts tvalid and tdata, s_axis_tready follows m_axis_tready.
//
// PE        lanes, >= 1
// ENTRIES   words of the table: 2^n for values of n bits, >= 2
// OUT_W     width of a code, >= 1
// TABLE     the table, ENTRIES words of OUT_W bits
`default_nettype none
module lookup #(
  parameter int PE      = 2,
  parameter int ENTRIES = 256,
  parameter int OUT_W   = 8,
  parameter     TABLE   = ""
) (
  input  logic                                            aclk,
  input  logic                                            aresetn,

  input  logic                                            s_axis_tvalid,
  output logic                                            s_axis_tready,
  input  logic [PE*(ENTRIES>1 ? $clog2(ENTRIES) : 1)-1:0] s_axis_tdata,

  output logic                                            m_axis_tvalid,
  input  logic                                            m_axis_tready,
  output logic [PE*OUT_W-1:0]                             m_axis_tdata
);

  localparam int X_W = ENTRIES > 1 ? $clog2(ENTRIES) : 1;  // width of a value

`ifndef SYNTHESIS
  initial begin
    if (ENTRIES < 2) $fatal(1, "lookup: ENTRIES must be at least 2");
  end
`endif

  logic [OUT_W-1:0] codes [0:ENTRIES-1];
  if (TABLE != "") begin : g_codes_image
    initial $readmemh(TABLE, codes);
  end else begin : g_codes_blank
    initial for (int i = 0; i < ENTRIES; i = i + 1) codes[i] = '0;
  end

  logic                out_valid_q;
  logic [PE*OUT_W-1:0] out_q;

  logic en;  // the register is free or is being read
  assign en = m_axis_tready || !out_valid_q;

  assign s_axis_tready = en;
  assign m_axis_tvalid = out_valid_q;
  assign m_axis_tdata  = out_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) out_valid_q <= 1'b0;
    else if (en) out_valid_q <= s_axis_tvalid;
  end

  for (genvar i = 0; i < PE; i = i + 1) begin : g_lane
    logic [OUT_W-1:0] code;

    assign code = codes[s_axis_tdata[i*X_W +: X_W]];

    always_ff @(posedge aclk) begin
      if (en) out_q[i*OUT_W +: OUT_W] <= code;
    end
  end

endmodule
`default_nettype wire
