/**
 * ONNX's own quantized operators: QuantizeLinear, DequantizeLinear, and the integer and QLinear products.
 *
 * The graph carries no element types: `output_dtype` (the number of ONNX's TensorProto.DataType) says what codes saturate to; the
 * reader sets it from the zero point where the file does not. Blocks (`block_size`) and float8 are not computed.
 */
import { numberAttribute, tensor, type GraphNode, type Tensor } from '../graph.js';
import { roundHalfEven } from '../rounding.js';
import { addBias, convolve } from './conv.js';
import { map, zip } from './elementwise.js';
import { matMul } from './linear.js';
import { axisOf, need, refuse, type Op } from './op.js';

/** Integer types of codes by their ONNX number. */
const codeTypes: Readonly<Record<number, { readonly bits: number; readonly signed: boolean }>> = {
  2: { bits: 8, signed: false },
  3: { bits: 8, signed: true },
  4: { bits: 16, signed: false },
  5: { bits: 16, signed: true },
  6: { bits: 32, signed: true },
  21: { bits: 4, signed: false },
  22: { bits: 4, signed: true },
};

/** Bits and sign of a type that codes may have, by its ONNX number; undefined for every other type. */
export function codeType(dtype: number): { readonly bits: number; readonly signed: boolean } | undefined {
  return codeTypes[dtype];
}

/** A scale or zero point of one axis, shaped so that it spreads over a tensor of `rank` axes. */
function alongAxis(node: GraphNode, value: Tensor, x: Tensor): Tensor {
  if (numberAttribute(node, 'block_size', 0) !== 0) refuse(node, 'with block_size is not read');
  if (value.data.length === 1) return tensor([], value.data);
  if (value.shape.length !== 1) refuse(node, `has a scale or zero point of shape [${value.shape.join(',')}]`);
  const axis = axisOf(node, numberAttribute(node, 'axis', 1), x.shape.length);
  if (x.shape[axis] !== value.data.length)
    refuse(node, `has ${value.data.length} scales for ${x.shape[axis] ?? 0} channels`);
  return tensor(
    x.shape.map((size, at) => (at === axis ? size : 1)),
    value.data,
  );
}

const zero = tensor([], [0]);

/** Adds a zero point and saturates to the node's `output_dtype`. */
function saturated(node: GraphNode, values: Tensor, zeroPoint: Tensor): Tensor {
  const dtype = numberAttribute(node, 'output_dtype', 2);
  const { bits, signed } = codeType(dtype) ?? refuse(node, `makes codes of type ${dtype}, which is not read`);
  const low = signed ? -(2 ** (bits - 1)) : 0;
  const high = low + 2 ** bits - 1;
  return zip(node, values, zeroPoint, (x, z) => Math.min(Math.max(roundHalfEven(x) + z, low), high) + 0);
}

/** `saturate(round(x / scale) + zero_point)`; the division in float32, halves to even. */
const quantizeLinear: Op = (node, inputs) => {
  const x = need(node, inputs, 0);
  const scale = alongAxis(node, need(node, inputs, 1), x);
  const steps = zip(node, x, scale, (value, s) => Math.fround(value / s));
  return [saturated(node, steps, inputs[2] ? alongAxis(node, inputs[2], x) : zero)];
};

/** `(x - zero_point) * scale`. */
const dequantizeLinear: Op = (node, inputs) => {
  const x = need(node, inputs, 0);
  const zeroPoint = inputs[2] ? alongAxis(node, inputs[2], x) : zero;
  const centred = zip(node, x, zeroPoint, (code, z) => code - z);
  return [zip(node, centred, alongAxis(node, need(node, inputs, 1), x), (value, s) => value * s)];
};

/** Codes without their zero point; `axis` is the one a list of zero points belongs to. */
function centred(node: GraphNode, codes: Tensor, zeroPoint: Tensor | undefined, axis: number): Tensor {
  if (!zeroPoint) return codes;
  const shaped =
    zeroPoint.data.length === 1
      ? tensor([], zeroPoint.data)
      : zeroPoint.shape.length > 1
        ? zeroPoint
        : tensor(
            codes.shape.map((size, at) => (at === axis ? size : 1)),
            zeroPoint.data,
          );
  return zip(node, codes, shaped, (code, z) => code - z);
}

const convInteger: Op = (node, inputs) => [
  convolve(
    node,
    centred(node, need(node, inputs, 0), inputs[2], 1),
    centred(node, need(node, inputs, 1), inputs[3], 0),
  ),
];

const matMulInteger: Op = (node, inputs) => {
  const [a, b] = [need(node, inputs, 0), need(node, inputs, 1)];
  const left = centred(node, a, inputs[2], a.shape.length - 2);
  return [matMul(node, left, centred(node, b, inputs[3], b.shape.length - 1))];
};

/** Real factor of an integer sum, `xs * ws / ys`, with a list of weight scales along `axis` of a result of `rank` axes. */
function rescaled(node: GraphNode, sums: Tensor, scales: readonly [Tensor, Tensor, Tensor], axis: number): Tensor {
  const [xs, ws, ys] = scales;
  const factor = zip(
    node,
    zip(node, ws, xs, (w, x) => w * x),
    ys,
    (product, y) => product / y,
  );
  const shape = factor.data.length === 1 ? [] : sums.shape.map((size, at) => (at === axis ? size : 1));
  const spread = factor.shape.length > 1 ? factor : tensor(shape, factor.data);
  return zip(node, sums, spread, (sum, f) => sum * f);
}

/** Inputs x, xs, xz, w, ws, wz, ys, yz, bias (int32, in steps of xs * ws). */
const qLinearConv: Op = (node, inputs) => {
  const at = (index: number): Tensor => need(node, inputs, index);
  const sums = convolve(node, centred(node, at(0), at(2), 1), centred(node, at(3), at(5), 0));
  const scaled = rescaled(node, addBias(node, sums, inputs[8]), [at(1), at(4), at(6)], 1);
  return [saturated(node, scaled, at(7))];
};

/** Inputs a, as, az, b, bs, bz, ys, yz. */
const qLinearMatMul: Op = (node, inputs) => {
  const at = (index: number): Tensor => need(node, inputs, index);
  const [a, b] = [at(0), at(3)];
  const sums = matMul(node, centred(node, a, at(2), a.shape.length - 2), centred(node, b, at(5), b.shape.length - 1));
  return [saturated(node, rescaled(node, sums, [at(1), at(4), at(6)], sums.shape.length - 1), at(7))];
};

export const onnxQuantizedOps: Readonly<Record<string, Op>> = {
  QuantizeLinear: quantizeLinear,
  DequantizeLinear: dequantizeLinear,
  ConvInteger: convInteger,
  MatMulInteger: matMulInteger,
  QLinearConv: qLinearConv,
  QLinearMatMul: qLinearMatMul,
  /** Types are not carried: the value stays. */
  CastLike: (node, inputs) => [map(need(node, inputs, 0), (x) => x)],
};
