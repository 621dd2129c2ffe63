import { type Channel, type CycleModel, fires } from '../../simulator/cycle-model.js';

/**
 * Cycle model of `fifo`: a queue of at most DEPTH beats.
 *
 * s_ready = level < DEPTH, m_valid = level > 0, both of the level at the start of the cycle: a full FIFO takes no beat in
 * the cycle in which one leaves, an empty one offers no beat in the cycle in which one enters.
 */
export class FifoModel implements CycleModel {
  readonly #beats: bigint[] = [];
  readonly #depth: number;
  #peak = 0;

  constructor(
    readonly input: Channel<bigint>,
    readonly output: Channel<bigint>,
    { DEPTH }: { readonly DEPTH: number },
  ) {
    this.#depth = DEPTH;
  }

  /** Beats held. */
  get level(): number {
    return this.#beats.length;
  }
  /** Most beats held since reset. */
  get peak(): number {
    return this.#peak;
  }

  settle(): void {
    const [oldest] = this.#beats;
    this.input.ready = this.#beats.length < this.#depth;
    this.output.valid = oldest !== undefined;
    if (oldest !== undefined) this.output.data = oldest;
  }

  tick(): void {
    const push = fires(this.input);
    if (fires(this.output)) this.#beats.shift();
    if (push) this.#beats.push(this.input.data);
    this.#peak = Math.max(this.#peak, this.#beats.length);
  }

  reset(): void {
    this.#beats.length = 0;
    this.#peak = 0;
  }
}
