import type { Image } from '../../circuit/module.js';
import type { Channel, CycleModel } from '../../simulator/cycle-model.js';
import type { Arithmetic } from './arithmetic.js';
import { FreezePipeline } from './freeze-pipeline.js';
import { type MatvecSizes, type Rows, makeRows } from './matvec-rows.js';

/** Where the unit takes its weight words from: see `WeightForm`. */
export interface WeightSupply {
  /** Words there are; those of a stream share one place. */
  readonly words: readonly bigint[];
  /** Whether the next step finds its word. */
  available(): boolean;
  /** `wanted`: the unit would make a step in this cycle if its word were there. */
  settle(wanted: boolean): void;
  /** Place of the word for the step that is made now, number `step` since the first of GROUPS vectors began. */
  take(step: number, rows: Rows): number;
}

const fromRom = ({ words }: Image): WeightSupply => ({
  words,
  available: () => true,
  settle: () => undefined,
  take: (step) => step,
});

/** Weight words from a stream, in the order of the steps. */
export const fromStream = (weights: Channel<bigint>): WeightSupply => ({
  words: [0n],
  available: () => weights.valid,
  settle: (wanted) => {
    weights.ready = wanted;
  },
  take: (_, rows) => {
    rows.load(0, weights.data);
    return 0;
  },
});

/**
 * Cycle model of the matrix-vector units.
 *
 * In every cycle in which the pipeline moves it wants one step: step n of a vector is beat n mod SF for row group
 * floor(n / SF). Steps of group 0 need a beat from the stream and are bubbles without one; later steps use beats that were
 * kept; with a weight stream all steps need a word too. 4 moving cycles after the last step of a group its PE sums are on
 * offer. Vector v has the weight words of matrix v mod GROUPS. s_ready = the pipeline moves, the next step is of group 0
 * and its word is there; w_ready = the pipeline moves and the next step has its beat.
 */
export class MatvecModel implements CycleModel {
  readonly #rows: Rows;
  readonly #supply: WeightSupply;
  readonly #pipeline = new FreezePipeline(4);
  readonly #beats: number;
  readonly #steps: number;
  readonly #groups: number;
  /** Next step of the vector. */
  #step = 0;
  /** Whose turn it is of GROUPS matrices. */
  #group = 0;
  #busy = 0;

  constructor(
    readonly input: Channel<bigint>,
    readonly output: Channel<bigint>,
    arithmetic: Arithmetic,
    sizes: MatvecSizes & { readonly GROUPS?: number },
    weights: { readonly WEIGHTS: Image } | WeightSupply,
  ) {
    this.#supply = 'WEIGHTS' in weights ? fromRom(weights.WEIGHTS) : weights;
    this.#rows = makeRows(arithmetic, sizes, this.#supply);
    this.#beats = sizes.MW / sizes.SIMD;
    this.#steps = this.#beats * (sizes.MH / sizes.PE);
    this.#groups = sizes.GROUPS ?? 1;
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
    const first = this.#step < this.#beats;
    this.input.ready = this.#moves && first && this.#supply.available();
    this.#supply.settle(this.#moves && (!first || this.input.valid));
  }

  tick(): void {
    if (!this.#moves) return;
    this.#pipeline.advance(this.#makeStep());
  }

  /** The sums, where the step is the last one of its group. */
  #makeStep(): bigint | undefined {
    const step = this.#step;
    if (!this.#supply.available()) return undefined;
    const sf = step % this.#beats;
    if (step < this.#beats) {
      if (!this.input.valid) return undefined;
      this.#rows.keep(sf, this.input.data);
    }
    this.#rows.add(this.#supply.take(this.#group * this.#steps + step, this.#rows), sf);
    this.#step = (step + 1) % this.#steps;
    if (this.#step === 0) this.#group = (this.#group + 1) % this.#groups;
    this.#busy++;
    return sf === this.#beats - 1 ? this.#rows.sums() : undefined;
  }

  reset(): void {
    this.#pipeline.reset();
    this.#step = 0;
    this.#group = 0;
    this.#busy = 0;
  }
}
