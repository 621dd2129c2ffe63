/** Latency, throughput, capacity and independence from ready, measured on a running module. */
import { runLockstep } from './lockstep.js';
import type { LockstepSpec } from './lockstep-spec.js';
import type { Participant } from './participant.js';
import { type Beats, type StreamSpec } from './streams.js';

/** What is measured: one participant, its streams, and beats enough to fill it. */
export interface Bench {
  readonly participant: Participant;
  /** Others in lockstep with it: what is measured holds for them, too, or an error says where they differ. */
  readonly beside?: readonly Participant[];
  readonly streams: readonly StreamSpec[];
  readonly inputs: Beats;
  /** What comes out for these in a run in which all sides are open; such a run ends with the last of them. */
  readonly expected?: Beats;
  readonly reset?: string;
  readonly constants?: Readonly<Record<string, bigint>>;
  /** Cycles to wait for something. Default 1000. */
  readonly patience?: number;
}

const flowing = { source: { kind: 'none' }, sink: { kind: 'none' } } as const;

function specOf(bench: Bench, more: Partial<LockstepSpec> = {}): LockstepSpec {
  const { participant, beside = [], streams, inputs, reset, constants, patience = 1000 } = bench;
  return {
    participants: [participant, ...beside],
    ...{ streams, inputs, patience, stall: flowing, seed: 1n },
    ...(reset === undefined ? {} : { reset }),
    ...(constants === undefined ? {} : { constants }),
    ...more,
  };
}

/** Cycles in which the beats of a run moved, by stream. */
export type Transfers = Readonly<Record<string, readonly number[]>>;

function transfersOf(bench: Bench, more?: Partial<LockstepSpec>): Transfers {
  const result = runLockstep(specOf(bench, more));
  const { failure } = result;
  if (failure !== undefined && failure.kind !== 'stuck') throw new Error(`${failure.rule}: ${failure.message}`);
  return result.transfers;
}

/** A run in which both sides of all streams are always open: what latency and throughput are measured on. */
export const flowingTransfers = (bench: Bench): Transfers =>
  transfersOf(bench, bench.expected === undefined ? {} : { expected: bench.expected });

/** Cycles from the acceptance of the first beat on `from` to the first beat on offer on `to`, everything ready. */
export function latencyIn(transfers: Transfers, from: string, to: string): number {
  const [start, end] = [transfers[from]?.[0], transfers[to]?.[0]];
  if (start === undefined || end === undefined) throw new Error(`no beat went from ${from} to ${to}`);
  return end - start;
}

/** As {@link latencyIn}, in a run of its own. */
export const measureLatency = (bench: Bench, from: string, to: string): number =>
  latencyIn(flowingTransfers(bench), from, to);

export interface Throughput {
  readonly beats: number;
  /** Cycles between the first and the last beat in which none moved. */
  readonly bubbles: number;
}

/** Both sides always open: bubbles on one stream. Give at least 1000 beats to claim full rate. */
export function throughputIn(transfers: Transfers, stream: string): Throughput {
  const cycles = transfers[stream] ?? [];
  const span = (cycles.at(-1) ?? 0) - (cycles[0] ?? 0) + 1;
  return { beats: cycles.length, bubbles: cycles.length === 0 ? 0 : span - cycles.length };
}

/** As {@link throughputIn}, in a run of its own. */
export const measureThroughput = (bench: Bench, stream: string): Throughput =>
  throughputIn(flowingTransfers(bench), stream);

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
    const { failure } = runLockstep(specOf(bench, { stallOf, capacity: limit, maxCycles: limit }), (cycle, [sim]) => {
      if (sim?.peek(spec.valid) === 1n) first = Math.min(first, cycle);
      return first === Infinity;
    });
    if (failure?.kind === 'difference') throw new Error(`${failure.rule}: ${failure.message}`);
    return first;
  };
  const { patience = 1000 } = bench;
  const free = firstValid('none', patience);
  return free === Infinity || firstValid('never', free + slack) <= free + slack;
}
