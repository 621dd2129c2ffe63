/** Heddle's own Requantize: from a 32-bit accumulator to codes, as TFLite's reference kernels do it. */
import { numberAttribute, sizeOf, tensor } from '../graph.js';
import { multiplyByFactor } from '../requantize.js';
import { broadcastIndex, broadcastShape } from './elementwise.js';
import { need, refuse, type Op } from './op.js';

const limit = 2 ** 31;

/**
 * `clamp(MultiplyByQuantizedMultiplier(x << left_shift, multiplier, shift) + zero_point, min, max)`.
 *
 * Inputs: x (integers of 32 bits), multiplier (0 .. 2^31 - 1) and shift, the last two broadcast to the shape of x. A positive shift
 * goes left, in front of the multiplication; a negative one right, behind it. H3030 where x leaves 32 bits.
 */
const requantize: Op = (node, inputs) => {
  const x = need(node, inputs, 0);
  const [multiplier, shift] = [need(node, inputs, 1), need(node, inputs, 2)];
  for (const factor of [multiplier, shift])
    if (broadcastShape(node, x.shape, factor.shape).join() !== x.shape.join())
      refuse(node, `cannot spread [${factor.shape.join(',')}] over [${x.shape.join(',')}]`);
  if (!multiplier.data.every((value) => Number.isInteger(value) && value >= 0 && value < limit))
    refuse(node, 'needs multipliers of 31 bits');
  if (!shift.data.every((value) => Number.isInteger(value) && Math.abs(value) <= 31))
    refuse(node, 'needs shifts of -31 to 31');
  const left = 2 ** numberAttribute(node, 'left_shift', 0);
  const zero = numberAttribute(node, 'zero_point', 0);
  const low = numberAttribute(node, 'min', -limit);
  const high = numberAttribute(node, 'max', limit - 1);
  const m = broadcastIndex(multiplier.shape, x.shape);
  const s = broadcastIndex(shift.shape, x.shape);
  const data = new Float64Array(sizeOf(x.shape));
  for (let at = 0; at < data.length; at++) {
    const value = (x.data[at] ?? 0) * left;
    if (!(value >= -limit && value < limit)) refuse(node, `reads ${value}, which is no 32-bit integer`);
    const factor = { multiplier: multiplier.data[m[at] ?? 0] ?? 0, shift: shift.data[s[at] ?? 0] ?? 0 };
    data[at] = Math.min(Math.max(multiplyByFactor(value, factor) + zero, low), high) + 0;
  }
  return [tensor(x.shape, data)];
};

export const requantizeOps: Readonly<Record<string, Op>> = { Requantize: requantize };
