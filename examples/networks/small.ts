/** The networks of MLPerf Tiny: MobileNetV1 0.25 on 96 x 96, ResNet8, the autoencoder of AD, DS-CNN. Random weights of 8 bits. */
import {
  add,
  bundle,
  bytes,
  conv,
  dense,
  depthwise,
  type Flow,
  globalAveragePool,
  type Layer,
  pipe,
  quantize,
  relu,
} from '../../src/network/layers/index.js';
import { convolution, matrix, weightBits } from './layers.js';

/** Every channel by itself, then a matrix over the channels. */
const separable = (channels: number, stride = 1): Layer =>
  bundle(depthwise({ kernel: 3, stride, padding: 'same', weightBits }), relu(7), convolution(channels, 1));

/** Means of the channels, and a matrix on them. */
const classes = (count: number): Layer => bundle(globalAveragePool(), quantize(8), dense(count, { weightBits }));

export function mobileNetVww(): Flow {
  return pipe(
    bytes({ height: 96, width: 96, channels: 3 }),
    convolution(8, 3, { stride: 2 }),
    separable(16),
    separable(32, 2),
    separable(32),
    separable(64, 2),
    separable(64),
    separable(128, 2),
    ...Array.from({ length: 5 }, () => separable(128)),
    separable(256, 2),
    separable(256),
    classes(2),
  );
}

export function resNet8(): Flow {
  const block =
    (channels: number, stride: number): Layer =>
    (x) => {
      const body = pipe(
        x,
        convolution(channels, 3, { stride }),
        conv(channels, { kernel: 3, padding: 'same', weightBits }),
        quantize(8),
      );
      const shortcut = stride === 1 ? x : pipe(x, conv(channels, { kernel: 1, stride, weightBits }), quantize(8));
      return relu(7)(add(body, shortcut));
    };
  return pipe(
    bytes({ height: 32, width: 32, channels: 3 }),
    convolution(16, 3),
    block(16, 1),
    block(32, 2),
    block(64, 2),
    classes(10),
  );
}

export function autoencoder(): Flow {
  const wide = Array.from({ length: 4 }, () => matrix(128));
  return pipe(bytes(640), ...wide, matrix(8), ...wide, dense(640, { weightBits }));
}

export function dsCnn(): Flow {
  const layers = Array.from({ length: 4 }, () => separable(64));
  return pipe(
    bytes({ height: 49, width: 10, channels: 1 }),
    convolution(64, [10, 4], { stride: 2 }),
    ...layers,
    classes(12),
  );
}
