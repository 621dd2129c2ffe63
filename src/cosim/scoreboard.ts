/**
 * Beats that came out against beats that should have: order, loss, duplication, invention, field by field.
 *
 * Rules: `LOSS` (an expected beat was skipped), `DUPLICATE` (the previous beat came again), `ORDER` (a beat of the future
 * or past), `INVENTION` (more beats than expected, or one that is nowhere expected), `LAST` (only the packet end is
 * wrong), `MISSING` (the run ended early).
 */
import { type Beat, type StreamSpec, formatBeat } from './streams.js';
import type { Violation } from './protocol.js';

export class Scoreboard {
  readonly #stream: StreamSpec;
  readonly #expected: readonly Beat[];
  #next = 0;

  constructor(stream: StreamSpec, expected: readonly Beat[]) {
    this.#stream = stream;
    this.#expected = expected;
  }

  /** Every expected beat has come. */
  get complete(): boolean {
    return this.#next >= this.#expected.length;
  }

  /** After a reset the expected beats come from the start again. */
  restart(): void {
    this.#next = 0;
  }

  /** One transferred beat. */
  take(beat: Beat): Violation | undefined {
    const at = this.#next++;
    const wanted = this.#expected[at];
    if (wanted !== undefined && this.#same(beat, wanted)) return undefined;
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
