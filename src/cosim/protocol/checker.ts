/**
 * The protocol rules of one stream, watched every settled cycle in TypeScript.
 *
 * A payload field that is not one of AXI4-Stream's counts as tuser: side-band that has to be stable like the rest. Rules
 * about X never fire here, values have two states. `VALID_WAITS_READY` (valid must not wait for ready) needs a run of its
 * own: `validWithoutReady` in `measure.ts`.
 */
import type { Bits } from '../access.js';
import type { StreamSpec } from '../streams.js';
import { bitsAt, limbsOf, putBits } from '../words.js';
import { type Place, TermCompiler, type Truth, type Wires } from './evaluate.js';
import { type Facts, fold } from './fold.js';
import { type Rule, type When, bareStream, rules, states } from './rules.js';
import {
  type SignalName,
  type StateName,
  type StreamParams,
  type Term,
  constantTerm,
  termHas,
  termSignals,
} from './term.js';

export interface Violation {
  /** Identifier of the rule. */
  readonly rule: string;
  readonly message: string;
}

/** Wires of one stream in one settled cycle; `fields` in the order of the stream. */
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
  readonly compiler: TermCompiler;
  readonly params: StreamParams;
  /** The field that a stability or tie-off rule is about. */
  readonly at: number | undefined;
}
interface Check {
  readonly watched: Watched;
  readonly broken: Truth;
}

/** What is left to do in a cycle once reset, the handshake and those of the cycle before are known. */
interface Work {
  /** Rules that can be broken now, those that can be though no payload has changed, and the updates of counters. */
  readonly checks: readonly Check[];
  readonly calm: readonly Check[];
  readonly next: readonly (readonly [StateName, (wires: Wires) => Bits])[];
  /** Somebody may want the payload of this cycle in the next one. */
  readonly keep: boolean;
}

