/**
 * The network API: layers are functions, a network is what they make of its input.
 *
 * ```ts
 * const stage = (channels: number) => bundle(conv(channels, { kernel: 3, weightBits: 1 }), norm(), sign());
 * const end = pipe(bytes({ height: 32, width: 32, channels: 3 }), stage(64), stage(64), maxPool(2), dense(10, { weightBits: 1 }));
 * const graph = graphOf('small', end);
 * ```
 *
 * The graph is QONNX: `writeQonnx` makes a file of it that `build`, `infer` and `cosim` take. Shapes that do not fit are a
 * RangeError while the network is written.
 */
export { bytes, pipe, bundle, graphOf, imageOf, type Flow, type ImageSize, type Layer } from './flow.js';
export { conv, dense, depthwise, type ConvOptions } from './weighted.js';
export { type Padding, type Pair } from './window.js';
export { type WeightOptions } from './weights.js';
export { norm, quantize, relu, sign, type NormOptions } from './activations.js';
export {
  add,
  averagePool,
  concat,
  globalAveragePool,
  maxPool,
  residual,
  upsample,
  type PoolOptions,
} from './images.js';
