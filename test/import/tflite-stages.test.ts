/** TFLite files made here as integer stages and as accelerators, against kernels written from the reference kernels. */
import { expect, test } from 'vitest';
import { readTflite } from '../../src/import/tflite-read.js';
import { isSigned, planNetwork } from '../../src/dataflow/plan.js';
import { packSamples } from '../../src/dataflow/port-beats.js';
import { runPipelineModel } from '../../src/dataflow/run-pipeline.js';
import { lowerGraph } from '../../src/network/lower.js';
import { toStream } from '../../src/network/ports.js';
import { runStages } from '../../src/network/run-stages.js';
import { chainBench, runChain } from '../dataflow/chain-bench.js';
import { random } from '../network/random-graph.js';
import { addKernel, averageKernel, meanKernel } from './tflite-kernels.js';
import { writeTflite, type WrittenModel, type WrittenTensor } from './tflite-writer.js';

const seed = Number(process.env.HEDDLE_SEED ?? 6);
const next = random(seed);
const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
const codesOf = (count: number): number[] => Array.from({ length: count }, () => int(-128, 127));

const image = (name: string, shape: readonly number[], scale: number, zero: number): WrittenTensor => ({
  ...{ name, shape, type: 'INT8', scale: [scale], zeroPoint: [zero] },
});

/** Codes in the order of the file through the integer executor and, with a random folding, through the cycle models. */
function run(model: WrittenModel, codes: readonly number[]): { stages: number[]; pipeline: number[] } {
  const network = lowerGraph(readTflite(writeTflite(model), 'made.tflite'));
  const stream = toStream(Float64Array.from(codes), network.input);
  const { chain } = planNetwork(network, { portBits: 'full' });
  const signedOutput = isSigned(network.output.type);
  return {
    stages: [...runStages(network, stream).outputs],
    pipeline: [...runPipelineModel(chain, stream, { signedOutput }).outputs],
  };
}

const half = { kind: 'bernoulli', p: 0.5 } as const;

/** The same through the circuit, stalled on both sides; the first difference, if any. */
async function failure(model: WrittenModel, codes: readonly number[], expected: readonly number[]) {
  const network = lowerGraph(readTflite(writeTflite(model), 'made.tflite'));
  const { chain } = planNetwork(network, { portBits: 'full' });
  const due = packSamples(chain.output, Float64Array.from(expected));
  const stream = toStream(Float64Array.from(codes), network.input);
  return runChain(await chainBench(chain), stream, due, { source: half, sink: half }).failure;
}

test(`AVERAGE_POOL_2D with SAME padding divides by what lies inside (HEDDLE_SEED=${seed})`, () => {
  for (let count = 0; count < 40; count++) {
    const [h, w, c, k, s] = [int(2, 8), int(2, 8), int(1, 3), int(1, 4), int(1, 3)];
    const input = { h, w, c, codes: codesOf(h * w * c) };
    const [oh, ow] = [Math.ceil(h / s), Math.ceil(w / s)];
    const fields = [s, s, k, k].map((value, at) => [at + 1, 'i32', value] as const);
    const model: WrittenModel = {
      tensors: [image('in', [1, h, w, c], 0.5, 3), image('out', [1, oh, ow, c], 0.5, 3)],
      operators: [
        { code: 1, inputs: [0], outputs: [1], options: { union: 5, fields: [...fields, [5, 'i8', count % 2]] } },
      ],
      ...{ inputs: [0], outputs: [1] },
    };
    const expected = averageKernel(input, k, s, count % 2 ? 3 : -128);
    const { stages, pipeline } = run(model, input.codes);
    expect([h, w, c, k, s, ...stages]).toEqual([h, w, c, k, s, ...expected]);
    expect([h, w, c, k, s, ...pipeline]).toEqual([h, w, c, k, s, ...expected]);
  }
});

