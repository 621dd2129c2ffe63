/**
 * Players: AXI-Streams at the ports of a simulation that are served without anybody's help for many cycles. Beats wait in
 * queues and results are collected; whoever owns the player looks in between.
 *
 * A cycle is: what has moved is replaced by the next beat, outputs settle, transfers happen, the edge. A sender keeps valid
 * and the beat until the transfer, a receiver keeps ready. This file holds what every player offers, and the one that works
 * cycle by cycle on any simulation; the compiled simulator has one of its own that gives the same (`wasm/player.ts`).
 */
import { HeddleError } from '../base/diagnostics.js';
import { type PortStream, findStreams } from './bench/port-streams.js';
import type { PortInfo } from './simulation.js';

export interface PlayerOptions {
  /** Streams by name (`s_axis`), in the order in which they are served. Only their `tdata` and `tlast` are played. */
  readonly streams: readonly string[];
  /** Outputs of at most 32 bits whose changes are noted. */
  readonly watch?: readonly string[];
  /** By stream the probability of a pause in a cycle in which it could offer a beat, or be ready for the next one. */
  readonly stalls?: Readonly<Record<string, number>>;
  /** Of the pauses; 32 bits, not 0. */
  readonly seed?: number;
}

/** Transfers of one stream, cycles counted from 0 at the first one that was played; -1: none so far. */
export interface Transfers {
  readonly beats: number;
  readonly first: number;
  readonly last: number;
}

/** Beats that have left, up to a `tlast` or to the last one that is there. */
export interface Received {
  /** `tdata`, each beat from a word of its own on, lowest bits first. */
  readonly words: Uint32Array;
  readonly last: boolean;
}

export interface Player {
  /** Cycles that were played. */
  readonly cycles: number;
  /** Puts beats behind those that wait: words of `tdata`, whole words for each beat; with `last` the last of them has tlast. */
  send(stream: string, words: Uint32Array, last: boolean): void;
  /** Beats that wait, the one that is offered included. */
  waiting(stream: string): number;
  /** Takes beats out, once each. */
  take(stream: string): Received[];
  transfers(stream: string): Transfers;
  /**
   * Takes out what the watched outputs were, once each: a row for every cycle in which one of them was new, of the cycle and
   * all of their values. The first cycle has a row.
   */
  changes(): Int32Array;
  /**
   * Plays at least one cycle and at most `cycles`. Returns early behind a cycle in which a queue became empty or a beat with
   * tlast left, and where there is no room for more.
   */
  play(cycles: number): void;
}

/** Who may move a beat, where streams share something: asked in the order of the streams, another one first every cycle. */
export interface Grants {
  /** The stream of this place would like to offer a beat, or to be ready; once granted it is not asked until the transfer. */
  grant(place: number): boolean;
  /** All have been asked. */
  cycle(): void;
}

/** A port as a player needs it. */
export interface PlayedPort {
  setNumber(value: number): void;
  getNumber(): number;
  /** Words from place `at` of the array on, lowest first. */
  setWords(from: Uint32Array, at: number): void;
  getWords(to: Uint32Array, at: number): void;
}

export interface PlayedSimulation {
  readonly ports: readonly PortInfo[];
  port(name: string): PlayedPort;
  settle(): void;
  tick(): void;
}

/** The streams of `options` among ports. Throws H1109 for names that are none, and for watched ports that cannot be. */
export function playedStreams(
  top: string,
  ports: readonly PortInfo[],
  { streams, watch = [] }: PlayerOptions,
): PortStream[] {
  const all = findStreams(ports);
  const wrong = (message: string, known: readonly string[]): HeddleError =>
    new HeddleError({ code: 'H1109', message: `${top} ${message}`, places: [], fix: `there are: ${known.join(', ')}` });
  for (const name of watch) {
    const outputs = ports.filter(({ dir, width }) => dir === 'output' && width <= 32).map((port) => port.name);
    if (!outputs.includes(name)) throw wrong(`has no output '${name}' of at most 32 bits`, outputs);
  }
  return streams.map((name) => {
    const found = all.find((stream) => stream.name === name && stream.fields.some((field) => field.name === 'tdata'));
    if (found === undefined)
      throw wrong(
        `has no stream '${name}' with tdata`,
        all.map((stream) => stream.name),
      );
    return found;
  });
}

