// lite_player - plays the accesses of a file at an AXI4-Lite port, one behind the other, with random pauses
//
// A line of the file is an access: <op> <address> <data> <mask>, all in hexadecimal.
//   0  writes data
//   1  reads and compares the bits of mask
//   2  reads again and again until the bits of mask are those of data
//   3  waits until the interrupt is bit 0 of data
// Address and data of a write are on offer independently of each other. Signals change at falling edges; what is on
// offer stays until it is taken. Portable: Verilator (--timing), Icarus, xsim, VCS, Xcelium.
`timescale 1ns / 1ps
`default_nettype none
module lite_player #(
  parameter int AW = 12,         // bits of an address
  parameter FILE = ""            // relative to where the simulator runs
) (
  input  wire logic          aclk,
  input  wire logic          aresetn,
  input  wire logic [31:0]   seed,    // pauses are a function of it
  input  wire logic [31:0]   stall,   // cycles in a hundred in which a channel pauses
  input  wire logic          irq,
  output logic               awvalid,
  input  wire logic          awready,
  output logic      [AW-1:0] awaddr,
  output logic      [2:0]    awprot,
  output logic               wvalid,
  input  wire logic          wready,
  output logic      [31:0]   wdata,
  output logic      [3:0]    wstrb,
  input  wire logic          bvalid,
  output logic               bready,
  input  wire logic [1:0]    bresp,
  output logic               arvalid,
  input  wire logic          arready,
  output logic      [AW-1:0] araddr,
  output logic      [2:0]    arprot,
  input  wire logic          rvalid,
  output logic               rready,
  input  wire logic [31:0]   rdata,
  input  wire logic [1:0]    rresp,
  output logic      [31:0]   beats,   // accesses that ended; a read that is made again counts once
  output logic      [31:0]   wrong,   // of these differ, or were answered with an error
  output logic               finished // the file is at its end
);

  integer      file;
  integer      got;
  logic [3:0]  op;
  logic [31:0] address;
  logic [31:0] data;
  logic [31:0] mask;
  logic        busy;    // an access is under way
  logic        aw_open; // the address of the write, its data, the address of the read wait to be offered
  logic        w_open;
  logic        ar_open;
  logic [31:0] random;  // xorshift

  initial begin
    file = $fopen(FILE, "r");
    if (file == 0) begin
      $display("FAIL: %0s cannot be read", FILE);
      $fatal;
    end
    {awvalid, wvalid, bready, arvalid, rready} = '0;
    {awaddr, awprot, wdata, wstrb, araddr, arprot} = '0;
    beats = 0;
    wrong = 0;
    busy = 1'b0;
    {aw_open, w_open, ar_open} = '0;
    finished = 1'b0;
  end

  // What was taken at the rising edge.
  logic aw_taken;
  logic w_taken;
  logic ar_taken;
  logic ended;
  logic bad;

  always @(posedge aclk) begin
    aw_taken = aresetn && awvalid && awready === 1'b1;
    w_taken = aresetn && wvalid && wready === 1'b1;
    ar_taken = aresetn && arvalid && arready === 1'b1;
    ended = 1'b0;
    bad = 1'b0;
    if (aresetn && busy) begin
      case (op)
        4'd0: begin
          ended = bready && bvalid === 1'b1;
          bad = ended && bresp !== 2'b00;
        end
        4'd1, 4'd2: begin
          ended = rready && rvalid === 1'b1;
          bad = ended && (rresp !== 2'b00 || (op == 4'd1 && (rdata & mask) !== (data & mask)));
          if (ended && op == 4'd2 && !bad && (rdata & mask) !== (data & mask)) begin
            ended = 1'b0;
            ar_open = 1'b1;
          end
        end
        default: ended = irq === data[0];
      endcase
    end
    if (bad) begin
      wrong = wrong + 1;
      $display("access %0d at %h: response %b, expected %h under %h, got %h", beats, address,
               op == 4'd0 ? bresp : rresp, data, mask, rdata);
    end
    if (ended) begin
      busy = 1'b0;
      beats = beats + 1;
    end
  end

  function automatic logic opens(input logic [31:0] state, input logic [31:0] limit, input integer part);
    opens = (state >> part) % 100 >= limit;
  endfunction

  always @(negedge aclk) begin
    if (!aresetn) begin
      {awvalid, wvalid, bready, arvalid, rready} = '0;
      random = (seed << 1) ^ 32'hc2b2_ae35;
    end else begin
      random = random ^ (random << 13);
      random = random ^ (random >> 17);
      random = random ^ (random << 5);
      if (aw_taken) awvalid = 1'b0;
      if (w_taken) wvalid = 1'b0;
      if (ar_taken) arvalid = 1'b0;
      if (!busy && !finished) begin
        got = $fscanf(file, "%h %h %h %h", op, address, data, mask);
        finished = got != 4;
        busy = got == 4;
        aw_open = busy && op == 4'd0;
        w_open = aw_open;
        ar_open = busy && (op == 4'd1 || op == 4'd2);
      end
      if (aw_open && opens(random, stall, 0)) begin
        awvalid = 1'b1;
        awaddr = address[AW-1:0];
        aw_open = 1'b0;
      end
      if (w_open && opens(random, stall, 5)) begin
        wvalid = 1'b1;
        wdata = data;
        wstrb = 4'hf;
        w_open = 1'b0;
      end
      if (ar_open && opens(random, stall, 10)) begin
        arvalid = 1'b1;
        araddr = address[AW-1:0];
        ar_open = 1'b0;
      end
      bready = busy && op == 4'd0 && opens(random, stall, 15);
      rready = busy && (op == 4'd1 || op == 4'd2) && opens(random, stall, 20);
    end
  end

endmodule
`default_nettype wire
