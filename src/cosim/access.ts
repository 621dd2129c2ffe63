/**
 * Ports as quick functions: numbers for ports of at most 32 bits, bigints above, whatever the simulation behind offers.
 */
import type { PortInfo, Simulation } from '../simulator/simulation.js';

/** Bits of a port: a number up to 32 bits wide, a bigint above. */
export type Bits = number | bigint;

/** Simulations with a number form of their ports (Verilator models, the WebAssembly simulator). */
export interface NumberPorts {
  reader(port: string): () => number;
  writer(port: string): (value: number) => void;
}

function hasNumberPorts(sim: Simulation | (Simulation & NumberPorts)): sim is Simulation & NumberPorts {
  return 'reader' in sim && 'writer' in sim;
}

/** Reads a port as of the last settle. */
export function portReader(sim: Simulation, port: string, width: number): () => Bits {
  if (width > 32) return () => sim.peek(port);
  return hasNumberPorts(sim) ? sim.reader(port) : () => Number(sim.peek(port));
}

/** Writes a port; equal values in a row are written once. */
export function portWriter(sim: Simulation, port: string, width: number): (value: Bits) => void {
  const write: (value: Bits) => void =
    width <= 32 && hasNumberPorts(sim) ? (sim.writer(port) as (value: Bits) => void) : (value) => sim.poke(port, value);
  let last: Bits | undefined;
  return (value) => {
    if (value === last) return;
    last = value;
    write(value);
  };
}

/** The port called `name`. */
export function portNamed(ports: readonly PortInfo[], name: string): PortInfo {
  const port = ports.find((candidate) => candidate.name === name);
  if (port === undefined) throw new Error(`no port '${name}' among ${ports.map((each) => each.name).join(', ')}`);
  return port;
}

export function toBits(value: bigint, width: number): Bits {
  return width <= 32 ? Number(BigInt.asUintN(width, value)) : BigInt.asUintN(width, value);
}
