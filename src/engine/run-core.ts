/**
 * A job through a simulation of `engine_core`: two streams of packets in, one out, at the full rate of the ports or behind a
 * memory of a given bandwidth; and what every pass did with its cycles.
 */
import type { Engine } from './config.js';
import type { DrivenCore } from './driven-core.js';
import { engineError } from './errors.js';
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
}

/** Cycles without anything that mean a deadlock. */
const PATIENCE = 20000;
const PROGRESS_EVERY = 65536;

/** Resets the core and runs a job. Throws H2210 when the core reports an error, or when nothing moves any more. */
export function runCoreJob(sim: DrivenCore, engine: Engine, feed: CoreFeed, options: CoreOptions = {}): CoreRun {
  reset(sim);
  const memory = new Memory(options.bytesPerCycle ?? Infinity);
  const w = new Source(sim, 's_axis_w', engine.WP, feed.weights);
  const y = new Sink(sim, 'm_axis_y', engine.YP, feed.takes);
  const x = new Source(sim, 's_axis_x', engine.XP, feed.pixels, () => y.count);
  const port = (name: string) => sim.port(name);
  const [running, stalled, done] = [port('running'), port('stalled'), port('passes_done')];
  const faults = ['error_code', 'x_error', 'conflict'].map(port);
  const counter = new PassCounter();
  let [first, last, quiet, out] = [-1, 0, 0, -1];
  for (let cycle = 0; ; cycle++) {
    // Who is asked first changes from cycle to cycle. This runs for every cycle of a network: without lists.
    const turn = cycle % 3;
    if (turn === 0) w.offer(memory);
    if (turn !== 2) x.offer(memory);
    y.offer(memory);
    if (turn !== 0) w.offer(memory);
    if (turn === 2) x.offer(memory);
    memory.cycle();
    sim.settle();
    const taken = w.moves();
    const loaded = x.moves();
    const left = y.moves();
    if (first < 0 && taken) first = cycle;
    if (left) last = cycle;
    if (left && out < 0) out = cycle;
    const runs = running.getNumber() === 1;
    const cause = stalled.getNumber();
    if (first >= 0) counter.cycle(runs, cause, cycle - first);
    quiet = taken || loaded || left || (runs && cause === 0) ? 0 : quiet + 1;
    if (quiet > 100 || cycle % 1024 === 0) {
      const fault = faults.map((each) => each.getNumber());
      if (fault.some((each) => each !== 0))
        throw engineError('H2210', `cycle ${cycle}`, `error_code, x_error, conflict are ${fault.join(', ')}`);
    }
    if (y.count === feed.outputs && w.ended && x.ended && counter.passes.length === feed.passes && !runs) break;
    if (quiet > PATIENCE)
      throw engineError(
        'H2210',
        `cycle ${cycle}`,
        `nothing moves; ${done.getNumber()} of ${feed.passes} passes are done`,
      );
    if (cycle % PROGRESS_EVERY === 0) options.progress?.(counter.passes.length, cycle);
    sim.tick();
  }
  const beats = { weights: w.beats, pixels: x.beats, results: y.beats };
  return { outputs: y.packets, cycles: last - first + 1, firstOutput: out - first, passes: counter.passes, beats };
}

function reset(sim: DrivenCore): void {
  for (const port of sim.ports) if (port.dir === 'input') sim.poke(port.name, 0);
  for (let k = 0; k < 8; k++) sim.tick();
  sim.poke('aresetn', 1);
  sim.poke('enable', 1);
}

