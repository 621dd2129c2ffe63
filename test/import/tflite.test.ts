/** TFLite files made here, against kernels written from the definitions of the reference kernels. */
import { expect, test } from 'vitest';
import { HeddleError } from '../../src/base/diagnostics.js';
import { readTflite } from '../../src/import/tflite-read.js';
import { executeSamples } from '../../src/network/execute.js';
import { batchFree } from '../../src/network/passes/batch-free.js';
import { foldConstants } from '../../src/network/passes/fold-constants.js';
import { random } from '../network/random-graph.js';
import { addKernel, averageKernel, convKernel, meanKernel, type Image } from './tflite-kernels.js';
import { writeTflite, type WrittenModel, type WrittenOperator, type WrittenTensor } from './tflite-writer.js';

const seed = Number(process.env.HEDDLE_SEED ?? 5);

/** Codes through a file: two samples at once, so that the batch axis is tested, too. */
function run(model: WrittenModel, codes: readonly number[]): number[] {
  const graph = batchFree(foldConstants(readTflite(writeTflite(model), 'made.tflite')));
  const twice = executeSamples(graph, Float64Array.from([...codes, ...codes]));
  const half = [...twice.subarray(0, twice.length / 2)];
  expect([...twice.subarray(twice.length / 2)]).toEqual(half);
  return half;
}

interface Dice {
  readonly real: (low: number, high: number) => number;
  readonly int: (low: number, high: number) => number;
  readonly codes: (count: number) => number[];
}

function dice(next: () => number): Dice {
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    int,
    real: (low, high) => Math.fround(low * (high / low) ** next()),
    codes: (count) => Array.from({ length: count }, () => int(-128, 127)),
  };
}

function conv(next: () => number, depthwise: boolean): { model: WrittenModel; input: Image; expected: number[] } {
  const { int, real, codes } = dice(next);
  const [h, w, c] = [int(3, 8), int(3, 8), int(1, 4)];
  const groups = depthwise ? c : c % 2 === 0 && next() < 0.3 ? 2 : 1;
  const outputs = depthwise ? c * int(1, 2) : groups * int(1, 3);
  const [kh, kw, sh, sw, dh, dw] = [int(1, 3), int(1, 3), int(1, 2), int(1, 3), int(1, 2), 1];
  const same = next() < 0.5 || kh * dh > h;
  const count = (size: number, kernel: number, stride: number, dilation: number): number =>
    same ? Math.ceil(size / stride) : Math.floor((size - (kernel - 1) * dilation - 1) / stride) + 1;
  const [oh, ow] = [count(h, kh, sh, dh), count(w, kw, sw, dw)];
  const perChannel = next() < 0.6;
  const scales = Array.from({ length: perChannel ? outputs : 1 }, () => real(1e-3, 1e-2));
  const activation = int(0, 3);
  const inner = c / groups;
  const filter = codes(outputs * kh * kw * inner);
  const bias = next() < 0.8 ? Array.from({ length: outputs }, () => int(-3000, 3000)) : undefined;
  const [from, to] = [
    { scale: real(0.01, 0.1), zero: int(-128, 127) },
    { scale: real(0.01, 0.1), zero: int(-128, 127) },
  ];
  const file: WrittenTensor = {
    name: 'filter',
    shape: depthwise ? [1, kh, kw, outputs] : [outputs, kh, kw, inner],
    type: 'INT8',
    scale: scales,
    zeroPoint: scales.map(() => 0),
    axis: depthwise ? 3 : 0,
    // [o, h, w, 1] to [1, h, w, o]
    data: depthwise ? filter.map((_, at) => filter[(at % outputs) * kh * kw + Math.floor(at / outputs)] ?? 0) : filter,
  };
  const window = [
    [0, 'i8', same ? 0 : 1],
    [1, 'i32', sw],
    [2, 'i32', sh],
  ] as const;
  const options: WrittenOperator['options'] = depthwise
    ? { union: 2, fields: [...window, [4, 'i8', activation], [5, 'i32', dw], [6, 'i32', dh]] }
    : { union: 1, fields: [...window, [3, 'i8', activation], [4, 'i32', dw], [5, 'i32', dh]] };
  const model: WrittenModel = {
    tensors: [
      { name: 'in', shape: [1, h, w, c], type: 'INT8', scale: [from.scale], zeroPoint: [from.zero] },
      file,
      { name: 'bias', shape: [outputs], type: 'INT32', ...(bias ? { data: bias } : {}) },
      { name: 'out', shape: [1, oh, ow, outputs], type: 'INT8', scale: [to.scale], zeroPoint: [to.zero] },
    ],
    operators: [{ code: depthwise ? 4 : 3, inputs: [0, 1, bias ? 2 : -1], outputs: [3], options }],
    inputs: [0],
    outputs: [3],
  };
  const input = { h, w, c, codes: codes(h * w * c) };
  const real_ = (channel: number): number => (from.scale * (scales[perChannel ? channel : 0] ?? 0)) / to.scale;
  const expected = convKernel(input, {
    ...{ oh, ow, outputs, kh, kw, sh, sw, dh, dw, same, groups, filter, bias, activation },
    ...{ factor: real_, inputZero: from.zero, output: to },
  });
  return { model, input, expected };
}

