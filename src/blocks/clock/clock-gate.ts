/** The clock gate of ASIC libraries as a black box; its Verilog is `rtl-templates/clock_gate.sv`. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bool, defineBlackBox, input, output } from '../../hdl/index.js';

const file = fileURLToPath(new URL('../../../rtl-templates/clock_gate.sv', import.meta.url));

/** Name and text of the file that a design with clock gates needs beside its own. */
export const clockGateFile = (): { name: string; text: string } => ({
  name: 'clock_gate.sv',
  text: readFileSync(file, 'utf8'),
});

/**
 * `gclk` is for the option `clock` of `b.instance`. Simulators run what stands behind it with every edge; the author promises
 * that no edge without `en` matters. A latch on ASIC (macro HEDDLE_CLOCK_GATES), a wire otherwise.
 */
export const ClockGate = defineBlackBox({
  name: 'clock_gate',
  doc: 'passes the edges of the clock before which en was high',
  params: {},
  ports: () => ({
    en: input(bool()),
    gclk: output(bool()),
  }),
  clock: 'clk',
  source: 'clock_gate.sv',
  // Nothing in a circuit reads a clock.
  model: () => ({ evaluate: () => ({ gclk: 0n }), clock: () => undefined, save: () => [], restore: () => undefined }),
});
