// engine_sequencer - issues the steps of a pass, one a cycle: weight tiles, chunks, rows, tiles,
// groups of slices, taps
//
// A step is issued when
// a  its weight word is in the ring,
// b  as the first one of a row: enough rows of input have arrived, c  as the first one of a weight
// tile: the parameters are there, d  as the last one of a tile: the drain is free, and the output
// has room for the tile, e  as the last one of a tile with residual: the residual words are there.
// What follows is a pipeline that never waits: the outputs of a step are there 6 cycles after its
// issue.
// A pass is taken when its header is complete and the pass before has issued its last step 5 cycles
// ago, with flush or behind a pass with residual when all passes are written; its first step is
// issued 6 cycles later. Words of the ring are free when they were issued for the last time FREE
// steps ago. Rows of fewer than SH + 4 steps wait for engine_rows.
//
// P      pixels of a word, 1 to 64
// G      slices, 1 to 16
// M      channels of a weight tile, and banks, 1 to 256
// D      channels of a group, >= 1
// WD     words of the weight ring, 2 to 65536
// YD     groups that the output holds, 1 to 4096
// TMAX   entries of a tap program, 1 to 32
// KMAX   kernel rows, 1 to 32
// HQ     headers ahead of the pass that runs; one less than a power of two, 1 to 63
// PQ     weight tiles whose parameters are held; a power of two, 2 to 256
// FREE   cycles from the issue of a word to its last use, >= 3
`default_nettype none
module engine_sequencer #(
  parameter int P    = 7,
  parameter int G    = 3,
  parameter int M    = 32,
  parameter int D    = 4,
  parameter int WD   = 1024,
  parameter int YD   = 32,
  parameter int TMAX = 32,
  parameter int KMAX = 16,
  parameter int HQ   = 1,
  parameter int PQ   = 2,
  parameter int FREE = 12
) (
  input  logic                                                  aclk,
  input  logic                                                  aresetn,
  // passes may start
  input  logic                                                  enable,

  // headers whose taps and row table are complete
  input  logic                                                  s_header_tvalid,
  output logic                                                  s_header_tready,
  input  logic [1023:0]                                         s_header_tdata,

  // the same header for engine_post, when its pass starts
  output logic                                                  m_cfg_tvalid,
  input  logic                                                  m_cfg_tready,
  output logic [1023:0]                                         m_cfg_tdata,

  // tap programs and row tables of the passes go to HQ + 1 sets in turn
  input  logic                                                  tap_write,
  input  logic [(TMAX>1 ? $clog2(TMAX) : 1)+$clog2(HQ + 1)-1:0] tap_address,       // {tap, set}
  input  logic [15:0]                                           tap_data,
  input  logic                                                  row_write,
  // {kernel row, set}
  input  logic [(KMAX>1 ? $clog2(KMAX) : 1)+$clog2(HQ + 1)-1:0] row_address,
  input  logic [31:0]                                           row_data,
  // a weight word enters the ring
  input  logic                                                  ring_write,
  // words that are free again, since reset
  output logic [$clog2(WD + 1):0]                               ring_freed,
  // the parameters of a weight tile are complete
  input  logic                                                  params_full,
  // rows of input that have arrived
  input  logic [15:0]                                           x_tokens,
  // passes whose last result is written
  input  logic [15:0]                                           passes_done,
  // a group has left the output
  input  logic                                                  credit,
  // the residual words of the next tile are there
  input  logic                                                  res_ready,
  // its last step is issued
  output logic                                                  res_taken,
  // a step; nothing behind it ever waits
  output logic                                                  step_valid,
  // first step of a tile
  output logic                                                  step_first,
  // last step of a tile
  output logic                                                  step_last,
  // reduction of the pass
  output logic [1:0]                                            step_op,
  // what the windows do
  output logic [1:0]                                            step_tap,
  // live slices read a word
  output logic                                                  step_read,
  output logic [G-1:0]                                          step_live,
  output logic [G*(M>1 ? $clog2(M) : 1)-1:0]                    step_bank,
  // slice 0 reads for all banks in a pass that is not dense
  output logic [G*20-1:0]                                       step_address,
  // first lane with a pixel of the input
  output logic [$clog2(P + 1)-1:0]                              step_low,
  // first lane behind them
  output logic [$clog2(P + 1)-1:0]                              step_high,
  // value of the other lanes, in the low bits
  output logic [15:0]                                           step_pad,
  // pixels are unsigned
  output logic                                                  step_unsigned,
  // place of the weight word in the ring
  output logic [(WD>1 ? $clog2(WD) : 1)-1:0]                    step_weight,
  // 0: every weight is 1
  output logic                                                  step_has_weights,
  // slice whose weight a depthwise step takes
  output logic [(G>1 ? $clog2(G) : 1)-1:0]                      step_byte,
  // groups that the tile drains
  output logic [8:0]                                            step_groups,
  // cycles between groups
  output logic [2:0]                                            step_scatter,
  // an output row has no kernel row: the header is wrong; stays until reset
  output logic                                                  row_empty,
  // a pass issues steps
  output logic                                                  running,
  // no step for want of: weights, input, parameters, drain or output, residual, row
  output logic [5:0]                                            stalled
);

  // counters of weight words; a difference has a sign
  localparam int COUNT_W  = $clog2(WD + 1) + 1;
  // words of a chunk, those that it has freed included; signed
  localparam int HERE_W   = COUNT_W + 1;
  localparam int RING_W   = WD > 1 ? $clog2(WD) : 1;
  localparam int SLICE_W  = G > 1 ? $clog2(G) : 1;
  localparam int CREDIT_W = $clog2(YD + 1) + 9;
  localparam int SET_W    = $clog2(HQ + 1);      // bits of a set of taps and rows
  localparam int TAP_W    = TMAX > 1 ? $clog2(TMAX) : 1;
  localparam int ROW_W    = KMAX > 1 ? $clog2(KMAX) : 1;

`ifndef SYNTHESIS
  initial begin
    if (P > 64) $fatal(1, "engine_sequencer: P must be at most 64");
    if (G > 16) $fatal(1, "engine_sequencer: G must be at most 16");
    if (M > 256) $fatal(1, "engine_sequencer: M must be at most 256");
    if (WD < 2) $fatal(1, "engine_sequencer: WD must be at least 2");
    if (WD > 65536) $fatal(1, "engine_sequencer: WD must be at most 65536");
    if (YD > 4096) $fatal(1, "engine_sequencer: YD must be at most 4096");
    if (TMAX > 32) $fatal(1, "engine_sequencer: TMAX must be at most 32");
    if (KMAX > 32) $fatal(1, "engine_sequencer: KMAX must be at most 32");
    if (HQ > 63) $fatal(1, "engine_sequencer: HQ must be at most 63");
    if (PQ < 2) $fatal(1, "engine_sequencer: PQ must be at least 2");
    if (PQ > 256) $fatal(1, "engine_sequencer: PQ must be at most 256");
    if (FREE < 3) $fatal(1, "engine_sequencer: FREE must be at least 3");
    if ($clog2(HQ + 2) != $clog2(HQ + 1) + 1)
      $fatal(1, "engine_sequencer: HQ + 1 is a power of two");
    if ($clog2(PQ + 1) != $clog2(PQ) + 1) $fatal(1, "engine_sequencer: PQ is a power of two");
    if (M < G) $fatal(1, "engine_sequencer: slices of a group read different banks");
    if ((M > 1 ? $clog2(M) : 1) + 1 < $clog2(G + 1))
      $fatal(1, "engine_sequencer: they are numbered like banks");
    if (9 < $clog2(M / D + 1)) $fatal(1, "engine_sequencer: limit of groups");
    if (M < D) $fatal(1, "engine_sequencer: a weight tile has a group");
    if ($clog2(WD + 1) + 1 < (WD > 1 ? $clog2(WD) : 1))
      $fatal(1, "engine_sequencer: a place in the ring fits a counter");
  end
