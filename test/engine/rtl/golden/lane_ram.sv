// lane_ram - simple dual-port memory with a write enable for every lane of a word
//
// A word is LANES lanes of W bits, lane 0 lowest; with wr_en those whose bit of wr_lanes is set are
// written. A read shows one cycle later and stays; a write of the same cycle to the same word is
// not seen. No reset.
//
// LANES   lanes of a word, >= 1
// W       bits of a lane, >= 1
// DEPTH   words, >= 2
`default_nettype none
module lane_ram #(
  parameter int LANES = 4,
  parameter int W     = 8,
  parameter int DEPTH = 64
) (
  input  logic                                     aclk,
  input  logic                                     wr_en,
  input  logic [LANES-1:0]                         wr_lanes,
  input  logic [(DEPTH>1 ? $clog2(DEPTH) : 1)-1:0] wr_addr,
  input  logic [LANES*W-1:0]                       wr_data,
  input  logic                                     rd_en,
  input  logic [(DEPTH>1 ? $clog2(DEPTH) : 1)-1:0] rd_addr,
  output logic [LANES*W-1:0]                       rd_data
);

`ifndef SYNTHESIS
  initial begin
    if (DEPTH < 2) $fatal(1, "lane_ram: DEPTH must be at least 2");
  end
`endif

  (* ram_style = "block" *) logic [LANES*W-1:0] store [0:DEPTH-1];

  logic [LANES*W-1:0] rd_data_q;

  always_ff @(posedge aclk) begin
    if (rd_en) rd_data_q <= store[rd_addr];
  end

  always_ff @(posedge aclk) begin
    if (wr_en) begin
      for (int k = 0; k < LANES; k = k + 1) begin
        if (wr_lanes[k]) store[wr_addr][k*W +: W] <= wr_data[k*W +: W];
      end
    end
  end

  assign rd_data = rd_data_q;

endmodule
`default_nettype wire
