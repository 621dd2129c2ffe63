/**
 * Time travel: inputs are recorded as they change and the state is kept every so many cycles, so that any recorded cycle
 * can be reached again, and any window of cycles drawn, without tracing while the simulation runs.
 */
import { HeddleError } from '../../base/diagnostics.js';
import type { CircuitSimulation, PortHandle } from '../inspect.js';
import type { WasmPort } from '../wasm/port.js';
import { type RecorderOptions, type Trace, record } from '../waves.js';

export interface TimeMachineOptions {
  /** Cycles from one checkpoint to the next; 4096 by default. */
  readonly every?: number;
  /** Cycles that are remembered at least; the checkpoints before them go. 2^20 by default. */
  readonly keep?: number;
}

/** What an input holds: a number up to 32 bits, else its bytes where the simulator has such, else a big integer. */
type Value = number | bigint | Uint8Array;

interface Input {
  get(): Value;
  set(value: Value): void;
  /** Whether the input holds something else than `value`. */
  differs(value: Value): boolean;
}

/** The cycles from one checkpoint to the next. */
interface Segment {
  readonly start: number;
  readonly state: Uint8Array;
  /** Inputs in cycle `start`. */
  readonly inputs: readonly Value[];
  /** Changes of inputs after that, in order: cycle, number of the input, value. */
  readonly cycles: number[];
  readonly ports: number[];
  readonly values: Value[];
}

export class TimeMachine {
  readonly #inputs: readonly Input[];
  readonly #every: number;
  readonly #keep: number;
  readonly #segments: Segment[] = [];
  /** Inputs as they were recorded last. */
  #last: Value[];
  #cycle = 0;
  #end = 0;

  /** Cycle 0 is the state of `simulation` now. From here on only this machine may advance it. */
  constructor(
    readonly simulation: CircuitSimulation,
    options: TimeMachineOptions = {},
  ) {
    this.#every = Math.max(1, options.every ?? 4096);
    this.#keep = options.keep ?? 2 ** 20;
    this.#inputs = simulation.ports
      .filter(({ dir }) => dir === 'input')
      .map(({ name, width }) => inputOf(simulation.port(name), width));
    this.#last = this.#inputs.map((input) => input.get());
  }

  /** The cycle that the next edge ends. */
  get cycle(): number {
    return this.#cycle;
  }
  /** Cycles that have ended so far; `seek` goes up to here. */
  get end(): number {
    return this.#end;
  }
  /** The first cycle that is still remembered. */
  get first(): number {
    return this.#segments[0]?.start ?? this.#cycle;
  }

  /** One edge. After a `seek` into the past this starts a new future: what was recorded from here on is dropped. */
  tick(): void {
    this.#beforeEdge();
    this.simulation.tick();
    this.#moved(1);
  }

