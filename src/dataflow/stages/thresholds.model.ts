import type { Image } from '../../circuit/module.js';
import type { Channel } from '../../simulator/cycle-model.js';
import { ElementwiseModel } from './elementwise.model.js';
import { packLanes, readAnyLanes } from './lanes.js';

export interface ThresholdsSizes {
  readonly PE: number;
  readonly FOLDS: number;
  readonly LEVELS: number;
  readonly X_W: number;
  readonly OUT_W: number;
  readonly LOWEST: number;
}

/**
 * Cycle model of `thresholds_s` and `thresholds_u`: code = (LOWEST + #{k : x >= threshold[k]}) mod 2^OUT_W, 2 cycles.
 *
 * The count does not depend on the order of the thresholds, so each channel's are sorted once and a value is placed among
 * them by bisection.
 */
export class ThresholdsModel extends ElementwiseModel {
  readonly #sizes: ThresholdsSizes;
  readonly #signed: boolean;
  /** By channel, ascending. */
  readonly #limits: readonly (ArrayLike<number> | ArrayLike<bigint>)[];

  constructor(
    input: Channel<bigint>,
    output: Channel<bigint>,
    signed: boolean,
    sizes: ThresholdsSizes,
    { THRESHOLDS }: { readonly THRESHOLDS: Image },
  ) {
    super(input, output, 2, sizes.FOLDS);
    this.#signed = signed;
    this.#sizes = sizes;
    const { PE, FOLDS, LEVELS, X_W } = sizes;
    const width = X_W + (signed ? 1 : 2);
    this.#limits = Array.from({ length: FOLDS * PE }, (_, channel) => {
      const word = THRESHOLDS.words[Math.floor(channel / PE)] ?? 0n;
      const row = BigInt.asUintN(LEVELS * width, word >> BigInt((channel % PE) * LEVELS * width));
      const limits = Array.from<number | bigint>(readAnyLanes(row, LEVELS, width, true));
      return limits.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)) as number[] | bigint[];
    });
  }

  protected compute(beat: bigint, fold: number): bigint {
    const { PE, X_W, OUT_W, LOWEST } = this.#sizes;
    const values = readAnyLanes(beat, PE, X_W, this.#signed);
    const codes = new Float64Array(PE);
    for (let lane = 0; lane < PE; lane++) {
      codes[lane] = LOWEST + countReached(this.#limits[fold * PE + lane] ?? [], values[lane] ?? 0);
    }
    return packLanes(codes, OUT_W);
  }
}

/** #{k : x >= limits[k]} of ascending limits. */
function countReached(limits: ArrayLike<number> | ArrayLike<bigint>, x: number | bigint): number {
  let low = 0;
  let high = limits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x >= (limits[middle] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}