/** Words of a beat. */
export const wordsOf = ({ fields }: PortStream): number =>
  Math.ceil((fields.find(({ name }) => name === 'tdata')?.width ?? 0) / 32);

/** The number below which a draw is a pause. */
export const pauseBelow = (probability = 0): number =>
  Math.min(2 ** 32 - 1, Math.max(0, Math.floor(probability * 2 ** 32)));

/** The next of a sequence of 32-bit numbers that are not 0. */
export function nextDraw(state: number): number {
  let x = state;
  x ^= x << 13;
  x ^= x >>> 17;
  return x ^ (x << 5);
}

export const DEFAULT_SEED = 0x2545f491;

/** A player of any simulation, one cycle after the other; with `grants` instead of pauses where streams share something. */
export function portPlayer(
  sim: PlayedSimulation,
  options: PlayerOptions,
  top = 'the circuit',
  grants?: Grants,
): Player {
  const found = playedStreams(top, sim.ports, options);
  const draws = { state: options.seed ?? DEFAULT_SEED };
  const lanes = found.map((stream) => {
    const below = pauseBelow(options.stalls?.[stream.name]);
    return stream.role === 'sink' ? new Sender(sim, stream, below, draws) : new Receiver(sim, stream, below, draws);
  });
  const laneOf = (name: string): Sender | Receiver => {
    const lane = lanes[found.findIndex((stream) => stream.name === name)];
    if (lane === undefined) throw new Error(`no stream '${name}' is played`);
    return lane;
  };
  const watched = (options.watch ?? []).map((name) => sim.port(name));
  const values = watched.map(() => 0);
  let rows: number[] = [];
  let cycles = 0;
  const watch = (): void => {
    let changed = cycles === 0;
    watched.forEach((port, k) => {
      const now = port.getNumber() | 0;
      changed ||= now !== values[k];
      values[k] = now;
    });
    if (changed) rows.push(cycles, ...values);
  };
  const cycle = (): boolean => {
    const from = grants === undefined ? 0 : cycles % lanes.length;
    for (let k = 0; k < lanes.length; k++) {
      const place = (from + k) % lanes.length;
      lanes[place]?.offer(grants === undefined ? undefined : () => grants.grant(place));
    }
    grants?.cycle();
    sim.settle();
    if (watched.length > 0) watch();
    let stop = false;
    for (const lane of lanes) if (lane.moves(cycles)) stop = true;
    sim.tick();
    cycles++;
    return stop;
  };
  const sender = (name: string): Sender => {
    const lane = laneOf(name);
    if (lane instanceof Sender) return lane;
    throw new Error(`the circuit does not receive '${name}'`);
  };
  return {
    get cycles() {
      return cycles;
    },
    send: (name, words, last) => sender(name).push(words, last),
    waiting: (name) => sender(name).waiting,
    take: (name) => {
      const lane = laneOf(name);
      if (lane instanceof Receiver) return lane.take();
      throw new Error(`the circuit does not send '${name}'`);
    },
    transfers: (name) => laneOf(name).transfers,
    changes: () => {
      const all = Int32Array.from(rows);
      rows = [];
      return all;
    },
    play: (n) => {
      for (let k = 0; k < n; k++) if (cycle()) return;
    },
  };
}

interface Draws {
  state: number;
}

/** One side of a stream. */
abstract class Lane {
  protected offered = false;
  /** What the port says. */
  private shown = false;
  transfers: Transfers = { beats: 0, first: -1, last: -1 };
  protected readonly words: number;

  constructor(
    stream: PortStream,
    private readonly below: number,
    private readonly draws: Draws,
    private readonly mine: PlayedPort,
  ) {
    this.words = wordsOf(stream);
    mine.setNumber(0);
  }

