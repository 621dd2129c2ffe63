// engine_residual_reader - requests for the residual words of a pass, tile by tile, ahead of the
// sums they are added to
//
// A pass with residual begins when its first step is at the X-RAM or waits for residual words only,
// or 4 cycles after its header where it does not wait for rows. Groups of D words follow in the
// order ot, y, xt, k; one is asked for as long as fewer than DEPTH have been served and not yet
// popped. ready: all words of a tile have been served of which the last step is not yet issued
// (tile_taken). Takes a group every cycle; ready rises one cycle after the last one.
//
// GROUPS   bank groups of the X-RAM: M / D, >= 1
// DEPTH    groups that have room where they wait for their sums, 1 to 1024
`default_nettype none
module engine_residual_reader #(
  parameter int GROUPS = 4,
  parameter int DEPTH  = 44
) (
  input  logic                                       aclk,
  input  logic                                       aresetn,
  input  logic                                       take,       // a pass starts
  input  logic [1023:0]                              header,     // its header
  // a step is at the X-RAM or waits for a tile; none of the pass before from the third cycle behind
  // take on
  input  logic                                       step,
  output logic                                       read,       // a group is asked for
  output logic [(GROUPS>1 ? $clog2(GROUPS) : 1)-1:0] group,      // bank group
  output logic [19:0]                                address,
  // the request of this cycle is served
  input  logic                                       served,
  input  logic                                       popped,     // a group has met its sums
  // the words of the next tile are on their way
  output logic                                       ready,
  // the last step of a tile with residual is issued
  input  logic                                       tile_taken
);

  localparam int G_W     = GROUPS > 1 ? $clog2(GROUPS) : 1;  // bits of a bank group
  localparam int LEVEL_W = $clog2(DEPTH + 1);

`ifndef SYNTHESIS
  initial begin
    if (DEPTH > 1024) $fatal(1, "engine_residual_reader: DEPTH must be at most 1024");
    if (9 < $clog2(GROUPS + 1))
      $fatal(1, "engine_residual_reader: the header has 9 bits for groups");
    if (8 < (GROUPS > 1 ? $clog2(GROUPS) : 1))
      $fatal(1, "engine_residual_reader: the header has 8 bits for a bank group");
  end
