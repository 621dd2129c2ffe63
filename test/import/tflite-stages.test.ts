/** TFLite files made here as integer stages and as accelerators, against kernels written from the reference kernels. */
import { expect, test } from 'vitest';
import { readTflite } from '../../src/import/tflite-read.js';
import { isSigned, planNetwork } from '../../src/dataflow/plan.js';
import { runPipelineModel } from '../../src/dataflow/run-pipeline.js';
import { lowerGraph } from '../../src/network/lower.js';
import { toStream } from '../../src/network/ports.js';
import { runStages } from '../../src/network/run-stages.js';
import { random } from '../network/random-graph.js';
import { averageKernel, meanKernel } from './tflite-kernels.js';
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
