import { type Channel, type CycleModel, fires } from '../../simulator/cycle-model.js';

/**
 * Cycle model of `concat`: one place for a beat, filled from operand 0 for FOLDS0 beats, then from operand 1 for FOLDS1.
 *
 * s_ready of the operand whose turn it is = the place is empty, or its beat leaves in this cycle; the other one is not ready.
 */
export class ConcatModel implements CycleModel {
  /** Operand of each beat of a pixel. */
  readonly #turns: readonly number[];
  #next = 0;
  #place: bigint | undefined;

  constructor(
    readonly inputs: readonly Channel<bigint>[],
    readonly output: Channel<bigint>,
    { FOLDS0, FOLDS1 }: { readonly FOLDS0: number; readonly FOLDS1: number },
  ) {
    this.#turns = [FOLDS0, FOLDS1].flatMap((folds, operand) => new Array<number>(folds).fill(operand));
  }

  settle(): void {
    this.output.valid = this.#place !== undefined;
    if (this.#place !== undefined) this.output.data = this.#place;
    const free = this.#place === undefined || this.output.ready;
    this.inputs.forEach((input, operand) => (input.ready = free && operand === this.#turns[this.#next]));
  }

  tick(): void {
    if (fires(this.output)) this.#place = undefined;
    const taken = this.inputs.find(fires);
    if (taken === undefined) return;
    this.#place = taken.data;
    this.#next = (this.#next + 1) % this.#turns.length;
  }

  reset(): void {
    this.#place = undefined;
    this.#next = 0;
  }
}
