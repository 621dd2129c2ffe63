import { type Channel, type CycleModel, fires } from '../../simulator/cycle-model.js';

/**
 * Cycle model of `broadcast`: every consumer takes the beat at the input once, when it is ready.
 *
 * m_valid[i] = s_valid and consumer i has not had this beat; s_ready = every consumer has had it or is ready now. A
 * consumer that took a beat which did not leave the input is remembered until it leaves.
 */
export class BroadcastModel implements CycleModel {
  readonly #had: boolean[];

  constructor(
    readonly input: Channel<bigint>,
    readonly outputs: readonly Channel<bigint>[],
  ) {
    this.#had = outputs.map(() => false);
  }

  settle(): void {
    this.outputs.forEach((output, i) => {
      output.valid = this.input.valid && this.#had[i] !== true;
      output.data = this.input.data;
    });
    this.input.ready = this.outputs.every((output, i) => this.#had[i] === true || output.ready);
  }

  tick(): void {
    const leaves = fires(this.input);
    this.outputs.forEach((output, i) => {
      if (leaves) this.#had[i] = false;
      else if (fires(output)) this.#had[i] = true;
    });
  }

  reset(): void {
    this.#had.fill(false);
  }
}
