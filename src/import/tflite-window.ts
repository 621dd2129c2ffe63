/** Windows of TFLite's convolutions and pools, and the pools themselves. */
import {
  activationRange,
  codesOf,
  emit,
  inputTensor,
  inputValue,
  outputTensor,
  scalarConstant,
  Unread,
} from './tflite-context.js';
import type { OpContext } from './tflite-context.js';
import type { Value } from './image-order.js';
import { placeWindow, type Pair, type PlacedWindow } from './window.js';

/** ONNX attributes of the operator's window over an image, and the size of its output; H3005 where it does not fit. */
export function windowAttributes({ operator: { options } }: OpContext, size: Pair, kernel: Pair): PlacedWindow {
  const { padding, stride_h: sh = 0, stride_w: sw = 0, dilation_h: dh = 1, dilation_w: dw = 1 } = options;
  if (padding !== 0 && padding !== 1) throw new Unread('H3005', `has the padding ${padding ?? ''}`);
  const placed = placeWindow(size, {
    ...{ kernel, strides: [sh, sw], dilations: [dh, dw], padding: padding === 0 ? 'same' : 'valid' },
  });
  if (typeof placed === 'string') throw new Unread('H3005', placed);
  return placed;
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

/** Whole codes again: clamped to the fused activation where that is narrower than the type, then rounded, halves away from zero. */
function activated(context: OpContext, name: string): string {
  const codes = codesOf(outputTensor(context));
  const [min, max] = activationRange(context.operator.options.activation ?? 0, codes);
  const narrow = min > codes.low || max < codes.high;
  const limits = narrow ? [scalarConstant(context, 'min', min), scalarConstant(context, 'max', max)] : [];
  const clamped = narrow ? emit(context, 'Clip', [name, ...limits], {}, 'clip') : name;
  const grid = [scalarConstant(context, 'scale', 1), scalarConstant(context, 'zero_point', 0)];
  const flags = { signed: 1, narrow: 0, rounding_mode: 'HALF_UP' };
  return emit(context, 'QuantCodes', [clamped, ...grid, scalarConstant(context, 'bits', 8)], flags, 'round');
}

export function maxPool(context: OpContext): Value {
  const { name, shape } = pool(context, 'MaxPool');
  const activation = context.operator.options.activation ?? 0;
  return { name: activation === 0 ? name : activated(context, name), shape };
}

/** The mean of the codes in the image, halves away from zero. */
export function averagePool(context: OpContext): Value {
  const { name, shape } = pool(context, 'AveragePool');
  return { name: activated(context, name), shape };
}