/** Bytes that may be moved; what is not used is kept for a few cycles. Who finds too few goes first when there are more. */
class Memory {
  #bytes = 0;
  #waiting: object | undefined;
  constructor(readonly perCycle: number) {}
  cycle(): void {
    this.#bytes = Math.min(this.#bytes + this.perCycle, 16 * this.perCycle + 256);
  }
  take(who: object, bytes: number): boolean {
    if (this.perCycle === Infinity) return true;
    if (this.#waiting !== undefined && this.#waiting !== who) return false;
    this.#waiting = this.#bytes < bytes ? who : undefined;
    if (this.#waiting !== undefined) return false;
    this.#bytes -= bytes;
    return true;
  }
}

class Source {
  readonly #valid;
  readonly #ready;
  readonly #data;
  readonly #last;
  readonly #packets: Iterator<Uint8Array | LatePacket>;
  /** Packets of m_axis_y that are out. */
  readonly #out: () => number;
  #late: LatePacket | undefined;
  readonly #bytes: number;
  #words = new Uint32Array();
  #at = 0;
  #offered = false;
  /** What the valid port says. */
  #shown = false;
  ended = false;
  beats = 0;

  constructor(
    sim: DrivenCore,
    prefix: string,
    bits: number,
    packets: Iterable<Uint8Array | LatePacket>,
    out = () => Infinity,
  ) {
    this.#out = out;
    this.#valid = sim.port(`${prefix}_tvalid`);
    this.#ready = sim.port(`${prefix}_tready`);
    this.#data = sim.port(`${prefix}_tdata`);
    this.#last = sim.port(`${prefix}_tlast`);
    this.#packets = packets[Symbol.iterator]();
    this.#bytes = bits / 8;
    this.#next();
  }

  #next(): void {
    const next = this.#packets.next();
    this.ended = next.done === true;
    this.#at = 0;
    if (next.done === true) return;
    if ('after' in next.value) this.#late = next.value;
    else this.#words = new Uint32Array(Uint8Array.from(next.value).buffer);
  }

  /** False while the packet that comes next is still to be made of results. */
  #there(): boolean {
    if (this.#late === undefined) return true;
    if (this.#out() < this.#late.after) return false;
    this.#words = new Uint32Array(Uint8Array.from(this.#late.bytes()).buffer);
    this.#late = undefined;
    return true;
  }

  /** Shows the next beat; one that was shown stays. */
  offer(memory: Memory): void {
    if (this.#offered) return;
    this.#offered = !this.ended && this.#there() && memory.take(this, this.#bytes);
    if (this.#offered !== this.#shown) this.#valid.setNumber(this.#offered ? 1 : 0);
    this.#shown = this.#offered;
    if (!this.#offered) return;
    this.#data.setWords(this.#words, this.#at);
    this.#last.setNumber(this.#at + this.#bytes / 4 === this.#words.length ? 1 : 0);
  }

  /** True when the beat that is shown is taken in this cycle. */
  moves(): boolean {
    if (!this.#offered || this.#ready.getNumber() !== 1) return false;
    this.beats++;
    this.#at += this.#bytes / 4;
    if (this.#at >= this.#words.length) this.#next();
    this.#offered = false;
    return true;
  }
}

class Sink {
  readonly #valid;
  readonly #ready;
  readonly #data;
  readonly #last;
  readonly #bytes: number;
  readonly packets: Uint8Array[] = [];
  readonly #takes: ((packet: Uint8Array, index: number) => void) | undefined;
  #words = new Uint32Array(4096);
  #at = 0;
  #offered = false;
  /** What the ready port says. */
  #shown = false;
  beats = 0;
  /** Packets that are out. */
  count = 0;

  constructor(sim: DrivenCore, prefix: string, bits: number, takes?: (packet: Uint8Array, index: number) => void) {
    this.#takes = takes;
    this.#valid = sim.port(`${prefix}_tvalid`);
    this.#ready = sim.port(`${prefix}_tready`);
    this.#data = sim.port(`${prefix}_tdata`);
    this.#last = sim.port(`${prefix}_tlast`);
    this.#bytes = bits / 8;
  }

  offer(memory: Memory): void {
    if (this.#offered) return;
    this.#offered = memory.take(this, this.#bytes);
    if (this.#offered !== this.#shown) this.#ready.setNumber(this.#offered ? 1 : 0);
    this.#shown = this.#offered;
  }

  moves(): boolean {
    if (!this.#offered || this.#valid.getNumber() !== 1) return false;
    this.beats++;
    if (this.#at + this.#bytes / 4 > this.#words.length) {
      const grown = new Uint32Array(2 * this.#words.length);
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#data.getWords(this.#words, this.#at);
    this.#at += this.#bytes / 4;
    if (this.#last.getNumber() === 1) {
      const packet = new Uint8Array(this.#words.slice(0, this.#at).buffer);
      if (this.#takes === undefined) this.packets.push(packet);
      else this.#takes(packet, this.count);
      this.count++;
      this.#at = 0;
    }
    this.#offered = false;
    return true;
  }
}

/** Deals the cycles to the passes. */
class PassCounter {
  readonly passes: PassCycles[] = [];
  #counts = [0, 0, 0, 0, 0, 0];
  #gap = 0;
  #steps = 0;
  #ran = false;

  cycle(runs: boolean, cause: number, now: number): void {
    if (runs) {
      if (cause === 0) this.#steps++;
      else this.#counts[31 - Math.clz32(cause & -cause)]!++;
    } else if (this.#ran) this.#end(now);
    else this.#gap++;
    this.#ran = runs;
  }

  #end(now: number): void {
    const stalls = Object.fromEntries(
      stallCauses.map((name, i) => [name, this.#counts[i] ?? 0]),
    ) as PassCycles['stalls'];
    this.passes.push({ gap: this.#gap, steps: this.#steps, stalls, end: now - 1 });
    this.#counts = [0, 0, 0, 0, 0, 0];
    this.#gap = 1;
    this.#steps = 0;
  }
}
