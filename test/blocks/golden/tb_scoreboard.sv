// tb_scoreboard - test bench: compares the beats of two streams, contents, order and tlast
//
// Either side may run ahead by DEPTH beats. The first mismatch freezes kind, index, cycle and both
// beats, and raises mismatch, which is meant as the stop of a run:
// 1 data       tdata differs                     2 last   only tlast differs 3 loss       actual
// has the expected beat after the one that was due 4 duplicate  actual has the beat before the one
// that was due 5 stuck      one side had a beat for PATIENCE cycles and the other had none tready
// of either side is low only while its DEPTH places are full or after a mismatch.
//
// W          width of tdata, >= 1
// DEPTH      beats by which one side may run ahead, >= 1
// PATIENCE   cycles that one side may wait for the other, 1 to 2147483647
`default_nettype none
module tb_scoreboard #(
  parameter int W        = 8,
  parameter int DEPTH    = 64,
  parameter int PATIENCE = 1000
) (
  input  logic         aclk,
  input  logic         aresetn,

  input  logic         expected_tvalid,
  output logic         expected_tready,
  input  logic [W-1:0] expected_tdata,
  input  logic         expected_tlast,

  input  logic         actual_tvalid,
  output logic         actual_tready,
  input  logic [W-1:0] actual_tdata,
  input  logic         actual_tlast,

  output logic [31:0]  compared,  // beats compared and found equal
  output logic         mismatch,
  output logic [2:0]   kind,
  output logic [31:0]  index,     // number of the mismatching beat, from 0
  output logic [31:0]  cycle,     // cycles from reset to the mismatch
  output logic [W-1:0] expected_beat,
  output logic         expected_last,
  output logic [W-1:0] actual_beat,
  output logic         actual_last
);

`ifndef SYNTHESIS
  initial begin
    if (PATIENCE > 2147483647) $fatal(1, "tb_scoreboard: PATIENCE must be at most 2147483647");
  end
