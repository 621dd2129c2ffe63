// engine_xram_bank - bank of the X-RAM: a word of P pixels is read and pixels of another are
// written in a cycle
//
// A read shows one cycle later and stays; a write of the same cycle to the same word is not seen.
// No reset.
//
// P    pixels of a word, >= 1
// XB   bits of a pixel, >= 1
// XD   words, >= 2
`default_nettype none
module engine_xram_bank #(
  parameter int P  = 4,
  parameter int XB = 8,
  parameter int XD = 1024
) (
  input  logic                               aclk,
  input  logic                               read,
  input  logic [(XD>1 ? $clog2(XD) : 1)-1:0] read_address,
  input  logic                               write,
  input  logic [(XD>1 ? $clog2(XD) : 1)-1:0] write_address,
  input  logic [P-1:0]                       write_lanes,  // pixels that are written
  input  logic [P*XB-1:0]                    write_data,
  output logic [P*XB-1:0]                    word
);

`ifndef SYNTHESIS
  initial begin
    if (XD < 2) $fatal(1, "engine_xram_bank: XD must be at least 2");
  end
`endif

  (* ram_style = "block" *) logic [P*XB-1:0] store [0:XD-1];

  logic [P*XB-1:0] word_q;

  always_ff @(posedge aclk) begin
    if (read) word_q <= store[read_address];
  end

  always_ff @(posedge aclk) begin
    if (write) begin
      for (int k = 0; k < P; k = k + 1) begin
        if (write_lanes[k]) store[write_address][k*XB +: XB] <= write_data[k*XB +: XB];
      end
    end
  end

  assign word = word_q;

endmodule
`default_nettype wire
