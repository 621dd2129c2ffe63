import { join } from 'node:path';
import { dirSync } from 'tmp';
import { describe, expect, test } from 'vitest';
import { readNpy } from '../../src/base/npy.js';
import { loadNetwork, writeQonnx } from '../../src/import/index.js';
import { executeSamples } from '../../src/network/execute.js';
import { tensor, type Graph } from '../../src/network/graph.js';
import { softmaxRows } from '../../src/network/ops/reduce.js';
import { portForArray } from '../../src/network/ports.js';
import { runStages } from '../../src/network/run-stages.js';
import type { DenseStage, Stage } from '../../src/network/stages.js';
import { haveModels, largestDifference, model, someRows } from '../network/shared.js';

describe.skipIf(!haveModels)('AD03 (QKeras, hls4ml)', () => {
  const h5 = model('ad03', 'model_ToyCar.h5');
  const yaml = model('ad03', 'hls4ml.yml');
  const input = readNpyIfThere('ad03', 'input.npy');

  test('all 64 rows equal the hls4ml build, with one fixed step per stage', async () => {
    const network = await loadNetwork(h5, { numerics: yaml });
    const expected = readNpy(model('ad03', 'expected_hls4ml.npy'));
    const { codes, samples } = network.encodeInput(input());
    expect(samples).toBe(64);
    const run = runStages(network.stageNetwork, codes);
    expect(largestDifference(run.outputs, expected.data)).toBe(0);
    expect(largestDifference(network.reference(network.realInput(input())), expected.data)).toBe(0);
    for (const stage of network.stageNetwork.stages) {
      if (!('activation' in stage) || stage.activation.kind !== 'fixed')
        throw new Error(`${stage.name} has no fixed steps`);
      expect(stage.activation.steps).toHaveLength(1);
    }
    expect(network.stageNetwork.input).toMatchObject({ fixedByModel: true, scale: 1, type: { bits: 8, signed: true } });
  });

  test('every cast on its own gives the same codes behind every stage', async () => {
    const network = await loadNetwork(h5, { numerics: yaml });
    const { codes } = network.encodeInput(input());
    const exact = runStages(network.referenceStages, codes);
    const joined = runStages(network.stageNetwork, codes);
    exact.stages.forEach((stage, index) => expect(largestDifference(stage, joined.stages[index] ?? [])).toBe(0));
  });

  test('the trained arithmetic equals expected_qkeras to 1e-9, by reference and by stages', async () => {
    const expected = readNpy(model('ad03', 'expected_qkeras.npy'));
    const network = await loadNetwork(h5, { numerics: 'qkeras', ...portForArray(input()) });
    expect(largestDifference(network.reference(network.realInput(input())), expected.data)).toBeLessThanOrEqual(1e-9);
    const run = runStages(network.stageNetwork, network.encodeInput(input()).codes);
    expect(largestDifference(network.decodeOutput(run.outputs), expected.data)).toBeLessThanOrEqual(1e-9);
  });

  test('one changed weight bit or one changed addend changes the output', async () => {
    const network = await loadNetwork(h5, { numerics: yaml });
    const { codes } = network.encodeInput(input());
    const { stageNetwork } = network;
    const good = runStages(stageNetwork, codes).outputs;
    const first = stageNetwork.stages[0] as DenseStage;
    const weights = first.weights.slice();
    weights[5] = (weights[5] ?? 0) ^ 64;
    const flipped = { ...stageNetwork, stages: [{ ...first, weights }, ...stageNetwork.stages.slice(1)] };
    expect(largestDifference(runStages(flipped, codes).outputs, good)).toBeGreaterThan(0);
    const last = stageNetwork.stages.at(-1) as DenseStage;
    if (last.activation.kind !== 'fixed') throw new Error('the last stage has fixed steps');
    const steps = last.activation.steps.map((step) => ({ ...step, rounding: 'half-up' as const }));
    const rounded = {
      ...stageNetwork,
      stages: [...stageNetwork.stages.slice(0, -1), { ...last, activation: { kind: 'fixed' as const, steps } }],
    };
    expect(largestDifference(runStages(rounded, codes).outputs, good)).toBeGreaterThan(0);
  });
});

