import { element, elements, packed, type PortModel, type Ports } from './port-model.js';

export interface WindowsSizes {
  readonly G: number;
  readonly P: number;
  readonly XB: number;
  readonly XU: number;
}

const HOLE = undefined;
type Pixel = bigint | typeof HOLE;

/** One window as lists of pixels, first pixel first; a pixel that nothing is known of is a hole. */
export class WindowModel {
  pixels: readonly Pixel[];
  #kept: readonly Pixel[];
  /** Pixels of the neighbour that have not entered, in the order in which they lie in the row. */
  #rest: readonly Pixel[] = [];

  constructor(readonly P: number) {
    this.pixels = this.#kept = Array.from({ length: P }, () => HOLE);
  }

  /** One tap of the program; `word` where the step reads one. */
  move(tap: number, word: readonly bigint[] | undefined): void {
    if (tap === 0) {
      this.pixels = this.#kept = word ?? Array.from({ length: this.P }, () => HOLE);
      return;
    }
    const from = word ?? this.#rest;
    if (tap === 1) {
      this.pixels = [...this.pixels.slice(1), from[0]];
      this.#rest = from.slice(1);
    } else {
      const start = tap === 2 ? this.#kept : this.pixels;
      this.pixels = [from.at(-1), ...start.slice(0, -1)];
      this.#rest = from.slice(0, -1);
    }
  }
}

/** Cycle model of `engine_windows`: the windows move at the edge behind the step, the lanes follow one edge later. */
export class WindowsModel implements PortModel {
  readonly #windows: readonly WindowModel[];
  #control: Ports | undefined;
  #lanes: bigint | undefined;

  constructor(readonly sizes: WindowsSizes) {
    this.#windows = Array.from({ length: sizes.G }, () => new WindowModel(sizes.P));
  }

  settle(): Ports {
    return this.#lanes === undefined ? {} : { x: this.#lanes };
  }

  tick(inputs: Ports): void {
    this.#lanes = this.#control && this.#padded(this.#control);
    const { P, XB } = this.sizes;
    if (inputs['valid'] === 1n) {
      this.#windows.forEach((window, g) => {
        const word = element(inputs['words'] ?? 0n, g, P * XB);
        const read = inputs['read'] === 1n || inputs['tap'] === 0n;
        window.move(Number(inputs['tap']), read ? elements(word, P, XB) : undefined);
      });
    }
    this.#control = inputs;
  }

  /** There is no reset: it counts as any cycle. */
  reset(inputs: Ports): void {
    this.tick(inputs);
  }

  #padded({ live = 0n, low = 0n, high = 0n, pad = 0n, is_unsigned }: Ports): bigint | undefined {
    const { XB, XU } = this.sizes;
    const lanes = this.#windows.flatMap(({ pixels }, g) =>
      pixels.map((pixel, p) => {
        const inside = element(live, g, 1) === 1n && BigInt(p) >= low && BigInt(p) < high;
        const value = inside ? pixel : pad;
        return value === undefined || is_unsigned === 1n ? value : BigInt.asIntN(XB, value);
      }),
    );
    const known = lanes.every((lane) => lane !== undefined);
    return known
      ? packed(
          lanes.map((lane) => lane ?? 0n),
          XB + XU,
        )
      : undefined;
  }
}
