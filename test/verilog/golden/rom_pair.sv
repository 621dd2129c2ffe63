// rom - read-only memory with a registered output
//
// W       width in bits, >= 1
// DEPTH   words, >= 1
// IMAGE   contents
`default_nettype none
module rom #(
  parameter int W     = 8,
  parameter int DEPTH = 6,
  parameter     IMAGE = ""
) (
  input  logic                                     aclk,
  input  logic [(DEPTH>1 ? $clog2(DEPTH) : 1)-1:0] address,
  output logic [W-1:0]                             data
);

  (* rom_style = "block" *) logic [W-1:0] words [0:DEPTH-1];  // one word an address
  if (IMAGE != "") begin : g_words_image
    initial $readmemh(IMAGE, words);
  end else begin : g_words_blank
    initial for (int i = 0; i < DEPTH; i = i + 1) words[i] = '0;
  end

  logic [W-1:0] data_q;

  always_ff @(posedge aclk) begin
    data_q <= words[address];
  end

  assign data = data_q;

endmodule
`default_nettype wire

// rom_pair - two memories of one shape, one with contents of its own
//
// W       width in bits, >= 1
// IMAGE   contents of the first
`default_nettype none
module rom_pair #(
  parameter int W     = 8,
  parameter     IMAGE = ""
) (
  input  logic       aclk,
  input  logic [2:0] address,
  output logic [W:0] sum
);

  logic [W-1:0] one_data;

  rom #(.W(W), .DEPTH(6), .IMAGE(IMAGE)) u_one (
    .aclk   (aclk),
    .address(address),
    .data   (one_data)
  );

  logic [W-1:0] two_data;

  rom #(.W(W), .DEPTH(6), .IMAGE("squares.mem")) u_two (
    .aclk   (aclk),
    .address(address),
    .data   (two_data)
  );

  assign sum = one_data + two_data;

endmodule
`default_nettype wire