  /** `n` edges with the inputs as they are. */
  run(n: number): void {
    for (let left = n; left > 0;) {
      const some = Math.min(left, this.#beforeEdge());
      this.simulation.run(some);
      this.#moved(some);
      left -= some;
    }
  }

  /** As `runUntil` of the simulation. */
  runUntil(stop: string, limit: number): number {
    for (let done = 0; done < limit;) {
      const some = Math.min(limit - done, this.#beforeEdge());
      const ran = this.simulation.runUntil(stop, some);
      this.#moved(ran);
      done += ran;
      if (ran < some) return done;
    }
    return Math.max(0, limit);
  }

  /** Goes to the beginning of a recorded cycle, with the inputs that it had. Throws H1121 outside `first` .. `end`. */
  seek(cycle: number): void {
    const segment = this.#segments.findLast(({ start }) => start <= cycle);
    if (cycle > this.#end || (segment === undefined && cycle !== this.#cycle)) {
      throw new HeddleError({
        code: 'H1121',
        message: `${this.simulation.circuit.top}: cycle ${cycle} is not recorded`,
        places: [],
        fix: `cycles ${this.first} .. ${this.#end} are`,
      });
    }
    if (segment === undefined) return;
    this.simulation.restore(segment.state);
    segment.inputs.forEach((value, k) => this.#put(k, value));
    this.#cycle = segment.start;
    this.#apply(segment);
    while (this.#cycle < cycle) this.#replay(segment);
  }

  /** Goes back by `cycles`, at most to the first one remembered. */
  stepBack(cycles = 1): void {
    this.seek(Math.max(this.first, this.#cycle - cycles));
  }

  /**
   * The signals of the cycles `from` .. `to - 1`, by running them again; the simulation is afterwards where it was. The
   * window is cut to what is remembered; the cycle that has not ended yet belongs to it.
   */
  traceWindow(from: number, to: number, options: RecorderOptions = {}): Trace {
    const [here, inputs, last] = [this.#cycle, this.#inputs.map((input) => input.get()), [...this.#last]];
    // A cycle that has not ended has inputs that only the simulation knows.
    const pending = here === this.#end;
    const first = Math.max(from, this.first);
    const beyond = Math.min(to, this.#end + (pending ? 1 : 0));
    if (first < here || !pending) this.seek(Math.min(first, this.#end));
    const recorder = record(this.simulation, { ...options, first });
    for (let cycle = first; cycle < beyond; cycle++) {
      if (cycle === this.#end) inputs.forEach((value, k) => this.#put(k, value));
      this.simulation.settle();
      recorder.sample();
      if (cycle < this.#end) this.#replay(this.#segments.findLast(({ start }) => start <= cycle)!);
    }
    if (this.#cycle !== here) this.seek(here);
    inputs.forEach((value, k) => this.#inputs[k]?.set(value));
    this.#last = last;
    this.simulation.settle();
    return recorder.trace;
  }

  /** Records the inputs of this cycle; returns how many edges may follow before the next checkpoint. */
  #beforeEdge(): number {
    if (this.#cycle < this.#end) this.#forget();
    let segment = this.#segments.at(-1);
    if (segment === undefined || this.#cycle - segment.start >= this.#every) {
      this.#last = this.#inputs.map((input) => input.get());
      segment = {
        start: this.#cycle,
        state: this.simulation.snapshot(),
        inputs: [...this.#last],
        cycles: [],
        ports: [],
        values: [],
      };
      this.#segments.push(segment);
      while ((this.#segments[1]?.start ?? Infinity) <= this.#cycle - this.#keep) this.#segments.shift();
      return this.#every;
    }
    for (let k = 0; k < this.#inputs.length; k++) {
      const input = this.#inputs[k]!;
      if (!input.differs(this.#last[k]!)) continue;
      const value = input.get();
      segment.cycles.push(this.#cycle);
      segment.ports.push(k);
      segment.values.push(value);
      this.#last[k] = value;
    }
    return segment.start + this.#every - this.#cycle;
  }

  #moved(cycles: number): void {
    this.#cycle += cycles;
    this.#end = this.#cycle;
  }

  /** Drops the future of the present cycle. */
  #forget(): void {
    while ((this.#segments.at(-1)?.start ?? 0) > this.#cycle) this.#segments.pop();
    const segment = this.#segments.at(-1);
    const beyond = segment?.cycles.findIndex((cycle) => cycle > this.#cycle) ?? -1;
    if (segment !== undefined && beyond >= 0)
      segment.cycles.length = segment.ports.length = segment.values.length = beyond;
    this.#end = this.#cycle;
  }

  #put(input: number, value: Value): void {
    this.#last[input] = value;
    this.#inputs[input]?.set(value);
  }

  /** One recorded edge again. */
  #replay(segment: Segment): void {
    this.simulation.tick();
    this.#cycle++;
    const next = this.#segments.find(({ start }) => start === this.#cycle);
    if (next !== undefined) next.inputs.forEach((value, k) => this.#put(k, value));
    else this.#apply(segment);
  }

  /** Sets the inputs that change in the present cycle. */
  #apply({ cycles, ports, values }: Segment): void {
    let [low, high] = [0, cycles.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cycles[middle]! < this.#cycle) low = middle + 1;
      else high = middle;
    }
    for (let at = low; cycles[at] === this.#cycle; at++) this.#put(ports[at]!, values[at]!);
  }
}

type AnyPort = PortHandle & Partial<Pick<WasmPort, 'bytes' | 'raw'>>;

function inputOf(port: AnyPort, width: number): Input {
  if (width <= 32) {
    return {
      get: () => port.getNumber(),
      set: (value) => port.setNumber(Number(value)),
      differs: (value) => port.getNumber() !== value,
    };
  }
  if (port.raw !== undefined && port.bytes !== undefined) {
    const [raw, bytes] = [port.raw, port.bytes];
    return {
      get: () => raw().slice(),
      set: (value) => bytes().set(value as Uint8Array),
      differs: (value) => {
        const now = raw();
        const was = value as Uint8Array;
        for (let i = 0; i < now.length; i++) if (now[i] !== was[i]) return true;
        return false;
      },
    };
  }
  return {
    get: () => port.get(),
    set: (value) => port.set(value as bigint),
    differs: (value) => port.get() !== value,
  };
}
