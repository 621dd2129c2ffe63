/** From sums to results by the definition of every mode (`Requant`): plain numbers where they are exact, else big integers. */
import type { Requant } from './layer.js';
import { perChannel } from './layer.js';

type Rounding = Requant['round'];

/** Powers of two, which `**` would compute anew. */
const POWERS = Array.from({ length: 64 }, (_, places) => 2 ** places);
const power = (places: number): number => POWERS[places] ?? 2 ** places;

/** `value / 2^places`, rounded. Exact for values below 2^53. */
function shifted(value: number, places: number, round: Rounding): number {
  const unit = power(places);
  const down = Math.floor(value / unit);
  const rest = value - down * unit;
  if (rest === 0) return down;
  switch (round) {
    case 'floor':
      return down;
    case 'to-zero':
      return value < 0 ? down + 1 : down;
    case 'half-up':
      return 2 * rest >= unit ? down + 1 : down;
    case 'half-away':
      return 2 * rest > unit || (2 * rest === unit && value > 0) ? down + 1 : down;
    case 'half-even':
      return 2 * rest > unit || (2 * rest === unit && down % 2 !== 0) ? down + 1 : down;
  }
}

/** The same for big integers; results are small again. */
function shiftedBig(value: bigint, places: number, round: Rounding): number {
  // Two bits of the fraction and a mark for the rest decide every rounding.
  const drop = places - 2;
  if (drop <= 0) return shifted(Number(value), places, round);
  const top = value >> BigInt(drop);
  const sticky = top << BigInt(drop) === value ? 0 : 1;
  return shifted(2 * Number(top) + sticky, 3, round);
}

/** floor((t * mult + 2^30) / 2^31) for |t| < 2^37 and a 32-bit multiplier, exactly: the multiplier in two halves. */
function doubled(t: number, mult: number): number {
  const high = Math.floor(mult / 2 ** 15);
  const low = mult - high * 2 ** 15;
  return Math.floor((t * high + Math.floor((t * low + 2 ** 30) / 2 ** 15)) / 2 ** 16);
}

/** The result for a sum of output channel `channel`. */
export function requantized(requant: Requant, sum: number, channel: number): number {
  const { mode, round, lo, hi, leaky, wrap, zeroPoint, thresholds } = requant;
  const bias = perChannel(requant.bias, channel);
  if (thresholds !== undefined) {
    const { levels, table } = thresholds;
    const first = table.length === levels ? 0 : channel * levels;
    let count = 0;
    for (let i = 0; i < levels; i++) if (sum + bias >= (table[first + i] ?? 0)) count++;
    return lo + count;
  }
  const shift = perChannel(requant.shift, channel);
  const mult = perChannel(requant.mult, channel);
  const t = saturated((sum + bias) * power(perChannel(requant.leftShift, channel)));
  let value: number;
  if (mode === 'shift') value = shifted(t, t >= 0 ? shift - leaky : shift, round);
  else if (mode === 'mult') {
    const product = saturated(doubled(t, mult));
    value = shifted(product, product >= 0 ? shift - leaky : shift, round);
  } else {
    const product = mode === 'single' ? BigInt(t) * BigInt(mult) : BigInt(sum) * BigInt(mult) + BigInt(bias);
    value = shiftedBig(product, product >= 0 ? shift - leaky : shift, round);
  }
  const result = value + zeroPoint;
  if (wrap) return lo === 0 && result < 0 ? 0 : (result << 24) >> 24;
  return Math.min(Math.max(result, lo), hi);
}

const saturated = (value: number): number => Math.min(Math.max(value, -(2 ** 31)), 2 ** 31 - 1);