`endif

  typedef enum logic [1:0] { WATCH = 2'd0, JUDGE = 2'd1, FAILED = 2'd2 } scoreboard_state_t;

  typedef enum logic [2:0] {
    NONE = 3'd0,
    DATA = 3'd1,
    LAST = 3'd2,
    LOSS = 3'd3,
    DUPLICATE = 3'd4,
    STUCK = 3'd5
  } mismatch_kind_t;

  logic                         due_in_tvalid;
  logic                         due_in_tready;
  logic [W:0]                   due_in_tdata;
  logic                         due_fifo_m_axis_tvalid;
  logic                         due_fifo_m_axis_tready;
  logic [W:0]                   due_fifo_m_axis_tdata;
  logic [$clog2(DEPTH + 1)-1:0] due_fifo_level;
  assign due_in_tvalid = expected_tvalid;
  assign due_in_tdata  = {expected_tlast, expected_tdata};

  assign expected_tready = due_in_tready;

  fifo #(.W(W + 1), .DEPTH(DEPTH)) u_due_fifo (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(due_in_tvalid),
    .s_axis_tready(due_in_tready),
    .s_axis_tdata (due_in_tdata),
    .m_axis_tvalid(due_fifo_m_axis_tvalid),
    .m_axis_tready(due_fifo_m_axis_tready),
    .m_axis_tdata (due_fifo_m_axis_tdata),
    .level        (due_fifo_level)
  );

  logic                         unused_due_level;  // not every bit matters
  logic                         got_in_tvalid;
  logic                         got_in_tready;
  logic [W:0]                   got_in_tdata;
  logic                         got_fifo_m_axis_tvalid;
  logic                         got_fifo_m_axis_tready;
  logic [W:0]                   got_fifo_m_axis_tdata;
  logic [$clog2(DEPTH + 1)-1:0] got_fifo_level;
  assign unused_due_level = |due_fifo_level;
  assign got_in_tvalid    = actual_tvalid;
  assign got_in_tdata     = {actual_tlast, actual_tdata};

  assign actual_tready = got_in_tready;

  fifo #(.W(W + 1), .DEPTH(DEPTH)) u_got_fifo (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(got_in_tvalid),
    .s_axis_tready(got_in_tready),
    .s_axis_tdata (got_in_tdata),
    .m_axis_tvalid(got_fifo_m_axis_tvalid),
    .m_axis_tready(got_fifo_m_axis_tready),
    .m_axis_tdata (got_fifo_m_axis_tdata),
    .level        (got_fifo_level)
  );

  scoreboard_state_t state_q;
  mismatch_kind_t    kind_q;
  logic [31:0]       compared_q;
  logic [31:0]       now_q;       // cycles since reset
  logic [31:0]       cycle_q;
  logic [31:0]       waited_q;    // cycles with a beat on one side only
  logic [W:0]        expected_q;  // the beat that was due: tlast over tdata
  logic [W:0]        actual_q;
  logic [W:0]        before_q;    // the last beat found equal

  logic unused_got_level;  // not every bit matters
  logic watch;
  logic both;
  logic equal;
  logic compare;
  logic wrong;
  logic same_data;
  logic again;
  logic one_sided;
  logic out_of_patience;
  logic judge;
  logic skipped;
  assign unused_got_level = |got_fifo_level;
  assign watch            = state_q == WATCH;
  assign both             = due_fifo_m_axis_tvalid && got_fifo_m_axis_tvalid;
  assign equal            = due_fifo_m_axis_tdata == got_fifo_m_axis_tdata;
  assign compare          = watch && both;
  assign wrong            = compare && !equal;
  assign same_data        = due_fifo_m_axis_tdata[W-1:0] == got_fifo_m_axis_tdata[W-1:0];
  assign again            = got_fifo_m_axis_tdata == before_q && compared_q != 32'd0;
  assign one_sided        = due_fifo_m_axis_tvalid ^ got_fifo_m_axis_tvalid;
  assign out_of_patience  = waited_q == 32'(PATIENCE);
  assign judge            = state_q == JUDGE;
  assign skipped          = due_fifo_m_axis_tvalid && due_fifo_m_axis_tdata == actual_q;

  assign due_fifo_m_axis_tready = compare;
  assign got_fifo_m_axis_tready = compare;
  assign compared               = compared_q;
  assign mismatch               = state_q == FAILED;
  assign kind                   = kind_q;
  assign index                  = compared_q;
  assign cycle                  = cycle_q;
  assign expected_beat          = expected_q[W-1:0];
  assign expected_last          = expected_q[W];
  assign actual_beat            = actual_q[W-1:0];
  assign actual_last            = actual_q[W];

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      now_q      <= '0;
      compared_q <= '0;
      cycle_q    <= '0;
      kind_q     <= NONE;
      state_q    <= WATCH;
    end else begin
      now_q <= now_q + 32'd1;
      if (compare && equal) compared_q <= compared_q + 32'd1;
      if (watch) cycle_q <= now_q;
      if (wrong) begin
        kind_q  <= again ? DUPLICATE : same_data ? LAST : DATA;
        state_q <= JUDGE;
      end else if (watch && out_of_patience) begin
        kind_q  <= STUCK;
        state_q <= FAILED;
      end else if (judge && (due_fifo_m_axis_tvalid || out_of_patience)) begin
        state_q <= FAILED;
        kind_q  <= skipped ? LOSS : kind_q;
      end
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (compare && equal) before_q <= due_fifo_m_axis_tdata;
    if (watch) begin
      expected_q <= due_fifo_m_axis_tdata;
      actual_q   <= got_fifo_m_axis_tdata;
    end
  end

  logic waiting;
  assign waiting = (watch && one_sided) || judge;

  always_ff @(posedge aclk) begin
    if (!aresetn) waited_q <= '0;
    else waited_q <= waiting && !wrong ? waited_q + 32'd1 : 32'd0;
  end

endmodule
`default_nettype wire
