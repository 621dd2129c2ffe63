// access_decoder_3 - one access port in front of 3 targets
//
// The upper address bits choose the target, WINDOW_W bits go to it. An address beyond the targets,
// or beyond those of one of them, is answered with an error and 0. One access at a time: the next
// request is taken the cycle after the response of the one before has left.
//
// WINDOW_W   bits of a word address in a window, >= 1
// A0_W       address bits of target 0, >= 1
// A1_W       address bits of target 1, >= 1
// A2_W       address bits of target 2, >= 1
`default_nettype none
module access_decoder_3 #(
  parameter int WINDOW_W = 8,
  parameter int A0_W     = 8,
  parameter int A1_W     = 8,
  parameter int A2_W     = 8
) (
  input  logic                aclk,
  input  logic                aresetn,

  input  logic                s_req_tvalid,
  output logic                s_req_tready,
  input  logic                s_req_write,
  input  logic [WINDOW_W+1:0] s_req_addr,
  input  logic [31:0]         s_req_data,
  input  logic [3:0]          s_req_strobe,

  output logic                m_rsp_tvalid,
  input  logic                m_rsp_tready,
  output logic                m_rsp_write,
  output logic [31:0]         m_rsp_data,
  output logic                m_rsp_error,

  output logic                m0_req_tvalid,
  input  logic                m0_req_tready,
  output logic                m0_req_write,
  output logic [A0_W-1:0]     m0_req_addr,
  output logic [31:0]         m0_req_data,
  output logic [3:0]          m0_req_strobe,

  input  logic                s0_rsp_tvalid,
  output logic                s0_rsp_tready,
  input  logic                s0_rsp_write,
  input  logic [31:0]         s0_rsp_data,
  input  logic                s0_rsp_error,

  output logic                m1_req_tvalid,
  input  logic                m1_req_tready,
  output logic                m1_req_write,
  output logic [A1_W-1:0]     m1_req_addr,
  output logic [31:0]         m1_req_data,
  output logic [3:0]          m1_req_strobe,

  input  logic                s1_rsp_tvalid,
  output logic                s1_rsp_tready,
  input  logic                s1_rsp_write,
  input  logic [31:0]         s1_rsp_data,
  input  logic                s1_rsp_error,

  output logic                m2_req_tvalid,
  input  logic                m2_req_tready,
  output logic                m2_req_write,
  output logic [A2_W-1:0]     m2_req_addr,
  output logic [31:0]         m2_req_data,
  output logic [3:0]          m2_req_strobe,

  input  logic                s2_rsp_tvalid,
  output logic                s2_rsp_tready,
  input  logic                s2_rsp_write,
  input  logic [31:0]         s2_rsp_data,
  input  logic                s2_rsp_error
);

`ifndef SYNTHESIS
  initial begin
    if (WINDOW_W < A0_W) $fatal(1, "access_decoder_3: the window holds target 0");
    if (WINDOW_W < A1_W) $fatal(1, "access_decoder_3: the window holds target 1");
    if (WINDOW_W < A2_W) $fatal(1, "access_decoder_3: the window holds target 2");
  end
`endif

  logic waits_q;   // a response is due
  logic failed_q;  // no target was asked
  logic write_q;

  logic       idle;
  logic [1:0] select;
  logic       chosen_0;
  logic       chosen_1;
  logic       chosen_2;
  logic       nobody;  // no target has this address
  logic       accept;
  logic       done;
  assign idle     = !waits_q;
  assign select   = s_req_addr[WINDOW_W +: 2];
  assign chosen_0 = select == 2'd0 && WINDOW_W'(s_req_addr[A0_W-1:0]) == s_req_addr[WINDOW_W-1:0];
  assign chosen_1 = select == 2'd1 && WINDOW_W'(s_req_addr[A1_W-1:0]) == s_req_addr[WINDOW_W-1:0];
  assign chosen_2 = select == 2'd2 && WINDOW_W'(s_req_addr[A2_W-1:0]) == s_req_addr[WINDOW_W-1:0];
  assign nobody   = idle && !chosen_0 && !chosen_1 && !chosen_2;
  assign accept   = s_req_tvalid && s_req_tready;
  assign done     = m_rsp_tvalid && m_rsp_tready;

  assign m0_req_tvalid = s_req_tvalid && idle && chosen_0;
  assign m0_req_write  = s_req_write;
  assign m0_req_addr   = s_req_addr[A0_W-1:0];
  assign m0_req_data   = s_req_data;
  assign m0_req_strobe = s_req_strobe;
  assign m1_req_tvalid = s_req_tvalid && idle && chosen_1;
  assign m1_req_write  = s_req_write;
  assign m1_req_addr   = s_req_addr[A1_W-1:0];
  assign m1_req_data   = s_req_data;
  assign m1_req_strobe = s_req_strobe;
  assign m2_req_tvalid = s_req_tvalid && idle && chosen_2;
  assign m2_req_write  = s_req_write;
  assign m2_req_addr   = s_req_addr[A2_W-1:0];
  assign m2_req_data   = s_req_data;
  assign m2_req_strobe = s_req_strobe;
  assign s_req_tready  = idle
      && (nobody || (chosen_0 && m0_req_tready) || (chosen_1 && m1_req_tready)
          || (chosen_2 && m2_req_tready));

  always_ff @(posedge aclk) begin
    if (!aresetn) waits_q <= 1'b0;
    else if (accept) waits_q <= 1'b1;
    else if (done) waits_q <= 1'b0;
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (accept) begin
      failed_q <= nobody;
      write_q  <= s_req_write;
    end
  end

  // only the target that was asked answers
  assign s0_rsp_tready = m_rsp_tready;
  assign s1_rsp_tready = m_rsp_tready;
  assign s2_rsp_tready = m_rsp_tready;
  assign m_rsp_tvalid  = (waits_q && failed_q) || s0_rsp_tvalid || s1_rsp_tvalid || s2_rsp_tvalid;
  assign m_rsp_write   = s2_rsp_tvalid ? s2_rsp_write : s1_rsp_tvalid ? s1_rsp_write : s0_rsp_tvalid
      ? s0_rsp_write : write_q;
  assign m_rsp_data    = s2_rsp_tvalid ? s2_rsp_data : s1_rsp_tvalid ? s1_rsp_data : s0_rsp_tvalid
      ? s0_rsp_data : 32'd0;
  assign m_rsp_error   = s2_rsp_tvalid ? s2_rsp_error : s1_rsp_tvalid ? s1_rsp_error : s0_rsp_tvalid
      ? s0_rsp_error : 1'b1;

endmodule
`default_nettype wire
