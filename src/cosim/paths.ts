/**
 * Combinational paths by experiment: does an output follow an input within one cycle, in states that a random run
 * reaches? Proves presence; absence only as far as the run went, so advertised cuts are also checked on the netlist.
 */
import { type RandomStream, randomStream } from '../base/random.js';
import type { PortInfo, Simulation } from '../simulator/simulation.js';
import { portNamed } from './access.js';

/** Those of `outputs` that change in this cycle after some bit of `from` is turned over; the inputs are put back. */
function reacting(sim: Simulation, from: string, outputs: readonly string[], held: bigint): string[] {
  const { width } = portNamed(sim.ports, from);
  sim.settle();
  const before = outputs.map((name) => sim.peek(name));
  const masks = [(1n << BigInt(width)) - 1n, ...Array.from({ length: Math.min(width, 64) }, (_, i) => 1n << BigInt(i))];
  const changed = outputs.map(() => false);
  for (const mask of masks) {
    sim.poke(from, held ^ mask);
    sim.settle();
    outputs.forEach((name, k) => (changed[k] ||= sim.peek(name) !== before[k]));
    if (!changed.includes(false)) break;
  }
  sim.poke(from, held);
  sim.settle();
  return outputs.filter((_, k) => changed[k]);
}

export interface PathOptions {
  /** Active-low reset port. */
  readonly reset?: string;
  readonly seed?: bigint;
  /** Cycles of the random run. Default 400. */
  readonly cycles?: number;
}

function randomBits(random: RandomStream, { width }: PortInfo): bigint {
  // All zeros and all ones reach corners that uniform numbers of a wide port never do.
  const draw = random.nextInt(8);
  if (draw === 0) return 0n;
  if (draw === 1) return (1n << BigInt(width)) - 1n;
  return random.nextBigInt(width);
}

/** All pairs (input, output) seen to be connected within a cycle, as `input -> output`. */
export function combinationalPaths(sim: Simulation, options: PathOptions = {}): Set<string> {
  const { reset, seed = 1n, cycles = 400 } = options;
  const random = randomStream(seed, 'paths');
  const inputs = sim.ports.filter(({ name, dir }) => dir === 'input' && name !== reset);
  const outputs = sim.ports.filter(({ dir }) => dir === 'output').map(({ name }) => name);
  const found = new Set<string>();
  for (let cycle = 0; cycle < cycles; cycle++) {
    if (reset !== undefined) sim.poke(reset, cycle < 2 ? 0 : 1);
    const held = new Map(inputs.map((port) => [port.name, randomBits(random, port)]));
    for (const [name, value] of held) sim.poke(name, value);
    for (const { name } of inputs) {
      const open = outputs.filter((output) => !found.has(`${name} -> ${output}`));
      if (open.length === 0) continue;
      for (const output of reacting(sim, name, open, held.get(name) ?? 0n)) found.add(`${name} -> ${output}`);
    }
    sim.tick();
  }
  return found;
}
