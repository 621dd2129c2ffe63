import { type Channel, type CycleModel, fires } from '../../simulator/cycle-model.js';
import type { Rounding } from './rounding.js';

export interface CastFormat {
  readonly type: 'unsigned' | 'signed' | 'bipolar';
  /** Bits of a code. */
  readonly bits: number;
  /** Fraction bits of a code; negative where a code counts more than ones. */
  readonly frac: number;
  readonly rounding: Rounding;
}

const LATENCY = 3;

/**
 * The code of a binary32 number, by IEEE 754 (3.4): with sign s, biased exponent e and fraction f it is
 * (-1)^s 2^(e - 127) (1 + f 2^-23) for e = 1 .. 254, (-1)^s 2^-126 (f 2^-23) for e = 0, infinite or not a number for e = 255.
 */
export function castNumber(word: bigint, { type, bits, frac, rounding }: CastFormat): bigint {
  const [negative, e, f] = [(word >> 31n) & 1n, (word >> 23n) & 0xffn, word & 0x7fffffn];
  const greatest = (1n << BigInt(type === 'signed' ? bits - 1 : bits)) - 1n;
  const least = type === 'signed' ? -greatest - 1n : 0n;
  const isNumber = e !== 255n || f === 0n;
  if (type === 'bipolar') return isNumber && negative === 1n && (e !== 0n || f !== 0n) ? 0n : 1n;
  if (e === 255n) return !isNumber ? 0n : negative === 1n ? least : greatest;
  // In units of 2^-149, the least subnormal number.
  const units = (negative === 1n ? -1n : 1n) * (e === 0n ? f : (f + (1n << 23n)) << (e - 1n));
  const places = 149 - frac;
  const code = places <= 0 ? units << BigInt(-places) : nearest(units, 1n << BigInt(places), rounding);
  return code < least ? least : code > greatest ? greatest : code;
}

/** n / d by the definition of the rounding, d > 0. */
function nearest(n: bigint, d: bigint, rounding: Rounding): bigint {
  const below = n >= 0n ? n / d : -((-n + d - 1n) / d);
  const [fromBelow, fromAbove] = [n - below * d, (below + 1n) * d - n];
  const above = fromBelow === 0n ? below : below + 1n;
  if (rounding === 'floor') return below;
  if (rounding === 'to_zero') return n < 0n ? above : below;
  if (fromBelow !== fromAbove) return fromBelow < fromAbove ? below : above;
  if (rounding === 'half_up') return above;
  if (rounding === 'half_away') return n < 0n ? below : above;
  return below % 2n === 0n ? below : above;
}

/** Cycle model of the casts: three places in a row that move together, while the last is free or being read. */
export class FloatCastModel<T> implements CycleModel {
  #places: (bigint | undefined)[] = Array.from({ length: LATENCY }, () => undefined);

  constructor(
    readonly input: Channel<T>,
    readonly output: Channel<bigint>,
    /** The code of a beat. */
    readonly codeOf: (beat: T) => bigint,
  ) {}

  settle(): void {
    const last = this.#places.at(-1);
    this.output.valid = last !== undefined;
    if (last !== undefined) this.output.data = last;
    this.input.ready = last === undefined || this.output.ready;
  }

  tick(): void {
    if (!this.input.ready) return;
    const taken = fires(this.input) ? this.codeOf(this.input.data) : undefined;
    this.#places = [taken, ...this.#places.slice(0, -1)];
  }

  reset(): void {
    this.#places.fill(undefined);
  }
}
