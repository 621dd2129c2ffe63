import type { Channel, CycleModel } from '../../simulator/cycle-model.js';
import { packBigLanes, packLanes, numberBits, readBigLanes, readLanes } from './lanes.js';

export interface LaneSizes {
  readonly N: number;
  readonly IN_W: number;
  readonly OUT_W: number;
}

/**
 * Cycle model of `lane_truncate` and `lane_extend`: wires; every lane is taken modulo 2^OUT_W, or with its sign, or its bit
 * becomes -1 or +1 (`bipolar`).
 */
export class LaneResizeModel implements CycleModel {
  readonly #sizes: LaneSizes;
  readonly #lanes: boolean | 'bipolar';
  /** The beat that was resized last, and what came of it: a beat on offer is settled many times. */
  #from: bigint | undefined;
  #resized = 0n;

  constructor(
    readonly input: Channel<bigint>,
    readonly output: Channel<bigint>,
    signed: boolean | 'bipolar',
    sizes: LaneSizes,
  ) {
    this.#lanes = signed;
    this.#sizes = sizes;
  }

  settle(): void {
    this.output.valid = this.input.valid;
    this.input.ready = this.output.ready;
    if (!this.input.valid) return;
    if (this.input.data !== this.#from) {
      this.#from = this.input.data;
      this.#resized = this.#resize(this.input.data);
    }
    this.output.data = this.#resized;
  }

  #resize(beat: bigint): bigint {
    const { N, IN_W, OUT_W } = this.#sizes;
    if (this.#lanes === 'bipolar') {
      const bits = readBigLanes(beat, N, IN_W, false);
      return packBigLanes(
        bits.map((bit) => 2n * bit - 1n),
        OUT_W,
      );
    }
    if (IN_W === OUT_W) return beat;
    if (Math.max(IN_W, OUT_W) <= numberBits) return packLanes(readLanes(beat, N, IN_W, this.#lanes), OUT_W);
    return packBigLanes(readBigLanes(beat, N, IN_W, this.#lanes), OUT_W);
  }

  tick(): void {}
  reset(): void {}
}
