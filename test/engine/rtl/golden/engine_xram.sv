// engine_xram - X-RAM of M banks: a word for each of G slices, or of every bank, in every cycle
//
// Slice g reads the word at slice_address of bank slice_bank; word g shows it 4 cycles later.
// Slices never read one bank in the same cycle; conflict rises and stays if they do. With all every
// bank is read at all_address instead, seen at bank_words 2 cycles later. Banks write_group * D ..
// + D - 1 take the lanes of write_data; a read that is asked for in the next cycle or later sees
// them.
// With ADD a group of D banks may be asked for beside the slices: group_served says that none of
// its banks is read otherwise, and group_valid shows its words 3 cycles later.
// Latency 4 cycles (address, read, 8 banks to 1, all to 1) for slices, 2 for banks, 3 for groups;
// nothing ever waits.
//
// P     pixels of a word, >= 1
// G     slices, >= 1
// M     banks, >= 1
// D     banks that are written in a cycle; divides M, >= 1
// XB    bits of a pixel, >= 1
// XD    words of a bank, >= 2
// ADD   1: groups of banks are read too, 0 to 1
`default_nettype none
module engine_xram #(
  parameter int P   = 4,
  parameter int G   = 2,
  parameter int M   = 4,
  parameter int D   = 1,
  parameter int XB  = 8,
  parameter int XD  = 1024,
  parameter int ADD = 0
) (
  input  logic                                   aclk,
  input  logic                                   aresetn,
  input  logic [G-1:0]                           slice_read,
  input  logic [G*(M>1 ? $clog2(M) : 1)-1:0]     slice_bank,
  input  logic [G*(XD>1 ? $clog2(XD) : 1)-1:0]   slice_address,
  input  logic                                   all_read,      // not in the same cycle as a slice
  input  logic [(XD>1 ? $clog2(XD) : 1)-1:0]     all_address,
  // the words of a bank group are asked for
  input  logic                                   group_read,
  input  logic [(M/D>1 ? $clog2(M / D) : 1)-1:0] group_group,
  input  logic [(XD>1 ? $clog2(XD) : 1)-1:0]     group_address,
  // they will come: no slice reads one of its banks
  output logic                                   group_served,
  input  logic                                   write_valid,
  input  logic [(M/D>1 ? $clog2(M / D) : 1)-1:0] write_group,
  input  logic [(XD>1 ? $clog2(XD) : 1)-1:0]     write_address,
  input  logic [P-1:0]                           write_lanes,   // pixels of a word that are written
  input  logic [D*P*XB-1:0]                      write_data,
  output logic [G*P*XB-1:0]                      words,         // of the slices
  output logic [M*P*XB-1:0]                      bank_words,    // of all banks
  // the words of a group that was served
  output logic                                   group_valid,
  output logic [D*P*XB-1:0]                      group_words,   // bank 0 of the group lowest
  // a bank was asked for two words in one cycle
  output logic                                   conflict
);

  localparam int BANK_W    = M > 1 ? $clog2(M) : 1;
  localparam int ADDRESS_W = XD > 1 ? $clog2(XD) : 1;
  localparam int WORD_W    = P * XB;
  localparam int SETS      = (M + 7) / 8;  // sets of 8 banks

`ifndef SYNTHESIS
  initial begin
    if (XD < 2) $fatal(1, "engine_xram: XD must be at least 2");
    if (ADD > 1) $fatal(1, "engine_xram: ADD must be at most 1");
    if (M / D * D != M) $fatal(1, "engine_xram: D divides M");
    if ((M + 7) / 8 * 8 < M) $fatal(1, "engine_xram: every bank is in a set");
  end