describe.skipIf(!haveModels)('TFC (QONNX)', () => {
  test.each(['TFC_1W1A', 'TFC_2W2A'])('%s: 200 logits to 1e-6 by reference and by stages', async (name) => {
    const images = readNpy(model('tfc', 'mnist_images_u8.npy'));
    const expected = readNpy(model('tfc', `${name}.expected_logits.npy`));
    const network = await loadNetwork(model('tfc', `${name}.onnx`));
    const reals = network.realInput(images, 1 / 255);
    expect(largestDifference(network.reference(reals), expected.data)).toBeLessThan(1e-6);
    const { codes } = network.encodeInput(images, 1 / 255);
    expect(largestDifference(codes, images.data)).toBe(0);
    const run = runStages(network.stageNetwork, codes);
    expect(largestDifference(network.decodeOutput(run.outputs), expected.data)).toBeLessThan(1e-6);
    // The integers in front of the affine tail, found back from the expected logits, are exact.
    const { scale, offset } = network.stageNetwork.output;
    const integers = expected.data.map((logit) => Math.round((logit - (offset[0] ?? 0)) / (scale[0] ?? 1)));
    expect(largestDifference(run.outputs, integers)).toBe(0);
  });

  test('the 1-bit network has only bipolar products', async () => {
    const { stageNetwork } = await loadNetwork(model('tfc', 'TFC_1W1A.onnx'));
    expect(stageNetwork.stages.map((stage) => stage.name)).toEqual([
      'thresholds_0',
      'dense_0',
      'dense_1',
      'dense_2',
      'dense_3',
    ]);
    for (const stage of stageNetwork.stages)
      if (stage.kind === 'dense') expect([stage.weight.kind, stage.input.kind]).toEqual(['bipolar', 'bipolar']);
  });

  test('one changed threshold changes the logits', async () => {
    const images = readNpy(model('tfc', 'mnist_images_u8.npy'));
    const { stageNetwork } = await loadNetwork(model('tfc', 'TFC_2W2A.onnx'));
    const good = runStages(stageNetwork, images.data).outputs;
    const first = stageNetwork.stages[1] as DenseStage;
    if (first.activation.kind !== 'thresholds') throw new Error('the stage has thresholds');
    const table = first.activation.table.map((value, index) => (index % 3 === 1 ? value + 1 : value));
    const stages = [...stageNetwork.stages];
    stages[1] = { ...first, activation: { ...first.activation, table } };
    expect(largestDifference(runStages({ ...stageNetwork, stages }, images.data).outputs, good)).toBeGreaterThan(0);
  });
});

test.skipIf(!haveModels)('FINN dialect: the digits by reference and by stages', async () => {
  const input = readNpy(model('finn_tfc', 'input.npy'));
  const expected = readNpy(model('finn_tfc', 'expected_output.npy'));
  const network = await loadNetwork(model('finn_tfc', 'model.onnx'));
  expect(largestDifference(network.reference(network.realInput(input)), expected.data)).toBe(0);
  const run = runStages(network.stageNetwork, network.encodeInput(input).codes);
  expect(largestDifference(network.decodeOutput(run.outputs), expected.data)).toBe(0);
  expect(network.stageNetwork.input).toMatchObject({ scale: 1, fixedByModel: false });
});

