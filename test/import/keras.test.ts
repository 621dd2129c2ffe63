/** QKeras files made here: forms of quantizers and layers that the reference models do not have. */
import { expect, test } from 'vitest';
import { readQuantizer } from '../../src/import/keras-quantizers.js';
import { runStages } from '../../src/network/run-stages.js';
import { largestDifference } from '../network/shared.js';
import { kerasModel, layer, sequential, type Weights } from './keras-file.js';

const input = layer('InputLayer', { name: 'in', batch_input_shape: [null, 2] });

test('a Sequential model with quantizers as text, softmax on the host', async () => {
  const model = sequential(
    input,
    layer('QDense', {
      name: 'd0',
      units: 2,
      kernel_quantizer: 'quantized_bits(4,0,1,alpha=1)',
      bias_quantizer: 'quantized_bits(4, 0, alpha=None)',
      activation: 'quantized_relu(3,1)',
    }),
    layer('QDense', {
      name: 'd1',
      units: 2,
      use_bias: false,
      kernel_quantizer: 'binary(alpha=1)',
      activation: 'linear',
    }),
    layer('Activation', { name: 'softmax', activation: 'softmax' }),
  );
  const weights: Weights = {
    d0: { kernel: { shape: [2, 2], data: [0.49, -0.51, 0.3, 2] }, bias: { shape: [2], data: [0.2, -0.1] } },
    d1: { kernel: { shape: [2, 2], data: [0.3, -0.2, -0.1, 0] } },
  };
  const network = await kerasModel(model, weights, {
    inputType: { kind: 'int', bits: 3, signed: true },
    inputScale: 0.25,
  });
  const codes = Float64Array.from({ length: 128 }, (_, index) => ((index % 2 ? index >> 1 : index >> 4) & 7) - 4);
  const reals = codes.map((code) => code * 0.25);
  const expected = new Float64Array(128);
  for (let sample = 0; sample < 64; sample++) {
    const [a = 0, b = 0] = reals.subarray(2 * sample, 2 * sample + 2);
    // Kernel steps of 1/8, clipped to 7/8: .5 -.5 .25 .875; bias .25 (1.6 rounds to 2), -.125.
    const relu = (x: number): number => Math.min(Math.max(roundEven(x * 4), 0), 7) / 4;
    const [x, y] = [relu(a * 0.5 + b * 0.25 + 0.25), relu(a * -0.5 + b * 0.875 - 0.125)];
    const [p, q] = [Math.exp(x - y), Math.exp(-x + y)];
    expected.set([p / (p + q), q / (p + q)], 2 * sample);
  }
  expect(largestDifference(network.reference(reals), expected)).toBeLessThan(1e-12);
  const run = runStages(network.stageNetwork, codes);
  expect(largestDifference(network.decodeOutput(run.outputs), expected)).toBeLessThan(1e-12);
  expect(network.stageNetwork.output.tail).toBe('softmax');
});

/** Half to even by parity. */
function roundEven(x: number): number {
  const floor = Math.floor(x);
  return x - floor === 0.5 ? floor + (((floor % 2) + 2) % 2) : Math.round(x);
}

test('all problems of a model at once', async () => {
  const model = sequential(
    input,
    layer('QDense', {
      name: 'auto',
      units: 2,
      kernel_quantizer: 'quantized_bits(4,0,alpha="auto")',
      bias_quantizer: null,
    }),
    layer('Dense', { name: 'plain', units: 2 }),
    layer('LSTM', { name: 'memory' }),
    layer('QActivation', { name: 'tanh', activation: 'quantized_tanh(4)' }),
    // Behind a layer that is not read: only what does not depend on shapes.
    layer('QConv2D', { name: 'conv', kernel_size: [3, 3], filters: 2, padding: 'causal' }),
  );
  const error: unknown = await kerasModel(model, {}).catch((reason: unknown) => reason);
  const text = String(error);
  for (const name of ['conv', 'auto', 'plain', 'memory', 'tanh']) expect(text).toContain(`  ${name}: `);
  expect(text).toMatch(/H3007[^]*H3008[^]*H3003/);
  expect(text).not.toContain('conv: weight');
});

test('a file of weights only is named as such', async () => {
  await expect(kerasModel('no', {})).rejects.toThrow(/H3003/);
});

test.each([
  ['quantized_bits(8,2,alpha=1)', true, { bits: 8, scale: 2 ** -5, signed: true, narrow: false }],
  ['quantized_bits(8,2,1,1,alpha=1)', true, { narrow: true }],
  ['quantized_bits(4,1,keep_negative=0,alpha=1)', true, { bits: 4, scale: 2 ** -3, signed: false }],
  ['quantized_relu(10,5)', false, { bits: 10, scale: 2 ** -5, signed: false, relu: true }],
  ['quantized_relu(3)', false, { bits: 3, scale: 2 ** -3 }],
  ['quantized_bits(1,0,alpha=1)', true, { kind: 'bipolar' }],
  ['binary(alpha=1)', true, { kind: 'bipolar' }],
  ['quantized_bits(4,0)', true, { kind: 'quant', auto: true, narrow: true }],
  ['quantized_bits(4,0,alpha="auto_po2")', true, { kind: 'quant', auto: true, bits: 4, integer: 0 }],
  ['quantized_bits(4,0,alpha="auto_po2")', false, { kind: 'unread' }],
  ['quantized_bits(4,0,alpha="auto")', true, { kind: 'unread' }],
  ['quantized_bits(4,0)', false, { kind: 'quant' }],
  ['quantized_relu(4,0,use_sigmoid=1)', false, { kind: 'unread' }],
  ['quantized_bits(99,0,alpha=1)', true, { kind: 'unread' }],
  ['ternary(alpha=1)', true, { kind: 'unread' }],
  [null, true, { kind: 'none' }],
])('quantizer %s (kernel: %s)', (text, kernel, expected) => {
  expect(readQuantizer(text, kernel)).toMatchObject(expected);
});
