import { ISSUE_TO_DRAIN, ISSUE_TO_WEIGHTS, PRIVATE_READ_DELAY } from '../latency.js';
import { element, packed, type PortModel, type Ports } from './port-model.js';
import { WindowModel } from './windows.js';

export interface DatapathSizes {
  readonly P: number;
  readonly G: number;
  readonly M: number;
  readonly D: number;
  readonly XB: number;
  readonly WB: number;
  readonly AB: number;
  readonly XD: number;
  /** 1: groups of residual words are read. */
  readonly ADD: number;
}

/** A step on its way: its ports, and what its banks held when it read them. */
interface Flight {
  readonly ports: Ports;
  words: (readonly bigint[] | undefined)[];
}

const bits = (count: number): number => Math.max(1, Math.ceil(Math.log2(count)));

/**
 * Model of `engine_datapath_dw` (without a reset in mid-flight): a step takes its words when its banks are read, everything
 * else happens at once when its weights are there, and finished sums wait in a calendar.
 */
export class DatapathModel implements PortModel {
  #cycle = 0;
  readonly #store = new Map<string, bigint[]>();
  readonly #flights = new Map<number, Flight>();
  readonly #shared: readonly WindowModel[];
  readonly #private: readonly WindowModel[];
  /** [m][p]; undefined where a pixel was never known. */
  #sums: (bigint | undefined)[][];
  #greatest: (bigint | undefined)[][];
  readonly #calendar = new Map<number, bigint | undefined>();
  /** Two slices have asked a bank for words in one cycle. */
  #conflict = false;
  /** Groups of residual words by the cycle in which they are shown. */
  readonly #groups = new Map<number, bigint | undefined>();

  /** @param unwritten pixels of words that nobody has written; without it they are not known */
  constructor(
    readonly sizes: DatapathSizes,
    readonly unwritten?: bigint,
  ) {
    const { P, G, M } = sizes;
    this.#shared = Array.from({ length: G }, () => new WindowModel(P));
    this.#private = Array.from({ length: M }, () => new WindowModel(P));
    this.#sums = this.#greatest = Array.from({ length: M }, () => Array.from({ length: P }, () => undefined));
  }

  settle(inputs: Ports = {}): Ports {
    const [drains, group] = [this.#calendar.has(this.#cycle), this.#groups.get(this.#cycle)];
    const sums = this.#calendar.get(this.#cycle);
    return {
      ...{
        drain_valid: drains ? 1n : 0n,
        conflict: this.#conflict ? 1n : 0n,
        group_served: this.#serves(inputs) ? 1n : 0n,
      },
      ...(sums === undefined ? {} : { drain_sums: sums }),
      ...{ group_valid: this.#groups.has(this.#cycle) ? 1n : 0n },
      ...(group === undefined ? {} : { group_words: group }),
    };
  }

  /** A group of banks is read when no slice reads one of them. */
  #serves(inputs: Ports): boolean {
    const { G, M, D, ADD } = this.sizes;
    if (ADD !== 1 || inputs['group_read'] !== 1n) return false;
    const late = this.#flights.get(this.#cycle - PRIVATE_READ_DELAY)?.ports ?? {};
    const reads = ({ step_read, step_live = 0n }: Ports, g: number): boolean =>
      step_read === 1n && element(step_live, g, 1) === 1n;
    if ((late['step_op'] ?? 0n) !== 0n && reads(late, 0)) return false;
    if (inputs['step_valid'] !== 1n || inputs['step_op'] !== 0n) return true;
    const banks = Array.from({ length: G }, (_, g) => Number(element(inputs['step_bank'] ?? 0n, g, bits(M))));
    return !banks.some((bank, g) => reads(inputs, g) && Math.floor(bank / D) === Number(inputs['group_group']));
  }

  #readGroup({ group_group = 0n, group_address = 0n }: Ports): void {
    const { D, XB } = this.sizes;
    const words = Array.from({ length: D }, (_, d) => this.#word(group_group * BigInt(D) + BigInt(d), group_address));
    const known = words.every((word) => word !== undefined);
    this.#groups.set(
      this.#cycle + 3,
      known
        ? packed(
            words.flatMap((word) => [...(word ?? [])]),
            XB,
          )
        : undefined,
    );
  }

