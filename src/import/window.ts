/** Windows of Keras and TFLite layers, whose padding is a word, as the attributes of ONNX. */
import type { Attribute } from '../network/graph.js';
import { samePads, windowCount } from '../network/ops/window.js';

/** Rows in front of columns. */
export type Pair = readonly [rows: number, columns: number];

export interface WindowSpec {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  /** `same` pads so that `count = ceil(size / stride)`, the odd element behind. */
  readonly padding: 'same' | 'valid';
}

export interface PlacedWindow {
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Rows and columns of the output. */
  readonly size: Pair;
}

/** The window over an image of `size`, or the reason why there is none. */
export function placeWindow(size: Pair, { kernel, strides, dilations, padding }: WindowSpec): PlacedWindow | string {
  const numbers = [...kernel, ...strides, ...dilations];
  if (!numbers.every((value) => Number.isInteger(value) && value > 0 && value < 65536))
    return `has the kernel [${kernel.join(',')}], strides [${strides.join(',')}], dilations [${dilations.join(',')}]`;
  const axis = (at: 0 | 1): { count: number; pads: readonly [number, number] } => {
    const [k, stride, dilation] = [kernel[at], strides[at], dilations[at]];
    const pads: [number, number] = padding === 'same' ? samePads(size[at], k, stride, dilation, true) : [0, 0];
    const [before, after] = pads;
    return { count: windowCount({ size: size[at], kernel: k, stride, dilation, before, after }, false), pads };
  };
  const [y, x] = [axis(0), axis(1)];
  if (y.count < 1 || x.count < 1) return `has a window of [${kernel.join(',')}] on an image of [${size.join(',')}]`;
  const pads = [y.pads[0], x.pads[0], y.pads[1], x.pads[1]];
  return { attributes: { kernel_shape: kernel, strides, dilations, pads }, size: [y.count, x.count] };
}
