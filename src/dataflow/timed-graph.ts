/** Timed modules and the streams between them, and the search for all transfer times. */
import { Times } from './times.js';
import type { TimedModule } from './timing-equations.js';

/** What the next beat of a stream waits for. */
const [nothing, giver, reader] = [0, 1, 2];

class TimedStream {
  readonly times: Times;
  /** None: the port of the accelerator. */
  giver: TimedModule | undefined;
  giverPort = 0;
  reader: TimedModule | undefined;
  readerPort = 0;
  /** Lets beats wait on their way to the reader. */
  gate: Gate | undefined;
  /** Streams that may get on when this one has: those that wait for their giver, and those that wait for their reader. */
  readonly starved: TimedStream[] = [];
  readonly blocked: TimedStream[] = [];
  /** What the next beat waits for; nothing: the stream stands in the queue. */
  waitsFor = nothing;
  /** First cycle in which the next beat is on offer, once that is known. */
  offered = Infinity;

  constructor(room: number) {
    this.times = new Times(room);
  }
}

/** A module through which a stream only passes, in the same cycle, but that may let a beat wait. */
export interface Gate extends TimedModule {
  /** First cycle >= `from` in which the first beat whose transfer is not known may pass, infinite while that is not known. */
  pass(from: number): number;
}

/** A graph of timed modules. Streams are known by their lists of times. */
export class TimedGraph {
  readonly #streams = new Map<Times, TimedStream>();

  /** A new stream without times; `room` is how many beats will likely move. */
  stream(room?: number): Times {
    const stream = new TimedStream(room ?? 0);
    this.#streams.set(stream.times, stream);
    return stream.times;
  }

  /** A module between streams of this graph, by port. Every stream has at most one giver and one reader. */
  add(module: TimedModule, inputs: readonly Times[], outputs: readonly Times[]): void {
    const ins = inputs.map((times) => this.#streams.get(times)!);
    const outs = outputs.map((times) => this.#streams.get(times)!);
    ins.forEach((stream, port) => {
      [stream.reader, stream.readerPort] = [module, port];
      stream.starved.push(...outs);
      stream.blocked.push(...ins.filter((other) => other !== stream));
    });
    outs.forEach((stream, port) => {
      [stream.giver, stream.giverPort] = [module, port];
      stream.starved.push(...outs.filter((other) => other !== stream));
      stream.blocked.push(...ins);
    });
  }

  /** A gate on the stream `passing`, which keeps its giver and its reader, and the streams that it gives itself. */
  addGate(gate: Gate, passing: Times, outputs: readonly Times[]): void {
    this.add(gate, [], outputs);
    const stream = this.#streams.get(passing)!;
    stream.gate = gate;
    for (const times of outputs) {
      const other = this.#streams.get(times)!;
      stream.starved.push(other);
      other.starved.push(stream);
    }
  }

  /**
   * Finds all transfer times for `beats` beats on `input`, beat k on offer from cycle `pace(k)` on, where other streams without a
   * giver always have beats on offer, and streams without a reader are always read. In a deadlock the lists stay short. A stream
   * is looked at again after one that it waits for has got on; the order does not matter for the result.
   */
  solve(input: Times, beats: number, pace: (k: number) => number = () => 0): void {
    const queue = [...this.#streams.values()];
    const first = this.#streams.get(input);
    for (let stream = queue.pop(); stream !== undefined; stream = queue.pop()) {
      const { times } = stream;
      const before = times.length;
      if (stream === first) advance(stream, beats, pace);
      else advance(stream, Infinity, always);
      if (times.length === before) continue;
      for (const other of stream.blocked) {
        if (other.waitsFor !== reader) continue;
        other.waitsFor = nothing;
        queue.push(other);
      }
      for (const other of stream.starved) {
        if (other.waitsFor !== giver) continue;
        other.waitsFor = nothing;
        queue.push(other);
      }
    }
  }
}

const always = (): number => 0;

/** Adds the times of a stream as far as they follow from what is known; at most `beats` in all. */
function advance(stream: TimedStream, beats: number, pace: (k: number) => number): void {
  const { times, giver: from, giverPort, reader: to, readerPort, gate } = stream;
  for (;;) {
    if (stream.offered === Infinity) {
      const k = times.length;
      if (k >= beats) return;
      const offer = from === undefined ? Math.max(k === 0 ? 0 : times.at(k - 1) + 1, pace(k)) : from.offer(giverPort);
      stream.offered = gate === undefined ? offer : gate.pass(offer);
      if (stream.offered === Infinity) {
        stream.waitsFor = giver;
        return;
      }
    }
    const time = to === undefined ? stream.offered : to.take(stream.offered, readerPort);
    if (time === Infinity) {
      stream.waitsFor = reader;
      return;
    }
    times.push(time);
    stream.offered = Infinity;
  }
}
