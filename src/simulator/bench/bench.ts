/**
 * Test benches beside the circuit: coroutines that are resumed once a cycle, in the order in which they were added.
 *
 * A cycle: every coroutine runs up to its next `yield` and sets inputs; the wires settle; monitors look; the edge comes.
 * What a coroutine reads after a `yield` are the values of the cycle that has just ended, so that reading never depends on
 * the order of the coroutines, and `valid` and `ready` tell whether a beat moved at the edge. After `yield 'settle'` it goes
 * on in the same cycle, with wires that follow the inputs set so far: for answers within a cycle.
 */
import { writeFileAtomic } from '../../base/files.js';
import type { CircuitSimulation, PortHandle } from '../inspect.js';
import { writeVcd } from '../vcd.js';
import { renderWave } from '../wave-text.js';
import type { RecorderOptions } from '../waves.js';
import { BenchError } from './bench-error.js';
import { TimeMachine, type TimeMachineOptions } from './time-machine.js';

/** `yield` ends the part of a cycle, `yield 'settle'` waits for the wires of this one. */
export type Coroutine = Generator<'settle' | undefined, void, void>;

/** What a coroutine or a monitor is given. */
export interface BenchIo {
  /** The cycle that the next edge ends. */
  readonly cycle: number;
  /** A port by name: look it up once. Throws H1109. */
  port(name: string): PortHandle;
  /** Any signal by path, as of the last settle. */
  peek(path: string): bigint;
  /** Ends the run after this cycle, whoever is still at work. */
  stop(): void;
}

export interface BenchOptions extends RecorderOptions {
  /** What is remembered for waves of a failure; false: nothing, which saves a look at every input in every cycle. */
  readonly history?: TimeMachineOptions | false;
  /** Cycles up to a failure that its message shows; 16 by default. Signals: the ports, or those of `signals`. */
  readonly shown?: number;
  /** A file that gets the cycles before a failure, all signals, as a value change dump. */
  readonly vcd?: string;
  /** Cycles in that file; 256 by default. */
  readonly window?: number;
}

interface Process {
  readonly name: string;
  readonly coroutine: Coroutine;
  readonly background: boolean;
  done: boolean;
}

/** Rounds of `yield 'settle'` in one cycle after which coroutines chase each other. */
const maxRounds = 64;

export class Bench implements BenchIo {
  /** The record of the run; absent with `history: false`. */
  readonly history: TimeMachine | undefined;
  readonly #processes: Process[] = [];
  readonly #monitors: { readonly name: string; readonly look: (io: BenchIo) => void }[] = [];
  #cycle = 0;
  #stopped = false;
  #started = false;
  #settled = false;
  /** Coroutines that keep the run going. */
  #working = 0;

  constructor(
    readonly simulation: CircuitSimulation,
    readonly options: BenchOptions = {},
  ) {
    this.history = options.history === false ? undefined : new TimeMachine(simulation, options.history);
  }

  get cycle(): number {
    return this.#cycle;
  }
  port(name: string): PortHandle {
    return this.simulation.port(name);
  }
  peek(path: string): bigint {
    return this.simulation.peekSignal(path);
  }
  stop(): void {
    this.#stopped = true;
  }

  /** Adds a coroutine. The run goes on while one that is not in the `background` does. */
  process(name: string, body: (io: BenchIo) => Coroutine, options: { readonly background?: boolean } = {}): this {
    const background = options.background ?? false;
    this.#processes.push({ name, coroutine: body(this), background, done: false });
    if (!background) this.#working++;
    return this;
  }

  /** Adds a function that looks at the settled values of every cycle and throws where they are wrong. */
  monitor(name: string, look: (io: BenchIo) => void): this {
    this.#monitors.push({ name, look });
    return this;
  }

  /**
   * Runs until all coroutines have returned or one has called `stop`; returns the number of cycles. Throws BenchError where
   * a coroutine or a monitor does, and where coroutines are left after `limit` cycles.
   */
  run(limit: number): number {
    const start = this.#cycle;
    this.#stopped = false;
    while (!this.#stopped) {
      if (this.#cycle - start >= limit) {
        const left = this.waiting;
        if (left.length === 0) break;
        throw this.failure('the run', new Error(`${left.join(', ')} not done after ${limit} cycles`), this.#cycle - 1);
      }
      if (!this.step()) break;
    }
    return this.#cycle - start;
  }

  /** Names of coroutines that keep the run going. */
  get waiting(): string[] {
    return this.#processes.filter((each) => !each.done && !each.background).map((each) => each.name);
  }

  /** One cycle. False, and no edge, where the last coroutine that kept the run going has returned. */
  step(): boolean {
    if (!this.#started) this.simulation.settle();
    this.#started = true;
    const keeping = this.#working > 0;
    this.#resume();
    if (keeping && this.#working === 0) return false;
    if (!this.#settled) this.simulation.settle();
    for (const { name, look } of this.#monitors) {
      try {
        look(this);
      } catch (error) {
        throw this.failure(name, error, this.#cycle);
      }
    }
    (this.history ?? this.simulation).tick();
    this.#cycle++;
    return true;
  }

  #resume(): void {
    this.#settled = false;
    let pending: readonly Process[] = this.#processes;
    for (let round = 0; pending.length > 0; round++) {
      let again: Process[] | undefined;
      for (const each of pending) {
        if (each.done) continue;
        try {
          if (round > maxRounds) throw new Error(`still not settled after ${maxRounds} rounds`);
          const { done, value } = each.coroutine.next();
          if (done === true) {
            each.done = true;
            if (!each.background) this.#working--;
          }
          if (value === 'settle') (again ??= []).push(each);
        } catch (error) {
          throw this.failure(each.name, error, Math.max(0, this.#cycle - (round === 0 ? 1 : 0)));
        }
      }
      if (again === undefined && round === 0) return;
      this.simulation.settle();
      this.#settled = again === undefined;
      pending = again ?? [];
    }
  }

  /** The error of a failure in the values of `cycle`, with waves where there is a history. */
  failure(who: string, cause: unknown, cycle: number): BenchError {
    if (cause instanceof BenchError) return cause;
    const { shown = 16, window = 256, vcd, signals } = this.options;
    const at = Math.max(0, cycle);
    const { history } = this;
    const { top } = this.simulation.circuit;
    if (history === undefined) return new BenchError({ top, cycle: at, who, cause });
    const drawn = history.traceWindow(at - shown + 1, at + 1, signals === undefined ? {} : { signals });
    if (vcd !== undefined) {
      writeFileAtomic(vcd, writeVcd(history.traceWindow(at - window + 1, at + 1, { signals: () => true })));
    }
    return new BenchError({
      top,
      cycle: at,
      who,
      cause,
      wave: renderWave(drawn),
      ...(vcd === undefined ? {} : { file: vcd }),
    });
  }
}
