/** Windows of TFLite's convolutions and pools, and the pools themselves. */
import {
  activationRange,
  codesOf,
  constant,
  emit,
  inputTensor,
  inputValue,
  outputTensor,
  scalarConstant,
  Unread,
} from './tflite-context.js';
import type { OpContext, Value } from './tflite-context.js';
import { scalar, type Attribute } from '../network/graph.js';

/** Window positions and padding along one axis; SAME is 0 and VALID is 1, the odd element of padding stands behind. */
function axis(
  size: number,
  kernel: number,
  stride: number,
  dilation: number,
  padding: number,
): [count: number, before: number, after: number] {
  const reach = (kernel - 1) * dilation + 1;
  if (![kernel, stride, dilation].every((value) => value > 0 && value < 65536))
    throw new Unread('H3005', `has the kernel ${kernel}, stride ${stride}, dilation ${dilation}`);
  if (padding === 1) {
    if (reach > size) throw new Unread('H3005', `has a window of ${reach} on ${size} elements`);
    return [Math.floor((size - reach) / stride) + 1, 0, 0];
  }
  if (padding !== 0) throw new Unread('H3005', `has the padding ${padding}`);
  const count = Math.ceil(size / stride);
  const total = Math.max(0, (count - 1) * stride + reach - size);
  return [count, Math.floor(total / 2), Math.ceil(total / 2)];
}

/** ONNX attributes of a window over [h, w], and the size of its output. */
export function windowAttributes(
  { operator: { options } }: OpContext,
  [height, width]: readonly [number, number],
  [kh, kw]: readonly [number, number],
): { attributes: Record<string, Attribute>; size: readonly [number, number] } {
  const { padding = -1, stride_h: sh = 0, stride_w: sw = 0, dilation_h: dh = 1, dilation_w: dw = 1 } = options;
  const [rows, top, bottom] = axis(height, kh, sh, dh, padding);
  const [columns, left, right] = axis(width, kw, sw, dw, padding);
  const attributes = {
    kernel_shape: [kh, kw],
    strides: [sh, sw],
    dilations: [dh, dw],
    pads: [top, left, bottom, right],
  };
  return { attributes, size: [rows, columns] };
}

/** Input and output of a pool have one quantization, so that it works on codes. */
function pool(context: OpContext, op: 'MaxPool' | 'AveragePool'): { name: string; shape: readonly number[] } {
  const input = inputValue(context, 0);
  const [from, to] = [codesOf(inputTensor(context, 0)), codesOf(outputTensor(context))];
  if (from.scale !== to.scale || from.zeroPoint !== to.zeroPoint)
    throw new Unread('H3007', 'has another scale at its output than at its input');
  const [, height = 0, width = 0, channels = 0] = input.shape;
  if (input.shape.length !== 4) throw new Unread('H3005', `reads [${input.shape.join(',')}], not images`);
  const { filter_h: kh = 0, filter_w: kw = 0 } = context.operator.options;
  const { attributes, size } = windowAttributes(context, [height, width], [kh, kw]);
  return { name: emit(context, op, [input.name], attributes), shape: [1, ...size, channels] };
}

/** Clamps codes to the fused activation where that is narrower than the type. */
function clamped(context: OpContext, name: string): string {
  const codes = codesOf(outputTensor(context));
  const [min, max] = activationRange(context.operator.options.activation ?? 0, codes);
  if (min === codes.low && max === codes.high) return name;
  const limits = [scalarConstant(context, 'min', min), scalarConstant(context, 'max', max)];
  return emit(context, 'Clip', [name, ...limits], {}, 'clip');
}

export function maxPool(context: OpContext): Value {
  const { name, shape } = pool(context, 'MaxPool');
  return { name: clamped(context, name), shape };
}

/** The mean of the codes in the image, halves away from zero. */
export function averagePool(context: OpContext): Value {
  const { name, shape } = pool(context, 'AveragePool');
  const grid = [
    constant(context, 'scale', scalar(1)),
    constant(context, 'zero_point', scalar(0)),
    constant(context, 'bits', scalar(8)),
  ];
  const rounded = emit(
    context,
    'QuantCodes',
    [name, ...grid],
    { signed: 1, narrow: 0, rounding_mode: 'HALF_UP' },
    'round',
  );
  return { name: clamped(context, rounded), shape };
}
