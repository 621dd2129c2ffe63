/** The geometry of a sliding window over two spatial axes: ONNX's kernel_shape, strides, dilations, pads, auto_pad and ceil_mode. */
import type { WindowGeometry } from '../image-stages.js';
import { listAttribute, numberAttribute, stringAttribute, type GraphNode, type Tensor } from '../graph.js';
import { refuse } from './op.js';

/** One spatial axis; its padding is never negative. */
export interface WindowAxis extends WindowGeometry {
  /** Elements of the input along this axis. */
  readonly size: number;
}

export interface Window {
  readonly y: WindowAxis;
  readonly x: WindowAxis;
}

/** Input of shape [n, c, h, w]; [n, c, w] counts as one row, `lower` turns a result of [n, c, 1, w] back. */
export function asImages(node: GraphNode, x: Tensor): { images: Tensor; lower: (result: Tensor) => Tensor } {
  if (x.shape.length === 4) return { images: x, lower: (result) => result };
  if (x.shape.length !== 3) refuse(node, `needs an input of 3 or 4 axes, not [${x.shape.join(',')}]`);
  const [n = 1, c = 1, w = 1] = x.shape;
  return {
    images: { shape: [n, c, 1, w], data: x.data },
    lower: ({ shape: [samples = 1, channels = 1, , width = 1], data }) => ({ shape: [samples, channels, width], data }),
  };
}

/** A list attribute of one entry per axis, a 1 in front where the input has only one spatial axis. */
function perAxis(node: GraphNode, name: string, rank: number, neutral: number): readonly number[] {
  const list = listAttribute(node, name);
  if (!list) return [neutral, neutral];
  if (list.length !== rank) refuse(node, `has ${list.length} ${name} for ${rank} spatial axes`);
  return rank === 1 ? [neutral, ...list] : list;
}

/** `[begin, end]` of both axes as the file gives them, or undefined where auto_pad decides. */
function explicitPads(node: GraphNode, rank: number): readonly (readonly [number, number])[] | undefined {
  const auto = stringAttribute(node, 'auto_pad', 'NOTSET');
  const pads = listAttribute(node, 'pads') ?? new Array<number>(2 * rank).fill(0);
  if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') return undefined;
  if (auto !== 'NOTSET' && auto !== 'VALID') refuse(node, `auto_pad ${auto} is unknown`);
  if (pads.length !== 2 * rank || pads.some((pad) => pad < 0)) refuse(node, `pads [${pads.join(',')}] do not fit`);
  const at = (axis: number): readonly [number, number] =>
    auto === 'VALID' ? [0, 0] : [pads[axis] ?? 0, pads[axis + rank] ?? 0];
  return rank === 1 ? [[0, 0], at(0)] : [at(0), at(1)];
}

/** Pads that make `count = ceil(size / stride)`; the odd element stands behind for SAME_UPPER, in front for SAME_LOWER. */
export function samePads(
  size: number,
  kernel: number,
  stride: number,
  dilation: number,
  upper: boolean,
): [number, number] {
  const reach = dilation * (kernel - 1) + 1;
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach - size);
  const less = Math.floor(total / 2);
  return upper ? [less, total - less] : [total - less, less];
}

/** Positions of a window on one axis. With `ceil` a last, partial window counts unless it starts in the padding behind. */
export function windowCount(axis: Omit<WindowAxis, 'count'>, ceil: boolean): number {
  const { size, kernel, stride, dilation, before, after } = axis;
  const steps = (size + before + after - (dilation * (kernel - 1) + 1)) / stride;
  if (!ceil) return Math.floor(steps) + 1;
  const count = Math.ceil(steps) + 1;
  return (count - 1) * stride >= size + before ? count - 1 : count;
}

/**
 * Geometry of a node for an image of `height` by `width` (1 by width for one spatial axis: `rank` 1). H3030 for attributes that do
 * not fit or a window larger than the padded image.
 */
export function windowOf(
  node: GraphNode,
  [height, width]: readonly [number, number],
  kernel: readonly number[],
  rank: number,
): Window {
  const strides = perAxis(node, 'strides', rank, 1);
  const dilations = perAxis(node, 'dilations', rank, 1);
  const pads = explicitPads(node, rank);
  const upper = stringAttribute(node, 'auto_pad', 'NOTSET') === 'SAME_UPPER';
  const ceil = numberAttribute(node, 'ceil_mode', 0) !== 0;
  const axis = (index: 0 | 1, size: number): WindowAxis => {
    const [k = 1, stride = 1, dilation = 1] = [kernel[index], strides[index], dilations[index]];
    if (![k, stride, dilation].every((value) => Number.isInteger(value) && value > 0))
      refuse(node, `has a kernel, stride or dilation that is not a positive integer`);
    const [before, after] = pads?.[index] ?? samePads(size, k, stride, dilation, upper);
    const shell = { size, kernel: k, stride, dilation, before, after };
    const count = windowCount(shell, ceil);
    if (count < 1) refuse(node, `has a window of ${dilation * (k - 1) + 1} on an axis of ${before + size + after}`);
    return { ...shell, count };
  };
  return { y: axis(0, height), x: axis(1, width) };
}

/** kernel_shape as two numbers, a 1 in front for one spatial axis; H3030 where it is missing. */
export function kernelShape(node: GraphNode, rank: number): readonly number[] {
  if (!listAttribute(node, 'kernel_shape')) refuse(node, 'has no kernel_shape');
  return perAxis(node, 'kernel_shape', rank, 1);
}
