/** Mutated model files: whatever happens to the bytes, the answer is a model or a numbered error. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import h5wasm from 'h5wasm/node';
import { dirSync } from 'tmp';
import { HeddleError } from '../../src/base/diagnostics.js';
import { loadNetwork } from '../../src/import/index.js';
import { encodeQonnx } from '../../src/import/onnx-write.js';
import { random, randomNetwork } from '../network/random-graph.js';
import { layer, sequential, writeH5 } from './keras-file.js';
import { writeTflite, type WrittenTensor } from './tflite-writer.js';

export type Format = 'onnx' | 'h5' | 'tflite';

/** A whole file of a small network, the same at every call. */
export async function smallFile(format: Format): Promise<Uint8Array> {
  if (format === 'onnx') return encodeQonnx(randomNetwork(3).graph);
  return format === 'h5' ? smallH5() : smallTflite();
}

async function smallH5(): Promise<Uint8Array> {
  const next = random(1);
  const list = (count: number): number[] => Array.from({ length: count }, () => next() * 2 - 1);
  const own = { kernel_quantizer: 'quantized_bits(4,0,alpha=1)', bias_quantizer: 'quantized_bits(4,0,alpha=1)' };
  const model = sequential(
    layer('InputLayer', { name: 'in', batch_input_shape: [null, 4, 4, 2] }),
    layer('QConv2D', { name: 'conv', filters: 3, kernel_size: [3, 3], strides: [2, 1], padding: 'same', ...own }),
    layer('BatchNormalization', { name: 'bn', epsilon: 0.001 }),
    layer('QActivation', { name: 'act', activation: 'quantized_relu(4,1)' }),
    layer('MaxPooling2D', { name: 'max', pool_size: 2, strides: null, padding: 'valid' }),
    layer('Flatten', { name: 'flat' }),
    layer('QDense', { name: 'dense', units: 2, activation: 'linear', ...own }),
  );
  const vector = (size: number): { shape: number[]; data: number[] } => ({ shape: [size], data: list(size) });
  const weights = {
    conv: { kernel: { shape: [3, 3, 2, 3], data: list(54) }, bias: vector(3) },
    bn: { gamma: vector(3), beta: vector(3), moving_mean: vector(3), moving_variance: { shape: [3], data: [1, 2, 3] } },
    dense: { kernel: { shape: [6, 2], data: list(12) }, bias: vector(2) },
  };
  await h5wasm.ready;
  const directory = dirSync({ unsafeCleanup: true });
  try {
    const path = join(directory.name, 'small.h5');
    writeH5(path, model, weights, true);
    return readFileSync(path);
  } finally {
    directory.removeCallback();
  }
}

function smallTflite(): Uint8Array {
  const next = random(2);
  const codes = (count: number): number[] => Array.from({ length: count }, () => Math.floor(next() * 256) - 128);
  const image = (name: string, shape: readonly number[], zero: number): WrittenTensor => ({
    ...{ name, shape, type: 'INT8', scale: [0.25], zeroPoint: [zero] },
  });
  const filter = {
    ...image('filter', [3, 3, 3, 2], 0),
    scale: [0.01, 0.02, 0.03],
    zeroPoint: [0, 0, 0],
    data: codes(54),
  };
  const window = [
    [0, 'i8', 0],
    [1, 'i32', 1],
    [2, 'i32', 2],
  ] as const;
  const pool = [...window, [3, 'i32', 2], [4, 'i32', 2]] as const;
  return writeTflite({
    tensors: [
      image('in', [1, 4, 4, 2], -1),
      filter,
      { name: 'bias', shape: [3], type: 'INT32', data: [100, -200, 300] },
      image('conv', [1, 2, 4, 3], 5),
      image('sum', [1, 2, 4, 3], 5),
      image('pool', [1, 1, 4, 3], 5),
      image('flat', [1, 12], 5),
      { ...image('weights', [2, 12], 0), data: codes(24) },
      image('logits', [1, 2], 7),
      { ...image('shares', [1, 2], -128), scale: [1 / 256] },
    ],
    operators: [
      { code: 3, inputs: [0, 1, 2], outputs: [3], options: { union: 1, fields: [...window, [3, 'i8', 1]] } },
      { code: 0, inputs: [3, 3], outputs: [4], options: { union: 11, fields: [[0, 'i8', 3]] } },
      { code: 1, inputs: [4], outputs: [5], options: { union: 5, fields: pool } },
      { code: 22, inputs: [5], outputs: [6] },
      { code: 9, inputs: [6, 7, -1], outputs: [8], options: { union: 8, fields: [] } },
      { code: 25, inputs: [8], outputs: [9], options: { union: 9, fields: [[0, 'f32', 1]] } },
    ],
    inputs: [0],
    outputs: [9],
  });
}

/** Bits flipped, bytes set to their ends, runs zeroed, copied elsewhere, removed or put in, the end cut off. */
export function mutated(bytes: Uint8Array, seed: number): Uint8Array {
  const next = random(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  // Not slice: that of a Buffer shares its memory.
  let copy = Uint8Array.from(bytes);
  for (let count = 1 + below(4); count > 0 && copy.length > 0; count--) {
    // Headers and tables, where structure lies, are hit as often as all the rest.
    const at = Math.floor((next() < 0.5 ? next() : next() ** 4) * copy.length);
    const length = Math.min(1 + below(16), copy.length - at);
    switch (below(9)) {
      case 0:
        copy.fill(0, at, at + length);
        break;
      case 1:
        copy.fill(255, at, at + Math.min(length, 4));
        break;
      case 2:
        copy.copyWithin(at, below(copy.length), below(copy.length));
        break;
      case 3:
        copy = Uint8Array.from([...copy.subarray(0, at), ...copy.subarray(at + length)]);
        break;
      case 4:
        copy = Uint8Array.from([...copy.subarray(0, at), ...copy.subarray(0, length), ...copy.subarray(at)]);
        break;
      case 5:
        copy = next() < 0.3 ? copy.slice(0, at) : copy;
        break;
      case 6:
        copy[at] = [0, 1, 127, 128, 255][below(5)] ?? 0;
        break;
      default:
        copy[at] = (copy[at] ?? 0) ^ (1 << below(8));
    }
  }
  return copy;
}

/** Reads a file, runs one sample and lowers. `read`, or the code of the error that stopped it; throws for every other end. */
export async function endOf(bytes: Uint8Array, what: string): Promise<string> {
  const directory = dirSync({ unsafeCleanup: true });
  try {
    const path = join(directory.name, 'model');
    writeFileSync(path, bytes);
    const network = await loadNetwork(path);
    const size = network.inputShape.reduce((product, length) => product * length, 1);
    network.reference(new Float64Array(size));
    void network.stageNetwork;
    return 'read';
  } catch (error) {
    if (!(error instanceof HeddleError)) throw new Error(`${what}: ${String(error)}`, { cause: error });
    const code = error.diagnostics[0]?.code ?? '';
    if (error.exitCode !== 2 || !/^H30\d\d$/.test(code)) throw new Error(`${what}: ${error.message}`, { cause: error });
    return code;
  } finally {
    directory.removeCallback();
  }
}
