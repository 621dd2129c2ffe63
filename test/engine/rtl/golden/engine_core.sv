// engine_core - one reconfigurable array for every layer: P x M x G multipliers, fed by three
// streams
//
// s_axis_w brings passes (header, tap program, parameters, weights), s_axis_x rows of pixels for
// the X-RAM, m_axis_y takes results that leave. Passes run one after the other while enable is set;
// everything behind the issue of a step is a pipeline that never waits. Dense passes only.
// After an error (error_code of the weight port, x_error of the pixel port) only a reset helps;
// conflict tells of two slices that asked for one bank.
//
// P         pixels of a row that are computed side by side, 1 to 64
// G         slices: terms of a sum that are multiplied side by side, 1 to 16
// M         output channels side by side; banks of the X-RAM, 1 to 256
// D         channels that leave the array in one cycle, 1 to 64
// XG        channels that share one copy of the operand registers, 1 to 256
// XB        bits of a pixel, 2 to 16
// WB        bits of a weight, 2 to 16
// AB        bits of an accumulator; even, 12 to 32
// XD        words of a bank of the X-RAM, 2 to 65536
// WD        words of the weight ring, 2 to 65536
// PD        partial sums; 0: no chunks, 0 to 65536
// TMAX      entries of a tap program, 1 to 32
// KMAX      kernel rows, 1 to 32
// HQ        headers ahead of the pass that runs; one less than a power of two, 1 to 63
// PQ        weight tiles whose parameters are held; a power of two, 2 to 256
// NTHR      thresholds of a channel, 0 to 15
// MUL       1: the requantizer multiplies, 0 to 1
// FIXED     1: fixed mode, 0 to 1
// LUT       1: a table behind the requantizer, 0 to 1
// ENTRIES   its entries, 2^XB, 4 to 65536
// ADD       1: residual addition, 0 to 1
// RD        groups of residual words that wait for their sums, 1 to 1024
// XU        1: pixels may be unsigned, 0 to 1
// XP        bits of s_axis_x: 32, 64, 128, 256, 32 to 256
// WP        bits of s_axis_w: 32, 64, 128, 256, 32 to 256
// YP        bits of m_axis_y: 32, 64, 128, 256, 32 to 256
// YD        groups that the output holds, 2 to 4096
// XUNIT     bits that divide a beat of s_axis_x and a group, >= 1
// YUNIT     bits that divide a beat of m_axis_y and a group, >= 1
// WUNIT     bits that divide a beat of s_axis_w and a weight word, >= 1
// TUNIT     bits that divide a beat of s_axis_w and a pixel, >= 1
`default_nettype none
module engine_core #(
  parameter int P       = 4,
  parameter int G       = 2,
  parameter int M       = 4,
  parameter int D       = 2,
  parameter int XG      = 4,
  parameter int XB      = 8,
  parameter int WB      = 8,
  parameter int AB      = 32,
  parameter int XD      = 64,
  parameter int WD      = 64,
  parameter int PD      = 16,
  parameter int TMAX    = 32,
  parameter int KMAX    = 16,
  parameter int HQ      = 1,
  parameter int PQ      = 2,
  parameter int NTHR    = 0,
  parameter int MUL     = 1,
  parameter int FIXED   = 1,
  parameter int LUT     = 1,
  parameter int ENTRIES = 256,
  parameter int ADD     = 1,
  parameter int RD      = 42,
  parameter int XU      = 1,
  parameter int XP      = 64,
  parameter int WP      = 64,
  parameter int YP      = 64,
  parameter int YD      = 8,
  parameter int XUNIT   = 64,
  parameter int YUNIT   = 64,
  parameter int WUNIT   = 64,
  parameter int TUNIT   = 8
) (
  input  logic          aclk,
  input  logic          aresetn,
  input  logic          enable,        // passes may start

  input  logic          s_axis_w_tvalid,
  output logic          s_axis_w_tready,
  input  logic [WP-1:0] s_axis_w_tdata,
  input  logic          s_axis_w_tlast,

  input  logic          s_axis_x_tvalid,
  output logic          s_axis_x_tready,
  input  logic [XP-1:0] s_axis_x_tdata,
  input  logic          s_axis_x_tlast,

  output logic          m_axis_y_tvalid,
  input  logic          m_axis_y_tready,
  output logic [YP-1:0] m_axis_y_tdata,
  output logic          m_axis_y_tlast,

  output logic          running,       // a pass issues steps
  output logic          step,          // a step was issued
  // no step for want of: weights, input, parameters, drain or output, residual, row
  output logic [5:0]    stalled,
  output logic [15:0]   passes_done,   // passes whose last result is written
  output logic          done,          // a pass that says it is the last one is done
  // of the weight port: 0 none, 1 magic, 2 limits, 3 tlast too early, 4 missing
  output logic [2:0]    error_code,
  output logic [6:0]    error_rule,    // rule that the header breaks, with limits
  output logic [1023:0] error_header,  // the header that came last
  output logic [31:0]   error_place,   // {packets before, beats of the packet}
  output logic [3:0]    x_error,       // of the pixel port: 0 none, 1 magic, 2 limits, 3 tlast
  output logic          conflict,      // two slices asked one bank in a cycle
  // 0 none, 1 X-RAM address of a write, 2 conflict, 3 a row without kernel rows
  output logic [1:0]    fault,
  output logic          sending        // packets of m_axis_y are not complete
);

  localparam int GROUPS     = M / D;       // groups of a weight tile
  localparam int GROUP_BITS = D * P * XB;  // bits of a group
  localparam int WORD_BITS  = M * G * WB;  // bits of a weight word
  localparam int LIMIT_W    = 21;          // bits of an address that is compared

`ifndef SYNTHESIS
  initial begin
    if (P > 64) $fatal(1, "engine_core: P must be at most 64");
    if (G > 16) $fatal(1, "engine_core: G must be at most 16");
    if (M > 256) $fatal(1, "engine_core: M must be at most 256");
    if (D > 64) $fatal(1, "engine_core: D must be at most 64");
    if (XG > 256) $fatal(1, "engine_core: XG must be at most 256");
    if (XB < 2) $fatal(1, "engine_core: XB must be at least 2");
    if (XB > 16) $fatal(1, "engine_core: XB must be at most 16");
    if (WB < 2) $fatal(1, "engine_core: WB must be at least 2");
    if (WB > 16) $fatal(1, "engine_core: WB must be at most 16");
    if (AB < 12) $fatal(1, "engine_core: AB must be at least 12");
    if (AB > 32) $fatal(1, "engine_core: AB must be at most 32");
    if (XD < 2) $fatal(1, "engine_core: XD must be at least 2");
    if (XD > 65536) $fatal(1, "engine_core: XD must be at most 65536");
    if (WD < 2) $fatal(1, "engine_core: WD must be at least 2");
    if (WD > 65536) $fatal(1, "engine_core: WD must be at most 65536");
    if (PD > 65536) $fatal(1, "engine_core: PD must be at most 65536");
    if (TMAX > 32) $fatal(1, "engine_core: TMAX must be at most 32");
    if (KMAX > 32) $fatal(1, "engine_core: KMAX must be at most 32");
    if (HQ > 63) $fatal(1, "engine_core: HQ must be at most 63");
    if (PQ < 2) $fatal(1, "engine_core: PQ must be at least 2");
    if (PQ > 256) $fatal(1, "engine_core: PQ must be at most 256");
    if (NTHR > 15) $fatal(1, "engine_core: NTHR must be at most 15");
    if (MUL > 1) $fatal(1, "engine_core: MUL must be at most 1");
    if (FIXED > 1) $fatal(1, "engine_core: FIXED must be at most 1");
    if (LUT > 1) $fatal(1, "engine_core: LUT must be at most 1");
    if (ENTRIES < 4) $fatal(1, "engine_core: ENTRIES must be at least 4");
    if (ENTRIES > 65536) $fatal(1, "engine_core: ENTRIES must be at most 65536");
    if (ADD > 1) $fatal(1, "engine_core: ADD must be at most 1");
    if (RD > 1024) $fatal(1, "engine_core: RD must be at most 1024");
    if (XU > 1) $fatal(1, "engine_core: XU must be at most 1");
    if (XP < 32) $fatal(1, "engine_core: XP must be at least 32");
    if (XP > 256) $fatal(1, "engine_core: XP must be at most 256");
    if (WP < 32) $fatal(1, "engine_core: WP must be at least 32");
    if (WP > 256) $fatal(1, "engine_core: WP must be at most 256");
    if (YP < 32) $fatal(1, "engine_core: YP must be at least 32");
    if (YP > 256) $fatal(1, "engine_core: YP must be at most 256");
    if (YD < 2) $fatal(1, "engine_core: YD must be at least 2");
    if (YD > 4096) $fatal(1, "engine_core: YD must be at most 4096");
    if ($clog2(HQ + 2) != $clog2(HQ + 1) + 1) $fatal(1, "engine_core: HQ + 1 is a power of two");
    if ($clog2(PQ + 1) != $clog2(PQ) + 1) $fatal(1, "engine_core: PQ is a power of two");
    if (M % D != 0) $fatal(1, "engine_core: D divides M");
    if (M / D * D != M) $fatal(1, "engine_core: D divides M");
    if (M / XG * XG != M) $fatal(1, "engine_core: XG divides M");
    if (XG < D) $fatal(1, "engine_core: chains do not skip a group of channels");
    if (M < G) $fatal(1, "engine_core: slices of a group read different banks");
    if (M < D) $fatal(1, "engine_core: a weight tile has a group");
    if (M / D < 1) $fatal(1, "engine_core: a weight tile has a group");
    if ((M > 1 ? $clog2(M) : 1) + 1 < $clog2(G + 1))
      $fatal(1, "engine_core: slices are numbered like banks");
    if ($clog2(WD + 1) + 1 < (WD > 1 ? $clog2(WD) : 1))
      $fatal(1, "engine_core: a place in the ring fits a counter");
    if ($clog2(ENTRIES) != XB) $fatal(1, "engine_core: the table has an entry for every pixel");
    if (AB % 2 != 0) $fatal(1, "engine_core: a parameter has two halves");
    if (AB < XB + 3) $fatal(1, "engine_core: a pixel is a part of a sum");
    if (AB * 2 < AB / 2 + AB + 2) $fatal(1, "engine_core: an addend lies within a product");
    if (AB < XB + XU + WB) $fatal(1, "engine_core: a sum holds a product");
    if (9 < $clog2(M / D + 1)) $fatal(1, "engine_core: headers have 9 bits for groups");
    if (8 < (M / D > 1 ? $clog2(M / D) : 1))
      $fatal(1, "engine_core: headers have 8 bits for a bank group");
    if (11 < $clog2((M / D + 1) * D + 1))
      $fatal(1, "engine_core: headers have 11 bits for channels");
    if (16 < (PD > 1 ? $clog2(PD) : 1))
      $fatal(1, "engine_core: places among the partial sums have 16 bits");
    if (20 < (XD > 1 ? $clog2(XD) : 1))
      $fatal(1, "engine_core: headers have 20 bits for an address");
    if (20 < $clog2(XD + 1)) $fatal(1, "engine_core: headers have 20 bits for an address");
    if (XUNIT * (D * P * XB / XUNIT) != D * P * XB) $fatal(1, "engine_core: XUNIT divides a group");
    if (XUNIT * (XP / XUNIT) != XP) $fatal(1, "engine_core: XUNIT divides a beat");
    if (XUNIT * (XP / XUNIT) * (256 / XP) != 256)
      $fatal(1, "engine_core: a descriptor is whole beats");
    if (YUNIT * (D * P * XB / YUNIT) != D * P * XB) $fatal(1, "engine_core: YUNIT divides a group");
    if (YUNIT * (YP / YUNIT) != YP) $fatal(1, "engine_core: YUNIT divides a beat");
    if (D * P * XB / XUNIT < 1) $fatal(1, "engine_core: a group has a unit");
    if (XP / XUNIT < 1) $fatal(1, "engine_core: a beat has a unit");
    if (D * P * XB / YUNIT < 1) $fatal(1, "engine_core: a group has a unit");
    if (YP / YUNIT < 1) $fatal(1, "engine_core: a beat has a unit");
    if (256 / XP < 1) $fatal(1, "engine_core: a descriptor has a beat");
    if (8 < 256 / XP) $fatal(1, "engine_core: a descriptor has at most 8 beats");
    if (WP / 32 * 32 != WP) $fatal(1, "engine_core: a beat has whole parameters");
    if (WP / WUNIT * WUNIT != WP) $fatal(1, "engine_core: WUNIT divides a beat");
    if (M * G * WB / WUNIT * WUNIT != M * G * WB)
      $fatal(1, "engine_core: WUNIT divides a weight word");
    if (WP / TUNIT * TUNIT != WP) $fatal(1, "engine_core: TUNIT divides a beat");
    if (XB / TUNIT * TUNIT != XB) $fatal(1, "engine_core: TUNIT divides a pixel");
    if (WP / 32 < 1) $fatal(1, "engine_core: a beat has a parameter");
    if (WP / TUNIT < 1) $fatal(1, "engine_core: a beat has a unit");
    if (XB / TUNIT < 1) $fatal(1, "engine_core: a pixel has a unit");
    if (WP / WUNIT < 1) $fatal(1, "engine_core: a beat has a unit");
    if (M * G * WB / WUNIT < 1) $fatal(1, "engine_core: a weight word has a unit");
  end
