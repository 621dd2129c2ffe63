// engine_addresses - banks, addresses and lanes of the steps of the sequencer
//
// Slice 0 of a group stands at a pair (kernel row, channel), the slices behind it at the next
// pairs; where the channels of the chunk end they go on in the next kernel row (h_wrap) or do not
// exist. Going on by G channels or to the next kernel row is an addition and a conditional
// subtraction. A pair that does not exist, or whose row lies outside of the input, is not live.
// Lanes low .. high - 1 hold pixels of the input, the others padding; there are none where a pass
// that is not dense has no row.
// Feed-forward: outputs of a step 5 cycles after its inputs; bubbles keep the state.
//
// P   pixels of a word, 1 to 64
// G   slices, 1 to 16
// M   banks, 1 to 256
`default_nettype none
module engine_addresses #(
  parameter int P = 7,
  parameter int G = 3,
  parameter int M = 32
) (
  input  logic                               aclk,
  input  logic                               aresetn,
  input  logic [1023:0]                      header,
  input  logic                               valid,        // a step
  input  logic                               first,        // first step of a tile
  input  logic                               opens_row,    // first step of an output row
  // first step of a group, behind the first one of a tile
  input  logic                               opens_group,
  input  logic [15:0]                        xt,           // tile of P pixels in the row
  input  logic [15:0]                        tap,          // entry of the tap program
  // kernel row of slice 0 in the first group, from 1
  input  logic [5:0]                         kh,
  // kernel rows up to here lie above the input
  input  logic [5:0]                         low,
  input  logic [5:0]                         high,         // last kernel row inside of the input
  // channel of slice 0 in the first group, counted in the chunk
  input  logic [15:0]                        ci,
  input  logic [(M>1 ? $clog2(M) : 1)-1:0]   bank,         // its bank
  input  logic [(M>1 ? $clog2(M) : 1)-1:0]   bank0,        // bank of channel 0 of the chunk
  input  logic [15:0]                        block0,       // offset of its block
  // offset of the input row of kernel row kh
  input  logic [15:0]                        off_a,
  input  logic [15:0]                        off_b,        // offset of the row below
  input  logic [15:0]                        slot_b,       // its place in the ring of rows
  input  logic [15:0]                        exist,        // channels of the chunk that exist
  output logic [1:0]                         tap_op,
  output logic                               read,         // live slices read a word
  output logic [G-1:0]                       slice_live,   // slices that have a row and a channel
  output logic [G*(M>1 ? $clog2(M) : 1)-1:0] slice_bank,
  output logic [G*20-1:0]                    slice_address,
  output logic [$clog2(P + 1)-1:0]           lane_low,
  output logic [$clog2(P + 1)-1:0]           lane_high
);

  localparam int BANK_W  = M > 1 ? $clog2(M) : 1;
  localparam int SLICE_W = G > 1 ? $clog2(G) : 1;
  localparam int LANE_W  = $clog2(P + 1);

`ifndef SYNTHESIS
  initial begin
    if (P > 64) $fatal(1, "engine_addresses: P must be at most 64");
    if (G > 16) $fatal(1, "engine_addresses: G must be at most 16");
    if (M > 256) $fatal(1, "engine_addresses: M must be at most 256");
    if (M < G) $fatal(1, "engine_addresses: slices of a group read different banks");
    if ((M > 1 ? $clog2(M) : 1) + 1 < $clog2(G + 1))
      $fatal(1, "engine_addresses: they are numbered like banks");
  end
