/**
 * Sources and sinks of streams, one decision a cycle, by the rules of AXI4-Stream.
 *
 * A source raises valid when its pattern opens and holds it with the beat until the transfer; valid is low in reset and in
 * the cycle after it, and the payload is noise while valid is low. A sink's ready is its pattern.
 */
import { type RandomStream, randomStream } from '../base/random.js';
import { type Bits, toBits } from './access.js';
import { type Stall, type StallGenerator, type StallContext, stallGenerator } from './stalls.js';
import type { Beat, StreamSpec } from './streams.js';

/** Drives a stream into the module. */
export class SourceDriver {
  readonly #stream: StreamSpec;
  readonly #beats: readonly (readonly Bits[])[];
  readonly #isLast: readonly boolean[];
  readonly #open: StallGenerator;
  readonly #noise: RandomStream;
  #next = 0;
  #fired = false;
  #fresh = true;
  /** This cycle's wires. */
  valid = false;
  fields: readonly Bits[];

  constructor(stream: StreamSpec, beats: readonly Beat[], stall: Stall, seed: bigint, capacity: number) {
    this.#stream = stream;
    this.#beats = beats.map((beat) => stream.fields.map(({ name, width }) => toBits(beat[name] ?? 0n, width)));
    this.#isLast = beats.map((beat) => stream.last !== undefined && (beat[stream.last] ?? 0n) !== 0n);
    this.#open = stallGenerator(stall, contextOf('source', stream, seed, capacity));
    this.#noise = randomStream(seed, `noise ${stream.name}`);
    this.fields = this.#quiet();
  }

  /** Beats accepted since the last reset. */
  get accepted(): number {
    return this.#next;
  }
  get done(): boolean {
    return this.#next >= this.#beats.length;
  }

  /** Decides valid and payload of a cycle outside reset. */
  decide(): void {
    if (this.#fresh) {
      this.#fresh = false;
      return;
    }
    const open = this.#open({ fired: this.#fired, seen: false, last: this.#isLast[this.#next] ?? false });
    const was = this.valid && !this.#fired;
    this.valid = was || (open && !this.done);
    if (!was) this.fields = (this.valid ? this.#beats[this.#next] : undefined) ?? this.#quiet();
  }

  /** A cycle in reset: valid low, and the beats start over. */
  reset(): void {
    this.#next = 0;
    this.#fired = false;
    this.#fresh = true;
    this.valid = false;
  }

  /** The edge, with the ready that was settled before it. */
  edge(ready: boolean): void {
    this.#fired = this.valid && ready;
    if (this.#fired) this.#next++;
  }

  #quiet(): Bits[] {
    return this.#stream.fields.map(({ width }) => {
      if (width > 32) return this.#noise.nextBigInt(width);
      const bits = this.#noise.next32();
      return width === 32 ? bits : bits & (2 ** width - 1);
    });
  }
}

/** Drives the ready of a stream out of the module. */
export class SinkDriver {
  readonly #open: StallGenerator;
  /** True when the pattern must see this cycle's last before it decides. */
  readonly looks: boolean;
  #fired = false;
  #seen = false;
  /** This cycle's wire. */
  ready = false;

  constructor(stream: StreamSpec, stall: Stall, seed: bigint, capacity: number) {
    this.#open = stallGenerator(stall, contextOf('sink', stream, seed, capacity));
    this.looks = stall.kind === 'last' && stream.last !== undefined;
  }

  /** Decides ready; `last`: a beat that ends a packet is on offer now. `free` overrides the pattern (draining). */
  decide(last: boolean, free: boolean): void {
    this.ready = this.#open({ fired: this.#fired, seen: this.#seen, last }) || free;
  }

  reset(): void {
    this.#fired = false;
    this.#seen = false;
    this.ready = false;
  }

  edge(valid: boolean): void {
    this.#seen = valid;
    this.#fired = valid && this.ready;
  }
}

function contextOf(side: StallContext['side'], stream: StreamSpec, seed: bigint, capacity: number): StallContext {
  return { side, capacity, random: randomStream(seed, `${side} ${stream.name}`) };
}
