// dataflow_control_mapped - registers and state of a dataflow accelerator: frames, reset, errors,
// counters, interrupt
//
// START lets FRAMES samples begin and is done when as many results have arrived. An error stops
// that, one of a weight image also between frames: ISR.ERROR is set, START does nothing more, and a
// reset (COMMAND.RESET, 1 then 0) brings the accelerator back to idle. While it has failed or is
// being reset quit is high: what is half in is filled up, results are dropped, bursts end. The
// reset is over when nothing is under way any more.
//
// BUILD    hash of the build, for the driver to compare, 0 to 2147483647
// SAMPLE   bytes of a sample, 1 to 2147483647
// RESULT   bytes of a result, 1 to 2147483647
`default_nettype none
module dataflow_control_mapped #(
  parameter int BUILD  = 0,
  parameter int SAMPLE = 8,
  parameter int RESULT = 8
) (
  input  logic        aclk,
  input  logic        aresetn,
  input  logic        s_axi_awvalid,
  output logic        s_axi_awready,
  input  logic [11:0] s_axi_awaddr,
  input  logic [2:0]  s_axi_awprot,
  input  logic        s_axi_wvalid,
  output logic        s_axi_wready,
  input  logic [31:0] s_axi_wdata,
  input  logic [3:0]  s_axi_wstrb,
  output logic        s_axi_bvalid,
  input  logic        s_axi_bready,
  output logic [1:0]  s_axi_bresp,
  input  logic        s_axi_arvalid,
  output logic        s_axi_arready,
  input  logic [11:0] s_axi_araddr,
  input  logic [2:0]  s_axi_arprot,
  output logic        s_axi_rvalid,
  input  logic        s_axi_rready,
  output logic [31:0] s_axi_rdata,
  output logic [1:0]  s_axi_rresp,
  output logic        irq,                 // interrupt, high until software clears it
  output logic        start,               // a frame is started
  output logic        open,                // a sample may begin
  output logic        quit,                // all is given up
  output logic        flush,               // beats that arrive are dropped
  output logic [31:0] frames,              // samples of a start
  output logic [31:0] entered,             // samples that have begun since power-up
  input  logic        begins,              // the first beat of a sample enters the core
  input  logic        leaves,              // the last beat of a result leaves the core
  input  logic        completes,           // a result has arrived
  input  logic        input_open,          // a sample is half in
  input  logic        results_open,        // a result is half out
  input  logic        bus_busy,            // a burst is under way
  input  logic        weights_pending,     // a weight image is under way
  input  logic        input_moved,         // a beat of a sample
  input  logic        input_waits,         // the core would take one
  input  logic        results_moved,       // a beat of a result
  input  logic        results_wait,        // one waits to be taken
  input  logic [1:0]  input_error,         // response that input got, 0 while all is well
  input  logic [63:0] input_error_addr,    // where
  input  logic [1:0]  results_error,       // response that results got, 0 while all is well
  input  logic [63:0] results_error_addr,  // where
  output logic [63:0] input_address,
  output logic [63:0] output_address,
  output logic [3:0]  read_cache,
  output logic [3:0]  write_cache,
  output logic [2:0]  prot
);

`ifndef SYNTHESIS
  initial begin
    if (BUILD > 2147483647) $fatal(1, "dataflow_control_mapped: BUILD must be at most 2147483647");
    if (SAMPLE > 2147483647)
      $fatal(1, "dataflow_control_mapped: SAMPLE must be at most 2147483647");
    if (RESULT > 2147483647)
      $fatal(1, "dataflow_control_mapped: RESULT must be at most 2147483647");
  end
