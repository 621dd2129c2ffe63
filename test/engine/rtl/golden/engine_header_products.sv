// engine_header_products - checks the fields of a header that follow from others by a product or a
// division
//
// cMod = Cc mod M and xChunk = floor(Cc / M) * xBlk (both 0 where the pass is not dense), xOff0 =
// xSlot0 * xRow, and room for Ho * XT * groups partial sums where there are chunks. One bit of Cc,
// xSlot0 and Ho a cycle, from the top: a division step, and three sums of shifted products.
// The header must stay from start until done, which is high from 18 cycles after start to the next
// start.
//
// M    channels of a weight tile, 1 to 256
// D    channels of a group, 1 to 64
// PD   partial sums, 0 to 65536
`default_nettype none
module engine_header_products #(
  parameter int M  = 32,
  parameter int D  = 4,
  parameter int PD = 256
) (
  input  logic          aclk,
  input  logic          aresetn,
  input  logic          start,  // header is a new one
  input  logic [1023:0] header,
  output logic          done,   // the header is checked
  output logic [3:0]    broken  // with done: {partial sums, xOff0, xChunk, cMod}
);

  localparam int GROUPS = M / D;  // groups of a full weight tile

`ifndef SYNTHESIS
  initial begin
    if (M > 256) $fatal(1, "engine_header_products: M must be at most 256");
    if (D > 64) $fatal(1, "engine_header_products: D must be at most 64");
    if (PD > 65536) $fatal(1, "engine_header_products: PD must be at most 65536");
    if (9 < $clog2(M / D + 1)) $fatal(1, "engine_header_products: limit of groups");
  end
`endif

  logic        busy_q;
  logic        done_q;
  logic [3:0]  count_q;     // bits that are left
  logic [15:0] channels_q;  // bits of Cc that are left, the next one on top
  logic [15:0] slots_q;     // of xSlot0
  logic [15:0] rows_q;      // of Ho
  logic [24:0] row_sums_q;  // partial sums of an output row
  logic [8:0]  rest_q;      // Cc mod M so far
  logic [16:0] chunk_q;     // floor(Cc / M) * xBlk so far; stays above 16 bits once there
  logic [16:0] offset_q;    // xSlot0 * xRow, likewise
  logic [25:0] sums_q;      // partial sums, likewise

  logic        unused_header;  // not every bit matters
  logic [1:0]  h_op;           // reduction: 0 dense, 1 depthwise, 2 maximum, 3 sum
  logic [15:0] h_ho;           // output rows
  logic [15:0] h_xt;           // tiles of P pixels in an output row
  logic [11:0] h_c_mod;        // Cc mod M
  logic [15:0] h_otn;          // weight tiles
  logic [15:0] h_chn;          // chunks of input channels
  logic [15:0] h_cc;           // input channels of a chunk
  logic [8:0]  h_g_last;       // ceil(Mlast / D): groups of the last weight tile
  logic [15:0] h_x_blk;        // words from a block of M input channels to the next
  logic [15:0] h_x_row;        // words from an input row to the next
  logic [15:0] h_x_slot0;      // slot of input row 0 of this pass
  logic [15:0] h_x_off0;       // xSlot0 * xRow
  logic [15:0] h_x_chunk;      // floor(Cc / M) * xBlk: words to the next chunk
  assign unused_header = |{header[7:0], header[31:10], header[147:64], header[275:208],
      header[287:285], header[351:320], header[623:384], header[1023:640]};
  assign h_op          = header[9:8];
  assign h_ho          = header[47:32];
  assign h_xt          = header[63:48];
  assign h_c_mod       = header[159:148];
  assign h_otn         = header[175:160];
  assign h_chn         = header[191:176];
  assign h_cc          = header[207:192];
  assign h_g_last      = header[284:276];
  assign h_x_blk       = header[319:304];
  assign h_x_row       = header[303:288];
  assign h_x_slot0     = header[367:352];
  assign h_x_off0      = header[383:368];
  assign h_x_chunk     = header[639:624];

  always_ff @(posedge aclk) begin
    row_sums_q <= 25'(h_xt) * (h_otn == 16'd1 ? 25'(h_g_last) : 25'(GROUPS));
  end

  logic        divides;  // a bit of the quotient
  logic [2:0]  chunk_sum;
  logic [15:0] chunk_sum_2;
  logic [2:0]  offset_sum;
  logic [15:0] offset_sum_2;
  logic [2:0]  sums_sum;
  logic [24:0] sums_sum_2;
  assign divides      = {rest_q, channels_q[15]} >= 10'(M);
  assign chunk_sum    = 3'(((19'(chunk_q) << 1) + (divides ? 19'(h_x_blk) : 19'd0)) >> 16);
  assign chunk_sum_2  = 16'((19'(chunk_q) << 1) + (divides ? 19'(h_x_blk) : 19'd0));
  assign offset_sum   = 3'(((19'(offset_q) << 1) + (slots_q[15] ? 19'(h_x_row) : 19'd0)) >> 16);
  assign offset_sum_2 = 16'((19'(offset_q) << 1) + (slots_q[15] ? 19'(h_x_row) : 19'd0));
  assign sums_sum     = 3'(((28'(sums_q) << 1) + (rows_q[15] ? 28'(row_sums_q) : 28'd0)) >> 25);
  assign sums_sum_2   = 25'((28'(sums_q) << 1) + (rows_q[15] ? 28'(row_sums_q) : 28'd0));

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      busy_q <= 1'b0;
      done_q <= 1'b0;
    end else if (start) begin
      busy_q <= 1'b1;
      done_q <= 1'b0;
    end else if (busy_q) begin
      if (count_q == 4'd0) busy_q <= 1'b0;
    end else begin
      done_q <= 1'b1;
    end
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    if (start) begin
      count_q    <= 4'd15;
      channels_q <= h_cc;
      slots_q    <= h_x_slot0;
      rows_q     <= h_ho;
      rest_q     <= '0;
      chunk_q    <= '0;
      offset_q   <= '0;
      sums_q     <= '0;
    end else if (busy_q) begin
      count_q    <= count_q - 4'd1;
      channels_q <= channels_q << 1;
      slots_q    <= slots_q << 1;
      rows_q     <= rows_q << 1;
      rest_q     <= 9'(divides ? {rest_q, channels_q[15]} - 10'(M) : {rest_q, channels_q[15]});
      chunk_q    <= {|chunk_sum, chunk_sum_2};
      offset_q   <= {|offset_sum, offset_sum_2};
      sums_q     <= {|sums_sum, sums_sum_2};
    end
  end

  logic [3:0] broken_q;

  logic dense;
  assign dense = h_op == 2'd0;

  assign done = done_q;

  always_ff @(posedge aclk) begin
    broken_q <= {h_chn != 16'd1 && sums_q > 26'(PD), offset_q != 17'(h_x_off0),
        (dense ? chunk_q : 17'd0) != 17'(h_x_chunk), (dense ? 16'(rest_q) : 16'd0) != 16'(h_c_mod)};
  end

  assign broken = broken_q;

endmodule
`default_nettype wire
