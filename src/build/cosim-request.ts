/** What `cosim` is asked for, and what it says. */
import type { SubjectRequest } from './cosim-subject.js';

export interface CosimRequest extends SubjectRequest {
  /** How many seeds, from `seed` on. */
  readonly seeds: number;
  readonly seed: bigint;
  /** Pattern of the command line; another random pair for every seed when absent. */
  readonly stall?: string | undefined;
  readonly samples?: number | undefined;
  readonly resets?: number | undefined;
  /** What the user typed after `cosim`, seeds and stalls left out; part of the command that repeats a failure. */
  readonly words: string;
  /** What --engine says; the dataflow back end without it. */
  readonly engine?: string | undefined;
}

export interface CosimResult {
  readonly participants: readonly string[];
  readonly samples: number;
  readonly runs: number;
  readonly cycles: number;
  /** Report of the first failure, shrunk, with the command that repeats it. */
  readonly failure?: string;
}
