/**
 * Stages on images: convolution, pooling, and what joins and splits streams.
 *
 * **Order of a stream.** An image of `height` x `width` x `channels` flows row by row, pixel by pixel, channels innermost: element
 * (y, x, c) is number `(y * width + x) * channels + c` of the sample. A vector is an image of one pixel, so that flattening
 * costs nothing: the weights behind it are stored in this order, whatever the order of the model file was.
 *
 * **One reader per stream.** Every stage's output is read by exactly one stage; where a network branches stands a
 * {@link DuplicateStage}, whose output is read by `copies` stages. What a branch must hold while the other one is late is a
 * matter of FIFO sizes, not of this description.
 */
import type { Activation, ElementType, StageCommon, SumRange } from './stage-types.js';

export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** One axis of a sliding window. Position p looks at elements `p * stride - before + k * dilation` for k in 0 .. kernel - 1. */
export interface WindowGeometry {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Elements of padding in front (top, left) and behind (bottom, right). */
  readonly before: number;
  readonly after: number;
  /** Positions: `floor((size + before + after - dilation * (kernel - 1) - 1) / stride) + 1`. */
  readonly count: number;
}

/** A window over the rows (y) and columns (x) of an image; the output has `y.count` x `x.count` pixels. */
export interface Window {
  readonly y: WindowGeometry;
  readonly x: WindowGeometry;
}

/**
 * Convolution: the sliding window makes one patch per output pixel, row by row; a matrix is multiplied with each patch; an
 * activation per output channel follows. `inputs` = elements of `image`, `outputs` = y.count * x.count * channels.
 *
 * A **patch** has the elements (ky, kx, c), channels innermost: number `(ky * x.kernel + kx) * image.channels + c`. An element
 * that lies outside of the image has the value `padValue` in all channels.
 *
 * With `groups` > 1 output channel o belongs to group `floor(o / (channels / groups))` and reads only the channels
 * `group * (image.channels / groups) + i` of the patch. `groups` = image.channels is a depthwise convolution.
 */
export interface ConvStage extends StageCommon {
  readonly kind: 'conv';
  readonly image: ImageShape;
  readonly window: Window;
  readonly groups: number;
  /** Output channels. */
  readonly channels: number;
  /** Value (not code) of the padding, within the range of `input` wherever there is padding: 0, or a zero point. */
  readonly padValue: number;
  readonly weight: ElementType;
  /** Values (not codes; -1 and +1 when bipolar), row-major [channels][y.kernel][x.kernel][image.channels / groups]. */
  readonly weights: Int32Array;
  /** See {@link DenseStage.productShift}. */
  readonly productShift?: number;
  /** Least and greatest sum that any input of type `input` can reach in any channel, padding included, bias not. */
  readonly accumulator: SumRange;
  /** Channel = output channel. */
  readonly activation: Activation;
}

/**
 * Pooling, channel by channel: the greatest value of each window, or the sum of its values, then an activation per channel (a sum
 * becomes an average there). Padding is never the greatest and adds nothing. A window as large as the image is global pooling.
 *
 * `factors`: the sum at position (y, x) counts `factors.y[y] * factors.x[x]` times. Averages that leave padding out have them, so that
 * windows over the border, which hold fewer elements, are divided by the same number as all others.
 */
export interface PoolStage extends StageCommon {
  readonly kind: 'pool';
  readonly reduce: 'max' | 'sum';
  readonly image: ImageShape;
  readonly window: Window;
  /** One whole number of at least 1 per row and per column of the output; only beside sums. */
  readonly factors?: { readonly y: readonly number[]; readonly x: readonly number[] };
  /** Range of the value in front of the activation. */
  readonly accumulator: SumRange;
  readonly activation: Activation;
}

/** One stream that enters an {@link AddStage} or a {@link ConcatStage}. */
export interface Operand {
  readonly type: ElementType;
  /** Channels of this stream; the same for every operand of an addition. */
  readonly channels: number;
}

/**
 * Sum of streams, element by element: `value = sum over k of operands[k].activation(x_k)`, then an activation per channel.
 * `from` names one stage per operand, in their order. A `fixed` activation of an operand brings it to the common scale.
 */
export interface AddStage extends StageCommon {
  readonly kind: 'add';
  readonly image: ImageShape;
  readonly operands: readonly (Operand & { readonly activation: Activation })[];
  /** Range of the sum. */
  readonly accumulator: SumRange;
  readonly activation: Activation;
}

/**
 * Concatenation along the channels: each pixel has the channels of operand 0, then those of operand 1, and so on. Values stay as
 * they are; `output` holds them all. `image` is the output's; `from` names one stage per operand, in their order.
 */
export interface ConcatStage extends StageCommon {
  readonly kind: 'concat';
  readonly image: ImageShape;
  readonly operands: readonly Operand[];
}

/** Nearest neighbour: output pixel (y, x) is input pixel `(floor(y / factorY), floor(x / factorX))`. */
export interface UpsampleStage extends StageCommon {
  readonly kind: 'upsample';
  /** The input's. */
  readonly image: ImageShape;
  readonly factorY: number;
  readonly factorX: number;
}

/** The same stream for `copies` readers. `outputs` = `inputs`: the elements of one copy. */
export interface DuplicateStage extends StageCommon {
  readonly kind: 'duplicate';
  readonly copies: number;
}

export type ImageStage = ConvStage | PoolStage | AddStage | ConcatStage | UpsampleStage | DuplicateStage;

/** Elements of an image. */
export function imageSize({ height, width, channels }: ImageShape): number {
  return height * width * channels;
}
