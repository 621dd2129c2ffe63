/**
 * Ports as quick functions: numbers for ports of at most 32 bits, bigints above, whatever the simulation behind offers.
 */
import type { PortInfo, Simulation } from '../simulator/simulation.js';

/** Bits of a port: a number up to 32 bits wide, a bigint above. */
export type Bits = number | bigint;

/** Verilator models give number functions, the built-in simulators give port handles; others only `poke` and `peek`. */
interface NumberPorts {
  reader(port: string): () => number;
  writer(port: string): (value: number) => void;
}
interface HandlePorts {
  port(name: string): { getNumber(): number; setNumber(value: number): void };
}
type AnySimulation = Simulation & Partial<NumberPorts & HandlePorts>;

/** Reads a port as of the last settle. */
export function portReader(sim: AnySimulation, port: string, width: number): () => Bits {
  if (width > 32) return () => sim.peek(port);
  if (sim.reader !== undefined) return sim.reader(port);
  const handle = sim.port?.(port);
  return handle === undefined ? () => Number(sim.peek(port)) : () => handle.getNumber();
}

function writerOf(sim: AnySimulation, port: string, width: number): (value: Bits) => void {
  if (width > 32) return (value) => sim.poke(port, value);
  if (sim.writer !== undefined) {
    const write = sim.writer(port);
    return (value) => write(Number(value));
  }
  const handle = sim.port?.(port);
  return handle === undefined ? (value) => sim.poke(port, value) : (value) => handle.setNumber(Number(value));
}

/** Writes a port; equal values in a row are written once. A form of the module that lacks the port ignores it. */
export function portWriter(sim: AnySimulation, port: string, width: number): (value: Bits) => void {
  if (!sim.ports.some(({ name, dir }) => name === port && dir === 'input')) return () => undefined;
  const write = writerOf(sim, port, width);
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
