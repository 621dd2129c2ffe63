/**
 * A job through a simulation of `engine_core`: two streams of packets in, one out, at the full rate of the ports or behind a
 * memory of a given bandwidth; and what every pass did with its cycles.
 */
import type { Engine } from './config.js';
import type { DrivenCore } from './driven-core.js';
import { engineError } from './errors.js';
import { type Grants, type Player, type Received, portPlayer } from '../simulator/index.js';
import type { LatePacket } from './functional.js';

/** Why no step was issued in a cycle: the bits of the core's output `stalled`, in their order. */
export const stallCauses = ['weights', 'rows', 'parameters', 'drain', 'residual', 'preparation'] as const;
export type StallCause = (typeof stallCauses)[number];

/** Cycles of a pass, from the end of the pass in front to its own last step. */
export interface PassCycles {
  /** Cycles in front of it in which no pass ran. */
  readonly gap: number;
  readonly steps: number;
  readonly stalls: Readonly<Record<StallCause, number>>;
  /** Cycle of the last step, counted from the first beat of the weight stream. */
  readonly end: number;
}

export interface CoreRun {
  /** Packets of m_axis_y. */
  readonly outputs: readonly Uint8Array[];
  /** From the first beat of the weight stream to the last beat that left, both included. */
  readonly cycles: number;
  /** Cycle of the first beat that left. */
  readonly firstOutput: number;
  readonly passes: readonly PassCycles[];
  /** Beats that were moved. */
  readonly beats: { readonly weights: number; readonly pixels: number; readonly results: number };
}

/** What enters: packets, each made when the one before has gone. */
export interface CoreFeed {
  readonly weights: Iterable<Uint8Array>;
  readonly pixels: Iterable<Uint8Array | LatePacket>;
  /** Takes packets of m_axis_y as they leave, instead of {@link CoreRun}. */
  readonly takes?: (packet: Uint8Array, index: number) => void;
  /** Passes of the weight stream, and packets that leave. */
  readonly passes: number;
  readonly outputs: number;
}

export interface CoreOptions {
  /** Bytes that memory moves in a cycle, both directions together; absent: as many as the ports take. */
  readonly bytesPerCycle?: number;
  /** Called every now and then with the number of passes that are done. */
  readonly progress?: (passes: number, cycles: number) => void;
  /** Called behind stretches of cycles with the seconds that they took; making packets and taking results is not in them. */
  readonly played?: (seconds: number) => void;
}

/** Cycles without anything that mean a deadlock. */
const PATIENCE = 20000;
/** Cycles between two looks at the core. */
const LOOK_EVERY = 1024;
/** The same where nothing more enters, and nothing more is to leave. */
const LOOK_AT_END = 8;
const PROGRESS_EVERY = 65536;

/** Resets the core and runs a job. Throws H2210 when the core reports an error, or when nothing moves any more. */
export function runCoreJob(sim: DrivenCore, engine: Engine, feed: CoreFeed, options: CoreOptions = {}): CoreRun {
  reset(sim);
  const player = playerOf(sim, engine, options.bytesPerCycle);
  const results = new Results(feed.takes);
  const w = new Source(player, 's_axis_w', feed.weights);
  const x = new Source(player, 's_axis_x', feed.pixels, () => results.count);
  const done = sim.port('passes_done');
  const faults = ['error_code', 'x_error', 'conflict'].map((name) => sim.port(name));
  const counter = new PassCounter(feed.passes);
  let reported = -PROGRESS_EVERY;
  for (;;) {
    w.fill();
    x.fill();
    const closing = w.ended && x.ended && results.count === feed.outputs;
    const start = performance.now();
    player.play(closing ? LOOK_AT_END : LOOK_EVERY);
    options.played?.((performance.now() - start) / 1000);
    for (const part of player.take('m_axis_y')) results.add(part);
    const { cycles } = player;
    counter.add(player.changes(), player.transfers('s_axis_w').first, cycles);
    // A player computes the outputs that it plays and watches, no others.
    sim.settle();
    const fault = faults.map((each) => each.getNumber());
    if (fault.some((each) => each !== 0))
      throw engineError('H2210', `cycle ${cycles}`, `error_code, x_error, conflict are ${fault.join(', ')}`);
    if (results.count === feed.outputs && w.ended && x.ended && counter.isOver) break;
    const moved = ['s_axis_w', 's_axis_x', 'm_axis_y'].map((name) => player.transfers(name).last);
    if (cycles - Math.max(0, counter.lastStep, ...moved) > PATIENCE)
      throw engineError(
        'H2210',
        `cycle ${cycles}`,
        `nothing moves; ${done.getNumber()} of ${feed.passes} passes are done`,
      );
    if (cycles - reported < PROGRESS_EVERY) continue;
    reported = cycles;
    options.progress?.(counter.passes.length, cycles);
  }
  const [sent, loaded, left] = ['s_axis_w', 's_axis_x', 'm_axis_y'].map((name) => player.transfers(name));
  if (sent === undefined || loaded === undefined || left === undefined) throw new Error('three streams');
  return {
    outputs: results.packets,
    cycles: Math.max(0, left.last) - sent.first + 1,
    firstOutput: left.first - sent.first,
    passes: counter.passes,
    beats: { weights: sent.beats, pixels: loaded.beats, results: left.beats },
  };
}

function reset(sim: DrivenCore): void {
  for (const port of sim.ports) if (port.dir === 'input') sim.poke(port.name, 0);
  for (let k = 0; k < 8; k++) sim.tick();
  sim.poke('aresetn', 1);
  sim.poke('enable', 1);
}

