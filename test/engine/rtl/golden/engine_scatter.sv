// engine_scatter - one group of words in, writes to each phase of its row out, with an enable for
// each pixel of a word
//
// Pixel x of a row has phase x mod phases and place x div phases there. A group holds the pixels P
// * xt to P * xt + P - 1, with part = xt mod phases: they all lie in word xt div phases of their
// phases, whose address for phase 0 is address; the others follow at distances of stride. With one
// phase a group is one write.
// Latency 1 cycle, a write every cycle. Cuts tvalid and tdata; s_axis_tready follows m_axis_tready.
//
// P     pixels of a word, >= 1
// D     words of a group, >= 1
// XB    bits of a pixel, >= 1
// A_W   bits of an address, 1 to 20
// G_W   bits of a bank group, >= 1
`default_nettype none
module engine_scatter #(
  parameter int P   = 4,
  parameter int D   = 2,
  parameter int XB  = 8,
  parameter int A_W = 20,
  parameter int G_W = 3
) (
  input  logic              aclk,
  input  logic              aresetn,

  input  logic              s_axis_tvalid,
  output logic              s_axis_tready,
  input  logic [D*P*XB-1:0] s_axis_data,
  input  logic [G_W-1:0]    s_axis_group,
  input  logic [A_W-1:0]    s_axis_address,
  input  logic [1:0]        s_axis_part,
  input  logic [2:0]        s_axis_phases,  // 1 to 4
  input  logic [A_W-1:0]    s_axis_stride,
  input  logic              s_axis_write,   // 0: nothing is written, the group only takes its turn
  input  logic              s_axis_last,

  output logic              m_axis_tvalid,
  input  logic              m_axis_tready,
  output logic [D*P*XB-1:0] m_axis_data,
  output logic [G_W-1:0]    m_axis_group,
  output logic [A_W-1:0]    m_axis_address,
  output logic [P-1:0]      m_axis_lanes,   // pixels that are written
  output logic              m_axis_write,
  output logic              m_axis_last     // last write of a group with last
);

  localparam int Q_W = $clog2(P * 4 + 9);  // bits of a place among the pixels of four words

`ifndef SYNTHESIS
  initial begin
    if (A_W > 20) $fatal(1, "engine_scatter: A_W must be at most 20");
  end
`endif

  logic [1:0]        phase_q;   // phase of the next write
  logic [A_W-1:0]    offset_q;  // phase * stride
  logic              out_valid_q;
  logic [A_W-1:0]    address_q;
  logic [G_W-1:0]    group_q;
  logic              write_q;
  logic              last_q;
  logic [P-1:0]      lanes_q;
  logic [D*P*XB-1:0] data_q;

  logic en;          // the register is free or is being read
  logic last_phase;  // the last phase of this group
  logic moves;
  assign en         = m_axis_tready || !out_valid_q;
  assign last_phase = 3'(phase_q) + 3'd1 == s_axis_phases;
  assign moves      = s_axis_tvalid && en;

  assign s_axis_tready  = en && last_phase;
  assign m_axis_tvalid  = out_valid_q;
  assign m_axis_data    = data_q;
  assign m_axis_group   = group_q;
  assign m_axis_address = address_q;
  assign m_axis_lanes   = lanes_q;
  assign m_axis_write   = write_q;
  assign m_axis_last    = last_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      out_valid_q <= 1'b0;
      phase_q     <= '0;
      offset_q    <= '0;
    end else begin
      if (en) out_valid_q <= s_axis_tvalid;
      if (moves) begin
        phase_q  <= last_phase ? 2'd0 : phase_q + 2'd1;
        offset_q <= last_phase ? A_W'(0) : offset_q + s_axis_stride;
      end
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (moves) begin
      address_q <= s_axis_address + offset_q;
      group_q   <= s_axis_group;
      write_q   <= s_axis_write;
      last_q    <= s_axis_last && last_phase;
    end
  end

  // lane l of a phase is pixel l * phases + phase of the phases words that share a place; part says
  // which is here
  logic [Q_W-1:0] start;  // first pixel of this word among them

  always_comb begin
    start = '0;
    if (s_axis_part == 2'd1) start = Q_W'(P);
    if (s_axis_part == 2'd2) start = Q_W'(P * 2);
    if (s_axis_part == 2'd3) start = Q_W'(P * 3);
  end

  logic [D*P*XB-1:0] words;
  assign words = s_axis_data;

  for (genvar i = 0; i < P; i = i + 1) begin : g_lane
    logic [Q_W-1:0] pixel;

    assign pixel = $signed(s_axis_phases == 3'd4 ? Q_W'(i * 4) : s_axis_phases == 3'd3 ? Q_W'(i * 3)
        : s_axis_phases == 3'd2 ? Q_W'(i * 2) : Q_W'(i))
        + Q_W'(phase_q)
        - start;

    always_ff @(posedge aclk) begin
      if (moves) lanes_q[i] <= pixel < Q_W'(P);
    end

    for (genvar j = 0; j < D; j = j + 1) begin : g_word
      logic [XB-1:0] data_selected;

      always_comb begin
        data_selected = '0;
        for (int k = 0; k < P; k = k + 1) begin
          if (32'(pixel) == k) data_selected = words[j*P*XB+k*XB +: XB];
        end
      end

      always_ff @(posedge aclk) begin
        if (moves) data_q[(j*P+i)*XB +: XB] <= data_selected;
      end
    end
  end

endmodule
`default_nettype wire
