/**
 * Lockstep: any number of executable forms of one module under one stimulus, compared every cycle.
 *
 * The first participant leads: its handshakes move the drivers. Streams are driven with stall patterns, watched for
 * protocol rules and checked against expected beats. The first failure ends the run; the same spec always gives the same
 * run, so a report is made by running again with a recorder.
 */
import { randomStream } from '../base/random.js';
import type { Simulation } from '../simulator/simulation.js';
import { type Bits, portReader, portWriter } from './access.js';
import { Comparator } from './compare.js';
import type { Failure } from './failure.js';
import type { Participant } from './participant.js';
import { ProtocolChecker } from './protocol/checker.js';
import { planResets } from './resets.js';
import { Scoreboard } from './scoreboard.js';
import type { Stall, StallPair } from './stalls.js';
import { SinkDriver, SourceDriver } from './stream-driver.js';
import { type Beats, type StreamSpec, beatOf } from './streams.js';

export interface LockstepSpec {
  readonly participants: readonly Participant[];
  readonly streams: readonly StreamSpec[];
  /** Beats for every stream into the module. */
  readonly inputs: Beats;
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

/** What a recorder sees in every settled cycle; returning false ends the run, even after a failure. */
export type Observer = (cycle: number, sims: readonly Simulation[], failure: Failure | undefined) => boolean;

export interface LockstepResult {
  readonly failure?: Failure;
  readonly cycles: number;
  /** Beats that came out since the last reset. */
  readonly outputs: Beats;
  /** Cycle of every transfer since the last reset, by stream. */
  readonly transfers: Readonly<Record<string, readonly number[]>>;
}

interface Lane {
  readonly spec: StreamSpec;
  readonly checker: ProtocolChecker;
  readonly readValid: () => Bits;
  readonly readReady: () => Bits;
  readonly readFields: readonly (() => Bits)[];
  /** Writers of every participant. */
  readonly writeValid: readonly ((value: Bits) => void)[];
  readonly writeReady: readonly ((value: Bits) => void)[];
  readonly writeFields: readonly (readonly ((value: Bits) => void)[])[];
  readonly source?: SourceDriver;
  readonly sink?: SinkDriver;
  readonly score?: Scoreboard;
  transfers: number[];
  taken: (readonly Bits[])[];
}

const defaultCapacity = 16;

function makeLane(spec: StreamSpec, run: LockstepSpec, sims: readonly Simulation[], leader: Simulation): Lane {
  const { stall, stallOf = {}, seed, capacity = defaultCapacity } = run;
  const inward = spec.role === 'sink';
  const pattern = stallOf[spec.name] ?? (inward ? stall.source : stall.sink);
  const writers = (port: string, width: number): ((value: Bits) => void)[] =>
    sims.map((sim) => portWriter(sim, port, width));
  const expected = run.expected?.[spec.name];
  return {
    spec,
    checker: new ProtocolChecker(spec, { packet: run.packet?.[spec.name] }),
    readValid: portReader(leader, spec.valid, 1),
    readReady: portReader(leader, spec.ready, 1),
    readFields: spec.fields.map(({ port, width }) => portReader(leader, port, width)),
    writeValid: inward ? writers(spec.valid, 1) : [],
    writeReady: inward ? [] : writers(spec.ready, 1),
    writeFields: inward ? spec.fields.map(({ port, width }) => writers(port, width)) : [],
    ...(inward
      ? { source: new SourceDriver(spec, run.inputs[spec.name] ?? [], pattern, seed, capacity) }
      : { sink: new SinkDriver(spec, pattern, seed, capacity) }),
    ...(expected === undefined ? {} : { score: new Scoreboard(spec, expected) }),
    transfers: [],
    taken: [],
  };
}

class Run {
  readonly #spec: LockstepSpec;
  readonly #sims: readonly Simulation[];
  readonly #leader: Simulation;
  readonly #lanes: readonly Lane[];
  readonly #comparator: Comparator;
  readonly #looking: boolean;
  #sinceTransfer = 0;
  #sinceDone = 0;

  constructor(spec: LockstepSpec) {
    this.#spec = spec;
    this.#sims = spec.participants.map((participant) => participant.create());
    const leader = this.#sims[0];
    if (leader === undefined) throw new Error('a lockstep run needs a participant');
    this.#leader = leader;
    this.#lanes = spec.streams.map((stream) => makeLane(stream, spec, this.#sims, leader));
    this.#comparator = new Comparator(spec.participants, this.#sims, spec.streams, spec.reset !== undefined);
    this.#looking = this.#lanes.some((lane) => lane.sink?.looks === true);
    this.#hold(spec.constants ?? {});
  }

