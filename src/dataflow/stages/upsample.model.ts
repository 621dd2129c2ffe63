import { type Channel, type CycleModel, fires } from '../../simulator/cycle-model.js';

export interface UpsampleSizes {
  readonly FOLDS: number;
  readonly COLUMNS: number;
  readonly FY: number;
  readonly FX: number;
}

/** The input beat that output beat j of an endless stream of rows is, and whether it is its first copy. */
export function upsampledBeat(j: number, { FOLDS, COLUMNS, FY, FX }: UpsampleSizes): { beat: number; fresh: boolean } {
  const line = COLUMNS * FOLDS;
  const row = Math.floor(j / (FX * line));
  const inRow = j % (FX * line);
  const pixel = Math.floor(inRow / (FX * FOLDS));
  const copy = Math.floor(inRow / FOLDS) % FX;
  const beat = Math.floor(row / FY) * line + pixel * FOLDS + (inRow % FOLDS);
  return { beat, fresh: copy === 0 && row % FY === 0 };
}

/**
 * Cycle model of `upsample`: the place of the next output beat, one row of beats, one place for a beat that leaves.
 *
 * When that place is empty or its beat leaves, the next beat enters it: a copy from the row, or else a beat of the input.
 * s_ready = the next beat is none of the copies and may enter.
 */
export class UpsampleModel implements CycleModel {
  readonly #sizes: UpsampleSizes;
  readonly #row: bigint[] = [];
  #next = 0;
  #place: bigint | undefined;

  constructor(
    readonly input: Channel<bigint>,
    readonly output: Channel<bigint>,
    sizes: UpsampleSizes,
  ) {
    this.#sizes = sizes;
  }

  settle(): void {
    const { fresh } = upsampledBeat(this.#next, this.#sizes);
    this.output.valid = this.#place !== undefined;
    if (this.#place !== undefined) this.output.data = this.#place;
    this.input.ready = fresh && (this.#place === undefined || this.output.ready);
  }

  tick(): void {
    if (this.#place !== undefined && !this.output.ready) return;
    const { COLUMNS, FOLDS } = this.#sizes;
    const { beat, fresh } = upsampledBeat(this.#next, this.#sizes);
    const at = beat % (COLUMNS * FOLDS);
    this.#place = undefined;
    if (fresh && !fires(this.input)) return;
    if (fresh) this.#row[at] = this.input.data;
    this.#place = this.#row[at];
    this.#next++;
  }

  reset(): void {
    this.#next = 0;
    this.#place = undefined;
  }
}
