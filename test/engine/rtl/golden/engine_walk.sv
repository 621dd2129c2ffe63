// engine_walk - place of each group of sums: loops over ot, chunk, y, xt, k of the header in use
//
// advance takes one step; all outputs belong to the group of the same cycle. One header is in use,
// another waits: it comes into use with the last group of a pass, or at once where none is in use,
// three cycles after it was taken. Everything is a register or a short sum of registers.
//
// D        channels of a group, >= 1
// GROUPS   groups of a weight tile: M / D, >= 1
// PQ       weight tiles whose parameters are held; a power of two, 2 to 256
`default_nettype none
module engine_walk #(
  parameter int D      = 2,
  parameter int GROUPS = 4,
  parameter int PQ     = 2
) (
  input  logic                                       aclk,
  input  logic                                       aresetn,

  // header of a pass, word 0 lowest
  input  logic                                       cfg_tvalid,
  output logic                                       cfg_tready,
  input  logic [1023:0]                              cfg_tdata,

  input  logic                                       advance,       // a group of sums is there
  // results are written to the X-RAM
  output logic                                       dst_xram,
  output logic                                       dst_axis,      // results are sent to m_axis_y
  // a residual word is added to every result
  output logic                                       res,
  output logic                                       lut,           // results go through the table
  // 0 floor, 1 half up, 2 half away, 3 half even, 4 to zero
  output logic [2:0]                                 round,
  // 0 shift, 1 multiplier rounded twice, 2 rounded once, 3 fixed
  output logic [1:0]                                 requant,
  // upper bits of a result are dropped instead of clamped; with lo = 0 negative results are 0 first
  output logic                                       wrap_out,
  // results are counts of thresholds
  output logic                                       thresholds,
  // parameter planes: bit 0 bias, 1 multiplier, 2 shift, 3 thresholds
  output logic [3:0]                                 planes,
  // words from a phase of the output to the next
  output logic [15:0]                                y_phase,
  // phases of the output: horizontal stride of its reader
  output logic [2:0]                                 y_sw,
  // least result, a code of 16 bits (see outUnsigned)
  output logic [15:0]                                lo,
  // greatest result, a code of 16 bits
  output logic [15:0]                                hi,
  // zero point: added behind the shift
  output logic [15:0]                                zp,
  // lo, hi and results are unsigned
  output logic                                       out_unsigned,
  // sums that are not negative are shifted left by this much in front of the rounding
  output logic [2:0]                                 leaky,
  // right shift of all channels, where there is no plane of shifts
  output logic [5:0]                                 shift,
  // left shift in front, where there is no plane of shifts
  output logic [4:0]                                 left_shift,
  // bias or low addend, where there is no plane of biases
  output logic [31:0]                                bias,
  // multiplier, where there is no plane of multipliers
  output logic [31:0]                                mult,
  // set of parameters of this weight tile
  output logic [$clog2(PQ)-1:0]                      param_set,
  output logic [(GROUPS>1 ? $clog2(GROUPS) : 1)-1:0] k,             // group within the weight tile
  output logic [15:0]                                entry,         // place among the partial sums
  output logic                                       first_chunk,
  output logic                                       last_chunk,
  output logic [(GROUPS>1 ? $clog2(GROUPS) : 1)-1:0] group,         // bank group of the result
  // address of the result in phase 0
  output logic [19:0]                                address,
  output logic [1:0]                                 part,          // xt mod phases
  // last group of an output row of this weight tile
  output logic                                       segment_end,
  output logic                                       pass_end,      // last group of the pass
  // the set of parameters has been read for the last time; a cycle late
  output logic                                       param_free
);

  localparam int G_W  = GROUPS > 1 ? $clog2(GROUPS) : 1;  // bits of a bank group
  localparam int CH_W = $clog2((GROUPS + 1) * D + 1);     // bits of a number of channels

`ifndef SYNTHESIS
  initial begin
    if (PQ < 2) $fatal(1, "engine_walk: PQ must be at least 2");
    if (PQ > 256) $fatal(1, "engine_walk: PQ must be at most 256");
    if ($clog2(PQ + 1) != $clog2(PQ) + 1) $fatal(1, "engine_walk: PQ is a power of two");
    if (8 < (GROUPS > 1 ? $clog2(GROUPS) : 1))
      $fatal(1, "engine_walk: the header has 8 bits for a bank group");
    if (11 < $clog2((GROUPS + 1) * D + 1))
      $fatal(1, "engine_walk: the header has 11 bits for channels");
  end