`endif

  logic [1023:0] header_q;  // the pass that runs

  logic        unused_header;  // not every bit matters
  logic [1:0]  h_op;           // reduction: 0 dense, 1 depthwise, 2 maximum, 3 sum
  logic        h_dst_xram;     // results are written to the X-RAM
  logic        h_dst_axis;     // results are sent to m_axis_y
  logic        h_w_keep;       // the weights stay in the ring behind this pass
  logic        h_res;          // a residual word is added to every result
  logic        h_has_weights;  // steps take weight words (0: constant weight 1)
  logic [3:0]  h_planes;       // parameter planes: bit 0 bias, 1 multiplier, 2 shift, 3 thresholds
  logic [5:0]  h_nt;           // tap entries of a kernel row
  logic [15:0] h_pad;          // value of the padding
  logic        h_in_unsigned;  // pixels are unsigned
  logic [15:0] h_xt;           // tiles of P pixels in an output row
  logic [15:0] h_w_words;      // weight words of a chunk
  logic        h_tok_check;    // output rows wait for row tokens
  logic [2:0]  h_y_sw;         // phases of the output: horizontal stride of its reader
  logic        dense;
  logic        weighted;
  assign unused_header = |{header_q[7:0], header_q[13:12], header_q[15], header_q[17],
      header_q[27:19], header_q[47:32], header_q[223:70], header_q[431:240], header_q[559:433],
      header_q[600:563], header_q[815:602], header_q[1023:832]};
  assign h_op          = header_q[9:8];
  assign h_dst_xram    = header_q[10];
  assign h_dst_axis    = header_q[11];
  assign h_w_keep      = header_q[14];
  assign h_res         = header_q[16];
  assign h_has_weights = header_q[18];
  assign h_planes      = header_q[31:28];
  assign h_nt          = header_q[69:64];
  assign h_pad         = header_q[831:816];
  assign h_in_unsigned = header_q[601];
  assign h_xt          = header_q[63:48];
  assign h_w_words     = header_q[239:224];
  assign h_tok_check   = header_q[432];
  assign h_y_sw        = header_q[562:560];
  assign dense         = h_op == 2'd0;
  assign weighted      = h_has_weights;

  // passes: one is taken when the pipeline behind the one before has no use for its header any more
  logic             running_q;
  logic             start_q;  // the header has just been taken
  logic [2:0]       quiet_q;  // cycles until another pass may be taken
  logic [15:0]      started_q;
  logic [SET_W-1:0] set_q;    // set of the tap program and row table

  logic settled;
  logic offer;
  logic take;
  assign settled = !(s_header_tdata[15] | h_res) || started_q == passes_done;
  assign offer   = enable && s_header_tvalid && !running_q && quiet_q == 3'd0 && settled;
  assign take    = offer && m_cfg_tready;

  assign s_header_tready = take;
  assign m_cfg_tvalid    = offer;
  assign m_cfg_tdata     = s_header_tdata;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      start_q   <= 1'b0;
      started_q <= '0;
      set_q     <= SET_W'(HQ);
    end else begin
      start_q <= take;
      if (take) begin
        started_q <= started_q + 16'd1;
        set_q     <= set_q + SET_W'(1);
      end
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (take) header_q <= s_header_tdata;
  end

  // tap programs and row tables of the passes that are read ahead, and of the one that runs
  logic [15:0] taps [0:TMAX*(HQ+1)-1];
  logic [31:0] row_table [0:KMAX*(HQ+1)-1];

  always_ff @(posedge aclk) begin
    if (tap_write) taps[32'(tap_address)] <= tap_data;
  end

  always_ff @(posedge aclk) begin
    if (row_write) row_table[32'(row_address)] <= row_data;
  end

  // the next row
  logic                             next_tvalid;
  logic                             next_tready;
  logic [15:0]                      next_left;        // steps of a tile - 1
  // first weight word of a tile, counted in the chunk
  logic [15:0]                      next_word;
  // kernel row of slice 0 in the first group, from 1
  logic [5:0]                       next_kh;
  logic [5:0]                       next_low;         // kernel rows up to here lie above the input
  logic [5:0]                       next_high;        // last kernel row inside of the input
  // channel of slice 0 in the first group, counted in the chunk
  logic [15:0]                      next_ci;
  logic [(M>1 ? $clog2(M) : 1)-1:0] next_bank;        // its bank
  logic [(M>1 ? $clog2(M) : 1)-1:0] next_bank0;       // bank of channel 0 of the chunk
  logic [15:0]                      next_block0;      // offset of its block
  logic [15:0]                      next_off_a;       // offset of the input row of kernel row kh
  logic [15:0]                      next_off_b;       // offset of the row below
  logic [15:0]                      next_slot_b;      // its place in the ring of rows
  logic [15:0]                      next_exist;       // channels of the chunk that exist
  logic [8:0]                       next_groups;      // groups of D channels that a tile drains
  logic [10:0]                      next_drain;       // cycles of its drain - 1
  logic [15:0]                      next_need;        // row tokens that the first step waits for
  // first row of a weight tile: its parameters must be there
  logic                             next_opens;
  logic                             next_ends;        // last row of a chunk
  logic                             next_last_chunk;  // results leave behind this chunk
  logic                             next_last_row;    // last row of the pass
  logic [4:0]                       first_entry;
  logic [4:0]                       last_entry;

  engine_rows #(.G(G), .M(M), .D(D)) u_rows (
    .aclk            (aclk),
    .aresetn         (aresetn),
    .start           (start_q),
    .header          (header_q),
    .first_row       (first_entry),
    .first_entry     (row_table[32'({first_entry[ROW_W-1:0], set_q})]),
    .last_row        (last_entry),
    .last_entry      (row_table[32'({last_entry[ROW_W-1:0], set_q})]),
    .m_row_tvalid    (next_tvalid),
    .m_row_tready    (next_tready),
    .m_row_left      (next_left),
    .m_row_word      (next_word),
    .m_row_kh        (next_kh),
    .m_row_low       (next_low),
    .m_row_high      (next_high),
    .m_row_ci        (next_ci),
    .m_row_bank      (next_bank),
    .m_row_bank0     (next_bank0),
    .m_row_block0    (next_block0),
    .m_row_off_a     (next_off_a),
    .m_row_off_b     (next_off_b),
    .m_row_slot_b    (next_slot_b),
    .m_row_exist     (next_exist),
    .m_row_groups    (next_groups),
    .m_row_drain     (next_drain),
    .m_row_need      (next_need),
    .m_row_opens     (next_opens),
    .m_row_ends      (next_ends),
    .m_row_last_chunk(next_last_chunk),
    .m_row_last_row  (next_last_row),
    .empty           (row_empty)
  );

  // this row, and the step of it that is issued next
  logic [15:0]                      left_of_row_q;        // steps of a tile - 1
  // first weight word of a tile, counted in the chunk
  logic [15:0]                      word_of_row_q;
  // kernel row of slice 0 in the first group, from 1
  logic [5:0]                       kh_of_row_q;
  // kernel rows up to here lie above the input
  logic [5:0]                       low_of_row_q;
  logic [5:0]                       high_of_row_q;        // last kernel row inside of the input
  // channel of slice 0 in the first group, counted in the chunk
  logic [15:0]                      ci_of_row_q;
  logic [(M>1 ? $clog2(M) : 1)-1:0] bank_of_row_q;        // its bank
  logic [(M>1 ? $clog2(M) : 1)-1:0] bank0_of_row_q;       // bank of channel 0 of the chunk
  logic [15:0]                      block0_of_row_q;      // offset of its block
  // offset of the input row of kernel row kh
  logic [15:0]                      off_aof_row_q;
  logic [15:0]                      off_bof_row_q;        // offset of the row below
  logic [15:0]                      slot_bof_row_q;       // its place in the ring of rows
  logic [15:0]                      exist_of_row_q;       // channels of the chunk that exist
  logic [8:0]                       groups_of_row_q;      // groups of D channels that a tile drains
  logic [10:0]                      drain_of_row_q;       // cycles of its drain - 1
  // row tokens that the first step waits for
  logic [15:0]                      need_of_row_q;
  // first row of a weight tile: its parameters must be there
  logic                             opens_of_row_q;
  logic                             ends_of_row_q;        // last row of a chunk
  logic                             last_chunk_of_row_q;  // results leave behind this chunk
  logic                             last_row_of_row_q;    // last row of the pass
  logic                             row_valid_q;
  logic                             opens_row_q;          // first step of the row
  logic                             first_q;              // first step of a tile
  logic                             last_q;               // last step of a tile
  logic                             opens_group_q;        // first step of a group
  logic                             row_ends_q;           // the tile is the last one of the row
  logic [15:0]                      left_q;               // steps of the tile behind this one
  logic [5:0]                       tap_q;
  logic                             tap_ends_q;           // the tap is the last one
  logic [15:0]                      word_q;               // weight word, counted in the chunk
  // slice that a depthwise step takes its weight from
  logic [SLICE_W-1:0]               slice_q;
  logic [15:0]                      xt_q;
  // words that have come since the beginning of the chunk
  logic [HERE_W-1:0]                here_q;
  // words in front of the chunk, since reset
  logic [COUNT_W-1:0]               base_q;
  logic [RING_W-1:0]                place_q;              // where the chunk begins
  // the same for the first chunk of the pass
  logic [COUNT_W-1:0]               pass_base_q;
  logic [RING_W-1:0]                pass_place_q;
  logic [COUNT_W-1:0]               written_q;
  logic [10:0]                      drain_q;              // cycles until the drain is free
  logic [CREDIT_W-1:0]              credits_q;            // groups for which the output has room
  logic [$clog2(PQ + 1)-1:0]        params_q;             // weight tiles whose parameters are there

  // the issue decision
  logic has_word;
  logic has_rows;
  logic has_rows_difference;
  logic takes_params;
  logic has_params;
  logic sends;
  logic room;
  logic drained;
  logic adds;  // residual words meet the sums of this tile
  logic has_residual;
  logic ready;
  logic issue;
  logic tile_ends;
  logic row_ends;
  logic load;
  assign has_word            = !weighted
      || $signed((HERE_W+16)'(word_q)) < (HERE_W+16)'($signed(here_q));
  assign has_rows_difference = 1'((x_tokens - need_of_row_q) >> 15);
  assign has_rows            = !(opens_row_q && h_tok_check && has_rows_difference);
  assign takes_params        = opens_row_q && opens_of_row_q && (|h_planes);
  assign has_params          = !(takes_params && params_q == ($clog2(PQ + 1))'(0));
  assign sends               = last_chunk_of_row_q && h_dst_axis;
  assign room                = credits_q >= CREDIT_W'(groups_of_row_q);
  assign drained             = !last_q || (drain_q == 11'd0 && (!sends || room));
  assign adds                = last_q && last_chunk_of_row_q && h_res;
  assign has_residual        = !(adds && !res_ready);
  assign ready               = has_word && has_rows && has_params && drained && has_residual;
  assign issue               = row_valid_q && ready;
  assign tile_ends           = issue && last_q;
  assign row_ends            = tile_ends && row_ends_q;
  assign load                = next_tvalid && (row_ends || !row_valid_q);

  assign res_taken   = issue && adds;
  assign next_tready = row_ends || !row_valid_q;

  // from step to step
  logic one_tap;
  logic one_tile;
  logic word_ends;  // another word follows
  assign one_tap   = h_nt == 6'd1;
  assign one_tile  = h_xt == 16'd1;
  assign word_ends = dense || tap_ends_q || slice_q == SLICE_W'(G - 1);

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      row_valid_q <= 1'b0;
    end else begin
      if (row_ends) row_valid_q <= 1'b0;
      if (load) row_valid_q <= 1'b1;
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (issue) begin
      opens_row_q   <= 1'b0;
      first_q       <= 1'b0;
      opens_group_q <= tap_ends_q;
      left_q        <= left_q - 16'd1;
      last_q        <= left_q == 16'd1;
      tap_q         <= tap_ends_q ? 6'd0 : tap_q + 6'd1;
      tap_ends_q    <= tap_ends_q ? one_tap : tap_q + 6'd1 + 6'd1 == h_nt;
      if (word_ends && weighted) word_q <= word_q + 16'd1;
      slice_q <= word_ends ? SLICE_W'(0) : slice_q + SLICE_W'(1);
    end
    if (tile_ends) begin
      first_q    <= 1'b1;
      left_q     <= left_of_row_q;
      last_q     <= left_of_row_q == 16'd0;
      word_q     <= word_of_row_q;
      xt_q       <= xt_q + 16'd1;
      row_ends_q <= xt_q + 16'd1 + 16'd1 == h_xt;
    end
    if (load) begin
      left_of_row_q       <= next_left;
      word_of_row_q       <= next_word;
      kh_of_row_q         <= next_kh;
      low_of_row_q        <= next_low;
      high_of_row_q       <= next_high;
      ci_of_row_q         <= next_ci;
      bank_of_row_q       <= next_bank;
      bank0_of_row_q      <= next_bank0;
      block0_of_row_q     <= next_block0;
      off_aof_row_q       <= next_off_a;
      off_bof_row_q       <= next_off_b;
      slot_bof_row_q      <= next_slot_b;
      exist_of_row_q      <= next_exist;
      groups_of_row_q     <= next_groups;
      drain_of_row_q      <= next_drain;
      need_of_row_q       <= next_need;
      opens_of_row_q      <= next_opens;
      ends_of_row_q       <= next_ends;
      last_chunk_of_row_q <= next_last_chunk;
      last_row_of_row_q   <= next_last_row;
      opens_row_q         <= 1'b1;
      first_q             <= 1'b1;
      last_q              <= next_left == 16'd0;
      opens_group_q       <= 1'b0;
      row_ends_q          <= one_tile;
      left_q              <= next_left;
      tap_q               <= '0;
      tap_ends_q          <= one_tap;
      word_q              <= next_word;
      slice_q             <= '0;
      xt_q                <= '0;
    end
  end

  logic pass_ends;
  assign pass_ends = row_ends && last_row_of_row_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      running_q <= 1'b0;
      quiet_q   <= '0;
    end else begin
      if (pass_ends) begin
        running_q <= 1'b0;
        quiet_q   <= 3'd4;
      end else if (quiet_q != 3'd0) begin
        quiet_q <= quiet_q - 3'd1;
      end
      if (take) running_q <= 1'b1;
    end
  end

  // drain, room of the output, parameters
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      drain_q   <= '0;
      credits_q <= CREDIT_W'(YD);
    end else begin
      if (tile_ends) drain_q <= drain_of_row_q;
      else if (drain_q != 11'd0) drain_q <= drain_q - 11'd1;
      credits_q <= credits_q + CREDIT_W'(credit)
          - (tile_ends && sends ? CREDIT_W'(groups_of_row_q) : CREDIT_W'(0));
    end
  end

  logic params_taken;
  assign params_taken = issue && takes_params;

  always_ff @(posedge aclk) begin
    if (!aresetn) params_q <= '0;
    else if (params_full && !params_taken) params_q <= params_q + ($clog2(PQ + 1))'(1);
    else if (params_taken && !params_full) params_q <= params_q - ($clog2(PQ + 1))'(1);
  end

  // the ring: where the chunk begins, and how much of it is there
  logic [COUNT_W-1:0] written;
  assign written = ring_write ? written_q + COUNT_W'(1) : written_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) written_q <= '0;
    else written_q <= written;
  end

  logic               chunk_ends;
  logic [COUNT_W-1:0] chunk_words;
  logic [COUNT_W:0]   behind;
  logic [HERE_W-1:0]  here_now;
  assign chunk_ends  = row_ends && ends_of_row_q && weighted;
  assign chunk_words = COUNT_W'((COUNT_W+16)'(h_w_words));
  assign behind      = (COUNT_W+1)'(place_q) + (COUNT_W+1)'(chunk_words);
  assign here_now    = here_q + HERE_W'(ring_write);

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      here_q       <= '0;
      base_q       <= '0;
      place_q      <= '0;
      pass_base_q  <= '0;
      pass_place_q <= '0;
    end else begin
      here_q <= here_now;
      if (chunk_ends) begin
        here_q  <= here_now - HERE_W'(chunk_words);
        base_q  <= base_q + chunk_words;
        place_q <= RING_W'(behind > (COUNT_W+1)'(WD - 1)
            ? behind - (COUNT_W+1)'(WD - 1) - (COUNT_W+1)'(1) : behind);
      end
      if (take) begin
        if (s_header_tdata[13]) begin
          base_q  <= pass_base_q;
          place_q <= pass_place_q;
        end else begin
          pass_base_q  <= base_q;
          pass_place_q <= place_q;
        end
      end
      if (start_q) here_q <= HERE_W'($signed(written - base_q));
    end
  end

  // behind the decision: what travels with the step
  logic                             valid_in_step_q;
  logic                             first_in_step_q;
  logic                             last_in_step_q;
  logic                             opens_row_in_step_q;
  logic                             opens_group_in_step_q;
  logic [5:0]                       tap_in_step_q;
  logic [15:0]                      xt_in_step_q;
  logic [COUNT_W:0]                 place_in_step_q;     // place in the ring, not yet brought round
  logic [SLICE_W-1:0]               slice_in_step_q;
  logic                             frees_word_in_step_q;
  logic                             frees_chunk_in_step_q;
  logic [COUNT_W-1:0]               freed_in_step_q;     // words in front of the step
  logic [15:0]                      left_given_q;        // steps of a tile - 1
  // first weight word of a tile, counted in the chunk
  logic [15:0]                      word_given_q;
  // kernel row of slice 0 in the first group, from 1
  logic [5:0]                       kh_given_q;
  // kernel rows up to here lie above the input
  logic [5:0]                       low_given_q;
  logic [5:0]                       high_given_q;        // last kernel row inside of the input
  // channel of slice 0 in the first group, counted in the chunk
  logic [15:0]                      ci_given_q;
  logic [(M>1 ? $clog2(M) : 1)-1:0] bank_given_q;        // its bank
  logic [(M>1 ? $clog2(M) : 1)-1:0] bank0_given_q;       // bank of channel 0 of the chunk
  logic [15:0]                      block0_given_q;      // offset of its block
  logic [15:0]                      off_agiven_q;        // offset of the input row of kernel row kh
  logic [15:0]                      off_bgiven_q;        // offset of the row below
  logic [15:0]                      slot_bgiven_q;       // its place in the ring of rows
  logic [15:0]                      exist_given_q;       // channels of the chunk that exist
  logic [8:0]                       groups_given_q;      // groups of D channels that a tile drains
  logic [10:0]                      drain_given_q;       // cycles of its drain - 1
  logic [15:0]                      need_given_q;        // row tokens that the first step waits for
  // first row of a weight tile: its parameters must be there
  logic                             opens_given_q;
  logic                             ends_given_q;        // last row of a chunk
  logic                             last_chunk_given_q;  // results leave behind this chunk
  logic                             last_row_given_q;    // last row of the pass
  always_ff @(posedge aclk) begin
    left_given_q       <= left_of_row_q;
    word_given_q       <= word_of_row_q;
    kh_given_q         <= kh_of_row_q;
    low_given_q        <= low_of_row_q;
    high_given_q       <= high_of_row_q;
    ci_given_q         <= ci_of_row_q;
    bank_given_q       <= bank_of_row_q;
    bank0_given_q      <= bank0_of_row_q;
    block0_given_q     <= block0_of_row_q;
    off_agiven_q       <= off_aof_row_q;
    off_bgiven_q       <= off_bof_row_q;
    slot_bgiven_q      <= slot_bof_row_q;
    exist_given_q      <= exist_of_row_q;
    groups_given_q     <= groups_of_row_q;
    drain_given_q      <= drain_of_row_q;
    need_given_q       <= need_of_row_q;
    opens_given_q      <= opens_of_row_q;
    ends_given_q       <= ends_of_row_q;
    last_chunk_given_q <= last_chunk_of_row_q;
    last_row_given_q   <= last_row_of_row_q;
  end

  logic               frees;  // in the last tile of a chunk
  logic [COUNT_W-1:0] place_in_step_value;
  assign frees               = issue && row_ends_q && ends_of_row_q && weighted && !h_w_keep;
  assign place_in_step_value = COUNT_W'((COUNT_W+16)'(word_q));

  always_ff @(posedge aclk) begin
    if (!aresetn) valid_in_step_q <= 1'b0;
    else valid_in_step_q <= issue;
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    first_in_step_q       <= first_q;
    last_in_step_q        <= last_q;
    opens_row_in_step_q   <= opens_row_q;
    opens_group_in_step_q <= opens_group_q;
    tap_in_step_q         <= tap_q;
    xt_in_step_q          <= xt_q;
    place_in_step_q       <= (COUNT_W+1)'(place_q) + (COUNT_W+1)'(place_in_step_value);
    slice_in_step_q       <= slice_q;
    frees_word_in_step_q  <= frees && word_ends;
    frees_chunk_in_step_q <= frees && last_q;
    freed_in_step_q       <= base_q + (last_q ? chunk_words : place_in_step_value);
  end

  logic [COUNT_W-1:0] freed_behind_q;
  logic [RING_W-1:0]  place_behind_q;
  logic [SLICE_W-1:0] slice_behind_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) freed_behind_q <= '0;
    else if (take && !s_header_tdata[13]) freed_behind_q <= base_q;
    else if (frees_chunk_in_step_q) freed_behind_q <= freed_in_step_q;
    else if (frees_word_in_step_q) freed_behind_q <= freed_in_step_q + COUNT_W'(1);
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    place_behind_q <= RING_W'(place_in_step_q > (COUNT_W+1)'(WD - 1)
        ? place_in_step_q - (COUNT_W+1)'(WD - 1) - (COUNT_W+1)'(1) : place_in_step_q);
    slice_behind_q <= slice_in_step_q;
  end

  logic [(FREE-2)*COUNT_W-1:0] freed_q;

  for (genvar i = 0; i < FREE - 2; i = i + 1) begin : g_later
    if (i == 0) begin : g_head
      always_ff @(posedge aclk) begin
        if (!aresetn) freed_q[i*COUNT_W +: COUNT_W] <= '0;
        else freed_q[i*COUNT_W +: COUNT_W] <= freed_behind_q;
      end
    end else begin : g_head_else
      always_ff @(posedge aclk) begin
        if (!aresetn) freed_q[i*COUNT_W +: COUNT_W] <= '0;
        else freed_q[i*COUNT_W +: COUNT_W] <= freed_q[(i-1)*COUNT_W +: COUNT_W];
      end
    end
  end

  logic [1:0]                         addresses_tap_op;
  logic                               addresses_read;
  logic [G-1:0]                       addresses_slice_live;
  logic [G*(M>1 ? $clog2(M) : 1)-1:0] addresses_slice_bank;
  logic [G*20-1:0]                    addresses_slice_address;
  logic [$clog2(P + 1)-1:0]           addresses_lane_low;
  logic [$clog2(P + 1)-1:0]           addresses_lane_high;

  assign ring_freed = freed_q[(FREE-3)*COUNT_W +: COUNT_W];

  engine_addresses #(.P(P), .G(G), .M(M)) u_addresses (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .header       (header_q),
    .valid        (valid_in_step_q),
    .first        (first_in_step_q),
    .opens_row    (opens_row_in_step_q),
    .opens_group  (opens_group_in_step_q),
    .xt           (xt_in_step_q),
    .tap          (taps[32'({tap_in_step_q[TAP_W-1:0], set_q})]),
    .kh           (kh_given_q),
    .low          (low_given_q),
    .high         (high_given_q),
    .ci           (ci_given_q),
    .bank         (bank_given_q),
    .bank0        (bank0_given_q),
    .block0       (block0_given_q),
    .off_a        (off_agiven_q),
    .off_b        (off_bgiven_q),
    .slot_b       (slot_bgiven_q),
    .exist        (exist_given_q),
    .tap_op       (addresses_tap_op),
    .read         (addresses_read),
    .slice_live   (addresses_slice_live),
    .slice_bank   (addresses_slice_bank),
    .slice_address(addresses_slice_address),
    .lane_low     (addresses_lane_low),
    .lane_high    (addresses_lane_high)
  );

  logic [3:0] valid_q;  // steps on their way, the newest in bit 0

  always_ff @(posedge aclk) begin
    if (!aresetn) valid_q <= '0;
    else valid_q <= {valid_q[2:0], valid_in_step_q};
  end

  logic step_valid_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) step_valid_q <= 1'b0;
    else step_valid_q <= valid_q[3];
  end

  logic [1:0]  op_of_pass_q;
  logic [15:0] pad_of_pass_q;
  logic        unsigned_of_pass_q;
  logic        weighted_of_pass_q;
  logic [2:0]  scatter_of_pass_q;

  always_ff @(posedge aclk) begin
    op_of_pass_q       <= h_op;
    pad_of_pass_q      <= h_pad;
    unsigned_of_pass_q <= h_in_unsigned;
    weighted_of_pass_q <= weighted;
    scatter_of_pass_q  <= h_dst_xram ? h_y_sw : 3'd1;
  end

  logic first_later_q;

  assign step_valid = step_valid_q;

  engine_delay #(.W(1), .STEPS(5)) u_first_later (
    .aclk(aclk),
    .d   (first_in_step_q),
    .q   (first_later_q)
  );

  logic last_later_q;

  assign step_first = first_later_q;

  engine_delay #(.W(1), .STEPS(5)) u_last_later (
    .aclk(aclk),
    .d   (last_in_step_q),
    .q   (last_later_q)
  );

  logic [RING_W-1:0] place_later_q;

  assign step_last    = last_later_q;
  assign step_op      = op_of_pass_q;
  assign step_tap     = addresses_tap_op;
  assign step_read    = addresses_read;
  assign step_live    = addresses_slice_live;
  assign step_bank    = addresses_slice_bank;
  assign step_address = addresses_slice_address;
  assign step_low     = addresses_lane_low;
  assign step_high    = addresses_lane_high;

  engine_delay #(.W(RING_W), .STEPS(4)) u_place_later (
    .aclk(aclk),
    .d   (place_behind_q),
    .q   (place_later_q)
  );

  logic [SLICE_W-1:0] slice_later_q;

  assign step_weight = place_later_q;

  engine_delay #(.W(SLICE_W), .STEPS(4)) u_slice_later (
    .aclk(aclk),
    .d   (slice_behind_q),
    .q   (slice_later_q)
  );

  logic [8:0] groups_later_q;

  assign step_byte = slice_later_q;

  engine_delay #(.W(9), .STEPS(5)) u_groups_later (
    .aclk(aclk),
    .d   (groups_given_q),
    .q   (groups_later_q)
  );

  assign step_groups      = groups_later_q;
  assign step_pad         = pad_of_pass_q;
  assign step_unsigned    = unsigned_of_pass_q;
  assign step_has_weights = weighted_of_pass_q;
  assign step_scatter     = scatter_of_pass_q;

  // why no step is issued; of several reasons the first one counts
  logic waits;
  assign waits = row_valid_q && !ready;

  assign running = running_q;
  assign stalled = {running_q && !row_valid_q,
      waits && has_word && has_rows && has_params && drained && !has_residual,
      waits && has_word && has_rows && has_params && !drained,
      waits && has_word && has_rows && !has_params, waits && has_word && !has_rows,
      waits && !has_word};

  logic unused_bits;  // takes what nothing else reads
  assign unused_bits = &{1'b0, first_entry, last_entry, tap_in_step_q, left_given_q, word_given_q,
      drain_given_q, need_given_q, opens_given_q, ends_given_q, last_chunk_given_q,
      last_row_given_q};

endmodule
`default_nettype wire
