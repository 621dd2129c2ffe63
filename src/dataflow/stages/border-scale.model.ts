import type { Image } from '../../circuit/module.js';
import type { Channel } from '../../simulator/cycle-model.js';
import { ElementwiseModel } from './elementwise.model.js';
import { packBigLanes, readBigLanes } from './lanes.js';

export interface BorderScaleSizes {
  readonly PE: number;
  readonly FOLDS: number;
  readonly ROWS: number;
  readonly COLUMNS: number;
  readonly X_W: number;
  readonly Y_FACTOR_W: number;
  readonly X_FACTOR_W: number;
  readonly OUT_W: number;
}

/** Cycle model of `border_scale_*`: each sum times the factors of its row and column, modulo 2^OUT_W, two moving cycles later. */
export class BorderScaleModel extends ElementwiseModel {
  readonly #signed: boolean;
  readonly #sizes: BorderScaleSizes;
  readonly #rows: readonly bigint[];
  readonly #columns: readonly bigint[];

  constructor(
    input: Channel<bigint>,
    output: Channel<bigint>,
    signed: boolean,
    sizes: BorderScaleSizes,
    images: { readonly ROW_FACTORS: Image; readonly COLUMN_FACTORS: Image },
  ) {
    super(input, output, 2, sizes.FOLDS * sizes.COLUMNS * sizes.ROWS);
    this.#signed = signed;
    this.#sizes = sizes;
    this.#rows = images.ROW_FACTORS.words;
    this.#columns = images.COLUMN_FACTORS.words;
  }

  protected compute(beat: bigint, place: number): bigint {
    const { PE, FOLDS, COLUMNS, X_W, OUT_W } = this.#sizes;
    const pixel = Math.floor(place / FOLDS);
    const factor = (this.#rows[Math.floor(pixel / COLUMNS)] ?? 0n) * (this.#columns[pixel % COLUMNS] ?? 0n);
    return packBigLanes(
      readBigLanes(beat, PE, X_W, this.#signed).map((x) => x * factor),
      OUT_W,
    );
  }
}
