import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { clockGateFile } from '../../src/blocks/clock/index.js';
import { mapClockGates } from '../../src/target/clock-gates.js';
import { readOpenTechnology } from '../../src/target/open-asic.js';
import { readTechnology } from '../../src/target/technology.js';

const asic = fileURLToPath(new URL('../../asic/', import.meta.url));
const cell = { cell: 'ICG', clock: 'CK', enable: 'E', output: 'ECK', tied: { SE: "1'b0" } };
const others = [{ name: 'engine.sv', text: 'module engine; endmodule' }];

/** What a library says of such a cell. */
const model = `module ICG(input CK, input E, input SE, output ECK);
  reg held;
  always @(CK or E or SE) if (!CK) held = E | SE;
  assign ECK = CK & held;
endmodule
`;

/** Both gates under the same clock and enable, which changes at any time; glitches and edges are counted. */
const bench = `module bench;
  reg clk = 0, en = 0; wire a, b; integer edges = 0, differ = 0, i; integer seed = 5;
  clock_gate u_mapped (.clk(clk), .en(en), .gclk(a));
  template_gate u_template (.clk(clk), .en(en), .gclk(b));
  always @(posedge a) edges = edges + 1;
  always @(a or b) #0.1 if (a !== b) differ = differ + 1;
  initial begin
    for (i = 0; i < 200; i = i + 1) begin
      #1 en = $random(seed);
      #1 clk = ~clk;
    end
    $display("%0d edges, %0d differences", edges, differ);
  end
endmodule
`;

describe('clock gates of a chip', () => {
  it('are wrappers around the cell of the library, which do what the text does', async () => {
    const [same, mapped] = mapClockGates([...others, clockGateFile()], cell, 'tech.json');
    expect(same).toBe(others[0]);
    expect(mapped?.text).toContain("ICG u_cell (.CK(clk), .E(en), .ECK(gclk), .SE(1'b0));");
    const folder = mkdtempSync(join(tmpdir(), 'heddle-gate-'));
    try {
      const template = `\`define HEDDLE_CLOCK_GATES\n${clockGateFile().text.replace('module clock_gate', 'module template_gate')}`;
      writeFileSync(join(folder, 'all.sv'), `\`timescale 1ns / 1ps\n${mapped?.text}${template}${model}${bench}`);
      await execa('iverilog', ['-g2012', '-o', 'a.vvp', 'all.sv'], { cwd: folder });
      const { stdout } = await execa('vvp', ['-N', 'a.vvp'], { cwd: folder });
      expect(stdout).toMatch(/^[3-7]\d edges, 0 differences$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are needed where the text has some', () => {
    expect(mapClockGates(others, undefined, 'tech.json')).toBe(others);
    expect(() => mapClockGates([clockGateFile()], undefined, 'tech.json')).toThrow(/which cell of the library/);
  });

  it.each(['nangate45', 'sky130hd'])('%s names its cell', (name) => {
    expect(readOpenTechnology(join(asic, `${name}.json`))?.clock_gate?.cell).toMatch(/CLKGATE_X1|dlclkp_1/);
  });

  it('the example names one', () => {
    expect(readTechnology(join(asic, 'tech.example.json')).cells.clock_gate?.cell).toBe('ICGX4');
  });
});
