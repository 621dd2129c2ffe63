/** Layers that the networks of this folder share: weights of 8 bits, codes of one scale, so that flows can be added. */
import { bundle, conv, type ConvOptions, dense, type Layer, relu } from '../../src/network/layers/index.js';

export const weightBits = 8;

/** A convolution that keeps the size of the image (but for its stride) and a rectifier. */
export const convolution = (
  channels: number,
  kernel: ConvOptions['kernel'],
  options: Partial<ConvOptions> = {},
): Layer => bundle(conv(channels, { kernel, padding: 'same', weightBits, ...options }), relu(7));

/** A matrix and a rectifier. */
export const matrix = (outputs: number): Layer => bundle(dense(outputs, { weightBits }), relu(7));
