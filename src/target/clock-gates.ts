/** The clock gate of a chip: the module `clock_gate` of the sources becomes a wrapper around the cell that the library has for it. */
import { HeddleError } from '../base/diagnostics.js';

/** An integrated clock gate: its output follows the clock in cycles before which the enable was high. */
export interface ClockGateCell {
  readonly cell: string;
  readonly clock: string;
  readonly enable: string;
  readonly output: string;
  /** Other pins with what they are tied to, as Verilog: the enable of a scan test. */
  readonly tied?: Readonly<Record<string, string>>;
}

interface Source {
  readonly name: string;
  readonly text: string;
}

const fileName = 'clock_gate.sv';

/** Whether the sources have gates of their own in their clocks. */
export const hasClockGates = (sources: readonly Pick<Source, 'name'>[]): boolean =>
  sources.some(({ name }) => name === fileName);

/**
 * The sources with the cell in `clock_gate`; the same where no clock is gated. Throws H2502 where one is and the technology names no
 * cell: its latch and its AND gate would be built of any cells, and the clock would have spikes.
 */
export function mapClockGates<T extends Source>(
  sources: readonly T[],
  cell: ClockGateCell | undefined,
  technologyFile: string,
): readonly (T | Source)[] {
  if (!hasClockGates(sources)) return sources;
  if (cell === undefined) {
    const message = 'clocks are gated (GATE=1), and no clock_gate says which cell of the library does it';
    throw new HeddleError([{ code: 'H2502', message, places: [{ file: technologyFile, text: 'clock_gate' }] }]);
  }
  return sources.map((source) => (source.name === fileName ? { name: fileName, text: wrapper(cell) } : source));
}

function wrapper({ cell, clock, enable, output, tied = {} }: ClockGateCell): string {
  const pins = [[clock, 'clk'], [enable, 'en'], [output, 'gclk'], ...Object.entries(tied)];
  return `// clock_gate: gclk follows clk in the cycles in which en was high before the edge
//
// On this chip: ${cell}. Its enable has to arrive in front of the rising edge; timing tools know that from the library.
\`default_nettype none

module clock_gate (
  input  wire logic clk,
  input  wire logic en,
  output wire logic gclk
);

  ${cell} u_cell (${pins.map(([pin, net]) => `.${pin}(${net})`).join(', ')});

endmodule

\`default_nettype wire
`;
}
