/** A cycle model with its channels, seen as a simulation with the ports of the circuit. */
import type { Channel, CycleModel } from '../simulator/cycle-model.js';
import type { PortInfo, Simulation } from '../simulator/simulation.js';
import type { Participant } from './participant.js';
import { type Beat, type StreamSpec, streamPorts } from './streams.js';

/** A channel bound to the ports of its stream; made by `bindStream`, which hides the type of a beat. */
export interface BoundStream {
  readonly stream: StreamSpec;
  /** Moves the circuit's side of the wires into the channel. */
  drive(wire: (port: string) => bigint): void;
  valid(): boolean;
  ready(): boolean;
  /** Fields of the beat on offer. */
  beat(): Beat;
}

/** Ties a channel to a stream. `pack` gives the fields of a beat, `unpack` makes a beat of fields. */
export function bindStream<T>(
  stream: StreamSpec,
  channel: Channel<T>,
  pack: (beat: T) => Beat,
  unpack: (fields: Beat) => T,
): BoundStream {
  return {
    stream,
    drive(wire) {
      if (stream.role === 'source') {
        channel.ready = wire(stream.ready) !== 0n;
        return;
      }
      channel.valid = wire(stream.valid) !== 0n;
      if (!channel.valid) return;
      channel.data = unpack(Object.fromEntries(stream.fields.map(({ name, port }) => [name, wire(port)])));
    },
    valid: () => channel.valid,
    ready: () => channel.ready,
    beat: () => pack(channel.data),
  };
}

export interface BoundModel {
  readonly model: CycleModel;
  readonly streams: readonly BoundStream[];
}

/** Rounds of `settle` after which a model counts as oscillating. */
const maxRounds = 1000;

class ChannelSimulation implements Simulation {
  readonly ports: readonly PortInfo[];
  readonly #model: CycleModel;
  readonly #streams: readonly BoundStream[];
  readonly #reset: string | undefined;
  readonly #inputs: Map<string, bigint>;
  readonly #outputs = new Map<string, () => bigint>();
  #changed = true;

  constructor({ model, streams }: BoundModel, reset: string | undefined) {
    this.#model = model;
    this.#streams = streams;
    this.#reset = reset;
    const resetPort: PortInfo[] = reset === undefined ? [] : [{ name: reset, dir: 'input', width: 1, signed: false }];
    this.ports = [...resetPort, ...streams.flatMap(({ stream }) => streamPorts(stream))];
    this.#inputs = new Map(this.ports.flatMap(({ name, dir }) => (dir === 'input' ? [[name, 0n]] : [])));
    for (const bound of streams) {
      const { stream } = bound;
      if (stream.role === 'sink') {
        this.#outputs.set(stream.ready, () => (bound.ready() ? 1n : 0n));
        continue;
      }
      this.#outputs.set(stream.valid, () => (bound.valid() ? 1n : 0n));
      for (const { name, port, width } of stream.fields) {
        this.#outputs.set(port, () => BigInt.asUintN(width, bound.beat()[name] ?? 0n));
      }
    }
    model.reset();
  }

  poke(port: string, value: bigint | number): void {
    // Inputs that the model does not know (constants, configuration) concern only the circuit.
    if (!this.#inputs.has(port)) return;
    this.#inputs.set(port, BigInt(value));
    this.#changed = true;
  }

  peek(port: string): bigint {
    const read = this.#outputs.get(port);
    if (read !== undefined) return read();
    return this.#inputs.get(port) ?? 0n;
  }

  settle(): void {
    for (const bound of this.#streams) bound.drive((port) => this.#inputs.get(port) ?? 0n);
    let before = '';
    for (let round = 0; round < maxRounds; round++) {
      this.#model.settle();
      const now = this.#streams.map((bound) => `${bound.valid() ? 1 : 0}${bound.ready() ? 1 : 0}`).join('');
      if (now === before) {
        this.#changed = false;
        return;
      }
      before = now;
    }
    throw new Error('the cycle model does not settle: valid and ready chase each other');
  }

  tick(clocks?: readonly string[]): void {
    if (this.#changed) this.settle();
    if (this.#reset !== undefined && this.#inputs.get(this.#reset) === 0n) this.#model.reset();
    else this.#model.tick(clocks);
    this.#changed = true;
  }
}

/** A cycle model as a participant; `create` builds a fresh model with fresh channels. */
export function modelParticipant(create: () => BoundModel, reset?: string): Participant {
  return { name: 'model', compare: 'handshake', create: () => new ChannelSimulation(create(), reset) };
}
