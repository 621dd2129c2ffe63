// engine_datapath - from steps to sums: X-RAM, windows and PE array
//
// A step of the sequencer reads a word for each slice, moves the windows by one tap and adds a
// product in every processing element. Steps are dense: there are no private windows.
// Behind the last step of a tile its sums leave in step_groups consecutive cycles; the next last
// step comes no sooner than that. The weights of a step come 6 cycles after it. Nothing ever waits.
// Latency 11 cycles from a last step to its first group of sums.
//
// P     pixels, >= 1
// G     slices: channels of the input at a time, >= 1
// M     channels of the output at a time; banks of the X-RAM, 1 to 256
// D     channels that leave in a cycle; divides M, <= XG
// XG    channels that share one copy of the operand registers; divides M, >= 1
// XB    bits of a pixel, 1 to 16
// XU    1: pixels may be unsigned, lanes have XB + 1 bits; else 0
// WB    width of a weight, >= 1
// AB    width of a sum, >= X_W + W_W
// XD    words of a bank of the X-RAM, 2 to 65536
// ADD   1: words of a residual are read, 0 to 1
`default_nettype none
module engine_datapath #(
  parameter int P   = 4,
  parameter int G   = 2,
  parameter int M   = 4,
  parameter int D   = 1,
  parameter int XG  = 4,
  parameter int XB  = 8,
  parameter int XU  = 1,
  parameter int WB  = 8,
  parameter int AB  = 32,
  parameter int XD  = 1024,
  parameter int ADD = 0
) (
  input  logic                                   aclk,
  input  logic                                   aresetn,
  // a step; the other step ports mean nothing without it
  input  logic                                   step_valid,
  input  logic                                   step_first,        // first step of a tile
  input  logic                                   step_last,         // last step of a tile
  // 0 dense, 1 depthwise, 2 max, 3 sum
  input  logic [1:0]                             step_op,
  input  logic [1:0]                             step_tap,          // what the windows do
  input  logic                                   step_read,         // live slices read a word
  input  logic [G-1:0]                           step_live,
  input  logic [G*(M>1 ? $clog2(M) : 1)-1:0]     step_bank,
  // slice 0 reads for all banks in a pass that is not dense
  input  logic [G*20-1:0]                        step_address,
  // first lane with a pixel of the input
  input  logic [$clog2(P + 1)-1:0]               step_low,
  input  logic [$clog2(P + 1)-1:0]               step_high,         // first lane behind them
  // value of the other lanes, in the low XB bits
  input  logic [15:0]                            step_pad,
  input  logic                                   step_unsigned,     // pixels are unsigned
  input  logic                                   step_has_weights,  // 0: every weight is 1
  // slice whose weight a depthwise step takes
  input  logic [(G>1 ? $clog2(G) : 1)-1:0]       step_byte,
  input  logic [8:0]                             step_groups,       // groups that the tile drains
  input  logic [M*G*WB-1:0]                      weights,           // of the step of 6 cycles ago
  input  logic                                   write_valid,
  input  logic [(M/D>1 ? $clog2(M / D) : 1)-1:0] write_group,
  input  logic [(XD>1 ? $clog2(XD) : 1)-1:0]     write_address,
  input  logic [P-1:0]                           write_lanes,
  input  logic [D*P*XB-1:0]                      write_data,
  // a group of words of the residual is asked for
  input  logic                                   group_read,
  input  logic [(M/D>1 ? $clog2(M / D) : 1)-1:0] group_group,
  input  logic [(XD>1 ? $clog2(XD) : 1)-1:0]     group_address,
  // no step reads one of its banks in this cycle
  output logic                                   group_served,
  output logic                                   group_valid,       // its words, 3 cycles later
  output logic [D*P*XB-1:0]                      group_words,
  output logic                                   drain_valid,       // a group of sums
  // pixel p of channel d of the group at d * P + p
  output logic [D*P*AB-1:0]                      drain_sums,
  // two slices asked one bank in a cycle; stays until reset
  output logic                                   conflict
);

  localparam int X_W = XB + XU;  // width of an operand

`ifndef SYNTHESIS
  initial begin
    if (M > 256) $fatal(1, "engine_datapath: M must be at most 256");
    if (XB > 16) $fatal(1, "engine_datapath: XB must be at most 16");
    if (XD < 2) $fatal(1, "engine_datapath: XD must be at least 2");
    if (XD > 65536) $fatal(1, "engine_datapath: XD must be at most 65536");
    if (ADD > 1) $fatal(1, "engine_datapath: ADD must be at most 1");
    if (20 < (XD > 1 ? $clog2(XD) : 1)) $fatal(1, "engine_datapath: step_address holds an address");
    if (M / XG * XG != M) $fatal(1, "engine_datapath: XG divides M");
    if (M % D != 0) $fatal(1, "engine_datapath: D divides M");
    if (XG < D) $fatal(1, "engine_datapath: chains do not skip a group of channels");
    if (M / D * D != M) $fatal(1, "engine_datapath: D groups make up all channels");
    if (WB < 2) $fatal(1, "engine_datapath: a weight can be 1");
    if (AB < XB + XU + WB) $fatal(1, "engine_datapath: a sum holds a product");
  end
