/**
 * The whole examination of one block: committed regressions, stall patterns by seeds, resets in mid-stream, and the
 * claims of its header (latency, full rate, capacity, cuts) measured on every participant.
 */
import { randomStream } from '../base/random.js';
import type { RandomStream } from '../base/random.js';
import type { Failure } from './failure.js';
import { runLockstep } from './lockstep.js';
import type { LockstepSpec } from './lockstep-spec.js';
import {
  type Bench,
  flowingTransfers,
  latencyIn,
  measureCapacity,
  throughputIn,
  validWithoutReady,
} from './measure.js';
import type { Participant } from './participant.js';
import { combinationalPaths } from './paths.js';
import { type Regression, readRegressions } from './regressions.js';
import { renderFailure, repeatOptions } from './report.js';
import { shrink } from './shrink.js';
import { type StallPair, crossStalls, formatStall, parseStall } from './stalls.js';
import type { Beats, StreamSpec } from './streams.js';

/** What the header of a block promises; every entry is checked on every participant. */
export interface Claims {
  /** Cycles from a beat on `from` to the beat it causes on `to`, when nothing stalls. */
  readonly latency?: { readonly from: string; readonly to: string; readonly cycles: number };
  /** Streams without a bubble over 1000 beats when nothing stalls. */
  readonly fullRate?: readonly string[];
  /** Beats accepted on `stream` while everything downstream is blocked. */
  readonly capacity?: { readonly stream: string; readonly beats: number };
  /** The only combinational paths from input to output ports, as `input -> output`; others are errors. */
  readonly paths?: readonly string[];
}

export interface Effort {
  /** Seeds per stall pair. Default 1. */
  readonly seeds?: number;
  readonly firstSeed?: bigint;
  /** Units of work per run, as `inputs` counts them. Default 60. */
  readonly beats?: number;
  /** Re-assertions of reset in the reset run of each seed. Default 20. */
  readonly resets?: number;
  /** Pairs to run. Default all 144. */
  readonly stalls?: readonly StallPair[];
}

export interface BlockSpec {
  /** Name in reports and of the regression file. */
  readonly subject: string;
  /** The leader first: the built-in simulator, Verilator, the cycle model; see `design-participants.ts`. */
  readonly participants: readonly Participant[];
  readonly streams: readonly StreamSpec[];
  readonly reset?: string;
  readonly constants?: Readonly<Record<string, bigint>>;
  readonly params?: Readonly<Record<string, number>>;
  /** Beats for all streams into the block, `count` units of work long. Fewer units give a prefix of the same beats. */
  readonly inputs: (random: RandomStream, count: number) => Beats;
  /** Beats that must come out for these inputs, in order. */
  readonly reference?: (inputs: Beats) => Beats;
  /** Beats that the block may hold, which scales long stalls. Default 16. */
  readonly capacity?: number;
  readonly packet?: Readonly<Record<string, number>>;
  readonly patience?: number;
  readonly claims?: Claims;
  readonly effort?: Effort;
  /** Folder of committed regressions. */
  readonly regressions?: string;
  /** Start of the command that repeats a run; seed and stall follow. */
  readonly repeat?: string;
}

export interface BlockReport {
  readonly runs: number;
  readonly cycles: number;
  /** Reports of failed runs, shrunk, and sentences about broken claims. Empty: all is well. */
  readonly failures: readonly string[];
}

/** Failures after which the examination stops looking for more. */
const enough = 3;

function buildSpec(block: BlockSpec, seed: bigint, stall: StallPair, count: number, resets: number): LockstepSpec {
  const { participants, streams, reset, constants, capacity, packet, patience } = block;
  const inputs = block.inputs(randomStream(seed, 'beats'), count);
  return {
    ...{ participants, streams, inputs, stall, seed, resets: reset === undefined ? 0 : resets },
    ...(block.reference === undefined ? {} : { expected: block.reference(inputs) }),
    ...(reset === undefined ? {} : { reset }),
    ...(constants === undefined ? {} : { constants }),
    ...(capacity === undefined ? {} : { capacity }),
    ...(packet === undefined ? {} : { packet }),
    ...(patience === undefined ? {} : { patience }),
  };
}

/** Shrinks by units of work, so that expected beats always come from the reference. */
function explain(block: BlockSpec, spec: LockstepSpec, failure: Failure, units: number): string {
  const counts = new WeakMap<LockstepSpec['inputs'], number>([[spec.inputs, units]]);
  const cut = (from: LockstepSpec, count: number): LockstepSpec => {
    const made = buildSpec(block, from.seed, from.stall, count, from.resets ?? 0);
    counts.set(made.inputs, count);
    return made;
  };
  const small = shrink(spec, failure, { cut, units: (each) => counts.get(each.inputs) ?? units });
  const again: Regression = {
    seed: String(small.spec.seed),
    stall: formatStall(small.spec.stall),
    beats: counts.get(small.spec.inputs) ?? units,
    resets: small.spec.resets ?? 0,
    ...(block.params === undefined ? {} : { params: block.params }),
  };
  const { subject, repeat } = block;
  const report = renderFailure(small.spec, small.failure, {
    subject,
    ...(repeat === undefined ? {} : { repeat: (each) => `${repeat} ${repeatOptions(each)}` }),
  });
  return `${report}\n  for vectors/regressions/${subject}.json: ${JSON.stringify(again)}`;
}

