/** AlexNet with its two groups, VGG16 and ResNet-50: shapes of the papers, random weights of 8 bits, codes of 8 bits between. */
import {
  add,
  bundle,
  bytes,
  conv,
  dense,
  type Flow,
  globalAveragePool,
  type Layer,
  maxPool,
  pipe,
  quantize,
  relu,
} from '../../src/network/layers/index.js';
import { convolution, matrix, weightBits } from './layers.js';

const photo = (size: number): Flow => bytes({ height: size, width: size, channels: 3 });

/** Krizhevsky, Sutskever, Hinton 2012; convolutions 2, 4 and 5 in two groups. */
export function alexNet(): Flow {
  const shrink = maxPool(3, { stride: 2 });
  return pipe(
    photo(227),
    convolution(96, 11, { stride: 4, padding: 'valid' }),
    shrink,
    convolution(256, 5, { groups: 2 }),
    shrink,
    convolution(384, 3),
    convolution(384, 3, { groups: 2 }),
    convolution(256, 3, { groups: 2 }),
    shrink,
    matrix(4096),
    matrix(4096),
    dense(1000, { weightBits }),
  );
}

/** Simonyan, Zisserman 2015, configuration D. */
export function vgg16(): Flow {
  const stage = (count: number, channels: number): Layer =>
    bundle(...Array.from({ length: count }, () => convolution(channels, 3)), maxPool(2));
  return pipe(
    photo(224),
    stage(2, 64),
    stage(2, 128),
    stage(3, 256),
    stage(3, 512),
    stage(3, 512),
    matrix(4096),
    matrix(4096),
    dense(1000, { weightBits }),
  );
}

/** He et al. 2016: 1x1, 3x3, 1x1 beside a shortcut; the stride is in the first 1x1. */
export function resNet50(): Flow {
  const linear = (channels: number, stride: number): Layer =>
    bundle(conv(channels, { kernel: 1, stride, weightBits }), quantize(8));
  /** `first`: the shortcut changes size and channels and has a convolution of its own. */
  const block =
    (channels: number, stride: number, first: boolean): Layer =>
    (x) => {
      const shortcut = first ? linear(4 * channels, stride)(x) : x;
      const body = pipe(x, convolution(channels, 1, { stride }), convolution(channels, 3), linear(4 * channels, 1));
      return relu(7)(add(body, shortcut));
    };
  const stage = (count: number, channels: number, stride: number): Layer =>
    bundle(...Array.from({ length: count }, (_, k) => block(channels, k === 0 ? stride : 1, k === 0)));
  return pipe(
    photo(224),
    convolution(64, 7, { stride: 2, padding: [3, 3, 3, 3] }),
    maxPool(3, { stride: 2, padding: [1, 1, 1, 1] }),
    stage(3, 64, 1),
    stage(4, 128, 2),
    stage(6, 256, 2),
    stage(3, 512, 2),
    globalAveragePool(),
    quantize(8),
    dense(1000, { weightBits }),
  );
}
