import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadModel, type ModelOptions } from '../../../src/build/load-model.js';
import { Engine } from '../../../src/engine/config.js';
import { lowerStages } from '../../../src/engine/plan/lower-stages.js';
import { readPlan } from '../../../src/engine/plan/engine-plan.js';
import { planNetwork } from '../../../src/engine/plan/plan-network.js';
import { programOf } from '../../../src/engine/program.js';
import { runNetwork } from '../../../src/engine/run-network.js';
import { runStages } from '../../../src/network/run-stages.js';

const models = '../shared/models/';

async function prepared(options: ModelOptions, engineText: string, samples: number) {
  const { loaded, array } = await loadModel(options);
  if (array === undefined) throw new Error('no input');
  const { codes, samples: all } = loaded.encodeInput(array, options.inputScale);
  const few = codes.slice(0, (codes.length / all) * samples);
  const engine = Engine.parse(engineText);
  const network = lowerStages(engine, loaded.stageNetwork);
  return { engine, network, codes: few, expected: runStages(loaded.referenceStages, few).outputs };
}

const tfc = { input: `${models}tfc/mnist_images_u8.npy`, inputScale: 1 / 255 };
const resnet8 = {
  model: `${models}resnet8_tflite/pretrainedResnet_quant.tflite`,
  input: `${models}resnet8_tflite/input.npy`,
};
const ad03 = {
  model: `${models}ad03/model_ToyCar.h5`,
  numerics: `${models}ad03/hls4ml.yml`,
  input: `${models}ad03/input.npy`,
};
const rn06 = { model: `${models}rn06/model_best.h5`, numerics: 'qkeras', input: `${models}rn06/input.npy` };

describe.skipIf(!existsSync(models))('networks on the functional engine (needs ../shared/models)', () => {
  it.each<[string, ModelOptions, string, number]>([
    ['tfc 1 bit', { ...tfc, model: `${models}tfc/TFC_1W1A.onnx` }, 'P=4,G=2,M=16,D=2,NTHR=3,XD=512', 3],
    ['tfc 2 bits', { ...tfc, model: `${models}tfc/TFC_2W2A.onnx` }, 'P=4,G=2,M=16,D=2,NTHR=3,XD=512', 3],
    ['rn06', rn06, 'P=7,G=3,M=32,D=4', 2],
    ['ad03, 11-bit activations that wrap', ad03, 'P=4,G=2,M=16,D=2,XB=11,WB=10,LUT=0,ADD=0', 8],
    ['resnet8', resnet8, 'P=7,G=3,M=32,D=4', 1],
  ])('%s equals the integer executor', async (_, options, engineText, samples) => {
    const { engine, network, codes, expected } = await prepared(options, engineText, samples);
    const plan = readPlan(JSON.stringify(planNetwork(engine, network)));
    expect([...runNetwork(plan, network, codes, samples)]).toEqual([...expected]);
  });

  it('uses places that a person has edited', async () => {
    const text = 'P=4,G=2,M=16,D=2,XB=11,WB=10,LUT=0,ADD=0';
    const { engine, network, codes, expected } = await prepared(ad03, text, 1);
    const plan = planNetwork(engine, network);
    const groups = plan.groups.map((group) => ({
      ...group,
      places: group.places.map((place) =>
        place.tensor === plan.input ? { ...place, base: 700, group0: 5, blockStride: 1, rowStride: 9 } : place,
      ),
    }));
    const edited = { ...plan, groups };
    expect(programOf(edited, network).passes[0]?.pass.header.xCh0).toBe(10);
    expect([...runNetwork(edited, network, codes, 1)]).toEqual([...expected]);
  });

  it('names what does not fit', async () => {
    const { loaded } = await loadModel(resnet8);
    const small = Engine.parse('P=7,G=3,M=32,D=4,XD=8');
    expect(() => planNetwork(small, lowerStages(small, loaded.stageNetwork))).toThrow(/H2205.*XD=8/);
    const plain = Engine.parse('P=7,G=3,M=32,D=4,MUL=0');
    expect(() => lowerStages(plain, loaded.stageNetwork)).toThrow(/H2207.*MUL=1/);
    const yaml = await loadModel({ ...rn06, numerics: `${models}rn06/hls4ml.yml` });
    expect(() => lowerStages(small, yaml.loaded.stageNetwork)).toThrow(/H2206 {2}\w+: floors every product/);
  });

  it('refuses JSON that is no plan', () => {
    expect(() => readPlan('{')).toThrow(/H2209/);
    expect(() => readPlan('{"format":"other"}')).toThrow(/H2209.*version 2/);
  });
});
