import type { Image } from '../../circuit/module.js';
import type { Channel, CycleModel } from '../../simulator/cycle-model.js';
import type { Arithmetic } from './arithmetic.js';
import { FreezePipeline } from './freeze-pipeline.js';
import { type MatvecSizes, type Rows, makeRows } from './matvec-rows.js';

/**
 * Cycle model of the matrix-vector units.
 *
 * In every cycle in which the pipeline moves it wants one step: step n of a vector is beat n mod SF for row group
 * floor(n / SF). Steps of group 0 need a beat from the stream and are bubbles without one; later steps use beats that were
 * kept. 4 moving cycles after the last step of a group its PE sums are on offer. s_ready = the pipeline moves and the next
 * step is of group 0.
 */
export class MatvecModel implements CycleModel {
  readonly #rows: Rows;
  readonly #pipeline = new FreezePipeline(4);
  readonly #beats: number;
  readonly #steps: number;
  /** Next step of the vector, which is also the next weight word. */
  #step = 0;
  #busy = 0;

  constructor(
    readonly input: Channel<bigint>,
    readonly output: Channel<bigint>,
    arithmetic: Arithmetic,
    sizes: MatvecSizes,
    { WEIGHTS }: { readonly WEIGHTS: Image },
  ) {
    this.#rows = makeRows(arithmetic, sizes, WEIGHTS);
    this.#beats = sizes.MW / sizes.SIMD;
    this.#steps = this.#beats * (sizes.MH / sizes.PE);
  }

  /** Steps made since reset: cycles in which the multipliers got work. */
  get busy(): number {
    return this.#busy;
  }

  get #moves(): boolean {
    return this.output.ready || !this.output.valid;
  }

  settle(): void {
    const { head } = this.#pipeline;
    this.output.valid = head !== undefined;
    if (head !== undefined) this.output.data = head;
    this.input.ready = this.#moves && this.#step < this.#beats;
  }

  tick(): void {
    if (!this.#moves) return;
    this.#pipeline.advance(this.#makeStep());
  }

  /** The sums, where the step is the last one of its group. */
  #makeStep(): bigint | undefined {
    const step = this.#step;
    const sf = step % this.#beats;
    if (step < this.#beats) {
      if (!this.input.valid) return undefined;
      this.#rows.keep(sf, this.input.data);
    }
    this.#rows.add(step, sf);
    this.#step = (step + 1) % this.#steps;
    this.#busy++;
    return sf === this.#beats - 1 ? this.#rows.sums() : undefined;
  }

  reset(): void {
    this.#pipeline.reset();
    this.#step = 0;
    this.#busy = 0;
  }
}
