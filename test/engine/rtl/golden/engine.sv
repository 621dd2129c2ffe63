// engine - the engine: registers on AXI4-Lite, weights and pixels in, results out, an interrupt
//
// After an error, or in the middle of a frame, COMMAND.RESET restarts the core. What of m_axis_y is
// on offer stays until it is taken, and a packet that is under way ends with a beat of zeros and
// tlast. Beats that arrive while the reset is held are dropped, and behind it the rest of a packet
// that has begun. No combinational path from any input to any output.
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
// BUILD     hash of the build, 0 to 2147483647
`default_nettype none
module engine #(
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
  parameter int TUNIT   = 8,
  parameter int BUILD   = 0
) (
  input  logic          aclk,
  input  logic          aresetn,
  input  logic          s_axi_ctrl_awvalid,
  output logic          s_axi_ctrl_awready,
  input  logic [11:0]   s_axi_ctrl_awaddr,
  input  logic [2:0]    s_axi_ctrl_awprot,
  input  logic          s_axi_ctrl_wvalid,
  output logic          s_axi_ctrl_wready,
  input  logic [31:0]   s_axi_ctrl_wdata,
  input  logic [3:0]    s_axi_ctrl_wstrb,
  output logic          s_axi_ctrl_bvalid,
  input  logic          s_axi_ctrl_bready,
  output logic [1:0]    s_axi_ctrl_bresp,
  input  logic          s_axi_ctrl_arvalid,
  output logic          s_axi_ctrl_arready,
  input  logic [11:0]   s_axi_ctrl_araddr,
  input  logic [2:0]    s_axi_ctrl_arprot,
  output logic          s_axi_ctrl_rvalid,
  input  logic          s_axi_ctrl_rready,
  output logic [31:0]   s_axi_ctrl_rdata,
  output logic [1:0]    s_axi_ctrl_rresp,

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

  output logic          irq  // interrupt
);

`ifndef SYNTHESIS
  initial begin
    if (P > 64) $fatal(1, "engine: P must be at most 64");
    if (G > 16) $fatal(1, "engine: G must be at most 16");
    if (M > 256) $fatal(1, "engine: M must be at most 256");
    if (D > 64) $fatal(1, "engine: D must be at most 64");
    if (XG > 256) $fatal(1, "engine: XG must be at most 256");
    if (XB < 2) $fatal(1, "engine: XB must be at least 2");
    if (XB > 16) $fatal(1, "engine: XB must be at most 16");
    if (WB < 2) $fatal(1, "engine: WB must be at least 2");
    if (WB > 16) $fatal(1, "engine: WB must be at most 16");
    if (AB < 12) $fatal(1, "engine: AB must be at least 12");
    if (AB > 32) $fatal(1, "engine: AB must be at most 32");
    if (XD < 2) $fatal(1, "engine: XD must be at least 2");
    if (XD > 65536) $fatal(1, "engine: XD must be at most 65536");
    if (WD < 2) $fatal(1, "engine: WD must be at least 2");
    if (WD > 65536) $fatal(1, "engine: WD must be at most 65536");
    if (PD > 65536) $fatal(1, "engine: PD must be at most 65536");
    if (TMAX > 32) $fatal(1, "engine: TMAX must be at most 32");
    if (KMAX > 32) $fatal(1, "engine: KMAX must be at most 32");
    if (HQ > 63) $fatal(1, "engine: HQ must be at most 63");
    if (PQ < 2) $fatal(1, "engine: PQ must be at least 2");
    if (PQ > 256) $fatal(1, "engine: PQ must be at most 256");
    if (NTHR > 15) $fatal(1, "engine: NTHR must be at most 15");
    if (MUL > 1) $fatal(1, "engine: MUL must be at most 1");
    if (FIXED > 1) $fatal(1, "engine: FIXED must be at most 1");
    if (LUT > 1) $fatal(1, "engine: LUT must be at most 1");
    if (ENTRIES < 4) $fatal(1, "engine: ENTRIES must be at least 4");
    if (ENTRIES > 65536) $fatal(1, "engine: ENTRIES must be at most 65536");
    if (ADD > 1) $fatal(1, "engine: ADD must be at most 1");
    if (RD > 1024) $fatal(1, "engine: RD must be at most 1024");
    if (XU > 1) $fatal(1, "engine: XU must be at most 1");
    if (XP < 32) $fatal(1, "engine: XP must be at least 32");
    if (XP > 256) $fatal(1, "engine: XP must be at most 256");
    if (WP < 32) $fatal(1, "engine: WP must be at least 32");
    if (WP > 256) $fatal(1, "engine: WP must be at most 256");
    if (YP < 32) $fatal(1, "engine: YP must be at least 32");
    if (YP > 256) $fatal(1, "engine: YP must be at most 256");
    if (YD < 2) $fatal(1, "engine: YD must be at least 2");
    if (YD > 4096) $fatal(1, "engine: YD must be at most 4096");
    if (BUILD > 2147483647) $fatal(1, "engine: BUILD must be at most 2147483647");
    if ($clog2(HQ + 2) != $clog2(HQ + 1) + 1) $fatal(1, "engine: HQ + 1 is a power of two");
    if ($clog2(PQ + 1) != $clog2(PQ) + 1) $fatal(1, "engine: PQ is a power of two");
    if (M % D != 0) $fatal(1, "engine: D divides M");
    if (M / D * D != M) $fatal(1, "engine: D divides M");
    if (M / XG * XG != M) $fatal(1, "engine: XG divides M");
    if (XG < D) $fatal(1, "engine: chains do not skip a group of channels");
    if (M < G) $fatal(1, "engine: slices of a group read different banks");
    if (M < D) $fatal(1, "engine: a weight tile has a group");
    if (M / D < 1) $fatal(1, "engine: a weight tile has a group");
    if ((M > 1 ? $clog2(M) : 1) + 1 < $clog2(G + 1))
      $fatal(1, "engine: slices are numbered like banks");
    if ($clog2(WD + 1) + 1 < (WD > 1 ? $clog2(WD) : 1))
      $fatal(1, "engine: a place in the ring fits a counter");
    if ($clog2(ENTRIES) != XB) $fatal(1, "engine: the table has an entry for every pixel");
    if (AB % 2 != 0) $fatal(1, "engine: a parameter has two halves");
    if (AB < XB + 3) $fatal(1, "engine: a pixel is a part of a sum");
    if (AB * 2 < AB / 2 + AB + 2) $fatal(1, "engine: an addend lies within a product");
    if (AB < XB + XU + WB) $fatal(1, "engine: a sum holds a product");
    if (9 < $clog2(M / D + 1)) $fatal(1, "engine: headers have 9 bits for groups");
    if (8 < (M / D > 1 ? $clog2(M / D) : 1))
      $fatal(1, "engine: headers have 8 bits for a bank group");
    if (11 < $clog2((M / D + 1) * D + 1)) $fatal(1, "engine: headers have 11 bits for channels");
    if (16 < (PD > 1 ? $clog2(PD) : 1))
      $fatal(1, "engine: places among the partial sums have 16 bits");
    if (20 < (XD > 1 ? $clog2(XD) : 1)) $fatal(1, "engine: headers have 20 bits for an address");
    if (20 < $clog2(XD + 1)) $fatal(1, "engine: headers have 20 bits for an address");
    if (XUNIT * (D * P * XB / XUNIT) != D * P * XB) $fatal(1, "engine: XUNIT divides a group");
    if (XUNIT * (XP / XUNIT) != XP) $fatal(1, "engine: XUNIT divides a beat");
    if (XUNIT * (XP / XUNIT) * (256 / XP) != 256) $fatal(1, "engine: a descriptor is whole beats");
    if (YUNIT * (D * P * XB / YUNIT) != D * P * XB) $fatal(1, "engine: YUNIT divides a group");
    if (YUNIT * (YP / YUNIT) != YP) $fatal(1, "engine: YUNIT divides a beat");
    if (D * P * XB / XUNIT < 1) $fatal(1, "engine: a group has a unit");
    if (XP / XUNIT < 1) $fatal(1, "engine: a beat has a unit");
    if (D * P * XB / YUNIT < 1) $fatal(1, "engine: a group has a unit");
    if (YP / YUNIT < 1) $fatal(1, "engine: a beat has a unit");
    if (256 / XP < 1) $fatal(1, "engine: a descriptor has a beat");
    if (8 < 256 / XP) $fatal(1, "engine: a descriptor has at most 8 beats");
    if (WP / 32 * 32 != WP) $fatal(1, "engine: a beat has whole parameters");
    if (WP / WUNIT * WUNIT != WP) $fatal(1, "engine: WUNIT divides a beat");
    if (M * G * WB / WUNIT * WUNIT != M * G * WB) $fatal(1, "engine: WUNIT divides a weight word");
    if (WP / TUNIT * TUNIT != WP) $fatal(1, "engine: TUNIT divides a beat");
    if (XB / TUNIT * TUNIT != XB) $fatal(1, "engine: TUNIT divides a pixel");
    if (WP / 32 < 1) $fatal(1, "engine: a beat has a parameter");
    if (WP / TUNIT < 1) $fatal(1, "engine: a beat has a unit");
    if (XB / TUNIT < 1) $fatal(1, "engine: a pixel has a unit");
    if (WP / WUNIT < 1) $fatal(1, "engine: a beat has a unit");
    if (M * G * WB / WUNIT < 1) $fatal(1, "engine: a weight word has a unit");
  end
