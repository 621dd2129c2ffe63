/** When weight words move, in the terms of `timing-equations.ts`: units that take them from a stream, and what gives them. */
import { Times } from '../times.js';
import { FreezeTimes, type TimedModule } from '../timing-equations.js';

/**
 * Matrix-vector unit with a weight stream: a pipeline of latency 4 with one operand a step. Step n takes word n, and while it
 * belongs to the first group of rows also the next beat of the vector; both move in the same cycle, the first one in which both
 * are on offer and the pipeline moves.
 */
export class StreamedUnitTimes implements TimedModule {
  readonly #steps = new Times();
  readonly #pipeline: TimedModule;
  /** From when on the next beat and the next word are on offer; infinite where that has not been said. */
  #beat = Infinity;
  #word = Infinity;

  /** A vector has `beats` beats, each for `groups` groups of rows; `make` gives the pipeline between steps and output. */
  constructor(
    readonly inputs: readonly [Times, Times],
    output: Times,
    readonly beats: number,
    readonly groups: number,
    make = (steps: Times): TimedModule => new FreezeTimes(steps, output, 4, beats),
  ) {
    this.#pipeline = make(this.#steps);
  }

  offer(): number {
    return this.#pipeline.offer(0);
  }

  take(from: number, port: number): number {
    const own = this.inputs[port]!.length;
    const step = port === 1 ? own : Math.floor(own / this.beats) * this.beats * this.groups + (own % this.beats);
    // The other stream may have been told first, and the step be made.
    if (step >= this.#steps.length) {
      if (port === 0) this.#beat = from;
      else this.#word = from;
      if (step === this.#steps.length) this.#make(step % (this.beats * this.groups) < this.beats);
    }
    return this.#steps.at(step);
  }

  /** The next step, if its time is known; `fresh`: it takes a beat. */
  #make(fresh: boolean): void {
    const from = fresh ? Math.max(this.#word, this.#beat) : this.#word;
    if (from === Infinity) return;
    const time = this.#pipeline.take(from, 0);
    if (time === Infinity) return;
    this.#steps.push(time);
    this.#word = Infinity;
    if (fresh) this.#beat = Infinity;
  }
}

/**
 * Reader of weight words: a register behind the memory and a queue of two. Word n is read in cycle r(n) and passes from the
 * register to the queue in cycle p(n):
 *
 *   r(n) = p(n - 1)        p(n) = max(r(n), d(n - 2)) + 1        offer(n) = max(p(n), d(n - 1)) + 1
 *
 * Where frames of `frame` words need tokens, the first word of one is read as its token is taken: take(j, t) = max(t, p(n - 1)).
 */
export class WordTimes implements TimedModule {
  readonly #passed = new Times();

  constructor(
    readonly output: Times,
    readonly tokens?: { readonly times: Times; readonly frame: number },
  ) {}

  /** p(n); infinite where it is not known. */
  #passes(n: number): number {
    for (let k = this.#passed.length; k <= n; k++) {
      const time = Math.max(this.#read(k), k < 2 ? -1 : this.output.at(k - 2)) + 1;
      if (time === Infinity) return time;
      this.#passed.push(time);
    }
    return this.#passed.at(n);
  }

  /** r(n), where p(n - 1) is known. */
  #read(n: number): number {
    const { tokens } = this;
    if (tokens !== undefined && n % tokens.frame === 0) return tokens.times.at(n / tokens.frame);
    return n === 0 ? 0 : this.#passed.at(n - 1);
  }

  offer(): number {
    const n = this.output.length;
    return Math.max(this.#passes(n), n === 0 ? -1 : this.output.at(n - 1)) + 1;
  }

  take(from: number): number {
    const first = (this.tokens?.times.length ?? 0) * (this.tokens?.frame ?? 1);
    return first === 0 ? from : Math.max(from, this.#passes(first - 1));
  }
}

/**
 * Tokens for frames of `beats` beats that pass: token j is on offer from the cycle after the first beat of frame j on, and that
 * beat waits while `most` tokens have not been taken.
 */
export class TokenTimes implements TimedModule {
  constructor(
    readonly passing: Times,
    readonly tokens: Times,
    readonly beats: number,
    readonly most: number,
  ) {}

  /** First cycle >= `from` in which the next beat may pass. */
  pass(from: number): number {
    const [k, oldest] = [this.passing.length, this.passing.length / this.beats - this.most];
    return k % this.beats !== 0 || oldest < 0 ? from : Math.max(from, this.tokens.at(oldest) + 1);
  }

  offer(): number {
    const j = this.tokens.length;
    return Math.max(this.passing.at(j * this.beats), j === 0 ? -1 : this.tokens.at(j - 1)) + 1;
  }

  take(): never {
    throw new Error('a gate is asked what may pass, not what it takes');
  }
}
