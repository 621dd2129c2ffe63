import { type Channel, type CycleModel, fires } from '../../simulator/cycle-model.js';
import type { Addition } from './add.js';
import { packBigLanes, readBigLanes } from './lanes.js';

export interface AddSizes {
  readonly PE: number;
  readonly X0_W: number;
  readonly X1_W: number;
  readonly OUT_W: number;
}

/**
 * Cycle model of the additions: one place for each operand.
 *
 * m_valid = both places are full; a sum that leaves empties both. s_ready of an operand = its place is empty, or a sum leaves
 * in this cycle.
 */
export class AddModel implements CycleModel {
  readonly #signed: readonly boolean[];
  readonly #sizes: AddSizes;
  readonly #places: (bigint | undefined)[] = [undefined, undefined];

  constructor(
    readonly inputs: readonly Channel<bigint>[],
    readonly output: Channel<bigint>,
    addition: Addition,
    sizes: AddSizes,
  ) {
    this.#signed = [...addition].map((sign) => sign === 's');
    this.#sizes = sizes;
  }

  settle(): void {
    const [x0, x1] = this.#places;
    this.output.valid = x0 !== undefined && x1 !== undefined;
    if (x0 !== undefined && x1 !== undefined) this.output.data = this.#sum(x0, x1);
    this.inputs.forEach((input, k) => (input.ready = this.#places[k] === undefined || fires(this.output)));
  }

  #sum(x0: bigint, x1: bigint): bigint {
    const { PE, X0_W, X1_W, OUT_W } = this.#sizes;
    const others = readBigLanes(x1, PE, X1_W, this.#signed[1] === true);
    const sums = readBigLanes(x0, PE, X0_W, this.#signed[0] === true).map((x, lane) => x + (others[lane] ?? 0n));
    return packBigLanes(sums, OUT_W);
  }

  tick(): void {
    const leaves = fires(this.output);
    this.inputs.forEach((input, k) => {
      if (leaves) this.#places[k] = undefined;
      if (fires(input)) this.#places[k] = input.data;
    });
  }

  reset(): void {
    this.#places.fill(undefined);
  }
}