/** Broken claims: measured on all participants in lockstep, or on each alone where they differ. */
function checkClaims(block: BlockSpec): string[] {
  const { participants, streams, reset, constants, patience } = block;
  const inputs = block.inputs(randomStream(1n, 'claims'), 1001);
  const shared = {
    ...{ streams, inputs },
    ...(reset === undefined ? {} : { reset }),
    ...(constants === undefined ? {} : { constants }),
    ...(patience === undefined ? {} : { patience }),
  };
  const [participant, ...beside] = participants;
  if (participant === undefined) return [];
  let broken: string[];
  try {
    const expected = block.reference === undefined ? {} : { expected: block.reference(inputs) };
    broken = brokenClaims(block, { ...shared, ...expected, participant, beside });
  } catch (error) {
    broken = participants.flatMap((each) => brokenClaims(block, { ...shared, participant: each }));
    if (broken.length === 0) broken = [`${block.subject}: ${(error as Error).message}`];
  }
  return [...broken, ...participants.flatMap((each) => brokenPaths(block, each))];
}

function brokenClaims({ claims = {}, subject }: BlockSpec, bench: Bench): string[] {
  const broken: string[] = [];
  const who = [bench.participant, ...(bench.beside ?? [])].map(({ name }) => name).join(', ');
  const expectEqual = (what: string, measured: number, claimed: number): void => {
    if (measured !== claimed) broken.push(`${subject}: ${who}: ${what} is ${measured}, claimed ${claimed}`);
  };
  const { latency, fullRate = [], capacity } = claims;
  if (latency !== undefined || fullRate.length > 0) {
    const transfers = flowingTransfers(bench);
    if (latency !== undefined) {
      const { from, to, cycles } = latency;
      expectEqual(`latency from ${from} to ${to}`, latencyIn(transfers, from, to), cycles);
    }
    for (const stream of fullRate) {
      const { beats, bubbles } = throughputIn(transfers, stream);
      expectEqual(`${stream}: bubbles in ${beats} beats`, bubbles, 0);
      if (beats < 1000) broken.push(`${subject}: only ${beats} beats on ${stream}, 1000 are needed to claim full rate`);
    }
  }
  if (capacity !== undefined) expectEqual('capacity', measureCapacity(bench, capacity.stream), capacity.beats);
  for (const { name, role } of bench.streams) {
    if (role === 'source' && !validWithoutReady(bench, name)) broken.push(`${subject}: VALID_WAITS_READY on ${name}`);
  }
  return broken;
}

function brokenPaths({ claims: { paths } = {}, reset, subject }: BlockSpec, participant: Participant): string[] {
  if (paths === undefined || participant.compare !== 'exact') return [];
  const found = [...combinationalPaths(participant.create(), reset === undefined ? {} : { reset })];
  const [measured, claimed] = [found, paths].map((all) => [...all].sort().join(', '));
  if (measured === claimed) return [];
  return [`${subject}: ${participant.name}: set of combinational paths is ${measured}, claimed ${claimed}`];
}

/** Runs everything; deterministic in the spec. */
export function verifyBlock(block: BlockSpec): BlockReport {
  const { seeds = 1, firstSeed = 1n, beats = 60, resets = 20 } = block.effort ?? {};
  const failures: string[] = [];
  let runs = 0;
  let cycles = 0;
  const run = (seed: bigint, stall: StallPair, count: number, again: number): void => {
    if (failures.length >= enough) return;
    const spec = buildSpec(block, seed, stall, count, again);
    const result = runLockstep(spec);
    runs++;
    cycles += result.cycles;
    if (result.failure !== undefined) failures.push(explain(block, spec, result.failure, count));
  };
  for (const known of readRegressions(block.subject, block.regressions)) {
    if (known.params !== undefined && JSON.stringify(known.params) !== JSON.stringify(block.params)) continue;
    for (const stall of parseStall(known.stall, randomStream(BigInt(known.seed), 'stall'))) {
      run(BigInt(known.seed), stall, known.beats, known.resets);
    }
  }
  for (let i = 0n; i < BigInt(seeds); i++) {
    const seed = firstSeed + i;
    const stalls = block.effort?.stalls ?? crossStalls(randomStream(seed, 'stall'));
    for (const stall of stalls) run(seed, stall, beats, 0);
    const half = { kind: 'bernoulli', p: 0.5 } as const;
    if (block.reset !== undefined) run(seed, { source: half, sink: half }, beats, resets);
  }
  if (failures.length === 0) failures.push(...checkClaims(block));
  return { runs, cycles, failures };
}
