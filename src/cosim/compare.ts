/** Compares the outputs of several participants in one settled cycle. */
import type { Simulation } from '../simulator/simulation.js';
import { type Bits, portReader } from './access.js';
import type { Failure, PortValues } from './failure.js';
import type { Participant } from './participant.js';
import type { StreamSpec } from './streams.js';

interface ComparedPort {
  readonly port: string;
  /** By participant; undefined where it lacks the port or is not compared on it. */
  readonly read: readonly ((() => Bits) | undefined)[];
  /** Position among `read` whose comparison is conditional on valid. */
  readonly conditional: readonly boolean[];
  /** Valid of the stream whose payload this is. */
  readonly valid?: () => Bits;
}

export class Comparator {
  readonly #ports: readonly ComparedPort[];
  readonly #relaxed: readonly boolean[];
  #wasReset: boolean;

  constructor(
    participants: readonly Participant[],
    sims: readonly Simulation[],
    streams: readonly StreamSpec[],
    hasReset: boolean,
  ) {
    this.#wasReset = !hasReset;
    const leader = sims[0];
    this.#relaxed = participants.map(({ compare }) => compare === 'handshake');
    // Streams out of the module: the valid that guards each payload port.
    const guards = new Map(
      streams.flatMap((stream) =>
        stream.role === 'source' ? stream.fields.map(({ port }) => [port, stream.valid]) : [],
      ),
    );
    const handshakes = new Set(streams.flatMap(({ valid, ready }) => [valid, ready]));
    this.#ports = (leader?.ports ?? [])
      .filter(({ dir }) => dir === 'output')
      .map(({ name, width }): ComparedPort => {
        const guard = guards.get(name);
        const read = sims.map((sim, i) => {
          const present = sim.ports.some((port) => port.name === name && port.dir === 'output');
          // A participant compared on handshakes says nothing about outputs that belong to no stream.
          const known = guard !== undefined || handshakes.has(name) || participants[i]?.compare === 'exact' || i === 0;
          return present && known ? portReader(sim, name, width) : undefined;
        });
        const conditional = this.#relaxed.map((relaxed) => relaxed && guard !== undefined);
        return leader === undefined || guard === undefined
          ? { port: name, read, conditional }
          : { port: name, read, conditional, valid: portReader(leader, guard, 1) };
      });
  }

  compare(cycle: number, inReset: boolean): Failure | undefined {
    let differing: PortValues[] | undefined;
    for (const compared of this.#ports) {
      const { read, conditional } = compared;
      const leader = read[0];
      if (leader === undefined) continue;
      const wanted = leader();
      let equal = true;
      for (let i = 1; i < read.length; i++) {
        const other = read[i];
        if (other === undefined || (this.#relaxed[i] === true && !this.#wasReset)) continue;
        // A relaxed leader frees its payload for everyone.
        const free = (conditional[i] === true || conditional[0] === true) && compared.valid?.() === 0;
        if (!free && other() !== wanted) equal = false;
      }
      if (equal) continue;
      differing ??= [];
      differing.push({ port: compared.port, values: read.map((each) => each?.()) });
    }
    this.#wasReset ||= inReset;
    if (differing === undefined) return undefined;
    const names = differing.map(({ port }) => port).join(', ');
    return {
      kind: 'difference',
      rule: 'DIFFERENCE',
      cycle,
      message: `participants differ on ${names}`,
      ports: differing,
    };
  }
}
