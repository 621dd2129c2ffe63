import { type Channel, type CycleModel, channel } from '../../simulator/cycle-model.js';
import { DownsizerModel } from './downsizer.model.js';
import { UpsizerModel } from './upsizer.model.js';

export interface WidthConverterSizes {
  readonly IN_W: number;
  readonly OUT_W: number;
  readonly UP: number;
  readonly DOWN: number;
  readonly FRAME_IN: number;
  readonly FRAME_OUT: number;
}

/**
 * Cycle model of `width_converter`: packs UP input beats into the common multiple, then hands it out as DOWN output beats.
 * Either of the two is left out where its ratio is 1; one of them is not, for the widths differ.
 */
export class WidthConverterModel implements CycleModel {
  /** In stream order. */
  readonly #parts: readonly CycleModel[];

  constructor(
    readonly input: Channel<bigint>,
    readonly output: Channel<bigint>,
    { IN_W, OUT_W, UP, DOWN, FRAME_IN, FRAME_OUT }: WidthConverterSizes,
  ) {
    const middle = UP > 1 && DOWN > 1 ? channel(0n) : UP > 1 ? output : input;
    this.#parts = [
      ...(UP > 1 ? [new UpsizerModel(input, middle, { W: IN_W, RATIO: UP, FRAME: FRAME_IN })] : []),
      ...(DOWN > 1 ? [new DownsizerModel(middle, output, { W: OUT_W, RATIO: DOWN, FRAME: FRAME_OUT })] : []),
    ];
  }

  settle(): void {
    // Valid comes out of state; ready runs from the output to the input.
    for (const part of this.#parts) part.settle();
    this.#parts[0]?.settle();
  }

  tick(): void {
    for (const part of this.#parts) part.tick();
  }

  reset(): void {
    for (const part of this.#parts) part.reset();
  }
}
