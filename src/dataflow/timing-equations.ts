/**
 * When beats move, module by module: equations between the transfer times of a module's input and output.
 *
 * Write a(k) for the cycle in which input beat k moves and d(j) for output beat j. A module answers two questions:
 *
 *   offer   the first cycle in which output beat j is on offer; it then stays on offer until it moves;
 *   take    the first cycle >= t in which input beat k is taken, when it is on offer from t on.
 *
 * On a stream from module P to module Q the times are therefore  x(k) = Q.take(k, P.offer(k)).  A module of several inputs or
 * outputs is asked for each port on its own; one that joins streams may keep what it was told on one port until it knows the
 * others. An answer may need times
 * that are not known yet; it is then infinite and asked for again later. Every answer needs only events of earlier cycles,
 * or of the same cycle further downstream (ready runs upstream within a cycle), so there is always one that is known.
 *
 * For queues, up- and downsizers and argmax the equations are max-plus linear. A pipeline that freezes as a whole is not:
 * see {@link FreezeTimes}.
 */
import { Times } from './times.js';

export interface TimedModule {
  /** For the first output beat of a port whose transfer is not known; infinite where the answer is not known yet. */
  offer(port: number): number;
  /** For the first input beat of a port whose transfer is not known; a finite answer is final and comes once. */
  take(from: number, port: number): number;
}

/**
 * FIFO of `depth` beats, and register slice with depth 2:
 *
 *   offer(j) = max(a(j), d(j - 1)) + 1        take(k, t) = max(t, d(k - depth) + 1)
 */
export class QueueTimes implements TimedModule {
  constructor(
    readonly input: Times,
    readonly output: Times,
    readonly depth: number,
  ) {}

  offer(): number {
    const j = this.output.length;
    return Math.max(this.input.at(j), j === 0 ? 0 : this.output.at(j - 1)) + 1;
  }

  take(from: number): number {
    const k = this.input.length;
    return k < this.depth ? from : Math.max(from, this.output.at(k - this.depth) + 1);
  }
}

/**
 * Upsizer and argmax: beats of a frame of `frame` collect in groups of `ratio`, the last group may be short. With end(j) the
 * last input beat of group j:
 *
 *   offer(j) = a(end(j)) + 1        take(k, t) = t, but max(t, d(j - 1)) where k = end(j)
 */
export class CollectorTimes implements TimedModule {
  readonly #groups: number;
  constructor(
    readonly input: Times,
    readonly output: Times,
    readonly ratio: number,
    readonly frame: number,
  ) {
    this.#groups = Math.ceil(frame / ratio);
  }

  #end(j: number): number {
    const group = j % this.#groups;
    return ((j - group) / this.#groups) * this.frame + Math.min((group + 1) * this.ratio, this.frame) - 1;
  }

  offer(): number {
    return this.input.at(this.#end(this.output.length)) + 1;
  }

  take(from: number): number {
    const k = this.input.length;
    const group = Math.floor(k / this.frame) * this.#groups + Math.floor((k % this.frame) / this.ratio);
    return group === 0 || k !== this.#end(group) ? from : Math.max(from, this.output.at(group - 1));
  }
}

/**
 * Downsizer: a frame of `frame` narrow beats comes in wide beats of `ratio`, the last one may hold fewer. With first(k) and
 * end(k) the narrow beats of wide beat k:
 *
 *   offer(j) = a(k) + 1 where j = first(k), else d(j - 1) + 1        take(k, t) = max(t, d(end(k - 1)))
 */
export class SplitterTimes implements TimedModule {
  readonly #groups: number;
  constructor(
    readonly input: Times,
    readonly output: Times,
    readonly ratio: number,
    readonly frame: number,
  ) {
    this.#groups = Math.ceil(frame / ratio);
  }

