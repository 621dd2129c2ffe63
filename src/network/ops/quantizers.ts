/** Quantizers: QONNX Quant and BipolarQuant, FINN MultiThreshold, and their forms that return integer codes. */
import { numberAttribute, sizeOf, stringAttribute, tensor, type GraphNode, type Tensor } from '../graph.js';
import { roundingByName } from '../rounding.js';
import { map, zip } from './elementwise.js';
import { need, needScalar, refuse, type Op } from './op.js';

/** Least and greatest integer of a QONNX Quant; `bits` 1 to 32. Source: qonnx `min_int`/`max_int`. */
export function quantRange(node: GraphNode, bits: number): { low: number; high: number } {
  if (!Number.isInteger(bits) || bits < 1 || bits > 32) refuse(node, `bit width ${bits} is not in 1..32`);
  const signed = numberAttribute(node, 'signed', 1) !== 0;
  const narrow = numberAttribute(node, 'narrow', 0) !== 0;
  if (!signed) return { low: 0, high: 2 ** bits - 1 - (narrow ? 1 : 0) };
  return { low: -(2 ** (bits - 1)) + (narrow ? 1 : 0), high: 2 ** (bits - 1) - 1 };
}

/**
 * `clip(round(x/scale + zeroPoint), low, high) - zeroPoint`: integers where the zero point is one. With `zero_after_rounding` (from
 * ONNX's QuantizeLinear) `clip(round(x/scale) + zeroPoint, low, high) - zeroPoint`, which differs at ties. With `keep_zero` the zero
 * point is not taken off: the codes of the declared type.
 */
function quantCodes(node: GraphNode, inputs: readonly (Tensor | undefined)[]): Tensor {
  const { low, high } = quantRange(node, needScalar(node, inputs, 3));
  const name = stringAttribute(node, 'rounding_mode', 'ROUND');
  const round = roundingByName(name) ?? refuse(node, `rounding mode ${name} is unknown`);
  const scale = need(node, inputs, 1);
  const zero = need(node, inputs, 2);
  if (scale.data.some((value) => !(value > 0))) refuse(node, 'needs scales greater than 0');
  if (zero.data.some((value) => !Number.isInteger(value))) refuse(node, 'needs integer zero points');
  const after = numberAttribute(node, 'zero_after_rounding', 0) !== 0;
  const steps = zip(node, need(node, inputs, 0), scale, (x, s) => x / s);
  const shifted = zip(node, steps, zero, after ? (x, z) => round(x) + z : (x, z) => round(x + z));
  const codes = map(shifted, (x) => Math.min(Math.max(x, low), high));
  // + 0 turns -0 into 0: codes are integers, which have one zero.
  if (numberAttribute(node, 'keep_zero', 0) !== 0) return map(codes, (q) => q + 0);
  return zip(node, codes, zero, (q, z) => q - z + 0);
}

/** sign(0) = +1, numerics.md 1.4. */
const sign = (x: number): number => (x >= 0 ? 1 : -1);

/** Count of thresholds `x >= t_k` per channel: x [n, C, ...] (or [C]), thresholds [C or 1, levels]. */
function countThresholds(node: GraphNode, inputs: readonly (Tensor | undefined)[]): Tensor {
  const x = need(node, inputs, 0);
  const thresholds = need(node, inputs, 1);
  const [rows, levels] = thresholds.shape;
  if (rows === undefined || levels === undefined || thresholds.shape.length !== 2)
    refuse(node, 'needs a matrix of thresholds');
  const channelAxis =
    stringAttribute(node, 'data_layout', '') === 'NHWC' ? x.shape.length - 1 : Math.min(1, x.shape.length - 1);
  const channels = x.shape[channelAxis] ?? 1;
  if (rows !== 1 && rows !== channels) refuse(node, `has ${rows} rows of thresholds for ${channels} channels`);
  const inner = sizeOf(x.shape.slice(channelAxis + 1));
  const data = x.data.map((value, index) => {
    const row = rows === 1 ? 0 : Math.floor(index / inner) % channels;
    let count = 0;
    for (let k = 0; k < levels; k++) if (value >= (thresholds.data[row * levels + k] ?? Infinity)) count++;
    return count;
  });
  return tensor(x.shape, data);
}

export const quantizerOps: Readonly<Record<string, Op>> = {
  Quant: (node, inputs) => [zip(node, quantCodes(node, inputs), need(node, inputs, 1), (q, s) => q * s)],
  IntQuant: (node, inputs) => [zip(node, quantCodes(node, inputs), need(node, inputs, 1), (q, s) => q * s)],
  /** Heddle's own: Quant before the multiplication by the scale. */
  QuantCodes: (node, inputs) => [quantCodes(node, inputs)],
  BipolarQuant: (node, inputs) => [zip(node, need(node, inputs, 0), need(node, inputs, 1), (x, s) => sign(x) * s)],
  MultiThreshold: (node, inputs) => {
    const scale = numberAttribute(node, 'out_scale', 1);
    const bias = numberAttribute(node, 'out_bias', 0);
    return [map(countThresholds(node, inputs), (count) => scale * count + bias)];
  },
};
