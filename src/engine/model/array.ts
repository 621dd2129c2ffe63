import { element, packed, type PortModel, type Ports } from './port-model.js';

export interface ArraySizes {
  readonly P: number;
  readonly G: number;
  readonly M: number;
  readonly D: number;
  readonly X_W: number;
  readonly W_W: number;
  readonly ACC_W: number;
}

/** Cycles from the step's control to its first group of sums. */
const TO_DRAIN = 6;

interface Step {
  readonly first: boolean;
  /** Groups that leave behind it; 0 unless it is the last of a tile. */
  readonly groups: number;
}

/**
 * Cycle model of `engine_array`: a step is added as soon as its operands are there, and the finished sums wait in a calendar
 * for the cycle in which they leave.
 */
export class ArrayModel implements PortModel {
  #cycle = 0;
  #step: Step | undefined;
  /** [m][p]. */
  #sums: bigint[][];
  readonly #calendar = new Map<number, bigint>();

  /** `product`: what a processing element adds for its operands. */
  constructor(
    readonly sizes: ArraySizes,
    readonly product: (x: bigint, w: bigint) => bigint = (x, w) => x * w,
  ) {
    this.#sums = Array.from({ length: sizes.M }, () => Array.from({ length: sizes.P }, () => 0n));
  }

  settle(): Ports {
    const sums = this.#calendar.get(this.#cycle);
    return sums === undefined ? { drain_valid: 0n } : { drain_valid: 1n, sums };
  }

  tick(inputs: Ports): void {
    this.#add(inputs);
    const { valid, first, last, groups = 0n } = inputs;
    this.#step = valid === 1n ? { first: first === 1n, groups: last === 1n ? Number(groups) : 0 } : undefined;
    this.#calendar.delete(this.#cycle++);
  }

  /** What has left the counter of groups is lost; sums are whatever they were. */
  reset(): void {
    this.#step = undefined;
    this.#calendar.clear();
    this.#cycle++;
  }

  /** The operands of the step of the cycle before. */
  #add({ x = 0n, w = 0n }: Ports): void {
    if (this.#step === undefined) return;
    const { P, G, M, D, X_W, W_W, ACC_W } = this.sizes;
    const { first, groups } = this.#step;
    this.#sums = this.#sums.map((row, m) =>
      row.map((sum, p) => {
        let total = first ? 0n : sum;
        for (let g = 0; g < G; g++)
          total += this.product(element(x, g * P + p, X_W, true), element(w, m * G + g, W_W, true));
        return BigInt.asUintN(ACC_W, total);
      }),
    );
    for (let k = 0; k < Math.min(groups, M / D); k++) {
      const group = this.#sums.slice(k * D, (k + 1) * D).flat();
      this.#calendar.set(this.#cycle - 1 + TO_DRAIN + k, packed(group, ACC_W));
    }
  }
}
