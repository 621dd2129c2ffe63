/** Whole networks through the circuit of the engine: layer after layer on the chip, one packet in, one packet out. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { loadModel, type ModelOptions } from '../../../src/build/load-model.js';
import { Engine } from '../../../src/engine/config.js';
import { lowerStages } from '../../../src/engine/plan/lower-stages.js';
import { planNetwork } from '../../../src/engine/plan/plan-network.js';
import { EngineCore, engineValues } from '../../../src/engine/rtl/engine.js';
import { programOf, weightPacket } from '../../../src/engine/program.js';
import { driveProgram, ProgramMemory } from '../../../src/engine/run-network.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { runStages } from '../../../src/network/run-stages.js';
import { compile, elaborate } from '../../../src/simulator/index.js';
import { runCore } from './core-bench.js';

const models = '../shared/models/';
const tfc = { input: `${models}tfc/mnist_images_u8.npy`, inputScale: 1 / 255 };
const ad03 = {
  model: `${models}ad03/model_ToyCar.h5`,
  numerics: `${models}ad03/hls4ml.yml`,
  input: `${models}ad03/input.npy`,
};
const resnet8 = {
  model: `${models}resnet8_tflite/pretrainedResnet_quant.tflite`,
  input: `${models}resnet8_tflite/input.npy`,
};
const small = 'P=4,G=2,M=16,D=2,XD=512,LUT=0,ADD=0';

describe.skipIf(!existsSync(models))('networks on the circuit of the engine (needs ../shared/models)', () => {
  it.each<[string, ModelOptions, string, number]>([
    ['tfc 1 bit', { ...tfc, model: `${models}tfc/TFC_1W1A.onnx` }, `${small},NTHR=3`, 2],
    ['tfc 2 bits', { ...tfc, model: `${models}tfc/TFC_2W2A.onnx` }, `${small},NTHR=3`, 2],
    [
      'rn06',
      { model: `${models}rn06/model_best.h5`, numerics: 'qkeras', input: `${models}rn06/input.npy` },
      'P=8,G=3,M=16,D=4,XD=4096,LUT=0,ADD=0',
      1,
    ],
    ['ad03 of 11 bits', ad03, 'P=4,G=2,M=16,D=2,XB=11,WB=10,LUT=0,ADD=0', 2],
  ])('%s equals the integer executor', async (name, options, text, samples) => {
    const { loaded, array } = await loadModel(options);
    if (array === undefined) throw new Error('no input');
    const all = loaded.encodeInput(array, options.inputScale);
    const size = all.codes.length / all.samples;
    const engine = Engine.parse(text);
    const network = lowerStages(engine, loaded.stageNetwork);
    const plan = planNetwork(engine, network);
    const program = programOf(plan, network);
    const weights = program.passes.map((pass) => weightPacket(program, pass));
    const sending = program.passes.filter(({ results }) => results.length > 0);
    const design = buildDesign(engine.DW === 1 ? EngineCore.dw : EngineCore.dense);
    for (let sample = 0; sample < samples; sample++) {
      const codes = all.codes.slice(sample * size, (sample + 1) * size);
      const memory = new ProgramMemory(program);
      memory.input(codes);
      const packets = { weights, pixels: program.loads.map((load) => memory.pixels(load)) };
      const sim = compile(elaborate(design, { params: engineValues(engine) }));
      const stalls = sample % 2 === 0 ? 0 : 0.2;
      const { outputs } = runCore(
        [sim],
        engine,
        packets,
        weights.length,
        randomStream(1n, `${name} ${sample}`),
        stalls,
      );
      const expected = runStages(loaded.referenceStages, codes).outputs;
      sending.forEach(({ results }, index) => memory.results(results, outputs[index] ?? new Uint8Array(), name));
      expect([...memory.output()], `sample ${sample}`).toEqual([...expected]);
    }
  });

  it('resnet8: three residual additions on the chip', async () => {
    const { loaded, array } = await loadModel(resnet8);
    if (array === undefined) throw new Error('no input');
    const { codes, samples } = loaded.encodeInput(array);
    const sample = codes.slice(0, codes.length / samples);
    const engine = Engine.parse('P=8,G=3,M=16,D=4,LUT=0,FIXED=0');
    const network = lowerStages(engine, loaded.stageNetwork);
    const program = programOf(planNetwork(engine, network), network);
    const sim = compile(elaborate(buildDesign(EngineCore.dw), { params: engineValues(engine) }));
    const { memory, run } = driveProgram(sim, program, sample);
    expect([...memory.output()]).toEqual([...runStages(loaded.referenceStages, sample).outputs]);
    // The residual words are always there in time.
    const adding = run.passes.filter((_, index) => program.passes[index]?.pass.header.res === 1);
    expect(adding.map(({ stalls }) => stalls.residual)).toEqual([0, 0, 0]);
  });
});
