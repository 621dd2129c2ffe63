// stream_player - plays the beats of a file into an AXI4-Stream, with random pauses
//
// A line of the file is a beat: tdata in hexadecimal, a blank, tlast. Signals change at falling edges, so that neither
// the order of processes nor delays of gates matter; what is on offer stays until it is taken. Portable: Verilator
// (--timing), Icarus, xsim, VCS, Xcelium.
`timescale 1ns / 1ps
`default_nettype none
module stream_player #(
  parameter int W = 8,           // bits of tdata
  parameter int AGAIN = 0,       // 1: begin again behind the last beat (weights), 0: stop there
  parameter FILE = ""            // relative to where the simulator runs
) (
  input  wire logic         aclk,
  input  wire logic         aresetn,
  input  wire logic [31:0]  seed,    // pauses are a function of it
  input  wire logic [31:0]  stall,   // cycles in a hundred without a beat on offer
  output logic              tvalid,
  input  wire logic         tready,
  output logic [W-1:0]      tdata,
  output logic              tlast,
  output logic [31:0]       beats,   // taken so far
  output logic              finished // every beat was taken
);

  integer      file;
  integer      got;
  integer      last;
  logic        taken;  // the beat on offer was taken at the rising edge before
  logic        ended;
  logic [31:0] random; // xorshift

  initial begin
    file = $fopen(FILE, "r");
    if (file == 0) begin
      $display("FAIL: %0s cannot be read", FILE);
      $fatal;
    end
    tvalid = 1'b0;
    tdata = '0;
    tlast = 1'b0;
    beats = 0;
    taken = 1'b0;
    ended = 1'b0;
  end

  assign finished = ended && !tvalid;

  always @(posedge aclk) begin
    taken = aresetn && tvalid && tready === 1'b1;
    if (taken) beats = beats + 1;
  end

  always @(negedge aclk) begin
    if (!aresetn) begin
      tvalid = 1'b0;
      random = (seed << 1) ^ 32'h9e37_79b9 ^ W;
    end else begin
      random = random ^ (random << 13);
      random = random ^ (random >> 17);
      random = random ^ (random << 5);
      if (taken) tvalid = 1'b0;
      if (!tvalid && !ended && random % 100 >= stall) begin
        got = $fscanf(file, "%h %d", tdata, last);
        if (got != 2 && AGAIN != 0) begin
          got = $rewind(file);
          got = $fscanf(file, "%h %d", tdata, last);
        end
        ended = got != 2;
        tvalid = got == 2;
        tlast = got == 2 && last != 0;
      end
    end
  end

endmodule
`default_nettype wire