test(`random convolutions, plain, grouped and depthwise (HEDDLE_SEED=${seed})`, () => {
  const next = random(seed);
  for (let count = 0; count < 120; count++) {
    const { model, input, expected } = conv(next, count % 3 === 2);
    expect(run(model, input.codes), `convolution ${count}`).toEqual(expected);
  }
});

const image = (name: string, shape: readonly number[], scale: number, zero: number): WrittenTensor => ({
  name,
  shape,
  type: 'INT8',
  scale: [scale],
  zeroPoint: [zero],
});

test('ADD of an image and its pooled self equals the kernel, with a fused RELU6', () => {
  const next = random(seed);
  const { int, real, codes } = dice(next);
  for (let count = 0; count < 60; count++) {
    const [h, w, c] = [int(1, 4), int(1, 4), int(1, 3)];
    const [a, b, to] = [0, 1, 2].map(() => ({ scale: real(0.01, 0.2), zero: int(-128, 127) }));
    if (!a || !b || !to) throw new Error('three scales');
    const constant = codes(h * w * c);
    const shape = [1, h, w, c];
    const model: WrittenModel = {
      tensors: [
        image('a', shape, a.scale, a.zero),
        { ...image('b', shape, b.scale, b.zero), data: constant },
        image('sum', shape, to.scale, to.zero),
      ],
      operators: [{ code: 0, inputs: [0, 1], outputs: [2], options: { union: 11, fields: [[0, 'i8', 3]] } }],
      inputs: [0],
      outputs: [2],
    };
    const input = codes(h * w * c);
    expect(run(model, input), `sum ${count}`).toEqual(addKernel(input, a, constant, b, to, 3));
  }
});

test('AVERAGE_POOL_2D rounds halves away from zero, SAME counts only what lies inside', () => {
  const next = random(seed);
  const { int, codes } = dice(next);
  for (let count = 0; count < 60; count++) {
    const [h, w, c, k, s] = [int(2, 6), int(2, 6), int(1, 3), int(1, 2), int(1, 2)];
    const input = { h, w, c, codes: codes(h * w * c) };
    const [oh, ow] = [Math.ceil(h / s), Math.ceil(w / s)];
    const model: WrittenModel = {
      tensors: [image('in', [1, h, w, c], 0.5, 3), image('out', [1, oh, ow, c], 0.5, 3)],
      operators: [
        {
          code: 1,
          inputs: [0],
          outputs: [1],
          options: {
            union: 5,
            fields: [
              [1, 'i32', s],
              [2, 'i32', s],
              [3, 'i32', k],
              [4, 'i32', k],
              [5, 'i8', count % 2],
            ],
          },
        },
      ],
      inputs: [0],
      outputs: [1],
    };
    const relu = count % 2 ? 3 : -128;
    expect(run(model, input.codes), `pool ${count}`).toEqual(averageKernel(input, k, s, relu));
  }
});

