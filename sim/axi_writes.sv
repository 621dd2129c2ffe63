// axi_writes - takes the writes of an AXI4 manager for a memory, with random pauses and latencies
//
// The memory stands outside: in a cycle with `write` the bytes of `data` whose bit of `strobe` is set go to `place`, a byte
// address of a whole beat. A burst is answered when all of it has come; up to 16 may be open. Watches what the manager may
// not do: take back or change what it offers, cross 4 KB, ask for anything but INCR bursts of whole beats, end a burst
// elsewhere than it said, write outside of the memory (which is answered with DECERR). Signals change at falling edges.
// Portable: Verilator (--timing), Icarus, xsim, VCS, Xcelium.
`timescale 1ns / 1ps
`default_nettype none
module axi_writes #(
  parameter int AW = 40,           // bits of an address
  parameter int W = 64,            // bits of a beat
  parameter logic [63:0] BASE = 0,  // the memory: first byte
  parameter logic [63:0] BYTES = 0  // and how many there are
) (
  input  wire logic           aclk,
  input  wire logic           aresetn,
  input  wire logic [31:0]    seed,    // pauses are a function of it
  input  wire logic [31:0]    stall,   // cycles in a hundred in which a channel pauses
  input  wire logic           awvalid,
  output logic                awready,
  input  wire logic [AW-1:0]  awaddr,
  input  wire logic [7:0]     awlen,
  input  wire logic [2:0]     awsize,
  input  wire logic [1:0]     awburst,
  input  wire logic           wvalid,
  output logic                wready,
  input  wire logic [W-1:0]   wdata,
  input  wire logic [W/8-1:0] wstrb,
  input  wire logic           wlast,
  output logic                bvalid,
  input  wire logic           bready,
  output logic      [1:0]     bresp,
  output logic                write,
  output logic      [63:0]    place,
  output logic      [W-1:0]   data,
  output logic      [W/8-1:0] strobe,
  output logic      [31:0]    beats,   // taken so far
  output logic      [31:0]    wrong    // offences against the rules
);

  localparam int SIZE = $clog2(W / 8);

  logic [63:0]    first [0:15]; // open bursts: byte address of the next beat, beats that are left - 1
  logic [7:0]     left  [0:15];
  integer         head;
  integer         count;
  integer         whole;        // bursts that wait for their answer
  integer         wait_cycles;  // until the next answer
  logic           outside;      // some beat of the burst found no memory
  logic [1:0]     due [0:15];   // answers, in their order
  integer         answer;
  logic           aw_waits;     // what waited at the rising edge before
  logic           w_waits;
  logic [AW-1:0]  was_addr;
  logic [7:0]     was_len;
  logic [W-1:0]   was_data;
  logic [W/8-1:0] was_strobe;
  logic           was_last;
  logic           answered;
  logic [63:0]    from;
  logic [63:0]    last_byte;
  logic [31:0]    random;       // xorshift

  initial begin
    {awready, wready, bvalid, bresp, write} = '0;
    {head, count, whole, wait_cycles, answer} = '0;
    place = BASE;
    {data, strobe} = '0;
    beats = 0;
    wrong = 0;
    {outside, aw_waits, w_waits, was_addr, was_len, was_data, was_strobe, was_last, answered} = '0;
  end

  task offence(input [8*48-1:0] what);
    begin
      wrong = wrong + 1;
      if (wrong <= 10) $display("write at %h, %0d beats: %0s", awaddr, awlen + 9'd1, what);
    end
  endtask

  always @(posedge aclk) begin
    answered = aresetn && bvalid && bready === 1'b1;
    if (answered) begin
      whole = whole - 1;
      answer = (answer + 1) % 16;
      wait_cycles = (random >> 3) % 100 < stall ? (random >> 8) % 24 : 0;
    end
    if (aresetn && ((^awvalid) === 1'bx || (^wvalid) === 1'bx)) offence("awvalid or wvalid is unknown");
    if (aresetn && aw_waits && (awvalid !== 1'b1 || awaddr !== was_addr || awlen !== was_len))
      offence("an address was taken back or changed");
    if (aresetn && w_waits && (wvalid !== 1'b1 || wdata !== was_data || wstrb !== was_strobe || wlast !== was_last))
      offence("a beat was taken back or changed");
    aw_waits = aresetn && awvalid === 1'b1 && !awready;
    w_waits = aresetn && wvalid === 1'b1 && !wready;
    was_addr = awaddr;
    was_len = awlen;
    was_data = wdata;
    was_strobe = wstrb;
    was_last = wlast;
    write = 1'b0;
    if (aresetn && wvalid === 1'b1 && wready) begin
      beats = beats + 1;
      place = (first[head] >> SIZE) << SIZE;
      data = wdata;
      strobe = wstrb;
      if (place >= BASE && place + (W / 8) <= BASE + BYTES) write = 1'b1;
      else begin
        outside = 1'b1;
        offence("there is no memory");
      end
      if (wlast !== (left[head] == 0)) offence("wlast on another beat than awlen says");
      if (left[head] == 0) begin
        due[(answer + whole) % 16] = outside ? 2'b11 : 2'b00;
        outside = 1'b0;
        if (whole == 0) wait_cycles = random % 100 < stall ? (random >> 8) % 24 : 0;
        whole = whole + 1;
        head = (head + 1) % 16;
        count = count - 1;
      end else begin
        left[head] = left[head] - 8'd1;
        first[head] = place + (W / 8);
      end
    end
    if (aresetn && awvalid === 1'b1 && awready) begin
      from = awaddr;
      last_byte = (((from >> SIZE) + awlen) << SIZE) + (W / 8) - 1;
      if (awburst !== 2'b01 || awsize !== SIZE[2:0]) offence("no INCR burst of whole beats");
      if ((from >> 12) !== (last_byte >> 12)) offence("the burst crosses 4 KB");
      first[(head + count) % 16] = from;
      left[(head + count) % 16] = awlen;
      count = count + 1;
    end
    if (wait_cycles > 0) wait_cycles = wait_cycles - 1;
  end

  always @(negedge aclk) begin
    if (!aresetn) begin
      {awready, wready, bvalid} = '0;
      random = (seed << 1) ^ 32'h1656_67b1 ^ W;
    end else begin
      random = random ^ (random << 13);
      random = random ^ (random >> 17);
      random = random ^ (random << 5);
      // No more than the two lists hold.
      awready = count + whole < 15 && random % 100 >= stall;
      wready = count > 0 && (random >> 5) % 100 >= stall;
      if (answered) bvalid = 1'b0;
      if (!bvalid && whole > 0 && wait_cycles == 0 && (random >> 10) % 100 >= stall) begin
        bvalid = 1'b1;
        bresp = due[answer];
      end
    end
  end

endmodule
`default_nettype wire
