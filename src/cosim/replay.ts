/** A Verilated model that follows a lockstep run block by block: one call plays and compares many cycles. */
import type { Simulation } from '../simulator/simulation.js';
import { type RowLayout, takesRows } from './row.js';
import { VerilatorModel } from './verilator-model.js';

/** Cycles in a block. Their rows stay in the first cache. */
const BLOCK = 128;

export class Replay {
  readonly #rows: Uint32Array;
  #count = 0;
  /** Rows of this block that are played but not compared. */
  #from = 0;

  private constructor(
    private readonly model: VerilatorModel,
    private readonly stride: number,
    private readonly pairs: Uint32Array,
    private readonly counts: () => boolean,
  ) {
    this.#rows = new Uint32Array(BLOCK * stride);
  }

  /** Undefined where `sim` has to be driven cycle by cycle. `counts`: whether it is compared in the cycle added next. */
  static of(sim: Simulation, layout: RowLayout, pairs: Uint32Array, counts: () => boolean): Replay | undefined {
    if (!(sim instanceof VerilatorModel) || !takesRows(sim, layout)) return undefined;
    return new Replay(sim, layout.words, pairs, counts);
  }

  /** The settled row of one more cycle; false where the model differs from one of the rows so far. */
  add(row: Uint32Array): boolean {
    const [rows, at] = [this.#rows, this.#count * this.stride];
    for (let k = 0; k < row.length; k++) rows[at + k] = row[k] ?? 0;
    this.#count++;
    if (!this.counts()) this.#from = this.#count;
    return this.#count < BLOCK || this.flush();
  }

  /** Plays what has been added. */
  flush(): boolean {
    const count = this.#count;
    if (count === 0) return true;
    const found = this.model.replay(this.#rows, this.stride, count, this.#from, this.pairs);
    this.#count = this.#from = 0;
    return found === count;
  }
}
