/**
 * The protocol rules of one stream, watched every settled cycle in TypeScript.
 *
 * A payload field that is not one of AXI4-Stream's counts as tuser: side-band that has to be stable like the rest. Rules
 * about X never fire here, values have two states. `VALID_WAITS_READY` (valid must not wait for ready) needs a run of its
 * own: `validWithoutReady` in `measure.ts`.
 */
import type { Bits } from '../access.js';
import type { StreamSpec } from '../streams.js';
import { TermCompiler, type Truth, type Wires } from './evaluate.js';
import { type Rule, type When, bareStream, rules, states } from './rules.js';
import { type SignalName, type StateName, type StreamParams, constantTerm, termHas, termSignals } from './term.js';

export interface Violation {
  /** Identifier of the rule. */
  readonly rule: string;
  readonly message: string;
}

/** Wires of one stream in one settled cycle; `fields` in the order of the stream, an array that nobody changes later. */
export interface StreamSample {
  readonly reset: boolean;
  readonly valid: boolean;
  readonly ready: boolean;
  readonly fields: readonly Bits[];
}

export interface CheckerOptions {
  /** Promised beats per packet, checked against the field that ends it. */
  readonly packet?: number | undefined;
  /** Cycles that ready may stay low under valid. Default: for ever. */
  readonly maxWait?: number | undefined;
  /** The rules to watch. Default: all of the table. */
  readonly rules?: readonly Rule[];
}

const payloadNames: readonly string[] = ['tdata', 'tkeep', 'tstrb', 'tlast', 'tid', 'tdest', 'tuser'];
const none: readonly Violation[] = [];
interface Watched {
  readonly rule: Rule;
  readonly broken: Truth;
  /** The field that a stability or tie-off rule is about. */
  readonly at: number | undefined;
}

/** Parameters of a stream as its fields show them. A field of width 0 is a port that the protocol wants tied off. */
export function paramsOfStream(stream: StreamSpec, options: CheckerOptions = {}): StreamParams {
  const width = (name: string): number => stream.fields.find((field) => field.name === name)?.width ?? 0;
  const [ID_W, DEST_W] = [width('tid'), width('tdest')];
  return {
    ...bareStream,
    ...{ DATA_W: width('tdata'), KEEP: width('tkeep') > 0 ? 1 : 0, STRB: width('tstrb') > 0 ? 1 : 0 },
    ...{ LAST: stream.last === undefined ? 0 : 1, ID_W, DEST_W, USER_W: width('tuser') },
    ...{ MAX_WAIT: options.maxWait ?? 0, PACKET: options.packet ?? 0, TRACK_W: Math.min(8, ID_W + DEST_W) },
  };
}

