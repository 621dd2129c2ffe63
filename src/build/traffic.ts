/** Random traffic for any circuit: streams with stall patterns, all other inputs at random but those given, reset low for two cycles. */
import { type RandomStream, randomStream } from '../base/random.js';
import type { Design } from '../circuit/index.js';
import {
  type Beat,
  moduleStreams,
  paramEnv,
  parseStall,
  SinkDriver,
  SourceDriver,
  type StreamSpec,
} from '../cosim/index.js';
import type { CircuitSimulation, PortHandle } from '../simulator/index.js';

const resetCycles = 2;
/** Every so many beats, on average, ends a frame. */
const frame = 4;
/** Inputs that belong to no stream change every so many cycles, on average. */
const pause = 4;

/** Inputs of which somebody knows better. */
export interface GivenInputs {
  /** Beats that streams get again and again. */
  readonly feeds: Readonly<Record<string, readonly Beat[]>>;
  /** Values that other inputs have throughout; names of absent ports are passed over. */
  readonly held: Readonly<Record<string, bigint>>;
}

interface TrafficOptions {
  readonly seed: bigint;
  readonly stall: string;
  readonly to: number;
  readonly given?: GivenInputs | undefined;
}

interface Lane {
  readonly stream: StreamSpec;
  readonly valid: PortHandle;
  readonly ready: PortHandle;
  readonly fields: readonly PortHandle[];
  readonly source?: SourceDriver;
  readonly sink?: SinkDriver;
}

export class Traffic {
  readonly #lanes: readonly Lane[];
  readonly #resets: readonly PortHandle[];
  readonly #others: readonly PortHandle[];
  readonly #random: RandomStream;
  #reset = false;

  constructor(
    simulation: CircuitSimulation,
    design: Design,
    params: Readonly<Record<string, number>>,
    { seed, stall, to, given: { feeds, held } = { feeds: {}, held: {} } }: TrafficOptions,
  ) {
    const top = design.modules[design.top];
    if (top === undefined) throw new Error(`the design has no module '${design.top}'`);
    const streams = moduleStreams(top, paramEnv(top, params));
    const [pair] = parseStall(stall, randomStream(seed, 'stall'));
    if (pair === undefined) throw new Error('no stall pattern');
    this.#random = randomStream(seed, 'inputs');
    this.#lanes = streams.map((stream): Lane => {
      const wires = {
        stream,
        valid: simulation.port(stream.valid),
        ready: simulation.port(stream.ready),
        fields: stream.fields.map(({ port }) => simulation.port(port)),
      };
      if (stream.role === 'source') return { ...wires, sink: new SinkDriver(stream, pair.sink, seed, 16) };
      const feed = feeds[stream.name];
      const beats = feed ?? randomBeats(stream, randomStream(seed, `beats ${stream.name}`), to);
      return { ...wires, source: new SourceDriver(stream, beats, pair.source, seed, 16, feed !== undefined) };
    });
    const resets = new Set(top.domains.map(({ reset }) => reset));
    const driven = new Set(streams.flatMap(({ valid, ready, fields }) => [valid, ready, ...fields.map((f) => f.port)]));
    const inputs = simulation.ports.filter(({ dir }) => dir === 'input').map(({ name }) => name);
    this.#resets = inputs.filter((name) => resets.has(name)).map((name) => simulation.port(name));
    const others = inputs.filter((name) => !resets.has(name) && !driven.has(name));
    for (const name of others) if (held[name] !== undefined) simulation.poke(name, held[name]);
    this.#others = others.filter((name) => held[name] === undefined).map((name) => simulation.port(name));
  }

  /** Inputs of a cycle; settle after it. */
  drive(cycle: number): void {
    this.#reset = cycle < resetCycles && this.#resets.length > 0;
    for (const port of this.#resets) port.setNumber(this.#reset ? 0 : 1);
    for (const port of this.#others) {
      if (cycle === 0 || this.#random.nextInt(pause) === 0) port.set(this.#random.nextBigInt(port.width));
    }
    for (const { source, sink, valid, ready, fields } of this.#lanes) {
      if (source !== undefined) {
        if (this.#reset) source.reset();
        else source.decide();
        valid.setNumber(source.valid ? 1 : 0);
        fields.forEach((field, k) => field.set(BigInt(source.fields[k] ?? 0)));
      }
      if (sink !== undefined) {
        if (this.#reset) sink.reset();
        else sink.decide(false, false);
        ready.setNumber(sink.ready ? 1 : 0);
      }
    }
  }

  /** Tells the streams what moves; after settle, before the edge. */
  edge(): void {
    if (this.#reset) return;
    for (const { source, sink, valid, ready } of this.#lanes) {
      source?.edge(ready.getNumber() === 1);
      sink?.edge(valid.getNumber() === 1);
    }
  }
}

function randomBeats(stream: StreamSpec, random: RandomStream, count: number): Beat[] {
  return Array.from({ length: count }, () =>
    Object.fromEntries(
      stream.fields.map(({ name, width }) => [
        name,
        name === stream.last ? (random.nextInt(frame) === 0 ? 1n : 0n) : random.nextBigInt(width),
      ]),
    ),
  );
}