describe.skipIf(!haveModels)('CNV (QONNX, convolutions)', () => {
  test('rows of logits by reference, as read and streamlined', async () => {
    const input = someRows(readNpy(model('cnv_w1a1', 'input.npy')));
    const expected = someRows(readNpy(model('cnv_w1a1', 'expected_logits.npy')));
    const network = await loadNetwork(model('cnv_w1a1', 'cnv_w1a1.onnx'));
    expect(largestDifference(executeSamples(network.graph, input.data), expected.data)).toBe(0);
    expect(largestDifference(network.reference(network.realInput(input)), expected.data)).toBe(0);
  }, 120_000);

  test('rows by stages: nine matrices, two pools, pixels in the order of the stream', async () => {
    const input = someRows(readNpy(model('cnv_w1a1', 'input.npy')));
    const expected = someRows(readNpy(model('cnv_w1a1', 'expected_logits.npy')));
    const network = await loadNetwork(model('cnv_w1a1', 'cnv_w1a1.onnx'));
    const { stageNetwork } = network;
    expect(stageNetwork.stages.map((stage) => stage.name).join(' ')).toBe(
      'thresholds_0 conv_0 conv_1 pool_0 conv_2 conv_3 pool_1 conv_4 conv_5 dense_0 dense_1 dense_2',
    );
    expect(stageNetwork.stages.every((stage) => stage.from === undefined)).toBe(true);
    expect(stageNetwork.input.streamOrder).toEqual([1, 2, 0]);
    const run = runStages(stageNetwork, network.encodeInput(input).codes);
    expect(largestDifference(network.decodeOutput(run.outputs), expected.data)).toBe(0);
  }, 120_000);
});

describe.skipIf(!haveModels)('RN06 (QKeras convolutions, hls4ml)', () => {
  const h5 = model('rn06', 'model_best.h5');
  const input = () => someRows(readNpy(model('rn06', 'input.npy')));

  test('logit vectors equal the hls4ml build, each cast on its own and joined', async () => {
    const network = await loadNetwork(h5, { numerics: model('rn06', 'hls4ml.yml') });
    const expected = someRows(readNpy(model('rn06', 'expected_hls4ml.npy')));
    const { codes } = network.encodeInput(input());
    expect(largestDifference(network.reference(network.realInput(input())), expected.data)).toBe(0);
    const joined = runStages(network.stageNetwork, codes);
    expect(largestDifference(network.decodeOutput(joined.outputs), expected.data)).toBe(0);
    const exact = runStages(network.referenceStages, codes);
    exact.stages.forEach((stage, index) => expect(largestDifference(stage, joined.stages[index] ?? [])).toBe(0));
    expect(network.stageNetwork.stages.map((stage) => ('productShift' in stage ? stage.productShift : 0))).toEqual([
      5, 2, 2, 4,
    ]);
  });

  test('products that are not floored one by one give other logits', async () => {
    const network = await loadNetwork(h5, { numerics: model('rn06', 'hls4ml.yml') });
    const { referenceStages } = network;
    const { codes } = network.encodeInput(input());
    const some = codes.subarray(0, 4 * 32 * 32 * 3);
    const good = runStages(referenceStages, some).outputs;
    const stages = referenceStages.stages.map((stage): Stage => {
      if (stage.kind !== 'conv' || stage.activation.kind !== 'fixed' || !stage.productShift) return stage;
      const { productShift, ...rest } = stage;
      // The same cast, of the whole sum.
      const [first, ...others] = stage.activation.steps;
      if (!first) return stage;
      const addend = first.addend.map((value) => value << BigInt(productShift));
      const sum = { ...first, addend, shift: first.shift + productShift };
      return { ...rest, activation: { kind: 'fixed', steps: [sum, ...others] } };
    });
    expect(largestDifference(runStages({ ...referenceStages, stages }, some).outputs, good)).toBeGreaterThan(0);
  });

  test('the trained arithmetic equals expected_qkeras, which has the logits, to the last bit', async () => {
    const expected = someRows(readNpy(model('rn06', 'expected_qkeras.npy')));
    const options = { numerics: 'qkeras', ...portForArray(input(), 1 / 256) };
    const network = await loadNetwork(h5, options);
    const shares = network.reference(network.realInput(input(), 1 / 256));
    expect(largestDifference(shares, softmaxRows(expected.data, 10))).toBe(0);
  });
});