`endif

  logic                                                  header_tvalid;
  logic                                                  header_tready;
  logic [1023:0]                                         header_tdata;
  logic                                                  cfg_tvalid;
  logic                                                  cfg_tready;
  logic [1023:0]                                         cfg_tdata;
  logic [15:0]                                           pass_count;
  logic [$clog2(WD + 1):0]                               freed;
  logic [(WD>1 ? $clog2(WD) : 1)-1:0]                    ring_address;
  logic                                                  param_free;
  logic [15:0]                                           tokens;
  logic                                                  credit;
  logic                                                  res_ready;
  logic                                                  clash;
  logic                                                  weight_port_tap_write;
  logic [(TMAX>1 ? $clog2(TMAX) : 1)+$clog2(HQ + 1)-1:0] weight_port_tap_address;
  logic [15:0]                                           weight_port_tap_data;
  logic                                                  weight_port_row_write;
  logic [(KMAX>1 ? $clog2(KMAX) : 1)+$clog2(HQ + 1)-1:0] weight_port_row_address;
  logic [31:0]                                           weight_port_row_data;
  logic                                                  weight_port_param_write;
  logic [4:0]                                            weight_port_param_plane;
  logic [$clog2(PQ)-1:0]                                 weight_port_param_set;
  logic [(M/D>1 ? $clog2(M / D) : 1)-1:0]                weight_port_param_group;
  logic [D*32-1:0]                                       weight_port_param_data;
  logic                                                  weight_port_params_full;
  logic                                                  weight_port_table_write;
  logic [XB-1:0]                                         weight_port_table_address;
  logic [XB-1:0]                                         weight_port_table_data;
  logic                                                  weight_port_ring_write;
  logic [WORD_BITS-1:0]                                  weight_port_ring_word;

  engine_weight_port #(
    .WP   (WP),
    .WU   (WUNIT),
    .TU   (TUNIT),
    .W_W  (WORD_BITS),
    .G    (G),
    .M    (M),
    .D    (D),
    .XB   (XB),
    .WD   (WD),
    .PD   (PD),
    .XD   (XD),
    .TMAX (TMAX),
    .KMAX (KMAX),
    .HQ   (HQ),
    .PQ   (PQ),
    .NTHR (NTHR),
    .MUL  (MUL),
    .FIXED(FIXED),
    .LUT  (LUT),
    .ADD  (ADD),
    .DW   (0),
    .XU   (XU)
  ) u_weight_port (
    .aclk           (aclk),
    .aresetn        (aresetn),
    .s_axis_tvalid  (s_axis_w_tvalid),
    .s_axis_tready  (s_axis_w_tready),
    .s_axis_tdata   (s_axis_w_tdata),
    .s_axis_tlast   (s_axis_w_tlast),
    .m_header_tvalid(header_tvalid),
    .m_header_tready(header_tready),
    .m_header_tdata (header_tdata),
    .tap_write      (weight_port_tap_write),
    .tap_address    (weight_port_tap_address),
    .tap_data       (weight_port_tap_data),
    .row_write      (weight_port_row_write),
    .row_address    (weight_port_row_address),
    .row_data       (weight_port_row_data),
    .param_write    (weight_port_param_write),
    .param_plane    (weight_port_param_plane),
    .param_set      (weight_port_param_set),
    .param_group    (weight_port_param_group),
    .param_data     (weight_port_param_data),
    .params_full    (weight_port_params_full),
    .param_free     (param_free),
    .table_write    (weight_port_table_write),
    .table_address  (weight_port_table_address),
    .table_data     (weight_port_table_data),
    .passes_done    (pass_count),
    .ring_write     (weight_port_ring_write),
    .ring_freed     (freed),
    .ring_address   (ring_address),
    .ring_word      (weight_port_ring_word),
    .error_code     (error_code),
    .error_rule     (error_rule),
    .error_header   (error_header),
    .error_place    (error_place)
  );

  logic                               sequencer_res_taken;
  logic                               sequencer_step_valid;
  logic                               sequencer_step_first;
  logic                               sequencer_step_last;
  logic [1:0]                         sequencer_step_op;
  logic [1:0]                         sequencer_step_tap;
  logic                               sequencer_step_read;
  logic [G-1:0]                       sequencer_step_live;
  logic [G*(M>1 ? $clog2(M) : 1)-1:0] sequencer_step_bank;
  logic [G*20-1:0]                    sequencer_step_address;
  logic [$clog2(P + 1)-1:0]           sequencer_step_low;
  logic [$clog2(P + 1)-1:0]           sequencer_step_high;
  logic [15:0]                        sequencer_step_pad;
  logic                               sequencer_step_unsigned;
  logic [(WD>1 ? $clog2(WD) : 1)-1:0] sequencer_step_weight;
  logic                               sequencer_step_has_weights;
  logic [(G>1 ? $clog2(G) : 1)-1:0]   sequencer_step_byte;
  logic [8:0]                         sequencer_step_groups;
  logic [2:0]                         sequencer_step_scatter;
  logic                               sequencer_row_empty;
  logic [5:0]                         sequencer_stalled;

  engine_sequencer #(
    .P   (P),
    .G   (G),
    .M   (M),
    .D   (D),
    .WD  (WD),
    .YD  (YD),
    .TMAX(TMAX),
    .KMAX(KMAX),
    .HQ  (HQ),
    .PQ  (PQ),
    .FREE(12)
  ) u_sequencer (
    .aclk            (aclk),
    .aresetn         (aresetn),
    .enable          (enable),
    .s_header_tvalid (header_tvalid),
    .s_header_tready (header_tready),
    .s_header_tdata  (header_tdata),
    .m_cfg_tvalid    (cfg_tvalid),
    .m_cfg_tready    (cfg_tready),
    .m_cfg_tdata     (cfg_tdata),
    .tap_write       (weight_port_tap_write),
    .tap_address     (weight_port_tap_address),
    .tap_data        (weight_port_tap_data),
    .row_write       (weight_port_row_write),
    .row_address     (weight_port_row_address),
    .row_data        (weight_port_row_data),
    .ring_write      (weight_port_ring_write),
    .ring_freed      (freed),
    .params_full     (weight_port_params_full),
    .x_tokens        (tokens),
    .passes_done     (pass_count),
    .credit          (credit),
    .res_ready       (res_ready),
    .res_taken       (sequencer_res_taken),
    .step_valid      (sequencer_step_valid),
    .step_first      (sequencer_step_first),
    .step_last       (sequencer_step_last),
    .step_op         (sequencer_step_op),
    .step_tap        (sequencer_step_tap),
    .step_read       (sequencer_step_read),
    .step_live       (sequencer_step_live),
    .step_bank       (sequencer_step_bank),
    .step_address    (sequencer_step_address),
    .step_low        (sequencer_step_low),
    .step_high       (sequencer_step_high),
    .step_pad        (sequencer_step_pad),
    .step_unsigned   (sequencer_step_unsigned),
    .step_weight     (sequencer_step_weight),
    .step_has_weights(sequencer_step_has_weights),
    .step_byte       (sequencer_step_byte),
    .step_groups     (sequencer_step_groups),
    .step_scatter    (sequencer_step_scatter),
    .row_empty       (sequencer_row_empty),
    .running         (running),
    .stalled         (sequencer_stalled)
  );

  logic unused_scatter;  // not every bit matters
  assign unused_scatter = |sequencer_step_scatter;

  assign step    = sequencer_step_valid;
  assign stalled = sequencer_stalled;

  // weights come from the ring when their step is at the array
  engine_delay #(.W(WD > 1 ? $clog2(WD) : 1), .STEPS(5)) u_ring_address (
    .aclk(aclk),
    .d   (sequencer_step_weight),
    .q   (ring_address)
  );

  // results go first to the X-RAM, then pixels that arrive
  logic                                       pixels_tvalid;
  logic                                       pixels_tready;
  logic [(GROUPS>1 ? $clog2(GROUPS) : 1)-1:0] pixels_group;
  logic [19:0]                                pixels_address;
  logic [P-1:0]                               pixels_lanes;
  logic [GROUP_BITS-1:0]                      pixels_data;

  engine_pixel_port #(
    .P     (P),
    .D     (D),
    .XB    (XB),
    .GROUPS(GROUPS),
    .XD    (XD),
    .UNIT  (XUNIT),
    .GROUP (GROUP_BITS / XUNIT),
    .BEAT  (XP / XUNIT),
    .BEATS (256 / XP)
  ) u_pixel_port (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(s_axis_x_tvalid),
    .s_axis_tready(s_axis_x_tready),
    .s_axis_tdata (s_axis_x_tdata),
    .s_axis_tlast (s_axis_x_tlast),
    .passes_done  (pass_count),
    .tokens       (tokens),
    .error        (x_error),
    .write_tvalid (pixels_tvalid),
    .write_tready (pixels_tready),
    .write_group  (pixels_group),
    .write_address(pixels_address),
    .write_lanes  (pixels_lanes),
    .write_data   (pixels_data)
  );

  logic                                       res_read;
  logic [(GROUPS>1 ? $clog2(GROUPS) : 1)-1:0] res_group;
  logic [19:0]                                res_address;
  logic                                       res_served;
  logic                                       res_valid;
  logic [GROUP_BITS-1:0]                      res_words;
  logic                                       res_popped;

  if (ADD > 0) begin : g_residual
    logic                                       residual_reader_read;
    logic [(GROUPS>1 ? $clog2(GROUPS) : 1)-1:0] residual_reader_group;
    logic [19:0]                                residual_reader_address;

    engine_residual_reader #(.GROUPS(GROUPS), .DEPTH(RD)) u_residual_reader (
      .aclk      (aclk),
      .aresetn   (aresetn),
      .take      (cfg_tvalid && cfg_tready),
      .header    (cfg_tdata),
      .step      (sequencer_step_valid || sequencer_stalled[4]),
      .read      (residual_reader_read),
      .group     (residual_reader_group),
      .address   (residual_reader_address),
      .served    (res_served),
      .popped    (res_popped),
      .ready     (res_ready),
      .tile_taken(sequencer_res_taken)
    );

    assign res_read    = residual_reader_read;
    assign res_group   = residual_reader_group;
    assign res_address = residual_reader_address;
  end else begin : g_residual_else
    logic unused_no_residual;  // not every bit matters

    assign unused_no_residual = |{sequencer_res_taken, res_served, res_popped};

    assign res_ready   = 1'b1;
    assign res_read    = 1'b0;
    assign res_group   = '0;
    assign res_address = '0;
  end

  logic                                       unused_res_address;  // not every bit matters
  logic                                       drain_valid;
  logic [D*P*AB-1:0]                          drain_sums;
  logic                                       post_write_valid;
  logic [(GROUPS>1 ? $clog2(GROUPS) : 1)-1:0] post_write_group;
  logic [19:0]                                post_write_address;
  logic [P-1:0]                               post_write_lanes;
  logic [D*P*XB-1:0]                          post_write_data;
  logic                                       post_out_valid;
  logic [D*P*XB-1:0]                          post_out_data;
  logic                                       post_out_end;
  logic                                       post_out_last;
  logic                                       post_pass_done;
  assign unused_res_address = |res_address[XD>1 ? $clog2(XD) : 1 +: 20-(XD>1 ? $clog2(XD) : 1)];

  engine_post #(
    .P      (P),
    .D      (D),
    .GROUPS (GROUPS),
    .AB     (AB),
    .XB     (XB),
    .PD     (PD),
    .PQ     (PQ),
    .MUL    (MUL),
    .FIXED  (FIXED),
    .NTHR   (NTHR),
    .LUT    (LUT),
    .ENTRIES(ENTRIES),
    .ADD    (ADD),
    .DEPTH  (RD)
  ) u_post (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .cfg_tvalid   (cfg_tvalid),
    .cfg_tready   (cfg_tready),
    .cfg_tdata    (cfg_tdata),
    .tile_last    (sequencer_step_valid && sequencer_step_last),
    .tile_groups  (sequencer_step_groups),
    .drain_valid  (drain_valid),
    .drain_sums   (drain_sums),
    .param_write  (weight_port_param_write),
    .param_plane  (weight_port_param_plane),
    .param_set    (weight_port_param_set),
    .param_group  (weight_port_param_group),
    .param_data   (weight_port_param_data),
    .param_free   (param_free),
    .table_write  (weight_port_table_write),
    .table_address(weight_port_table_address),
    .table_data   (weight_port_table_data),
    .res_valid    (res_valid),
    .res_words    (res_words),
    .res_popped   (res_popped),
    .write_valid  (post_write_valid),
    .write_group  (post_write_group),
    .write_address(post_write_address),
    .write_lanes  (post_write_lanes),
    .write_data   (post_write_data),
    .out_valid    (post_out_valid),
    .out_data     (post_out_data),
    .out_end      (post_out_end),
    .out_last     (post_out_last),
    .pass_done    (post_pass_done)
  );

  assign pixels_tready = !post_write_valid;

  // what no checked header can tell: from a fault on nothing is written or sent
  logic [1:0] fault_q;

  logic writes_far;
  logic sound;
  assign writes_far = post_write_valid && LIMIT_W'(post_write_address) >= LIMIT_W'(XD);
  assign sound      = fault_q == 2'd0;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      fault_q <= '0;
    end else if (sound) begin
      if (writes_far) fault_q <= 2'd1;
      else if (clash) fault_q <= 2'd2;
      else if (sequencer_row_empty) fault_q <= 2'd3;
    end
  end

  logic                                  stores;
  logic                                  unused_address;  // not every bit matters
  logic [20-(XD>1 ? $clog2(XD) : 1)-1:0] unused_address_choice;
  logic [(XD>1 ? $clog2(XD) : 1)-1:0]    datapath_write_address_choice;
  assign stores                        = post_write_valid && sound && !writes_far;
  assign unused_address_choice         = (20-(XD>1 ? $clog2(XD) : 1))'((post_write_valid
      ? post_write_address : pixels_address)
      >> (XD > 1 ? $clog2(XD) : 1));
  assign unused_address                = |unused_address_choice;
  assign datapath_write_address_choice = (XD>1 ? $clog2(XD) : 1)'(post_write_valid
      ? post_write_address : pixels_address);

  assign fault    = fault_q;
  assign conflict = clash;

  engine_datapath #(
    .P  (P),
    .G  (G),
    .M  (M),
    .D  (D),
    .XG (XG),
    .XB (XB),
    .XU (XU),
    .WB (WB),
    .AB (AB),
    .XD (XD),
    .ADD(ADD)
  ) u_datapath (
    .aclk            (aclk),
    .aresetn         (aresetn),
    .step_valid      (sequencer_step_valid),
    .step_first      (sequencer_step_first),
    .step_last       (sequencer_step_last),
    .step_op         (sequencer_step_op),
    .step_tap        (sequencer_step_tap),
    .step_read       (sequencer_step_read),
    .step_live       (sequencer_step_live),
    .step_bank       (sequencer_step_bank),
    .step_address    (sequencer_step_address),
    .step_low        (sequencer_step_low),
    .step_high       (sequencer_step_high),
    .step_pad        (sequencer_step_pad),
    .step_unsigned   (sequencer_step_unsigned),
    .step_has_weights(sequencer_step_has_weights),
    .step_byte       (sequencer_step_byte),
    .step_groups     (sequencer_step_groups),
    .weights         (weight_port_ring_word),
    .write_valid     (stores || (pixels_tvalid && !post_write_valid)),
    .write_group     (post_write_valid ? post_write_group : pixels_group),
    .write_address   (datapath_write_address_choice),
    .write_lanes     (post_write_valid ? post_write_lanes : pixels_lanes),
    .write_data      (post_write_valid ? post_write_data : pixels_data),
    .group_read      (res_read),
    .group_group     (res_group),
    .group_address   (res_address[(XD>1 ? $clog2(XD) : 1)-1:0]),
    .group_served    (res_served),
    .group_valid     (res_valid),
    .group_words     (res_words),
    .drain_valid     (drain_valid),
    .drain_sums      (drain_sums),
    .conflict        (clash)
  );

  logic          results_tvalid;
  logic          results_tready;
  logic [YP-1:0] results_tdata;
  logic          results_tlast;
  assign results_tready = m_axis_y_tready;

  assign m_axis_y_tvalid = results_tvalid;
  assign m_axis_y_tdata  = results_tdata;
  assign m_axis_y_tlast  = results_tlast;

  engine_output #(
    .UNIT (YUNIT),
    .GROUP(GROUP_BITS / YUNIT),
    .BEAT (YP / YUNIT),
    .DEPTH(YD)
  ) u_output (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .in_valid     (post_out_valid && sound),
    .in_data      (post_out_data),
    .in_end       (post_out_end),
    .in_last      (post_out_last),
    .credit       (credit),
    .m_axis_tvalid(results_tvalid),
    .m_axis_tready(results_tready),
    .m_axis_tdata (results_tdata),
    .m_axis_tlast (results_tlast)
  );

  // passes that are done; the last one of a job raises done
  logic [15:0] started_q;
  logic [15:0] finished_q;
  logic        ends_q;  // the last pass of a job has started
  logic [15:0] last_q;  // its number
  logic        done_q;
  logic [15:0] owed_q;  // packets of m_axis_y that are not complete

  logic begins;
  logic is_last;
  logic reached;
  assign begins  = cfg_tvalid && cfg_tready;
  assign is_last = begins && cfg_tdata[19];
  assign reached = ends_q && finished_q == last_q;

  assign pass_count  = finished_q;
  assign passes_done = finished_q;
  assign done        = done_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) started_q <= '0;
    else if (begins) started_q <= started_q + 16'd1;
  end

  logic owes;
  logic paid;
  assign owes = begins && cfg_tdata[11];
  assign paid = results_tvalid && results_tready && results_tlast;

  always_ff @(posedge aclk) begin
    if (!aresetn) owed_q <= '0;
    else if (owes && !paid) owed_q <= owed_q + 16'd1;
    else if (paid && !owes) owed_q <= owed_q - 16'd1;
  end

  assign sending = owed_q != 16'd0;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      finished_q <= '0;
      ends_q     <= 1'b0;
      done_q     <= 1'b0;
    end else begin
      if (post_pass_done && sound) finished_q <= finished_q + 16'd1;
      if (is_last) ends_q <= 1'b1;
      else if (reached) ends_q <= 1'b0;
      if (begins) done_q <= 1'b0;
      else if (reached) done_q <= 1'b1;
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (is_last) last_q <= started_q + 16'd1;
  end

endmodule
`default_nettype wire
