/** Whole networks on the engine: plans with DRAM, every sample on the functional model, some on the circuit. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { networks } from '../../examples/networks/index.js';
import { randomStream } from '../../src/base/random.js';
import { loadModel, type ModelOptions, randomCodes } from '../../src/build/load-model.js';
import { engineHardware, engineProgram, readEngine } from '../../src/build/engine/engine-subject.js';
import { locateLayer } from '../../src/build/engine/engine-locate.js';
import { functionalFrames, simulatedFrames } from '../../src/build/engine/engine-run.js';
import { designParticipants } from '../../src/cosim/design-participants.js';
import { skipWithoutVerilator } from '../../src/cosim/verilator-available.js';
import { trafficOf, weightPacket } from '../../src/engine/program.js';
import { engineValues } from '../../src/engine/rtl/engine.js';
import { ProgramMemory, runProgram } from '../../src/engine/run-network.js';
import { graphOf } from '../../src/network/layers/index.js';
import { lowerGraph } from '../../src/network/lower.js';
import { runStages } from '../../src/network/run-stages.js';
import { compile, elaborate } from '../../src/simulator/index.js';
import { emitText } from '../blocks/emit-text.js';
import { runCore } from '../engine/rtl/core-bench.js';

const models = '../shared/models/';
const asic = 'P=7,G=3,M=32,D=4,XD=1184,WD=1024';

describe('networks of examples/networks', () => {
  it.each([
    ['AD_autoencoder', asic, 0.4],
    ['MobileNetV1_0.25_96_VWW', asic, 0.3],
    ['ResNet8_CIFAR10', asic, 0.11],
    ['ProxylessMobile_0.5_224', 'P=14,G=3,M=48,D=4,XD=1024,WD=8192,WP=256', 6.5],
    // Pools over 25 rows.
    ['DSCNN_KWS', `${asic},KMAX=32`, 0.06],
    ['AlexNet', asic, 80],
    ['ResNet50', asic, 55],
    ['VGG16', asic, 300],
  ])('%s equals the integer executor, within its traffic', { timeout: 3_600_000 }, (name, engine, megabytes) => {
    const stages = lowerGraph(graphOf(name, networks[name]!()));
    const program = engineProgram(stages, readEngine(engine));
    const codes = randomCodes(stages.input, 1, randomStream(1n, 'samples'));
    expect([...runProgram(program, codes).output()]).toEqual([...runStages(stages, codes).outputs]);
    // Random networks may end in zeros: every tensor of the smaller ones.
    if (megabytes < 50) expect(locateLayer(program, stages, codes, runProgram)).toBeUndefined();
    expect(trafficOf(program).total / 1e6).toBeLessThan(megabytes);
  });
});

const tfc = { input: `${models}tfc/mnist_images_u8.npy`, inputScale: 1 / 255 };
const small = 'P=4,G=2,M=16,D=2,XD=512,LUT=0,ADD=0';

describe.skipIf(!existsSync(models))('models of ../shared/models', () => {
  it.each<[string, ModelOptions, string, number]>([
    ['tfc 1 bit', { ...tfc, model: `${models}tfc/TFC_1W1A.onnx` }, `${small},NTHR=3`, 8],
    ['tfc 2 bits', { ...tfc, model: `${models}tfc/TFC_2W2A.onnx` }, `${small},NTHR=3`, 8],
    [
      'rn06',
      { model: `${models}rn06/model_best.h5`, numerics: 'qkeras', input: `${models}rn06/input.npy` },
      'P=8,G=3,M=16,D=4,XD=1024,LUT=0,ADD=0',
      2,
    ],
    [
      'ad03',
      {
        model: `${models}ad03/model_ToyCar.h5`,
        numerics: `${models}ad03/hls4ml.yml`,
        input: `${models}ad03/input.npy`,
      },
      'P=4,G=2,M=16,D=2,XB=11,WB=10,LUT=0,ADD=0',
      8,
    ],
    [
      'resnet8',
      { model: `${models}resnet8_tflite/pretrainedResnet_quant.tflite`, input: `${models}resnet8_tflite/input.npy` },
      'P=7,G=3,M=32,D=4',
      4,
    ],
  ])('%s: all samples', { timeout: 3_600_000 }, async (_, options, engine, simulated) => {
    const { loaded, array } = await loadModel(options);
    if (array === undefined) throw new Error('no input');
    const { codes, samples } = loaded.encodeInput(array, options.inputScale);
    const program = engineProgram(loaded.stageNetwork, readEngine(engine));
    const expected = [...runStages(loaded.referenceStages, codes).outputs];
    const of = (frames: readonly { readonly codes: Float64Array }[]) => frames.flatMap((frame) => [...frame.codes]);
    expect(of(functionalFrames(program, codes, samples))).toEqual(expected);
    const few = codes.slice(0, (codes.length / samples) * simulated);
    const frames = simulatedFrames(program, engineHardware(program.engine).design, few, simulated);
    expect(of(frames)).toEqual(expected.slice(0, (expected.length / samples) * simulated));
  });
});

describe.skipIf(!existsSync(models) || skipWithoutVerilator())('ResNet8 of TFLite in Verilator', () => {
  it('does the same in every cycle', { timeout: 3_600_000 }, async () => {
    const { loaded, array } = await loadModel({
      model: `${models}resnet8_tflite/pretrainedResnet_quant.tflite`,
      input: `${models}resnet8_tflite/input.npy`,
    });
    if (array === undefined) throw new Error('no input');
    const { codes, samples } = loaded.encodeInput(array);
    const sample = codes.slice(0, codes.length / samples);
    const program = engineProgram(loaded.stageNetwork, readEngine('P=8,G=3,M=16,D=4,LUT=0,FIXED=0'));
    const { engine } = program;
    const memory = new ProgramMemory(program);
    memory.input(sample);
    const packets = {
      weights: program.passes.map((pass) => weightPacket(program, pass)),
      pixels: program.loads.map((load) => memory.pixels(load)),
    };
    const { design } = engineHardware(engine);
    const params = engineValues(engine);
    const { participants } = await designParticipants({ design, params, text: emitText(design) });
    const sims = [compile(elaborate(design, { params })), participants[1]!.create()];
    const { outputs } = runCore(sims, engine, packets, packets.weights.length, randomStream(1n, 'resnet8'), 0.1);
    const sending = program.passes.filter(({ results }) => results.length > 0);
    sending.forEach(({ results }, index) => memory.results(results, outputs[index] ?? new Uint8Array(), 'resnet8'));
    expect([...memory.output()]).toEqual([...runStages(loaded.referenceStages, sample).outputs]);
  });
});
