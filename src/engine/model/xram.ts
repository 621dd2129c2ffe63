import { element, packed, type PortModel, type Ports } from './port-model.js';

export interface XramSizes {
  readonly P: number;
  readonly G: number;
  readonly M: number;
  readonly D: number;
  readonly XB: number;
  readonly XD: number;
  readonly ADD: number;
}

/** Cycles from a request to the word of a slice, and to the words of all banks. */
const TO_SLICE = 4;
const TO_BANKS = 2;
const TO_GROUP = 3;

/** What is promised for a cycle: words of slices by number, those of all banks, and those of a group. */
interface Promised {
  readonly slices: Map<number, bigint>;
  banks?: bigint;
  /** A group of banks; undefined where it was never written. */
  group?: { readonly words: bigint | undefined };
}

/**
 * Cycle model of `engine_xram`: a memory by bank and address, and a calendar of words. A request looks into the memory one
 * cycle after it came, and so does a write; the read sees the word before it.
 */
export class XramModel implements PortModel {
  #cycle = 0;
  #conflict = false;
  /** Pixels by bank, address and lane; absent ones were never written. */
  readonly #store = new Map<string, bigint>();
  readonly #calendar = new Map<number, Promised>();
  #before: Ports = {};

  constructor(readonly sizes: XramSizes) {}

  settle(inputs: Ports = {}): Ports {
    const { P, G, XB } = this.sizes;
    const promised = this.#calendar.get(this.#cycle);
    const group = promised?.group;
    const conflict = {
      ...{ conflict: this.#conflict ? 1n : 0n, group_served: this.#serves(inputs) ? 1n : 0n },
      group_valid: group === undefined ? 0n : 1n,
      ...(group?.words === undefined ? {} : { group_words: group.words }),
    };
    if (promised === undefined) return conflict;
    // A packed port is known only where every slice of it is.
    const slices = Array.from({ length: G }, (_, g) => promised.slices.get(g));
    const known = slices.every((word) => word !== undefined);
    return {
      ...conflict,
      ...(known
        ? {
            words: packed(
              slices.map((word) => word ?? 0n),
              P * XB,
            ),
          }
        : {}),
      ...(promised.banks === undefined ? {} : { bank_words: promised.banks }),
    };
  }

  tick(inputs: Ports): void {
    this.#access(this.#before);
    const asked = this.#asked(inputs).map(({ bank }) => bank);
    if (new Set(asked).size < asked.length) this.#conflict = true;
    this.#before = inputs;
    this.#calendar.delete(this.#cycle++);
  }

  /** Requests of the cycle are lost; those of the cycle before are not. */
  reset(): void {
    this.#access(this.#before);
    this.#conflict = false;
    this.#before = {};
    this.#calendar.delete(this.#cycle++);
  }

  /** A group is read when neither all banks nor one of its own are. */
  #serves(inputs: Ports): boolean {
    const { D, ADD } = this.sizes;
    if (ADD !== 1 || inputs['group_read'] !== 1n || inputs['all_read'] === 1n) return false;
    return !this.#asked(inputs).some(({ bank }) => Math.floor(bank / D) === Number(inputs['group_group']));
  }

  #asked({ slice_read = 0n, slice_bank = 0n, slice_address = 0n }: Ports): { g: number; bank: number; at: number }[] {
    const { G, M, XD } = this.sizes;
    const width = (count: number): number => Math.max(1, Math.ceil(Math.log2(count)));
    return Array.from({ length: G }, (_, g) => ({
      g,
      bank: Number(element(slice_bank, g, width(M))),
      at: Number(element(slice_address, g, width(XD))),
    })).filter(({ g }) => element(slice_read, g, 1) === 1n);
  }

  /** The requests of the cycle before, at this edge. */
  #access(inputs: Ports): void {
    const { P, M, D, XB } = this.sizes;
    const { all_read, all_address = 0n, write_valid, write_group = 0n, write_address = 0n } = inputs;
    const promise = (delay: number): Promised => {
      const at = this.#cycle - 1 + delay;
      const promised = this.#calendar.get(at) ?? { slices: new Map<number, bigint>() };
      this.#calendar.set(at, promised);
      return promised;
    };
    for (const { g, bank, at } of this.#asked(inputs)) {
      const word = this.#word(bank, at);
      if (word !== undefined) promise(TO_SLICE).slices.set(g, word);
    }
    if (all_read === 1n) {
      const words = Array.from({ length: M }, (_, bank) => this.#word(bank, Number(all_address)));
      if (words.every((word) => word !== undefined)) {
        promise(TO_BANKS).banks = packed(
          words.map((word) => word ?? 0n),
          P * XB,
        );
      }
    }
    if (this.#serves(inputs)) {
      const { group_group = 0n, group_address = 0n } = inputs;
      const lanes = Array.from({ length: D }, (_, d) => this.#word(Number(group_group) * D + d, Number(group_address)));
      const known = lanes.every((word) => word !== undefined);
      const words = packed(
        lanes.map((word) => word ?? 0n),
        P * XB,
      );
      promise(TO_GROUP).group = { words: known ? words : undefined };
    }
    if (write_valid !== 1n || Number(write_group) >= M / D) return;
    for (let d = 0; d < D; d++) {
      for (let p = 0; p < P; p++) {
        if (element(inputs['write_lanes'] ?? 0n, p, 1) === 0n) continue;
        const key = `${Number(write_group) * D + d} ${write_address} ${p}`;
        this.#store.set(key, element(inputs['write_data'] ?? 0n, d * P + p, XB));
      }
    }
  }

  /** A word of which every pixel was written. */
  #word(bank: number, address: number): bigint | undefined {
    const { P, XB } = this.sizes;
    const pixels = Array.from({ length: P }, (_, p) => this.#store.get(`${bank} ${address} ${p}`));
    return pixels.every((pixel) => pixel !== undefined)
      ? packed(
          pixels.map((pixel) => pixel ?? 0n),
          XB,
        )
      : undefined;
  }
}
