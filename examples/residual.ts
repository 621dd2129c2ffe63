/** A residual network with weights of 4 bits and a depthwise block: bundles, two branches, a shortcut of its own. */
import { mkdirSync } from 'node:fs';
import { writeQonnx } from '../src/import/index.js';
import {
  bundle,
  bytes,
  conv,
  dense,
  depthwise,
  globalAveragePool,
  graphOf,
  norm,
  pipe,
  quantize,
  relu,
  residual,
} from '../src/network/layers/index.js';

const convolution = (channels: number, kernel: number, stride = 1) =>
  bundle(conv(channels, { kernel, stride, padding: 'same', weightBits: 4 }), norm());
const stage = (channels: number, kernel: number, stride = 1) => bundle(convolution(channels, kernel, stride), relu(4));

/** Halves the image; the shortcut does the same with one pixel of every four. Both ends have one scale, so they add. */
const down = (channels: number) =>
  bundle(
    residual(
      bundle(stage(channels, 3, 2), convolution(channels, 3), quantize(5)),
      bundle(convolution(channels, 1, 2), quantize(5)),
    ),
    relu(4),
  );
/** Every channel by itself, then a matrix over the channels. */
const separable = (channels: number) =>
  bundle(depthwise({ kernel: 3, padding: 'same', weightBits: 4 }), relu(4), stage(channels, 1));

const network = pipe(
  bytes({ height: 16, width: 16, channels: 3 }),
  stage(8, 3),
  down(16),
  separable(16),
  down(24),
  globalAveragePool(),
  quantize(8),
  dense(10, { weightBits: 6 }),
);

mkdirSync('build', { recursive: true });
writeQonnx(graphOf('residual', network), 'build/residual.onnx');
console.log('wrote build/residual.onnx; next: npm run -s heddle -- build build/residual.onnx');