`endif

  typedef enum logic [1:0] { IDLE = 2'd0, RUN = 2'd1, FAILED = 2'd2, RESET = 2'd3 } state_t;

  state_t      state_q;
  logic [31:0] begun_q;    // samples of the frame that have begun
  logic [31:0] arrived_q;  // results of the frame that have arrived
  logic [31:0] entered_q;  // samples that have begun
  logic [15:0] inside_q;   // samples in the core
  logic [31:0] quiet_q;    // cycles without progress
  logic [3:0]  code_q;
  logic [1:0]  port_q;
  logic [31:0] place_q;
  logic [63:0] address_q;

  logic        interrupt;
  logic [2:0]  state_now;
  logic        fails;
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
  logic [31:0] wanted;
  logic        runs;
  logic        failure;
  logic        ends;
  logic        stop;
  logic        starts;
  logic        quits;
  logic        results_inside;
  logic        pending;
  logic [31:0] input_low;
  logic [31:0] input_high;
  logic [31:0] output_low;
  logic [31:0] output_high;
  logic        registers_ctrl_done;
  logic        registers_ctrl_ready;
  logic [31:0] registers_scratch;
  logic        registers_command_snapshot;
  logic        registers_command_clear;
  assign runs           = state_q == RUN;
  assign failure        = fails && (runs || state_q == IDLE);
  assign ends           = runs && arrived_q == wanted && !fails;
  assign stop           = (ends && !auto_bit) || state_q == FAILED || state_q == RESET;
  assign starts         = state_q == IDLE && start_bit && !reset_bit;
  assign quits          = state_q == FAILED || state_q == RESET;
  assign results_inside = inside_q != 16'd0 || results_open;
  assign pending        = weights_pending;

  assign input_address  = {input_high, input_low};
  assign output_address = {output_high, output_low};

  dataflow_mapped_registers #(.OUTSTANDING(2)) u_registers (
    .aclk                  (aclk),
    .aresetn               (aresetn),
    .s_axi_awvalid         (s_axi_awvalid),
    .s_axi_awready         (s_axi_awready),
    .s_axi_awaddr          (s_axi_awaddr),
    .s_axi_awprot          (s_axi_awprot),
    .s_axi_wvalid          (s_axi_wvalid),
    .s_axi_wready          (s_axi_wready),
    .s_axi_wdata           (s_axi_wdata),
    .s_axi_wstrb           (s_axi_wstrb),
    .s_axi_bvalid          (s_axi_bvalid),
    .s_axi_bready          (s_axi_bready),
    .s_axi_bresp           (s_axi_bresp),
    .s_axi_arvalid         (s_axi_arvalid),
    .s_axi_arready         (s_axi_arready),
    .s_axi_araddr          (s_axi_araddr),
    .s_axi_arprot          (s_axi_arprot),
    .s_axi_rvalid          (s_axi_rvalid),
    .s_axi_rready          (s_axi_rready),
    .s_axi_rdata           (s_axi_rdata),
    .s_axi_rresp           (s_axi_rresp),
    .ctrl_start            (start_bit),
    .ctrl_start_clear      (stop),
    .ctrl_done             (registers_ctrl_done),
    .ctrl_done_set         (ends),
    .ctrl_idle             (state_q == IDLE),
    .ctrl_ready            (registers_ctrl_ready),
    .ctrl_ready_set        (ends),
    .ctrl_auto_restart     (auto_bit),
    .ctrl_interrupt        (interrupt),
    .gie                   (gie),
    .ier_done              (ier_done),
    .ier_ready             (ier_ready),
    .ier_error             (ier_error),
    .isr_done              (isr_done),
    .isr_done_set          (ends && ier_done),
    .isr_ready             (isr_ready),
    .isr_ready_set         (ends && ier_ready),
    .isr_error             (isr_error),
    .isr_error_set         (failure && ier_error),
    .build                 (32'(BUILD)),
    .scratch               (registers_scratch),
    .command_reset         (reset_bit),
    .command_snapshot      (registers_command_snapshot),
    .command_clear         (registers_command_clear),
    .status_state          (state_now),
    .status_input_open     (input_open),
    .status_results_open   (results_inside),
    .status_bus_busy       (bus_busy),
    .status_weights_pending(pending),
    .error_code            (code_q),
    .error_port            (port_q),
    .error_place           (place_q),
    .watchdog              (watchdog),
    .frames                (wanted),
    .sample_bytes          (32'(SAMPLE)),
    .result_bytes          (32'(RESULT)),
    .memory_arcache        (read_cache),
    .memory_awcache        (write_cache),
    .memory_prot           (prot),
    .error_addr_lo         (address_q[31:0]),
    .error_addr_hi         (address_q[63:32]),
    .input_lo              (input_low),
    .input_hi              (input_high),
    .output_lo             (output_low),
    .output_hi             (output_high),
    .count_cycles          (runs),
    .count_frames          (completes),
    .count_beats_input     (input_moved),
    .count_beats_results   (results_moved),
    .count_wait_input      (input_waits && runs),
    .count_wait_results    (results_wait)
  );

  logic unused_for_software;  // not every bit matters
  assign unused_for_software = |{registers_scratch, registers_ctrl_done, registers_ctrl_ready,
      registers_command_snapshot, registers_command_clear};

  // samples and results of the frame
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      begun_q   <= '0;
      arrived_q <= '0;
      entered_q <= '0;
      inside_q  <= '0;
    end else begin
      if (starts) begin
        begun_q   <= '0;
        arrived_q <= '0;
      end else begin
        if (begins && runs) begun_q <= begun_q + 32'd1;
        if (completes && runs) arrived_q <= arrived_q + 32'd1;
      end
      if (begins) entered_q <= entered_q + 32'd1;
      if (begins && !leaves) inside_q <= inside_q + 16'd1;
      else if (leaves && !begins) inside_q <= inside_q - 16'd1;
    end
  end

  // what stops a frame
  always_ff @(posedge aclk) begin
    if (!aresetn) quiet_q <= '0;
    else quiet_q <= input_moved || results_moved || completes || !runs ? 32'd0 : quiet_q + 32'd1;
  end

  logic expired;
  assign expired = watchdog != 32'd0 && quiet_q == watchdog;

  assign fails = input_error != 2'd0 || results_error != 2'd0 || expired;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      place_q   <= '0;
      code_q    <= '0;
      port_q    <= '0;
      address_q <= '0;
    end else if (failure) begin
      place_q <= arrived_q;
      if (input_error != 2'd0) begin
        code_q    <= input_error[0] ? 4'd10 : 4'd9;
        port_q    <= 2'd2;
        address_q <= input_error_addr;
      end else if (results_error != 2'd0) begin
        code_q    <= results_error[0] ? 4'd12 : 4'd11;
        port_q    <= 2'd3;
        address_q <= results_error_addr;
      end else if (expired) begin
        code_q <= 4'd8;
        port_q <= '0;
      end
    end else if (starts || state_q == RESET) begin
      code_q <= '0;
      port_q <= '0;
    end
  end

  // state
  logic still;
  assign still = !(input_open || results_inside || bus_busy);

  assign state_now = state_q == RESET ? 3'd4 : state_q == FAILED ? 3'd3 : state_q == RUN ? 3'd2
      : 3'd0;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      state_q <= IDLE;
    end else begin
      case (state_q)
        IDLE: begin
          if (failure) state_q <= FAILED;
          else if (starts) state_q <= RUN;
        end
        RUN: begin
          if (failure) state_q <= FAILED;
          else if (ends) state_q <= IDLE;
        end
        RESET: if (!reset_bit && still) state_q <= IDLE;
        default: ;
      endcase
      if (reset_bit) state_q <= RESET;
    end
  end

  assign start     = starts;
  assign open      = runs && begun_q != wanted && !reset_bit;
  assign quit      = quits;
  assign flush     = reset_bit;
  assign frames    = wanted;
  assign entered   = entered_q;
  assign interrupt = gie && (|{isr_done, isr_ready, isr_error});
  assign irq       = interrupt;

endmodule
`default_nettype wire