  /** True where nothing is in the way, or `grant` says so. */
  protected may(grant?: () => boolean): boolean {
    if (grant !== undefined) return grant();
    if (this.below === 0) return true;
    this.draws.state = nextDraw(this.draws.state);
    return this.draws.state >>> 0 >= this.below;
  }

  protected show(): void {
    if (this.offered !== this.shown) this.mine.setNumber(this.offered ? 1 : 0);
    this.shown = this.offered;
  }

  protected moved(cycle: number): void {
    const { beats, first } = this.transfers;
    this.transfers = { beats: beats + 1, first: first < 0 ? cycle : first, last: cycle };
    this.offered = false;
  }
}

class Sender extends Lane {
  private readonly ready: PlayedPort;
  private readonly data: PlayedPort;
  private readonly tlast: PlayedPort | undefined;
  private queue: { readonly words: Uint32Array; readonly last: boolean }[] = [];
  private at = 0;

  constructor(sim: PlayedSimulation, stream: PortStream, below: number, draws: Draws) {
    super(stream, below, draws, sim.port(`${stream.name}_tvalid`));
    this.ready = sim.port(`${stream.name}_tready`);
    this.data = sim.port(`${stream.name}_tdata`);
    this.tlast = lastOf(sim, stream);
  }

  push(words: Uint32Array, last: boolean): void {
    if (words.length > 0) this.queue.push({ words: words.slice(), last });
  }

  get waiting(): number {
    return (this.queue.reduce((sum, packet) => sum + packet.words.length, 0) - this.at) / this.words;
  }

  offer(grant?: () => boolean): void {
    const [packet] = this.queue;
    if (this.offered) return;
    this.offered = packet !== undefined && this.may(grant);
    this.show();
    if (packet === undefined || !this.offered) return;
    this.data.setWords(packet.words, this.at);
    this.tlast?.setNumber(packet.last && this.at + this.words >= packet.words.length ? 1 : 0);
  }

  /** True when the beat that is shown is taken, and was the last one that waited. */
  moves(cycle: number): boolean {
    if (!this.offered || this.ready.getNumber() !== 1) return false;
    this.moved(cycle);
    this.at += this.words;
    if (this.at < (this.queue[0]?.words.length ?? 0)) return false;
    this.queue.shift();
    this.at = 0;
    return this.queue.length === 0;
  }
}

class Receiver extends Lane {
  private readonly valid: PlayedPort;
  private readonly data: PlayedPort;
  private readonly tlast: PlayedPort | undefined;
  private buffer = new Uint32Array(64);
  private at = 0;
  private done: Received[] = [];

  constructor(sim: PlayedSimulation, stream: PortStream, below: number, draws: Draws) {
    super(stream, below, draws, sim.port(`${stream.name}_tready`));
    this.valid = sim.port(`${stream.name}_tvalid`);
    this.data = sim.port(`${stream.name}_tdata`);
    this.tlast = lastOf(sim, stream);
  }

  offer(grant?: () => boolean): void {
    if (this.offered) return;
    this.offered = this.may(grant);
    this.show();
  }

  /** True where a packet is whole. */
  moves(cycle: number): boolean {
    if (!this.offered || this.valid.getNumber() !== 1) return false;
    this.moved(cycle);
    if (this.at + this.words > this.buffer.length) {
      const grown = new Uint32Array(2 * this.buffer.length + this.words);
      grown.set(this.buffer);
      this.buffer = grown;
    }
    this.data.getWords(this.buffer, this.at);
    this.at += this.words;
    if (this.tlast?.getNumber() !== 1) return false;
    this.close(true);
    return true;
  }

  private close(last: boolean): void {
    this.done.push({ words: this.buffer.slice(0, this.at), last });
    this.at = 0;
  }

  take(): Received[] {
    if (this.at > 0) this.close(false);
    const all = this.done;
    this.done = [];
    return all;
  }
}

const lastOf = (sim: PlayedSimulation, { name, fields }: PortStream): PlayedPort | undefined =>
  fields.some((field) => field.name === 'tlast') ? sim.port(`${name}_tlast`) : undefined;
