/**
 * Beats that came out against beats that should have: order, loss, duplication, invention, field by field.
 *
 * Rules: `LOSS` (an expected beat was skipped), `DUPLICATE` (the previous beat came again), `ORDER` (a beat of the future
 * or past), `INVENTION` (more beats than expected, or one that is nowhere expected), `LAST` (only the packet end is
 * wrong), `MISSING` (the run ended early).
 */
import { type Bits, toBits } from './access.js';
import type { Violation } from './protocol/checker.js';
import { type Beat, type StreamSpec, beatOf, formatBeat } from './streams.js';

export class Scoreboard {
  readonly #stream: StreamSpec;
  readonly #expected: readonly Beat[];
  /** The expected beats as they appear on the ports. */
  readonly #wires: readonly (readonly Bits[])[];
  #next = 0;

  constructor(stream: StreamSpec, expected: readonly Beat[]) {
    this.#stream = stream;
    this.#expected = expected;
    this.#wires = expected.map((beat) => stream.fields.map(({ name, width }) => toBits(beat[name] ?? 0n, width)));
  }

  /** Every expected beat has come. */
  get complete(): boolean {
    return this.#next >= this.#expected.length;
  }

  /** After a reset the expected beats come from the start again. */
  restart(): void {
    this.#next = 0;
  }

  /** One transferred beat, as its fields were on the ports. */
  take(fields: readonly Bits[]): Violation | undefined {
    const at = this.#next++;
    const wires = this.#wires[at];
    if (wires?.every((value, i) => value === fields[i]) === true) return undefined;
    return this.#blame(at, beatOf(this.#stream, fields));
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
