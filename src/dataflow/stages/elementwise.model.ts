import { type Channel, type CycleModel, fires } from '../../simulator/cycle-model.js';
import { FreezePipeline } from './freeze-pipeline.js';

/**
 * What thresholds and requantizer have in common: beat n belongs to channel group n mod FOLDS, and `latency` moving cycles
 * after it was taken its results are on offer. s_ready = the pipeline moves.
 */
export abstract class ElementwiseModel implements CycleModel {
  readonly #pipeline: FreezePipeline;
  readonly #folds: number;
  #fold = 0;

  constructor(
    readonly input: Channel<bigint>,
    readonly output: Channel<bigint>,
    latency: number,
    folds: number,
  ) {
    this.#pipeline = new FreezePipeline(latency);
    this.#folds = folds;
  }

  /** Results of one beat of channel group `fold`. */
  protected abstract compute(beat: bigint, fold: number): bigint;

  settle(): void {
    const { head } = this.#pipeline;
    this.output.valid = head !== undefined;
    if (head !== undefined) this.output.data = head;
    this.input.ready = this.output.ready || head === undefined;
  }

  tick(): void {
    if (!this.input.ready) return;
    if (!fires(this.input)) {
      this.#pipeline.advance(undefined);
      return;
    }
    this.#pipeline.advance(this.compute(this.input.data, this.#fold));
    this.#fold = (this.#fold + 1) % this.#folds;
  }

  reset(): void {
    this.#pipeline.reset();
    this.#fold = 0;
  }
}
