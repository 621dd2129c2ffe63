/**
 * Beats that came out against beats that should have: order, loss, duplication, invention, field by field.
 *
 * Rules: `LOSS` (an expected beat was skipped), `DUPLICATE` (the previous beat came again), `ORDER` (a beat of the future
 * or past), `INVENTION` (more beats than expected, or one that is nowhere expected), `LAST` (only the packet end is
 * wrong), `MISSING` (the run ended early).
 */
import type { Violation } from './protocol/checker.js';
import { type Beat, type StreamSpec, formatBeat } from './streams.js';
import { beatAt, limbsOf, putBits } from './words.js';

export class Scoreboard {
  readonly #stream: StreamSpec;
  readonly #expected: readonly Beat[];
  /** The beat that is due, as it appears on the ports. */
  readonly #due: Uint32Array;
  #next = 0;

  constructor(stream: StreamSpec, expected: readonly Beat[]) {
    this.#stream = stream;
    this.#expected = expected;
    this.#due = new Uint32Array(stream.fields.reduce((sum, { width }) => sum + limbsOf(width), 0));
  }

  /** Every expected beat has come. */
  get complete(): boolean {
    return this.#next >= this.#expected.length;
  }

  /** After a reset the expected beats come from the start again. */
  restart(): void {
    this.#next = 0;
  }

  /** One transferred beat: the words of its fields, in order. */
  take(words: Uint32Array): Violation | undefined {
    const at = this.#next++;
    const beat = this.#expected[at];
    if (beat !== undefined && this.#isDue(beat, words)) return undefined;
    return this.#blame(at, beatAt(this.#stream, words));
  }

  #isDue(beat: Beat, words: Uint32Array): boolean {
    let at = 0;
    for (const { name, width } of this.#stream.fields) {
      const limbs = limbsOf(width);
      putBits(this.#due, at, limbs, BigInt.asUintN(width, beat[name] ?? 0n));
      for (const end = at + limbs; at < end; at++) if (this.#due[at] !== words[at]) return false;
    }
    return true;
  }

  /** What is wrong with beat `at`. */
  #blame(at: number, beat: Beat): Violation {
    const wanted = this.#expected[at];
    const say = (rule: string, message: string): Violation => ({
      rule,
      message: `${this.#stream.name}: beat ${at} is ${formatBeat(beat)}, ${message}`,
    });
    if (wanted === undefined) return say('INVENTION', `but only ${this.#expected.length} beats were due`);
    const due = `due was ${formatBeat(wanted)}`;
    const find = (index: number): boolean => {
      const other = this.#expected[index];
      return other !== undefined && this.#same(beat, other);
    };
    if (find(at + 1)) return say('LOSS', `${due}: a beat was lost`);
    if (find(at - 1)) return say('DUPLICATE', `${due}: the beat before it came twice`);
    const { last } = this.#stream;
    if (last !== undefined && this.#same({ ...beat, [last]: wanted[last] ?? 0n }, wanted)) return say('LAST', due);
    if (this.#expected.some((_, index) => find(index))) return say('ORDER', `${due}: beats changed places`);
    return say('INVENTION', due);
  }

  /** At the end of the run. */
  finish(): Violation | undefined {
    if (this.complete) return undefined;
    const message = `${this.#stream.name}: ${this.#next} beats came out of ${this.#expected.length}`;
    return { rule: 'MISSING', message };
  }

  #same(a: Beat, b: Beat): boolean {
    return this.#stream.fields.every(({ name }) => (a[name] ?? 0n) === (b[name] ?? 0n));
  }
}
