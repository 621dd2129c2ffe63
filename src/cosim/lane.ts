/** One stream of a lockstep run: its driver, its protocol rules, its scoreboard, and what has moved on it. */
import { type LockstepSpec, defaultCapacity } from './lockstep-spec.js';
import { ProtocolChecker, type Violation } from './protocol/checker.js';
import type { RowLayout } from './row.js';
import { Scoreboard } from './scoreboard.js';
import { SinkDriver, SourceDriver } from './stream-driver.js';
import type { Beat, StreamSpec } from './streams.js';
import { WordLog, limbsOf } from './words.js';

/** What one settled cycle has shown. */
export interface LaneEvent {
  readonly kind: 'protocol' | 'scoreboard';
  readonly violation: Violation;
}

export class Lane {
  readonly #checker: ProtocolChecker;
  readonly #source: SourceDriver | undefined;
  readonly #sink: SinkDriver | undefined;
  readonly #score: Scoreboard | undefined;
  readonly #valid: number;
  readonly #ready: number;
  /** Words of the row that are the payload, in order, and the one of them that ends a packet. */
  readonly #words: Uint32Array;
  readonly #last: number | undefined;
  /** Words of the beats that came out since the last reset. */
  readonly #taken = new WordLog();
  /** Cycles of the transfers since the last reset. */
  transfers: number[] = [];
  /** A beat moved in the cycle looked at last. */
  moved = false;

  constructor(
    readonly spec: StreamSpec,
    run: LockstepSpec,
    layout: RowLayout,
  ) {
    const { stall, stallOf = {}, seed, capacity = defaultCapacity } = run;
    const inward = spec.role === 'sink';
    const pattern = stallOf[spec.name] ?? (inward ? stall.source : stall.sink);
    const expected = run.expected?.[spec.name];
    this.#checker = new ProtocolChecker(spec, { packet: run.packet?.[spec.name] });
    const [beats, endless] = [run.inputs[spec.name] ?? [], run.endless?.includes(spec.name)];
    this.#source = inward ? new SourceDriver(spec, beats, pattern, seed, capacity, endless) : undefined;
    this.#sink = inward ? undefined : new SinkDriver(spec, pattern, seed, capacity);
    this.#score = expected === undefined ? undefined : new Scoreboard(spec, expected);
    this.#valid = layout.at(spec.valid);
    this.#ready = layout.at(spec.ready);
    this.#words = Uint32Array.from(
      spec.fields.flatMap(({ port, width }) => Array.from({ length: limbsOf(width) }, (_, k) => layout.at(port) + k)),
    );
    const last = spec.fields.find(({ name }) => name === spec.last);
    this.#last = last === undefined ? undefined : layout.at(last.port);
  }

  /** The pattern of its ready looks at the beat on offer. */
  get looks(): boolean {
    return this.#sink?.looks === true;
  }
  /** Nothing is left to be driven in. */
  get fed(): boolean {
    return this.#source?.done ?? true;
  }
  get scored(): boolean {
    return this.#score !== undefined;
  }
  /** Everything due has come. */
  get complete(): boolean {
    return this.#score?.complete ?? true;
  }

  /** Puts valid and payload of a source into the row. */
  offer(row: Uint32Array, inReset: boolean): void {
    const source = this.#source;
    if (source === undefined) return;
    if (inReset) source.reset();
    else source.decide();
    row[this.#valid] = source.valid ? 1 : 0;
    if (!source.changed) return;
    const words = this.#words;
    const { payload } = source;
    for (let k = 0; k < words.length; k++) row[words[k] ?? 0] = payload[k] ?? 0;
  }

  /** Takes ready of a sink back, so that somebody may look at the beat on offer: valid may not depend on ready. */
  refuse(row: Uint32Array): void {
    if (this.#sink !== undefined) row[this.#ready] = 0;
  }

  /** Puts ready of a sink into the row, whose outputs have settled where its pattern looks. */
  accept(row: Uint32Array, inReset: boolean): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    if (inReset) sink.reset();
    else {
      const offers = sink.looks && row[this.#valid] === 1 && this.#last !== undefined && row[this.#last] !== 0;
      sink.decide(offers, this.#score?.complete ?? false);
    }
    row[this.#ready] = sink.ready ? 1 : 0;
  }

  /** Looks at a settled row; what is wrong first. */
  inspect(row: Uint32Array, cycle: number, inReset: boolean): LaneEvent | undefined {
    const valid = row[this.#valid] === 1;
    const ready = row[this.#ready] === 1;
    const { payload } = this.#checker;
    if (this.#source?.changed !== false) {
      const words = this.#words;
      for (let k = 0; k < words.length; k++) payload[k] = row[words[k] ?? 0] ?? 0;
    }
    const broken = this.#checker.step(inReset, valid, ready)[0];
    const event: LaneEvent | undefined = broken === undefined ? undefined : { kind: 'protocol', violation: broken };
    this.moved = false;
    if (inReset) {
      this.#score?.restart();
      this.transfers = [];
      this.#taken.clear();
      return event;
    }
    this.#source?.edge(ready);
    this.#sink?.edge(valid);
    if (!valid || !ready) return event;
    this.moved = true;
    this.transfers.push(cycle);
    if (this.#sink === undefined) return event;
    this.#taken.add(payload);
    const wrong = this.#score?.take(payload);
    return event ?? (wrong === undefined ? undefined : { kind: 'scoreboard', violation: wrong });
  }

  /** At the end of a run; `whole`: all inputs ended at the end of a packet. */
  finish(whole: boolean): LaneEvent | undefined {
    const missing = this.#score?.finish();
    if (missing !== undefined) return { kind: 'scoreboard', violation: missing };
    // A complete scoreboard has already said that the end of the stream is as it should be; inputs that stop in the
    // middle of a packet leave the module in one.
    const judge = this.#sink !== undefined && this.#score === undefined && whole;
    const [open] = judge ? this.#checker.finish() : [];
    return open === undefined ? undefined : { kind: 'protocol', violation: open };
  }

  /** Beats that came out since the last reset. */
  outputs(): Beat[] {
    const each = this.#words.length;
    const count = this.#taken.length / Math.max(1, each);
    return Array.from({ length: count }, (_, n) => this.#taken.beat(this.spec, n * each));
  }

  /** `m_axis 12 beats, valid 1 ready 0`. */
  describe(row: Uint32Array): string {
    const { name } = this.spec;
    return `${name} ${this.transfers.length} beats, valid ${row[this.#valid] ?? 0} ready ${row[this.#ready] ?? 0}`;
  }
}
