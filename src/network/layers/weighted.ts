/** Matrices and convolutions. Neither has a bias; `norm` adds one where it is wanted. */
import { sizeOf } from '../graph.js';
import { imageOf, operator, type Layer } from './flow.js';
import { type WeightOptions, writeWeights } from './weights.js';

/** A matrix on all elements, channels first as in the model's own layout. Weights are [outputs][inputs]. */
export function dense(outputs: number, options: WeightOptions): Layer {
  return operator(
    () => [outputs],
    (shape) =>
      (writer, [x = '']) => {
        const name = writer.name('dense');
        const inputs = sizeOf(shape);
        const flat = shape.length === 1 ? x : writer.node('Flatten', `${name}_flatten`, [x], { axis: 1 });
        const weights = writeWeights(writer, name, [outputs, inputs], inputs, options);
        // ONNX multiplies from the right: [inputs][outputs].
        const turned = writer.node('Transpose', `${name}_weight_turned`, [weights], { perm: [1, 0] });
        return writer.node('MatMul', name, [flat, turned]);
      },
  );
}

/** One number for both axes, or rows and columns. */
export type Pair = number | readonly [rows: number, columns: number];

export const pairOf = (pair: Pair): readonly [number, number] => (typeof pair === 'number' ? [pair, pair] : pair);

export interface ConvOptions extends WeightOptions {
  readonly kernel: Pair;
  readonly stride?: Pair;
  readonly dilation?: Pair;
  /**
   * Elements of zeros around the image: `same` makes `ceil(size / stride)` output rows and columns, with the odd row or column
   * behind the image; `valid` is none; or [top, left, bottom, right].
   */
  readonly padding?: 'same' | 'valid' | readonly [top: number, left: number, bottom: number, right: number];
  /** Groups of channels that do not see each other; `channels` of the input for a depthwise convolution. */
  readonly groups?: number;
}

/** A convolution. Weights are [channels][input channels / groups][kernel rows][kernel columns]. */
export function conv(channels: number, options: ConvOptions): Layer {
  const { groups = 1 } = options;
  const [kernel, stride, dilation] = [options.kernel, options.stride ?? 1, options.dilation ?? 1].map(pairOf);
  const axis = (size: number, at: 0 | 1) => {
    const reach = dilation![at] * (kernel![at] - 1);
    const { padding = 'valid' } = options;
    const same = Math.max(0, (Math.ceil(size / stride![at]) - 1) * stride![at] + reach + 1 - size);
    const [before, after] =
      padding === 'valid'
        ? [0, 0]
        : padding === 'same'
          ? [Math.floor(same / 2), Math.ceil(same / 2)]
          : [padding[at], padding[at === 0 ? 2 : 3]];
    return { before, after, count: Math.floor((size + before + after - reach - 1) / stride![at]) + 1 };
  };
  const axes = (shape: readonly number[]) => {
    const [, height, width] = imageOf(shape);
    return [axis(height, 0), axis(width, 1)] as const;
  };
  return operator(
    (shape) => [channels, ...axes(shape).map(({ count }) => count)],
    (shape) =>
      (writer, [x = '']) => {
        const name = writer.name('conv');
        const inner = imageOf(shape)[0] / groups;
        const [y, z] = axes(shape);
        if (!Number.isInteger(inner) || channels % groups !== 0 || y.count < 1 || z.count < 1) {
          throw new RangeError(
            `${name}: [${shape.join(', ')}] has no ${channels} channels in ${groups} groups by this kernel`,
          );
        }
        const weights = writeWeights(
          writer,
          name,
          [channels, inner, ...kernel!],
          inner * kernel![0] * kernel![1],
          options,
        );
        return writer.node('Conv', name, [x, weights], {
          kernel_shape: kernel!,
          strides: stride!,
          dilations: dilation!,
          pads: [y.before, z.before, y.after, z.after],
          group: groups,
        });
      },
  );
}

/** A convolution of every channel by itself. */
export const depthwise =
  (options: Omit<ConvOptions, 'groups'>): Layer =>
  (x) => {
    const [channels] = imageOf(x.shape);
    return conv(channels, { ...options, groups: channels })(x);
  };
