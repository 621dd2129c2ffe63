import type { Channel, CycleModel } from '../../simulator/cycle-model.js';
import { FifoModel } from './fifo.model.js';

/**
 * Cycle model of `register_slice`: two places, nothing passes through within a cycle.
 *
 * For all that can be seen from outside this is a FIFO of two: s_ready = held < 2, m_valid = held > 0, and a beat is on
 * offer one cycle after it entered at the earliest.
 */
export class RegisterSliceModel implements CycleModel {
  readonly #queue: FifoModel;
  constructor(
    readonly input: Channel<bigint>,
    readonly output: Channel<bigint>,
  ) {
    this.#queue = new FifoModel(input, output, { DEPTH: 2 });
  }
  settle(): void {
    this.#queue.settle();
  }
  tick(): void {
    this.#queue.tick();
  }
  reset(): void {
    this.#queue.reset();
  }
}