test('MEAN over rows and columns, with and without keep_dims', () => {
  for (let count = 0; count < 20; count++) {
    const [h, w, c, from, to] = [int(1, 8), int(2, 8), int(1, 3), 0.25, 2 ** -int(1, 5)];
    const codes = codesOf(h * w * c);
    const model: WrittenModel = {
      tensors: [
        image('in', [1, h, w, c], from, -7),
        { name: 'axes', shape: [2], type: 'INT32', data: [1, 2] },
        image('mean', count % 2 ? [1, 1, 1, c] : [1, c], to, 5),
      ],
      operators: [{ code: 40, inputs: [0, 1], outputs: [2], options: { union: 27, fields: [[0, 'i8', count % 2]] } }],
      ...{ inputs: [0], outputs: [2] },
    };
    const expected = meanKernel(codes, c, -7, from, to, 5);
    expect(run(model, codes)).toEqual({ stages: expected, pipeline: expected });
  }
});

const quantization = (): { scale: number; zero: number } => ({ scale: 2 ** -int(0, 4), zero: int(-128, 127) });

test('ADD of a constant per channel, per image or of one number, on either side', async () => {
  for (let count = 0; count < 24; count++) {
    const [h, w, c] = [int(1, 3), int(1, 3), int(1, 3)];
    const [a, b, to] = [quantization(), quantization(), quantization()];
    const shape = [[c], [1, 1, 1, c], [], [1]][count % 4] ?? [];
    const constant = codesOf(shape.reduce((product, size) => product * size, 1));
    const left = count % 3 === 0;
    const input = codesOf(h * w * c);
    const model: WrittenModel = {
      tensors: [
        image('a', [1, h, w, c], a.scale, a.zero),
        { ...image('b', shape, b.scale, b.zero), data: constant },
        image('sum', [1, h, w, c], to.scale, to.zero),
      ],
      operators: [
        {
          code: 0,
          inputs: left ? [1, 0] : [0, 1],
          outputs: [2],
          options: { union: 11, fields: [[0, 'i8', count % 2]] },
        },
      ],
      ...{ inputs: [0], outputs: [2] },
    };
    const spread = input.map((_, at) => constant[at % constant.length] ?? 0);
    const expected = addKernel(input, a, spread, b, to, count % 2);
    expect(run(model, input), `sum ${count}`).toEqual({ stages: expected, pipeline: expected });
    if (count === 1) expect(await failure(model, input, expected)).toBeUndefined();
  }
});

test('ADD of an image and its own mean, which has one pixel', async () => {
  for (let count = 0; count < 6; count++) {
    const [h, w, c] = [int(1, 4), int(2, 4), int(1, 3)];
    const [a, b, to] = [quantization(), quantization(), quantization()];
    const input = codesOf(h * w * c);
    const model: WrittenModel = {
      tensors: [
        image('in', [1, h, w, c], a.scale, a.zero),
        { name: 'axes', shape: [2], type: 'INT32', data: [1, 2] },
        image('mean', [1, 1, 1, c], b.scale, b.zero),
        image('sum', [1, h, w, c], to.scale, to.zero),
      ],
      operators: [
        { code: 40, inputs: [0, 1], outputs: [2], options: { union: 27, fields: [[0, 'i8', 1]] } },
        { code: 0, inputs: count % 2 ? [0, 2] : [2, 0], outputs: [3], options: { union: 11, fields: [] } },
      ],
      ...{ inputs: [0], outputs: [3] },
    };
    const mean = meanKernel(input, c, a.zero, a.scale, b.scale, b.zero);
    const spread = input.map((_, at) => mean[at % c] ?? 0);
    const expected = addKernel(input, a, spread, b, to, 0);
    expect(run(model, input), `image ${count}`).toEqual({ stages: expected, pipeline: expected });
    if (count === 0) expect(await failure(model, input, expected)).toBeUndefined();
  }
});

test('ADD of a constant that differs from pixel to pixel is refused', () => {
  const model: WrittenModel = {
    tensors: [
      image('a', [1, 2, 2, 1], 1, 0),
      { ...image('b', [1, 2, 2, 1], 1, 0), data: [1, 2, 3, 4] },
      image('sum', [1, 2, 2, 1], 1, 0),
    ],
    operators: [{ code: 0, inputs: [0, 1], outputs: [2], options: { union: 11, fields: [] } }],
    ...{ inputs: [0], outputs: [2] },
  };
  expect(() => run(model, [0, 0, 0, 0])).toThrow(/H3038.*one constant per channel/s);
});
