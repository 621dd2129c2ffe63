import type { Image } from '../../circuit/module.js';
import type { Channel } from '../../simulator/cycle-model.js';
import { ElementwiseModel } from './elementwise.model.js';
import { packBigLanes, readBigLanes } from './lanes.js';
import { type RequantizeKind, requantizeLatency, type Rounding } from './requantize-parts.js';

export interface RequantizeSizes {
  readonly PE: number;
  readonly FOLDS: number;
  readonly X_W: number;
  /** With multipliers. */
  readonly M_W?: number;
  /** With a power of two per channel: the greatest exponent. */
  readonly E_MAX?: number;
  /** With one power of two: its exponent. */
  readonly LEFT?: number;
  readonly A_W: number;
  readonly SHIFT: number;
  readonly OUT_W: number;
}

export interface RequantizeImages {
  readonly MULTIPLIERS?: Image;
  readonly EXPONENTS?: Image;
  readonly ADDENDS: Image;
}

/**
 * Cycle model of the requantizers: y = fit(relu(round((x * multiplier + addend) / 2^SHIFT))), 3 cycles; 2 where multipliers
 * are powers of two, 1 where they are one power of two. A zero point is added to the rounded x * multiplier / 2^SHIFT.
 *
 * Integers are unbounded here: the header's T_W only has to be wide enough, which is what the comparison with the circuit
 * shows.
 */
export class RequantizeModel extends ElementwiseModel {
  readonly #kind: RequantizeKind;
  readonly #sizes: RequantizeSizes;
  /** [group][lane]. */
  readonly #multipliers: readonly (readonly bigint[])[];
  readonly #addends: readonly (readonly bigint[])[];

  constructor(
    input: Channel<bigint>,
    output: Channel<bigint>,
    kind: RequantizeKind,
    sizes: RequantizeSizes,
    images: RequantizeImages,
  ) {
    super(input, output, requantizeLatency(kind), sizes.FOLDS);
    this.#kind = kind;
    this.#sizes = sizes;
    this.#multipliers = multipliersOf(kind, sizes, images);
    this.#addends = images.ADDENDS.words.map((word) => readBigLanes(word, sizes.PE, sizes.A_W, true));
  }

  protected compute(beat: bigint, fold: number): bigint {
    const { PE, X_W, OUT_W, SHIFT } = this.#sizes;
    const multipliers = this.#multipliers[fold] ?? [];
    const addends = this.#addends[fold] ?? [];
    const results = readBigLanes(beat, PE, X_W, this.#kind.signedInput).map((x, lane) => {
      const [product, addend] = [x * (multipliers[lane] ?? 0n), addends[lane] ?? 0n];
      const rounded =
        this.#kind.zeroPoint === true
          ? divideRounded(product, BigInt(SHIFT), this.#kind.rounding) + (addend >> BigInt(SHIFT))
          : divideRounded(product + addend, BigInt(SHIFT), this.#kind.rounding);
      const y = this.#kind.relu && rounded < 0n ? 0n : rounded;
      return this.#kind.overflow === 'wrap' ? y : clamp(y, OUT_W, this.#kind.signedOutput);
    });
    return packBigLanes(results, OUT_W);
  }
}

function multipliersOf(kind: RequantizeKind, sizes: RequantizeSizes, images: RequantizeImages): bigint[][] {
  const { PE, FOLDS, M_W = 1, E_MAX = 1, LEFT = 0 } = sizes;
  if (kind.scale === undefined)
    return (images.MULTIPLIERS?.words ?? []).map((word) => readBigLanes(word, PE, M_W, true));
  if (kind.scale === 'none') return Array.from({ length: FOLDS }, () => new Array<bigint>(PE).fill(1n << BigInt(LEFT)));
  const width = E_MAX.toString(2).length;
  return (images.EXPONENTS?.words ?? []).map((word) =>
    readBigLanes(word, PE, width, false).map((exponent) => 1n << exponent),
  );
}

/** t / 2^shift, rounded: from the floor and what is left over, by the definition of each rounding. */
export function divideRounded(t: bigint, shift: bigint, rounding: Rounding): bigint {
  const floor = t >> shift;
  const left = t - (floor << shift);
  if (left === 0n || rounding === 'floor') return floor;
  if (rounding === 'to_zero') return t < 0n ? floor + 1n : floor;
  const twice = left * 2n;
  const whole = 1n << shift;
  if (twice !== whole) return twice > whole ? floor + 1n : floor;
  switch (rounding) {
    case 'half_up':
      return floor + 1n;
    case 'half_away':
      return t < 0n ? floor : floor + 1n;
    case 'half_even':
      return floor + (floor & 1n);
  }
}

function clamp(y: bigint, width: number, signed: boolean): bigint {
  const greatest = (1n << BigInt(signed ? width - 1 : width)) - 1n;
  const least = signed ? -greatest - 1n : 0n;
  return y < least ? least : y > greatest ? greatest : y;
}