`endif

  logic        unused_header;    // not every bit matters
  logic [1:0]  h_op;             // reduction: 0 dense, 1 depthwise, 2 maximum, 3 sum
  logic        h_wrap;           // groups of slices go on from one kernel row to the next
  logic [15:0] h_w;              // pixels of a row in phase 0
  logic [2:0]  h_w_mod;          // phases below have W pixels, the others one fewer; 0: all have W
  logic [15:0] h_cc;             // input channels of a chunk
  logic [11:0] h_c_mod;          // Cc mod M
  logic [19:0] h_x_base;         // X-RAM address of the input
  logic [15:0] h_x_row;          // words from an input row to the next
  logic [15:0] h_x_blk;          // words from a block of M input channels to the next
  logic [15:0] h_x_phase;        // words from a phase of the input to the next
  logic [15:0] h_x_ring;         // input rows that the X-RAM holds
  logic        unused_channels;  // not every bit matters
  logic        dense;
  logic        wraps;
  assign unused_header   = |{header[7:0], header[11:10], header[111:13], header[147:131],
      header[191:160], header[255:208], header[287:276], header[1023:352]};
  assign h_op            = header[9:8];
  assign h_wrap          = header[12];
  assign h_w             = header[127:112];
  assign h_w_mod         = header[130:128];
  assign h_cc            = header[207:192];
  assign h_c_mod         = header[159:148];
  assign h_x_base        = header[275:256];
  assign h_x_row         = header[303:288];
  assign h_x_blk         = header[319:304];
  assign h_x_phase       = header[335:320];
  assign h_x_ring        = header[351:336];
  assign unused_channels = |h_c_mod;
  assign dense           = h_op == 2'd0;
  assign wraps           = h_wrap;

  // constants of the pass; they are stable long before its first step
  logic signed [16:0] spare_q;      // Cc - G
  logic [BANK_W-1:0]  straddle_q;   // (G - Cc) mod M: from a group to the one that straddles
  logic [15:0]        phase_two_q;  // offsets of phases 2 and 3
  logic [15:0]        phase_three_q;
  logic [15:0]        fewer_q;      // pixels of a row in the phases that have one fewer
  always_ff @(posedge aclk) begin
    spare_q <= $signed(17'(h_cc)) - 17'(G);
  end

  logic signed [BANK_W+1:0] back;
  logic [BANK_W-1:0]        back_value;
  logic signed [BANK_W+1:0] back_up;
  assign back_value = BANK_W'((BANK_W+12)'(h_c_mod));
  assign back       = (BANK_W+2)'(G) - (BANK_W+2)'(back_value);
  assign back_up    = back < (BANK_W+2)'(0) ? back + (BANK_W+2)'(M - 1) + (BANK_W+2)'(1) : back;

  always_ff @(posedge aclk) begin
    straddle_q    <= BANK_W'(back_up > (BANK_W+2)'(M - 1)
        ? back_up - (BANK_W+2)'(M - 1) - (BANK_W+2)'(1) : back_up);
    phase_two_q   <= h_x_phase + h_x_phase;
    phase_three_q <= phase_two_q + h_x_phase;
    fewer_q       <= h_w - 16'd1;
  end

  // step 1: where slice 0 stands
  logic              valid1_q;
  logic              first1_q;
  logic              opens_group1_q;
  logic              over1_q;   // the group begins behind the last channel
  logic              carry1_q;  // the group begins in the next block of banks
  logic [5:0]        kh1_q;
  logic [15:0]       ci1_q;
  logic [BANK_W-1:0] bank1_q;
  logic [15:0]       off_a1_q;
  logic [15:0]       off_b1_q;
  logic [15:0]       slot_b1_q;
  logic [21:0]       pixel1_q;  // first pixel of the tile
  logic [15:0]       xt1_q;
  logic [15:0]       tap1_q;
  logic [5:0]        low1_q;
  logic [5:0]        high1_q;
  logic [BANK_W-1:0] bank01_q;
  logic [15:0]       block01_q;
  logic [15:0]       exist1_q;

  logic signed [17:0] past;   // channel of the next group, counted behind the last one
  logic               over;
  logic               onward_over;
  logic               around_over;
  logic               ring_ends;
  logic               above;  // the row below lies above the input or is its first one
  logic [BANK_W-1:0]  bank1_choice;
  assign past         = 18'($signed(17'(ci1_q))) - 18'(spare_q);
  assign over         = past >= 18'sd0 || !dense;
  assign onward_over  = (BANK_W+2)'($unsigned((BANK_W+1)'(bank1_q) + (BANK_W+1)'(G - 1)
      + (BANK_W+1)'(1)))
      >= (BANK_W+2)'(M);
  assign around_over  = (BANK_W+2)'(bank1_q) + (BANK_W+2)'(straddle_q) >= (BANK_W+2)'(M);
  assign ring_ends    = slot_b1_q == h_x_ring - 16'd1;
  assign above        = kh1_q < low1_q;
  assign bank1_choice = BANK_W'(around_over
      ? (BANK_W+1)'(bank1_q) + (BANK_W+1)'(straddle_q) - (BANK_W+1)'(M - 1) - (BANK_W+1)'(1)
      : (BANK_W+1)'(bank1_q) + (BANK_W+1)'(straddle_q));

  always_ff @(posedge aclk) begin
    if (!aresetn) valid1_q <= 1'b0;
    else valid1_q <= valid;
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (valid) begin
      first1_q       <= first;
      opens_group1_q <= opens_group;
      xt1_q          <= xt;
      tap1_q         <= tap;
      low1_q         <= low;
      high1_q        <= high;
      bank01_q       <= bank0;
      block01_q      <= block0;
      exist1_q       <= exist;
      over1_q        <= over;
      carry1_q       <= onward_over;
      if (first) begin
        kh1_q     <= kh;
        ci1_q     <= ci;
        bank1_q   <= bank;
        off_a1_q  <= off_a;
        off_b1_q  <= off_b;
        slot_b1_q <= slot_b;
        pixel1_q  <= opens_row ? 22'd0 : pixel1_q + 22'(P);
      end else if (opens_group) begin
        if (over) begin
          ci1_q    <= wraps ? past[15:0] : 16'd0;
          bank1_q  <= wraps ? bank1_choice : bank01_q;
          kh1_q    <= kh1_q + 6'd1;
          off_a1_q <= off_b1_q;
          if (!above) begin
            off_b1_q  <= ring_ends ? 16'd0 : off_b1_q + h_x_row;
            slot_b1_q <= ring_ends ? 16'd0 : slot_b1_q + 16'd1;
          end
        end else begin
          ci1_q   <= ci1_q + 16'd0 + 16'(G);
          bank1_q <= BANK_W'(onward_over
              ? (BANK_W+1)'(bank1_q) + (BANK_W+1)'(G - 1) + (BANK_W+1)'(1) - (BANK_W+1)'(M - 1)
                  - (BANK_W+1)'(1)
              : (BANK_W+1)'(bank1_q) + (BANK_W+1)'(G - 1) + (BANK_W+1)'(1));
        end
      end
    end
  end

  // step 2: its block; what is left of the channels; pixels
  logic               valid2_q;
  logic [15:0]        block2_q;
  logic [15:0]        block02_q;
  logic [BANK_W-1:0]  bank2_q;
  logic [BANK_W-1:0]  bank02_q;
  logic [15:0]        off_a2_q;
  logic [15:0]        off_b2_q;
  logic [4:0]         room2_q;    // channels to the end of the chunk
  logic [4:0]         left2_q;    // channels that exist, from here
  logic [4:0]         anew2_q;    // channels that exist, from the first one
  logic               live_a2_q;
  logic               live_b2_q;
  logic signed [17:0] column2_q;  // word in the row
  logic signed [22:0] pixel2_q;   // pixel of lane 0
  logic [15:0]        width2_q;   // pixels of the row in this phase
  logic [15:0]        phase2_q;   // offset of the phase
  logic [1:0]         op2_q;
  logic               read2_q;
  always_ff @(posedge aclk) begin
    if (!aresetn) valid2_q <= 1'b0;
    else valid2_q <= valid1_q;
  end

  logic [2:0]        phase;
  logic              block_up;  // the straddling group begins in the next block
  logic signed [4:0] room2_difference;
  logic signed [4:0] left2_difference;
  logic signed [4:0] anew2_value;
  assign phase            = tap1_q[8:6];
  assign block_up         = bank1_q < bank01_q && wraps;
  assign room2_difference = 5'($signed(17'(h_cc) - 17'(ci1_q)));
  assign left2_difference = 5'($signed(17'(exist1_q) - 17'(ci1_q)));
  assign anew2_value      = 5'($signed(17'(exist1_q)));

  always_ff @(posedge aclk) begin
    if (valid1_q) begin
      if (first1_q) begin
        block2_q <= block01_q;
      end else if (opens_group1_q) begin
        block2_q <= over1_q ? block01_q + (block_up ? h_x_blk : 16'd0)
            : block2_q + (carry1_q ? h_x_blk : 16'd0);
      end
    end
    block02_q <= block01_q;
    bank2_q   <= bank1_q;
    bank02_q  <= bank01_q;
    off_a2_q  <= off_a1_q;
    off_b2_q  <= off_b1_q;
    room2_q   <= $signed(17'(h_cc) - 17'(ci1_q)) > 17'sd31 ? 5'd31
        : $signed(17'(h_cc) - 17'(ci1_q)) < 17'sd0 ? 5'd0 : room2_difference;
    left2_q   <= $signed(17'(exist1_q) - 17'(ci1_q)) > 17'sd31 ? 5'd31
        : $signed(17'(exist1_q) - 17'(ci1_q)) < 17'sd0 ? 5'd0 : left2_difference;
    anew2_q   <= $signed(17'(exist1_q)) > 17'sd31 ? 5'd31 : $signed(17'(exist1_q)) < 17'sd0 ? 5'd0
        : anew2_value;
    live_a2_q <= kh1_q > low1_q && kh1_q <= high1_q;
    live_b2_q <= kh1_q >= low1_q && kh1_q < high1_q;
    column2_q <= 18'($signed(17'(xt1_q))) + 18'($signed(tap1_q[12:9]));
    pixel2_q  <= 23'($signed(pixel1_q)) + 23'($signed(tap1_q[5:1]));
    width2_q  <= (|h_w_mod) && phase >= h_w_mod ? fewer_q : h_w;
    phase2_q  <= phase[1] ? (phase[0] ? phase_three_q : phase_two_q) : phase[0] ? h_x_phase : 16'd0;
    op2_q     <= tap1_q[15:14];
    read2_q   <= tap1_q[13];
  end

  logic unused_tap;  // not every bit matters
  assign unused_tap = |{tap1_q[0], phase[2]};

  // steps 3 to 5: each slice by itself
  logic [15:0]        off_a3_q;  // row and block of slices in front of the end of the chunk
  logic [15:0]        off_b3_q;  // and of those behind it
  logic signed [17:0] column3_q;
  logic signed [23:0] low3_q;
  logic signed [23:0] high3_q;
  logic               dead3_q;   // the row of a step that is not dense lies outside of the input
  logic [1:0]         op3_q;
  logic               read3_q;
  always_ff @(posedge aclk) begin
    off_a3_q  <= off_a2_q + block2_q;
    off_b3_q  <= off_b2_q + block02_q;
    column3_q <= column2_q + $signed(18'(phase2_q));
    low3_q    <= -(24'(pixel2_q));
    high3_q   <= 24'($signed(23'(width2_q))) - 24'(pixel2_q);
    dead3_q   <= !(live_a2_q || dense);
    op3_q     <= op2_q;
    read3_q   <= read2_q && valid2_q;
  end

  logic [19:0]       column4_q;
  logic [LANE_W-1:0] low4_q;
  logic [LANE_W-1:0] high4_q;
  logic [1:0]        op4_q;
  logic              read4_q;

  always_ff @(posedge aclk) begin
    column4_q <= 20'(column3_q) + h_x_base;
    low4_q    <= low3_q > 24'(P) ? LANE_W'(P) : low3_q < 24'sd0 ? LANE_W'(0)
        : $signed(low3_q[LANE_W-1:0]);
    high4_q   <= dead3_q ? LANE_W'(0) : high3_q > 24'(P) ? LANE_W'(P) : high3_q < 24'sd0
        ? LANE_W'(0) : $signed(high3_q[LANE_W-1:0]);
    op4_q     <= op3_q;
    read4_q   <= read3_q;
  end

  logic [LANE_W-1:0] low5_q;
  logic [LANE_W-1:0] high5_q;
  logic [1:0]        op5_q;
  logic              read5_q;

  always_ff @(posedge aclk) begin
    low5_q  <= low4_q;
    high5_q <= high4_q;
    op5_q   <= op4_q;
    read5_q <= read4_q;
  end

  logic [G-1:0]        lives;
  logic [G*BANK_W-1:0] banks;
  logic [G*20-1:0]     places;

  for (genvar i = 0; i < G; i = i + 1) begin : g_slice
    logic [4:0]        number;
    logic              behind;  // beyond the end of the chunk
    logic [4:0]        rest;    // channel behind the end
    logic [BANK_W:0]   here;
    logic [BANK_W-1:0] here_value;
    logic [BANK_W:0]   there;
    logic [BANK_W-1:0] there_value;
    logic              place_over;
    logic              live_slice3_q;
    logic              behind_slice3_q;
    logic              carry_slice3_q;
    logic [BANK_W-1:0] bank_slice3_q;

    assign number      = 5'((SLICE_W+5)'(i));
    assign behind      = room2_q <= number;
    assign rest        = number - room2_q;
    assign here_value  = BANK_W'((BANK_W+5)'(number));
    assign here        = bank2_q + here_value;
    assign there_value = BANK_W'((BANK_W+5)'(rest));
    assign there       = bank02_q + there_value;
    assign place_over  = (behind ? (BANK_W+2)'(there) : (BANK_W+2)'(here)) >= (BANK_W+2)'(M);

    always_ff @(posedge aclk) begin
      live_slice3_q   <= behind ? live_b2_q && wraps && rest < anew2_q
          : live_a2_q && left2_q > number;
      behind_slice3_q <= behind;
      carry_slice3_q  <= place_over;
      bank_slice3_q   <= BANK_W'(place_over
          ? (behind ? there : here) - (BANK_W+1)'(M - 1) - (BANK_W+1)'(1) : behind ? there : here);
    end

    logic              live_slice4_q;
    logic [BANK_W-1:0] bank_slice4_q;
    logic [15:0]       offset_slice4_q;

    always_ff @(posedge aclk) begin
      live_slice4_q   <= live_slice3_q;
      bank_slice4_q   <= bank_slice3_q;
      offset_slice4_q <= (behind_slice3_q ? off_b3_q : off_a3_q)
          + (carry_slice3_q ? h_x_blk : 16'd0);
    end

    logic              live_slice5_q;
    logic [BANK_W-1:0] bank_slice5_q;
    logic [19:0]       address_slice5_q;

    always_ff @(posedge aclk) begin
      live_slice5_q    <= live_slice4_q;
      bank_slice5_q    <= bank_slice4_q;
      address_slice5_q <= column4_q + 20'(offset_slice4_q);
    end

    assign lives[i]                  = live_slice5_q;
    assign banks[i*BANK_W +: BANK_W] = bank_slice5_q;
    assign places[i*20 +: 20]        = address_slice5_q;
  end

  assign tap_op        = op5_q;
  assign read          = read5_q;
  assign slice_live    = lives;
  assign slice_bank    = banks;
  assign slice_address = places;
  assign lane_low      = low5_q;
  assign lane_high     = high5_q;

endmodule
`default_nettype wire
