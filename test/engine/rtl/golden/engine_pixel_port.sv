// engine_pixel_port - packets of s_axis_x to writes of the X-RAM: a descriptor of 8 words, then
// rows of groups
//
// Each row starts on a beat of its own. A packet waits until passes_done has reached the number in
// its descriptor; each row that is written adds a token. Descriptor, addresses and tlast are
// checked: after an error nothing is taken or written until reset, and error says why: 1 magic, 2
// limits, 3 tlast too early or missing. Groups leave at the rate of the port or of the X-RAM,
// whichever is slower; between a descriptor and its first group pass 4 cycles.
//
// P        pixels of a word, >= 1
// D        words of a group, >= 1
// XB       bits of a pixel, >= 1
// GROUPS   bank groups of the X-RAM: M / D, >= 1
// XD       words of a bank, 2 to 65536
// UNIT     bits of a unit: a common divisor of group and beat, >= 1
// GROUP    units of a group: D * P * XB / UNIT, >= 1
// BEAT     units of a beat; a beat has 32, 64, 128 or 256 bits, >= 1
// BEATS    beats of a descriptor: 256 / (BEAT * UNIT), 1 to 8
`default_nettype none
module engine_pixel_port #(
  parameter int P      = 4,
  parameter int D      = 2,
  parameter int XB     = 8,
  parameter int GROUPS = 4,
  parameter int XD     = 64,
  parameter int UNIT   = 32,
  parameter int GROUP  = 2,
  parameter int BEAT   = 4,
  parameter int BEATS  = 2
) (
  input  logic                                       aclk,
  input  logic                                       aresetn,

  input  logic                                       s_axis_tvalid,
  output logic                                       s_axis_tready,
  input  logic [UNIT*BEAT-1:0]                       s_axis_tdata,
  input  logic                                       s_axis_tlast,

  input  logic [15:0]                                passes_done,
  // rows that have been written since reset
  output logic [15:0]                                tokens,
  output logic [3:0]                                 error,        // 0 while all is well

  output logic                                       write_tvalid,
  input  logic                                       write_tready,
  output logic [(GROUPS>1 ? $clog2(GROUPS) : 1)-1:0] write_group,
  output logic [19:0]                                write_address,
  output logic [P-1:0]                               write_lanes,  // pixels that are written
  output logic [D*P*XB-1:0]                          write_data
);

  localparam int G_W     = GROUPS > 1 ? $clog2(GROUPS) : 1;  // bits of a bank group
  localparam int BEAT_W  = UNIT * BEAT;                      // bits of a beat
  localparam int WORDS_W = UNIT * GROUP;                     // bits of a group
  localparam int AT_W    = $clog2(XD + 1) + 20;              // bits of an address that is compared
  // bits of a number of groups that is compared
  localparam int GROUP_W = $clog2(GROUPS + 1) + 8;

`ifndef SYNTHESIS
  initial begin
    if (XD < 2) $fatal(1, "engine_pixel_port: XD must be at least 2");
    if (XD > 65536) $fatal(1, "engine_pixel_port: XD must be at most 65536");
    if (BEATS > 8) $fatal(1, "engine_pixel_port: BEATS must be at most 8");
    if (UNIT * GROUP != D * P * XB) $fatal(1, "engine_pixel_port: a group is whole units");
    if (UNIT * BEAT * BEATS != 256) $fatal(1, "engine_pixel_port: a descriptor is whole beats");
    if (8 < (GROUPS > 1 ? $clog2(GROUPS) : 1))
      $fatal(1, "engine_pixel_port: the descriptor has 8 bits for a bank group");
    if (20 < $clog2(XD + 1))
      $fatal(1, "engine_pixel_port: the descriptor has 20 bits for an address");
  end