test('PAD, MAX_POOL_2D, MEAN, CONCATENATION, RESHAPE, FULLY_CONNECTED and SOFTMAX in one network', () => {
  const next = random(seed);
  const { codes } = dice(next);
  const [h, w, c] = [3, 4, 2];
  const weights = codes(3 * 32);
  const model: WrittenModel = {
    tensors: [
      image('in', [1, h, w, c], 0.25, -7),
      { name: 'pads', shape: [4, 2], type: 'INT32', data: [0, 0, 1, 0, 0, 2, 0, 0] },
      image('padded', [1, 4, 6, 2], 0.25, -7),
      image('pooled', [1, 2, 3, 2], 0.25, -7),
      image('pooled again', [1, 2, 3, 2], 0.25, -7),
      image('joined', [1, 2, 3, 4], 0.25, -7),
      { name: 'axes', shape: [2], type: 'INT32', data: [1, 2] },
      image('mean', [1, 4], 0.125, 5),
      image('flat', [1, 24], 0.25, -7),
      { ...image('weights', [3, 24], 0.01, 0), data: weights.slice(0, 72) },
      image('logits', [1, 3], 0.2, 11),
      image('shares', [1, 3], 1 / 256, -128),
    ],
    operators: [
      { code: 34, inputs: [0, 1], outputs: [2] },
      ...[3, 4].map((to) => ({
        code: 17,
        inputs: [2],
        outputs: [to],
        options: {
          union: 5,
          fields: [
            [0, 'i8', 1],
            [1, 'i32', 2],
            [2, 'i32', 2],
            [3, 'i32', to === 3 ? 2 : 1],
            [4, 'i32', 2],
          ] as const,
        },
      })),
      { code: 2, inputs: [3, 4], outputs: [5], options: { union: 10, fields: [[0, 'i32', -1]] } },
      { code: 40, inputs: [5, 6], outputs: [7], options: { union: 27, fields: [] } },
      { code: 22, inputs: [5], outputs: [8] },
      { code: 9, inputs: [8, 9, -1], outputs: [10], options: { union: 8, fields: [] } },
      { code: 25, inputs: [10], outputs: [11], options: { union: 9, fields: [[0, 'f32', 1]] } },
    ],
    inputs: [0],
    outputs: [11],
  };
  const input = codes(h * w * c);
  const at = (y: number, x: number, channel: number): number =>
    y < 1 || x >= w ? -7 : (input[((y - 1) * w + x) * c + channel] ?? 0);
  const joined: number[] = [];
  for (let y = 0; y < 2; y++)
    for (let x = 0; x < 3; x++)
      for (let channel = 0; channel < 4; channel++) {
        const k = channel % 2;
        const left = Math.max(at(2 * y, 2 * x, k), at(2 * y + 1, 2 * x, k));
        joined.push(channel < 2 ? Math.max(left, at(2 * y, 2 * x + 1, k), at(2 * y + 1, 2 * x + 1, k)) : left);
      }
  expect(run({ ...model, outputs: [8] }, input)).toEqual(joined);
  expect(run({ ...model, outputs: [7] }, input)).toEqual(meanKernel(joined, 4, -7, 0.25, 0.125, 5));
  const dense = convKernel(
    { h: 1, w: 1, c: 24, codes: joined },
    {
      ...{ oh: 1, ow: 1, outputs: 3, kh: 1, kw: 1, sh: 1, sw: 1, dh: 1, dw: 1, same: true, groups: 1, activation: 0 },
      ...{ filter: weights.slice(0, 72), bias: undefined, factor: () => (0.25 * Math.fround(0.01)) / Math.fround(0.2) },
      ...{ inputZero: -7, output: { scale: Math.fround(0.2), zero: 11 } },
    },
  );
  expect(run({ ...model, outputs: [10] }, input)).toEqual(dense);
  const powers = dense.map((code) => Math.exp((code - Math.max(...dense)) * Math.fround(0.2)));
  const sum = powers.reduce((a, b) => a + b);
  const shares = powers.map((power) => Math.min(127, Math.floor((power / sum) * 256 + 0.5) - 128));
  expect(run(model, input)).toEqual(shares);
});

