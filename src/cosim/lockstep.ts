/**
 * Lockstep: any number of executable forms of one module under one stimulus, compared every cycle.
 *
 * The first participant leads: its handshakes move the drivers. Streams are driven with stall patterns, watched for
 * protocol rules and checked against expected beats. The first failure ends the run; the same spec always gives the same
 * run, so a report is made by running again with a recorder.
 */
import { randomStream } from '../base/random.js';
import type { Simulation } from '../simulator/simulation.js';
import { Comparator } from './compare.js';
import type { Failure } from './failure.js';
import { Lane } from './lane.js';
import { type LockstepSpec, defaultCapacity } from './lockstep-spec.js';
import { Replay } from './replay.js';
import { planResets } from './resets.js';
import { Form, type RowLayout, rowLayout } from './row.js';
import type { Beats } from './streams.js';
import { limbsOf, putBits } from './words.js';

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

/** A run was left because a model that is compared in blocks differs somewhere; it is made again cycle by cycle. */
class Differs extends Error {}

class Run {
  readonly #spec: LockstepSpec;
  readonly #sims: readonly Simulation[];
  readonly #lanes: readonly Lane[];
  readonly #scored: readonly Lane[];
  readonly #comparator: Comparator;
  readonly #looking: boolean;
  readonly #layout: RowLayout;
  /** Inputs, and outputs of the leader. */
  readonly #row: Uint32Array;
  readonly #leader: Form;
  /** By participant; undefined where it is compared in blocks. */
  readonly #forms: readonly (Form | undefined)[];
  readonly #replays: readonly Replay[];
  #sinceTransfer = 0;
  #sinceDone = 0;

  constructor(spec: LockstepSpec, inBlocks: boolean) {
    this.#spec = spec;
    this.#sims = spec.participants.map((participant) => participant.create());
    const [leader] = this.#sims;
    if (leader === undefined) throw new Error('a lockstep run needs a participant');
    this.#layout = rowLayout(this.#sims);
    this.#row = new Uint32Array(this.#layout.words);
    this.#leader = new Form(leader, this.#layout);
    const { participants, streams, reset } = spec;
    this.#comparator = new Comparator(
      ...([participants, this.#sims, streams, reset !== undefined, this.#layout, this.#row] as const),
    );
    const replays = this.#sims.map((sim, i) =>
      inBlocks && i > 0
        ? Replay.of(sim, this.#layout, this.#comparator.pairs(i), () => this.#comparator.counts(i))
        : undefined,
    );
    this.#replays = replays.filter((each) => each !== undefined);
    this.#forms = this.#sims.map((sim, i) =>
      i === 0 ? this.#leader : replays[i] === undefined ? new Form(sim, this.#layout) : undefined,
    );
    this.#lanes = streams.map((stream) => new Lane(stream, spec, this.#layout));
    this.#scored = this.#lanes.filter((lane) => lane.scored);
    this.#looking = this.#lanes.some((lane) => lane.looks);
    for (const [name, value] of Object.entries(spec.constants ?? {})) this.#hold(name, value);
  }

  get inBlocks(): boolean {
    return this.#replays.length > 0;
  }