test.skipIf(!haveModels)(
  'ResNet8 (int8 TFLite): rows of the softmax tensor, from codes and from real values',
  async () => {
    const network = await loadNetwork(model('resnet8_tflite', 'pretrainedResnet_quant.tflite'));
    const input = someRows(readNpy(model('resnet8_tflite', 'input.npy')));
    const expected = someRows(readNpy(model('resnet8_tflite', 'expected.npy')));
    const { codes } = network.encodeInput(input);
    const scores = network.referenceCodes(codes);
    expect(largestDifference(scores, expected.data)).toBe(0);
    expect(network.outputCodes).toEqual({ type: { kind: 'int', bits: 8, signed: true }, shape: [10] });
    // The input port is one step a pixel with the zero point -128.
    const reals = network.realInput(input).subarray(0, 2 * 32 * 32 * 3);
    expect(reals[0]).toBe((input.data[0] ?? 0) + 128);
    const shares = network.reference(reals);
    const first = expected.data.subarray(0, 20).map((code) => (code + 128) / 256);
    expect(largestDifference(shares, first)).toBe(0);
  },
);

test.skipIf(!haveModels)(
  'ResNet8 by stages: rows, three residual additions',
  async () => {
    const network = await loadNetwork(model('resnet8_tflite', 'pretrainedResnet_quant.tflite'));
    const expected = someRows(readNpy(model('resnet8_tflite', 'expected.npy')));
    const { stageNetwork } = network;
    expect(stageNetwork.stages.filter((stage) => stage.kind === 'add')).toHaveLength(3);
    expect(stageNetwork.stages.filter((stage) => stage.kind === 'duplicate')).toHaveLength(3);
    const run = runStages(
      stageNetwork,
      network.encodeInput(someRows(readNpy(model('resnet8_tflite', 'input.npy')))).codes,
    );
    const shares = expected.data.map((code) => (code + 128) / 256);
    expect(largestDifference(network.decodeOutput(run.outputs), shares)).toBe(0);
  },
  120_000,
);

test.skipIf(!haveModels)('--numerics must suit the file', async () => {
  const options = { numerics: model('ad03', 'hls4ml.yml') };
  await expect(loadNetwork(model('tfc', 'TFC_1W1A.onnx'), options)).rejects.toThrow(/H3011/);
  await expect(loadNetwork(model('tfc', 'absent.onnx'))).rejects.toThrow(/H3012/);
});

/** Reads on first use, so that a missing folder skips tests instead of failing the file. */
function readNpyIfThere(...parts: string[]): () => ReturnType<typeof readNpy> {
  return () => readNpy(model(...parts));
}

test('the reference sees the same codes as the stages where the values lie on the grid of the port', async () => {
  // 300 weights of +-1 on x/255: float sums of x/255 are not exact, sums of codes are, and sign(0) = +1 shows it.
  const size = 300;
  const weights = Float64Array.from({ length: size }, (_, index) => (index % 2 ? 1 : -1));
  const graph: Graph = {
    ...{
      name: 'tie',
      source: 'qonnx',
      inputs: [{ name: 'x', shape: [1, size] }],
      outputs: [{ name: 'y', shape: [1, 1] }],
    },
    nodes: [
      { name: 'm', op: 'MatMul', domain: '', inputs: ['x', 'w'], outputs: ['s'], attributes: {} },
      { name: 'q', op: 'BipolarQuant', domain: '', inputs: ['s', 'one'], outputs: ['y'], attributes: {} },
    ],
    initializers: new Map([
      ['w', tensor([size, 1], weights)],
      ['one', tensor([], [1])],
    ]),
  };
  const directory = dirSync({ unsafeCleanup: true });
  try {
    const path = join(directory.name, 'tie.onnx');
    writeQonnx(graph, path);
    const network = await loadNetwork(path);
    // Even places count up, odd places count down: both sum to the same.
    const codes = Float64Array.from({ length: size }, (_, index) => (index % 2 ? 149 - (index >> 1) : index >> 1));
    const reals = codes.map((code) => code / 255);
    expect([...network.reference(reals)]).toEqual([1]);
    expect([...network.decodeOutput(runStages(network.stageNetwork, codes).outputs)]).toEqual([1]);
  } finally {
    directory.removeCallback();
  }
});
