// engine_weight_port - parser of the weight stream: headers, taps, row tables, parameters, and the
// ring of weight words
//
// One packet is a pass. Its header is checked as a whole before anything else of it is used; a
// wrong magic, a limit or a contradiction, or tlast where the header does not say it, stops the
// port for good: error_code and error_place say why and where, nothing of that packet's kind goes
// on, and only a reset starts it again.
// Headers are offered when taps, row table and table are complete, one ahead of the pass that runs.
// Parameters go to two sets in turn, one of them ahead; weight words to the ring as long as it has
// room, which is WD words behind what ring_freed gave back a cycle before. A word counts from the
// cycle behind ring_write on.
// Takes a beat every cycle within a segment, unless an item is narrower; a read of the ring shows
// one cycle later.
//
// WP      bits of a beat; a multiple of 32, 32 to 256
// WU      bits that divide a beat and a weight word, >= 1
// TU      bits that divide a beat and an entry of the table, >= 1
// W_W     bits of a weight word, >= 1
// G       slices, 1 to 16
// M       channels of a weight tile, 1 to 256
// D       channels of a group, 1 to 64
// XB      bits of a pixel, and of an entry of the table, 1 to 16
// WD      words of the ring, 2 to 65536
// PD      partial sums; 0: no chunks, 0 to 65536
// NTHR    thresholds of a channel, 0 to 15
// MUL     multipliers, 0 to 1
// FIXED   fixed mode, 0 to 1
// LUT     table, 0 to 1
// ADD     residual addition, 0 to 1
// DW      private windows, 0 to 1
// XU      unsigned pixels, 0 to 1
`default_nettype none
module engine_weight_port #(
  parameter int WP    = 128,
  parameter int WU    = 128,
  parameter int TU    = 8,
  parameter int W_W   = 768,
  parameter int G     = 3,
  parameter int M     = 32,
  parameter int D     = 4,
  parameter int XB    = 8,
  parameter int WD    = 1024,
  parameter int PD    = 256,
  parameter int NTHR  = 0,
  parameter int MUL   = 1,
  parameter int FIXED = 1,
  parameter int LUT   = 1,
  parameter int ADD   = 1,
  parameter int DW    = 1,
  parameter int XU    = 1
) (
  input  logic                                   aclk,
  input  logic                                   aresetn,

  input  logic                                   s_axis_tvalid,
  output logic                                   s_axis_tready,
  input  logic [WP-1:0]                          s_axis_tdata,
  input  logic                                   s_axis_tlast,

  // headers whose taps and row table are complete
  output logic                                   m_header_tvalid,
  input  logic                                   m_header_tready,
  output logic [1023:0]                          m_header_tdata,

  output logic                                   tap_write,
  output logic [5:0]                             tap_address,      // {set, tap}
  output logic [15:0]                            tap_data,
  output logic                                   row_write,
  output logic [4:0]                             row_address,      // {set, kernel row}
  output logic [31:0]                            row_data,
  output logic                                   param_write,
  // 0 bias, 1 multiplier, 2 shift, 3 + i threshold i
  output logic [4:0]                             param_plane,
  output logic                                   param_set,
  output logic [(M/D>1 ? $clog2(M / D) : 1)-1:0] param_group,
  output logic [D*32-1:0]                        param_data,
  // the parameters of a weight tile are complete
  output logic                                   params_full,
  // a set of parameters is not needed any more
  input  logic                                   param_free,
  output logic                                   table_write,
  output logic [XB-1:0]                          table_address,
  output logic [XB-1:0]                          table_data,
  // passes whose last result is written
  input  logic [15:0]                            passes_done,
  output logic                                   ring_write,       // a weight word enters the ring
  // words that are free again, since reset
  input  logic [$clog2(WD + 1):0]                ring_freed,
  input  logic [(WD>1 ? $clog2(WD) : 1)-1:0]     ring_address,
  // the word that ring_address said a cycle before
  output logic [W_W-1:0]                         ring_word,
  // 0 none, 1 magic, 2 limits, 3 tlast
  output logic [1:0]                             error_code,
  // {packets before, beats of the packet}
  output logic [31:0]                            error_place
);

  localparam int COUNT_W = $clog2(WD + 1) + 1;  // counters of words; a difference has a sign
  localparam int RING_W  = WD > 1 ? $clog2(WD) : 1;
  localparam int GROUPS  = M / D;               // groups of a full weight tile
  localparam int GROUP_W = GROUPS > 1 ? $clog2(GROUPS) : 1;
  localparam int PLANES  = NTHR + 3;            // parameter planes at most

`ifndef SYNTHESIS
  initial begin
    if (WP < 32) $fatal(1, "engine_weight_port: WP must be at least 32");
    if (WP > 256) $fatal(1, "engine_weight_port: WP must be at most 256");
    if (G > 16) $fatal(1, "engine_weight_port: G must be at most 16");
    if (M > 256) $fatal(1, "engine_weight_port: M must be at most 256");
    if (D > 64) $fatal(1, "engine_weight_port: D must be at most 64");
    if (XB > 16) $fatal(1, "engine_weight_port: XB must be at most 16");
    if (WD < 2) $fatal(1, "engine_weight_port: WD must be at least 2");
    if (WD > 65536) $fatal(1, "engine_weight_port: WD must be at most 65536");
    if (PD > 65536) $fatal(1, "engine_weight_port: PD must be at most 65536");
    if (NTHR > 15) $fatal(1, "engine_weight_port: NTHR must be at most 15");
    if (MUL > 1) $fatal(1, "engine_weight_port: MUL must be at most 1");
    if (FIXED > 1) $fatal(1, "engine_weight_port: FIXED must be at most 1");
    if (LUT > 1) $fatal(1, "engine_weight_port: LUT must be at most 1");
    if (ADD > 1) $fatal(1, "engine_weight_port: ADD must be at most 1");
    if (DW > 1) $fatal(1, "engine_weight_port: DW must be at most 1");
    if (XU > 1) $fatal(1, "engine_weight_port: XU must be at most 1");
    if (WP / 32 * 32 != WP) $fatal(1, "engine_weight_port: a beat has whole parameters");
    if (WP / WU * WU != WP) $fatal(1, "engine_weight_port: WU divides a beat");
    if (W_W / WU * WU != W_W) $fatal(1, "engine_weight_port: WU divides a weight word");
    if (WP / TU * TU != WP) $fatal(1, "engine_weight_port: TU divides a beat");
    if (XB / TU * TU != XB) $fatal(1, "engine_weight_port: TU divides an entry of the table");
    if (WP / TU < 1) $fatal(1, "engine_weight_port: a beat has an entry");
    if (XB / TU < 1) $fatal(1, "engine_weight_port: an entry has a unit");
    if (WP / 32 < 1) $fatal(1, "engine_weight_port: a beat has a parameter");
    if (WP / WU < 1) $fatal(1, "engine_weight_port: a beat has a unit");
    if (W_W / WU < 1) $fatal(1, "engine_weight_port: a weight word has a unit");
    if (M / D < 1) $fatal(1, "engine_weight_port: a weight tile has a group");
    if (9 < $clog2(M / D + 1)) $fatal(1, "engine_weight_port: limit of groups");
    if (16 < G) $fatal(1, "engine_weight_port: limit of G");
    if (16 < XB) $fatal(1, "engine_weight_port: limit of XB");
    if (256 < M) $fatal(1, "engine_weight_port: limit of M");
  end