  offer(): number {
    const j = this.output.length;
    const place = j % this.frame;
    if (place % this.ratio !== 0) return this.output.at(j - 1) + 1;
    return this.input.at(Math.floor(j / this.frame) * this.#groups + place / this.ratio) + 1;
  }

  take(from: number): number {
    const before = this.input.length - 1;
    if (before < 0) return from;
    const group = before % this.#groups;
    const end = ((before - group) / this.#groups) * this.frame + Math.min((group + 1) * this.ratio, this.frame) - 1;
    return Math.max(from, this.output.at(end));
  }
}

/** Which operands a pipeline gets from its input beats; counted in moving cycles. */
export interface FreezePattern {
  /** Cycles from beat 0 being on offer to its being taken. */
  readonly first: number;
  /**
   * Of input beat k: `leaves`, ascending, how long after it operands enter that leave as output (0: itself); `next`, how long
   * after it the next beat may enter.
   */
  operands(k: number): { readonly leaves: readonly number[]; readonly next: number };
}

/**
 * Pipelines with one enable: `latency` places, all of which stand still while a beat at the output is not read.
 *
 * Such a pipeline has a clock of its own that counts its moving cycles. On that clock nothing ever stalls: an operand that
 * enters at n leaves at n + latency. Let output beat j leave at n(j) on that clock and be held for h(j) cycles. The clock
 * stands still in just these cycles, so with S(j) = h(0) + ... + h(j)
 *
 *   d(j) = n(j) + S(j),        offer(j) = n(j) + S(j - 1),
 *
 * and an operand of pipeline time n enters in cycle n + S(i), i the last output with n(i) <= n. An input beat on offer from
 * cycle t on is taken at the least n with n + S(i) >= t that is later than the operand before it. Since S(j) is
 * d(j) - n(j), only the n(j) have to be kept.
 *
 * Operands: a vector is `beats` input beats, each used for `groups` row groups, one operand a moving cycle; only those of
 * the first group wait for input. An output beat leaves for the last operand of each group. Thresholds and requantizers are
 * the case of one beat and one group.
 *
 * Why this is no longest path: S enters with both signs. Holding an output longer gives later inputs a smaller n: a bubble
 * vanishes, and a later output may leave earlier. Latency 4, inputs in cycles 0, 3 and 6, output 1 held until cycle 20: output
 * 2 is on offer in cycle 23 if output 0 left at once (cycle 4), but in cycle 21 if output 0 was held until cycle 6.
 */
export class FreezeTimes implements TimedModule {
  /** n(j). */
  readonly #leaves: Times;
  /** Outputs with n(j) not above the pipeline time of the last operand looked at. */
  #passed = 0;
  /** n and S of the last of these. */
  #left = 0;
  #held = 0;
  /** Pipeline time of the next operand at the earliest. */
  #next = 0;
  readonly #pattern: FreezePattern;

  /** `beats` and `groups` as above, or another pattern. */
  constructor(
    readonly input: Times,
    readonly output: Times,
    readonly latency: number,
    beats: number | FreezePattern = 1,
    groups = 1,
  ) {
    this.#pattern = typeof beats === 'number' ? vectorPattern(beats, groups) : beats;
    this.#leaves = new Times();
  }

  /** n(j) + S(j - 1), where S is what an output beat left later than on the clock of the pipeline. */
  offer(): number {
    const j = this.output.length;
    const leaves = this.#leaves.at(j);
    return j === 0 ? leaves : leaves + this.output.at(j - 1) - this.#leaves.at(j - 1);
  }

  take(from: number): number {
    if (this.input.length === 0) from += this.#pattern.first;
    for (;;) {
      const time = Math.max(this.#next, this.#left, from - this.#held);
      const leaves = this.#leaves.at(this.#passed);
      if (leaves > time) {
        this.#enter(time);
        return time + this.#held;
      }
      if (this.#passed >= this.output.length) return Infinity;
      this.#left = leaves;
      this.#held = this.output.at(this.#passed) - leaves;
      this.#passed++;
    }
  }

  #enter(time: number): void {
    const { leaves, next } = this.#pattern.operands(this.input.length);
    for (const step of leaves) this.#leaves.push(time + step + this.latency);
    this.#next = time + next;
  }
}

/** Vectors of `beats` beats, each for `groups` groups of rows. */
export function vectorPattern(beats: number, groups: number): FreezePattern {
  const inside = { leaves: [], next: 1 };
  const end = {
    leaves: Array.from({ length: groups }, (_, group) => group * beats),
    next: 1 + (groups - 1) * beats,
  };
  return { first: 0, operands: (k) => ((k + 1) % beats === 0 ? end : inside) };
}