`endif

  logic          weights_tvalid;
  logic          weights_tready;
  logic [WP-1:0] weights_tdata;
  logic          weights_tlast;
  logic          pixels_tvalid;
  logic          pixels_tready;
  logic [XP-1:0] pixels_tdata;
  logic          pixels_tlast;
  logic          results_tvalid;
  logic          results_tready;
  logic [YP-1:0] results_tdata;
  logic          results_tlast;
  logic          resetn;
  logic          enable;
  logic          pass;
  logic          flush;
  logic          restart;
  logic [15:0]   pixel_packets;
  logic [15:0]   weight_packets;
  logic          weight_guard_dropping;

  engine_input_guard #(.W(WP)) u_weight_guard (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(s_axis_w_tvalid),
    .s_axis_tready(s_axis_w_tready),
    .s_axis_tdata (s_axis_w_tdata),
    .s_axis_tlast (s_axis_w_tlast),
    .m_axis_tvalid(weights_tvalid),
    .m_axis_tready(weights_tready),
    .m_axis_tdata (weights_tdata),
    .m_axis_tlast (weights_tlast),
    .pass         (pass),
    .flush        (flush),
    .restart      (restart),
    .limit        (weight_packets),
    .dropping     (weight_guard_dropping)
  );

  logic pixel_guard_dropping;

  engine_input_guard #(.W(XP)) u_pixel_guard (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(s_axis_x_tvalid),
    .s_axis_tready(s_axis_x_tready),
    .s_axis_tdata (s_axis_x_tdata),
    .s_axis_tlast (s_axis_x_tlast),
    .m_axis_tvalid(pixels_tvalid),
    .m_axis_tready(pixels_tready),
    .m_axis_tdata (pixels_tdata),
    .m_axis_tlast (pixels_tlast),
    .pass         (pass),
    .flush        (flush),
    .restart      (restart),
    .limit        (pixel_packets),
    .dropping     (pixel_guard_dropping)
  );

  logic result_guard_midway;

  engine_result_guard #(.W(YP)) u_result_guard (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(results_tvalid),
    .s_axis_tready(results_tready),
    .s_axis_tdata (results_tdata),
    .s_axis_tlast (results_tlast),
    .m_axis_tvalid(m_axis_y_tvalid),
    .m_axis_tready(m_axis_y_tready),
    .m_axis_tdata (m_axis_y_tdata),
    .m_axis_tlast (m_axis_y_tlast),
    .close        (!resetn),
    .midway       (result_guard_midway)
  );

  logic          core_running;
  logic          core_step;
  logic [5:0]    core_stalled;
  logic [15:0]   core_passes_done;
  logic          core_done;
  logic [2:0]    core_error_code;
  logic [6:0]    core_error_rule;
  logic [1023:0] core_error_header;
  logic [31:0]   core_error_place;
  logic [3:0]    core_x_error;
  logic          core_conflict;
  logic [1:0]    core_fault;
  logic          core_sending;

  engine_core #(
    .P      (P),
    .G      (G),
    .M      (M),
    .D      (D),
    .XG     (XG),
    .XB     (XB),
    .WB     (WB),
    .AB     (AB),
    .XD     (XD),
    .WD     (WD),
    .PD     (PD),
    .TMAX   (TMAX),
    .KMAX   (KMAX),
    .HQ     (HQ),
    .PQ     (PQ),
    .NTHR   (NTHR),
    .MUL    (MUL),
    .FIXED  (FIXED),
    .LUT    (LUT),
    .ENTRIES(ENTRIES),
    .ADD    (ADD),
    .RD     (RD),
    .XU     (XU),
    .XP     (XP),
    .WP     (WP),
    .YP     (YP),
    .YD     (YD),
    .XUNIT  (XUNIT),
    .YUNIT  (YUNIT),
    .WUNIT  (WUNIT),
    .TUNIT  (TUNIT)
  ) u_core (
    .aclk           (aclk),
    .aresetn        (resetn),
    .enable         (enable),
    .s_axis_w_tvalid(weights_tvalid),
    .s_axis_w_tready(weights_tready),
    .s_axis_w_tdata (weights_tdata),
    .s_axis_w_tlast (weights_tlast),
    .s_axis_x_tvalid(pixels_tvalid),
    .s_axis_x_tready(pixels_tready),
    .s_axis_x_tdata (pixels_tdata),
    .s_axis_x_tlast (pixels_tlast),
    .m_axis_y_tvalid(results_tvalid),
    .m_axis_y_tready(results_tready),
    .m_axis_y_tdata (results_tdata),
    .m_axis_y_tlast (results_tlast),
    .running        (core_running),
    .step           (core_step),
    .stalled        (core_stalled),
    .passes_done    (core_passes_done),
    .done           (core_done),
    .error_code     (core_error_code),
    .error_rule     (core_error_rule),
    .error_header   (core_error_header),
    .error_place    (core_error_place),
    .x_error        (core_x_error),
    .conflict       (core_conflict),
    .fault          (core_fault),
    .sending        (core_sending)
  );

  logic unused_conflict;  // not every bit matters
  assign unused_conflict = core_conflict;

  engine_control #(
    .P    (P),
    .G    (G),
    .M    (M),
    .D    (D),
    .XB   (XB),
    .WB   (WB),
    .AB   (AB),
    .XD   (XD),
    .WD   (WD),
    .PD   (PD),
    .TMAX (TMAX),
    .KMAX (KMAX),
    .NTHR (NTHR),
    .MUL  (MUL),
    .FIXED(FIXED),
    .LUT  (LUT),
    .ADD  (ADD),
    .DW   (0),
    .XU   (XU),
    .XP   (XP),
    .WP   (WP),
    .YP   (YP),
    .YD   (YD),
    .HQ   (HQ),
    .PQ   (PQ),
    .BUILD(BUILD)
  ) u_control (
    .aclk           (aclk),
    .aresetn        (aresetn),
    .s_axi_awvalid  (s_axi_ctrl_awvalid),
    .s_axi_awready  (s_axi_ctrl_awready),
    .s_axi_awaddr   (s_axi_ctrl_awaddr),
    .s_axi_awprot   (s_axi_ctrl_awprot),
    .s_axi_wvalid   (s_axi_ctrl_wvalid),
    .s_axi_wready   (s_axi_ctrl_wready),
    .s_axi_wdata    (s_axi_ctrl_wdata),
    .s_axi_wstrb    (s_axi_ctrl_wstrb),
    .s_axi_bvalid   (s_axi_ctrl_bvalid),
    .s_axi_bready   (s_axi_ctrl_bready),
    .s_axi_bresp    (s_axi_ctrl_bresp),
    .s_axi_arvalid  (s_axi_ctrl_arvalid),
    .s_axi_arready  (s_axi_ctrl_arready),
    .s_axi_araddr   (s_axi_ctrl_araddr),
    .s_axi_arprot   (s_axi_ctrl_arprot),
    .s_axi_rvalid   (s_axi_ctrl_rvalid),
    .s_axi_rready   (s_axi_ctrl_rready),
    .s_axi_rdata    (s_axi_ctrl_rdata),
    .s_axi_rresp    (s_axi_ctrl_rresp),
    .irq            (irq),
    .core_resetn    (resetn),
    .enable         (enable),
    .pass           (pass),
    .flush          (flush),
    .restart        (restart),
    .pixel_packets  (pixel_packets),
    .weight_packets (weight_packets),
    .weights_moved  (weights_tvalid && weights_tready),
    .pixels_moved   (pixels_tvalid && pixels_tready),
    .results_moved  (m_axis_y_tvalid && m_axis_y_tready),
    .results_wait   (m_axis_y_tvalid && !m_axis_y_tready),
    .results_open   (result_guard_midway),
    .weights_dropped(weight_guard_dropping),
    .pixels_dropped (pixel_guard_dropping),
    .running        (core_running),
    .step           (core_step),
    .stalled        (core_stalled),
    .passes_done    (core_passes_done),
    .done           (core_done),
    .sending        (core_sending),
    .error_code     (core_error_code),
    .error_rule     (core_error_rule),
    .error_place    (core_error_place),
    .error_header   (core_error_header),
    .x_error        (core_x_error),
    .fault          (core_fault)
  );

endmodule
`default_nettype wire
