// engine_control - registers and state of the engine: frames, reset, errors, counters, interrupt
//
// START resets the core, opens the streams, and lets passes run until the one that says it is the
// last is done and its results have left. An error stops that: the core finishes what it can, START
// does nothing more, and a reset (COMMAND.RESET, 1 then 0) brings the engine back to idle once the
// packet of m_axis_y that was under way is ended.
// core_resetn is low while the engine is reset, and for 3 cycles before every frame.
//
// P       pixels of a row that are computed side by side, 0 to 64
// G       slices: terms of a sum that are multiplied side by side, 0 to 16
// M       output channels that are computed side by side; also banks of the X-RAM, 0 to 256
// D       channels that leave the array in one cycle, 0 to 64
// XB      bits of a pixel; tables and residuals need at most 8, 0 to 16
// WB      bits of a weight; 1: a weight is +1 or -1, 0 to 16
// AB      bits of an accumulator, 0 to 32
// XD      words of P pixels in one bank of the X-RAM, 0 to 65536
// WD      words of M * G weights in the weight ring, 0 to 65536
// PD      entries of D words of P partial sums; 0: no chunks, 0 to 65536
// TMAX    entries of the tap memory: taps of one kernel row, 0 to 32
// KMAX    kernel rows, 0 to 32
// NTHR    thresholds of a channel: 0, 1, 3, 7 or 15, 0 to 15
// MUL     the requantizer has a 32-bit multiplier, 0 to 1
// FIXED   the requantizer has the fixed mode (addend of 48 bits behind the product), 0 to 1
// LUT     a table of 2^XB entries behind the requantizer, 0 to 1
// ADD     residual addition, 0 to 1
// DW      a private window per channel: depthwise layers and pooling, 0 to 1
// XU      pixels may be unsigned: PEs take one bit more, 0 to 1
// XP      bits of the pixel port s_axis_x: 32, 64, 128 or 256, 0 to 256
// WP      bits of the weight port s_axis_w: 32, 64, 128 or 256, 0 to 256
// YP      bits of the output port m_axis_y: 32, 64, 128 or 256, 0 to 256
// YD      entries of D words in the output FIFO; 5 * M / D where not given, 0 to 4096
// HQ      headers read ahead of the pass that runs; one less than a power of two, 0 to 63
// PQ      weight tiles whose parameters are held, ahead and in use; a power of two, 0 to 256
// BUILD   hash of the build, for the driver to compare, 0 to 2147483647
`default_nettype none
module engine_control #(
  parameter int P     = 1,
  parameter int G     = 1,
  parameter int M     = 1,
  parameter int D     = 1,
  parameter int XB    = 1,
  parameter int WB    = 1,
  parameter int AB    = 1,
  parameter int XD    = 1,
  parameter int WD    = 1,
  parameter int PD    = 1,
  parameter int TMAX  = 1,
  parameter int KMAX  = 1,
  parameter int NTHR  = 1,
  parameter int MUL   = 1,
  parameter int FIXED = 1,
  parameter int LUT   = 1,
  parameter int ADD   = 1,
  parameter int DW    = 1,
  parameter int XU    = 1,
  parameter int XP    = 1,
  parameter int WP    = 1,
  parameter int YP    = 1,
  parameter int YD    = 8,
  parameter int HQ    = 1,
  parameter int PQ    = 1,
  parameter int BUILD = 0
) (
  input  logic          aclk,
  input  logic          aresetn,
  input  logic          s_axi_awvalid,
  output logic          s_axi_awready,
  input  logic [11:0]   s_axi_awaddr,
  input  logic [2:0]    s_axi_awprot,
  input  logic          s_axi_wvalid,
  output logic          s_axi_wready,
  input  logic [31:0]   s_axi_wdata,
  input  logic [3:0]    s_axi_wstrb,
  output logic          s_axi_bvalid,
  input  logic          s_axi_bready,
  output logic [1:0]    s_axi_bresp,
  input  logic          s_axi_arvalid,
  output logic          s_axi_arready,
  input  logic [11:0]   s_axi_araddr,
  input  logic [2:0]    s_axi_arprot,
  output logic          s_axi_rvalid,
  input  logic          s_axi_rready,
  output logic [31:0]   s_axi_rdata,
  output logic [1:0]    s_axi_rresp,
  output logic          irq,            // interrupt, high until software clears it
  output logic          core_resetn,    // reset of the core
  output logic          enable,         // passes may start
  output logic          pass,           // beats enter
  output logic          flush,          // beats that enter are dropped
  output logic          restart,        // a frame begins
  output logic [15:0]   pixel_packets,
  output logic [15:0]   weight_packets,
  input  logic          weights_moved,  // a beat of s_axis_w
  input  logic          pixels_moved,
  input  logic          results_moved,
  input  logic          results_wait,   // m_axis_y waits
  input  logic          results_open,   // a packet is under way
  input  logic          weights_dropped,
  input  logic          pixels_dropped,
  input  logic          running,
  input  logic          step,
  input  logic [5:0]    stalled,
  input  logic [15:0]   passes_done,
  input  logic          done,
  input  logic          sending,
  input  logic [2:0]    error_code,
  input  logic [6:0]    error_rule,
  input  logic [31:0]   error_place,
  input  logic [1023:0] error_header,
  input  logic [3:0]    x_error,
  input  logic [1:0]    fault
);

`ifndef SYNTHESIS
  initial begin
    if (P > 64) $fatal(1, "engine_control: P must be at most 64");
    if (G > 16) $fatal(1, "engine_control: G must be at most 16");
    if (M > 256) $fatal(1, "engine_control: M must be at most 256");
    if (D > 64) $fatal(1, "engine_control: D must be at most 64");
    if (XB > 16) $fatal(1, "engine_control: XB must be at most 16");
    if (WB > 16) $fatal(1, "engine_control: WB must be at most 16");
    if (AB > 32) $fatal(1, "engine_control: AB must be at most 32");
    if (XD > 65536) $fatal(1, "engine_control: XD must be at most 65536");
    if (WD > 65536) $fatal(1, "engine_control: WD must be at most 65536");
    if (PD > 65536) $fatal(1, "engine_control: PD must be at most 65536");
    if (TMAX > 32) $fatal(1, "engine_control: TMAX must be at most 32");
    if (KMAX > 32) $fatal(1, "engine_control: KMAX must be at most 32");
    if (NTHR > 15) $fatal(1, "engine_control: NTHR must be at most 15");
    if (MUL > 1) $fatal(1, "engine_control: MUL must be at most 1");
    if (FIXED > 1) $fatal(1, "engine_control: FIXED must be at most 1");
    if (LUT > 1) $fatal(1, "engine_control: LUT must be at most 1");
    if (ADD > 1) $fatal(1, "engine_control: ADD must be at most 1");
    if (DW > 1) $fatal(1, "engine_control: DW must be at most 1");
    if (XU > 1) $fatal(1, "engine_control: XU must be at most 1");
    if (XP > 256) $fatal(1, "engine_control: XP must be at most 256");
    if (WP > 256) $fatal(1, "engine_control: WP must be at most 256");
    if (YP > 256) $fatal(1, "engine_control: YP must be at most 256");
    if (YD > 4096) $fatal(1, "engine_control: YD must be at most 4096");
    if (HQ > 63) $fatal(1, "engine_control: HQ must be at most 63");
    if (PQ > 256) $fatal(1, "engine_control: PQ must be at most 256");
    if (BUILD > 2147483647) $fatal(1, "engine_control: BUILD must be at most 2147483647");
  end