/** Bits of the number of a `Work`. */
const [RESET, VALID, READY, WAS_RESET, WAS_RUNNING, WAS_HELD] = [1, 2, 4, 8, 16, 32] as const;

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
  readonly #params: StreamParams;
  readonly #places: readonly Place[];
  readonly #watched: Readonly<Record<When, Watched[]>> = {
    ...{ built: [], reset: [], running: [], followed: [], held: [], offered: [], moved: [], end: [] },
  };
  readonly #compiler: TermCompiler;
  /** Counters that some rule looks at. */
  readonly #counters: typeof states;
  readonly #work: Work[] = [];
  readonly #wires: Wires;
  #found: Violation[] | undefined;
  /** The cycle before, in the bits of a number of `Work`. */
  #past = 0;
  #begun = false;

  constructor(stream: StreamSpec, options: CheckerOptions = {}) {
    this.#stream = stream;
    let words = 0;
    this.#places = stream.fields.map(({ width }) => {
      const place = { at: words, limbs: limbsOf(width) };
      words += place.limbs;
      return place;
    });
    const [now, before] = [new Uint32Array(words), new Uint32Array(words)];
    this.#wires = { tvalid: 0, tready: 0, eos: 0, now, before, state: { wait: 0, beat: 0, open: 0 } };
    this.#params = paramsOfStream(stream, options);
    this.#compiler = new TermCompiler(this.#params, (signal) => this.#placeOf(signal));
    for (const rule of options.rules ?? rules) this.#watch(rule);
    // Nobody looks at the other counters.
    const watched = Object.values(this.#watched).flat();
    this.#counters = states.filter(({ name }) =>
      watched.some(({ rule }) => termHas(rule.broken, (t) => t.op === 'state' && t.name === name)),
    );
  }

  /** The payload of the cycle that is checked next, fields in order, each from its own word; written by the caller. */
  get payload(): Uint32Array {
    return this.#wires.now;
  }

  /** Looks at one settled cycle; the rules that it breaks, in the order of the table. */
  check({ reset, valid, ready, fields }: StreamSample): readonly Violation[] {
    this.#places.forEach(({ at, limbs }, i) => putBits(this.payload, at, limbs, fields[i] ?? 0));
    return this.step(reset, valid, ready);
  }

  /** `check` of what stands in `payload`. */
  step(reset: boolean, valid: boolean, ready: boolean): readonly Violation[] {
    const key = this.#past | (reset ? RESET : 0) | (valid ? VALID : 0) | (ready ? READY : 0);
    const work = (this.#work[key] ??= this.#workOf(key));
    const wires = this.#wires;
    this.#found = undefined;
    if (!this.#begun) this.#begin();
    const { checks, next } = work;
    if (checks.length > 0) {
      wires.tvalid = valid ? 1 : 0;
      wires.tready = ready ? 1 : 0;
      this.#look(work.calm.length < checks.length && this.#isCalm() ? work.calm : checks);
    }
    for (let i = 0; i < next.length; i++) {
      const update = next[i];
      if (update !== undefined) wires.state[update[0]] = update[1](wires);
    }
    if (work.keep) this.#keep();
    this.#past = reset ? WAS_RESET : WAS_RUNNING | (valid && !ready ? WAS_HELD : 0);
    return this.#found ?? none;
  }

  /** At the end of a run that should have drained: as if one more cycle came in which nothing changes. */
  finish(): readonly Violation[] {
    const wires = this.#wires;
    wires.tvalid = (this.#past & WAS_HELD) !== 0 ? 1 : 0;
    wires.tready = 0;
    wires.eos = 1;
    this.#found = undefined;
    if ((this.#past & WAS_RUNNING) !== 0) this.#look(this.#watched.end.flatMap((watched) => checkOf(watched, {})));
    wires.eos = 0;
    return this.#found ?? none;
  }

  #begin(): void {
    this.#begun = true;
    this.#look(this.#watched.built.flatMap((watched) => checkOf(watched, {})));
  }

  #workOf(key: number): Work {
    const is = (bit: number): boolean => (key & bit) !== 0;
    const [reset, valid, ready] = [is(RESET), is(VALID), is(READY)];
    const facts = { tvalid: valid ? 1 : 0, tready: ready ? 1 : 0 } as const;
    const whens: readonly When[] = [
      ...(is(WAS_RESET) ? (['reset'] as const) : []),
      ...(!reset && is(WAS_HELD) ? (['held'] as const) : []),
      ...(!reset && is(WAS_RUNNING) ? (['followed'] as const) : []),
      ...(!reset && valid ? (['offered'] as const) : []),
      ...(!reset && valid && ready ? (['moved'] as const) : []),
    ];
    const watched = whens.flatMap((when) => this.#watched[when]);
    const next = this.#counters.flatMap(({ name, next: term }) => {
      const folded = reset ? ({ op: 'lit', value: 0 } as const) : fold(term, { ...facts, params: this.#params });
      const same = folded.op === 'state' && folded.name === name;
      return same ? [] : [[name, this.#compiler.value(folded)] as const];
    });
    return {
      checks: watched.flatMap((each) => checkOf(each, facts)),
      calm: watched.flatMap((each) => checkOf(each, { ...facts, calm: true })),
      next,
      // Tied-off signals are followed all the time, the others while a beat waits.
      keep: !reset && ((valid && !ready) || this.#watched.followed.length > 0),
    };
  }

  #keep(): void {
    const { now, before } = this.#wires;
    for (let i = 0; i < now.length; i++) before[i] = now[i] ?? 0;
  }

  #isCalm(): boolean {
    const { now, before } = this.#wires;
    for (let i = 0; i < now.length; i++) if (now[i] !== before[i]) return false;
    return true;
  }

  #look(checks: readonly Check[]): void {
    for (let i = 0; i < checks.length; i++) {
      const check = checks[i];
      if (check?.broken(this.#wires) === true) (this.#found ??= []).push(this.#violation(check.watched));
    }
  }

  #violation({ rule, at }: Watched): Violation {
    const { now, before } = this.#wires;
    const [field, place] = at === undefined ? [] : [this.#stream.fields[at], this.#places[at]];
    const hex = (words: Uint32Array): string => `0x${bitsAt(words, place?.at ?? 0, place?.limbs ?? 1).toString(16)}`;
    const change = field === undefined ? '' : ` (${field.name} went from ${hex(before)} to ${hex(now)})`;
    return { rule: rule.id, message: `${this.#stream.name}: ${rule.sentence}${change}` };
  }

  #fieldOf(signal: SignalName): number | undefined {
    const wanted = signal === 'tlast' ? this.#stream.last : signal;
    const index = this.#stream.fields.findIndex((field) => field.name === wanted);
    return index < 0 ? undefined : index;
  }

  #placeOf(signal: SignalName, asUser?: number): Place | undefined {
    const index = signal === 'tuser' && asUser !== undefined ? asUser : this.#fieldOf(signal);
    return index === undefined ? undefined : this.#places[index];
  }

  #watch(rule: Rule): void {
    const [params, compiler] = [this.#params, this.#compiler];
    if (termHas(rule.broken, ({ op }) => op === 'unknown')) return;
    const signals = termSignals(rule.broken);
    const looksBack = termHas(rule.broken, ({ op }) => op === 'before');
    const [subject] = looksBack ? [...signals].filter((name) => name !== 'tvalid') : [];
    const at = subject === undefined ? undefined : this.#fieldOf(subject);
    // A tied-off signal needs a port to be looked at.
    const seen = rule.when !== 'followed' || at !== undefined;
    if (constantTerm(rule.exists, params) !== 0 && seen) {
      if (rule.when !== 'built' || constantTerm(rule.broken, params) !== 0) {
        this.#watched[rule.when].push({ rule, compiler, params, at });
      }
    }
    if (!signals.has('tuser') || rule.when !== 'held') return;
    for (const [index, { name, width }] of this.#stream.fields.entries()) {
      if (payloadNames.includes(name) || name === this.#stream.last) continue;
      const own = { ...params, USER_W: width };
      const places = new TermCompiler(own, (signal) => this.#placeOf(signal, index));
      this.#watched[rule.when].push({ rule, compiler: places, params: own, at: index });
    }
  }
}

/** The check of a rule under these facts; none where they say that it holds. */
function checkOf(watched: Watched, facts: Omit<Facts, 'params'>): Check[] {
  const { rule, compiler, params } = watched;
  const broken: Term = fold(rule.broken, { ...facts, params });
  return broken.op === 'lit' && broken.value === 0 ? [] : [{ watched, broken: compiler.truth(broken) }];
}
