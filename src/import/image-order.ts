/**
 * Channels last in Keras and TFLite files, channels first in the graph: four axes are [n, h, w, c] in the file and [n, c, h, w] in the
 * graph. Transpose nodes stand only at the border and where a reshape mixes the axes.
 */
import { sizeOf, tensor, type Attribute, type Tensor } from '../network/graph.js';

/** A tensor of the file in the graph. */
export interface Value {
  readonly name: string;
  /** In the order of the file, batch axis in front. */
  readonly shape: readonly number[];
}

/** How a reader adds to its graph; `suffix` tells the nodes of one layer apart, the node without one has the layer's name. */
export interface Emitter {
  readonly node: (
    op: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, Attribute>>,
    suffix?: string,
  ) => string;
  readonly constant: (suffix: string, value: Tensor) => string;
}

/** [n, h, w, c] to [n, c, h, w], of a shape or any list of one entry per axis; other ranks stay. */
export function toGraphOrder<T>(list: readonly T[]): readonly T[] {
  const [n, h, w, c] = list;
  return list.length === 4 ? ([n, c, h, w] as readonly T[]) : list;
}

/** The axis of the graph's tensor that an axis of the file's tensor becomes. */
export function axisInGraph(axis: number, rank: number): number {
  return rank === 4 ? ([0, 2, 3, 1][axis] ?? axis) : axis;
}

/** A constant of the file in the order of the graph. */
export function constantInGraphOrder(value: Tensor): Tensor {
  const [n = 1, h = 1, w = 1, c = 1] = value.shape;
  if (value.shape.length !== 4) return value;
  const data = Float64Array.from({ length: value.data.length }, (_, at) => {
    const [pixel, channel] = [at % (h * w), Math.floor(at / (h * w)) % c];
    return value.data[(Math.floor(at / (h * w * c)) * h * w + pixel) * c + channel] ?? 0;
  });
  return tensor([n, c, h, w], data);
}

/** True where both orders hold the same elements in the same order. */
function orderIsSame([, h = 1, w = 1, c = 1]: readonly number[]): boolean {
  return h * w === 1 || c === 1;
}

/** The elements of `value` in the order of the file as `shape`; both stand in the order of the graph. */
export function reshaped(to: Emitter, value: Value, shape: readonly number[], suffix = ''): Value {
  if (shape.join() === value.shape.join()) return value;
  const first = value.shape.length === 4 && !orderIsSame(value.shape);
  const last = shape.length === 4 && !orderIsSame(shape);
  const name = first ? to.node('Transpose', [value.name], { perm: [0, 2, 3, 1] }, 'channels_last') : value.name;
  const target = last ? shape : toGraphOrder(shape);
  const sizes = to.constant('shape', tensor([target.length], target));
  const flat = to.node('Reshape', [name, sizes], {}, last ? 'reshape' : suffix);
  return { name: last ? to.node('Transpose', [flat], { perm: [0, 3, 1, 2] }, suffix) : flat, shape };
}

/** One vector per sample. */
export function flattened(to: Emitter, value: Value, suffix = ''): Value {
  return reshaped(to, value, [1, sizeOf(value.shape.slice(1))], suffix);
}

/** A graph input or output of four axes, turned; `node` adds a Transpose. */
export function turned(
  node: (inputs: readonly string[], attributes: Readonly<Record<string, Attribute>>) => string,
  { name, shape }: Value,
  to: 'graph' | 'file',
): string {
  return shape.length === 4 ? node([name], { perm: to === 'graph' ? [0, 3, 1, 2] : [0, 2, 3, 1] }) : name;
}