`endif

  // headers; the product of slot and row distance is made while a header waits
  logic [15:0] next_ho_q;
  logic [15:0] next_xt_q;
  logic [10:0] next_mlast_q;
  logic [15:0] next_otn_q;
  logic [15:0] next_chn_q;
  logic [19:0] next_ybase_q;
  logic [7:0]  next_ygrp0_q;
  logic [15:0] next_yrow_q;
  logic [15:0] next_yblk_q;
  logic [15:0] next_yring_q;
  logic [15:0] next_yslot0_q;
  logic        next_dst_xram_q;
  logic        next_dst_axis_q;
  logic        next_res_q;
  logic        next_lut_q;
  logic [2:0]  next_round_q;
  logic [1:0]  next_requant_q;
  logic        next_wrap_out_q;
  logic        next_thresholds_q;
  logic [3:0]  next_planes_q;
  logic [15:0] next_yphase_q;
  logic [2:0]  next_ysw_q;
  logic [15:0] next_lo_q;
  logic [15:0] next_hi_q;
  logic [15:0] next_zp_q;
  logic        next_out_unsigned_q;
  logic [2:0]  next_leaky_q;
  logic [5:0]  next_shift_q;
  logic [4:0]  next_left_shift_q;
  logic [31:0] next_bias_q;
  logic [31:0] next_mult_q;
  logic [15:0] cfg_ho_q;
  logic [15:0] cfg_xt_q;
  logic [10:0] cfg_mlast_q;
  logic [15:0] cfg_otn_q;
  logic [15:0] cfg_chn_q;
  logic [19:0] cfg_ybase_q;
  logic [7:0]  cfg_ygrp0_q;
  logic [15:0] cfg_yrow_q;
  logic [15:0] cfg_yblk_q;
  logic [15:0] cfg_yring_q;
  logic [15:0] cfg_yslot0_q;
  logic        cfg_dst_xram_q;
  logic        cfg_dst_axis_q;
  logic        cfg_res_q;
  logic        cfg_lut_q;
  logic [2:0]  cfg_round_q;
  logic [1:0]  cfg_requant_q;
  logic        cfg_wrap_out_q;
  logic        cfg_thresholds_q;
  logic [3:0]  cfg_planes_q;
  logic [15:0] cfg_yphase_q;
  logic [2:0]  cfg_ysw_q;
  logic [15:0] cfg_lo_q;
  logic [15:0] cfg_hi_q;
  logic [15:0] cfg_zp_q;
  logic        cfg_out_unsigned_q;
  logic [2:0]  cfg_leaky_q;
  logic [5:0]  cfg_shift_q;
  logic [4:0]  cfg_left_shift_q;
  logic [31:0] cfg_bias_q;
  logic [31:0] cfg_mult_q;
  logic        next_valid_q;
  logic        next_ready_q;   // the waiting header has its product
  logic [19:0] next_offset_q;  // first row of the waiting pass
  logic        busy_q;         // a pass is in use

  logic ends;
  logic load;  // the waiting header comes into use
  assign load = next_ready_q && (!busy_q || ends);

  assign cfg_tready = !next_valid_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      next_valid_q <= 1'b0;
      next_ready_q <= 1'b0;
      busy_q       <= 1'b0;
    end else begin
      next_valid_q <= (cfg_tvalid && cfg_tready) || (next_valid_q && !load);
      next_ready_q <= next_valid_q && !load;
      busy_q       <= load || (busy_q && !ends);
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (cfg_tvalid && cfg_tready) begin
      next_ho_q           <= cfg_tdata[47:32];
      next_xt_q           <= cfg_tdata[63:48];
      next_mlast_q        <= cfg_tdata[146:136];
      next_otn_q          <= cfg_tdata[175:160];
      next_chn_q          <= cfg_tdata[191:176];
      next_ybase_q        <= cfg_tdata[467:448];
      next_ygrp0_q        <= cfg_tdata[475:468];
      next_yrow_q         <= cfg_tdata[495:480];
      next_yblk_q         <= cfg_tdata[511:496];
      next_yring_q        <= cfg_tdata[527:512];
      next_yslot0_q       <= cfg_tdata[543:528];
      next_dst_xram_q     <= cfg_tdata[10];
      next_dst_axis_q     <= cfg_tdata[11];
      next_res_q          <= cfg_tdata[16];
      next_lut_q          <= cfg_tdata[17];
      next_round_q        <= cfg_tdata[23:21];
      next_requant_q      <= cfg_tdata[25:24];
      next_wrap_out_q     <= cfg_tdata[26];
      next_thresholds_q   <= cfg_tdata[27];
      next_planes_q       <= cfg_tdata[31:28];
      next_yphase_q       <= cfg_tdata[559:544];
      next_ysw_q          <= cfg_tdata[562:560];
      next_lo_q           <= cfg_tdata[783:768];
      next_hi_q           <= cfg_tdata[799:784];
      next_zp_q           <= cfg_tdata[815:800];
      next_out_unsigned_q <= cfg_tdata[600];
      next_leaky_q        <= cfg_tdata[606:604];
      next_shift_q        <= cfg_tdata[613:608];
      next_left_shift_q   <= cfg_tdata[620:616];
      next_bias_q         <= cfg_tdata[671:640];
      next_mult_q         <= cfg_tdata[703:672];
    end
    next_offset_q <= 20'(32'(next_yslot0_q) * 32'(next_yrow_q));
    if (load) begin
      cfg_ho_q           <= next_ho_q;
      cfg_xt_q           <= next_xt_q;
      cfg_mlast_q        <= next_mlast_q;
      cfg_otn_q          <= next_otn_q;
      cfg_chn_q          <= next_chn_q;
      cfg_ybase_q        <= next_ybase_q;
      cfg_ygrp0_q        <= next_ygrp0_q;
      cfg_yrow_q         <= next_yrow_q;
      cfg_yblk_q         <= next_yblk_q;
      cfg_yring_q        <= next_yring_q;
      cfg_yslot0_q       <= next_yslot0_q;
      cfg_dst_xram_q     <= next_dst_xram_q;
      cfg_dst_axis_q     <= next_dst_axis_q;
      cfg_res_q          <= next_res_q;
      cfg_lut_q          <= next_lut_q;
      cfg_round_q        <= next_round_q;
      cfg_requant_q      <= next_requant_q;
      cfg_wrap_out_q     <= next_wrap_out_q;
      cfg_thresholds_q   <= next_thresholds_q;
      cfg_planes_q       <= next_planes_q;
      cfg_yphase_q       <= next_yphase_q;
      cfg_ysw_q          <= next_ysw_q;
      cfg_lo_q           <= next_lo_q;
      cfg_hi_q           <= next_hi_q;
      cfg_zp_q           <= next_zp_q;
      cfg_out_unsigned_q <= next_out_unsigned_q;
      cfg_leaky_q        <= next_leaky_q;
      cfg_shift_q        <= next_shift_q;
      cfg_left_shift_q   <= next_left_shift_q;
      cfg_bias_q         <= next_bias_q;
      cfg_mult_q         <= next_mult_q;
    end
  end

  assign dst_xram     = cfg_dst_xram_q;
  assign dst_axis     = cfg_dst_axis_q;
  assign res          = cfg_res_q;
  assign lut          = cfg_lut_q;
  assign round        = cfg_round_q;
  assign requant      = cfg_requant_q;
  assign wrap_out     = cfg_wrap_out_q;
  assign thresholds   = cfg_thresholds_q;
  assign planes       = cfg_planes_q;
  assign y_phase      = cfg_yphase_q;
  assign y_sw         = cfg_ysw_q;
  assign lo           = cfg_lo_q;
  assign hi           = cfg_hi_q;
  assign zp           = cfg_zp_q;
  assign out_unsigned = cfg_out_unsigned_q;
  assign leaky        = cfg_leaky_q;
  assign shift        = cfg_shift_q;
  assign left_shift   = cfg_left_shift_q;
  assign bias         = cfg_bias_q;
  assign mult         = cfg_mult_q;

  // loops, the innermost first
  logic [G_W-1:0]        k_q;
  logic [CH_W-1:0]       channels_q;  // k * D
  logic [15:0]           xt_q;
  logic [15:0]           y_q;
  logic [15:0]           chunk_q;
  logic [15:0]           ot_q;
  logic [15:0]           entry_q;
  logic [$clog2(PQ)-1:0] set_q;
  logic                  first_q;     // chunk 0
  logic                  free_q;

  logic last_ot;
  logic chunks_end;
  logic tile_end;
  logic row_end;
  logic map_end;
  logic ot_end;
  assign last_ot    = ot_q + 16'd1 == cfg_otn_q;
  assign chunks_end = chunk_q + 16'd1 == cfg_chn_q;
  assign tile_end   = advance
      && channels_q + CH_W'(D) >= (last_ot ? cfg_mlast_q[CH_W-1:0] : CH_W'(GROUPS * D));
  assign row_end    = tile_end && xt_q + 16'd1 == cfg_xt_q;
  assign map_end    = row_end && y_q + 16'd1 == cfg_ho_q;
  assign ot_end     = map_end && chunks_end;

  assign ends = ot_end && last_ot;

  always_ff @(posedge aclk) begin
    if (load || tile_end) k_q <= '0;
    else if (advance) k_q <= k_q + G_W'(1);
    if (load || tile_end) channels_q <= '0;
    else if (advance) channels_q <= channels_q + CH_W'(D);
    if (load || row_end) xt_q <= '0;
    else if (tile_end) xt_q <= xt_q + 16'd1;
    if (load || map_end) y_q <= '0;
    else if (row_end) y_q <= y_q + 16'd1;
    if (load || ot_end) chunk_q <= '0;
    else if (map_end) chunk_q <= chunk_q + 16'd1;
    if (load || ends) ot_q <= '0;
    else if (ot_end) ot_q <= ot_q + 16'd1;
    if (load || map_end) entry_q <= '0;
    else if (advance) entry_q <= entry_q + 16'd1;
    if (load || ot_end) first_q <= 1'b1;
    else if (map_end) first_q <= 1'b0;
  end

  logic planes_used;
  assign planes_used = ot_end && cfg_planes_q != 4'd0;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      set_q  <= '0;
      free_q <= 1'b0;
    end else begin
      if (planes_used) set_q <= set_q + ($clog2(PQ))'(1);
      free_q <= planes_used;
    end
  end

  assign param_free  = free_q;
  assign param_set   = set_q;
  assign k           = k_q;
  assign entry       = entry_q;
  assign first_chunk = first_q;
  assign last_chunk  = chunks_end;
  assign segment_end = row_end;
  assign pass_end    = ends;

  // addresses: block of the weight tile, row of the ring, word of the row
  logic [19:0] block_q;
  logic [19:0] offset_q;   // of the row
  logic [15:0] slot_q;
  logic [15:0] word_q;
  logic [1:0]  part_q;
  logic [19:0] offset0_q;  // of the first row
  always_ff @(posedge aclk) begin
    if (load) begin
      block_q   <= next_ybase_q;
      offset0_q <= next_offset_q;
    end else if (ot_end) begin
      block_q <= block_q + 20'(cfg_yblk_q);
    end
  end

  logic wrapped;
  assign wrapped = slot_q + 16'd1 == cfg_yring_q;

  always_ff @(posedge aclk) begin
    if (load) begin
      offset_q <= next_offset_q;
      slot_q   <= next_yslot0_q;
    end else if (map_end) begin
      offset_q <= offset0_q;
      slot_q   <= cfg_yslot0_q;
    end else if (row_end) begin
      offset_q <= wrapped ? 20'd0 : offset_q + 20'(cfg_yrow_q);
      slot_q   <= wrapped ? 16'd0 : slot_q + 16'd1;
    end
  end

  logic last_part;
  assign last_part = 3'(part_q) + 3'd1 == cfg_ysw_q;

  always_ff @(posedge aclk) begin
    if (load || row_end) begin
      word_q <= '0;
      part_q <= '0;
    end else if (tile_end) begin
      part_q <= last_part ? 2'd0 : part_q + 2'd1;
      if (last_part) word_q <= word_q + 16'd1;
    end
  end

  logic [G_W-1:0] group_q;
  logic           over_q;  // bank groups began again: the next block

  always_ff @(posedge aclk) begin
    if (load) begin
      group_q <= next_ygrp0_q[G_W-1:0];
      over_q  <= 1'b0;
    end else if (tile_end) begin
      group_q <= cfg_ygrp0_q[G_W-1:0];
      over_q  <= 1'b0;
    end else if (advance) begin
      group_q <= turn ? G_W'(0) : group_q + G_W'(1);
      over_q  <= over_q || turn;
    end
  end

  logic        turn;
  logic [19:0] row;
  assign turn = group_q == G_W'(GROUPS - 1);
  assign row  = block_q + offset_q + 20'(word_q);

  assign group   = group_q;
  assign address = row + (over_q ? 20'(cfg_yblk_q) : 20'd0);
  assign part    = part_q;

  logic unused_bits;  // takes what nothing else reads
  assign unused_bits = &{1'b0, cfg_tdata, cfg_mlast_q, cfg_ybase_q, cfg_ygrp0_q};

endmodule
`default_nettype wire
