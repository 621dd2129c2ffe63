// engine_rows - prepares the output rows of a pass for the sequencer, one ahead: weight tiles,
// chunks, rows
//
// A row y reads the input rows from y * SH - padT on. Rows of input lie in a ring of slots; going
// down SH rows takes SH cycles, since every one may be at the end of the ring. Looking up where the
// weights of the first and last kernel row stand, and the figures of the row, takes three more.
// The first row is offered 4 cycles after start; the next one SH + 4 cycles after a row was taken.
// The header must stay the same from start until the last row has been taken.
//
// G   slices, 1 to 16
// M   channels of a weight tile, and banks, 1 to 256
// D   channels of a group, >= 1
`default_nettype none
module engine_rows #(
  parameter int G = 3,
  parameter int M = 32,
  parameter int D = 4
) (
  input  logic                             aclk,
  input  logic                             aresetn,
  input  logic                             start,             // header is that of a new pass
  input  logic [1023:0]                    header,
  // entry of the row table: first kernel row
  output logic [4:0]                       first_row,
  input  logic [31:0]                      first_entry,       // the entry, {rem, start}
  // first kernel row that is not used any more
  output logic [4:0]                       last_row,
  input  logic [31:0]                      last_entry,

  output logic                             m_row_tvalid,
  input  logic                             m_row_tready,
  output logic [15:0]                      m_row_left,        // steps of a tile - 1
  // first weight word of a tile, counted in the chunk
  output logic [15:0]                      m_row_word,
  // kernel row of slice 0 in the first group, from 1
  output logic [5:0]                       m_row_kh,
  // kernel rows up to here lie above the input
  output logic [5:0]                       m_row_low,
  output logic [5:0]                       m_row_high,        // last kernel row inside of the input
  // channel of slice 0 in the first group, counted in the chunk
  output logic [15:0]                      m_row_ci,
  output logic [(M>1 ? $clog2(M) : 1)-1:0] m_row_bank,        // its bank
  output logic [(M>1 ? $clog2(M) : 1)-1:0] m_row_bank0,       // bank of channel 0 of the chunk
  output logic [15:0]                      m_row_block0,      // offset of its block
  // offset of the input row of kernel row kh
  output logic [15:0]                      m_row_off_a,
  output logic [15:0]                      m_row_off_b,       // offset of the row below
  output logic [15:0]                      m_row_slot_b,      // its place in the ring of rows
  output logic [15:0]                      m_row_exist,       // channels of the chunk that exist
  // groups of D channels that a tile drains
  output logic [8:0]                       m_row_groups,
  output logic [10:0]                      m_row_drain,       // cycles of its drain - 1
  // row tokens that the first step waits for
  output logic [15:0]                      m_row_need,
  // first row of a weight tile: its parameters must be there
  output logic                             m_row_opens,
  output logic                             m_row_ends,        // last row of a chunk
  output logic                             m_row_last_chunk,  // results leave behind this chunk
  output logic                             m_row_last_row,    // last row of the pass

  // an output row has no kernel row; stays until reset
  output logic                             empty
);

  localparam int BANK_W = M > 1 ? $clog2(M) : 1;
  localparam int GROUPS = M / D;  // groups of a full weight tile

`ifndef SYNTHESIS
  initial begin
    if (G > 16) $fatal(1, "engine_rows: G must be at most 16");
    if (M > 256) $fatal(1, "engine_rows: M must be at most 256");
    if (M < G) $fatal(1, "engine_rows: slices of a group read different banks");
    if (9 < $clog2(M / D + 1)) $fatal(1, "engine_rows: limit of groups");
    if (M < D) $fatal(1, "engine_rows: a weight tile has a group");
  end
