/** Matrices and convolutions. Neither has a bias; `norm` adds one where it is wanted. */
import { sizeOf } from '../graph.js';
import { imageOf, operator, type Layer } from './flow.js';
import { type Padding, type Pair, pairOf, windowAxis } from './window.js';
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

export interface ConvOptions extends WeightOptions {
  readonly kernel: Pair;
  readonly stride?: Pair;
  readonly dilation?: Pair;
  /** Zeros around the image; none where it is not given. */
  readonly padding?: Padding;
  /** Groups of channels that do not see each other; `channels` of the input for a depthwise convolution. */
  readonly groups?: number;
}

/** A convolution. Weights are [channels][input channels / groups][kernel rows][kernel columns]. */
export function conv(channels: number, options: ConvOptions): Layer {
  const { groups = 1 } = options;
  const [kernel, stride, dilation] = [options.kernel, options.stride ?? 1, options.dilation ?? 1].map(pairOf);
  const axes = (shape: readonly number[]) => {
    const [, height, width] = imageOf(shape);
    const axis = (size: number, at: 0 | 1) =>
      windowAxis(size, { kernel: kernel![at], stride: stride![at], dilation: dilation![at] }, options.padding, at);
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
