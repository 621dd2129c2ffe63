/** Pooling, resizing, and what joins flows. */
import { tensor } from '../graph.js';
import { type Flow, imageOf, type Layer, operator, pipe } from './flow.js';
import { type Padding, type Pair, pairOf, windowAxis } from './window.js';

export interface PoolOptions {
  /** The kernel where it is not given. */
  readonly stride?: Pair;
  /** Elements around the image, which no maximum sees and every mean counts as zeros; none where it is not given. */
  readonly padding?: Padding;
}

/** The greatest, or the mean, of each `kernel`. */
const pool =
  (op: 'MaxPool' | 'AveragePool', kind: string) =>
  (kernel: Pair, { stride = kernel, padding }: PoolOptions = {}): Layer => {
    const [k, s] = [pairOf(kernel), pairOf(stride)];
    const axes = (shape: readonly number[]) => {
      const [, height, width] = imageOf(shape);
      const axis = (size: number, at: 0 | 1) =>
        windowAxis(size, { kernel: k[at], stride: s[at], dilation: 1 }, padding, at);
      return [axis(height, 0), axis(width, 1)] as const;
    };
    return operator(
      (shape) => [imageOf(shape)[0], ...axes(shape).map(({ count }) => count)],
      (shape) =>
        (writer, [x = '']) => {
          const [y, z] = axes(shape);
          const pads = [y.before, z.before, y.after, z.after];
          const mean = op === 'AveragePool' ? { count_include_pad: 1 } : {};
          return writer.node(op, writer.name(kind), [x], { kernel_shape: k, strides: s, pads, ...mean });
        },
    );
  };

export const maxPool = pool('MaxPool', 'max_pool');
/** Its result is no whole code: a quantizer belongs behind it. */
export const averagePool = pool('AveragePool', 'average_pool');

/** The mean over each channel; a quantizer belongs behind it, or the network's end. */
export const globalAveragePool = (): Layer =>
  operator(
    (shape) => [imageOf(shape)[0], 1, 1],
    () =>
      (writer, [x = '']) =>
        writer.node('GlobalAveragePool', writer.name('global_average_pool'), [x]),
  );

/** Every pixel `factor` times: nearest neighbour. */
export function upsample(factor: Pair): Layer {
  const [y, x] = pairOf(factor);
  return operator(
    (shape) => {
      const [channels, height, width] = imageOf(shape);
      return [channels, height * y, width * x];
    },
    () =>
      (writer, [input = '']) =>
        writer.node('Upsample', writer.name('upsample'), [input, tensor([4], [1, 1, y, x])], { mode: 'nearest' }),
  );
}

/** Sum of two flows of one shape. Their quantizers must have one scale, or scales of which one is a whole multiple. */
export function add(a: Flow, b: Flow): Flow {
  if (a.shape.join() !== b.shape.join()) {
    throw new RangeError(`[${a.shape.join(', ')}] and [${b.shape.join(', ')}] have no sum`);
  }
  return {
    shape: a.shape,
    inputs: [a, b],
    emit: (writer, inputs) => writer.node('Add', writer.name('add'), inputs),
  };
}

/** The channels of a, then those of b. Their quantizers must have one scale. */
export function concat(a: Flow, b: Flow): Flow {
  const [[channels, ...pixels], [more, ...others]] = [imageOf(a.shape), imageOf(b.shape)];
  if (pixels.join() !== others.join()) {
    throw new RangeError(`[${a.shape.join(', ')}] and [${b.shape.join(', ')}] differ in more than channels`);
  }
  return {
    shape: a.shape.length === 1 ? [channels + more] : [channels + more, ...pixels],
    inputs: [a, b],
    emit: (writer, inputs) => writer.node('Concat', writer.name('concat'), inputs, { axis: 1 }),
  };
}

/** `body(x) + shortcut(x)`; the shortcut is x itself where it is not given. A quantizer belongs behind it. */
export const residual =
  (body: Layer, shortcut: Layer = pipe): Layer =>
  (x) =>
    add(body(x), shortcut(x));