`endif

  typedef enum logic [2:0] {
    IDLE = 3'd0,
    MOVE = 3'd1,
    SPAN = 3'd2,
    LOOK = 3'd3,
    MAKE = 3'd4,
    OFFER = 3'd5
  } state_t;

  state_t             state_q;
  logic [15:0]        tile_q;        // weight tile
  logic [15:0]        chunk_q;
  logic [15:0]        y_q;           // output row
  logic [3:0]         moves_q;       // input rows to go down
  logic               wraps_q;       // the next row is the first one of a chunk
  logic               wraps_tile_q;  // and of a weight tile
  logic signed [19:0] top_q;         // input row of kernel row 0
  logic [15:0]        off_q;         // offset of input row max(top, 0)
  logic [15:0]        slot_q;        // its place in the ring
  logic [BANK_W-1:0]  bank0_q;
  logic [15:0]        block0_q;
  logic [15:0]        need_q;
  logic [5:0]         low_q;
  logic [5:0]         high_q;
  logic [5:0]         begin_q;       // first kernel row that is used
  logic [5:0]         end_q;         // first one behind it that is not
  logic [15:0]        first_q;
  logic [3:0]         rem_q;
  logic [15:0]        behind_q;      // first weight word behind the row
  logic [BANK_W-1:0]  bank_end_q;    // bank behind the last channel of the chunk
  logic [15:0]        off_next_q;
  logic [15:0]        slot_next_q;
  logic               last_row_q;
  logic               last_chunk_q;
  logic               last_tile_q;

  logic        unused_header;    // not every bit matters
  logic [1:0]  h_op;             // reduction: 0 dense, 1 depthwise, 2 maximum, 3 sum
  logic        h_skip_rows;      // rows of padding are left out
  logic [15:0] h_ho;             // output rows
  logic [5:0]  h_nt;             // tap entries of a kernel row
  logic [4:0]  h_kh1;            // kernel rows - 1
  logic [3:0]  h_sh;             // vertical stride
  logic [7:0]  h_pad_t;          // rows of padding above
  logic [15:0] h_h;              // input rows that this pass sees
  logic [15:0] h_otn;            // weight tiles
  logic [15:0] h_chn;            // chunks of input channels
  logic [15:0] h_cc;             // input channels of a chunk
  logic [15:0] h_clast;          // input channels of the last chunk that exist
  logic [11:0] h_c_mod;          // Cc mod M
  logic [15:0] h_w_words;        // weight words of a chunk
  logic [15:0] h_x_ch0;          // bank of the first input channel
  logic [15:0] h_x_blk;          // words from a block of M input channels to the next
  logic [15:0] h_x_chunk;        // floor(Cc / M) * xBlk: words to the next chunk
  logic [15:0] h_x_row;          // words from an input row to the next
  logic [15:0] h_x_ring;         // input rows that the X-RAM holds
  logic [15:0] h_x_slot0;        // slot of input row 0 of this pass
  logic [15:0] h_x_off0;         // xSlot0 * xRow
  logic [8:0]  h_g_last;         // ceil(Mlast / D): groups of the last weight tile
  logic [15:0] h_tok_first;      // row tokens that output row 0 needs
  logic [15:0] h_tok_max;        // row tokens that are never exceeded
  logic [15:0] h_tok_step;       // row tokens that every further output row needs
  logic        h_dst_xram;       // results are written to the X-RAM
  logic [2:0]  h_y_sw;           // phases of the output: horizontal stride of its reader
  logic        h_res;            // a residual word is added to every result
  logic        unused_channels;  // not every bit matters
  logic        dense;
  assign unused_header   = |{header[7:0], header[15:11], header[19:17], header[31:21],
      header[63:48], header[70], header[95:88], header[147:112], header[275:256], header[287:285],
      header[335:320], header[559:432], header[623:563], header[1023:640]};
  assign h_op            = header[9:8];
  assign h_skip_rows     = header[20];
  assign h_ho            = header[47:32];
  assign h_nt            = header[69:64];
  assign h_kh1           = header[75:71];
  assign h_sh            = header[79:76];
  assign h_pad_t         = header[87:80];
  assign h_h             = header[111:96];
  assign h_otn           = header[175:160];
  assign h_chn           = header[191:176];
  assign h_cc            = header[207:192];
  assign h_clast         = header[223:208];
  assign h_c_mod         = header[159:148];
  assign h_w_words       = header[239:224];
  assign h_x_ch0         = header[255:240];
  assign h_x_blk         = header[319:304];
  assign h_x_chunk       = header[639:624];
  assign h_x_row         = header[303:288];
  assign h_x_ring        = header[351:336];
  assign h_x_slot0       = header[367:352];
  assign h_x_off0        = header[383:368];
  assign h_g_last        = header[284:276];
  assign h_tok_first     = header[399:384];
  assign h_tok_max       = header[415:400];
  assign h_tok_step      = header[431:416];
  assign h_dst_xram      = header[10];
  assign h_y_sw          = header[562:560];
  assign h_res           = header[16];
  assign unused_channels = |{h_c_mod, h_x_ch0};
  assign dense           = h_op == 2'd0;

  // one input row down: rows above the input have the place of row 0
  logic        round_ring;
  logic [15:0] off_down;
  logic [15:0] slot_down;
  logic        above;
  assign round_ring = slot_q == h_x_ring - 16'd1;
  assign off_down   = round_ring ? 16'd0 : off_q + h_x_row;
  assign slot_down  = round_ring ? 16'd0 : slot_q + 16'd1;
  assign above      = top_q < 20'sd0;

  // the next chunk
  logic [BANK_W:0]   chunk_sum;
  logic [BANK_W-1:0] chunk_sum_value;
  logic              chunk_over;
  logic [15:0]       block_next;
  assign chunk_sum_value = BANK_W'((BANK_W+12)'(h_c_mod));
  assign chunk_sum       = bank0_q + chunk_sum_value;
  assign chunk_over      = (BANK_W+2)'(chunk_sum) >= (BANK_W+2)'(M);
  assign block_next      = block0_q + h_x_chunk + (chunk_over ? h_x_blk : 16'd0);

  // kernel rows inside of the input, and those that are used
  logic [5:0]         kernel;          // kernel rows
  logic signed [20:0] over_top;
  logic [5:0]         low_now;
  logic signed [20:0] below;           // rows from kernel row 0 to the end
  logic [5:0]         high_now;
  logic               ends;            // to the last kernel row
  logic [15:0]        entry_end;       // a group that straddles is still used
  logic               unused_entries;  // not every bit matters
  logic               late;            // more tokens than there will be
  assign kernel         = 6'(h_kh1) + 6'd1;
  assign over_top       = -(21'(top_q));
  assign low_now        = above ? (over_top > 21'sd63 ? 6'd63 : $signed(over_top[5:0])) : 6'd0;
  assign below          = 21'($signed(20'(h_h))) - 21'(top_q);
  assign high_now       = below < 21'sd1 ? 6'd0 : below < $signed(21'(kernel)) ? $signed(below[5:0])
      : kernel;
  assign ends           = end_q == kernel;
  assign entry_end      = last_entry[15:0] + (|last_entry[19:16] ? 16'(h_nt) : 16'd0);
  assign unused_entries = |{first_entry[31:20], last_entry[31:20]};
  assign late           = 1'((h_tok_max - need_q) >> 15);

  assign first_row = begin_q[4:0];
  assign last_row  = end_q[4:0];

  // figures of the row
  logic [15:0]       left_q;
  logic [5:0]        kh_q;
  logic [15:0]       ci_q;
  logic [BANK_W-1:0] bank_q;
  logic [15:0]       off_a_q;
  logic [15:0]       off_b_q;
  logic [15:0]       slot_b_q;
  logic [10:0]       drain_q;

  logic [5:0]             rows;         // kernel rows that are used
  logic [15:0]            plane_steps;  // steps without groups of channels
  logic [15:0]            steps;
  logic                   straddles;
  logic signed [BANK_W:0] rem_bank;
  logic [BANK_W-1:0]      rem_bank_value;
  logic [8:0]             groups;
  logic [2:0]             scattered;    // cycles of its writes
  logic                   twice;        // a group passes the requantizer twice
  logic [2:0]             paced;        // cycles of a group
  logic [10:0]            drain_cycles;
  logic                   apart;
  assign rows           = end_q - begin_q;
  assign plane_steps    = 16'(rows) * 16'(h_nt);
  assign steps          = dense ? behind_q + ~first_q : plane_steps - 16'd1;
  assign straddles      = |rem_q;
  assign rem_bank_value = BANK_W'((BANK_W+4)'(rem_q));
  assign rem_bank       = bank_end_q - rem_bank_value;
  assign groups         = last_tile_q ? h_g_last : 9'(GROUPS);
  assign scattered      = h_dst_xram ? h_y_sw : 3'd1;
  assign twice          = h_res && scattered < 3'd2;
  assign paced          = twice ? 3'd2 : scattered;
  assign drain_cycles   = 11'(18'(groups) * 18'(paced));
  assign apart          = h_chn != 16'd1 && drain_cycles < 11'd4;

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      state_q <= IDLE;
    end else begin
      case (state_q)
        MOVE: if (moves_q == 4'd1) state_q <= SPAN;
        SPAN: state_q <= LOOK;
        LOOK: state_q <= MAKE;
        MAKE: state_q <= OFFER;
        OFFER: begin
          if (m_row_tready) begin
            if (last_row_q && last_chunk_q && last_tile_q) state_q <= IDLE;
            else state_q <= MOVE;
          end
        end
        default: ;
      endcase
      if (start) state_q <= SPAN;
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    case (state_q)
      MOVE: begin
        moves_q <= moves_q - 4'd1;
        if (wraps_q) begin
          top_q  <= 20'(-(21'($signed(20'(h_pad_t)))));
          off_q  <= h_x_off0;
          slot_q <= h_x_slot0;
          need_q <= h_tok_first;
        end else begin
          top_q <= top_q + 20'sd1;
          if (!above) begin
            off_q  <= off_down;
            slot_q <= slot_down;
          end
          if (moves_q == 4'd1) need_q <= need_q + h_tok_step;
        end
        if (moves_q == 4'd1 && wraps_q) begin
          if (wraps_tile_q) begin
            bank0_q  <= BANK_W'((BANK_W+16)'(h_x_ch0));
            block0_q <= dense ? 16'd0 : block0_q + h_x_blk;
          end else begin
            bank0_q  <= BANK_W'(chunk_over ? chunk_sum - (BANK_W+1)'(M - 1) - (BANK_W+1)'(1)
                : chunk_sum);
            block0_q <= block_next;
          end
        end
      end
      SPAN: begin
        low_q        <= low_now;
        high_q       <= high_now;
        begin_q      <= h_skip_rows ? low_now : 6'd0;
        end_q        <= h_skip_rows ? high_now : kernel;
        last_row_q   <= y_q == h_ho - 16'd1;
        last_chunk_q <= chunk_q == h_chn - 16'd1;
        last_tile_q  <= tile_q == h_otn - 16'd1;
      end
      LOOK: begin
        first_q  <= first_entry[15:0];
        rem_q    <= first_entry[19:16];
        behind_q <= ends ? h_w_words : entry_end;
        if (late) need_q <= h_tok_max;
        bank_end_q  <= BANK_W'(chunk_over ? chunk_sum - (BANK_W+1)'(M - 1) - (BANK_W+1)'(1)
            : chunk_sum);
        off_next_q  <= begin_q < low_q ? off_q : off_down;
        slot_next_q <= begin_q < low_q ? slot_q : slot_down;
      end
      MAKE: begin
        left_q   <= steps;
        kh_q     <= straddles ? begin_q : begin_q + 6'd1;
        ci_q     <= straddles ? h_cc - 16'(rem_q) : 16'd0;
        bank_q   <= straddles
            ? (rem_bank < (BANK_W+1)'(0) ? bank_end_q + BANK_W'(M - 1) + BANK_W'(1) : bank_end_q)
                - rem_bank_value
            : bank0_q;
        off_a_q  <= off_q;
        off_b_q  <= straddles ? off_q : off_next_q;
        slot_b_q <= straddles ? slot_q : slot_next_q;
        drain_q  <= (apart ? 11'd4 : drain_cycles) - 11'd1;
      end
      OFFER: begin
        if (m_row_tready) begin
          moves_q      <= h_sh;
          wraps_q      <= last_row_q;
          wraps_tile_q <= last_row_q && last_chunk_q;
          y_q          <= last_row_q ? 16'd0 : y_q + 16'd1;
          if (last_row_q) chunk_q <= last_chunk_q ? 16'd0 : chunk_q + 16'd1;
          if (last_row_q && last_chunk_q) tile_q <= tile_q + 16'd1;
        end
      end
      default: ;
    endcase
    if (start) begin
      tile_q   <= '0;
      chunk_q  <= '0;
      y_q      <= '0;
      top_q    <= 20'(-(21'($signed(20'(h_pad_t)))));
      off_q    <= h_x_off0;
      slot_q   <= h_x_slot0;
      bank0_q  <= BANK_W'((BANK_W+16)'(h_x_ch0));
      block0_q <= '0;
      need_q   <= h_tok_first;
    end
  end

  logic empty_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) empty_q <= 1'b0;
    else if (state_q == LOOK && begin_q >= end_q) empty_q <= 1'b1;
  end

  assign empty            = empty_q;
  assign m_row_tvalid     = state_q == OFFER;
  assign m_row_left       = left_q;
  assign m_row_word       = first_q;
  assign m_row_kh         = kh_q;
  assign m_row_low        = low_q;
  assign m_row_high       = high_q;
  assign m_row_ci         = ci_q;
  assign m_row_bank       = bank_q;
  assign m_row_bank0      = bank0_q;
  assign m_row_block0     = block0_q;
  assign m_row_off_a      = off_a_q;
  assign m_row_off_b      = off_b_q;
  assign m_row_slot_b     = slot_b_q;
  assign m_row_exist      = last_chunk_q ? h_clast : h_cc;
  assign m_row_groups     = groups;
  assign m_row_drain      = drain_q;
  assign m_row_need       = need_q;
  assign m_row_opens      = y_q == 16'd0 && chunk_q == 16'd0;
  assign m_row_ends       = last_row_q;
  assign m_row_last_chunk = last_chunk_q;
  assign m_row_last_row   = last_row_q && last_chunk_q && last_tile_q;

endmodule
`default_nettype wire
