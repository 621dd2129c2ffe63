import { type Channel, type CycleModel, fires } from '../../simulator/cycle-model.js';

/** Raw bits of a beat and whether it ends its tile. */
export interface TileBeat {
  readonly data: bigint;
  readonly last: boolean;
}
export interface MacArraySizes {
  readonly ROWS: number;
  readonly COLS: number;
  readonly A_W: number;
  readonly W_W: number;
  readonly ACC_W: number;
}

interface Term {
  readonly a: readonly bigint[];
  readonly w: readonly bigint[];
  readonly first: boolean;
  readonly last: boolean;
}

/**
 * Cycle model of `mac_array`: three stages (operands, products, sums) that move together, and a drain of COLS columns.
 *
 * The stages stand still only while the sums are those of a whole tile and the drain is occupied: it is free when it is
 * empty or its last column leaves in this cycle. When they move, a finished tile goes to the drain, the products are added
 * (to nothing, for the first term of a tile), and the next beat enters.
 */
export class MacArrayModel implements CycleModel {
  #fresh = true;
  #operands: Term | undefined;
  #products: Term | undefined;
  #done = false;
  /** [column][row]. */
  #sums: bigint[][] = [];
  #drain: bigint[][] = [];

  constructor(
    readonly input: Channel<TileBeat>,
    readonly output: Channel<TileBeat>,
    readonly sizes: MacArraySizes,
  ) {}

  settle(): void {
    const [column] = this.#drain;
    this.output.valid = column !== undefined;
    if (column !== undefined) this.output.data = { data: this.#packed(column), last: this.#drain.length === 1 };
    this.input.ready = this.#moves();
  }

  tick(): void {
    const [moves, enters] = [this.#moves(), fires(this.input)];
    if (fires(this.output)) this.#drain.shift();
    if (!moves) return;
    if (this.#done) this.#drain = this.#sums.map((column) => [...column]);
    const term = this.#products;
    if (term !== undefined) this.#sums = this.#added(term);
    this.#done = term?.last === true;
    this.#products = this.#operands;
    this.#operands = enters ? this.#term(this.input.data) : undefined;
  }

  reset(): void {
    this.#fresh = true;
    this.#operands = this.#products = undefined;
    this.#done = false;
    this.#drain = [];
  }

  #moves(): boolean {
    const free = this.#drain.length === 0 || (this.#drain.length === 1 && this.output.ready);
    return !this.#done || free;
  }

  #added({ a, w, first }: Term): bigint[][] {
    return w.map((weight, j) =>
      a.map((activation, i) => {
        const before = first ? 0n : (this.#sums[j]?.[i] ?? 0n);
        return BigInt.asIntN(this.sizes.ACC_W, before + activation * weight);
      }),
    );
  }

  #term({ data, last }: TileBeat): Term {
    const { ROWS, COLS, A_W, W_W } = this.sizes;
    const field = (low: number, width: number): bigint => BigInt.asIntN(width, data >> BigInt(low));
    const first = this.#fresh;
    this.#fresh = last;
    return {
      a: Array.from({ length: ROWS }, (_, i) => field(i * A_W, A_W)),
      w: Array.from({ length: COLS }, (_, j) => field(ROWS * A_W + j * W_W, W_W)),
      first,
      last,
    };
  }

  #packed(column: readonly bigint[]): bigint {
    const { ACC_W } = this.sizes;
    return column.reduceRight((word, sum) => (word << BigInt(ACC_W)) | BigInt.asUintN(ACC_W, sum), 0n);
  }
}
