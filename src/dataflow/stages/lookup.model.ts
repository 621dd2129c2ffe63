import type { Image } from '../../circuit/module.js';
import type { Channel } from '../../simulator/cycle-model.js';
import { ElementwiseModel } from './elementwise.model.js';
import { packLanes, readAnyLanes } from './lanes.js';

export interface LookupSizes {
  readonly PE: number;
  readonly ENTRIES: number;
  readonly OUT_W: number;
}

/** Cycle model of `lookup`: the word of the table that a value's bits name, one moving cycle later. OUT_W is at most 53. */
export class LookupModel extends ElementwiseModel {
  readonly #sizes: LookupSizes;
  readonly #width: number;
  readonly #table: readonly number[];

  constructor(
    input: Channel<bigint>,
    output: Channel<bigint>,
    sizes: LookupSizes,
    { TABLE }: { readonly TABLE: Image },
  ) {
    super(input, output, 1, 1);
    this.#sizes = sizes;
    this.#width = Math.max(1, Math.ceil(Math.log2(sizes.ENTRIES)));
    this.#table = TABLE.words.map(Number);
  }

  protected compute(beat: bigint): bigint {
    const { PE, OUT_W } = this.#sizes;
    const values = readAnyLanes(beat, PE, this.#width, false);
    const codes = Float64Array.from({ length: PE }, (_, lane) => this.#table[Number(values[lane])] ?? 0);
    return packLanes(codes, OUT_W);
  }
}
