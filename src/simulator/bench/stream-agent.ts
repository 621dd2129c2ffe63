/**
 * Both ends of a stream for a bench: a sender that keeps valid and the beat until the transfer, and a receiver that is ready
 * while somebody waits for beats. Each is a coroutine that drives and a monitor that sees the transfer.
 */
import type { RandomStream } from '../../base/random.js';
import type { PortHandle } from '../inspect.js';
import type { Bench, Coroutine } from './bench.js';
import type { PortStream } from './port-streams.js';

/** Beats that have moved and are kept before somebody clears them away, at least. */
const KEPT = 1024;

/** One transfer: field name to bits. */
export type Beat = Readonly<Record<string, bigint>>;
/** A beat to send; a number is its `tdata`, absent fields are 0. */
export type BeatLike = Readonly<Record<string, bigint | number>> | bigint | number;

export interface AgentOptions {
  /** Probability with which this side pauses in a cycle; 0 by default. */
  readonly stall?: number;
}

interface Wires {
  readonly valid: PortHandle;
  readonly ready: PortHandle;
  readonly fields: readonly { readonly name: string; readonly narrow: boolean; readonly port: PortHandle }[];
}

function wiresOf(bench: Bench, stream: PortStream): Wires {
  return {
    valid: bench.port(`${stream.name}_tvalid`),
    ready: bench.port(`${stream.name}_tready`),
    fields: stream.fields.map(({ name, port, width }) => ({ name, narrow: width <= 32, port: bench.port(port) })),
  };
}

/** True in a cycle in which the reset is low. */
export type InReset = () => boolean;

export class SenderAgent {
  /** Values of the fields, in the order of the stream. */
  readonly #queue: (readonly bigint[])[] = [];
  /** Beats that have moved, ever. */
  moved = 0;
  /** Beats that were queued, ever. */
  queued = 0;
  /** Probability of a pause. */
  stall = 0;

  constructor(
    readonly bench: Bench,
    readonly stream: PortStream,
    random: RandomStream,
    inReset: InReset,
  ) {
    const wires = wiresOf(bench, stream);
    const queue = this.#queue;
    // Beats that have moved stand before this one until there are many: taking each out would move all the others.
    let head = 0;
    let offered = false;
    const open = (): boolean => this.stall === 0 || random.nextFloat() >= this.stall;
    function* drive(): Coroutine {
      for (;;) {
        if (inReset()) offered = false;
        else if (!offered && queue.length > head && open()) {
          wires.fields.forEach(({ narrow, port }, k) => {
            const value = queue[head]![k]!;
            if (narrow) port.setNumber(Number(BigInt.asUintN(32, value)));
            else port.set(value);
          });
          offered = true;
        }
        wires.valid.setNumber(offered ? 1 : 0);
        yield;
      }
    }
    bench.process(`sender of ${stream.name}`, drive, { background: true });
    bench.monitor(`sender of ${stream.name}`, () => {
      if (!offered || wires.ready.getNumber() === 0) return;
      offered = false;
      this.moved++;
      if (++head < KEPT || 2 * head < queue.length) return;
      queue.splice(0, head);
      head = 0;
    });
  }

  /** Queues beats; returns the number that `moved` has when the last of them has moved. */
  push(beats: readonly BeatLike[]): number {
    const { name, fields } = this.stream;
    for (const beat of beats) {
      const given = typeof beat === 'object' ? beat : { tdata: beat };
      for (const key in given) {
        if (fields.some((field) => field.name === key)) continue;
        throw new Error(`${name} has no field '${key}'; fields: ${fields.map((field) => field.name).join(', ')}`);
      }
      this.#queue.push(fields.map((field) => BigInt(given[field.name] ?? 0n)));
    }
    return (this.queued += beats.length);
  }
}

export class ReceiverAgent {
  /** Beats that have come and that nobody has taken. */
  readonly beats: Beat[] = [];
  /** Beats that somebody waits for. */
  wanted = 0;
  /** Probability of a pause. */
  stall = 0;

  constructor(
    readonly bench: Bench,
    readonly stream: PortStream,
    random: RandomStream,
    inReset: InReset,
  ) {
    const wires = wiresOf(bench, stream);
    let ready = false;
    const decide = (): void => {
      const willing = this.wanted > this.beats.length && !inReset();
      ready = willing && (this.stall === 0 || random.nextFloat() >= this.stall);
      wires.ready.setNumber(ready ? 1 : 0);
    };
    function* drive(): Coroutine {
      for (;;) {
        decide();
        yield;
      }
    }
    bench.process(`receiver of ${stream.name}`, drive, { background: true });
    bench.monitor(`receiver of ${stream.name}`, () => {
      if (!ready || wires.valid.getNumber() === 0) return;
      const beat: Record<string, bigint> = {};
      for (const { name, narrow, port } of wires.fields) beat[name] = narrow ? BigInt(port.getNumber()) : port.get();
      this.beats.push(beat);
    });
  }
}
