/** What a lockstep run is given. */
import type { Participant } from './participant.js';
import type { Stall, StallPair } from './stalls.js';
import type { Beats, StreamSpec } from './streams.js';

/** Beats that a module may hold where nothing is said. */
export const defaultCapacity = 16;

export interface LockstepSpec {
  readonly participants: readonly Participant[];
  readonly streams: readonly StreamSpec[];
  /** Beats for every stream into the module. */
  readonly inputs: Beats;
  /** Streams into the module whose beats come again and again from the first one; a run does not wait for their end. */
  readonly endless?: readonly string[];
  /** Beats due on streams out of the module; a stream without an entry is not scored. */
  readonly expected?: Beats;
  readonly stall: StallPair;
  /** Other patterns for single streams. */
  readonly stallOf?: Readonly<Record<string, Stall>>;
  readonly seed: bigint;
  /** Active-low reset port; without it the run starts at once. */
  readonly reset?: string;
  /** How many times reset comes again in mid-stream; every time all beats start over. */
  readonly resets?: number;
  /** Other inputs, held throughout. */
  readonly constants?: Readonly<Record<string, bigint>>;
  /** Beats that the module may hold: scales the long patterns and the patience. Default 16. */
  readonly capacity?: number;
  /** Cycles without any transfer, while work is left, after which the run counts as stuck. Default 1000 + 16 capacity. */
  readonly patience?: number;
  /** Promised packet lengths by stream. */
  readonly packet?: Readonly<Record<string, number>>;
  /** Cycles to look on after the last due beat. Default 2 capacity + 8. */
  readonly drain?: number;
  /** Longest run; reaching it is no failure. */
  readonly maxCycles?: number;
}