export class ProtocolChecker {
  readonly #stream: StreamSpec;
  readonly #watched: Readonly<Record<When, Watched[]>> = {
    ...{ built: [], reset: [], running: [], followed: [], held: [], offered: [], moved: [], end: [] },
  };
  readonly #next: readonly (readonly [StateName, (wires: Wires) => Bits])[];
  readonly #wires: Wires = { tvalid: 0, tready: 0, eos: 0, now: [], before: [], state: { wait: 0, beat: 0, open: 0 } };
  #found: Violation[] | undefined;
  #wasReset = false;
  /** The cycle before was out of reset. */
  #wasRunning = false;
  #wasHeld = false;
  #begun = false;

  constructor(stream: StreamSpec, options: CheckerOptions = {}) {
    this.#stream = stream;
    const params = paramsOfStream(stream, options);
    const compiler = new TermCompiler(params, (signal) => this.#placeOf(signal));
    for (const rule of options.rules ?? rules) this.#watch(rule, params, compiler);
    // Nobody looks at the other counters.
    const used = states.filter(({ name }) =>
      Object.values(this.#watched)
        .flat()
        .some(({ rule }) => termHas(rule.broken, (t) => t.op === 'state' && t.name === name)),
    );
    this.#next = used.map(({ name, next }) => [name, compiler.value(next)] as const);
  }

  /** Looks at one settled cycle; the rules that it breaks, in the order of the table. */
  check(sample: StreamSample): readonly Violation[] {
    const { reset, valid, ready, fields } = sample;
    const wires = this.#wires;
    wires.tvalid = valid ? 1 : 0;
    wires.tready = ready ? 1 : 0;
    wires.now = fields;
    this.#found = undefined;
    if (!this.#begun) this.#look('built');
    this.#begun = true;
    if (this.#wasReset) this.#look('reset');
    if (!reset) {
      if (this.#wasHeld) this.#look('held');
      if (this.#wasRunning) this.#look('followed');
      if (valid) this.#look('offered');
      if (valid && ready) this.#look('moved');
    }
    this.#remember(reset, valid, ready);
    return this.#found ?? none;
  }

  /** At the end of a run that should have drained: as if one more cycle came in which nothing changes. */
  finish(): readonly Violation[] {
    const wires = this.#wires;
    wires.tvalid = this.#wasHeld ? 1 : 0;
    wires.eos = 1;
    this.#found = undefined;
    if (this.#wasRunning) this.#look('end');
    wires.eos = 0;
    return this.#found ?? none;
  }

  #remember(reset: boolean, valid: boolean, ready: boolean): void {
    const wires = this.#wires;
    // Nothing is counted while nothing is on offer, and nothing waits.
    if (valid) for (const [name, next] of this.#next) wires.state[name] = next(wires);
    else wires.state.wait = 0;
    if (reset) wires.state.wait = wires.state.beat = wires.state.open = 0;
    wires.before = wires.now;
    this.#wasReset = reset;
    this.#wasRunning = !reset;
    this.#wasHeld = !reset && valid && !ready;
  }

  #look(when: When): void {
    const list = this.#watched[when];
    for (let i = 0; i < list.length; i++) {
      const watched = list[i];
      if (watched?.broken(this.#wires) === true) (this.#found ??= []).push(this.#violation(watched));
    }
  }

  #violation({ rule, at }: Watched): Violation {
    const { now, before } = this.#wires;
    const field = at === undefined ? undefined : this.#stream.fields[at];
    const hex = (values: readonly Bits[]): string => `0x${(values[at ?? 0] ?? 0).toString(16)}`;
    const change = field === undefined ? '' : ` (${field.name} went from ${hex(before)} to ${hex(now)})`;
    return { rule: rule.id, message: `${this.#stream.name}: ${rule.sentence}${change}` };
  }

  #placeOf(signal: SignalName, asUser?: number): number | undefined {
    if (signal === 'tuser' && asUser !== undefined) return asUser;
    const wanted = signal === 'tlast' ? this.#stream.last : signal;
    const index = this.#stream.fields.findIndex((field) => field.name === wanted);
    return index < 0 ? undefined : index;
  }

  #watch(rule: Rule, params: StreamParams, compiler: TermCompiler): void {
    const add = (broken: Truth, at: number | undefined): void => {
      this.#watched[rule.when].push({ rule, broken, at });
    };
    if (termHas(rule.broken, ({ op }) => op === 'unknown')) return;
    const signals = termSignals(rule.broken);
    const looksBack = termHas(rule.broken, ({ op }) => op === 'before');
    const [subject] = looksBack ? [...signals].filter((name) => name !== 'tvalid') : [];
    const at = subject === undefined ? undefined : this.#placeOf(subject);
    // A tied-off signal needs a port to be looked at.
    const seen = rule.when !== 'followed' || at !== undefined;
    if (constantTerm(rule.exists, params) !== 0 && seen) {
      if (rule.when !== 'built' || constantTerm(rule.broken, params) !== 0) add(compiler.truth(rule.broken), at);
    }
    if (!signals.has('tuser') || rule.when !== 'held') return;
    for (const [index, { name, width }] of this.#stream.fields.entries()) {
      if (payloadNames.includes(name) || name === this.#stream.last) continue;
      const own = new TermCompiler({ ...params, USER_W: width }, (signal) => this.#placeOf(signal, index));
      add(own.truth(rule.broken), index);
    }
  }
}
