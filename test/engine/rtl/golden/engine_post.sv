// engine_post - sums of the array to words of the X-RAM and groups of the output FIFO
//
// Groups come in the order of the passes: ot, chunk, y, xt, k. A pass is described by its header,
// which is pushed before its first group comes; the next one waits in a register. Sums of all
// chunks but the last go to the partial sums, from where the next chunk adds them. Parameters of
// weight tiles lie in PQ sets in turn.
// A group is at the output FIFO 2 cycles after its sums and those of the requantizer, at the X-RAM
// 2 cycles later at the earliest: groups of a tile wait in a queue while words are split into
// phases.
// Groups of a pass with residual meet their residual words behind the requantizer and pass it a
// second time, in cycles without a group of the array: 8 cycles and those of the requantizer later
// at the earliest. Their tiles end at least two cycles a group apart, and no other pass may follow
// before all of them are written.
// The entry of a partial sum must not come again within 4 cycles. Nothing stalls.
//
// P         pixels of a word, >= 1
// D         channels of a group, >= 1
// GROUPS    groups of a weight tile: M / D, >= 1
// AB        bits of a sum, 2 to 32
// XB        bits of a pixel, 2 to 16
// PD        entries of partial sums; 0: no chunks, 0 to 65536
// PQ        weight tiles whose parameters are held; a power of two, 2 to 256
// MUL       1: with multipliers, 0 to 1
// FIXED     1: with mode 3, 0 to 1
// NTHR      thresholds of a channel, 0 to 15
// LUT       1: with a table, 0 to 1
// ENTRIES   entries of the table, 2^XB, 4 to 65536
// ADD       1: with residual addition, 0 to 1
// DEPTH     groups of residual words that wait for their sums, 1 to 1024
`default_nettype none
module engine_post #(
  parameter int P       = 4,
  parameter int D       = 2,
  parameter int GROUPS  = 4,
  parameter int AB      = 32,
  parameter int XB      = 8,
  parameter int PD      = 16,
  parameter int PQ      = 2,
  parameter int MUL     = 1,
  parameter int FIXED   = 1,
  parameter int NTHR    = 0,
  parameter int LUT     = 0,
  parameter int ENTRIES = 256,
  parameter int ADD     = 0,
  parameter int DEPTH   = 44
) (
  input  logic                                       aclk,
  input  logic                                       aresetn,

  // header of a pass, word 0 lowest
  input  logic                                       cfg_tvalid,
  output logic                                       cfg_tready,
  input  logic [1023:0]                              cfg_tdata,

  // last step of a tile, whose first group comes 11 cycles later
  input  logic                                       tile_last,
  input  logic [8:0]                                 tile_groups,  // groups of the tile
  input  logic                                       drain_valid,
  // pixel p of channel d is element d * P + p
  input  logic [D*P*AB-1:0]                          drain_sums,
  input  logic                                       param_write,
  input  logic [4:0]                                 param_plane,
  input  logic [$clog2(PQ)-1:0]                      param_set,
  input  logic [(GROUPS>1 ? $clog2(GROUPS) : 1)-1:0] param_group,
  input  logic [D*32-1:0]                            param_data,
  // a set of parameters is not needed any more
  output logic                                       param_free,
  input  logic                                       table_write,
  input  logic [XB-1:0]                              table_address,
  input  logic [XB-1:0]                              table_data,
  // a group of residual words; never more than DEPTH wait
  input  logic                                       res_valid,
  input  logic [D*P*XB-1:0]                          res_words,
  // the oldest of them has met its sums
  output logic                                       res_popped,
  output logic                                       write_valid,
  output logic [(GROUPS>1 ? $clog2(GROUPS) : 1)-1:0] write_group,
  output logic [19:0]                                write_address,
  output logic [P-1:0]                               write_lanes,
  output logic [D*P*XB-1:0]                          write_data,
  output logic                                       out_valid,
  output logic [D*P*XB-1:0]                          out_data,
  output logic                                       out_end,      // last group of a segment
  output logic                                       out_last,     // last group of a pass
  // everything of a pass has been written
  output logic                                       pass_done
);

  localparam int G_W     = GROUPS > 1 ? $clog2(GROUPS) : 1;            // bits of a bank group
  localparam int SUMS_W  = D * P * AB;                                 // bits of a group of sums
  localparam int WORDS_W = D * P * XB;                                 // bits of a group of words
  localparam int LATENCY = (NTHR < 1 ? NTHR : 1) + 5 + MUL * 3 + LUT;  // of the requantizer
  // destinations and place of a group
  localparam int PLACE_W = G_W + 45;
  // bits of a place among the partial sums
  localparam int I_W     = PD > 1 ? $clog2(PD) : 1;
  // a group with its residual words
  localparam int PAIR_W  = D * P * XB * 2 + PLACE_W;
  // bits of an entry of the queue
  localparam int ITEM_W  = G_W + 43 + WORDS_W;

`ifndef SYNTHESIS
  initial begin
    if (AB < 2) $fatal(1, "engine_post: AB must be at least 2");
    if (AB > 32) $fatal(1, "engine_post: AB must be at most 32");
    if (XB < 2) $fatal(1, "engine_post: XB must be at least 2");
    if (XB > 16) $fatal(1, "engine_post: XB must be at most 16");
    if (PD > 65536) $fatal(1, "engine_post: PD must be at most 65536");
    if (PQ < 2) $fatal(1, "engine_post: PQ must be at least 2");
    if (PQ > 256) $fatal(1, "engine_post: PQ must be at most 256");
    if (MUL > 1) $fatal(1, "engine_post: MUL must be at most 1");
    if (FIXED > 1) $fatal(1, "engine_post: FIXED must be at most 1");
    if (NTHR > 15) $fatal(1, "engine_post: NTHR must be at most 15");
    if (LUT > 1) $fatal(1, "engine_post: LUT must be at most 1");
    if (ENTRIES < 4) $fatal(1, "engine_post: ENTRIES must be at least 4");
    if (ENTRIES > 65536) $fatal(1, "engine_post: ENTRIES must be at most 65536");
    if (ADD > 1) $fatal(1, "engine_post: ADD must be at most 1");
    if (DEPTH > 1024) $fatal(1, "engine_post: DEPTH must be at most 1024");
    if ($clog2(PQ + 1) != $clog2(PQ) + 1) $fatal(1, "engine_post: PQ is a power of two");
    if ($clog2(ENTRIES) != XB) $fatal(1, "engine_post: the table has an entry for every pixel");
    if (8 < (GROUPS > 1 ? $clog2(GROUPS) : 1))
      $fatal(1, "engine_post: the header has 8 bits for a bank group");
    if (11 < $clog2((GROUPS + 1) * D + 1))
      $fatal(1, "engine_post: the header has 11 bits for channels");
    if (16 < (PD > 1 ? $clog2(PD) : 1))
      $fatal(1, "engine_post: places among the partial sums have 16 bits");
  end
