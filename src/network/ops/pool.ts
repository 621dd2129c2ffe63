/** Pooling over windows and over whole images, NCHW. */
import { listAttribute, numberAttribute, sizeOf, tensor, type GraphNode, type Tensor } from '../graph.js';
import { need, refuse, type Op } from './op.js';
import { asImages, kernelShape, windowOf, type Window, type WindowAxis } from './window.js';

/** Calls `visit` with the flat index of each element of the window at (oy, ox) that lies in the image. */
function eachInWindow({ y, x }: Window, oy: number, ox: number, visit: (at: number) => void): void {
  for (let ky = 0; ky < y.kernel; ky++) {
    const iy = oy * y.stride - y.before + ky * y.dilation;
    if (iy < 0 || iy >= y.size) continue;
    for (let kx = 0; kx < x.kernel; kx++) {
      const ix = ox * x.stride - x.before + kx * x.dilation;
      if (ix >= 0 && ix < x.size) visit(iy * x.size + ix);
    }
  }
}

/** One value per window from `pool(image, oy, ox)`, where `image` is one channel of one sample. */
function poolImages(
  node: GraphNode,
  input: Tensor,
  pool: (image: Float64Array, window: Window, oy: number, ox: number) => number,
): Tensor {
  const { images, lower } = asImages(node, input);
  const [samples = 1, channels = 1, height = 1, width = 1] = images.shape;
  const rank = input.shape.length - 2;
  const window = windowOf(node, [height, width], kernelShape(node, rank), rank);
  const out = new Float64Array(samples * channels * window.y.count * window.x.count);
  let at = 0;
  for (let plane = 0; plane < samples * channels; plane++) {
    const image = images.data.subarray(plane * height * width, (plane + 1) * height * width);
    for (let oy = 0; oy < window.y.count; oy++)
      for (let ox = 0; ox < window.x.count; ox++) out[at++] = pool(image, window, oy, ox);
  }
  return lower(tensor([samples, channels, window.y.count, window.x.count], out));
}

const maxPool: Op = (node, inputs) => {
  if (numberAttribute(node, 'storage_order', 0) !== 0) refuse(node, 'has a column-major storage_order');
  if (node.outputs[1]) refuse(node, 'gives the indices of the maxima, which are not computed');
  const result = poolImages(node, need(node, inputs, 0), (image, window, oy, ox) => {
    let best = -Infinity;
    eachInWindow(window, oy, ox, (at) => (best = Math.max(best, image[at] ?? best)));
    return best;
  });
  if (result.data.includes(-Infinity)) refuse(node, 'has a window that lies in the padding alone');
  return [result];
};

/**
 * Elements of a window on one axis that an average counts: those in the image, or in the padded image. What ceil_mode adds behind the
 * padding does not count.
 */
export function elementsCounted(axis: WindowAxis, position: number, withPads: boolean): number {
  const [least, most] = withPads ? [-axis.before, axis.size + axis.after] : [0, axis.size];
  let count = 0;
  for (let k = 0; k < axis.kernel; k++) {
    const at = position * axis.stride - axis.before + k * axis.dilation;
    if (at >= least && at < most) count++;
  }
  return count;
}

const averagePool: Op = (node, inputs) => {
  const withPads = numberAttribute(node, 'count_include_pad', 0) !== 0;
  return [
    poolImages(node, need(node, inputs, 0), (image, window, oy, ox) => {
      let sum = 0;
      eachInWindow(window, oy, ox, (at) => (sum += image[at] ?? 0));
      const count = elementsCounted(window.y, oy, withPads) * elementsCounted(window.x, ox, withPads);
      return count === 0 ? refuse(node, 'has a window that lies in the padding alone') : sum / count;
    }),
  ];
};

/** Heddle's own: the sum over each window, times the factors of its row and its column; padding adds nothing. */
const sumPool: Op = (node, inputs) => {
  const [rows, columns] = ['row_factors', 'column_factors'].map((name) => listAttribute(node, name));
  return [
    poolImages(node, need(node, inputs, 0), (image, window, oy, ox) => {
      let sum = 0;
      eachInWindow(window, oy, ox, (at) => (sum += image[at] ?? 0));
      return sum * (rows?.[oy] ?? 1) * (columns?.[ox] ?? 1);
    }),
  ];
};

/** One value per channel; the spatial axes stay with length 1. */
const global =
  (reduce: (image: Float64Array) => number): Op =>
  (node, inputs) => {
    const x = need(node, inputs, 0);
    if (x.shape.length < 3) refuse(node, `needs spatial axes, not [${x.shape.join(',')}]`);
    const [samples = 1, channels = 1, ...rest] = x.shape;
    const area = sizeOf(rest);
    const out = Float64Array.from({ length: samples * channels }, (_, plane) =>
      reduce(x.data.subarray(plane * area, (plane + 1) * area)),
    );
    return [tensor([samples, channels, ...rest.map(() => 1)], out)];
  };

export const poolOps: Readonly<Record<string, Op>> = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  SumPool: sumPool,
  GlobalAveragePool: global((image) => image.reduce((sum, value) => sum + value, 0) / image.length),
  GlobalMaxPool: global((image) => image.reduce((best, value) => Math.max(best, value), -Infinity)),
};
