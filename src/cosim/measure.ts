/** Latency, throughput, capacity and independence from ready, measured on a running module. */
import { runLockstep } from './lockstep.js';
import type { LockstepSpec } from './lockstep-spec.js';
import type { Participant } from './participant.js';
import { type Beats, type StreamSpec } from './streams.js';

/** What is measured: one participant, its streams, and beats enough to fill it. */
export interface Bench {
  readonly participant: Participant;
  readonly streams: readonly StreamSpec[];
  readonly inputs: Beats;
  readonly reset?: string;
  readonly constants?: Readonly<Record<string, bigint>>;
  /** Cycles to wait for something. Default 1000. */
  readonly patience?: number;
}

const flowing = { source: { kind: 'none' }, sink: { kind: 'none' } } as const;

function specOf(bench: Bench, more: Partial<LockstepSpec> = {}): LockstepSpec {
  const { participant, streams, inputs, reset, constants, patience = 1000 } = bench;
  return {
    participants: [participant],
    ...{ streams, inputs, patience, stall: flowing, seed: 1n },
    ...(reset === undefined ? {} : { reset }),
    ...(constants === undefined ? {} : { constants }),
    ...more,
  };
}

function transfersOf(bench: Bench, more?: Partial<LockstepSpec>): Readonly<Record<string, readonly number[]>> {
  const result = runLockstep(specOf(bench, more));
  const { failure } = result;
  if (failure !== undefined && failure.kind !== 'stuck') throw new Error(`${failure.rule}: ${failure.message}`);
  return result.transfers;
}

/** Cycles from the acceptance of the first beat on `from` to the first beat on offer on `to`, everything ready. */
export function measureLatency(bench: Bench, from: string, to: string): number {
  const transfers = transfersOf(bench);
  const [start, end] = [transfers[from]?.[0], transfers[to]?.[0]];
  if (start === undefined || end === undefined) throw new Error(`no beat went from ${from} to ${to}`);
  return end - start;
}

export interface Throughput {
  readonly beats: number;
  /** Cycles between the first and the last beat in which none moved. */
  readonly bubbles: number;
}

/** Both sides always open: bubbles on one stream. Give at least 1000 beats to claim full rate. */
export function measureThroughput(bench: Bench, stream: string): Throughput {
  const cycles = transfersOf(bench)[stream] ?? [];
  const span = (cycles.at(-1) ?? 0) - (cycles[0] ?? 0) + 1;
  return { beats: cycles.length, bubbles: cycles.length === 0 ? 0 : span - cycles.length };
}

/** Beats that `stream` accepts while every stream out of the module is blocked. */
export function measureCapacity(bench: Bench, stream: string): number {
  const { patience = 1000 } = bench;
  // The blocked stretch of `never` is longer than the run.
  const blocked = { source: { kind: 'none' }, sink: { kind: 'never' } } as const;
  return transfersOf(bench, { stall: blocked, capacity: patience, maxCycles: patience })[stream]?.length ?? 0;
}

/**
 * The rule `VALID_WAITS_READY`: with ready held low on `stream`, valid must rise as it does when ready is high, at most
 * `slack` cycles later. True when the rule holds.
 */
export function validWithoutReady(bench: Bench, stream: string, slack = 64): boolean {
  const spec = bench.streams.find(({ name }) => name === stream);
  if (spec === undefined) throw new Error(`no stream ${stream}`);
  const firstValid = (sinkKind: 'none' | 'never', limit: number): number => {
    let first = Infinity;
    const stallOf = { [stream]: { kind: sinkKind } } as const;
    runLockstep(specOf(bench, { stallOf, capacity: limit, maxCycles: limit }), (cycle, [sim]) => {
      if (sim?.peek(spec.valid) === 1n) first = Math.min(first, cycle);
      return first === Infinity;
    });
    return first;
  };
  const { patience = 1000 } = bench;
  const free = firstValid('none', patience);
  return free === Infinity || firstValid('never', free + slack) <= free + slack;
}
