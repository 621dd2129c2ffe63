/**
 * Test benches as async functions: `await stream.send(...)`, `await stream.receive(n)`, `await clock(n)`.
 *
 * Everybody who can go on does so between two cycles; the next cycle comes when all are waiting again. Which code runs in
 * which cycle is therefore decided by the circuit and the bench alone, whatever the machine is doing. Wait only for what
 * this bench offers: time spent on anything else (files, timers) is not simulated time.
 */
import { randomStream } from '../../base/random.js';
import type { CircuitSimulation, PortHandle } from '../inspect.js';
import { Bench, type BenchOptions } from './bench.js';
import { findStreams, type PortStream } from './port-streams.js';
import { type AgentOptions, type Beat, type BeatLike, ReceiverAgent, SenderAgent } from './stream-agent.js';

export interface AsyncBenchOptions extends BenchOptions {
  /** Cycles after which a wait gives up, where it says nothing else; 10 000 by default. */
  readonly timeout?: number;
  /** Seed of stalls; 1 by default. */
  readonly seed?: bigint;
  /** The reset input, active low; `aresetn` by default, if the circuit has it. */
  readonly reset?: string;
}

export interface WaitOptions {
  /** Cycles after which the wait fails. */
  readonly timeout?: number;
}

/** A stream into the circuit. */
export interface SendStream {
  /** Resolves in the cycle after the last of the beats has moved. With `last` the final beat has `tlast`. */
  send(beats: BeatLike | readonly BeatLike[], options?: WaitOptions & { readonly last?: boolean }): Promise<void>;
}
/** A stream out of the circuit. */
export interface ReceiveStream {
  /** The next `count` beats; ready is high only while beats are awaited. */
  receive(count: number, options?: WaitOptions): Promise<Beat[]>;
}

interface Wait {
  readonly ready: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  readonly deadline: number;
  readonly late: () => string;
}

export class AsyncBench {
  readonly bench: Bench;
  readonly #options: AsyncBenchOptions;
  readonly #streams: readonly PortStream[];
  readonly #senders = new Map<string, SenderAgent>();
  readonly #receivers = new Map<string, ReceiverAgent>();
  readonly #reset: PortHandle | undefined;
  #waits: Wait[] = [];
  #failure: { readonly who: string; readonly error: unknown } | undefined;

  constructor(simulation: CircuitSimulation, options: AsyncBenchOptions = {}) {
    this.#options = options;
    this.bench = new Bench(simulation, options);
    this.#streams = findStreams(simulation.ports);
    const reset = options.reset ?? 'aresetn';
    const known = simulation.ports.some(({ name, dir }) => name === reset && dir === 'input');
    this.#reset = known || options.reset !== undefined ? simulation.port(reset) : undefined;
    this.#reset?.setNumber(1);
    // Agents of all streams from the start, so that nothing is undriven and the order is always the same.
    for (const stream of this.#streams) this.#agent(stream);
  }

  get cycle(): number {
    return this.bench.cycle;
  }
  port(name: string): PortHandle {
    return this.bench.port(name);
  }

  /** Holds the reset low for some cycles; valid of the streams is low meanwhile. */
  async reset(cycles = 2): Promise<void> {
    this.#reset?.setNumber(0);
    await this.clock(cycles);
    this.#reset?.setNumber(1);
  }

  /** Waits for `cycles` edges. */
  clock(cycles = 1): Promise<void> {
    const end = this.cycle + cycles;
    if (cycles <= 0) return Promise.resolve();
    return this.#wait(
      () => this.cycle >= end,
      Infinity,
      () => '',
    );
  }

  /** Waits until `condition` holds in the values of the cycle that has just ended. */
  until(condition: () => boolean, options: WaitOptions = {}): Promise<void> {
    return this.#wait(condition, options.timeout, (cycles) => `a condition did not hold within ${cycles} cycles`);
  }