`endif

  logic                                       walk_dst_xram;
  logic                                       walk_dst_axis;
  logic                                       walk_res;
  logic                                       walk_lut;
  logic [2:0]                                 walk_round;
  logic [1:0]                                 walk_requant;
  logic                                       walk_wrap_out;
  logic                                       walk_thresholds;
  logic [3:0]                                 walk_planes;
  logic [15:0]                                walk_y_phase;
  logic [2:0]                                 walk_y_sw;
  logic [15:0]                                walk_lo;
  logic [15:0]                                walk_hi;
  logic [15:0]                                walk_zp;
  logic                                       walk_out_unsigned;
  logic [2:0]                                 walk_leaky;
  logic [5:0]                                 walk_shift;
  logic [4:0]                                 walk_left_shift;
  logic [31:0]                                walk_bias;
  logic [31:0]                                walk_mult;
  logic [$clog2(PQ)-1:0]                      walk_param_set;
  logic [(GROUPS>1 ? $clog2(GROUPS) : 1)-1:0] walk_k;
  logic [15:0]                                walk_entry;
  logic                                       walk_first_chunk;
  logic                                       walk_last_chunk;
  logic [(GROUPS>1 ? $clog2(GROUPS) : 1)-1:0] walk_group;
  logic [19:0]                                walk_address;
  logic [1:0]                                 walk_part;
  logic                                       walk_segment_end;
  logic                                       walk_pass_end;
  logic                                       walk_param_free;

  engine_walk #(.D(D), .GROUPS(GROUPS), .PQ(PQ)) u_walk (
    .aclk        (aclk),
    .aresetn     (aresetn),
    .cfg_tvalid  (cfg_tvalid),
    .cfg_tready  (cfg_tready),
    .cfg_tdata   (cfg_tdata),
    .advance     (drain_valid),
    .dst_xram    (walk_dst_xram),
    .dst_axis    (walk_dst_axis),
    .res         (walk_res),
    .lut         (walk_lut),
    .round       (walk_round),
    .requant     (walk_requant),
    .wrap_out    (walk_wrap_out),
    .thresholds  (walk_thresholds),
    .planes      (walk_planes),
    .y_phase     (walk_y_phase),
    .y_sw        (walk_y_sw),
    .lo          (walk_lo),
    .hi          (walk_hi),
    .zp          (walk_zp),
    .out_unsigned(walk_out_unsigned),
    .leaky       (walk_leaky),
    .shift       (walk_shift),
    .left_shift  (walk_left_shift),
    .bias        (walk_bias),
    .mult        (walk_mult),
    .param_set   (walk_param_set),
    .k           (walk_k),
    .entry       (walk_entry),
    .first_chunk (walk_first_chunk),
    .last_chunk  (walk_last_chunk),
    .group       (walk_group),
    .address     (walk_address),
    .part        (walk_part),
    .segment_end (walk_segment_end),
    .pass_end    (walk_pass_end),
    .param_free  (walk_param_free)
  );

  assign param_free = walk_param_free;

  // second step: sums, partial sums and parameters are read
  logic [D*32-1:0]                     parameters_bias;
  logic [D*32-1:0]                     parameters_mult;
  logic [D*32-1:0]                     parameters_shift;
  logic [D*(NTHR>1 ? NTHR : 1)*32-1:0] parameters_thresholds;

  engine_parameters #(.D(D), .GROUPS(GROUPS), .PQ(PQ), .MUL(MUL), .NTHR(NTHR)) u_parameters (
    .aclk       (aclk),
    .write      (param_write),
    .write_plane(param_plane),
    .write_set  (param_set),
    .write_group(param_group),
    .write_data (param_data),
    .read_set   (walk_param_set),
    .read_group (walk_k),
    .bias       (parameters_bias),
    .mult       (parameters_mult),
    .shift      (parameters_shift),
    .thresholds (parameters_thresholds)
  );

  logic              drained_q;
  logic [SUMS_W-1:0] drained_sums_q;
  logic              add_q;   // there are partial sums of chunks before
  logic              more_q;  // there is another chunk
  logic [3:0]        planes_q;
  logic [31:0]       bias_common_q;
  logic [31:0]       mult_common_q;
  logic [5:0]        shift_common_q;
  logic [4:0]        left_common_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) drained_q <= 1'b0;
    else drained_q <= drain_valid;
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    drained_sums_q <= drain_sums;
    add_q          <= !walk_first_chunk;
    more_q         <= !walk_last_chunk;
    planes_q       <= walk_planes;
    bias_common_q  <= walk_bias;
    mult_common_q  <= walk_mult;
    shift_common_q <= walk_shift;
    left_common_q  <= walk_left_shift;
  end

  logic               again_valid;
  logic [D*P*32-1:0]  again_sums;
  logic [PLACE_W-1:0] again_place;
  logic [31:0]        again_bias;
  logic [31:0]        again_mult;
  logic [5:0]         again_shift;
  logic [4:0]         again_left;
  logic [1:0]         again_mode;
  logic [2:0]         again_round;
  logic               again_wrap;
  logic [XB-1:0]      again_zero;
  logic [XB:0]        again_lo;
  logic [XB:0]        again_hi;

  // third step: whole sums, and the parameters of each channel; or sums with a residual and those
  // of their pass
  logic                                valid_q;  // whole sums
  logic                                keep_q;   // partial sums
  logic [D*P*32-1:0]                   sums_q;   // with their sign
  logic [D*(NTHR>1 ? NTHR : 1)*32-1:0] thresholds_q;
  logic [D*32-1:0]                     bias_q;
  logic [D*32-1:0]                     mult_q;
  logic [D*16-1:0]                     high_q;
  logic [D*6-1:0]                      shift_q;
  logic [D*5-1:0]                      left_q;
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      valid_q <= 1'b0;
      keep_q  <= 1'b0;
    end else begin
      valid_q <= again_valid || (drained_q && !more_q);
      keep_q  <= drained_q && more_q;
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    thresholds_q <= parameters_thresholds;
  end

  for (genvar i = 0; i < D; i = i + 1) begin : g_channel
    logic [31:0] shift_word;
    logic [31:0] own_bias;
    logic [15:0] high_value;

    assign shift_word = parameters_shift[i*32 +: 32];
    assign own_bias   = again_valid ? again_bias : planes_q[0] ? parameters_bias[i*32 +: 32]
        : bias_common_q;
    assign high_value = 16'(48'($signed(own_bias)) >> 32);

    always_ff @(posedge aclk) begin
      bias_q[i*32 +: 32] <= own_bias;
      mult_q[i*32 +: 32] <= again_valid ? again_mult : planes_q[1] ? parameters_mult[i*32 +: 32]
          : mult_common_q;
      shift_q[i*6 +: 6]  <= again_valid ? again_shift : planes_q[2] ? shift_word[5:0]
          : shift_common_q;
      left_q[i*5 +: 5]   <= again_valid ? again_left : planes_q[2] ? shift_word[12:8]
          : left_common_q;
      high_q[i*16 +: 16] <= again_valid || !planes_q[2] ? high_value : shift_word[31:16];
    end

    logic unused_bits;  // takes what nothing else reads
    assign unused_bits = &{1'b0, shift_word};
  end

  logic [D*P*AB-1:0] whole;  // sums of all chunks so far

  if (PD > 0) begin : g_chunks
    logic [SUMS_W-1:0] psums [0:PD-1];

    logic [I_W-1:0]    entry;
    logic [SUMS_W-1:0] before_q;  // partial sums of this place

    assign entry = walk_entry[I_W-1:0];

    always_ff @(posedge aclk) begin
      before_q <= psums[entry];
    end

    logic [D*P*AB-1:0] kept;

    for (genvar j = 0; j < D * P; j = j + 1) begin : g_sum
      assign whole[j*AB +: AB] = drained_sums_q[j*AB +: AB]
          + (add_q ? before_q[j*AB +: AB] : AB'(0));
      assign kept[j*AB +: AB]  = sums_q[j*32 +: AB];
    end

    logic [I_W-1:0] entry_later_q;

    engine_delay #(.W(I_W), .STEPS(2)) u_entry_later (
      .aclk(aclk),
      .d   (entry),
      .q   (entry_later_q)
    );

    always_ff @(posedge aclk) begin
      if (keep_q) psums[entry_later_q] <= kept;
    end
  end else begin : g_chunks_else
    for (genvar k = 0; k < D * P; k = k + 1) begin : g_sum
      assign whole[k*AB +: AB] = drained_sums_q[k*AB +: AB];
    end
  end

  for (genvar extend_i = 0; extend_i < D * P; extend_i = extend_i + 1) begin : g_extend
    always_ff @(posedge aclk) begin
      sums_q[extend_i*32 +: 32] <= again_valid ? again_sums[extend_i*32 +: 32]
          : 32'($signed(whole[extend_i*AB +: AB]));
    end
  end

  // requantizer; what a pass says to all lanes comes along in step
  logic [1:0]                                  mode_before_q;
  logic [2:0]                                  round_before_q;
  logic [2:0]                                  leaky_before_q;
  logic                                        threshold_before_q;
  logic                                        wrap_before_q;
  logic                                        lookup_before_q;
  logic [XB-1:0]                               zero_point_before_q;
  logic [XB:0]                                 lowest_before_q;
  logic [XB:0]                                 highest_before_q;
  logic [(GROUPS>1 ? $clog2(GROUPS) : 1)+45:0] place_before_q;
  logic [1:0]                                  mode_now_q;
  logic [2:0]                                  round_now_q;
  logic [2:0]                                  leaky_now_q;
  logic                                        threshold_now_q;
  logic                                        wrap_now_q;
  logic                                        lookup_now_q;
  logic [XB-1:0]                               zero_point_now_q;
  logic [XB:0]                                 lowest_now_q;
  logic [XB:0]                                 highest_now_q;
  logic [(GROUPS>1 ? $clog2(GROUPS) : 1)+45:0] place_now_q;

  logic [XB-1:0] zero;
  logic [XB:0]   least;  // limits with their sign
  logic [XB:0]   greatest;
  assign zero     = walk_zp[XB-1:0];
  assign least    = (XB+1)'(walk_out_unsigned ? $signed(17'(walk_lo)) : 17'($signed(walk_lo)));
  assign greatest = (XB+1)'(walk_out_unsigned ? $signed(17'(walk_hi)) : 17'($signed(walk_hi)));

  always_ff @(posedge aclk) begin
    mode_before_q       <= walk_requant;
    round_before_q      <= walk_round;
    leaky_before_q      <= walk_leaky;
    threshold_before_q  <= walk_thresholds;
    wrap_before_q       <= walk_wrap_out;
    lookup_before_q     <= walk_lut;
    zero_point_before_q <= zero;
    lowest_before_q     <= least;
    highest_before_q    <= greatest;
    place_before_q      <= {{walk_res, walk_dst_xram, walk_dst_axis, walk_segment_end,
        walk_pass_end},
        walk_group, walk_address, walk_part, walk_y_sw, walk_y_phase};
    mode_now_q          <= again_valid ? again_mode : mode_before_q;
    round_now_q         <= again_valid ? again_round : round_before_q;
    leaky_now_q         <= again_valid ? 3'd0 : leaky_before_q;
    threshold_now_q     <= again_valid ? 1'b0 : threshold_before_q;
    wrap_now_q          <= again_valid ? again_wrap : wrap_before_q;
    lookup_now_q        <= again_valid ? 1'b0 : lookup_before_q;
    zero_point_now_q    <= again_valid ? again_zero : zero_point_before_q;
    lowest_now_q        <= again_valid ? again_lo : lowest_before_q;
    highest_now_q       <= again_valid ? again_hi : highest_before_q;
    place_now_q         <= again_valid ? {1'b0, again_place} : place_before_q;
  end

  logic              requantize_out_valid;
  logic [D*P*XB-1:0] requantize_pixels;

  engine_requantize #(
    .P      (P),
    .D      (D),
    .W      (32),
    .XB     (XB),
    .MUL    (MUL),
    .FIXED  (FIXED),
    .NTHR   (NTHR),
    .LUT    (LUT),
    .ENTRIES(ENTRIES)
  ) u_requantize (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .in_valid     (valid_q),
    .sums         (sums_q),
    .bias         (bias_q),
    .mult         (mult_q),
    .high         (high_q),
    .shift        (shift_q),
    .left         (left_q),
    .thresholds   (thresholds_q),
    .mode         (mode_now_q),
    .round        (round_now_q),
    .leaky        (leaky_now_q),
    .threshold    (threshold_now_q),
    .wrap         (wrap_now_q),
    .lookup       (lookup_now_q),
    .zero         (zero_point_now_q),
    .lo           (lowest_now_q),
    .hi           (highest_now_q),
    .table_write  (table_write),
    .table_address(table_address),
    .table_data   (table_data),
    .out_valid    (requantize_out_valid),
    .pixels       (requantize_pixels)
  );

  // destinations
  logic [(GROUPS>1 ? $clog2(GROUPS) : 1)+45:0] line_q;

  engine_delay #(.W((GROUPS > 1 ? $clog2(GROUPS) : 1) + 46), .STEPS(LATENCY)) u_line (
    .aclk(aclk),
    .d   (place_now_q),
    .q   (line_q)
  );

  logic               adds;  // a residual is added before these words go anywhere
  logic [PLACE_W-1:0] place_out;
  logic               result_valid;
  assign adds      = line_q[PLACE_W];
  assign place_out = line_q[PLACE_W-1:0];

  if (ADD > 0) begin : g_residual
    logic        pass_out_unsigned_q;
    logic [15:0] pass_rlo_q;
    logic [15:0] pass_rhi_q;
    logic [15:0] pass_rzp_q;
    logic [15:0] pass_rzero_q;
    logic [5:0]  pass_rshift_q;
    logic [4:0]  pass_rleft_q;
    logic [1:0]  pass_rrequant_q;
    logic [2:0]  pass_rround_q;
    logic        pass_rwrap_q;
    logic        pass_rout_unsigned_q;
    logic        pass_runsigned_q;
    logic        pass_rswap_q;
    logic [4:0]  pass_rup_q;
    logic [4:0]  pass_rdrop_q;
    logic [31:0] pass_rfactor_q;
    logic [31:0] pass_rbias_q;
    logic [31:0] pass_rmult_q;

    always_ff @(posedge aclk) begin
      if (cfg_tvalid && cfg_tready && cfg_tdata[16]) begin
        pass_out_unsigned_q  <= cfg_tdata[600];
        pass_rlo_q           <= cfg_tdata[847:832];
        pass_rhi_q           <= cfg_tdata[863:848];
        pass_rzp_q           <= cfg_tdata[879:864];
        pass_rzero_q         <= cfg_tdata[895:880];
        pass_rshift_q        <= cfg_tdata[901:896];
        pass_rleft_q         <= cfg_tdata[906:902];
        pass_rrequant_q      <= cfg_tdata[908:907];
        pass_rround_q        <= cfg_tdata[911:909];
        pass_rwrap_q         <= cfg_tdata[912];
        pass_rout_unsigned_q <= cfg_tdata[913];
        pass_runsigned_q     <= cfg_tdata[914];
        pass_rswap_q         <= cfg_tdata[915];
        pass_rup_q           <= cfg_tdata[920:916];
        pass_rdrop_q         <= cfg_tdata[925:921];
        pass_rfactor_q       <= cfg_tdata[959:928];
        pass_rbias_q         <= cfg_tdata[991:960];
        pass_rmult_q         <= cfg_tdata[1023:992];
      end
    end

    logic                         residual_tvalid;
    logic                         residual_tready;
    logic [D*P*XB-1:0]            residual_tdata;
    logic                         oldest_tvalid;
    logic                         oldest_tready;
    logic [D*P*XB-1:0]            oldest_tdata;
    logic                         unused_residual_room;  // not every bit matters
    logic [$clog2(DEPTH + 1)-1:0] residuals_level;

    assign residual_tvalid      = res_valid;
    assign residual_tdata       = res_words;
    assign unused_residual_room = residual_tready;

    fifo #(.W(D * P * XB), .DEPTH(DEPTH)) u_residuals (
      .aclk         (aclk),
      .aresetn      (aresetn),
      .s_axis_tvalid(residual_tvalid),
      .s_axis_tready(residual_tready),
      .s_axis_tdata (residual_tdata),
      .m_axis_tvalid(oldest_tvalid),
      .m_axis_tready(oldest_tready),
      .m_axis_tdata (oldest_tdata),
      .level        (residuals_level)
    );

    logic       unused_residual_level;  // not every bit matters
    logic       meets;
    logic [4:0] tile_ends_q;            // last steps of tiles, the newest in bit 0
    logic [8:0] claims_q;               // groups of the last tile whose cycles are still claimed

    assign unused_residual_level = |{residuals_level, oldest_tvalid};
    assign meets                 = requantize_out_valid && adds;

    assign oldest_tready = meets;
    assign res_popped    = meets;

    always_ff @(posedge aclk) begin
      if (!aresetn) tile_ends_q <= '0;
      else tile_ends_q <= {tile_ends_q[3:0], tile_last};
    end

    logic [8:0] tile_groups_later_q;

    engine_delay #(.W(9), .STEPS(5)) u_tile_groups_later (
      .aclk(aclk),
      .d   (tile_groups),
      .q   (tile_groups_later_q)
    );

    logic claimed;

    assign claimed = claims_q != 9'd0;

    always_ff @(posedge aclk) begin
      if (!aresetn) claims_q <= '0;
      else if (tile_ends_q[4]) claims_q <= tile_groups_later_q;
      else if (claimed) claims_q <= claims_q - 9'd1;
    end

    logic                          pair_tvalid;
    logic                          pair_tready;
    logic [PAIR_W-1:0]             pair_tdata;
    logic                          waiting_pair_tvalid;
    logic                          waiting_pair_tready;
    logic [PAIR_W-1:0]             waiting_pair_tdata;
    logic                          unused_pair_room;  // not every bit matters
    logic [$clog2(GROUPS + 3)-1:0] pairs_level;

    assign pair_tvalid      = meets;
    assign pair_tdata       = {place_out, oldest_tdata, requantize_pixels};
    assign unused_pair_room = pair_tready;

    fifo #(.W(PAIR_W), .DEPTH(GROUPS + 2)) u_pairs (
      .aclk         (aclk),
      .aresetn      (aresetn),
      .s_axis_tvalid(pair_tvalid),
      .s_axis_tready(pair_tready),
      .s_axis_tdata (pair_tdata),
      .m_axis_tvalid(waiting_pair_tvalid),
      .m_axis_tready(waiting_pair_tready),
      .m_axis_tdata (waiting_pair_tdata),
      .level        (pairs_level)
    );

    logic               unused_pair_level;  // not every bit matters
    logic               addition_out_valid;
    logic [D*P*32-1:0]  addition_sums;
    logic signed [XB:0] addition_zero_b_value;

    assign unused_pair_level     = |pairs_level;
    assign addition_zero_b_value = (XB+1)'(17'($signed(pass_rzero_q)));

    assign waiting_pair_tready = !claimed;

    engine_addition #(.P(P), .D(D), .XB(XB)) u_addition (
      .aclk          (aclk),
      .aresetn       (aresetn),
      .in_valid      (waiting_pair_tvalid && waiting_pair_tready),
      .own           (waiting_pair_tdata[D*P*XB-1:0]),
      .other         (waiting_pair_tdata[D*P*XB +: D*P*XB]),
      .own_unsigned  (pass_out_unsigned_q),
      .other_unsigned(pass_runsigned_q),
      .swap          (pass_rswap_q),
      .up            (pass_rup_q),
      .zero_b        (addition_zero_b_value),
      .factor        (pass_rfactor_q),
      .drop          (pass_rdrop_q),
      .out_valid     (addition_out_valid),
      .sums          (addition_sums)
    );

    logic [PLACE_W-1:0] place_added_q;

    engine_delay #(.W(PLACE_W), .STEPS(6)) u_place_added (
      .aclk(aclk),
      .d   (waiting_pair_tdata[D*P*XB*2 +: PLACE_W]),
      .q   (place_added_q)
    );

    assign again_valid  = addition_out_valid;
    assign again_sums   = addition_sums;
    assign again_place  = place_added_q;
    assign again_bias   = pass_rbias_q;
    assign again_mult   = pass_rmult_q;
    assign again_shift  = pass_rshift_q;
    assign again_left   = pass_rleft_q;
    assign again_mode   = pass_rrequant_q;
    assign again_round  = pass_rround_q;
    assign again_wrap   = pass_rwrap_q;
    assign again_zero   = pass_rzp_q[XB-1:0];
    assign again_lo     = (XB+1)'(pass_rout_unsigned_q ? $signed(17'(pass_rlo_q))
        : 17'($signed(pass_rlo_q)));
    assign again_hi     = (XB+1)'(pass_rout_unsigned_q ? $signed(17'(pass_rhi_q))
        : 17'($signed(pass_rhi_q)));
    assign result_valid = requantize_out_valid && !adds;

    logic unused_bits_2;  // takes what nothing else reads
    assign unused_bits_2 = &{1'b0, pass_rzp_q};
  end else begin : g_residual_else
    logic unused_no_residual;  // not every bit matters

    assign unused_no_residual = |{res_valid, res_words, adds, tile_last, tile_groups};

    assign result_valid = requantize_out_valid;
    assign res_popped   = 1'b0;
    assign again_valid  = 1'b0;
    assign again_sums   = '0;
    assign again_place  = '0;
    assign again_bias   = '0;
    assign again_mult   = '0;
    assign again_shift  = '0;
    assign again_left   = '0;
    assign again_mode   = '0;
    assign again_round  = '0;
    assign again_wrap   = 1'b0;
    assign again_zero   = '0;
    assign again_lo     = '0;
    assign again_hi     = '0;
  end

  logic [3:0]                                to_whom;
  logic [G_W+40:0]                           place_later;
  logic                                      pushed_tvalid;
  logic                                      pushed_tready;
  logic [ITEM_W-1:0]                         pushed_tdata;
  logic                                      queued_tvalid;
  logic                                      queued_tready;
  logic [ITEM_W-1:0]                         queued_tdata;
  logic                                      unused_room;  // not every bit matters
  logic [$clog2(GROUPS * (ADD + 1) + 2)-1:0] queue_level;
  assign to_whom       = place_out[G_W+41 +: 4];
  assign place_later   = place_out[G_W+40:0];
  assign pushed_tvalid = result_valid && (to_whom[3] || to_whom[0]);
  assign pushed_tdata  = {to_whom[3], to_whom[0], place_later, requantize_pixels};
  assign unused_room   = pushed_tready;

  assign out_valid = result_valid && to_whom[2];
  assign out_data  = requantize_pixels;
  assign out_end   = to_whom[1];
  assign out_last  = to_whom[0];

  fifo #(.W(ITEM_W), .DEPTH(GROUPS * (ADD + 1) + 1)) u_queue (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(pushed_tvalid),
    .s_axis_tready(pushed_tready),
    .s_axis_tdata (pushed_tdata),
    .m_axis_tvalid(queued_tvalid),
    .m_axis_tready(queued_tready),
    .m_axis_tdata (queued_tdata),
    .level        (queue_level)
  );

  logic               unused_level;          // not every bit matters
  logic               item_tvalid;
  logic               item_tready;
  logic [WORDS_W-1:0] item_data;
  logic [G_W-1:0]     item_group;
  logic [19:0]        item_address;
  logic [1:0]         item_part;
  logic [2:0]         item_phases;
  logic [19:0]        item_stride;
  logic               item_write;
  logic               item_last;
  logic               scatter_m_axis_tvalid;
  logic               scatter_m_axis_tready;
  logic [D*P*XB-1:0]  scatter_m_axis_data;
  logic [G_W-1:0]     scatter_m_axis_group;
  logic [19:0]        scatter_m_axis_address;
  logic [P-1:0]       scatter_m_axis_lanes;  // pixels that are written
  logic               scatter_m_axis_write;
  logic               scatter_m_axis_last;   // last write of a group with last
  assign unused_level = |queue_level;
  assign item_tvalid  = queued_tvalid;
  assign item_data    = queued_tdata[WORDS_W-1:0];
  assign item_stride  = 20'(queued_tdata[WORDS_W +: 16]);
  assign item_phases  = queued_tdata[WORDS_W+16 +: 3];
  assign item_part    = queued_tdata[WORDS_W+19 +: 2];
  assign item_address = queued_tdata[WORDS_W+21 +: 20];
  assign item_group   = queued_tdata[WORDS_W+41 +: G_W];
  assign item_last    = queued_tdata[WORDS_W+G_W+41];
  assign item_write   = queued_tdata[WORDS_W+G_W+42];

  assign queued_tready = item_tready;

  engine_scatter #(.P(P), .D(D), .XB(XB), .A_W(20), .G_W(G_W)) u_scatter (
    .aclk          (aclk),
    .aresetn       (aresetn),
    .s_axis_tvalid (item_tvalid),
    .s_axis_tready (item_tready),
    .s_axis_data   (item_data),
    .s_axis_group  (item_group),
    .s_axis_address(item_address),
    .s_axis_part   (item_part),
    .s_axis_phases (item_phases),
    .s_axis_stride (item_stride),
    .s_axis_write  (item_write),
    .s_axis_last   (item_last),
    .m_axis_tvalid (scatter_m_axis_tvalid),
    .m_axis_tready (scatter_m_axis_tready),
    .m_axis_data   (scatter_m_axis_data),
    .m_axis_group  (scatter_m_axis_group),
    .m_axis_address(scatter_m_axis_address),
    .m_axis_lanes  (scatter_m_axis_lanes),
    .m_axis_write  (scatter_m_axis_write),
    .m_axis_last   (scatter_m_axis_last)
  );

  logic done_q;

  assign scatter_m_axis_tready = 1'b1;
  assign write_valid           = scatter_m_axis_tvalid && scatter_m_axis_write;
  assign write_group           = scatter_m_axis_group;
  assign write_address         = scatter_m_axis_address;
  assign write_lanes           = scatter_m_axis_lanes;
  assign write_data            = scatter_m_axis_data;

  always_ff @(posedge aclk) begin
    if (!aresetn) done_q <= 1'b0;
    else done_q <= scatter_m_axis_tvalid && scatter_m_axis_last;
  end

  assign pass_done = done_q;

  logic unused_bits_3;  // takes what nothing else reads
  assign unused_bits_3 = &{1'b0, walk_zp, walk_entry, add_q, planes_q, keep_q};

endmodule
`default_nettype wire
