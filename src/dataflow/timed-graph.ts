/** Timed modules and the streams between them, and the search for all transfer times. */
import type { TimedModule, Times } from './timing-equations.js';

interface Port {
  readonly module: TimedModule;
  readonly port: number;
}

interface TimedStream {
  readonly times: Times;
  /** None: the port of the accelerator. */
  giver?: Port;
  reader?: Port;
  /** Lets beats wait on their way to the reader. */
  gate?: Gate;
  /** Streams of the same modules: what may get on when this one has. */
  readonly beside: Set<TimedStream>;
  waiting: boolean;
}

/** A module through which a stream only passes, in the same cycle, but that may let a beat wait. */
export interface Gate extends TimedModule {
  /** First cycle >= `from` in which the first beat whose transfer is not known may pass; a defined answer is final. */
  pass(from: number): number | undefined;
}

/** A graph of timed modules. Streams are known by their lists of times. */
export class TimedGraph {
  readonly #streams = new Map<Times, TimedStream>();

  /** A new stream without times. */
  stream(): Times {
    const times: Times = [];
    this.#streams.set(times, { times, beside: new Set(), waiting: false });
    return times;
  }

  /** A module between streams of this graph, by port. Every stream has at most one giver and one reader. */
  add(module: TimedModule, inputs: readonly Times[], outputs: readonly Times[]): void {
    const around = [...inputs, ...outputs].map((times) => this.#streams.get(times)!);
    inputs.forEach((_, port) => (around[port]!.reader = { module, port }));
    outputs.forEach((_, port) => (around[inputs.length + port]!.giver = { module, port }));
    for (const stream of around) for (const other of around) if (other !== stream) stream.beside.add(other);
  }

  /** A gate on the stream `passing`, which keeps its giver and its reader, and the streams that it gives itself. */
  addGate(gate: Gate, passing: Times, outputs: readonly Times[]): void {
    this.add(gate, [], outputs);
    const stream = this.#streams.get(passing)!;
    stream.gate = gate;
    for (const times of outputs) {
      const other = this.#streams.get(times)!;
      stream.beside.add(other);
      other.beside.add(stream);
    }
  }

  /**
   * Finds all transfer times for `beats` beats on `input`, beat k on offer from cycle `pace(k)` on, where other streams without a
   * giver always have beats on offer, and streams without a reader are always read. In a deadlock the lists stay short. A stream is looked at again after one beside it has got on; the order does not matter for the result.
   */
  solve(input: Times, beats: number, pace: (k: number) => number = () => 0): void {
    const due: TimedStream[] = [];
    const wake = (stream: TimedStream): void => {
      if (stream.waiting) return;
      stream.waiting = true;
      due.push(stream);
    };
    const first = this.#streams.get(input);
    this.#streams.forEach(wake);
    for (let stream = due.pop(); stream !== undefined; stream = due.pop()) {
      stream.waiting = false;
      const { times, giver, reader, gate } = stream;
      const [count, after] = stream === first ? [beats, pace] : [Infinity, () => 0];
      const before = times.length;
      for (;;) {
        const k = times.length;
        const port = k < count ? Math.max((times[k - 1] ?? -1) + 1, after(k)) : undefined;
        const offer = giver === undefined ? port : giver.module.offer(giver.port);
        const from = offer === undefined || gate === undefined ? offer : gate.pass(offer);
        const time = from === undefined || reader === undefined ? from : reader.module.take(from, reader.port);
        if (time === undefined) break;
        times.push(time);
      }
      if (times.length > before) stream.beside.forEach(wake);
    }
  }
}
