/**
 * VGG9 for CIFAR-100: the binary convolutional network of BNN-PYNQ (CNV) with a hundred classes. No weights of it are published,
 * so these are random; sizes, folding and timing are those of a trained one.
 */
import { mkdirSync } from 'node:fs';
import { writeQonnx } from '../src/import/index.js';
import { bundle, bytes, conv, dense, graphOf, maxPool, norm, pipe, sign } from '../src/network/layers/index.js';

const binary = { weightBits: 1 };
const convolution = (channels: number) => bundle(conv(channels, { kernel: 3, ...binary }), norm(), sign());
const pair = (channels: number) => bundle(convolution(channels), convolution(channels));
const matrix = (outputs: number) => bundle(dense(outputs, binary), norm(), sign());

const network = pipe(
  bytes({ height: 32, width: 32, channels: 3 }),
  pair(64),
  maxPool(2),
  pair(128),
  maxPool(2),
  pair(256),
  matrix(512),
  matrix(512),
  dense(100, binary),
);

mkdirSync('build', { recursive: true });
writeQonnx(graphOf('vgg9', network), 'build/vgg9.onnx');
console.log('wrote build/vgg9.onnx; next: npm run -s heddle -- build build/vgg9.onnx');
