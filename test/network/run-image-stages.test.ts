/** Image stages against the operators of the reference executor, which share no code with them. */
import { describe, expect, test } from 'vitest';
import { randomStream, type RandomStream } from '../../src/base/random.js';
import { executeNode } from '../../src/network/execute.js';
import { sizeOf, tensor, type GraphNode, type Tensor } from '../../src/network/graph.js';
import { runStage, runStages } from '../../src/network/run-stages.js';
import type { ConvStage, ElementType, ImageShape, PoolStage, StageNetwork, Window } from '../../src/network/stages.js';

const int = (bits: number, signed = true): ElementType => ({ kind: 'int', bits, signed });
const none = { kind: 'none' } as const;

const apply = (op: string, attributes: GraphNode['attributes'], ...inputs: Tensor[]): Tensor => {
  const node = { name: op, op, domain: '', inputs: inputs.map(String), outputs: ['y'], attributes };
  return executeNode(node, inputs)[0] ?? tensor([], [NaN]);
};
/** [n, c, h, w] to the order of a stream and back. */
const streamed = (x: Tensor): Float64Array => apply('Transpose', { perm: [0, 2, 3, 1] }, x).data;

function integers(random: RandomStream, shape: readonly number[], low: number, high: number): Tensor {
  return tensor(
    shape,
    Array.from({ length: sizeOf(shape) }, () => low + random.nextInt(high - low + 1)),
  );
}

interface Case {
  readonly image: ImageShape;
  readonly window: Window;
  /** The same for ONNX. */
  readonly attributes: GraphNode['attributes'];
}

function randomCase(random: RandomStream, channels: number, most = 5): Case {
  const axis = (size: number): Window['y'] => {
    const kernel = 1 + random.nextInt(most);
    const [stride, dilation] = [1 + random.nextInt(4), 1 + random.nextInt(2)];
    const [before, after] = [random.nextInt(kernel), random.nextInt(kernel)];
    const count = Math.floor((size + before + after - dilation * (kernel - 1) - 1) / stride) + 1;
    return { kernel, stride, dilation, before, after, count };
  };
  const [height, width] = [9 + random.nextInt(5), 9 + random.nextInt(5)];
  const [y, x] = [axis(height), axis(width)];
  const attributes = {
    kernel_shape: [y.kernel, x.kernel],
    strides: [y.stride, x.stride],
    dilations: [y.dilation, x.dilation],
    pads: [y.before, x.before, y.after, x.after],
  };
  return { image: { height, width, channels }, window: { y, x }, attributes };
}

/** The streams depend on the case number only: run this file again to repeat a case. */
const cases = Array.from({ length: 40 }, (_, index) => index);

describe('conv', () => {
  test.each(cases)('case %i: kernels, strides, dilations, asymmetric pads and groups', (index) => {
    const random = randomStream(11n, `conv stage ${index}`);
    const groups = 1 + random.nextInt(3);
    const inner = 1 + random.nextInt(3);
    const channels = groups * (1 + random.nextInt(3));
    const { image, window, attributes } = randomCase(random, groups * inner);
    const x = integers(random, [2, image.channels, image.height, image.width], -8, 7);
    const kernel = integers(random, [channels, inner, window.y.kernel, window.x.kernel], -8, 7);
    const stage: ConvStage = {
      kind: 'conv',
      name: 'conv_0',
      origin: 'c',
      inputs: sizeOf(x.shape.slice(1)),
      outputs: window.y.count * window.x.count * channels,
      input: int(4),
      output: int(20),
      ...{ image, window, groups, channels, padValue: 0, weight: int(4) },
      weights: Int32Array.from(streamed(kernel)),
      accumulator: { min: -(2 ** 19), max: 2 ** 19 - 1 },
      activation: none,
    };
    expect(runStage(stage, streamed(x))).toEqual(streamed(apply('Conv', { ...attributes, group: groups }, x, kernel)));
  });

  test('the padding has the value that the stage says, and products are floored one by one', () => {
    const axis = { kernel: 2, stride: 1, dilation: 1, before: 1, after: 0, count: 1 };
    const stage: ConvStage = {
      kind: 'conv',
      name: 'conv_0',
      origin: 'c',
      ...{ inputs: 1, outputs: 1, input: int(4), output: int(8), weight: int(4) },
      image: { height: 1, width: 1, channels: 1 },
      window: { y: axis, x: axis },
      ...{ groups: 1, channels: 1, padValue: -3, weights: Int32Array.of(1, 2, 3, 5) },
      accumulator: { min: -128, max: 127 },
      activation: none,
    };
    // The pixel is under the last weight: 5 * 7 - 3 * (1 + 2 + 3).
    expect(runStage(stage, Float64Array.of(7))).toEqual(Float64Array.of(17));
    // floor(-3 / 4) + floor(-6 / 4) + floor(-9 / 4) + floor(35 / 4).
    expect(runStage({ ...stage, productShift: 2 }, Float64Array.of(7))).toEqual(Float64Array.of(-1 - 2 - 3 + 8));
  });
});