/** The core's own player, or one that works cycle by cycle: behind a memory, and where the core has none. */
function playerOf(sim: DrivenCore, { WP, XP, YP }: Engine, bytesPerCycle = Infinity): Player {
  const streams = ['s_axis_w', 's_axis_x', 'm_axis_y'];
  const played = { streams, watch: ['running', 'stalled'] };
  if (bytesPerCycle !== Infinity)
    return portPlayer(sim, played, 'engine_core', new Memory(bytesPerCycle, [WP / 8, XP / 8, YP / 8]));
  return sim.player?.(played) ?? portPlayer(sim, played, 'engine_core');
}

/** Bytes that may be moved; what is not used is kept for a few cycles. Who finds too few goes first when there are more. */
class Memory implements Grants {
  #bytes = 0;
  #waiting: number | undefined;
  constructor(
    readonly perCycle: number,
    /** Bytes of a beat of each stream. */
    readonly beats: readonly number[],
  ) {}
  cycle(): void {
    this.#bytes = Math.min(this.#bytes + this.perCycle, 16 * this.perCycle + 256);
  }
  grant(place: number): boolean {
    const bytes = this.beats[place] ?? 0;
    if (this.#waiting !== undefined && this.#waiting !== place) return false;
    this.#waiting = this.#bytes < bytes ? place : undefined;
    if (this.#waiting !== undefined) return false;
    this.#bytes -= bytes;
    return true;
  }
}

/** Puts packets into the queue of a stream when those before them have gone. */
class Source {
  readonly #packets: Iterator<Uint8Array | LatePacket>;
  #next: IteratorResult<Uint8Array | LatePacket, unknown>;

  constructor(
    readonly player: Player,
    readonly stream: string,
    packets: Iterable<Uint8Array | LatePacket>,
    /** Packets of m_axis_y that are out. */
    readonly out = () => Infinity,
  ) {
    this.#packets = packets[Symbol.iterator]();
    this.#next = this.#packets.next();
  }

  /** Nothing is left, and nothing waits. */
  get ended(): boolean {
    return this.#next.done === true && this.player.waiting(this.stream) === 0;
  }

  fill(): void {
    const { player, stream } = this;
    while (this.#next.done !== true && player.waiting(stream) === 0) {
      const { value } = this.#next;
      // Of results that are not there yet.
      if ('after' in value && this.out() < value.after) return;
      const bytes = 'after' in value ? value.bytes() : value;
      player.send(stream, wordsIn(bytes), true);
      this.#next = this.#packets.next();
    }
  }
}

/** Bytes as words of 32 bits, where they are if they can be. */
const wordsIn = ({ buffer, byteOffset, byteLength }: Uint8Array): Uint32Array =>
  byteOffset % 4 === 0
    ? new Uint32Array(buffer, byteOffset, byteLength / 4)
    : new Uint32Array(buffer.slice(byteOffset, byteOffset + byteLength));

/** Puts packets together. */
class Results {
  readonly packets: Uint8Array[] = [];
  #parts: Uint32Array[] = [];
  /** Packets that are out. */
  count = 0;

  constructor(readonly takes: CoreFeed['takes']) {}

  add({ words, last }: Received): void {
    this.#parts.push(words);
    if (!last) return;
    if (this.#parts.length === 1) return this.#end(words);
    const whole = new Uint32Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    this.#end(whole);
  }

  #end({ buffer }: Uint32Array): void {
    this.#parts = [];
    const packet = new Uint8Array(buffer);
    if (this.takes === undefined) this.packets.push(packet);
    else this.takes(packet, this.count);
    this.count++;
  }
}

/** Deals the cycles to the passes. */
class PassCounter {
  readonly passes: PassCycles[] = [];
  /** Cycle of the last step, from the first one that was played. */
  lastStep = 0;
  #counts = [0, 0, 0, 0, 0, 0];
  #gap = 0;
  #steps = 0;
  #runs = false;
  #cause = 0;
  /** Cycle up to which all are counted. */
  #upTo = 0;

  constructor(readonly expected: number) {}

  /** All passes are done and none runs. */
  get isOver(): boolean {
    return this.passes.length === this.expected && !this.#runs;
  }

  /** Takes rows of the cycle, `running` and `stalled` in; `cycles` were played, and counting begins in the cycle `first`. */
  add(rows: Int32Array, first: number, cycles: number): void {
    for (let k = 0; k < rows.length; k += 3) {
      this.#pass(rows[k] ?? 0, first);
      const runs = rows[k + 1] === 1;
      if (first >= 0 && this.#runs && !runs) this.#end((rows[k] ?? 0) - first);
      this.#runs = runs;
      this.#cause = rows[k + 2] ?? 0;
    }
    this.#pass(cycles, first);
  }

  /** Counts the cycles before `to`, which are all alike. */
  #pass(to: number, first: number): void {
    if (this.#runs && this.#cause === 0) this.lastStep = to;
    const count = first < 0 ? 0 : to - Math.max(this.#upTo, first);
    this.#upTo = to;
    if (count <= 0) return;
    if (!this.#runs) this.#gap += count;
    else if (this.#cause === 0) this.#steps += count;
    else this.#counts[31 - Math.clz32(this.#cause & -this.#cause)]! += count;
  }

  #end(now: number): void {
    const stalls = Object.fromEntries(
      stallCauses.map((name, i) => [name, this.#counts[i] ?? 0]),
    ) as PassCycles['stalls'];
    this.passes.push({ gap: this.#gap, steps: this.#steps, stalls, end: now - 1 });
    this.#counts = [0, 0, 0, 0, 0, 0];
    this.#gap = 0;
    this.#steps = 0;
  }
}
