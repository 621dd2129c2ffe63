/** How the elements of a graph's tensor lie in its stream: an index per element, carried through reshapes and transpositions. */
import { networkError } from './errors.js';
import { executeNode } from './execute.js';
import { sizeOf, tensor, type GraphNode, type Tensor } from './graph.js';
import type { ImageShape } from './image-stages.js';

export interface Layout {
  /** Shape of the tensor, batch axis in front; each element holds its number in the stream. */
  readonly indices: Tensor;
  /** What the stream carries; a vector is one pixel. */
  readonly image: ImageShape;
}

const counting = (shape: readonly number[]): Tensor =>
  tensor(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, index) => index),
  );

/** Elements in the order of the tensor: a vector, or an image [1, h, w, c]. */
export function plainLayout(shape: readonly number[], image?: ImageShape): Layout {
  return { indices: counting(shape), image: image ?? { height: 1, width: 1, channels: sizeOf(shape) } };
}

/** Layout of ONNX images [1, c, h, w] or [1, c, w], whose stream has the channels innermost. */
export function imageLayout(shape: readonly number[]): Layout {
  const [, channels = 1] = shape;
  const [height, width] = shape.length === 3 ? [1, shape[2] ?? 1] : [shape[2] ?? 1, shape[3] ?? 1];
  const pixels = height * width;
  const indices = counting(shape).data.map((at) => (at % pixels) * channels + Math.floor(at / pixels));
  return { indices: tensor(shape, indices), image: { height, width, channels } };
}

/** True where the tensor is in the order of its stream. */
export function isPlain({ indices }: Layout): boolean {
  return indices.data.every((value, index) => value === index);
}

/** The layout behind a node that only moves elements; `inputs` are its constants, the first one absent. */
export function movedLayout(layout: Layout, node: GraphNode, inputs: readonly (Tensor | undefined)[]): Layout {
  const indices = executeNode(node, [layout.indices, ...inputs.slice(1)])[0];
  return indices ? { ...layout, indices } : layout;
}

/** The layout read as images [1, c, h, w] by a spatial operator; H3038 where its pixels or channels are in another order. */
export function asImage(layout: Layout, node: GraphNode): Layout {
  const { shape } = layout.indices;
  const wanted = imageLayout(shape);
  const rank = shape.length === 4 || shape.length === 3;
  if (!rank || wanted.indices.data.some((value, index) => value !== layout.indices.data[index]))
    throw networkError('H3038', node.name, `${node.op} reads elements in another order than the stream has them`);
  return wanted;
}

/**
 * The shape in which one element stands for each channel, all other axes 1: what a segment per channel is evaluated on. Undefined
 * where no axis of the tensor is the channels of its stream.
 */
export function channelShape({ indices, image }: Layout): readonly number[] | undefined {
  const { shape, data } = indices;
  if (image.height * image.width === 1) return shape;
  const axis = shape.findIndex((size, at) => {
    const stride = sizeOf(shape.slice(at + 1));
    return at > 0 && size === image.channels && Array.from({ length: size }).every((_, c) => data[c * stride] === c);
  });
  return axis < 0 ? undefined : shape.map((size, at) => (at === axis ? size : 1));
}
