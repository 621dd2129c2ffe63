/** A self-checking bench around the top of a board with a serial line, for the text and for a netlist of its bitstream. */
import type { Board } from './boards.js';
import type { TargetDesign } from './design.js';
import { serialLink } from './serial-top.js';

/** `serial_bench.sv`; it reads `vectors/` two folders above where it runs, as `rtl` and the benches of `sim` do one above. */
export function serialBench(design: TargetDesign, board: Board): string {
  const { module, clocks, inBytes, outBytes } = serialLink(design, board);
  const reset = board.reset === undefined ? '' : ", .reset_n(1'b1)";
  const [lostPort, lostName] = board.alarm === undefined ? ['', "1'b0"] : [', .lost_led(lost_led)', 'alarm'];
  const wire =
    board.alarm === undefined
      ? ''
      : `  wire         lost_led;
  wire         alarm = lost_led === 1'b${board.alarm.active === 'low' ? 0 : 1};
`;
  return `// serial_bench - sends the samples of vectors/input.hex to ${module} over its serial line and compares what
// comes back with vectors/output.hex. The last line is PASS or FAIL, and a failure ends the simulator with an error.
//
// +samples=N   how many (2; 0 for all)
\`timescale 1ns / 1ps
\`default_nettype none
module serial_bench;

  localparam integer CLOCKS = ${clocks};  // cycles a bit
  localparam integer IN     = ${inBytes};  // bytes in a beat of samples
  localparam integer OUT    = ${outBytes};  // bytes in a beat of results

  reg          clock;
  reg          rx;
  wire         tx;
${wire}  integer      samples;
  integer      cycles;
  integer      quiet;  // cycles since a byte came or went
  integer      wrong;
  integer      results;
  reg          sent;   // all samples are on their way

  ${module} u_dut (.clock(clock), .rx(rx), .tx(tx)${reset}${lostPort});

  initial begin
    clock = 1'b0;
    forever #5 clock = !clock;
  end

  // Sender: signals change at falling edges, far from where anything is read.
  integer              in_file;
  integer              in_got;
  integer              in_last;
  integer              in_byte;
  integer              in_bit;
  integer              in_samples;
  reg [8*IN-1:0]       in_data;
  reg [9:0]            frame;
  initial begin
    rx = 1'b1;
    sent = 1'b0;
    samples = 2;
    quiet = 0;
    in_samples = 0;
    if ($value$plusargs("samples=%d", samples)) $display("samples %0d", samples);
    in_file = $fopen("../vectors/input.hex", "r");
    if (in_file == 0) begin
      $display("FAIL: ../vectors/input.hex cannot be read");
      $fatal;
    end
    repeat (400) @(negedge clock);
    in_got = $fscanf(in_file, "%h %d", in_data, in_last);
    while (in_got == 2 && (samples == 0 || in_samples < samples)) begin
      for (in_byte = 0; in_byte < IN; in_byte = in_byte + 1) begin
        frame = {1'b1, in_data[8*in_byte +: 8], 1'b0};
        for (in_bit = 0; in_bit < 10; in_bit = in_bit + 1) begin
          rx = frame[in_bit];
          repeat (CLOCKS) @(negedge clock);
        end
      end
      quiet = 0;
      if (in_last != 0) in_samples = in_samples + 1;
      in_got = $fscanf(in_file, "%h %d", in_data, in_last);
    end
    sent = 1'b1;
  end

  // Receiver: every bit is read in its middle.
  integer              out_file;
  integer              out_got;
  integer              out_last;
  integer              out_byte;
  integer              out_bit;
  reg [8*OUT-1:0]      out_data;
  reg [8*OUT-1:0]      seen;
  initial begin
    wrong = 0;
    results = 0;
    out_file = $fopen("../vectors/output.hex", "r");
    repeat (300) @(negedge clock);
    forever begin
      seen = 0;
      for (out_byte = 0; out_byte < OUT; out_byte = out_byte + 1) begin
        while (tx !== 1'b0) @(negedge clock);
        repeat (CLOCKS / 2) @(negedge clock);
        for (out_bit = 0; out_bit < 8; out_bit = out_bit + 1) begin
          repeat (CLOCKS) @(negedge clock);
          seen[8*out_byte + out_bit] = tx;
        end
        repeat (CLOCKS) @(negedge clock);
        if (tx !== 1'b1) wrong = wrong + 1;
      end
      quiet = 0;
      out_got = $fscanf(out_file, "%h %d", out_data, out_last);
      if (out_got != 2 || seen !== out_data) begin
        wrong = wrong + 1;
        $display("result %0d: %h, expected %h", results, seen, out_data);
      end
      if (out_got == 2 && out_last != 0) results = results + 1;
    end
  end

  initial cycles = 0;
  always @(posedge clock) begin
    cycles = cycles + 1;
    quiet = quiet + 1;
    if (${lostName}) begin
      $display("FAIL: a byte was lost: the accelerator is slower than the line, leave a pause between samples");
      $fatal;
    end
    if (sent && results == in_samples && quiet > 100 * CLOCKS) begin
      if (wrong == 0 && results > 0) begin
        $display("PASS: %0d samples equal, %0d cycles", results, cycles);
        $finish;
      end else begin
        $display("FAIL: %0d beats wrong in %0d samples", wrong, results);
        $fatal;
      end
    end else if (quiet > 2000000) begin
      $display("FAIL: nothing on the line for %0d cycles; %0d of %0d samples are back", quiet, results, in_samples);
      $fatal;
    end
  end

endmodule
\`default_nettype wire
`;
}
