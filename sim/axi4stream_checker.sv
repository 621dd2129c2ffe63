// AXI4-Stream protocol checker: every rule of one stream, watched at every clock edge
//
// Written by `npm run generate:checker` from src/cosim/protocol/rules.ts; do not edit. One bit of `violations` per
// rule, sticky, and a message at the first violation of each. Instantiate it beside a stream, or bind it where the
// tool can (sim/axi4stream_bind.sv; Icarus 11 cannot). Tie inputs that the stream lacks to a constant. Raise eos when
// everything should have arrived. Rules about X need a four-state simulator; in Verilator they never fire.
`default_nettype none
module axi4stream_checker #(
  parameter int DATA_W = 32,     // bits of tdata, 0: the stream has none
  parameter int KEEP = 0,        // 1: the stream has tkeep
  parameter int STRB = 0,        // 1: the stream has tstrb
  parameter int LAST = 1,        // 1: the stream has tlast
  parameter int ID_W = 0,        // bits of tid, 0: none
  parameter int DEST_W = 0,      // bits of tdest, 0: none
  parameter int USER_W = 0,      // bits of tuser, 0: none
  parameter int MAX_WAIT = 0,    // cycles that tready may stay low under tvalid, 0: for ever
  parameter int PACKET = 0,      // promised beats of a packet, 0: no promise
  parameter int TRACK_W = 0      // low bits of {tid, tdest} that tell unfinished packets apart, 0 .. 10
) (
  input  wire logic aclk,
  input  wire logic aresetn,
  input  wire logic tvalid,
  input  wire logic tready,
  input  wire logic [(DATA_W > 0 ? DATA_W : 1)-1:0] tdata,
  input  wire logic [(DATA_W > 8 ? (DATA_W + 7) / 8 : 1)-1:0] tkeep,
  input  wire logic [(DATA_W > 8 ? (DATA_W + 7) / 8 : 1)-1:0] tstrb,
  input  wire logic tlast,
  input  wire logic [(ID_W > 0 ? ID_W : 1)-1:0] tid,
  input  wire logic [(DEST_W > 0 ? DEST_W : 1)-1:0] tdest,
  input  wire logic [(USER_W > 0 ? USER_W : 1)-1:0] tuser,
  input  wire logic eos,
  output logic [28:0] violations
);
  localparam int DATA_P = DATA_W > 0 ? DATA_W : 1;
  localparam int OPEN_W = 1 << TRACK_W;

  logic begun_q = 1'b0;
  logic was_reset_q = 1'b0;
  logic was_running_q = 1'b0; // the cycle before was out of reset
  logic was_held_q = 1'b0; // and a beat was on offer in it and not taken
  logic [(DATA_W > 0 ? DATA_W : 1)-1:0] tdata_q;
  logic [(DATA_W > 8 ? (DATA_W + 7) / 8 : 1)-1:0] tkeep_q;
  logic [(DATA_W > 8 ? (DATA_W + 7) / 8 : 1)-1:0] tstrb_q;
  logic tlast_q;
  logic [(ID_W > 0 ? ID_W : 1)-1:0] tid_q;
  logic [(DEST_W > 0 ? DEST_W : 1)-1:0] tdest_q;
  logic [(USER_W > 0 ? USER_W : 1)-1:0] tuser_q;
  int wait_q = 0;
  int beat_q = 0;
  logic [OPEN_W-1:0] open_q = '0;
  logic [28:0] broken;
  logic [28:0] violations_q = '0;

  // tdata bits that the byte qualifiers select
  logic [DATA_P-1:0] tkeep_bits;
  for (genvar i = 0; i < DATA_P; i = i + 1) begin : g_tkeep_bits
    assign tkeep_bits[i] = (KEEP == 0) || (tkeep[i / 8] === 1'b1);
  end
  logic [DATA_P-1:0] tstrb_bits;
  for (genvar i = 0; i < DATA_P; i = i + 1) begin : g_tstrb_bits
    assign tstrb_bits[i] = (STRB == 0) || (tstrb[i / 8] === 1'b1);
  end
  logic [DATA_P-1:0] tkeep_was_bits;
  for (genvar i = 0; i < DATA_P; i = i + 1) begin : g_tkeep_was_bits
    assign tkeep_was_bits[i] = (KEEP == 0) || (tkeep_q[i / 8] === 1'b1);
  end

  // bit of open_q for the packet of this beat
  logic [31:0] stream_id;
  logic [OPEN_W-1:0] stream_bit;
  if (ID_W > 0 && DEST_W > 0) begin : g_both
    assign stream_id = 32'({tid, tdest});
  end else if (ID_W > 0) begin : g_id
    assign stream_id = 32'(tid);
  end else if (DEST_W > 0) begin : g_dest
    assign stream_id = 32'(tdest);
  end else begin : g_neither
    assign stream_id = '0;
  end
  assign stream_bit = OPEN_W'(1) << (stream_id & (OPEN_W - 1));

  // AXI4STREAM_ERRM_TVALID_RESET (IHI 0051A 2.7.2)
  //   tvalid is low in reset and in the first cycle after it
  assign broken[0] = was_reset_q && tvalid;
  // AXI4STREAM_ERRM_TVALID_STABLE (IHI 0051A 2.2.1)
  //   tvalid, once high, stays high until the transfer
  assign broken[1] = aresetn && was_held_q && !tvalid;
  // AXI4STREAM_ERRM_TDATA_STABLE (IHI 0051A 2.2.1)
  //   tdata keeps its value until the transfer, in every byte that tkeep does not rule out
  assign broken[2] = (DATA_W > 0) && aresetn && was_held_q && tvalid && (|((tdata ^ tdata_q) & tkeep_was_bits));
  // AXI4STREAM_ERRM_TKEEP_STABLE (IHI 0051A 2.2.1)
  //   tkeep keeps its value until the transfer
  assign broken[3] = (KEEP > 0) && aresetn && was_held_q && tvalid && (|(tkeep ^ tkeep_q));
  // AXI4STREAM_ERRM_TSTRB_STABLE (IHI 0051A 2.2.1)
  //   tstrb keeps its value until the transfer
  assign broken[4] = (STRB > 0) && aresetn && was_held_q && tvalid && (|(tstrb ^ tstrb_q));
  // AXI4STREAM_ERRM_TLAST_STABLE (IHI 0051A 2.2.1)
  //   tlast keeps its value until the transfer
  assign broken[5] = (LAST > 0) && aresetn && was_held_q && tvalid && (|(tlast ^ tlast_q));
  // AXI4STREAM_ERRM_TID_STABLE (IHI 0051A 2.2.1)
  //   tid keeps its value until the transfer
  assign broken[6] = (ID_W > 0) && aresetn && was_held_q && tvalid && (|(tid ^ tid_q));
  // AXI4STREAM_ERRM_TDEST_STABLE (IHI 0051A 2.2.1)
  //   tdest keeps its value until the transfer
  assign broken[7] = (DEST_W > 0) && aresetn && was_held_q && tvalid && (|(tdest ^ tdest_q));
  // AXI4STREAM_ERRM_TUSER_STABLE (IHI 0051A 2.2.1)
  //   tuser keeps its value until the transfer
  assign broken[8] = (USER_W > 0) && aresetn && was_held_q && tvalid && (|(tuser ^ tuser_q));
  // AXI4STREAM_RECS_TREADY_MAX_WAIT (ARM protocol assertions (a recommendation))
  //   tready comes within MAX_WAIT cycles of tvalid
  assign broken[9] = (MAX_WAIT > 0) && aresetn && tvalid && !tready && (wait_q == MAX_WAIT);
  // AXI4STREAM_ERRM_TKEEP_TSTRB (IHI 0051A 2.4.3)
  //   a byte with tkeep low has tstrb low: the other combination is reserved
  assign broken[10] = (KEEP > 0) && (STRB > 0) && aresetn && tvalid && (|(tstrb & ~tkeep));
  // AXI4STREAM_ERRM_STREAM_ALL_DONE_EOS (IHI 0051A 2.5)
  //   at the end of the simulation no packet is unfinished and no beat is on offer
  assign broken[11] = aresetn && eos && (tvalid || (|open_q));
  // AXI4STREAM_ERRM_TVALID_X (IHI 0051A 2.2)
  //   tvalid is not X outside of reset
  assign broken[12] = aresetn && ((^tvalid) === 1'bx);
  // AXI4STREAM_ERRS_TREADY_X (IHI 0051A 2.2)
  //   tready is not X outside of reset
  assign broken[13] = aresetn && ((^tready) === 1'bx);
  // AXI4STREAM_ERRM_TDATA_X (IHI 0051A 2.2.1)
  //   no data byte of tdata has an X under tvalid
  assign broken[14] = (DATA_W > 0) && aresetn && tvalid && ((^((tdata & tkeep_bits) & tstrb_bits)) === 1'bx);
  // AXI4STREAM_ERRM_TKEEP_X (IHI 0051A 2.2.1)
  //   tkeep has no X under tvalid
  assign broken[15] = (KEEP > 0) && aresetn && tvalid && ((^tkeep) === 1'bx);
  // AXI4STREAM_ERRM_TSTRB_X (IHI 0051A 2.2.1)
  //   tstrb has no X under tvalid
  assign broken[16] = (STRB > 0) && aresetn && tvalid && ((^tstrb) === 1'bx);
  // AXI4STREAM_ERRM_TLAST_X (IHI 0051A 2.2.1)
  //   tlast has no X under tvalid
  assign broken[17] = (LAST > 0) && aresetn && tvalid && ((^tlast) === 1'bx);
  // AXI4STREAM_ERRM_TID_X (IHI 0051A 2.2.1)
  //   tid has no X under tvalid
  assign broken[18] = (ID_W > 0) && aresetn && tvalid && ((^tid) === 1'bx);
  // AXI4STREAM_ERRM_TDEST_X (IHI 0051A 2.2.1)
  //   tdest has no X under tvalid
  assign broken[19] = (DEST_W > 0) && aresetn && tvalid && ((^tdest) === 1'bx);
  // AXI4STREAM_ERRM_TUSER_X (IHI 0051A 2.2.1)
  //   tuser has no X under tvalid
  assign broken[20] = (USER_W > 0) && aresetn && tvalid && ((^tuser) === 1'bx);
  // AXI4STREAM_ERRM_TDATA_TIEOFF (IHI 0051A 3.1)
  //   tdata, which the stream does not have, never changes
  assign broken[21] = (DATA_W == 0) && aresetn && was_running_q && (|(tdata ^ tdata_q));
  // AXI4STREAM_ERRM_TKEEP_TIEOFF (IHI 0051A 3.1)
  //   tkeep, which the stream does not have, never changes
  assign broken[22] = (KEEP == 0) && aresetn && was_running_q && (|(tkeep ^ tkeep_q));
  // AXI4STREAM_ERRM_TSTRB_TIEOFF (IHI 0051A 3.1)
  //   tstrb, which the stream does not have, never changes
  assign broken[23] = (STRB == 0) && aresetn && was_running_q && (|(tstrb ^ tstrb_q));
  // AXI4STREAM_ERRM_TID_TIEOFF (IHI 0051A 3.1)
  //   tid, which the stream does not have, never changes
  assign broken[24] = (ID_W == 0) && aresetn && was_running_q && (|(tid ^ tid_q));
  // AXI4STREAM_ERRM_TDEST_TIEOFF (IHI 0051A 3.1)
  //   tdest, which the stream does not have, never changes
  assign broken[25] = (DEST_W == 0) && aresetn && was_running_q && (|(tdest ^ tdest_q));
  // AXI4STREAM_ERRM_TUSER_TIEOFF (IHI 0051A 3.1)
  //   tuser, which the stream does not have, never changes
  assign broken[26] = (USER_W == 0) && aresetn && was_running_q && (|(tuser ^ tuser_q));
  // AXI4STREAM_AUXM_TID_TDEST_WIDTH (IHI 0051A 2.1, table 2-1)
  //   tid and tdest together have at most 24 bits
  assign broken[27] = !begun_q && ((ID_W + DEST_W) > 24);
  // HEDDLE_ERRM_TLAST_POSITION (the promise of the module)
  //   every packet has PACKET beats
  assign broken[28] = (LAST > 0) && (PACKET > 0) && aresetn && tvalid && tready && (tlast != ((beat_q + 1) == PACKET));

  always @(posedge aclk) begin
    begun_q <= 1'b1;
    was_reset_q <= !aresetn;
    was_running_q <= aresetn;
    was_held_q <= aresetn && tvalid && !tready;
    tdata_q <= tdata;
    tkeep_q <= tkeep;
    tstrb_q <= tstrb;
    tlast_q <= tlast;
    tid_q <= tid;
    tdest_q <= tdest;
    tuser_q <= tuser;
    if (!aresetn) begin
      wait_q <= 0;
      beat_q <= 0;
      open_q <= '0;
    end else begin
      // cycles that the beat on offer has waited
      wait_q <= (tvalid && !tready) ? (wait_q + 1) : 0;
      // beats of this packet so far
      beat_q <= (tvalid && tready) ? ((tlast || ((beat_q + 1) == PACKET)) ? 0 : (beat_q + 1)) : beat_q;
      // one bit per {tid, tdest}: its last beat did not end a packet
      open_q <= ((tvalid && tready) && (LAST > 0)) ? (!tlast ? (open_q | stream_bit) : (open_q & ~stream_bit)) : open_q;
    end
  end

`ifndef YOSYS
  always @(posedge aclk) begin
    if (broken[0] && !violations_q[0]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TVALID_RESET:", $time);
      $display("    tvalid is low in reset and in the first cycle after it");
    end
    if (broken[1] && !violations_q[1]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TVALID_STABLE:", $time);
      $display("    tvalid, once high, stays high until the transfer");
    end
    if (broken[2] && !violations_q[2]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TDATA_STABLE:", $time);
      $display("    tdata keeps its value until the transfer, in every byte that tkeep does not rule out");
    end
    if (broken[3] && !violations_q[3]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TKEEP_STABLE:", $time);
      $display("    tkeep keeps its value until the transfer");
    end
    if (broken[4] && !violations_q[4]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TSTRB_STABLE:", $time);
      $display("    tstrb keeps its value until the transfer");
    end
    if (broken[5] && !violations_q[5]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TLAST_STABLE:", $time);
      $display("    tlast keeps its value until the transfer");
    end
    if (broken[6] && !violations_q[6]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TID_STABLE:", $time);
      $display("    tid keeps its value until the transfer");
    end
    if (broken[7] && !violations_q[7]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TDEST_STABLE:", $time);
      $display("    tdest keeps its value until the transfer");
    end
    if (broken[8] && !violations_q[8]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TUSER_STABLE:", $time);
      $display("    tuser keeps its value until the transfer");
    end
    if (broken[9] && !violations_q[9]) begin
      $display("%0t %m: AXI4STREAM_RECS_TREADY_MAX_WAIT:", $time);
      $display("    tready comes within MAX_WAIT cycles of tvalid");
    end
    if (broken[10] && !violations_q[10]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TKEEP_TSTRB:", $time);
      $display("    a byte with tkeep low has tstrb low: the other combination is reserved");
    end
    if (broken[11] && !violations_q[11]) begin
      $display("%0t %m: AXI4STREAM_ERRM_STREAM_ALL_DONE_EOS:", $time);
      $display("    at the end of the simulation no packet is unfinished and no beat is on offer");
    end
    if (broken[12] && !violations_q[12]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TVALID_X:", $time);
      $display("    tvalid is not X outside of reset");
    end
    if (broken[13] && !violations_q[13]) begin
      $display("%0t %m: AXI4STREAM_ERRS_TREADY_X:", $time);
      $display("    tready is not X outside of reset");
    end
    if (broken[14] && !violations_q[14]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TDATA_X:", $time);
      $display("    no data byte of tdata has an X under tvalid");
    end
    if (broken[15] && !violations_q[15]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TKEEP_X:", $time);
      $display("    tkeep has no X under tvalid");
    end
    if (broken[16] && !violations_q[16]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TSTRB_X:", $time);
      $display("    tstrb has no X under tvalid");
    end
    if (broken[17] && !violations_q[17]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TLAST_X:", $time);
      $display("    tlast has no X under tvalid");
    end
    if (broken[18] && !violations_q[18]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TID_X:", $time);
      $display("    tid has no X under tvalid");
    end
    if (broken[19] && !violations_q[19]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TDEST_X:", $time);
      $display("    tdest has no X under tvalid");
    end
    if (broken[20] && !violations_q[20]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TUSER_X:", $time);
      $display("    tuser has no X under tvalid");
    end
    if (broken[21] && !violations_q[21]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TDATA_TIEOFF:", $time);
      $display("    tdata, which the stream does not have, never changes");
    end
    if (broken[22] && !violations_q[22]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TKEEP_TIEOFF:", $time);
      $display("    tkeep, which the stream does not have, never changes");
    end
    if (broken[23] && !violations_q[23]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TSTRB_TIEOFF:", $time);
      $display("    tstrb, which the stream does not have, never changes");
    end
    if (broken[24] && !violations_q[24]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TID_TIEOFF:", $time);
      $display("    tid, which the stream does not have, never changes");
    end
    if (broken[25] && !violations_q[25]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TDEST_TIEOFF:", $time);
      $display("    tdest, which the stream does not have, never changes");
    end
    if (broken[26] && !violations_q[26]) begin
      $display("%0t %m: AXI4STREAM_ERRM_TUSER_TIEOFF:", $time);
      $display("    tuser, which the stream does not have, never changes");
    end
    if (broken[27] && !violations_q[27]) begin
      $display("%0t %m: AXI4STREAM_AUXM_TID_TDEST_WIDTH:", $time);
      $display("    tid and tdest together have at most 24 bits");
    end
    if (broken[28] && !violations_q[28]) begin
      $display("%0t %m: HEDDLE_ERRM_TLAST_POSITION:", $time);
      $display("    every packet has PACKET beats");
    end
  end
`endif
  for (genvar k = 0; k < 29; k = k + 1) begin : g_sticky
    always @(posedge aclk) begin
      if (broken[k]) begin
        violations_q[k] <= 1'b1;
      end
    end
  end
  assign violations = violations_q;
endmodule
`default_nettype wire