`endif

  // writes are decoded a cycle before they reach the banks
  logic                                   write_valid_q;
  logic [(M/D>1 ? $clog2(M / D) : 1)-1:0] write_group_q;
  logic [ADDRESS_W-1:0]                   write_address_q;
  logic [P-1:0]                           write_lanes_q;
  logic [D*P*XB-1:0]                      write_data_q;
  always_ff @(posedge aclk) begin
    if (!aresetn) write_valid_q <= 1'b0;
    else write_valid_q <= write_valid;
  end

  always_ff @(posedge aclk) begin  // payload needs no reset
    write_group_q   <= write_group;
    write_address_q <= write_address;
    write_lanes_q   <= write_lanes;
    write_data_q    <= write_data;
  end

  // banks: what each is asked for, and its words
  logic [SETS*8*WORD_W-1:0] bank_word;
  logic [M-1:0]             clash;
  logic [M/D*D-1:0]         asked;   // banks that slices read, or all
  logic [M/D*D*WORD_W-1:0]  member;  // words of the banks, group by group
  logic [M/D-1:0]           served;  // groups that are read beside the slices

  for (genvar i = 0; i < M / D; i = i + 1) begin : g_group
    logic chosen;

    assign chosen = write_valid_q && write_group_q == (M/D>1 ? $clog2(M / D) : 1)'(i);

    for (genvar j = 0; j < D; j = j + 1) begin : g_bank
      logic [G-1:0]               hit;
      logic [(G+1)*ADDRESS_W-1:0] wanted /* verilator split_var */;
      logic [P*XB-1:0]            data;
      logic                       read_q;
      logic [ADDRESS_W-1:0]       address_q;

      assign wanted[ADDRESS_W-1:0] = all_read ? all_address : (XD>1 ? $clog2(XD) : 1)'(0);

      for (genvar k = 0; k < G; k = k + 1) begin : g_slice
        assign hit[k]                               = slice_read[k]
            && slice_bank[k*(M>1 ? $clog2(M) : 1) +: M>1 ? $clog2(M) : 1]
                == (M>1 ? $clog2(M) : 1)'(i * D + j);
        assign wanted[(k+1)*ADDRESS_W +: ADDRESS_W] = wanted[k*ADDRESS_W +: ADDRESS_W]
            | (hit[k] ? slice_address[k*(XD>1 ? $clog2(XD) : 1) +: XD>1 ? $clog2(XD) : 1]
                : ADDRESS_W'(0));
      end

      for (genvar pixel_i = 0; pixel_i < P; pixel_i = pixel_i + 1) begin : g_pixel
        assign data[pixel_i*XB +: XB] = write_data_q[(j*P+pixel_i)*XB +: XB];
      end

      assign asked[i*D+j] = (|hit) || all_read;

      always_ff @(posedge aclk) begin
        if (!aresetn) read_q <= 1'b0;
        else read_q <= (|hit) || all_read || served[i];
      end

      always_ff @(posedge aclk) begin  // payload needs no reset
        address_q <= wanted[G*ADDRESS_W +: ADDRESS_W] | (served[i] ? group_address : ADDRESS_W'(0));
      end

      logic [$clog2(G + 1)-1:0] clash_ones;

      always_comb begin
        clash_ones = '0;
        for (int n = 0; n < G; n = n + 1) clash_ones = clash_ones + ($clog2(G + 1))'(hit[n]);
      end

      assign clash[i*D+j] = ($clog2(G + 1)+1)'(clash_ones) >= ($clog2(G + 1)+1)'(2);

      lane_ram #(.LANES(P), .W(XB), .DEPTH(XD)) u_bank (
        .aclk    (aclk),
        .wr_en   (chosen),
        .wr_lanes(write_lanes_q),
        .wr_addr (write_address_q),
        .wr_data (data),
        .rd_en   (read_q),
        .rd_addr (address_q),
        .rd_data (bank_word[(i*D+j)*WORD_W +: WORD_W])
      );

      assign bank_words[(i*D+j)*P*XB +: P*XB] = bank_word[(i*D+j)*WORD_W +: WORD_W];
      assign member[(i*D+j)*WORD_W +: WORD_W] = bank_word[(i*D+j)*WORD_W +: WORD_W];
    end
  end

  if (ADD > 0) begin : g_groups
    // bank groups in cycles in which no slice reads them
    for (genvar grant_i = 0; grant_i < M / D; grant_i = grant_i + 1) begin : g_grant
      assign served[grant_i] = group_read && group_group == (M/D>1 ? $clog2(M / D) : 1)'(grant_i)
          && !(|asked[grant_i*D +: D]);
    end

    // requests on their way, the newest in bit 0
    logic [2:0]                             served_later_q;
    logic [(M/D>1 ? $clog2(M / D) : 1)-1:0] group_read_q;    // group whose banks are being read
    logic [(M/D>1 ? $clog2(M / D) : 1)-1:0] group_shown_q;   // group whose words the banks show
    logic [D*P*XB-1:0]                      group_words_q;
    logic [D*WORD_W-1:0]                    group_words_selected;

    always_comb begin
      group_words_selected = '0;
      for (int n = 0; n < M / D; n = n + 1) begin
        if (32'(group_shown_q) == n) group_words_selected = member[n*D*WORD_W +: D*WORD_W];
      end
    end

    always_ff @(posedge aclk) begin
      if (!aresetn) served_later_q <= '0;
      else served_later_q <= {served_later_q[1:0], |served};
    end

    always_ff @(posedge aclk) begin  // payload needs no reset
      group_read_q  <= group_group;
      group_shown_q <= group_read_q;
      group_words_q <= group_words_selected;
    end

    assign group_served = |served;
    assign group_valid  = served_later_q[2];
    assign group_words  = group_words_q;
  end else begin : g_groups_else
    for (genvar never_i = 0; never_i < M / D; never_i = never_i + 1) begin : g_never
      assign served[never_i] = 1'b0;
    end

    logic unused_not_asked;  // not every bit matters

    assign unused_not_asked = |{group_read, group_group, group_address, asked, member};

    assign group_served = 1'b0;
    assign group_valid  = 1'b0;
    assign group_words  = '0;
  end

  for (genvar absent_i = 0; absent_i < SETS * 8 - M; absent_i = absent_i + 1) begin : g_absent
    assign bank_word[(M+absent_i)*WORD_W +: WORD_W] = '0;
  end

  logic conflict_q;

  always_ff @(posedge aclk) begin
    if (!aresetn) conflict_q <= 1'b0;
    else if (|clash) conflict_q <= 1'b1;
  end

  assign conflict = conflict_q;

  // from 8 banks to one, then from all; the bank of a slice travels beside its word
  for (genvar mux_i = 0; mux_i < G; mux_i = mux_i + 1) begin : g_mux
    logic [BANK_W-1:0]      bank0_q;
    logic [BANK_W-1:0]      bank1_q;
    logic [BANK_W-1:0]      bank2_q;
    logic [SETS*WORD_W-1:0] part_q;
    logic [WORD_W-1:0]      slice_word_q;

    always_ff @(posedge aclk) begin
      bank0_q <= slice_bank[mux_i*(M>1 ? $clog2(M) : 1) +: M>1 ? $clog2(M) : 1];
      bank1_q <= bank0_q;
      bank2_q <= bank1_q;
    end

    logic [2:0] low;

    assign low = 3'((BANK_W+3)'(bank1_q));

    for (genvar set_i = 0; set_i < SETS; set_i = set_i + 1) begin : g_set
      logic [8*WORD_W-1:0] members;

      for (genvar member_i = 0; member_i < 8; member_i = member_i + 1) begin : g_member
        assign members[member_i*WORD_W +: WORD_W] = bank_word[(set_i*8+member_i)*WORD_W +: WORD_W];
      end

      always_ff @(posedge aclk) begin
        part_q[set_i*WORD_W +: WORD_W] <= members[low*WORD_W +: WORD_W];
      end
    end

    logic [BANK_W-1:0] slice_word_shifted;
    logic [WORD_W-1:0] slice_word_selected;

    assign slice_word_shifted = bank2_q >> 3;

    always_comb begin
      slice_word_selected = '0;
      for (int n = 0; n < SETS; n = n + 1) begin
        if (32'(slice_word_shifted) == n) slice_word_selected = part_q[n*WORD_W +: WORD_W];
      end
    end

    always_ff @(posedge aclk) begin
      slice_word_q <= slice_word_selected;
    end

    assign words[mux_i*P*XB +: P*XB] = slice_word_q;
  end

endmodule
`default_nettype wire
