// sample_registers - a register of every kind
//
// AXI4-Lite subordinate. Other addresses read as 0 and ignore writes; every response is OKAY. A
// write takes effect 1 cycle behind its request, a read answers 1 cycle behind it; byte strobes
// select bytes. Counters have 64 bits and are read as they stood when COMMAND.SNAPSHOT was written
// last.
//
// OUTSTANDING   reads under way at most, and writes, >= 1
`default_nettype none
module sample_registers #(
  parameter int OUTSTANDING = 2
) (
  input  logic        aclk,
  input  logic        aresetn,
  input  logic        s_axi_awvalid,
  output logic        s_axi_awready,
  input  logic [7:0]  s_axi_awaddr,
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
  input  logic [7:0]  s_axi_araddr,
  input  logic [2:0]  s_axi_arprot,
  output logic        s_axi_rvalid,
  input  logic        s_axi_rready,
  output logic [31:0] s_axi_rdata,
  output logic [1:0]  s_axi_rresp,
  output logic        ctrl_start,        // set by software, cleared by hardware
  input  logic        ctrl_start_clear,  // hardware clears it
  output logic        ctrl_done,         // set by hardware, cleared by a read
  input  logic        ctrl_done_set,     // hardware sets it
  output logic [4:0]  ctrl_mode,         // over two bytes
  output logic        events_first,      // cleared by writing 1
  input  logic        events_first_set,  // hardware sets it
  output logic        events_other,      // toggled by writing 1
  input  logic        events_other_set,  // hardware sets it
  output logic [31:0] scratch,           // nobody looks at it
  output logic        command_snapshot,  // copies the counters
  output logic        command_clear,     // sets them to 0
  input  logic [4:0]  status_level,      // some bits
  input  logic        status_high,       // one bit
  input  logic [95:0] window,            // of hardware
  input  logic        count_cycles,      // cycles
  input  logic        count_beats        // beats
);

  localparam int COUNTERS = 2;

  logic        req_tvalid;
  logic        req_tready;
  logic        req_write;
  logic [5:0]  req_addr;
  logic [31:0] req_data;
  logic [3:0]  req_strobe;
  logic        rsp_tvalid;
  logic        rsp_tready;
  logic        rsp_write;
  logic [31:0] rsp_data;
  logic        rsp_error;

  axi_lite_subordinate #(.ADDR_W(8), .OUTSTANDING(OUTSTANDING)) u_bus (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axi_awvalid(s_axi_awvalid),
    .s_axi_awready(s_axi_awready),
    .s_axi_awaddr (s_axi_awaddr),
    .s_axi_awprot (s_axi_awprot),
    .s_axi_wvalid (s_axi_wvalid),
    .s_axi_wready (s_axi_wready),
    .s_axi_wdata  (s_axi_wdata),
    .s_axi_wstrb  (s_axi_wstrb),
    .s_axi_bvalid (s_axi_bvalid),
    .s_axi_bready (s_axi_bready),
    .s_axi_bresp  (s_axi_bresp),
    .s_axi_arvalid(s_axi_arvalid),
    .s_axi_arready(s_axi_arready),
    .s_axi_araddr (s_axi_araddr),
    .s_axi_arprot (s_axi_arprot),
    .s_axi_rvalid (s_axi_rvalid),
    .s_axi_rready (s_axi_rready),
    .s_axi_rdata  (s_axi_rdata),
    .s_axi_rresp  (s_axi_rresp),
    .m_req_tvalid (req_tvalid),
    .m_req_tready (req_tready),
    .m_req_write  (req_write),
    .m_req_addr   (req_addr),
    .m_req_data   (req_data),
    .m_req_strobe (req_strobe),
    .s_rsp_tvalid (rsp_tvalid),
    .s_rsp_tready (rsp_tready),
    .s_rsp_write  (rsp_write),
    .s_rsp_data   (rsp_data),
    .s_rsp_error  (rsp_error)
  );

  logic ctrl_start_q;

  logic        write;
  logic        read;
  logic [31:0] mask;  // bits that a write may change
  logic [31:0] ones;  // bits that are written as 1
  assign write = req_tvalid && req_write;
  assign read  = req_tvalid && !req_write;
  assign mask  = {{req_strobe[3], req_strobe[3], req_strobe[3], req_strobe[3], req_strobe[3],
      req_strobe[3], req_strobe[3], req_strobe[3]},
      {req_strobe[2], req_strobe[2], req_strobe[2], req_strobe[2], req_strobe[2], req_strobe[2],
          req_strobe[2], req_strobe[2]},
      {req_strobe[1], req_strobe[1], req_strobe[1], req_strobe[1], req_strobe[1], req_strobe[1],
          req_strobe[1], req_strobe[1]},
      {req_strobe[0], req_strobe[0], req_strobe[0], req_strobe[0], req_strobe[0], req_strobe[0],
          req_strobe[0], req_strobe[0]}};
  assign ones  = req_data & mask;

  assign req_tready = 1'b1;
  assign ctrl_start = ctrl_start_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) ctrl_start_q <= 1'b0;
    else if (write && req_addr == 6'd0 && ones[0]) ctrl_start_q <= 1'b1;
    else if (ctrl_start_clear) ctrl_start_q <= 1'b0;
  end

  logic ctrl_done_q;

  assign ctrl_done = ctrl_done_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) ctrl_done_q <= 1'b0;
    else if (ctrl_done_set) ctrl_done_q <= 1'b1;
    else if (read && req_addr == 6'd0) ctrl_done_q <= 1'b0;
  end

  logic [4:0] ctrl_mode_q;

  assign ctrl_mode = ctrl_mode_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) ctrl_mode_q <= 5'd9;
    else if (write && req_addr == 6'd0) ctrl_mode_q <= (ctrl_mode_q & ~mask[10:6]) | ones[10:6];
  end

  logic events_first_q;

  assign events_first = events_first_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) events_first_q <= 1'b0;
    else if (events_first_set) events_first_q <= 1'b1;
    else if (write && req_addr == 6'd1 && ones[0]) events_first_q <= 1'b0;
  end

  logic events_other_q;

  assign events_other = events_other_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) events_other_q <= 1'b0;
    else if (events_other_set) events_other_q <= 1'b1;
    else if (write && req_addr == 6'd1 && ones[31]) events_other_q <= ~events_other_q;
  end

  logic [31:0] scratch_q;

  assign scratch = scratch_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) scratch_q <= '0;
    else if (write && req_addr == 6'd3) scratch_q <= (scratch_q & ~mask) | ones;
  end

  logic command_snapshot_q;

  assign command_snapshot = command_snapshot_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) command_snapshot_q <= 1'b0;
    else command_snapshot_q <= write && req_addr == 6'd4 && ones[0];
  end

  logic command_clear_q;

  assign command_clear = command_clear_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) command_clear_q <= 1'b0;
    else command_clear_q <= write && req_addr == 6'd4 && ones[9];
  end

  // the words as they are read
  logic [639:0] words;
  assign words[31:0]    = {21'd0, ctrl_mode_q, 4'd0, ctrl_done_q, ctrl_start_q};
  assign words[63:32]   = {events_other_q, 30'd0, events_first_q};
  assign words[95:64]   = $unsigned(32'h48454444);
  assign words[127:96]  = $unsigned(scratch_q);
  assign words[159:128] = $unsigned(32'd0);
  assign words[191:160] = {1'b0, status_high, 22'd0, status_level, 3'd0};

  for (genvar i = 0; i < 3; i = i + 1) begin : g_window
    assign words[(i+6)*32 +: 32] = window[i*32 +: 32];
  end

  // counters
  logic [COUNTERS*32-1:0] low_q;
  logic [COUNTERS-1:0]    carry_q;
  logic [COUNTERS*32-1:0] high_q;
  logic [COUNTERS*32-1:0] low_seen_q;  // as it stood at the last snapshot
  logic [COUNTERS*32-1:0] high_seen_q;
  logic                   late_q;      // a snapshot a cycle before
  logic                   clears_q;    // behind a snapshot of the same write

  logic [1:0] counted;
  assign counted = {count_beats, count_cycles};

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      late_q   <= 1'b0;
      clears_q <= 1'b0;
    end else begin
      late_q   <= command_snapshot;
      clears_q <= command_clear;
    end
  end

  for (genvar j = 0; j < COUNTERS; j = j + 1) begin : g_counter
    logic counts;

    assign counts = counted[j];

    always_ff @(posedge aclk) begin
      if (!aresetn) begin
        low_q[j*32 +: 32]  <= '0;
        carry_q[j]         <= 1'b0;
        high_q[j*32 +: 32] <= '0;
      end else begin
        low_q[j*32 +: 32]  <= clears_q ? 32'd0 : low_q[j*32 +: 32] + 32'(counts);
        carry_q[j]         <= !clears_q && counts && (&low_q[j*32 +: 32]);
        high_q[j*32 +: 32] <= clears_q ? 32'd0 : high_q[j*32 +: 32] + 32'(carry_q[j]);
      end
    end

    always_ff @(posedge aclk) begin  // payload needs no reset
      if (command_snapshot) low_seen_q[j*32 +: 32] <= low_q[j*32 +: 32];
      if (late_q) high_seen_q[j*32 +: 32] <= high_q[j*32 +: 32];
    end

    assign words[(j*2+16)*32 +: 32] = low_seen_q[j*32 +: 32];
    assign words[(j*2+17)*32 +: 32] = high_seen_q[j*32 +: 32];
  end

  logic        answers_q;
  logic        wrote_q;
  logic [31:0] word_q;

  logic [31:0] word_selected;
  always_comb begin
    word_selected = '0;
    for (int k = 0; k < 20; k = k + 1) if (32'(req_addr) == k) word_selected = words[k*32 +: 32];
  end

  assign words[319:288] = '0;
  assign words[351:320] = '0;
  assign words[383:352] = '0;
  assign words[415:384] = '0;
  assign words[447:416] = '0;
  assign words[479:448] = '0;
  assign words[511:480] = '0;

  always_ff @(posedge aclk) begin
    if (!aresetn) answers_q <= 1'b0;
    else answers_q <= req_tvalid;
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    wrote_q <= req_write;
    word_q  <= word_selected;
  end

  logic unused_taken;  // not every bit matters
  assign unused_taken = rsp_tready;

  assign rsp_tvalid = answers_q;
  assign rsp_write  = wrote_q;
  assign rsp_error  = 1'b0;
  assign rsp_data   = word_q;

endmodule
`default_nettype wire
