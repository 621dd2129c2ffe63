/** When beats and samples leave a place of the pipeline: the figures that prediction, cycle model and circuit share. */
import type { Chain, ChainNode } from './chain.js';

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

/** Beats of one sample behind every node of a chain, in chain order. */
export function beatsPerSample(chain: Chain): number[] {
  let beats = chain.input.beats;
  return chain.nodes.map((node) => (beats = beatsBehind(node, beats)));
}

function beatsBehind(node: ChainNode, before: number): number {
  switch (node.kind) {
    case 'width_converter': {
      const { FRAME_IN, FRAME_OUT, UP, DOWN } = node.params;
      if (DOWN > 1) return (before / FRAME_IN) * FRAME_OUT;
      return UP > 1 ? (before / FRAME_IN) * Math.ceil(FRAME_IN / UP) : before;
    }
    case 'matvec':
      return (before / (node.params.MW / node.params.SIMD)) * (node.params.MH / node.params.PE);
    case 'argmax':
      return before / (node.params.N / node.params.PE);
    case 'lane_truncate':
    case 'lane_extend':
    case 'fifo':
    case 'register_slice':
    case 'thresholds':
    case 'requantize':
      return before;
  }
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