  tick(inputs: Ports): void {
    if (inputs['step_valid'] === 1n) {
      const flight: Flight = { ports: inputs, words: [] };
      this.#flights.set(this.#cycle, flight);
      if (inputs['step_op'] === 0n) {
        flight.words = this.#sliceWords(inputs);
        this.#conflict ||= this.#clashes(inputs);
      }
    }
    const late = this.#flights.get(this.#cycle - PRIVATE_READ_DELAY);
    if (late !== undefined && late.ports['step_op'] !== 0n) late.words = this.#bankWords(late.ports);
    if (this.#serves(inputs)) this.#readGroup(inputs);
    this.#groups.delete(this.#cycle);
    this.#write(inputs);
    const now = this.#flights.get(this.#cycle - ISSUE_TO_WEIGHTS);
    if (now !== undefined) this.#execute(now, inputs['weights'] ?? 0n);
    this.#flights.delete(this.#cycle - ISSUE_TO_WEIGHTS);
    this.#calendar.delete(this.#cycle++);
  }

  reset(): void {
    this.#flights.clear();
    this.#calendar.clear();
    this.#groups.clear();
    this.#conflict = false;
    this.#cycle++;
  }

  #write({ write_valid, write_group = 0n, write_address = 0n, write_lanes = 0n, write_data = 0n }: Ports): void {
    const { P, D, XB } = this.sizes;
    if (write_valid !== 1n) return;
    for (let d = 0; d < D; d++) {
      const key = `${Number(write_group) * D + d} ${write_address}`;
      const word = [...(this.#store.get(key) ?? Array.from({ length: P }, () => 0n))];
      for (let p = 0; p < P; p++) {
        if (element(write_lanes, p, 1) === 1n) word[p] = element(write_data, d * P + p, XB);
      }
      this.#store.set(key, word);
    }
  }

  #sliceWords({ step_read, step_live = 0n, step_bank = 0n, step_address = 0n }: Ports): Flight['words'] {
    return Array.from({ length: this.sizes.G }, (_, g) => {
      if (step_read !== 1n || element(step_live, g, 1) === 0n) return undefined;
      return this.#word(element(step_bank, g, bits(this.sizes.M)), element(step_address, g, 20));
    });
  }

  #clashes({ step_read, step_live = 0n, step_bank = 0n }: Ports): boolean {
    const { G, M } = this.sizes;
    const banks = Array.from({ length: G }, (_, g) => element(step_bank, g, bits(M))).filter(
      (_, g) => element(step_live, g, 1) === 1n,
    );
    return step_read === 1n && new Set(banks).size < banks.length;
  }

  #bankWords({ step_read, step_live = 0n, step_address = 0n }: Ports): Flight['words'] {
    if (step_read !== 1n || element(step_live, 0, 1) === 0n) return [];
    return Array.from({ length: this.sizes.M }, (_, m) => this.#word(BigInt(m), element(step_address, 0, 20)));
  }

  #word(bank: bigint, address: bigint): readonly bigint[] | undefined {
    const word = this.#store.get(`${bank} ${address}`);
    if (word !== undefined || this.unwritten === undefined) return word;
    return new Array<bigint>(this.sizes.P).fill(this.unwritten);
  }

  #execute({ ports, words }: Flight, weights: bigint): void {
    const { P, G, M, D, AB, WB } = this.sizes;
    const { step_op: op = 0n, step_first, step_last, step_live = 0n, step_tap, step_byte = 0n } = ports;
    const windows = op === 0n ? this.#shared : this.#private;
    windows.forEach((window, k) => window.move(Number(step_tap), words[k]));
    const lanes = windows.map(({ pixels }, k) =>
      pixels.map((pixel, p) => this.#lane(ports, op === 0n ? element(step_live, k, 1) : 1n, p, pixel)),
    );
    const fresh = step_first === 1n;
    this.#greatest = lanes.map((row, m) =>
      row.map((lane, p) => {
        const before = fresh ? lane : this.#greatest[m]?.[p];
        return lane === undefined || before === undefined ? undefined : lane > before ? lane : before;
      }),
    );
    const weight = (m: number, g: number): bigint => {
      const bits = element(weights, m * G + g, WB, true);
      return WB > 1 ? bits : bits === 0n ? 1n : -1n;
    };
    const term = (m: number, p: number): bigint | undefined => {
      if (op === 2n) return step_last === 1n ? this.#greatest[m]?.[p] : 0n;
      if (op !== 0n) {
        const lane = lanes[m]?.[p];
        return lane === undefined
          ? lane
          : lane * (ports['step_has_weights'] === 1n ? weight(m, Number(step_byte)) : 1n);
      }
      return lanes.reduce<bigint | undefined>((sum, row, g) => {
        const lane = row[p];
        return sum === undefined || lane === undefined ? undefined : sum + lane * weight(m, g);
      }, 0n);
    };
    this.#sums = Array.from({ length: M }, (_, m) =>
      Array.from({ length: P }, (__, p) => {
        const [before, more] = [fresh ? 0n : this.#sums[m]?.[p], term(m, p)];
        return before === undefined || more === undefined ? undefined : before + more;
      }),
    );
    if (step_last !== 1n) return;
    const issued = this.#cycle - ISSUE_TO_WEIGHTS;
    for (let k = 0; k < Number(ports['step_groups']); k++) {
      const group = this.#sums.slice(k * D, (k + 1) * D).flat();
      const known = group.every((sum) => sum !== undefined);
      this.#calendar.set(
        issued + ISSUE_TO_DRAIN + k,
        known
          ? packed(
              group.map((sum) => sum ?? 0n),
              AB,
            )
          : undefined,
      );
    }
  }

  /** The value of a lane: its pixel, or the pad value, as the pass reads them. */
  #lane(ports: Ports, live: bigint, p: number, pixel: bigint | undefined): bigint | undefined {
    const { XB } = this.sizes;
    const { step_low = 0n, step_high = 0n, step_pad = 0n, step_unsigned } = ports;
    const inside = live === 1n && BigInt(p) >= step_low && BigInt(p) < step_high;
    const raw = inside ? pixel : BigInt.asUintN(XB, step_pad);
    return raw === undefined || step_unsigned === 1n ? raw : BigInt.asIntN(XB, raw);
  }
}