  /** The stream of ports `<name>_tvalid`, `<name>_tready`, ... into the circuit; `stall` makes it pause at random. */
  sender(name: string, options?: AgentOptions): SendStream {
    const stream = this.#stream(name, 'sink');
    if (options !== undefined) this.#pace(stream, options);
    return {
      send: (beats, wait = {}) => {
        const agent = this.#senders.get(name)!;
        const list = (Array.isArray(beats) ? beats : [beats]) as readonly BeatLike[];
        const before = agent.moved;
        const end = agent.push(wait.last === true ? withLast(list) : list);
        if (list.length === 0) return Promise.resolve();
        return this.#wait(
          () => agent.moved >= end,
          wait.timeout,
          (cycles) => `send of ${list.length} beats on ${name}: ${agent.moved - before} moved within ${cycles} cycles`,
        );
      },
    };
  }

  /** The stream of this name out of the circuit. */
  receiver(name: string, options?: AgentOptions): ReceiveStream {
    const stream = this.#stream(name, 'source');
    if (options !== undefined) this.#pace(stream, options);
    // Requests are served in the order in which they were made.
    let turn: Promise<unknown> = Promise.resolve();
    const receive = async (count: number, wait: WaitOptions): Promise<Beat[]> => {
      const agent = this.#receivers.get(name)!;
      agent.wanted = count;
      try {
        await this.#wait(
          () => agent.beats.length >= count,
          wait.timeout,
          (cycles) => `receive of ${count} beats on ${name}: ${agent.beats.length} came within ${cycles} cycles`,
        );
      } finally {
        agent.wanted = 0;
      }
      return agent.beats.splice(0, count);
    };
    return {
      receive: (count, wait = {}) => {
        const mine = turn.then(() => receive(count, wait));
        turn = mine.catch(() => undefined);
        return mine;
      },
    };
  }

  /** Starts another task beside the present one; wait for what it returns, or let it fail the bench. */
  spawn(name: string, task: () => Promise<void>): Promise<void> {
    const running = task();
    running.catch((error: unknown) => (this.#failure ??= { who: name, error }));
    return running;
  }

  /** Runs `main` to its end; returns the number of cycles. Throws BenchError, with the cycle, where anything fails. */
  async run(main: (bench: this) => Promise<void>): Promise<number> {
    let done = false;
    const start = this.cycle;
    const finished = this.spawn('the bench', () => main(this));
    finished.then(
      () => (done = true),
      () => undefined,
    );
    for (;;) {
      await drained();
      if (this.#failure !== undefined) {
        const { who, error } = this.#failure;
        throw this.bench.failure(who, error, this.cycle - 1);
      }
      if (done) return this.cycle - start;
      // Nobody waits for the circuit: what the bench waits for instead comes from outside.
      if (this.#waits.length === 0) await new Promise((resolve) => setImmediate(resolve));
      else while (!this.#cycle());
    }
  }

  /** One cycle; true where somebody can go on. */
  #cycle(): boolean {
    this.bench.step();
    const { cycle } = this.bench;
    const waits = this.#waits;
    if (!waits.some((wait) => cycle >= wait.deadline || wait.ready())) return false;
    this.#waits = [];
    for (const wait of waits) {
      if (wait.ready()) wait.resolve();
      else if (cycle >= wait.deadline) wait.reject(new Error(wait.late()));
      else this.#waits.push(wait);
    }
    return true;
  }

  #wait(ready: () => boolean, timeout: number | undefined, late: (cycles: number) => string): Promise<void> {
    const cycles = timeout ?? this.#options.timeout ?? 10_000;
    return new Promise((resolve, reject) => {
      this.#waits.push({ ready, resolve, reject, deadline: this.cycle + cycles, late: () => late(cycles) });
    });
  }

  #stream(name: string, role: PortStream['role']): PortStream {
    const found = this.#streams.find((stream) => stream.name === name && stream.role === role);
    if (found !== undefined) return found;
    const { top } = this.bench.simulation.circuit;
    const known = this.#streams.filter((stream) => stream.role === role).map((stream) => stream.name);
    const way = role === 'sink' ? 'into' : 'out of';
    throw new Error(`${top} has no stream '${name}' ${way} it; there are: ${known.join(', ')}`);
  }

  #agent(stream: PortStream): void {
    const random = randomStream(this.#options.seed ?? 1n, `stall ${stream.name}`);
    const inReset = (): boolean => this.#reset?.getNumber() === 0;
    if (stream.role === 'sink') {
      this.#senders.set(stream.name, new SenderAgent(this.bench, stream, random, inReset));
    } else {
      this.#receivers.set(stream.name, new ReceiverAgent(this.bench, stream, random, inReset));
    }
  }

  #pace(stream: PortStream, options: AgentOptions): void {
    const agent = this.#senders.get(stream.name) ?? this.#receivers.get(stream.name);
    if (agent !== undefined) agent.stall = options.stall ?? 0;
  }
}

/** Runs an async bench over a simulation; returns the number of cycles. */
export function runBench(
  simulation: CircuitSimulation,
  main: (bench: AsyncBench) => Promise<void>,
  options: AsyncBenchOptions = {},
): Promise<number> {
  return new AsyncBench(simulation, options).run(main);
}

/** Resolves when every promise that could go on has: the tick queue of Node comes after its microtasks. */
const drained = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

function withLast(beats: readonly BeatLike[]): BeatLike[] {
  return beats.map((beat, i) => {
    const fields = typeof beat === 'object' ? beat : { tdata: beat };
    return i === beats.length - 1 ? { ...fields, tlast: 1 } : fields;
  });
}
