/** ProxylessNAS for mobile phones at width 0.5 (Cai, Zhu, Han 2019), 224 x 224. Random weights of 8 bits. */
import {
  add,
  bundle,
  bytes,
  conv,
  dense,
  depthwise,
  type Flow,
  globalAveragePool,
  imageOf,
  type Layer,
  pipe,
  quantize,
  relu,
} from '../../src/network/layers/index.js';
import { convolution, weightBits } from './layers.js';

/** 1x1 to more channels, depthwise, 1x1 to fewer without a rectifier; added to its input where the shapes are equal. */
const inverted =
  (expand: number, kernel: number, channels: number, stride = 1): Layer =>
  (x) => {
    const body = pipe(
      x,
      ...(expand === 0 ? [] : [convolution(expand, 1)]),
      depthwise({ kernel, stride, padding: 'same', weightBits }),
      relu(7),
      conv(channels, { kernel: 1, weightBits }),
      quantize(8),
    );
    return stride === 1 && imageOf(x.shape)[0] === channels ? quantize(8)(add(body, x)) : body;
  };

export function proxylessMobile(): Flow {
  return pipe(
    bytes({ height: 224, width: 224, channels: 3 }),
    convolution(16, 3, { stride: 2 }),
    inverted(0, 3, 8),
    inverted(24, 5, 16, 2),
    inverted(48, 3, 16),
    inverted(48, 7, 24, 2),
    inverted(72, 3, 24),
    inverted(72, 5, 24),
    inverted(72, 5, 24),
    inverted(144, 7, 40, 2),
    inverted(120, 5, 40),
    inverted(120, 5, 40),
    inverted(120, 5, 40),
    inverted(240, 5, 48),
    inverted(144, 5, 48),
    inverted(144, 5, 48),
    inverted(144, 5, 48),
    inverted(288, 7, 96, 2),
    inverted(576, 7, 96),
    inverted(288, 7, 96),
    inverted(288, 7, 96),
    inverted(576, 7, 160),
    convolution(1280, 1),
    bundle(globalAveragePool(), quantize(8), dense(1000, { weightBits })),
  );
}
