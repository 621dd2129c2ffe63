import type { Channel, CycleModel } from '../../simulator/cycle-model.js';
import { packBigLanes, packLanes, numberBits, readBigLanes, readLanes } from './lanes.js';

export interface LaneSizes {
  readonly N: number;
  readonly IN_W: number;
  readonly OUT_W: number;
}

/** Cycle model of `lane_truncate` and `lane_extend`: wires; every lane is taken modulo 2^OUT_W, or with its sign. */
export class LaneResizeModel implements CycleModel {
  readonly #sizes: LaneSizes;
  readonly #signed: boolean;

  constructor(
    readonly input: Channel<bigint>,
    readonly output: Channel<bigint>,
    signed: boolean,
    sizes: LaneSizes,
  ) {
    this.#signed = signed;
    this.#sizes = sizes;
  }

  settle(): void {
    const { N, IN_W, OUT_W } = this.#sizes;
    this.output.valid = this.input.valid;
    this.input.ready = this.output.ready;
    if (!this.input.valid) return;
    const { data } = this.input;
    if (IN_W === OUT_W) this.output.data = data;
    else if (Math.max(IN_W, OUT_W) <= numberBits) {
      this.output.data = packLanes(readLanes(data, N, IN_W, this.#signed), OUT_W);
    } else this.output.data = packBigLanes(readBigLanes(data, N, IN_W, this.#signed), OUT_W);
  }

  tick(): void {}
  reset(): void {}
}