`endif

  typedef enum logic [2:0] {
    IDLE = 3'd0,
    CLEAR = 3'd1,
    RUN = 3'd2,
    FAILED = 3'd3,
    RESET = 3'd4
  } state_t;

  state_t      state_q;
  logic        resetn_q;  // reset of the core
  logic [1:0]  cycles_q;  // cycles of the state clear
  logic [31:0] quiet_q;   // cycles without progress
  logic [3:0]  code_q;
  logic [1:0]  port_q;
  logic [6:0]  rule_q;
  logic [31:0] place_q;
  logic [15:0] passes_q;  // passes_done a cycle before

  logic        finished;
  logic        fails;
  logic        interrupt;
  logic        runs;
  logic        opens;
  logic [2:0]  state_now;
  logic        failure;
  logic        ends;
  logic        start_bit;
  logic        auto_bit;
  logic        reset_bit;
  logic [31:0] watchdog;
  logic        gie;
  logic        ier_done;
  logic        ier_ready;
  logic        ier_error;
  logic        isr_done;
  logic        isr_ready;
  logic        isr_error;
  logic [15:0] pixels;
  logic [15:0] weights;
  logic        stop;
  logic        registers_ctrl_done;
  logic        registers_ctrl_ready;
  logic [31:0] registers_scratch;
  logic        registers_command_snapshot;
  logic        registers_command_clear;
  assign runs    = state_q == RUN;
  assign opens   = runs || state_q == FAILED;
  assign failure = fails && runs;
  assign ends    = finished && runs && !fails;
  assign stop    = (ends && !auto_bit) || state_q == FAILED || state_q == RESET;

  engine_registers #(.OUTSTANDING(2)) u_registers (
    .aclk                   (aclk),
    .aresetn                (aresetn),
    .s_axi_awvalid          (s_axi_awvalid),
    .s_axi_awready          (s_axi_awready),
    .s_axi_awaddr           (s_axi_awaddr),
    .s_axi_awprot           (s_axi_awprot),
    .s_axi_wvalid           (s_axi_wvalid),
    .s_axi_wready           (s_axi_wready),
    .s_axi_wdata            (s_axi_wdata),
    .s_axi_wstrb            (s_axi_wstrb),
    .s_axi_bvalid           (s_axi_bvalid),
    .s_axi_bready           (s_axi_bready),
    .s_axi_bresp            (s_axi_bresp),
    .s_axi_arvalid          (s_axi_arvalid),
    .s_axi_arready          (s_axi_arready),
    .s_axi_araddr           (s_axi_araddr),
    .s_axi_arprot           (s_axi_arprot),
    .s_axi_rvalid           (s_axi_rvalid),
    .s_axi_rready           (s_axi_rready),
    .s_axi_rdata            (s_axi_rdata),
    .s_axi_rresp            (s_axi_rresp),
    .ctrl_start             (start_bit),
    .ctrl_start_clear       (stop),
    .ctrl_done              (registers_ctrl_done),
    .ctrl_done_set          (ends),
    .ctrl_idle              (state_q == IDLE),
    .ctrl_ready             (registers_ctrl_ready),
    .ctrl_ready_set         (ends),
    .ctrl_auto_restart      (auto_bit),
    .ctrl_interrupt         (interrupt),
    .gie                    (gie),
    .ier_done               (ier_done),
    .ier_ready              (ier_ready),
    .ier_error              (ier_error),
    .isr_done               (isr_done),
    .isr_done_set           (ends && ier_done),
    .isr_ready              (isr_ready),
    .isr_ready_set          (ends && ier_ready),
    .isr_error              (isr_error),
    .isr_error_set          (failure && ier_error),
    .build                  (32'(BUILD)),
    .scratch                (registers_scratch),
    .command_reset          (reset_bit),
    .command_snapshot       (registers_command_snapshot),
    .command_clear          (registers_command_clear),
    .status_state           (state_now),
    .status_running         (running),
    .status_results_open    (results_open),
    .status_weights_dropped (weights_dropped),
    .status_pixels_dropped  (pixels_dropped),
    .status_waits           (stalled),
    .status_passes          (passes_done),
    .error_code             (code_q),
    .error_port             (port_q),
    .error_rule             (rule_q),
    .error_place_beat       (place_q[15:0]),
    .error_place_pass       (place_q[31:16]),
    .watchdog               (watchdog),
    .packets_pixels         (pixels),
    .packets_weights        (weights),
    .shape_p                (7'(P)),
    .shape_g                (5'(G)),
    .shape_m                (9'(M)),
    .shape_d                (7'(D)),
    .widths_xb              (5'(XB)),
    .widths_wb              (5'(WB)),
    .widths_ab              (6'(AB)),
    .xram                   (17'(XD)),
    .ring                   (17'(WD)),
    .psums                  (17'(PD)),
    .units_tmax             (6'(TMAX)),
    .units_kmax             (6'(KMAX)),
    .units_nthr             (4'(NTHR)),
    .units_mul              (1'(MUL)),
    .units_fixed            (1'(FIXED)),
    .units_lut              (1'(LUT)),
    .units_add              (1'(ADD)),
    .units_dw               (1'(DW)),
    .units_xu               (1'(XU)),
    .ports_xp               (9'(XP)),
    .ports_wp               (9'(WP)),
    .ports_yp               (9'(YP)),
    .fifo_yd                (13'(YD)),
    .fifo_hq                (6'(HQ)),
    .fifo_pq                (9'(PQ)),
    .header                 (error_header),
    .count_cycles           (runs),
    .count_steps            (step),
    .count_stall_weights    (stalled[0] && runs),
    .count_stall_rows       (stalled[1] && runs),
    .count_stall_parameters (stalled[2] && runs),
    .count_stall_drain      (stalled[3] && runs),
    .count_stall_residual   (stalled[4] && runs),
    .count_stall_preparation(stalled[5] && runs),
    .count_passes           (passes_done != passes_q && runs),
    .count_frames           (ends),
    .count_beats_weights    (weights_moved),
    .count_beats_pixels     (pixels_moved),
    .count_beats_results    (results_moved),
    .count_wait_results     (results_wait)
  );

  logic unused_for_software;  // not every bit matters
  assign unused_for_software = |{registers_scratch, registers_ctrl_done, registers_ctrl_ready,
      registers_command_snapshot, registers_command_clear};

  always_ff @(posedge aclk) begin
    if (!aresetn) passes_q <= '0;
    else passes_q <= passes_done;
  end

  // what ends a frame
  logic progress;
  assign progress = step || weights_moved || pixels_moved || results_moved || !runs;

  assign finished = done && !sending;

  always_ff @(posedge aclk) begin
    if (!aresetn) quiet_q <= '0;
    else quiet_q <= progress ? 32'd0 : quiet_q + 32'd1;
  end

  logic expired;
  assign expired = watchdog != 32'd0 && quiet_q == watchdog;

  assign fails = fault != 2'd0 || error_code != 3'd0 || x_error != 4'd0 || expired;

  // state
  assign state_now = state_q == RESET ? 3'd4 : state_q == FAILED ? 3'd3 : state_q == RUN ? 3'd2
      : state_q == CLEAR ? 3'd1 : 3'd0;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      place_q  <= '0;
      rule_q   <= '0;
      code_q   <= '0;
      port_q   <= '0;
      cycles_q <= '0;
      state_q  <= IDLE;
      resetn_q <= 1'b0;
    end else begin
      if (failure) begin
        place_q <= error_place;
        rule_q  <= error_rule;
        if (fault != 2'd0) begin
          code_q <= fault == 2'd1 ? 4'd5 : fault == 2'd2 ? 4'd6 : 4'd7;
          port_q <= '0;
        end else if (error_code != 3'd0) begin
          code_q <= 4'(error_code);
          port_q <= 2'd1;
        end else if (x_error != 4'd0) begin
          code_q <= x_error;
          port_q <= 2'd2;
        end else begin
          code_q <= 4'd8;
          port_q <= '0;
        end
      end else if (state_q == CLEAR || state_q == RESET) begin
        code_q  <= '0;
        port_q  <= '0;
        rule_q  <= '0;
        place_q <= '0;
      end
      case (state_q)
        IDLE: begin
          cycles_q <= '0;
          if (start_bit) state_q <= CLEAR;
        end
        CLEAR: begin
          cycles_q <= cycles_q + 2'd1;
          if (cycles_q == 2'd2) state_q <= RUN;
        end
        RUN: begin
          if (failure) state_q <= FAILED;
          else if (ends) state_q <= IDLE;
        end
        RESET: if (!reset_bit && !results_open) state_q <= IDLE;
        default: ;
      endcase
      if (reset_bit) state_q <= RESET;
      resetn_q <= !(state_q == CLEAR || state_q == RESET || reset_bit);
    end
  end

  assign core_resetn    = resetn_q;
  assign enable         = opens;
  assign pass           = opens && resetn_q;
  assign flush          = reset_bit;
  assign restart        = state_q == CLEAR;
  assign pixel_packets  = pixels;
  assign weight_packets = weights;
  assign interrupt      = gie && (|{isr_done, isr_ready, isr_error});
  assign irq            = interrupt;

endmodule
`default_nettype wire
