/** Compares the outputs of several participants in one settled cycle. */
import type { Simulation } from '../simulator/simulation.js';
import type { Failure, PortValues } from './failure.js';
import type { Participant } from './participant.js';
import type { Form, RowLayout } from './row.js';
import type { StreamSpec } from './streams.js';
import { bitsAt, limbsOf } from './words.js';

interface ComparedPort {
  readonly port: string;
  readonly at: number;
  readonly limbs: number;
  /** By participant: it has the port and is compared on it. */
  readonly compared: readonly boolean[];
  /** Word of the valid of the stream whose payload this is; 0 where it is none. */
  readonly guard: number;
}

/** A participant that is compared with the leader. */
interface Follower {
  /** Words to compare, each with the word of the leader's row that has to be other than 0 for it, or 0: always. */
  readonly pairs: Uint32Array;
  /** Compared from the first reset on only. */
  readonly relaxed: boolean;
}

export class Comparator {
  readonly #ports: readonly ComparedPort[];
  readonly #followers: readonly Follower[];
  /** Rows of the participants; the first one is the leader's. */
  readonly #rows: readonly Uint32Array[];
  #wasReset: boolean;

  constructor(
    participants: readonly Participant[],
    sims: readonly Simulation[],
    streams: readonly StreamSpec[],
    hasReset: boolean,
    layout: RowLayout,
    leading: Uint32Array,
  ) {
    this.#wasReset = !hasReset;
    this.#rows = sims.map((_, i) => (i === 0 ? leading : new Uint32Array(layout.words)));
    const relaxed = participants.map(({ compare }) => compare === 'handshake');
    // Streams out of the module: the valid that guards each payload port.
    const guards = new Map(
      streams.flatMap((stream) =>
        stream.role === 'source' ? stream.fields.map(({ port }) => [port, stream.valid]) : [],
      ),
    );
    const handshakes = new Set(streams.flatMap(({ valid, ready }) => [valid, ready]));
    this.#ports = (sims[0]?.ports ?? [])
      .filter(({ dir }) => dir === 'output')
      .map(({ name, width }): ComparedPort => {
        const guard = guards.get(name);
        const compared = sims.map((sim, i) => {
          const present = sim.ports.some((port) => port.name === name && port.dir === 'output');
          // A participant compared on handshakes says nothing about outputs that belong to no stream.
          const known = guard !== undefined || handshakes.has(name) || participants[i]?.compare === 'exact' || i === 0;
          return present && known;
        });
        const [at, limbs] = [layout.at(name), limbsOf(width)];
        return { port: name, at, limbs, compared, guard: guard === undefined ? 0 : layout.at(guard) };
      });
    this.#followers = sims.map((_, i) => {
      // A relaxed leader frees its payload for everyone.
      const free = relaxed[i] === true || relaxed[0] === true;
      const pairs = this.#ports
        .filter(({ compared }) => i > 0 && compared[i] === true)
        .flatMap(({ at, limbs, guard }) =>
          Array.from({ length: limbs }, (_, k) => [at + k, free ? guard : 0] as const).flat(),
        );
      return { pairs: Uint32Array.from(pairs), relaxed: relaxed[i] === true };
    });
  }

  /** What is compared of participant `i`. */
  pairs(i: number): Uint32Array {
    return this.#followers[i]?.pairs ?? new Uint32Array(0);
  }

  /** Whether participant `i` counts in the cycle that is compared next. */
  counts(i: number): boolean {
    return this.#wasReset || this.#followers[i]?.relaxed !== true;
  }

  /** `forms` of all participants, settled; the outputs of the first one are in its row. Undefined: not looked at here. */
  compare(cycle: number, inReset: boolean, forms: readonly (Form | undefined)[]): Failure | undefined {
    let equal = true;
    for (let i = 1; i < forms.length; i++) {
      const row = this.#rows[i];
      if (row === undefined) continue;
      forms[i]?.read(row);
      if (forms[i] !== undefined && this.counts(i) && !this.#agrees(i, row)) equal = false;
    }
    const differing = equal ? undefined : this.#differing();
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

  /** In the words from `from` to before `to`. */
  #agrees(i: number, row: Uint32Array, from = 0, to = row.length): boolean {
    const pairs = this.#followers[i]?.pairs ?? [];
    const leader = this.#rows[0] ?? row;
    for (let p = 0; p < pairs.length; p += 2) {
      const [word, guard] = [pairs[p] ?? 0, pairs[p + 1] ?? 0];
      if (row[word] === leader[word] || (guard !== 0 && leader[guard] === 0)) continue;
      if (word >= from && word < to) return false;
    }
    return true;
  }

  /** Ports on which some participant differs, with the values of all that have them. */
  #differing(): PortValues[] {
    return this.#ports.flatMap(({ port, at, limbs, compared }) => {
      const differs = this.#rows.some((row, i) => i > 0 && this.counts(i) && !this.#agrees(i, row, at, at + limbs));
      if (!differs) return [];
      return [
        { port, values: this.#rows.map((row, i) => (compared[i] === true ? bitsAt(row, at, limbs) : undefined)) },
      ];
    });
  }
}