`endif

  logic                                 unused_wide;  // not every bit matters
  logic [G-1:0]                         slice_read;
  logic [G*(XD>1 ? $clog2(XD) : 1)-1:0] slice_address;
  logic                                 reading;
  assign unused_wide = |{step_pad, step_address};
  assign reading     = step_valid && step_read && 1'b1;

  for (genvar i = 0; i < G; i = i + 1) begin : g_request
    assign slice_read[i] = reading && step_live[i];
    assign slice_address[i*(XD>1 ? $clog2(XD) : 1) +: XD>1 ? $clog2(XD) : 1] = step_address[i*20 +: XD>1 ? $clog2(XD) : 1];
  end

  logic [2:0] all_read_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) all_read_q[0] <= 1'b0;
    else all_read_q[0] <= step_valid && step_read && !1'b1 && step_live[0];
  end

  for (genvar j = 0; j < 2; j = j + 1) begin : g_later
    always_ff @(posedge aclk) begin
      if (!aresetn) all_read_q[j+1] <= 1'b0;
      else all_read_q[j+1] <= all_read_q[j];
    end
  end

  logic [(XD>1 ? $clog2(XD) : 1)-1:0] all_address;

  engine_delay #(.W(XD > 1 ? $clog2(XD) : 1), .STEPS(3)) u_all_address (
    .aclk(aclk),
    .d   (slice_address[(XD>1 ? $clog2(XD) : 1)-1:0]),
    .q   (all_address)
  );

  logic [G*P*XB-1:0] words;
  logic [M*P*XB-1:0] bank_words;

  engine_xram #(.P(P), .G(G), .M(M), .D(D), .XB(XB), .XD(XD), .ADD(ADD)) u_xram (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .slice_read   (slice_read),
    .slice_bank   (step_bank),
    .slice_address(slice_address),
    .all_read     (all_read_q[2]),
    .all_address  (all_address),
    .group_read   (group_read),
    .group_group  (group_group),
    .group_address(group_address),
    .group_served (group_served),
    .write_valid  (write_valid),
    .write_group  (write_group),
    .write_address(write_address),
    .write_lanes  (write_lanes),
    .write_data   (write_data),
    .words        (words),
    .bank_words   (bank_words),
    .group_valid  (group_valid),
    .group_words  (group_words),
    .conflict     (conflict)
  );

  // the step when its words are there, and one cycle later for the array
  logic [4:0] valid_q;
  always_ff @(posedge aclk) begin
    if (!aresetn) valid_q[0] <= 1'b0;
    else valid_q[0] <= step_valid;
  end

  for (genvar k = 0; k < 4; k = k + 1) begin : g_stage
    always_ff @(posedge aclk) begin
      if (!aresetn) valid_q[k+1] <= 1'b0;
      else valid_q[k+1] <= valid_q[k];
    end
  end

  logic [1:0] at_tap;

  engine_delay #(.W(2), .STEPS(4)) u_at_tap (
    .aclk(aclk),
    .d   (step_tap),
    .q   (at_tap)
  );

  logic at_read;

  engine_delay #(.W(1), .STEPS(4)) u_at_read (
    .aclk(aclk),
    .d   (step_read),
    .q   (at_read)
  );

  logic [G-1:0] at_live;

  engine_delay #(.W(G), .STEPS(4)) u_at_live (
    .aclk(aclk),
    .d   (step_live),
    .q   (at_live)
  );

  logic [$clog2(P + 1)-1:0] at_low;

  engine_delay #(.W($clog2(P + 1)), .STEPS(4)) u_at_low (
    .aclk(aclk),
    .d   (step_low),
    .q   (at_low)
  );

  logic [$clog2(P + 1)-1:0] at_high;

  engine_delay #(.W($clog2(P + 1)), .STEPS(4)) u_at_high (
    .aclk(aclk),
    .d   (step_high),
    .q   (at_high)
  );

  logic [XB-1:0] at_pad;

  engine_delay #(.W(XB), .STEPS(4)) u_at_pad (
    .aclk(aclk),
    .d   (step_pad[XB-1:0]),
    .q   (at_pad)
  );

  logic at_is_unsigned;

  engine_delay #(.W(1), .STEPS(4)) u_at_is_unsigned (
    .aclk(aclk),
    .d   (step_unsigned),
    .q   (at_is_unsigned)
  );

  logic at_first;

  engine_delay #(.W(1), .STEPS(4)) u_at_first (
    .aclk(aclk),
    .d   (step_first),
    .q   (at_first)
  );

  logic at_last;

  engine_delay #(.W(1), .STEPS(4)) u_at_last (
    .aclk(aclk),
    .d   (step_last),
    .q   (at_last)
  );

  logic [8:0] at_groups;

  engine_delay #(.W(9), .STEPS(4)) u_at_groups (
    .aclk(aclk),
    .d   (step_groups),
    .q   (at_groups)
  );

  logic [G*P*X_W-1:0] x;

  engine_windows #(.G(G), .P(P), .XB(XB), .XU(XU)) u_windows (
    .aclk       (aclk),
    .valid      (valid_q[3]),
    .tap        (at_tap),
    .read       (at_read),
    .live       (at_live),
    .low        (at_low),
    .high       (at_high),
    .pad        (at_pad),
    .is_unsigned(at_is_unsigned),
    .words      (words),
    .x          (x)
  );

  logic [D*P*AB-1:0] sums;
  logic              array_first;

  assign drain_sums = sums;

  engine_delay #(.W(1), .STEPS(1)) u_array_first (
    .aclk(aclk),
    .d   (at_first),
    .q   (array_first)
  );

  logic array_last;

  engine_delay #(.W(1), .STEPS(1)) u_array_last (
    .aclk(aclk),
    .d   (at_last),
    .q   (array_last)
  );

  logic [8:0] array_groups;

  engine_delay #(.W(9), .STEPS(1)) u_array_groups (
    .aclk(aclk),
    .d   (at_groups),
    .q   (array_groups)
  );

  engine_array #(.P(P), .G(G), .M(M), .D(D), .XG(XG), .X_W(X_W), .W_W(WB), .ACC_W(AB)) u_pes (
    .aclk       (aclk),
    .aresetn    (aresetn),
    .valid      (valid_q[4]),
    .first      (array_first),
    .last       (array_last),
    .groups     (array_groups),
    .x          (x),
    .w          (weights),
    .drain_valid(drain_valid),
    .sums       (sums)
  );

  logic unused_not_dense;  // not every bit matters
  logic unused_all_banks;  // not every bit matters
  assign unused_not_dense = |{step_op, step_has_weights, step_byte};
  assign unused_all_banks = |bank_words;

endmodule
`default_nettype wire