  go(observe: Observer | undefined): LockstepResult {
    const { reset, seed, resets = 0, maxCycles = Infinity } = this.#spec;
    const work = Math.max(0, ...this.#lanes.map(({ spec }) => this.#spec.inputs[spec.name]?.length ?? 0));
    const plan = planResets(randomStream(seed, 'reset'), reset === undefined ? undefined : resets, work);
    const resetWriters = reset === undefined ? [] : this.#sims.map((sim) => portWriter(sim, reset, 1));
    let failure: Failure | undefined;
    let cycle = 0;
    for (; cycle < maxCycles; cycle++) {
      const inReset = plan.at(cycle);
      for (const write of resetWriters) write(inReset ? 0 : 1);
      this.#drive(inReset);
      for (const sim of this.#sims) sim.settle();
      const found = this.#inspect(cycle, inReset);
      failure ??= found ?? this.#progress(cycle, plan.last < cycle);
      const go = observe?.(cycle, this.#sims, failure);
      if (go === false || (go === undefined && failure !== undefined)) break;
      if (this.#sinceDone > (this.#spec.drain ?? 2 * (this.#spec.capacity ?? defaultCapacity) + 8)) {
        failure ??= this.#finish(cycle);
        if (failure === undefined || observe?.(cycle, this.#sims, failure) !== true) break;
      }
      for (const sim of this.#sims) sim.tick();
    }
    const entries = <T>(of: (lane: Lane) => T): Record<string, T> =>
      Object.fromEntries(this.#lanes.map((lane) => [lane.spec.name, of(lane)]));
    const outputs = entries(({ spec, taken }) => taken.map((fields) => beatOf(spec, fields)));
    const transfers = entries((lane) => lane.transfers);
    return { cycles: cycle + 1, outputs, transfers, ...(failure === undefined ? {} : { failure }) };
  }

  #hold(constants: Readonly<Record<string, bigint>>): void {
    for (const sim of this.#sims) {
      for (const [name, value] of Object.entries(constants)) {
        if (sim.ports.some((port) => port.name === name)) sim.poke(name, value);
      }
    }
  }

  #drive(inReset: boolean): void {
    for (const { source, writeValid, writeFields } of this.#lanes) {
      if (source === undefined) continue;
      if (inReset) source.reset();
      else source.decide();
      for (const write of writeValid) write(source.valid ? 1 : 0);
      const { fields } = source;
      for (let i = 0; i < writeFields.length; i++) for (const write of writeFields[i] ?? []) write(fields[i] ?? 0);
    }
    // A pattern may look at the beat on offer. Valid may not depend on ready, so ready is low while it looks.
    if (this.#looking && !inReset) {
      for (const lane of this.#lanes) for (const write of lane.writeReady) write(0);
      this.#leader.settle();
    }
    for (const lane of this.#lanes) {
      const { sink } = lane;
      if (sink === undefined) continue;
      if (inReset) sink.reset();
      else sink.decide(sink.looks && this.#offersLast(lane), lane.score?.complete ?? false);
      for (const write of lane.writeReady) write(sink.ready ? 1 : 0);
    }
  }

  #offersLast({ spec, readValid, readFields }: Lane): boolean {
    const index = spec.fields.findIndex(({ name }) => name === spec.last);
    return Number(readValid()) === 1 && Number(readFields[index]?.() ?? 0) !== 0;
  }

  #inspect(cycle: number, inReset: boolean): Failure | undefined {
    let failure = this.#comparator.compare(cycle, inReset);
    for (const lane of this.#lanes) {
      const valid = Number(lane.readValid()) === 1;
      const ready = Number(lane.readReady()) === 1;
      const fields = lane.readFields.map((read) => read());
      const stream = lane.spec.name;
      const [broken] = lane.checker.check({ reset: inReset, valid, ready, fields });
      if (broken !== undefined) failure ??= { kind: 'protocol', cycle, stream, ...broken };
      if (inReset) {
        lane.score?.restart();
        lane.transfers = [];
        lane.taken = [];
        this.#sinceTransfer = 0;
        continue;
      }
      lane.source?.edge(ready);
      lane.sink?.edge(valid);
      if (!valid || !ready) continue;
      this.#sinceTransfer = 0;
      lane.transfers.push(cycle);
      if (lane.sink === undefined) continue;
      lane.taken.push(fields);
      const wrong = lane.score?.take(fields);
      if (wrong !== undefined) failure ??= { kind: 'scoreboard', cycle, stream, ...wrong };
    }
    return failure;
  }

  /** Counts towards the end; a run without any scored stream ends after a quiet time. */
  #progress(cycle: number, noMoreResets: boolean): Failure | undefined {
    const { capacity = defaultCapacity } = this.#spec;
    const patience = this.#spec.patience ?? 1000 + 16 * capacity;
    this.#sinceTransfer++;
    const fed = this.#lanes.every(({ source }) => source?.done ?? true);
    const scored = this.#lanes.filter((lane) => lane.score !== undefined);
    const complete = scored.every((lane) => lane.score?.complete ?? true);
    const quiet = this.#sinceTransfer > patience;
    const done = noMoreResets && complete && (scored.length > 0 ? fed || quiet : fed && quiet);
    this.#sinceDone = done ? this.#sinceDone + 1 : 0;
    if (done || !quiet || !noMoreResets) return undefined;
    const waiting = this.#lanes.map(
      ({ spec, transfers, readValid, readReady }) =>
        `${spec.name} ${transfers.length} beats, valid ${Number(readValid())} ready ${Number(readReady())}`,
    );
    const message = `nothing moved for ${patience} cycles: ${waiting.join('; ')}`;
    return { kind: 'stuck', rule: 'STUCK', cycle, message };
  }

  #finish(cycle: number): Failure | undefined {
    const whole = this.#lanes.every(({ spec }) => {
      const final = this.#spec.inputs[spec.name]?.at(-1);
      return final === undefined || spec.last === undefined || final[spec.last] !== 0n;
    });
    for (const { spec, score, checker, sink } of this.#lanes) {
      const missing = score?.finish();
      if (missing !== undefined) return { kind: 'scoreboard', cycle, stream: spec.name, ...missing };
      // A complete scoreboard has already said that the end of the stream is as it should be; inputs that stop in the
      // middle of a packet leave the module in one.
      const judge = sink !== undefined && score === undefined && whole;
      const [open] = judge ? checker.finish() : [];
      if (open !== undefined) return { kind: 'protocol', cycle, stream: spec.name, ...open };
    }
    return undefined;
  }
}

/** Runs to the end or to the first failure. */
export function runLockstep(spec: LockstepSpec, observe?: Observer): LockstepResult {
  return new Run(spec).go(observe);
}
