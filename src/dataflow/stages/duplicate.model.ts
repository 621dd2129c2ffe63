import { type Channel, type CycleModel, fires } from '../../simulator/cycle-model.js';

/**
 * Cycle model of `duplicate`: one beat that some readers have had and some have not.
 *
 * It is on offer to those that have not. s_ready = every reader has had it, or takes it in this cycle.
 */
export class DuplicateModel implements CycleModel {
  #beat = 0n;
  readonly #waiting = new Set<Channel<bigint>>();

  constructor(
    readonly input: Channel<bigint>,
    readonly outputs: readonly Channel<bigint>[],
  ) {}

  settle(): void {
    for (const output of this.outputs) {
      output.valid = this.#waiting.has(output);
      if (output.valid) output.data = this.#beat;
    }
    this.input.ready = [...this.#waiting].every((reader) => reader.ready);
  }

  tick(): void {
    for (const output of this.outputs) if (fires(output)) this.#waiting.delete(output);
    if (!fires(this.input)) return;
    this.#beat = this.input.data;
    for (const output of this.outputs) this.#waiting.add(output);
  }

  reset(): void {
    this.#waiting.clear();
  }
}
