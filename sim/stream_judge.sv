// stream_judge - takes the beats of an AXI4-Stream with random pauses and compares them with a file
//
// A line of the file is a beat: tdata in hexadecimal, a blank, tlast. Unknown bits (x) are wrong bits. tready changes at
// falling edges. A beat behind the last line is wrong too.
`timescale 1ns / 1ps
`default_nettype none
module stream_judge #(
  parameter int W = 8,           // bits of tdata
  parameter FILE = ""            // relative to where the simulator runs
) (
  input  wire logic         aclk,
  input  wire logic         aresetn,
  input  wire logic [31:0]  seed,     // pauses are a function of it
  input  wire logic [31:0]  stall,    // cycles in a hundred in which nothing is taken
  input  wire logic         tvalid,
  output logic              tready,
  input  wire logic [W-1:0] tdata,
  input  wire logic         tlast,
  output logic [31:0]       beats,    // taken so far
  output logic [31:0]       wrong,    // of these differ
  output logic              finished  // every line of the file has been compared
);

  integer       file;
  integer       got;
  integer       last;
  logic [W-1:0] data;   // of the next line
  logic         more;   // there is one
  logic [31:0]  random; // xorshift

  initial begin
    file = $fopen(FILE, "r");
    if (file == 0) begin
      $display("FAIL: %0s cannot be read", FILE);
      $fatal;
    end
    tready = 1'b0;
    beats = 0;
    wrong = 0;
    got = $fscanf(file, "%h %d", data, last);
    more = got == 2;
  end

  assign finished = !more;

  always @(posedge aclk) begin
    if (aresetn && tready && tvalid === 1'b1) begin
      if (!more) begin
        wrong = wrong + 1;
        if (wrong <= 10) $display("beat %0d: nothing more was expected, got %h", beats, tdata);
      end else if (tdata !== data || tlast !== (last != 0)) begin
        wrong = wrong + 1;
        if (wrong <= 10) $display("beat %0d: expected %h last %0d, got %h last %b", beats, data, last, tdata, tlast);
      end
      beats = beats + 1;
      got = $fscanf(file, "%h %d", data, last);
      more = got == 2;
    end
    // A valid that is unknown is never right.
    if (aresetn && (^tvalid) === 1'bx) begin
      wrong = wrong + 1;
      if (wrong <= 10) $display("beat %0d: tvalid is unknown", beats);
    end
  end

  always @(negedge aclk) begin
    if (!aresetn) begin
      tready = 1'b0;
      random = (seed << 1) ^ 32'h85eb_ca6b ^ W;
    end else begin
      random = random ^ (random << 13);
      random = random ^ (random >> 17);
      random = random ^ (random << 5);
      tready = random % 100 >= stall;
    end
  end

endmodule
`default_nettype wire