`endif

  typedef enum logic [2:0] {
    DESCRIPTOR = 3'd0,
    CHECK = 3'd1,
    WAIT = 3'd2,
    ROWS = 3'd3,
    FAILED = 3'd4
  } state_t;

  state_t       state_q;
  logic [2:0]   beat_q;      // beat of the descriptor
  logic [255:0] flat_q;      // the descriptor, word 0 lowest
  logic [19:0]  offset0_q;   // of the first row
  logic         saw_last_q;  // tlast has come
  logic [3:0]   error_q;
  logic [15:0]  tokens_q;

  logic in_rows;
  assign in_rows = state_q == ROWS;

  assign error  = error_q;
  assign tokens = tokens_q;

  // s_axis_tready goes outside: nothing reaches it from further than this slice
  logic            outer_tvalid;
  logic            outer_tready;
  logic [BEAT_W:0] outer_tdata;
  logic            inner_tvalid;
  logic            inner_tready;
  logic [BEAT_W:0] inner_tdata;
  assign outer_tvalid = s_axis_tvalid;
  assign outer_tdata  = {s_axis_tlast, s_axis_tdata};

  assign s_axis_tready = outer_tready;

  register_slice #(.W(BEAT_W + 1)) u_slice (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(outer_tvalid),
    .s_axis_tready(outer_tready),
    .s_axis_tdata (outer_tdata),
    .m_axis_tvalid(inner_tvalid),
    .m_axis_tready(inner_tready),
    .m_axis_tdata (inner_tdata)
  );

  logic [BEAT_W-1:0] data;
  logic              tlast;
  logic [7:0]        the_magic;         // mark of a descriptor, 0xD5
  // passes that must be done before the first write (serial number)
  logic [15:0]       the_wait_done;
  logic [15:0]       the_rows;          // rows of the packet
  logic [15:0]       the_blocks;        // blocks of M channels
  logic [15:0]       the_words;         // words of a row, phase, block and channel
  logic [7:0]        the_groups;        // groups of D channels in a block
  logic [7:0]        the_groups_last;   // groups of D channels in the last block
  logic [19:0]       the_base;          // X-RAM address
  logic [3:0]        the_phases;        // phases that the stream carries
  logic [7:0]        the_group0;        // bank group of the first channel
  logic [15:0]       the_row_stride;    // words from a row to the next
  logic [15:0]       the_block_stride;  // words from a block to the next
  logic [15:0]       the_ring;          // rows that the X-RAM holds
  logic [15:0]       the_slot0;         // slot of the first row
  logic [15:0]       the_phase_stride;  // words from a phase to the next
  logic [3:0]        the_scatter;       // phases that words of consecutive pixels are split into
  logic              legal;
  assign data             = inner_tdata[BEAT_W-1:0];
  assign tlast            = inner_tdata[BEAT_W];
  assign the_magic        = flat_q[7:0];
  assign the_wait_done    = flat_q[31:16];
  assign the_rows         = flat_q[47:32];
  assign the_blocks       = flat_q[63:48];
  assign the_words        = flat_q[79:64];
  assign the_groups       = flat_q[87:80];
  assign the_groups_last  = flat_q[95:88];
  assign the_base         = flat_q[115:96];
  assign the_phases       = flat_q[119:116];
  assign the_group0       = flat_q[127:120];
  assign the_row_stride   = flat_q[143:128];
  assign the_block_stride = flat_q[159:144];
  assign the_ring         = flat_q[175:160];
  assign the_slot0        = flat_q[191:176];
  assign the_phase_stride = flat_q[207:192];
  assign the_scatter      = flat_q[211:208];
  assign legal            = the_rows != 16'd0 && the_blocks != 16'd0 && the_words != 16'd0
      && the_groups != 8'd0 && the_groups_last != 8'd0 && the_phases != 4'd0 && the_scatter != 4'd0
      && (GROUP_W+1)'(the_groups) < (GROUP_W+1)'(GROUPS + 1)
      && (GROUP_W+1)'(the_groups_last) < (GROUP_W+1)'(GROUPS + 1)
      && GROUP_W'(the_group0) < GROUP_W'(GROUPS) && the_phases <= 4'd4 && the_scatter <= 4'd4
      && (the_scatter == 4'd1 || the_phases == 4'd1) && the_slot0 < the_ring
      && AT_W'(the_base) < AT_W'(XD);

  // rows: beats to groups, each row from a beat of its own
  logic               wide_tvalid;
  logic               wide_tready;
  logic [BEAT_W-1:0]  wide_tdata;
  logic               wide_tlast;
  logic               wide_tuser;
  logic               group_tvalid;
  logic               group_tready;
  logic [WORDS_W-1:0] group_tdata;
  logic               group_tlast;
  logic               group_tuser;
  logic               row_end;
  logic               packet_end;
  logic               takes;  // beats are pixels
  assign takes       = in_rows && !saw_last_q && !packet_end;
  assign wide_tvalid = inner_tvalid && takes;
  assign wide_tdata  = data;
  assign wide_tlast  = 1'b0;
  assign wide_tuser  = 1'b0;

  assign inner_tready = state_q == DESCRIPTOR || (wide_tready && takes);

  gearbox #(.UNIT(UNIT), .IN(BEAT), .OUT(GROUP)) u_gearbox (
    .aclk         (aclk),
    .aresetn      (aresetn),
    .s_axis_tvalid(wide_tvalid),
    .s_axis_tready(wide_tready),
    .s_axis_tdata (wide_tdata),
    .s_axis_tlast (wide_tlast),
    .s_axis_tuser (wide_tuser),
    .m_axis_tvalid(group_tvalid),
    .m_axis_tready(group_tready),
    .m_axis_tdata (group_tdata),
    .m_axis_tlast (group_tlast),
    .m_axis_tuser (group_tuser),
    .drop         (row_end)
  );

  logic unused_frames;  // not every bit matters
  assign unused_frames = group_tlast || group_tuser;

  // loops, the innermost first: group, word, block, phase, row
  logic [7:0]     k_q;
  logic [15:0]    xt_q;
  logic [15:0]    block_q;
  logic [3:0]     phase_q;
  logic [15:0]    row_q;
  logic [G_W-1:0] bank_q;
  logic           over_q;  // bank groups began again: the next block
  logic [15:0]    word_q;
  logic [1:0]     part_q;
  logic [15:0]    slot_q;
  logic [19:0]    row_at_q;
  logic [19:0]    phase_at_q;
  logic [19:0]    block_at_q;

  logic starts;
  logic moves;
  logic last_block;
  logic word_end;
  logic block_end;
  logic phase_end;
  assign starts     = state_q == WAIT;
  assign moves      = group_tvalid && group_tready;
  assign last_block = block_q + 16'd1 == the_blocks;
  assign word_end   = moves && k_q + 8'd1 == (last_block ? the_groups_last : the_groups);
  assign block_end  = word_end && xt_q + 16'd1 == the_words;
  assign phase_end  = block_end && last_block;

  assign row_end    = phase_end && phase_q + 4'd1 == the_phases;
  assign packet_end = row_end && row_q + 16'd1 == the_rows;

  always_ff @(posedge aclk) begin
    if (starts || word_end) k_q <= '0;
    else if (moves) k_q <= k_q + 8'd1;
    if (starts || block_end) xt_q <= '0;
    else if (word_end) xt_q <= xt_q + 16'd1;
    if (starts || phase_end) block_q <= '0;
    else if (block_end) block_q <= block_q + 16'd1;
    if (starts || row_end) phase_q <= '0;
    else if (phase_end) phase_q <= phase_q + 4'd1;
    if (starts || packet_end) row_q <= '0;
    else if (row_end) row_q <= row_q + 16'd1;
  end

  logic turn;
  assign turn = bank_q == G_W'(GROUPS - 1);

  always_ff @(posedge aclk) begin
    if (starts || word_end) begin
      bank_q <= the_group0[G_W-1:0];
      over_q <= 1'b0;
    end else if (moves) begin
      bank_q <= turn ? G_W'(0) : bank_q + G_W'(1);
      over_q <= over_q || turn;
    end
  end

  logic last_part;
  assign last_part = 4'(part_q) + 4'd1 == the_scatter;

  always_ff @(posedge aclk) begin
    if (starts || block_end) begin
      word_q <= '0;
      part_q <= '0;
    end else if (word_end) begin
      part_q <= last_part ? 2'd0 : part_q + 2'd1;
      if (last_part) word_q <= word_q + 16'd1;
    end
  end

  logic        wrapped;
  logic [19:0] first_row;
  logic [19:0] next_row;
  logic [19:0] next_phase;
  assign wrapped    = slot_q + 16'd1 == the_ring;
  assign first_row  = the_base + offset0_q;
  assign next_row   = wrapped ? the_base : row_at_q + 20'(the_row_stride);
  assign next_phase = phase_at_q + 20'(the_phase_stride);

  always_ff @(posedge aclk) begin
    if (starts) begin
      row_at_q   <= first_row;
      phase_at_q <= first_row;
      block_at_q <= first_row;
      slot_q     <= the_slot0;
    end else if (row_end) begin
      row_at_q   <= next_row;
      phase_at_q <= next_row;
      block_at_q <= next_row;
      slot_q     <= wrapped ? 16'd0 : slot_q + 16'd1;
    end else if (phase_end) begin
      phase_at_q <= next_phase;
      block_at_q <= next_phase;
    end else if (block_end) begin
      block_at_q <= block_at_q + 20'(the_block_stride);
    end
  end

  // writes; an address outside of the X-RAM is an error
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
  assign item_tvalid  = group_tvalid && in_rows;
  assign item_data    = group_tdata;
  assign item_group   = bank_q;
  assign item_address = block_at_q + 20'(word_q) + (over_q ? 20'(the_block_stride) : 20'd0);
  assign item_part    = part_q;
  assign item_phases  = the_scatter[2:0];
  assign item_stride  = 20'(the_phase_stride);
  assign item_write   = 1'b1;
  assign item_last    = row_end;

  assign group_tready = item_tready && in_rows;

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

  logic outside;
  logic unused_write;  // not every bit matters
  assign outside      = scatter_m_axis_tvalid && AT_W'(scatter_m_axis_address) >= AT_W'(XD);
  assign unused_write = scatter_m_axis_write;

  assign write_tvalid          = scatter_m_axis_tvalid && !outside && state_q != FAILED;
  assign scatter_m_axis_tready = write_tready && !outside && state_q != FAILED;
  assign write_group           = scatter_m_axis_group;
  assign write_address         = scatter_m_axis_address;
  assign write_lanes           = scatter_m_axis_lanes;
  assign write_data            = scatter_m_axis_data;

  always_ff @(posedge aclk) begin
    if (!aresetn) tokens_q <= '0;
    else if (write_tvalid && write_tready && scatter_m_axis_last) tokens_q <= tokens_q + 16'd1;
  end

  // packets
  logic starved;  // tlast came before the last row was whole
  logic open;     // tlast did not come
  logic due;      // the passes that count are done
  logic due_difference;
  assign starved        = in_rows && saw_last_q && !group_tvalid;
  assign open           = packet_end && !saw_last_q;
  assign due_difference = 1'((passes_done - the_wait_done) >> 15);
  assign due            = !due_difference;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      beat_q  <= '0;
      state_q <= DESCRIPTOR;
      error_q <= '0;
    end else begin
      case (state_q)
        DESCRIPTOR: begin
          if (inner_tvalid && inner_tready) begin
            beat_q <= beat_q + 3'd1;
            if (4'(beat_q) == 4'(BEATS - 1)) begin
              beat_q  <= '0;
              state_q <= CHECK;
            end
          end
        end
        CHECK: begin
          if (the_magic != 8'd213) begin
            state_q <= FAILED;
            error_q <= 4'd1;
          end else if (saw_last_q) begin
            state_q <= FAILED;
            error_q <= 4'd3;
          end else if (!legal) begin
            state_q <= FAILED;
            error_q <= 4'd2;
          end else begin
            state_q <= WAIT;
          end
        end
        WAIT: if (due) state_q <= ROWS;
        ROWS: begin
          if (outside) begin
            state_q <= FAILED;
            error_q <= 4'd2;
          end else if (starved || open) begin
            state_q <= FAILED;
            error_q <= 4'd3;
          end else if (packet_end) begin
            state_q <= DESCRIPTOR;
          end
        end
        default: ;
      endcase
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    offset0_q <= 20'(32'(the_slot0) * 32'(the_row_stride));
    if (inner_tvalid && inner_tready) saw_last_q <= tlast;
    case (state_q)
      DESCRIPTOR: if (inner_tvalid && inner_tready) flat_q <= 256'({data, flat_q} >> BEAT_W);
      default:    ;
    endcase
  end

endmodule
`default_nettype wire