`endif

  typedef enum logic [3:0] {
    HEAD = 4'd0,
    CHECK = 4'd1,
    JUDGE = 4'd2,
    TAPS = 4'd3,
    ROWS = 4'd4,
    QUIET = 4'd5,
    ENTRIES = 4'd6,
    TILE = 4'd7,
    PLANE = 4'd8,
    WORDS = 4'd9,
    END = 4'd10,
    FAILED = 4'd11
  } state_t;

  state_t        state_q;
  logic [1023:0] header_q;      // of this packet; stays until the sequencer has taken it
  logic          offered_q;     // the sequencer has not taken it
  logic          set_q;         // set of the tap program and row table
  logic [15:0]   item_q;        // items of the segment that have passed; taps count by themselves
  logic          half_q;        // the upper tap of the item follows
  logic [4:0]    plane_q;       // parameter plane
  logic          filled_q;      // the weight tile has parameters
  logic [15:0]   tile_q;
  logic [15:0]   chunk_q;
  logic          param_set_q;
  logic [1:0]    param_sets_q;  // sets in use
  logic          lasted_q;      // tlast has come
  logic [15:0]   packets_q;
  logic [15:0]   beats_q;
  logic [1:0]    error_q;
  logic          bad_magic_q;
  logic          bad_limits_q;

  logic        unused_header;  // not every bit matters
  logic [7:0]  h_magic;        // mark of a header, 0xE7
  logic [1:0]  h_op;           // reduction: 0 dense, 1 depthwise, 2 maximum, 3 sum
  logic        h_dst_xram;     // results are written to the X-RAM
  logic        h_dst_axis;     // results are sent to m_axis_y
  logic        h_wrap;         // groups of slices go on from one kernel row to the next
  // the weights of the pass before are used again; the stream carries none
  logic        h_w_reuse;
  logic        h_w_keep;       // the weights stay in the ring behind this pass
  logic        h_res;          // a residual word is added to every result
  logic        h_lut;          // results go through the table
  logic        h_has_weights;  // steps take weight words (0: constant weight 1)
  logic [2:0]  h_round;        // 0 floor, 1 half up, 2 half away, 3 half even, 4 to zero
  logic [1:0]  h_requant;      // 0 shift, 1 multiplier rounded twice, 2 rounded once, 3 fixed
  logic        h_thresholds;   // results are counts of thresholds
  logic [15:0] h_ho;           // output rows
  logic [15:0] h_xt;           // tiles of P pixels in an output row
  logic [5:0]  h_nt;           // tap entries of a kernel row
  logic [3:0]  h_sh;           // vertical stride
  logic [15:0] h_h;            // input rows that this pass sees
  logic [15:0] h_w;            // pixels of a row in phase 0
  logic [10:0] h_mlast;        // channels of the last weight tile
  logic [8:0]  h_g_last;       // ceil(Mlast / D): groups of the last weight tile
  logic [15:0] h_otn;          // weight tiles
  logic [15:0] h_chn;          // chunks of input channels
  logic [15:0] h_cc;           // input channels of a chunk
  logic [15:0] h_clast;        // input channels of the last chunk that exist
  logic [15:0] h_w_words;      // weight words of a chunk
  logic [15:0] h_x_ch0;        // bank of the first input channel
  logic [15:0] h_x_ring;       // input rows that the X-RAM holds
  logic [15:0] h_x_slot0;      // slot of input row 0 of this pass
  logic [15:0] h_y_ring;       // output rows that the X-RAM holds
  logic [15:0] h_y_slot0;      // slot of output row 0
  logic [7:0]  h_y_grp0;       // bank group of the first output channel
  logic [2:0]  h_y_sw;         // phases of the output: horizontal stride of its reader
  logic        h_in_unsigned;  // pixels are unsigned
  logic        h_y_flat;       // reserved for rows that follow each other without gaps
  logic [3:0]  h_planes;       // parameter planes: bit 0 bias, 1 multiplier, 2 shift, 3 thresholds
  logic [7:0]  h_r_grp0;       // bank group of its first channel
  logic [2:0]  h_r_round;      // second requantization: rounding, as round
  logic [1:0]  h_r_requant;    // second requantization: mode, as requant
  logic        is_dense;
  logic        is_pool;
  logic        bad_zero;
  logic        bad_taps;
  logic        bad_round;
  logic        bad_channels;
  logic        bad_weights;
  logic        bad_kind;
  logic        bad_chunks;
  logic        bad_wrap;
  logic        bad_keep;
  logic        bad_bank;
  logic        bad_slots;
  logic        bad_flat;
  logic        bad_residual;
  logic        bad_target;
  logic        bad_write;
  logic        lacks_dw;
  logic        lacks_chunks;
  logic        lacks_mul;
  logic        lacks_fixed;
  logic        lacks_thresholds;
  logic        lacks_lut;
  logic        lacks_add;
  logic        lacks_unsigned;
  assign unused_header = |{header_q[15], header_q[20:19], header_q[26], header_q[75:70],
      header_q[95:80], header_q[135:128], header_q[159:147], header_q[275:256], header_q[335:285],
      header_q[467:368], header_q[511:476], header_q[559:544], header_q[567:563], header_q[600:569],
      header_q[727:602], header_q[906:736], header_q[1023:912]};
  assign h_magic       = header_q[7:0];
  assign h_op          = header_q[9:8];
  assign h_dst_xram    = header_q[10];
  assign h_dst_axis    = header_q[11];
  assign h_wrap        = header_q[12];
  assign h_w_reuse     = header_q[13];
  assign h_w_keep      = header_q[14];
  assign h_res         = header_q[16];
  assign h_lut         = header_q[17];
  assign h_has_weights = header_q[18];
  assign h_round       = header_q[23:21];
  assign h_requant     = header_q[25:24];
  assign h_thresholds  = header_q[27];
  assign h_ho          = header_q[47:32];
  assign h_xt          = header_q[63:48];
  assign h_nt          = header_q[69:64];
  assign h_sh          = header_q[79:76];
  assign h_h           = header_q[111:96];
  assign h_w           = header_q[127:112];
  assign h_mlast       = header_q[146:136];
  assign h_g_last      = header_q[284:276];
  assign h_otn         = header_q[175:160];
  assign h_chn         = header_q[191:176];
  assign h_cc          = header_q[207:192];
  assign h_clast       = header_q[223:208];
  assign h_w_words     = header_q[239:224];
  assign h_x_ch0       = header_q[255:240];
  assign h_x_ring      = header_q[351:336];
  assign h_x_slot0     = header_q[367:352];
  assign h_y_ring      = header_q[527:512];
  assign h_y_slot0     = header_q[543:528];
  assign h_y_grp0      = header_q[475:468];
  assign h_y_sw        = header_q[562:560];
  assign h_in_unsigned = header_q[601];
  assign h_y_flat      = header_q[568];
  assign h_planes      = header_q[31:28];
  assign h_r_grp0      = header_q[735:728];
  assign h_r_round     = header_q[911:909];
  assign h_r_requant   = header_q[908:907];
  assign is_dense      = h_op == 2'd0;
  assign is_pool       = h_op[1];
  assign bad_zero      = h_ho == 16'd0 || h_xt == 16'd0 || h_nt == 6'd0 || h_sh == 4'd0
      || h_h == 16'd0 || h_w == 16'd0 || h_mlast == 11'd0 || h_g_last == 9'd0 || h_otn == 16'd0
      || h_chn == 16'd0 || h_cc == 16'd0 || h_clast == 16'd0 || h_x_ring == 16'd0
      || h_y_ring == 16'd0 || h_y_sw == 3'd0;
  assign bad_taps      = h_nt > 6'd32;
  assign bad_round     = h_round > 3'd4;
  assign bad_channels  = 17'(h_mlast) > 17'(M) || 17'(h_g_last) > 17'(GROUPS) || h_clast > h_cc;
  assign bad_weights   = 17'(h_w_words) > 17'(WD) || (h_has_weights && h_w_words == 16'd0);
  assign bad_kind      = (is_dense && h_has_weights == 1'b0) || (is_pool && h_has_weights != 1'b0);
  assign bad_chunks    = !is_dense && (h_chn != 16'd1 || h_wrap != 1'b0 || h_x_ch0 != 16'd0);
  assign bad_wrap      = h_wrap && 17'(h_cc) < 17'(G);
  assign bad_keep      = (h_w_reuse | h_w_keep) != 1'b0 && h_has_weights == 1'b0;
  assign bad_bank      = 17'(h_x_ch0) >= 17'(M);
  assign bad_slots     = h_x_slot0 >= h_x_ring || h_y_slot0 >= h_y_ring;
  assign bad_flat      = h_y_flat != 1'b0;
  assign bad_residual  = h_res && (17'(h_r_grp0) >= 17'(GROUPS) || h_r_round > 3'd4);
  assign bad_target    = (h_dst_xram | h_dst_axis) == 1'b0;
  assign bad_write     = h_dst_xram
      && (17'(h_y_grp0) >= 17'(GROUPS) || 17'(h_y_sw) > 17'(GROUPS) || h_y_sw > 3'd4);

  if (DW > 0) begin : g_lacks_dw
    assign lacks_dw = 1'b0;
  end else begin : g_lacks_dw_else
    assign lacks_dw = !is_dense;
  end

  if (PD > 0) begin : g_lacks_chunks
    assign lacks_chunks = 1'b0;
  end else begin : g_lacks_chunks_else
    assign lacks_chunks = h_chn > 16'd1;
  end

  if (MUL > 0) begin : g_lacks_mul
    assign lacks_mul = 1'b0;
  end else begin : g_lacks_mul_else
    assign lacks_mul = h_requant != 2'd0 || h_r_requant != 2'd0;
  end

  if (FIXED > 0) begin : g_lacks_fixed
    assign lacks_fixed = 1'b0;
  end else begin : g_lacks_fixed_else
    assign lacks_fixed = h_requant == 2'd3 || h_r_requant == 2'd3;
  end

  if (NTHR > 0) begin : g_lacks_thresholds
    assign lacks_thresholds = 1'b0;
  end else begin : g_lacks_thresholds_else
    assign lacks_thresholds = h_thresholds || h_planes[3];
  end

  if (LUT > 0) begin : g_lacks_lut
    assign lacks_lut = 1'b0;
  end else begin : g_lacks_lut_else
    assign lacks_lut = h_lut;
  end

  if (ADD > 0) begin : g_lacks_add
    assign lacks_add = 1'b0;
  end else begin : g_lacks_add_else
    assign lacks_add = h_res;
  end

  if (XU > 0) begin : g_lacks_unsigned
    assign lacks_unsigned = 1'b0;
  end else begin : g_lacks_unsigned_else
    assign lacks_unsigned = h_in_unsigned;
  end

  logic bad_magic;
  logic bad_limits;
  assign bad_magic  = h_magic != 8'd231;
  assign bad_limits = bad_zero || bad_taps || bad_round || bad_channels || bad_weights || bad_kind
      || bad_chunks || bad_wrap || bad_keep || bad_bank || bad_slots || bad_flat || bad_residual
      || bad_target || bad_write || lacks_dw || lacks_chunks || lacks_mul || lacks_fixed
      || lacks_thresholds || lacks_lut || lacks_add || lacks_unsigned;

  always_ff @(posedge aclk) begin
    bad_magic_q  <= bad_magic;
    bad_limits_q <= bad_limits;
  end

  // Four ways from beats to items. A segment begins with a beat, so what is left at its end is
  // dropped; in that cycle no beat is taken, since it is of the next segment.
  logic                ends;  // the last item of the segment passes
  logic                takes_word;
  logic                word_beats_tvalid;
  logic                word_beats_tready;
  logic [WP/32*32-1:0] word_beats_tdata;
  logic                word_beats_tlast;
  logic                word_beats_tuser;
  logic                words_tvalid;
  logic                words_tready;
  logic [31:0]         words_tdata;
  logic                words_tlast;
  logic                words_tuser;
  logic                word_takes;
  assign takes_word        = (state_q == HEAD && !offered_q) || state_q == TAPS || state_q == ROWS;
  assign word_takes        = takes_word && !ends;
  assign word_beats_tvalid = word_takes && s_axis_tvalid && !lasted_q;
  assign word_beats_tdata  = s_axis_tdata;
  assign word_beats_tlast  = 1'b0;
  assign word_beats_tuser  = 1'b0;

  gearbox #(.UNIT(32), .IN(WP / 32), .OUT(1)) u_word_gear (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(word_beats_tvalid),
    .s_axis_tready(word_beats_tready),
    .s_axis_tdata (word_beats_tdata),
    .s_axis_tlast (word_beats_tlast),
    .s_axis_tuser (word_beats_tuser),
    .m_axis_tvalid(words_tvalid),
    .m_axis_tready(words_tready),
    .m_axis_tdata (words_tdata),
    .m_axis_tlast (words_tlast),
    .m_axis_tuser (words_tuser),
    .drop         (ends)
  );

  logic                unused_word_marks;  // not every bit matters
  logic                param_beats_tvalid;
  logic                param_beats_tready;
  logic [WP/32*32-1:0] param_beats_tdata;
  logic                param_beats_tlast;
  logic                param_beats_tuser;
  logic                params_tvalid;
  logic                params_tready;
  logic [D*32-1:0]     params_tdata;
  logic                params_tlast;
  logic                params_tuser;
  logic                param_takes;
  assign unused_word_marks  = |{words_tlast, words_tuser};
  assign param_takes        = state_q == PLANE && !ends;
  assign param_beats_tvalid = param_takes && s_axis_tvalid && !lasted_q;
  assign param_beats_tdata  = s_axis_tdata;
  assign param_beats_tlast  = 1'b0;
  assign param_beats_tuser  = 1'b0;

  gearbox #(.UNIT(32), .IN(WP / 32), .OUT(D)) u_param_gear (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(param_beats_tvalid),
    .s_axis_tready(param_beats_tready),
    .s_axis_tdata (param_beats_tdata),
    .s_axis_tlast (param_beats_tlast),
    .s_axis_tuser (param_beats_tuser),
    .m_axis_tvalid(params_tvalid),
    .m_axis_tready(params_tready),
    .m_axis_tdata (params_tdata),
    .m_axis_tlast (params_tlast),
    .m_axis_tuser (params_tuser),
    .drop         (ends)
  );

  logic                 unused_param_marks;  // not every bit matters
  logic                 weight_beats_tvalid;
  logic                 weight_beats_tready;
  logic [WP/WU*WU-1:0]  weight_beats_tdata;
  logic                 weight_beats_tlast;
  logic                 weight_beats_tuser;
  logic                 weights_tvalid;
  logic                 weights_tready;
  logic [W_W/WU*WU-1:0] weights_tdata;
  logic                 weights_tlast;
  logic                 weights_tuser;
  logic                 weight_takes;
  assign unused_param_marks  = |{params_tlast, params_tuser};
  assign weight_takes        = state_q == WORDS && !ends;
  assign weight_beats_tvalid = weight_takes && s_axis_tvalid && !lasted_q;
  assign weight_beats_tdata  = s_axis_tdata;
  assign weight_beats_tlast  = 1'b0;
  assign weight_beats_tuser  = 1'b0;

  gearbox #(.UNIT(WU), .IN(WP / WU), .OUT(W_W / WU)) u_weight_gear (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(weight_beats_tvalid),
    .s_axis_tready(weight_beats_tready),
    .s_axis_tdata (weight_beats_tdata),
    .s_axis_tlast (weight_beats_tlast),
    .s_axis_tuser (weight_beats_tuser),
    .m_axis_tvalid(weights_tvalid),
    .m_axis_tready(weights_tready),
    .m_axis_tdata (weights_tdata),
    .m_axis_tlast (weights_tlast),
    .m_axis_tuser (weights_tuser),
    .drop         (ends)
  );

  logic                unused_weight_marks;  // not every bit matters
  logic                entry_beats_tvalid;
  logic                entry_beats_tready;
  logic [WP/TU*TU-1:0] entry_beats_tdata;
  logic                entry_beats_tlast;
  logic                entry_beats_tuser;
  logic                entrys_tvalid;
  logic                entrys_tready;
  logic [XB/TU*TU-1:0] entrys_tdata;
  logic                entrys_tlast;
  logic                entrys_tuser;
  logic                entry_takes;
  assign unused_weight_marks = |{weights_tlast, weights_tuser};
  assign entry_takes         = state_q == ENTRIES && !ends;
  assign entry_beats_tvalid  = entry_takes && s_axis_tvalid && !lasted_q;
  assign entry_beats_tdata   = s_axis_tdata;
  assign entry_beats_tlast   = 1'b0;
  assign entry_beats_tuser   = 1'b0;

  gearbox #(.UNIT(TU), .IN(WP / TU), .OUT(XB / TU)) u_entry_gear (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(entry_beats_tvalid),
    .s_axis_tready(entry_beats_tready),
    .s_axis_tdata (entry_beats_tdata),
    .s_axis_tlast (entry_beats_tlast),
    .s_axis_tuser (entry_beats_tuser),
    .m_axis_tvalid(entrys_tvalid),
    .m_axis_tready(entrys_tready),
    .m_axis_tdata (entrys_tdata),
    .m_axis_tlast (entrys_tlast),
    .m_axis_tuser (entrys_tuser),
    .drop         (ends)
  );

  logic unused_entry_marks;  // not every bit matters
  logic wants;               // a beat is needed
  assign unused_entry_marks = |{entrys_tlast, entrys_tuser};
  assign wants              = (word_takes && word_beats_tready)
      || (param_takes && param_beats_tready) || (weight_takes && weight_beats_tready)
      || (entry_takes && entry_beats_tready);

  assign s_axis_tready = wants && !lasted_q;

  // the ring
  (* ram_style = "block" *) logic [W_W-1:0] ring [0:WD-1];

  logic [RING_W-1:0]  write_q;  // place of the next word
  logic [COUNT_W-1:0] written_q;
  logic               room_q;
  logic [W_W-1:0]     word_q;

  logic enters;
  assign enters = weights_tvalid && weights_tready;

  always_ff @(posedge aclk) begin
    if (!aresetn) write_q <= '0;
    else if (enters) write_q <= write_q == RING_W'(WD - 1) ? RING_W'(0) : write_q + RING_W'(1);
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    word_q <= ring[ring_address];
  end

  always_ff @(posedge aclk) begin
    if (enters) ring[write_q] <= weights_tdata;
  end

  logic [COUNT_W-1:0] written;
  assign written = enters ? written_q + COUNT_W'(1) : written_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      written_q <= '0;
      room_q    <= 1'b0;
    end else begin
      written_q <= written;
      room_q    <= $signed(written - ring_freed) < COUNT_W'(WD);
    end
  end

  assign ring_write = enters;
  assign ring_word  = word_q;

  // segments: how many items each has, and what becomes of them
  logic        tap_now;
  logic        last_tap;
  logic        passes;
  logic        last_tile;
  logic [8:0]  groups;
  logic [15:0] last_item;
  logic [5:0]  header_64;
  logic [3:0]  header_72;
  logic [15:0] header_224;
  assign tap_now    = words_tvalid && state_q == TAPS;
  assign last_tap   = item_q == 16'(header_q[69:64]) - 16'd1;
  assign passes     = (words_tvalid && words_tready) || (params_tvalid && params_tready) || enters
      || (entrys_tvalid && entrys_tready);
  assign last_tile  = tile_q == header_q[175:160] - 16'd1;
  assign groups     = last_tile ? header_q[284:276] : 9'(GROUPS);
  assign header_64  = header_q[69:64];
  assign header_72  = header_q[75:72];
  assign header_224 = header_q[239:224];

  assign words_tready   = takes_word && (state_q != TAPS || half_q || last_tap);
  assign params_tready  = state_q == PLANE;
  assign weights_tready = state_q == WORDS && room_q;
  assign entrys_tready  = state_q == ENTRIES;

  always_comb begin
    last_item = 16'd31;
    if (state_q == TAPS) last_item = 16'(header_64) - 16'd1;
    else if (state_q == ROWS) last_item = 16'(header_72);
    else if (state_q == PLANE) last_item = 16'(groups) - 16'd1;
    else if (state_q == WORDS) last_item = header_224 - 16'd1;
  end

  logic last_entry;
  assign last_entry = &item_q[XB-1:0];

  assign ends = passes && (state_q == ENTRIES ? last_entry : item_q == last_item);

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      item_q <= '0;
      half_q <= 1'b0;
    end else begin
      if (passes || tap_now) item_q <= ends ? 16'd0 : item_q + 16'd1;
      if (tap_now) half_q <= !(half_q || last_tap);
    end
  end

  assign m_header_tvalid = offered_q;
  assign m_header_tdata  = header_q;
  assign tap_write       = tap_now;
  assign tap_address     = {set_q, item_q[4:0]};
  assign tap_data        = half_q ? words_tdata[31:16] : words_tdata[15:0];
  assign row_write       = words_tvalid && words_tready && state_q == ROWS;
  assign row_address     = {set_q, item_q[3:0]};
  assign row_data        = words_tdata;
  assign param_write     = params_tvalid && params_tready;
  assign param_plane     = plane_q;
  assign param_set       = param_set_q;
  assign param_group     = GROUP_W'((GROUP_W+16)'(item_q));
  assign param_data      = params_tdata;
  assign table_write     = entrys_tvalid && entrys_tready;
  assign table_address   = item_q[XB-1:0];
  assign table_data      = entrys_tdata;

  // which planes and weights a tile has
  logic [3:0] planes;
  logic       present;
  logic       planes_3;
  logic       planes_low;
  logic       planes_1;
  logic       planes_2;
  assign planes     = header_q[31:28];
  assign planes_3   = planes[3];
  assign planes_low = planes[0];
  assign planes_1   = planes[1];
  assign planes_2   = planes[2];

  always_comb begin
    present = planes_3;
    if (plane_q == 5'd0) present = planes_low;
    else if (plane_q == 5'd1) present = planes_1;
    else if (plane_q == 5'd2) present = planes_2;
  end

  logic complete;  // no further plane
  logic carries;
  logic full;
  logic opens;     // the tile takes a set
  assign complete = plane_q == 5'(PLANES);
  assign carries  = header_q[18] && header_q[13] == 1'b0;
  assign full     = state_q == TILE && complete && filled_q;
  assign opens    = state_q == TILE && !complete && present && !filled_q && param_sets_q != 2'd2;

  assign params_full = full;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      param_sets_q <= '0;
      lasted_q     <= 1'b0;
      beats_q      <= '0;
      offered_q    <= 1'b0;
      state_q      <= HEAD;
      error_q      <= '0;
      set_q        <= 1'b0;
      tile_q       <= '0;
      plane_q      <= '0;
      filled_q     <= 1'b0;
      param_set_q  <= 1'b0;
      chunk_q      <= '0;
      packets_q    <= '0;
    end else begin
      if (opens && !param_free) param_sets_q <= param_sets_q + 2'd1;
      else if (param_free && !opens) param_sets_q <= param_sets_q - 2'd1;
      if (s_axis_tvalid && s_axis_tready) begin
        lasted_q <= s_axis_tlast;
        beats_q  <= beats_q + 16'd1;
      end
      if (m_header_tvalid && m_header_tready) offered_q <= 1'b0;
      case (state_q)
        HEAD: if (ends) state_q <= CHECK;
        CHECK: state_q <= JUDGE;
        JUDGE: begin
          if (bad_magic_q) begin
            error_q <= 2'd1;
            state_q <= FAILED;
          end else if (bad_limits_q) begin
            error_q <= 2'd2;
            state_q <= FAILED;
          end else begin
            state_q <= TAPS;
          end
        end
        TAPS: if (ends) state_q <= ROWS;
        ROWS: begin
          if (ends) begin
            set_q    <= ~set_q;
            tile_q   <= '0;
            plane_q  <= '0;
            filled_q <= 1'b0;
            if (header_q[17]) begin
              state_q <= QUIET;
            end else begin
              offered_q <= 1'b1;
              state_q   <= TILE;
            end
          end
        end
        QUIET: if (packets_q == passes_done) state_q <= ENTRIES;
        ENTRIES: begin
          if (ends) begin
            offered_q <= 1'b1;
            state_q   <= TILE;
          end
        end
        TILE: begin
          if (complete) begin
            if (filled_q) param_set_q <= ~param_set_q;
            chunk_q <= '0;
            if (carries) begin
              state_q <= WORDS;
            end else begin
              plane_q  <= '0;
              filled_q <= 1'b0;
              tile_q   <= tile_q + 16'd1;
              if (last_tile) state_q <= END;
              else state_q <= TILE;
            end
          end else if (!present) begin
            plane_q <= plane_q + 5'd1;
          end else if (filled_q || opens) begin
            filled_q <= 1'b1;
            state_q  <= PLANE;
          end
        end
        PLANE: begin
          if (ends) begin
            plane_q <= plane_q + 5'd1;
            state_q <= TILE;
          end
        end
        WORDS: begin
          if (ends) begin
            chunk_q <= chunk_q + 16'd1;
            if (chunk_q == header_q[191:176] - 16'd1) begin
              plane_q  <= '0;
              filled_q <= 1'b0;
              tile_q   <= tile_q + 16'd1;
              if (last_tile) state_q <= END;
              else state_q <= TILE;
            end
          end
        end
        END: begin
          if (lasted_q) begin
            lasted_q  <= 1'b0;
            beats_q   <= '0;
            packets_q <= packets_q + 16'd1;
            state_q   <= HEAD;
          end else begin
            error_q <= 2'd3;
            state_q <= FAILED;
          end
        end
        default: ;
      endcase
      if (wants && lasted_q) begin
        error_q <= 2'd3;
        state_q <= FAILED;
      end
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    case (state_q)
      HEAD:    if (words_tvalid && words_tready) header_q <= {words_tdata, header_q[1023:32]};
      default: ;
    endcase
  end

  assign error_code  = error_q;
  assign error_place = {packets_q, beats_q};

  logic unused_bits;  // takes what nothing else reads
  assign unused_bits = &{1'b0, h_lut, h_requant, h_thresholds, h_in_unsigned, h_planes,
      h_r_requant};

endmodule
`default_nettype wire