describe('pool', () => {
  test.each(cases)('case %i: maxima and sums', (index) => {
    const random = randomStream(12n, `pool stage ${index}`);
    const { image, window, attributes } = randomCase(random, 1 + random.nextInt(4), 3);
    // A window that lies in the padding alone has no maximum: every pad is smaller than its kernel without dilation.
    const { y, x } = window;
    const plain = { ...attributes, dilations: [1, 1] };
    const one = (axis: Window['y'], size: number): Window['y'] => ({
      ...axis,
      dilation: 1,
      count: Math.floor((size + axis.before + axis.after - axis.kernel) / axis.stride) + 1,
    });
    const undilated = { y: one(y, image.height), x: one(x, image.width) };
    const input = integers(random, [2, image.channels, image.height, image.width], -8, 7);
    const stage: PoolStage = {
      kind: 'pool',
      name: 'pool_0',
      origin: 'p',
      inputs: sizeOf(input.shape.slice(1)),
      outputs: undilated.y.count * undilated.x.count * image.channels,
      ...{ input: int(4), output: int(16), reduce: 'max', image, window: undilated },
      accumulator: { min: -(2 ** 15), max: 2 ** 15 - 1 },
      activation: none,
    };
    expect(runStage(stage, streamed(input))).toEqual(streamed(apply('MaxPool', plain, input)));
    // Sums are a depthwise convolution with ones.
    const ones = tensor(
      [image.channels, 1, y.kernel, x.kernel],
      new Float64Array(image.channels * y.kernel * x.kernel).fill(1),
    );
    const sums = apply('Conv', { ...plain, group: image.channels }, input, ones);
    expect(runStage({ ...stage, reduce: 'sum' }, streamed(input))).toEqual(streamed(sums));
  });
});

describe('graphs of stages', () => {
  const image = { height: 2, width: 2, channels: 2 };
  const common = { origin: 'n', inputs: 8, outputs: 8, input: int(6), output: int(6) };
  const double = {
    kind: 'fixed',
    steps: [
      {
        multiplier: [2n, 3n],
        addend: [0n],
        shift: 0,
        rounding: 'floor',
        relu: false,
        overflow: 'wrap',
        result: { bits: 12, signed: true },
      },
    ],
  } as const;

  const network: StageNetwork = {
    name: 'diamond',
    numerics: 'qonnx',
    input: { shape: [2, 2, 2], type: int(6), scale: 1, fixedByModel: false },
    output: { shape: [4, 4, 4], type: int(6), scale: [1], offset: [0] },
    stages: [
      { kind: 'duplicate', name: 'fork', ...common, copies: 3 },
      { kind: 'elementwise', name: 'left', from: ['fork'], ...common, channels: 2, activation: double },
      {
        kind: 'add',
        name: 'sum',
        from: ['left', 'fork'],
        ...common,
        inputs: 16,
        image,
        operands: [
          { type: int(6), channels: 2, activation: none },
          { type: int(6), channels: 2, activation: double },
        ],
        accumulator: { min: -100, max: 100 },
        activation: none,
      },
      {
        kind: 'concat',
        name: 'join',
        from: ['sum', 'fork'],
        ...common,
        inputs: 16,
        outputs: 16,
        image: { ...image, channels: 4 },
        operands: [
          { type: int(6), channels: 2 },
          { type: int(6), channels: 2 },
        ],
      },
      {
        kind: 'upsample',
        name: 'larger',
        ...common,
        inputs: 16,
        outputs: 64,
        image: { ...image, channels: 4 },
        factorY: 2,
        factorX: 2,
      },
    ],
  };

  test('a branch, a sum, a concatenation and an upsampling by hand', () => {
    const run = runStages(network, [1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...(run.stages[1] ?? [])]).toEqual([2, 6, 6, 12, 10, 18, 14, 24]);
    expect([...(run.stages[2] ?? [])]).toEqual([4, 12, 12, 24, 20, 36, 28, 48]);
    expect([...(run.stages[3] ?? [])]).toEqual([4, 12, 1, 2, 12, 24, 3, 4, 20, 36, 5, 6, 28, 48, 7, 8]);
    const top = [4, 12, 1, 2, 4, 12, 1, 2, 12, 24, 3, 4, 12, 24, 3, 4];
    expect([...run.outputs.slice(0, 32)]).toEqual([...top, ...top]);
    expect(run.outputs).toHaveLength(64);
  });

  test('bipolar codes pass as codes', () => {
    const bipolar: ElementType = { kind: 'bipolar' };
    const axis = { kernel: 2, stride: 2, dilation: 1, before: 0, after: 0, count: 1 };
    const stage: PoolStage = {
      kind: 'pool',
      name: 'pool_0',
      origin: 'p',
      ...{ inputs: 8, outputs: 2, input: bipolar, output: bipolar, reduce: 'max', image, window: { y: axis, x: axis } },
      accumulator: { min: -1, max: 1 },
      activation: none,
    };
    expect(runStage(stage, Float64Array.of(0, 0, 1, 0, 0, 0, 1, 0))).toEqual(Float64Array.of(1, 0));
  });

  test('a stage in front of its source, and a stream that is not whole samples', () => {
    const [fork, left] = network.stages;
    if (!fork || !left) throw new Error('the network has stages');
    expect(() => runStages({ ...network, stages: [left, fork] }, new Float64Array(8))).toThrow('left reads fork');
    expect(() => runStages(network, new Float64Array(9))).toThrow('not whole samples of 8');
  });
});
