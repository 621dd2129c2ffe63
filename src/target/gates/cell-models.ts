/** Cells of a library as Verilog modules without delays, to simulate a netlist that a synthesis has written. */
import { pinsOf, toVerilog } from './boolean.js';
import type { CellFlop, Library, LibraryCell } from './liberty.js';

/**
 * Modules of the cells named, in their order. Registers wake up as 0 or 1 by chance, as on a chip: where gates meet the same
 * unknown value on two ways (a ^ a), a simulator says "unknown" of what is known. `+unknown` leaves them unknown. Throws where
 * one is not there or has a state that is not one register.
 */
export function cellModels(library: Library, names: Iterable<string>): string {
  const texts = [...names].map((name) => {
    const cell = library.cells.get(name);
    if (cell === undefined) throw new Error(`${library.name} has no cell ${name}`);
    return modelOf(cell);
  });
  return `// Functions of cells of ${library.name}, without delays. Registers wake up as 0 or 1 by chance (+unknown: as x).\n\`timescale 1ns / 1ps\n${texts.join('')}`;
}

function modelOf(cell: LibraryCell): string {
  const { name, pins, flop, otherState } = cell;
  if (otherState) throw new Error(`${name}: no model of its state`);
  const ports = pins.map((pin) => `${pin.output ? 'output' : 'input'} ${pin.name}`).join(', ');
  const named = pins.flatMap((pin) => (pin.function === undefined ? [] : pinsOf(pin.function)));
  const state = flop === undefined ? '' : register(flop, named.includes(flop.inverted));
  const outputs = pins
    .filter((pin) => pin.function !== undefined)
    .map((pin) => `  assign ${pin.name} = ${toVerilog(pin.function!)};\n`)
    .join('');
  return `module ${name}(${ports});\n${state}${outputs}endmodule\n`;
}

function register({ state, inverted, clock, next }: CellFlop, complemented: boolean): string {
  if (clock.kind !== 'pin' && !(clock.kind === 'not' && clock.of.kind === 'pin'))
    throw new Error(`a clock of ${toVerilog(clock)} has no model`);
  const edge = clock.kind === 'pin' ? `posedge ${clock.name}` : `negedge ${toVerilog(clock.of)}`;
  return `  reg ${state};
\`ifndef SYNTHESIS
  initial if (!$test$plusargs("unknown")) ${state} = 1'($urandom);
\`endif
${complemented ? `  wire ${inverted};\n  assign ${inverted} = ~${state};\n` : ''}  always @(${edge}) ${state} <= ${toVerilog(next)};
`;
}
