/**
 * Lockstep without streams: every input random in every cycle, every output compared. For arrays, arithmetic and for
 * fuzzing the printer against the simulator.
 */
import { randomStream } from '../base/random.js';
import type { PortInfo } from '../simulator/simulation.js';
import { type Bits, toBits } from './access.js';
import { Comparator } from './compare.js';
import type { Failure } from './failure.js';
import type { Participant } from './participant.js';
import { Form, rowLayout } from './row.js';
import type { StreamSpec } from './streams.js';
import { limbsOf, putBits } from './words.js';

export interface RandomSpec {
  readonly participants: readonly Participant[];
  readonly seed: bigint;
  readonly cycles: number;
  /** Streams, for participants that are compared on handshakes. */
  readonly streams?: readonly StreamSpec[];
  /** Active-low reset ports: asserted together in the first two cycles and then with probability 1/64. */
  readonly reset?: string | readonly string[];
  /** Several clocks: a random set of them rises in each cycle, all of them in reset. */
  readonly clocks?: readonly string[];
  /** Inputs held throughout. */
  readonly constants?: Readonly<Record<string, bigint>>;
}

interface DrivenInput extends PortInfo {
  readonly at: number;
  last: Bits;
}

/** The first difference, if any. Corner values (all zeros, all ones, the sign bit, a repeat) come half of the time. */
export function runRandomLockstep({
  participants,
  seed,
  cycles,
  reset,
  clocks = [],
  streams = [],
  constants = {},
}: RandomSpec): Failure | undefined {
  const sims = participants.map((participant) => participant.create());
  const layout = rowLayout(sims);
  const row = new Uint32Array(layout.words);
  const forms = sims.map((sim) => new Form(sim, layout));
  const comparator = new Comparator(participants, sims, streams, reset !== undefined, layout, row);
  const random = randomStream(seed, 'inputs');
  const resetNames = reset === undefined ? [] : typeof reset === 'string' ? [reset] : reset;
  const inputs: DrivenInput[] = (sims[0]?.ports ?? [])
    .filter(({ name, dir }) => dir === 'input' && !resetNames.includes(name))
    .map((port) => ({ ...port, at: layout.at(port.name), last: 0 }));
  const resets = resetNames.filter((name) => layout.has(name)).map((name) => layout.at(name));
  const corner = (width: number, last: Bits): Bits => {
    const ones = (1n << BigInt(width)) - 1n;
    const values: Bits[] = [
      0,
      toBits(ones, width),
      toBits(1n << BigInt(width - 1), width),
      toBits(ones >> 1n, width),
      last,
    ];
    return values[random.nextInt(values.length)] ?? 0;
  };
  for (let cycle = 0; cycle < cycles; cycle++) {
    const inReset = reset !== undefined && (cycle < 2 || random.nextInt(64) === 0);
    for (const at of resets) row[at] = inReset ? 0 : 1;
    for (const input of inputs) {
      const { width, name } = input;
      const fixed = constants[name];
      const drawn = random.nextInt(2) === 0 ? corner(width, input.last) : toBits(random.nextBigInt(width), width);
      input.last = fixed === undefined ? drawn : toBits(fixed, width);
      putBits(row, input.at, limbsOf(width), input.last);
    }
    for (const form of forms) {
      form.drive(row);
      form.sim.settle();
    }
    forms[0]?.read(row);
    const failure = comparator.compare(cycle, inReset, forms);
    if (failure !== undefined) return failure;
    const edges = clocks.length > 1 && !inReset ? clocks.filter(() => random.nextInt(2) === 0) : undefined;
    for (const sim of sims) sim.tick(edges);
  }
  return undefined;
}
