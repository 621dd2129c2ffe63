/**
 * Sources and sinks of streams, one decision a cycle, by the rules of AXI4-Stream.
 *
 * A source raises valid when its pattern opens and holds it with the beat until the transfer; valid is low in reset and in
 * the cycle after it, and the payload is noise while valid is low. A sink's ready is its pattern.
 */
import { type RandomStream, randomStream } from '../base/random.js';
import type { Bits } from './access.js';
import { type Stall, type StallGenerator, type StallContext, stallGenerator } from './stalls.js';
import type { Beat, StreamSpec } from './streams.js';
import { bitsAt, limbsOf, putBits } from './words.js';

/** Drives a stream into the module. */
export class SourceDriver {
  readonly #stream: StreamSpec;
  readonly #beats: readonly Beat[];
  readonly #open: StallGenerator;
  readonly #noise: RandomStream;
  /** One object for all cycles. */
  readonly #view = { fired: false, seen: false, last: false };
  #next = 0;
  #fired = false;
  #fresh = true;
  /** This cycle's wires: valid, and the fields in order, each from its own word. */
  valid = false;
  readonly payload: Uint32Array;
  /** The payload may be another than in the cycle before. */
  changed = true;

  /** `endless`: the beats come again and again from the first one. */
  constructor(
    stream: StreamSpec,
    beats: readonly Beat[],
    stall: Stall,
    seed: bigint,
    capacity: number,
    readonly endless = false,
  ) {
    this.#stream = stream;
    this.#beats = beats;
    this.#open = stallGenerator(stall, contextOf('source', stream, seed, capacity));
    this.#noise = randomStream(seed, `noise ${stream.name}`);
    this.payload = new Uint32Array(stream.fields.reduce((sum, { width }) => sum + limbsOf(width), 0));
    this.#quiet();
  }

  /** `payload` field by field. */
  get fields(): readonly Bits[] {
    let at = 0;
    return this.#stream.fields.map(({ width }) => {
      const limbs = limbsOf(width);
      at += limbs;
      return bitsAt(this.payload, at - limbs, limbs);
    });
  }

  /** Beats accepted since the last reset. */
  get accepted(): number {
    return this.#next;
  }
  get done(): boolean {
    return this.endless || this.#next >= this.#beats.length;
  }

  /** Decides valid and payload of a cycle outside reset. */
  decide(): void {
    if (this.#fresh) {
      this.#fresh = false;
      return;
    }
    this.changed = false;
    const beat = this.#beats[this.endless ? this.#next % this.#beats.length : this.#next];
    const { last } = this.#stream;
    const isLast = beat !== undefined && last !== undefined && (beat[last] ?? 0n) !== 0n;
    const view = this.#view;
    view.fired = this.#fired;
    view.last = isLast;
    const open = this.#open(view);
    if (this.valid && !this.#fired) return;
    this.changed = true;
    this.valid = open && beat !== undefined;
    if (this.valid && beat !== undefined) this.#load(beat);
    else this.#quiet();
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

  #load(beat: Beat): void {
    let at = 0;
    for (const { name, width } of this.#stream.fields) {
      const limbs = limbsOf(width);
      const value = BigInt.asUintN(width, beat[name] ?? 0n);
      if (limbs === 1) this.payload[at] = Number(value);
      else putBits(this.payload, at, limbs, value);
      at += limbs;
    }
  }

  #quiet(): void {
    let at = 0;
    for (const { width } of this.#stream.fields) {
      if (width <= 32) {
        const bits = this.#noise.next32();
        this.payload[at++] = width === 32 ? bits : bits & (2 ** width - 1);
        continue;
      }
      // The words of `nextBigInt`.
      let rest = width;
      for (; rest >= 32; rest -= 32) this.payload[at++] = this.#noise.next32();
      if (rest > 0) this.payload[at++] = this.#noise.next32() >>> (32 - rest);
    }
  }
}

/** Drives the ready of a stream out of the module. */
export class SinkDriver {
  readonly #open: StallGenerator;
  /** True when the pattern must see this cycle's last before it decides. */
  readonly looks: boolean;
  readonly #view = { fired: false, seen: false, last: false };
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
    const view = this.#view;
    view.fired = this.#fired;
    view.seen = this.#seen;
    view.last = last;
    this.ready = this.#open(view) || free;
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