  go(observe: Observer | undefined): LockstepResult {
    const { reset, seed, resets = 0, maxCycles = Infinity } = this.#spec;
    const work = Math.max(0, ...this.#lanes.map(({ spec }) => this.#spec.inputs[spec.name]?.length ?? 0));
    const plan = planResets(randomStream(seed, 'reset'), reset === undefined ? undefined : resets, work);
    const drain = this.#spec.drain ?? 2 * (this.#spec.capacity ?? defaultCapacity) + 8;
    const [forms, row] = [this.#forms, this.#row];
    const resetAt = reset !== undefined && this.#layout.has(reset) ? this.#layout.at(reset) : undefined;
    let failure: Failure | undefined;
    let cycle = 0;
    for (; cycle < maxCycles; cycle++) {
      const inReset = plan.at(cycle);
      if (resetAt !== undefined) row[resetAt] = inReset ? 0 : 1;
      this.#drive(inReset);
      for (const form of forms) {
        form?.drive(row);
        form?.sim.settle();
      }
      this.#leader.read(row);
      for (const replay of this.#replays) if (!replay.add(row)) throw new Differs();
      const found = this.#inspect(cycle, inReset);
      failure ??= found ?? this.#progress(cycle, plan.last < cycle);
      const go = observe?.(cycle, this.#sims, failure);
      if (go === false || (go === undefined && failure !== undefined)) break;
      if (this.#sinceDone > drain) {
        failure ??= this.#finish(cycle);
        if (failure === undefined || observe?.(cycle, this.#sims, failure) !== true) break;
      }
      for (const form of forms) form?.sim.tick();
    }
    for (const replay of this.#replays) if (!replay.flush()) throw new Differs();
    const entries = <T>(of: (lane: Lane) => T): Record<string, T> =>
      Object.fromEntries(this.#lanes.map((lane) => [lane.spec.name, of(lane)]));
    let outputs: Beats | undefined;
    return {
      cycles: cycle + 1,
      // Most callers do not look.
      get outputs() {
        return (outputs ??= entries((lane) => lane.outputs()));
      },
      transfers: entries((lane) => lane.transfers),
      ...(failure === undefined ? {} : { failure }),
    };
  }

  /** An input held throughout, where any form of the module has it. */
  #hold(name: string, value: bigint): void {
    const widths = this.#sims.flatMap(({ ports }) => ports.flatMap((port) => (port.name === name ? [port.width] : [])));
    if (widths.length === 0) return;
    const width = Math.max(...widths);
    putBits(this.#row, this.#layout.at(name), limbsOf(width), BigInt.asUintN(width, value));
  }

  #drive(inReset: boolean): void {
    const row = this.#row;
    for (const lane of this.#lanes) lane.offer(row, inReset);
    if (this.#looking && !inReset) {
      for (const lane of this.#lanes) lane.refuse(row);
      this.#leader.drive(row);
      this.#leader.sim.settle();
      this.#leader.read(row);
    }
    for (const lane of this.#lanes) lane.accept(row, inReset);
  }

  #inspect(cycle: number, inReset: boolean): Failure | undefined {
    let failure = this.#comparator.compare(cycle, inReset, this.#forms);
    for (const lane of this.#lanes) {
      const event = lane.inspect(this.#row, cycle, inReset);
      if (event !== undefined) failure ??= { kind: event.kind, cycle, stream: lane.spec.name, ...event.violation };
      if (inReset || lane.moved) this.#sinceTransfer = 0;
    }
    return failure;
  }

  /** Counts towards the end; a run without any scored stream ends after a quiet time. */
  #progress(cycle: number, noMoreResets: boolean): Failure | undefined {
    const { capacity = defaultCapacity } = this.#spec;
    const patience = this.#spec.patience ?? 1000 + 16 * capacity;
    this.#sinceTransfer++;
    const complete = this.#scored.every((lane) => lane.complete);
    const quiet = this.#sinceTransfer > patience;
    // Cheap before dear: most cycles are not the last.
    const fed = (): boolean => this.#lanes.every((lane) => lane.fed);
    const done = noMoreResets && complete && (this.#scored.length > 0 ? quiet || fed() : quiet && fed());
    this.#sinceDone = done ? this.#sinceDone + 1 : 0;
    if (done || !quiet || !noMoreResets) return undefined;
    const waiting = this.#lanes.map((lane) => lane.describe(this.#row));
    const message = `nothing moved for ${patience} cycles: ${waiting.join('; ')}`;
    return { kind: 'stuck', rule: 'STUCK', cycle, message };
  }

  #finish(cycle: number): Failure | undefined {
    const whole = this.#lanes.every(({ spec }) => {
      const final = this.#spec.inputs[spec.name]?.at(-1);
      return final === undefined || spec.last === undefined || final[spec.last] !== 0n;
    });
    for (const lane of this.#lanes) {
      const event = lane.finish(whole);
      if (event !== undefined) return { kind: event.kind, cycle, stream: lane.spec.name, ...event.violation };
    }
    return undefined;
  }
}

/**
 * Runs to the end or to the first failure. Verilated models that nobody observes and that do not lead are played and
 * compared in blocks of cycles; where any participant differs the run is made again, all of them side by side.
 */
export function runLockstep(spec: LockstepSpec, observe?: Observer): LockstepResult {
  if (observe === undefined) {
    const run = new Run(spec, true);
    if (!run.inBlocks) return run.go(undefined);
    try {
      const result = run.go(undefined);
      // A difference names the values of all participants, also of those that are compared in blocks.
      if (result.failure?.kind !== 'difference') return result;
    } catch {
      // Which of several failures comes first shows in the run below, exceptions among them.
    }
  }
  return new Run(spec, false).go(observe);
}