`endif

  typedef enum logic [2:0] {
    IDLE = 3'd0,
    OFFSET = 3'd1,
    PLACE = 3'd2,
    WAIT = 3'd3,
    READ = 3'd4
  } state_t;

  state_t         state_q;
  logic [15:0]    rows_q;
  logic [15:0]    tiles_q;
  logic [15:0]    ots_q;
  logic [8:0]     groups_last_q;
  logic [15:0]    ring_q;
  logic [15:0]    slot0_q;
  logic [G_W-1:0] group0_q;
  logic [15:0]    row_stride_q;
  logic [15:0]    block_stride_q;
  logic           waits_q;  // rows are waited for: the first step says that all are there

  logic        unused_header;  // not every bit matters
  logic        h_res;          // a residual word is added to every result
  logic [15:0] h_ho;           // output rows
  logic [15:0] h_xt;           // tiles of P pixels in an output row
  logic [15:0] h_otn;          // weight tiles
  logic [8:0]  h_g_last;       // ceil(Mlast / D): groups of the last weight tile
  logic [15:0] h_y_ring;       // output rows that the X-RAM holds
  logic [15:0] h_y_slot0;      // slot of output row 0
  logic        h_tok_check;    // output rows wait for row tokens
  logic [19:0] h_r_base;       // X-RAM address of the residual
  logic [7:0]  h_r_grp0;       // bank group of its first channel
  logic [15:0] h_r_row;        // words from a residual row to the next
  logic [15:0] h_r_blk;        // words from a block of M residual channels to the next
  assign unused_header = |{header[15:0], header[31:17], header[159:64], header[275:176],
      header[431:285], header[511:433], header[703:544], header[727:724], header[1023:768]};
  assign h_res         = header[16];
  assign h_ho          = header[47:32];
  assign h_xt          = header[63:48];
  assign h_otn         = header[175:160];
  assign h_g_last      = header[284:276];
  assign h_y_ring      = header[527:512];
  assign h_y_slot0     = header[543:528];
  assign h_tok_check   = header[432];
  assign h_r_base      = header[723:704];
  assign h_r_grp0      = header[735:728];
  assign h_r_row       = header[751:736];
  assign h_r_blk       = header[767:752];

  always_ff @(posedge aclk) begin
    if (take) begin
      rows_q         <= h_ho;
      tiles_q        <= h_xt;
      ots_q          <= h_otn;
      groups_last_q  <= h_g_last;
      ring_q         <= h_y_ring;
      slot0_q        <= h_y_slot0;
      group0_q       <= h_r_grp0[G_W-1:0];
      row_stride_q   <= h_r_row;
      block_stride_q <= h_r_blk;
      waits_q        <= h_tok_check;
    end
  end

  // loops, the innermost first
  logic [8:0]         k_q;
  logic [15:0]        xt_q;
  logic [15:0]        y_q;
  logic [15:0]        ot_q;
  logic [15:0]        slot_q;
  logic [G_W-1:0]     group_q;
  logic               over_q;     // bank groups began again: the next block
  logic [19:0]        block_q;    // address of the weight tile
  logic [19:0]        offset_q;   // of the row
  logic [19:0]        offset0_q;  // of the first row
  logic [19:0]        place_q;    // address of the tile
  logic [LEVEL_W-1:0] waiting_q;  // groups that are served and not popped
  logic [LEVEL_W-1:0] ahead_q;    // tiles that are served and not taken

  logic       reads;
  logic       last_ot;
  logic [8:0] groups;
  logic       moves;
  logic       tile_end;
  logic       row_end;
  logic       map_end;
  logic       pass_end;
  logic       starts;
  assign reads    = state_q == READ && waiting_q != LEVEL_W'(DEPTH);
  assign last_ot  = ot_q + 16'd1 == ots_q;
  assign groups   = last_ot ? groups_last_q : 9'(GROUPS);
  assign moves    = reads && served;
  assign tile_end = moves && k_q + 9'd1 == groups;
  assign row_end  = tile_end && xt_q + 16'd1 == tiles_q;
  assign map_end  = row_end && y_q + 16'd1 == rows_q;
  assign pass_end = map_end && last_ot;
  assign starts   = state_q == PLACE;

  always_ff @(posedge aclk) begin
    if (starts || tile_end) k_q <= '0;
    else if (moves) k_q <= k_q + 9'd1;
    if (starts || row_end) xt_q <= '0;
    else if (tile_end) xt_q <= xt_q + 16'd1;
    if (starts || map_end) y_q <= '0;
    else if (row_end) y_q <= y_q + 16'd1;
    if (starts || pass_end) ot_q <= '0;
    else if (map_end) ot_q <= ot_q + 16'd1;
    if (starts || tile_end) begin
      group_q <= group0_q;
      over_q  <= 1'b0;
    end else if (moves) begin
      group_q <= turn ? G_W'(0) : group_q + G_W'(1);
      over_q  <= over_q || turn;
    end
  end

  logic turn;
  assign turn = group_q == G_W'(GROUPS - 1);

  // addresses
  logic        wrapped;
  logic [19:0] next_offset;
  logic [19:0] next_block;
  assign wrapped     = slot_q + 16'd1 == ring_q;
  assign next_offset = wrapped ? 20'd0 : offset_q + 20'(row_stride_q);
  assign next_block  = block_q + 20'(block_stride_q);

  always_ff @(posedge aclk) begin
    if (state_q == OFFSET) offset0_q <= 20'(32'(slot0_q) * 32'(row_stride_q));
    if (take) block_q <= h_r_base;
    else if (map_end) block_q <= next_block;
    if (starts || map_end) begin
      offset_q <= offset0_q;
      slot_q   <= slot0_q;
    end else if (row_end) begin
      offset_q <= next_offset;
      slot_q   <= wrapped ? 16'd0 : slot_q + 16'd1;
    end
    if (starts || map_end) place_q <= (starts ? block_q : next_block) + offset0_q;
    else if (row_end) place_q <= block_q + next_offset;
    else if (tile_end) place_q <= place_q + 20'd1;
  end

  assign read    = reads;
  assign group   = group_q;
  assign address = place_q + (over_q ? 20'(block_stride_q) : 20'd0);

  // room, and tiles ahead of the sequencer
  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      waiting_q <= '0;
      ahead_q   <= '0;
    end else begin
      if (moves && !popped) waiting_q <= waiting_q + LEVEL_W'(1);
      else if (popped && !moves) waiting_q <= waiting_q - LEVEL_W'(1);
      if (tile_end && !tile_taken) ahead_q <= ahead_q + LEVEL_W'(1);
      else if (tile_taken && !tile_end) ahead_q <= ahead_q - LEVEL_W'(1);
    end
  end

  assign ready = ahead_q != LEVEL_W'(0);

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      state_q <= IDLE;
    end else begin
      case (state_q)
        IDLE:    if (take && h_res) state_q <= OFFSET;
        OFFSET:  state_q <= PLACE;
        PLACE:   state_q <= WAIT;
        WAIT:    if (step || !waits_q) state_q <= READ;
        READ:    if (pass_end) state_q <= IDLE;
        default: ;
      endcase
    end
  end

  logic unused_bits;  // takes what nothing else reads
  assign unused_bits = &{1'b0, h_r_grp0};

endmodule
`default_nettype wire
