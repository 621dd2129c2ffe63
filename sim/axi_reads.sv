// axi_reads - answers the reads of an AXI4 manager out of a memory, with random pauses and latencies
//
// The memory stands outside: `place` is the byte address of the beat that is due, `word` what lies there. Bursts are
// answered in their order; up to 16 may be open. Watches what the manager may not do: take back or change what it offers,
// cross 4 KB, ask for anything but INCR bursts of whole beats, read outside of the memory (which is answered with DECERR).
// Signals change at falling edges. Portable: Verilator (--timing), Icarus, xsim, VCS, Xcelium.
`timescale 1ns / 1ps
`default_nettype none
module axi_reads #(
  parameter int AW = 40,          // bits of an address
  parameter int W = 64,           // bits of a beat
  parameter logic [63:0] BASE = 0, // the memory: first byte
  parameter logic [63:0] BYTES = 0 // and how many there are
) (
  input  wire logic          aclk,
  input  wire logic          aresetn,
  input  wire logic [31:0]   seed,    // pauses are a function of it
  input  wire logic [31:0]   stall,   // cycles in a hundred in which a channel pauses
  input  wire logic          arvalid,
  output logic               arready,
  input  wire logic [AW-1:0] araddr,
  input  wire logic [7:0]    arlen,
  input  wire logic [2:0]    arsize,
  input  wire logic [1:0]    arburst,
  output logic               rvalid,
  input  wire logic          rready,
  output logic      [W-1:0]  rdata,
  output logic      [1:0]    rresp,
  output logic               rlast,
  output logic      [63:0]   place,
  input  wire logic [W-1:0]  word,
  output logic      [31:0]   beats,   // taken so far
  output logic      [31:0]   wrong    // offences against the rules
);

  localparam int SIZE = $clog2(W / 8);

  logic [63:0] first [0:15]; // open bursts: byte address of the next beat, beats that are left - 1
  logic [7:0]  left  [0:15];
  integer      head;
  integer      count;
  integer      wait_cycles;  // until the burst at the head may begin
  logic        offered;      // an address waited at the rising edge before
  logic [AW-1:0] was_addr;
  logic [7:0]  was_len;
  logic        taken;
  logic        there;
  logic [63:0] from;
  logic [63:0] last_byte;
  logic [31:0] random;       // xorshift

  initial begin
    {arready, rvalid, rlast, rresp, rdata} = '0;
    {head, count, wait_cycles} = '0;
    beats = 0;
    wrong = 0;
    place = BASE;
    {offered, was_addr, was_len, taken} = '0;
  end

  task offence(input [8*48-1:0] what);
    begin
      wrong = wrong + 1;
      if (wrong <= 10) $display("read at %h, %0d beats: %0s", araddr, arlen + 9'd1, what);
    end
  endtask

  always @(posedge aclk) begin
    taken = aresetn && rvalid && rready === 1'b1;
    if (taken) begin
      beats = beats + 1;
      if (left[head] == 0) begin
        head = (head + 1) % 16;
        count = count - 1;
        wait_cycles = random % 100 < stall ? (random >> 8) % 24 : 0;
      end else begin
        left[head] = left[head] - 8'd1;
        first[head] = ((first[head] >> SIZE) + 64'd1) << SIZE;
      end
    end
    if (aresetn && (^arvalid) === 1'bx) offence("arvalid is unknown");
    if (aresetn && offered && (arvalid !== 1'b1 || araddr !== was_addr || arlen !== was_len))
      offence("an address was taken back or changed");
    offered = aresetn && arvalid === 1'b1 && !arready;
    was_addr = araddr;
    was_len = arlen;
    if (aresetn && arvalid === 1'b1 && arready) begin
      from = araddr;
      last_byte = (((from >> SIZE) + arlen) << SIZE) + (W / 8) - 1;
      if (arburst !== 2'b01 || arsize !== SIZE[2:0]) offence("no INCR burst of whole beats");
      if ((from >> 12) !== (last_byte >> 12)) offence("the burst crosses 4 KB");
      first[(head + count) % 16] = from;
      left[(head + count) % 16] = arlen;
      if (count == 0) wait_cycles = random % 100 < stall ? (random >> 8) % 24 : 0;
      count = count + 1;
    end
    if (wait_cycles > 0) wait_cycles = wait_cycles - 1;
    if (count > 0) place = (first[head] >> SIZE) << SIZE;
  end

  always @(negedge aclk) begin
    if (!aresetn) begin
      {arready, rvalid} = '0;
      random = (seed << 1) ^ 32'h27d4_eb2f ^ W;
    end else begin
      random = random ^ (random << 13);
      random = random ^ (random >> 17);
      random = random ^ (random << 5);
      arready = count < 16 && random % 100 >= stall;
      if (taken) rvalid = 1'b0;
      if (!rvalid && count > 0 && wait_cycles == 0 && (random >> 5) % 100 >= stall) begin
        there = place >= BASE && place + (W / 8) <= BASE + BYTES;
        if (!there) begin
          wrong = wrong + 1;
          if (wrong <= 10) $display("read at %h: there is no memory", place);
        end
        rvalid = 1'b1;
        rdata = there ? word : '0;
        rresp = there ? 2'b00 : 2'b11;
        rlast = left[head] == 0;
      end
    end
  end

endmodule
`default_nettype wire
