/** When beats and samples leave a place of the pipeline: the figures that prediction, cycle model and circuit share. */

/** Cycle 0 is the cycle in which the first input beat of the accelerator is accepted. Names are those of the reports. */
export interface CycleFigures {
  /** First beat. */
  readonly first_output: number;
  /** Last beat of the first sample. */
  readonly first_sample: number;
  /** (end of the last sample - end of the first) / (samples - 1); null for a single sample. */
  readonly steady_interval: number | null;
  /** Last beat. */
  readonly total: number;
}

/** Collects the figures of one stream, transfer by transfer. */
export class FigureCounter {
  readonly #beats: number;
  #count = 0;
  #first = 0;
  #firstEnd = 0;
  #lastEnd = 0;
  #last = 0;

  constructor(beatsOfASample: number) {
    this.#beats = beatsOfASample;
  }

  /** A beat moved in `cycle`; cycles ascend. */
  record(cycle: number): void {
    if (this.#count === 0) this.#first = cycle;
    this.#count++;
    this.#last = cycle;
    if (this.#count % this.#beats !== 0) return;
    if (this.#count === this.#beats) this.#firstEnd = cycle;
    this.#lastEnd = cycle;
  }

  /** Beats seen. */
  get count(): number {
    return this.#count;
  }

  figures(): CycleFigures {
    const samples = Math.floor(this.#count / this.#beats);
    return {
      first_output: this.#first,
      first_sample: this.#firstEnd,
      steady_interval: samples > 1 ? (this.#lastEnd - this.#firstEnd) / (samples - 1) : null,
      total: this.#last,
    };
  }
}
