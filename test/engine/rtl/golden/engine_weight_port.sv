// engine_weight_port - parser of the weight stream: headers, taps, row tables, parameters, and the
// ring of weight words
//
// One packet is a pass. Its header is checked before its pass is offered; a wrong magic, a limit or
// a contradiction, or tlast where the header does not say it, stops the port for good: error_code,
// error_rule and error_place say why and where, and only a reset starts it again. A packet without
// tlast never makes a complete pass: its last word, or parameters, or header are kept back until
// tlast has been seen.
// Headers are offered when taps, row table and table are complete and engine_header_products is
// done (19 cycles behind the last word of the header), HQ of them ahead of the pass that runs: the
// last one waits in the register that it was read to, the others in a queue, through which each
// comes a cycle later.
// Parameters go to PQ sets in turn, for the weight tile that runs and those behind it; weight words
// to the ring as long as it has room, which is WD words behind what ring_freed gave back a cycle
// before. A word counts from the cycle behind ring_write on.
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
// XD      words of a bank of the X-RAM, 2 to 65536
// TMAX    entries of a tap program, 1 to 32
// KMAX    kernel rows, 1 to 32
// HQ      headers ahead of the pass that runs; one less than a power of two, 1 to 63
// PQ      weight tiles whose parameters are held; a power of two, 2 to 256
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
  parameter int XD    = 1024,
  parameter int TMAX  = 32,
  parameter int KMAX  = 16,
  parameter int HQ    = 1,
  parameter int PQ    = 2,
  parameter int NTHR  = 0,
  parameter int MUL   = 1,
  parameter int FIXED = 1,
  parameter int LUT   = 1,
  parameter int ADD   = 1,
  parameter int DW    = 1,
  parameter int XU    = 1
) (
  input  logic                                                  aclk,
  input  logic                                                  aresetn,

  input  logic                                                  s_axis_tvalid,
  output logic                                                  s_axis_tready,
  input  logic [WP-1:0]                                         s_axis_tdata,
  input  logic                                                  s_axis_tlast,

  // headers whose taps and row table are complete
  output logic                                                  m_header_tvalid,
  input  logic                                                  m_header_tready,
  output logic [1023:0]                                         m_header_tdata,

  output logic                                                  tap_write,
  output logic [(TMAX>1 ? $clog2(TMAX) : 1)+$clog2(HQ + 1)-1:0] tap_address,      // {tap, set}
  output logic [15:0]                                           tap_data,
  output logic                                                  row_write,
  // {kernel row, set}
  output logic [(KMAX>1 ? $clog2(KMAX) : 1)+$clog2(HQ + 1)-1:0] row_address,
  output logic [31:0]                                           row_data,
  output logic                                                  param_write,
  // 0 bias, 1 multiplier, 2 shift, 3 + i threshold i
  output logic [4:0]                                            param_plane,
  output logic [$clog2(PQ)-1:0]                                 param_set,
  output logic [(M/D>1 ? $clog2(M / D) : 1)-1:0]                param_group,
  output logic [D*32-1:0]                                       param_data,
  // the parameters of a weight tile are complete
  output logic                                                  params_full,
  // a set of parameters is not needed any more
  input  logic                                                  param_free,
  output logic                                                  table_write,
  output logic [XB-1:0]                                         table_address,
  output logic [XB-1:0]                                         table_data,
  // passes whose last result is written
  input  logic [15:0]                                           passes_done,
  // a weight word enters the ring
  output logic                                                  ring_write,
  // words that are free again, since reset
  input  logic [$clog2(WD + 1):0]                               ring_freed,
  input  logic [(WD>1 ? $clog2(WD) : 1)-1:0]                    ring_address,
  // the word that ring_address said a cycle before
  output logic [W_W-1:0]                                        ring_word,
  // 0 none, 1 magic, 2 limits, 3 tlast too early, 4 tlast missing
  output logic [2:0]                                            error_code,
  // with limits: number of the rule
  output logic [6:0]                                            error_rule,
  // the header that came last
  output logic [1023:0]                                         error_header,
  // {packets before, beats of the packet}
  output logic [31:0]                                           error_place
);

  localparam int COUNT_W = $clog2(WD + 1) + 1;  // counters of words; a difference has a sign
  localparam int RING_W  = WD > 1 ? $clog2(WD) : 1;
  localparam int GROUPS  = M / D;               // groups of a full weight tile
  localparam int GROUP_W = GROUPS > 1 ? $clog2(GROUPS) : 1;
  localparam int PLANES  = NTHR + 3;            // parameter planes at most
  localparam int SET_W   = $clog2(HQ + 1);      // bits of a set of taps and rows
  localparam int PSET_W  = $clog2(PQ);          // bits of a set of parameters
  localparam int SETS_W  = $clog2(PQ + 1);      // bits of a number of those

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
    if (XD < 2) $fatal(1, "engine_weight_port: XD must be at least 2");
    if (XD > 65536) $fatal(1, "engine_weight_port: XD must be at most 65536");
    if (TMAX > 32) $fatal(1, "engine_weight_port: TMAX must be at most 32");
    if (KMAX > 32) $fatal(1, "engine_weight_port: KMAX must be at most 32");
    if (HQ > 63) $fatal(1, "engine_weight_port: HQ must be at most 63");
    if (PQ < 2) $fatal(1, "engine_weight_port: PQ must be at least 2");
    if (PQ > 256) $fatal(1, "engine_weight_port: PQ must be at most 256");
    if (NTHR > 15) $fatal(1, "engine_weight_port: NTHR must be at most 15");
    if (MUL > 1) $fatal(1, "engine_weight_port: MUL must be at most 1");
    if (FIXED > 1) $fatal(1, "engine_weight_port: FIXED must be at most 1");
    if (LUT > 1) $fatal(1, "engine_weight_port: LUT must be at most 1");
    if (ADD > 1) $fatal(1, "engine_weight_port: ADD must be at most 1");
    if (DW > 1) $fatal(1, "engine_weight_port: DW must be at most 1");
    if (XU > 1) $fatal(1, "engine_weight_port: XU must be at most 1");
    if ($clog2(HQ + 2) != $clog2(HQ + 1) + 1)
      $fatal(1, "engine_weight_port: HQ + 1 is a power of two");
    if ($clog2(PQ + 1) != $clog2(PQ) + 1) $fatal(1, "engine_weight_port: PQ is a power of two");
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

  state_t            state_q;
  logic [1023:0]     header_q;      // of this packet; stays until it is taken
  logic              offered_q;     // neither the queue nor the sequencer has taken it
  logic [SET_W-1:0]  set_q;         // set of the tap program and row table
  // items of the segment that have passed; taps count by themselves
  logic [15:0]       item_q;
  logic              half_q;        // the upper tap of the item follows
  logic [4:0]        plane_q;       // parameter plane
  logic              filled_q;      // the weight tile has parameters
  logic [15:0]       tile_q;
  logic [15:0]       chunk_q;
  logic [PSET_W-1:0] param_set_q;
  logic [SETS_W-1:0] param_sets_q;  // sets in use
  logic              lasted_q;      // tlast has come
  logic [15:0]       packets_q;
  logic [15:0]       beats_q;
  logic [2:0]        error_q;
  logic [6:0]        rule_q;        // that the header breaks
  logic              bad_magic_q;
  logic [66:0]       broken_q;      // rules that the header breaks

  always_ff @(posedge aclk) begin
    bad_magic_q <= header_q[7:0] != 8'd231;
  end

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
  logic [3:0]  h_planes;       // parameter planes: bit 0 bias, 1 multiplier, 2 shift, 3 thresholds
  logic [15:0] h_ho;           // output rows
  logic [15:0] h_xt;           // tiles of P pixels in an output row
  logic [5:0]  h_nt;           // tap entries of a kernel row
  logic [4:0]  h_kh1;          // kernel rows - 1
  logic [3:0]  h_sh;           // vertical stride
  logic [15:0] h_h;            // input rows that this pass sees
  logic [15:0] h_w;            // pixels of a row in phase 0
  logic [2:0]  h_w_mod;        // phases below have W pixels, the others one fewer; 0: all have W
  logic [10:0] h_mlast;        // channels of the last weight tile
  logic [15:0] h_otn;          // weight tiles
  logic [15:0] h_chn;          // chunks of input channels
  logic [15:0] h_cc;           // input channels of a chunk
  logic [15:0] h_clast;        // input channels of the last chunk that exist
  logic [15:0] h_w_words;      // weight words of a chunk
  logic [15:0] h_x_ch0;        // bank of the first input channel
  logic [19:0] h_x_base;       // X-RAM address of the input
  logic [8:0]  h_g_last;       // ceil(Mlast / D): groups of the last weight tile
  logic [15:0] h_x_phase;      // words from a phase of the input to the next
  logic [15:0] h_x_ring;       // input rows that the X-RAM holds
  logic [15:0] h_x_slot0;      // slot of input row 0 of this pass
  logic [19:0] h_y_base;       // X-RAM address of the output
  logic [7:0]  h_y_grp0;       // bank group of the first output channel
  logic [15:0] h_y_ring;       // output rows that the X-RAM holds
  logic [15:0] h_y_slot0;      // slot of output row 0
  logic [2:0]  h_y_sw;         // phases of the output: horizontal stride of its reader
  logic        h_y_flat;       // reserved for rows that follow each other without gaps
  logic        h_in_unsigned;  // pixels are unsigned
  logic [19:0] h_r_base;       // X-RAM address of the residual
  logic [7:0]  h_r_grp0;       // bank group of its first channel
  logic [1:0]  h_r_requant;    // second requantization: mode, as requant
  logic [2:0]  h_r_round;      // second requantization: rounding, as round
  logic [19:0] half;           // half the span of a pixel
  logic        broken1_round;
  logic        broken2_ho;
  logic        broken3_xt;
  logic        broken4_nt;
  logic        broken5_nt;
  logic        broken6_sh;
  logic        broken7_h;
  logic        broken8_w;
  logic        broken9_mlast;
  logic        broken10_mlast;
  logic        broken11_otn;
  logic        broken12_chn;
  logic        broken13_cc;
  logic        broken14_clast;
  logic        broken15_x_ch0;
  logic        broken16_g_last;
  logic        broken17_g_last;
  logic        broken18_x_ring;
  logic        broken19_y_ring;
  logic        broken20_y_sw;
  logic        broken21_y_sw;
  logic        broken22_y_flat;
  logic        broken23_r_round;
  logic [19:0] limit_tmax;
  logic        broken24_nt;
  logic [19:0] limit_kmax;
  logic        broken25_kh1;
  logic [19:0] limit_m;
  logic        broken26_mlast;
  logic        broken27_has_weights;
  logic        broken28_has_weights;
  logic        broken29_chn;
  logic        broken30_wrap;
  logic        broken31_x_ch0;
  logic        broken32_x_ch0;
  logic [19:0] limit_g;
  logic        broken33_wrap;
  logic        broken34_clast;
  logic        broken35_w_words;
  logic [19:0] limit_wd;
  logic        broken36_w_words;
  logic        broken37_w_reuse;
  logic        broken38_w_keep;
  logic        broken39_w_mod;
  logic        broken40_x_slot0;
  logic        broken41_y_slot0;
  logic        broken42_dst_xram;
  logic [19:0] limit_xd;
  logic        broken43_x_base;
  logic        broken44_y_base;
  logic [19:0] limit_groups;
  logic        broken45_y_grp0;
  logic        broken46_y_sw;
  logic        broken47_op;
  assign h_op                 = header_q[9:8];
  assign h_dst_xram           = header_q[10];
  assign h_dst_axis           = header_q[11];
  assign h_wrap               = header_q[12];
  assign h_w_reuse            = header_q[13];
  assign h_w_keep             = header_q[14];
  assign h_res                = header_q[16];
  assign h_lut                = header_q[17];
  assign h_has_weights        = header_q[18];
  assign h_round              = header_q[23:21];
  assign h_requant            = header_q[25:24];
  assign h_thresholds         = header_q[27];
  assign h_planes             = header_q[31:28];
  assign h_ho                 = header_q[47:32];
  assign h_xt                 = header_q[63:48];
  assign h_nt                 = header_q[69:64];
  assign h_kh1                = header_q[75:71];
  assign h_sh                 = header_q[79:76];
  assign h_h                  = header_q[111:96];
  assign h_w                  = header_q[127:112];
  assign h_w_mod              = header_q[130:128];
  assign h_mlast              = header_q[146:136];
  assign h_otn                = header_q[175:160];
  assign h_chn                = header_q[191:176];
  assign h_cc                 = header_q[207:192];
  assign h_clast              = header_q[223:208];
  assign h_w_words            = header_q[239:224];
  assign h_x_ch0              = header_q[255:240];
  assign h_x_base             = header_q[275:256];
  assign h_g_last             = header_q[284:276];
  assign h_x_phase            = header_q[335:320];
  assign h_x_ring             = header_q[351:336];
  assign h_x_slot0            = header_q[367:352];
  assign h_y_base             = header_q[467:448];
  assign h_y_grp0             = header_q[475:468];
  assign h_y_ring             = header_q[527:512];
  assign h_y_slot0            = header_q[543:528];
  assign h_y_sw               = header_q[562:560];
  assign h_y_flat             = header_q[568];
  assign h_in_unsigned        = header_q[601];
  assign h_r_base             = header_q[723:704];
  assign h_r_grp0             = header_q[735:728];
  assign h_r_requant          = header_q[908:907];
  assign h_r_round            = header_q[911:909];
  assign half                 = 20'd1 << (XB - 1);
  assign broken1_round        = h_round > 3'd4;
  assign broken2_ho           = h_ho == 16'd0;
  assign broken3_xt           = h_xt == 16'd0;
  assign broken4_nt           = h_nt == 6'd0;
  assign broken5_nt           = h_nt > 6'd32;
  assign broken6_sh           = h_sh == 4'd0;
  assign broken7_h            = h_h == 16'd0;
  assign broken8_w            = h_w == 16'd0;
  assign broken9_mlast        = h_mlast == 11'd0;
  assign broken10_mlast       = h_mlast > 11'd256;
  assign broken11_otn         = h_otn == 16'd0;
  assign broken12_chn         = h_chn == 16'd0;
  assign broken13_cc          = h_cc == 16'd0;
  assign broken14_clast       = h_clast == 16'd0;
  assign broken15_x_ch0       = h_x_ch0 > 16'd255;
  assign broken16_g_last      = h_g_last == 9'd0;
  assign broken17_g_last      = h_g_last > 9'd256;
  assign broken18_x_ring      = h_x_ring == 16'd0;
  assign broken19_y_ring      = h_y_ring == 16'd0;
  assign broken20_y_sw        = h_y_sw == 3'd0;
  assign broken21_y_sw        = h_y_sw > 3'd4;
  assign broken22_y_flat      = h_y_flat != 1'b0;
  assign broken23_r_round     = h_r_round > 3'd4;
  assign limit_tmax           = 20'(TMAX);
  assign broken24_nt          = 20'(h_nt) > limit_tmax;
  assign limit_kmax           = 20'(KMAX);
  assign broken25_kh1         = 20'(h_kh1) >= limit_kmax;
  assign limit_m              = 20'(M);
  assign broken26_mlast       = 20'(h_mlast) > limit_m;
  assign broken27_has_weights = h_op == 2'd0 && h_has_weights != 1'b1;
  assign broken28_has_weights = h_op >= 2'd2 && h_has_weights != 1'b0;
  assign broken29_chn         = h_op != 2'd0 && h_chn != 16'd1;
  assign broken30_wrap        = h_op != 2'd0 && h_wrap != 1'b0;
  assign broken31_x_ch0       = h_op != 2'd0 && h_x_ch0 != 16'd0;
  assign broken32_x_ch0       = 20'(h_x_ch0) >= limit_m;
  assign limit_g              = 20'(G);
  assign broken33_wrap        = h_wrap == 1'b1 && 20'(h_cc) < limit_g;
  assign broken34_clast       = 20'(h_clast) > 20'(h_cc);
  assign broken35_w_words     = h_has_weights == 1'b1 && h_w_words == 16'd0;
  assign limit_wd             = 20'(WD);
  assign broken36_w_words     = h_has_weights == 1'b1 && 20'(h_w_words) > limit_wd;
  assign broken37_w_reuse     = h_w_reuse == 1'b1 && h_has_weights == 1'b0 && h_w_keep != 1'b1;
  assign broken38_w_keep      = h_w_keep == 1'b1 && h_has_weights == 1'b0 && h_w_reuse != 1'b1;
  assign broken39_w_mod       = h_w_mod != 3'd0 && h_x_phase == 16'd0;
  assign broken40_x_slot0     = 20'(h_x_slot0) >= 20'(h_x_ring);
  assign broken41_y_slot0     = 20'(h_y_slot0) >= 20'(h_y_ring);
  assign broken42_dst_xram    = h_dst_xram == 1'b0 && h_dst_axis != 1'b1;
  assign limit_xd             = 20'(XD);
  assign broken43_x_base      = h_x_base >= limit_xd;
  assign broken44_y_base      = h_dst_xram == 1'b1 && h_y_base >= limit_xd;
  assign limit_groups         = 20'(GROUPS);
  assign broken45_y_grp0      = h_dst_xram == 1'b1 && 20'(h_y_grp0) >= limit_groups;
  assign broken46_y_sw        = h_dst_xram == 1'b1 && 20'(h_y_sw) > limit_groups;

  if (DW > 0) begin : g_has47_dw
    assign broken47_op = 1'b0;
  end else begin : g_has47_dw_else
    assign broken47_op = h_op != 2'd0;
  end

  logic broken48_chn;

  if (PD > 0) begin : g_has48_pd
    assign broken48_chn = 1'b0;
  end else begin : g_has48_pd_else
    assign broken48_chn = h_chn != 16'd1;
  end

  logic broken49_requant;

  if (MUL > 0) begin : g_has49_mul
    assign broken49_requant = 1'b0;
  end else begin : g_has49_mul_else
    assign broken49_requant = h_requant != 2'd0;
  end

  logic broken50_requant;

  if (FIXED > 0) begin : g_has50_fixed
    assign broken50_requant = 1'b0;
  end else begin : g_has50_fixed_else
    assign broken50_requant = h_requant == 2'd3;
  end

  logic broken51_thresholds;

  if (NTHR > 0) begin : g_has51_nthr
    assign broken51_thresholds = 1'b0;
  end else begin : g_has51_nthr_else
    assign broken51_thresholds = h_thresholds == 1'b1;
  end

  logic broken52_planes;

  if (NTHR > 0) begin : g_has52_nthr
    assign broken52_planes = 1'b0;
  end else begin : g_has52_nthr_else
    assign broken52_planes = h_planes >= 4'd8;
  end

  logic broken53_lut;

  if (LUT > 0) begin : g_has53_lut
    assign broken53_lut = 1'b0;
  end else begin : g_has53_lut_else
    assign broken53_lut = h_lut == 1'b1;
  end

  logic broken54_res;

  if (ADD > 0) begin : g_has54_add
    assign broken54_res = 1'b0;
  end else begin : g_has54_add_else
    assign broken54_res = h_res == 1'b1;
  end

  logic broken55_r_requant;

  if (MUL > 0) begin : g_has55_mul
    assign broken55_r_requant = 1'b0;
  end else begin : g_has55_mul_else
    assign broken55_r_requant = h_r_requant != 2'd0;
  end

  logic broken56_r_requant;

  if (FIXED > 0) begin : g_has56_fixed
    assign broken56_r_requant = 1'b0;
  end else begin : g_has56_fixed_else
    assign broken56_r_requant = h_r_requant == 2'd3;
  end

  logic broken57_r_grp0;
  logic broken58_r_base;
  logic broken59_zp;
  logic broken60_r_zp;
  logic broken61_pad;
  logic broken62_lo;
  logic broken63_hi;
  logic broken64_r_lo;
  logic broken65_r_hi;
  logic broken66_in_unsigned;
  assign broken57_r_grp0 = h_res == 1'b1 && 20'(h_r_grp0) >= limit_groups;
  assign broken58_r_base = h_res == 1'b1 && h_r_base >= limit_xd;
  assign broken59_zp     = 20'($signed(header_q[815:800])) + half >= half + half;
  assign broken60_r_zp   = 20'($signed(header_q[879:864])) + half >= half + half;
  assign broken61_pad    = 20'($signed(header_q[831:816])) + half >= half + half + half;
  assign broken62_lo     = 20'($signed(header_q[783:768])) + half >= half + half + half;
  assign broken63_hi     = 20'($signed(header_q[799:784])) + half >= half + half + half;
  assign broken64_r_lo   = 20'($signed(header_q[847:832])) + half >= half + half + half;
  assign broken65_r_hi   = 20'($signed(header_q[863:848])) + half >= half + half + half;

  if (XU > 0) begin : g_has66_xu
    assign broken66_in_unsigned = 1'b0;
  end else begin : g_has66_xu_else
    assign broken66_in_unsigned = h_in_unsigned == 1'b1;
  end

  logic        broken67_g_last;  // not the groups of the channels
  logic [66:0] broken;
  assign broken67_g_last = 16'(header_q[284:276]) * 16'(D) < 16'(header_q[146:136])
      || 16'(header_q[284:276]) * 16'(D) >= 16'(header_q[146:136]) + 16'(D);
  assign broken          = {broken67_g_last, broken66_in_unsigned, broken65_r_hi, broken64_r_lo,
      broken63_hi, broken62_lo, broken61_pad, broken60_r_zp, broken59_zp, broken58_r_base,
      broken57_r_grp0, broken56_r_requant, broken55_r_requant, broken54_res, broken53_lut,
      broken52_planes, broken51_thresholds, broken50_requant, broken49_requant, broken48_chn,
      broken47_op, broken46_y_sw, broken45_y_grp0, broken44_y_base, broken43_x_base,
      broken42_dst_xram, broken41_y_slot0, broken40_x_slot0, broken39_w_mod, broken38_w_keep,
      broken37_w_reuse, broken36_w_words, broken35_w_words, broken34_clast, broken33_wrap,
      broken32_x_ch0, broken31_x_ch0, broken30_wrap, broken29_chn, broken28_has_weights,
      broken27_has_weights, broken26_mlast, broken25_kh1, broken24_nt, broken23_r_round,
      broken22_y_flat, broken21_y_sw, broken20_y_sw, broken19_y_ring, broken18_x_ring,
      broken17_g_last, broken16_g_last, broken15_x_ch0, broken14_clast, broken13_cc, broken12_chn,
      broken11_otn, broken10_mlast, broken9_mlast, broken8_w, broken7_h, broken6_sh, broken5_nt,
      broken4_nt, broken3_xt, broken2_ho, broken1_round};

  always_ff @(posedge aclk) begin
    broken_q <= broken;
  end

  logic       products_done;
  logic [3:0] products_broken;

  engine_header_products #(.M(M), .D(D), .PD(PD)) u_products (
    .aclk   (aclk),
    .aresetn(aresetn),
    .start  (state_q == CHECK),
    .header (header_q),
    .done   (products_done),
    .broken (products_broken)
  );

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
  logic [RING_W-1:0]  write_q;  // place of the next word
  logic [COUNT_W-1:0] written_q;
  logic               room_q;

  logic           enters;
  logic [W_W-1:0] ring_rd_data;
  assign enters = weights_tvalid && weights_tready;

  registered_ram #(.W(W_W), .DEPTH(WD)) u_ring (
    .aclk   (aclk),
    .wr_en  (enters),
    .wr_addr(write_q),
    .wr_data(weights_tdata),
    .rd_en  (1'b1),
    .rd_addr(ring_address),
    .rd_data(ring_rd_data)
  );

  always_ff @(posedge aclk) begin
    if (!aresetn) write_q <= '0;
    else if (enters) write_q <= write_q == RING_W'(WD - 1) ? RING_W'(0) : write_q + RING_W'(1);
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
  assign ring_word  = ring_rd_data;

  // segments: how many items each has, and what becomes of them
  logic        last_tile;
  logic        tap_now;
  logic        last_tap;
  logic        unsure;  // the last word of the packet: it waits for tlast
  logic        passes;
  logic [8:0]  groups;
  logic [15:0] last_item;
  logic [5:0]  header_64;
  logic [4:0]  header_71;
  logic [15:0] header_224;
  assign last_tile  = tile_q == header_q[175:160] - 16'd1;
  assign tap_now    = words_tvalid && state_q == TAPS;
  assign last_tap   = item_q == 16'(header_q[69:64]) - 16'd1;
  assign unsure     = last_tile && chunk_q == header_q[191:176] - 16'd1
      && item_q == header_q[239:224] - 16'd1 && !lasted_q;
  assign passes     = (words_tvalid && words_tready) || (params_tvalid && params_tready) || enters
      || (entrys_tvalid && entrys_tready);
  assign groups     = last_tile ? header_q[284:276] : 9'(GROUPS);
  assign header_64  = header_q[69:64];
  assign header_71  = header_q[75:71];
  assign header_224 = header_q[239:224];

  assign words_tready   = takes_word && (state_q != TAPS || half_q || last_tap);
  assign params_tready  = state_q == PLANE;
  assign weights_tready = state_q == WORDS && room_q && !unsure;
  assign entrys_tready  = state_q == ENTRIES;

  always_comb begin
    last_item = 16'd31;
    if (state_q == TAPS) last_item = 16'(header_64) - 16'd1;
    else if (state_q == ROWS) last_item = 16'(header_71);
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

  logic          legal;
  logic          checked_tvalid;
  logic          checked_tready;
  logic [1023:0] checked_tdata;
  assign legal          = products_done && products_broken == 4'd0;
  assign checked_tvalid = offered_q && legal;
  assign checked_tdata  = header_q;

  if (HQ > 1) begin : g_ahead
    logic [$clog2(HQ)-1:0] headers_level;

    fifo #(.W(1024), .DEPTH(HQ - 1)) u_headers (
      .aclk         (aclk),
      .aresetn      (aresetn),
      .s_axis_tvalid(checked_tvalid),
      .s_axis_tready(checked_tready),
      .s_axis_tdata (checked_tdata),
      .m_axis_tvalid(m_header_tvalid),
      .m_axis_tready(m_header_tready),
      .m_axis_tdata (m_header_tdata),
      .level        (headers_level)
    );

    logic unused_level;  // not every bit matters

    assign unused_level = |headers_level;
  end else begin : g_ahead_else
    assign m_header_tvalid = checked_tvalid;
    assign checked_tready  = m_header_tready;
    assign m_header_tdata  = checked_tdata;
  end

  assign tap_write     = tap_now;
  assign tap_address   = {item_q[(TMAX>1 ? $clog2(TMAX) : 1)-1:0], set_q};
  assign tap_data      = half_q ? words_tdata[31:16] : words_tdata[15:0];
  assign row_write     = words_tvalid && words_tready && state_q == ROWS;
  assign row_address   = {item_q[(KMAX>1 ? $clog2(KMAX) : 1)-1:0], set_q};
  assign row_data      = words_tdata;
  assign param_write   = params_tvalid && params_tready;
  assign param_plane   = plane_q;
  assign param_set     = param_set_q;
  assign param_group   = GROUP_W'((GROUP_W+16)'(item_q));
  assign param_data    = params_tdata;
  assign table_write   = entrys_tvalid && entrys_tready;
  assign table_address = item_q[XB-1:0];
  assign table_data    = entrys_tdata;

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
  logic overlong;  // parameters are the last of the packet, and it goes on
  logic bare;      // likewise the header
  logic full;
  logic opens;     // the tile takes a set
  assign complete = plane_q == 5'(PLANES);
  assign carries  = header_q[18] && header_q[13] == 1'b0;
  assign overlong = last_tile && !carries && !lasted_q;
  assign bare     = planes == 4'd0 && !carries && !lasted_q;
  assign full     = state_q == TILE && complete && filled_q && !overlong;
  assign opens    = state_q == TILE && !complete && present && !filled_q
      && param_sets_q != SETS_W'(PQ);

  assign params_full = full;

  always_ff @(posedge aclk) begin
    if (!aresetn) param_sets_q <= '0;
    else if (opens && !param_free) param_sets_q <= param_sets_q + SETS_W'(1);
    else if (param_free && !opens) param_sets_q <= param_sets_q - SETS_W'(1);
  end

  logic [2:0] judged;
  assign judged = {state_q == HEAD, state_q == CHECK, state_q == JUDGE};

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      lasted_q    <= 1'b0;
      beats_q     <= '0;
      offered_q   <= 1'b0;
      state_q     <= HEAD;
      error_q     <= '0;
      rule_q      <= '0;
      set_q       <= '0;
      tile_q      <= '0;
      plane_q     <= '0;
      filled_q    <= 1'b0;
      param_set_q <= '0;
      chunk_q     <= '0;
      packets_q   <= '0;
    end else begin
      if (s_axis_tvalid && s_axis_tready) begin
        lasted_q <= s_axis_tlast;
        beats_q  <= beats_q + 16'd1;
      end
      if (checked_tvalid && checked_tready) offered_q <= 1'b0;
      case (state_q)
        HEAD: if (ends) state_q <= CHECK;
        CHECK: state_q <= JUDGE;
        JUDGE: begin
          if (bad_magic_q) begin
            error_q <= 3'd1;
            state_q <= FAILED;
          end else if (|broken_q) begin
            error_q <= 3'd2;
            state_q <= FAILED;
            rule_q  <= broken_q[0] ? 7'd1 : broken_q[1] ? 7'd2 : broken_q[2] ? 7'd3 : broken_q[3]
                ? 7'd4 : broken_q[4] ? 7'd5 : broken_q[5] ? 7'd6 : broken_q[6] ? 7'd7 : broken_q[7]
                ? 7'd8 : broken_q[8] ? 7'd9 : broken_q[9] ? 7'd10 : broken_q[10] ? 7'd11
                : broken_q[11] ? 7'd12 : broken_q[12] ? 7'd13 : broken_q[13] ? 7'd14 : broken_q[14]
                ? 7'd15 : broken_q[15] ? 7'd16 : broken_q[16] ? 7'd17 : broken_q[17] ? 7'd18
                : broken_q[18] ? 7'd19 : broken_q[19] ? 7'd20 : broken_q[20] ? 7'd21 : broken_q[21]
                ? 7'd22 : broken_q[22] ? 7'd23 : broken_q[23] ? 7'd24 : broken_q[24] ? 7'd25
                : broken_q[25] ? 7'd26 : broken_q[26] ? 7'd27 : broken_q[27] ? 7'd28 : broken_q[28]
                ? 7'd29 : broken_q[29] ? 7'd30 : broken_q[30] ? 7'd31 : broken_q[31] ? 7'd32
                : broken_q[32] ? 7'd33 : broken_q[33] ? 7'd34 : broken_q[34] ? 7'd35 : broken_q[35]
                ? 7'd36 : broken_q[36] ? 7'd37 : broken_q[37] ? 7'd38 : broken_q[38] ? 7'd39
                : broken_q[39] ? 7'd40 : broken_q[40] ? 7'd41 : broken_q[41] ? 7'd42 : broken_q[42]
                ? 7'd43 : broken_q[43] ? 7'd44 : broken_q[44] ? 7'd45 : broken_q[45] ? 7'd46
                : broken_q[46] ? 7'd47 : broken_q[47] ? 7'd48 : broken_q[48] ? 7'd49 : broken_q[49]
                ? 7'd50 : broken_q[50] ? 7'd51 : broken_q[51] ? 7'd52 : broken_q[52] ? 7'd53
                : broken_q[53] ? 7'd54 : broken_q[54] ? 7'd55 : broken_q[55] ? 7'd56 : broken_q[56]
                ? 7'd57 : broken_q[57] ? 7'd58 : broken_q[58] ? 7'd59 : broken_q[59] ? 7'd60
                : broken_q[60] ? 7'd61 : broken_q[61] ? 7'd62 : broken_q[62] ? 7'd63 : broken_q[63]
                ? 7'd64 : broken_q[64] ? 7'd65 : broken_q[65] ? 7'd66 : broken_q[66] ? 7'd67 : 7'd0;
          end else begin
            state_q <= TAPS;
          end
        end
        TAPS: if (ends) state_q <= ROWS;
        ROWS: begin
          if (ends) begin
            set_q    <= set_q + SET_W'(1);
            tile_q   <= '0;
            plane_q  <= '0;
            filled_q <= 1'b0;
            if (header_q[17]) begin
              state_q <= QUIET;
            end else if (bare) begin
              error_q <= 3'd4;
              state_q <= FAILED;
            end else begin
              offered_q <= 1'b1;
              state_q   <= TILE;
            end
          end
        end
        QUIET: if (packets_q == passes_done) state_q <= ENTRIES;
        ENTRIES: begin
          if (ends) begin
            if (bare) begin
              error_q <= 3'd4;
              state_q <= FAILED;
            end else begin
              offered_q <= 1'b1;
              state_q   <= TILE;
            end
          end
        end
        TILE: begin
          if (complete && overlong) begin
            error_q <= 3'd4;
            state_q <= FAILED;
          end else if (complete) begin
            if (filled_q) param_set_q <= param_set_q + PSET_W'(1);
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
          if (unsure && weights_tvalid) begin
            error_q <= 3'd4;
            state_q <= FAILED;
          end
        end
        END: begin
          if (!lasted_q) begin
            error_q <= 3'd4;
            state_q <= FAILED;
          end else if (products_done) begin
            lasted_q  <= 1'b0;
            beats_q   <= '0;
            packets_q <= packets_q + 16'd1;
            state_q   <= HEAD;
          end
        end
        default: ;
      endcase
      if (wants && lasted_q) begin
        error_q <= 3'd3;
        state_q <= FAILED;
      end
      if (judged == 3'd0 && products_done && products_broken != 4'd0 && error_q == 3'd0) begin
        error_q <= 3'd2;
        state_q <= FAILED;
        rule_q  <= products_broken[0] ? 7'd68 : products_broken[1] ? 7'd69 : products_broken[2]
            ? 7'd70 : products_broken[3] ? 7'd71 : 7'd0;
      end
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    case (state_q)
      HEAD:    if (words_tvalid && words_tready) header_q <= {words_tdata, header_q[1023:32]};
      default: ;
    endcase
  end

  assign error_code   = error_q;
  assign error_rule   = rule_q;
  assign error_header = header_q;
  assign error_place  = {packets_q, beats_q};

  logic unused_bits;  // takes what nothing else reads
  assign unused_bits = &{1'b0, h_lut, h_requant, h_thresholds, h_planes, h_in_unsigned,
      h_r_requant};

endmodule
`default_nettype wire