test('QUANTIZE of bytes, and floating point at both ends becomes the ports', () => {
  const bytes: WrittenModel = {
    tensors: [{ ...image('in', [1, 4], 0.5, 128), type: 'UINT8' }, image('out', [1, 4], 0.5, 0)],
    operators: [{ code: 114, inputs: [0], outputs: [1] }],
    inputs: [0],
    outputs: [1],
  };
  expect(run(bytes, [0, 127, 128, 255])).toEqual([-128, -1, 0, 127]);
  const floats: WrittenModel = {
    tensors: [
      { name: 'in', shape: [1, 2], type: 'FLOAT32' },
      image('codes', [1, 2], 0.5, 1),
      image('half', [1, 2], 1, 2),
      { name: 'out', shape: [1, 2], type: 'FLOAT32' },
    ],
    operators: [
      { code: 114, inputs: [0], outputs: [1] },
      { code: 114, inputs: [1], outputs: [2] },
      { code: 6, inputs: [2], outputs: [3] },
    ],
    inputs: [0],
    outputs: [3],
  };
  const graph = readTflite(writeTflite(floats), 'floats.tflite');
  expect(graph.inputs[0]?.codes).toEqual({ type: { kind: 'int', bits: 8, signed: true }, scale: 0.5, zeroPoint: 1 });
  expect(graph.outputs[0]?.codes).toMatchObject({ scale: 1, zeroPoint: 2 });
  // (code - 1) / 2 + 2: a factor of 1/2 has no shift, and the doubling product rounds halves up.
  expect(run(floats, [1, 2])).toEqual([2, 3]);
  expect(run(floats, [0, -4])).toEqual([2, 0]);
});

test('all problems of a file at once, each by operator', () => {
  const model: WrittenModel = {
    tensors: [
      image('in', [1, 4, 4, 2], 0.5, 0),
      image('a', [1, 4, 4, 2], 0.5, 0),
      { name: 'real', shape: [1, 4, 4, 2], type: 'FLOAT32' },
      image('b', [1, 4, 4, 2], 0.25, 0),
      image('out', [1, 2, 2, 2], 0.25, 0),
    ],
    operators: [
      { code: 14, inputs: [0], outputs: [1] },
      { code: 32, custom: 'MyOp', inputs: [1], outputs: [2] },
      { code: 0, inputs: [1, 2], outputs: [3] },
      { code: 17, inputs: [3], outputs: [4], options: { union: 5, fields: [] } },
    ],
    inputs: [0],
    outputs: [4],
  };
  const error = refusal(model);
  expect(error.diagnostics.map(({ code, message }) => `${code} ${message.split(':')[0] ?? ''}`)).toEqual([
    'H3003 LOGISTIC_0',
    'H3003 MyOp_1',
    'H3006 ADD_2',
    'H3005 MAX_POOL_2D_3',
  ]);
  expect(error.diagnostics[0]?.fix).toContain('RELU');
  expect(refusal({ ...model, subgraphs: 2 }).diagnostics[0]?.code).toBe('H3003');
});

function refusal(model: WrittenModel): HeddleError {
  try {
    readTflite(writeTflite(model), 'refused.tflite');
  } catch (error) {
    if (error instanceof HeddleError) return error;
    throw error;
  }
  throw new Error('the file was read');
}

test('a wrong output shape, a tensor computed twice and a cycle are named', () => {
  const relu = (from: number, to: number): WrittenOperator => ({ code: 19, inputs: [from], outputs: [to] });
  const tensors = [image('in', [1, 4], 0.5, 0), image('a', [1, 5], 0.5, 0), image('b', [1, 4], 0.5, 0)];
  const base = { tensors, inputs: [0], outputs: [2] };
  expect(refusal({ ...base, operators: [relu(0, 1), relu(0, 2)] }).message).toMatch(
    /RELU_0: gives \[1,4\], the file says \[1,5\]/,
  );
  expect(refusal({ ...base, operators: [relu(0, 2), relu(0, 2)] }).message).toMatch(/RELU_1: computes "b"/);
  expect(refusal({ ...base, operators: [relu(2, 2)] }).message).toMatch(/RELU_0: reads "b"/);
});
