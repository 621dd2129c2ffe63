import { type Channel, type CycleModel, fires } from '../../simulator/cycle-model.js';

/**
 * Cycle model of `async_fifo`: a queue whose two ends know of each other's progress STAGES edges late. Counts of beats
 * stand for the pointers; of a list of seen counts the last one is what the other side knows, the rest is on its way.
 */
export class AsyncFifoModel implements CycleModel {
  readonly #depth: number;
  readonly #stages: number;
  readonly #beats: bigint[] = [];
  #written = 0;
  #read = 0;
  #writtenSeen: number[] = [];
  #readSeen: number[] = [];

  constructor(
    readonly input: Channel<bigint>,
    readonly output: Channel<bigint>,
    { DEPTH, STAGES }: { readonly DEPTH: number; readonly STAGES: number },
  ) {
    this.#depth = DEPTH;
    this.#stages = STAGES;
    this.reset();
  }

  settle(): void {
    this.input.ready = this.#written - (this.#readSeen.at(-1) ?? 0) < this.#depth;
    this.output.valid = this.#read < (this.#writtenSeen.at(-1) ?? 0);
    this.output.data = this.#beats[0] ?? 0n;
  }

  /** Edges at one instant, of both clocks if none are named; each side samples what the other had before it. */
  tick(clocks: readonly string[] = ['s_axis_aclk', 'm_axis_aclk']): void {
    const [write, read] = [clocks.includes('s_axis_aclk'), clocks.includes('m_axis_aclk')];
    const push = write && fires(this.input);
    const pop = read && fires(this.output);
    if (write) this.#readSeen = [this.#read, ...this.#readSeen].slice(0, this.#stages);
    if (read) this.#writtenSeen = [this.#written, ...this.#writtenSeen].slice(0, this.#stages);
    if (pop) {
      this.#beats.shift();
      this.#read++;
    }
    if (push) {
      this.#beats.push(this.input.data);
      this.#written++;
    }
  }

  reset(): void {
    this.#beats.length = 0;
    this.#written = this.#read = 0;
    this.#writtenSeen = Array.from({ length: this.#stages }, () => 0);
    this.#readSeen = [...this.#writtenSeen];
  }
}
