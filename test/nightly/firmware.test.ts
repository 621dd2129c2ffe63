/**
 * The C library drives Verilated accelerators, with many seeds: frames, refused beats of memory, frames given up. Dataflow with
 * samples in memory, or behind the vendor's DMA with simple transfers and with descriptors; engines behind it, or with lists.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { skipWithoutVerilator } from '../../src/cosim/verilator-available.js';
import { dataflowSoc } from '../firmware/dataflow-soc.js';
import { digits } from '../firmware/digits.js';
import { engineSoc } from '../firmware/engine-soc.js';
import { manySeeds, seed, seeds } from '../firmware/many-seeds.js';
import { havePrograms } from '../soc/programs.js';

const models = join(import.meta.dirname, '..', '..', '..', 'shared', 'models');
const tfc = {
  ...{ model: join(models, 'tfc', 'TFC_2W2A.onnx'), input: join(models, 'tfc', 'mnist_images_u8.npy') },
  inputScale: 1 / 255,
};
const resnet8 = {
  model: join(models, 'resnet8_tflite', 'pretrainedResnet_quant.tflite'),
  input: join(models, 'resnet8_tflite', 'input.npy'),
};
const skip = skipWithoutVerilator() || !havePrograms('gcc');

describe.skipIf(skip)(`digits, seed ${seed}, ${seeds} seeds`, () => {
  const engine = 'P=2,G=2,M=8,D=4,XD=512,WD=256,PD=64,NTHR=1';
  it('engine: rings of descriptors', async () => {
    await manySeeds(await engineSoc(digits, engine, 3), { rings: true });
  });

  it('engine that fetches its lists from memory', async () => {
    await manySeeds(await engineSoc(digits, engine, 3, 'mapped'));
  });

  it('dataflow, samples in memory', async () => {
    await manySeeds(await dataflowSoc(digits, 'mapped'));
  });

  it('dataflow, samples as streams: simple transfers and rings', async () => {
    const subject = await dataflowSoc(digits, 'stream');
    await manySeeds(subject);
    await manySeeds(subject, { rings: true });
  });
});

describe.skipIf(skip || !existsSync(tfc.model))(`TFC of two bits, seed ${seed}, ${seeds} seeds`, () => {
  const engine = 'P=4,G=2,M=16,D=2,XD=512,LUT=0,ADD=0,NTHR=3';
  const sizes = { memory: 0x80000 };

  it('engine: rings of descriptors', async () => {
    await manySeeds(await engineSoc(tfc, engine, 4), { rings: true, sizes });
  });

  it('engine that fetches its lists from memory', async () => {
    await manySeeds(await engineSoc(tfc, engine, 4, 'mapped'), { sizes });
  });

  it('dataflow, samples in memory', async () => {
    await manySeeds(await dataflowSoc(tfc, 'mapped', { samples: 4 }));
  });

  it('dataflow, samples as streams: simple transfers and rings', async () => {
    const subject = await dataflowSoc(tfc, 'stream', { samples: 4 });
    await manySeeds(subject);
    await manySeeds(subject, { rings: true });
  });
});

// A frame of the engine takes 34,000 cycles, one of the dataflow accelerator 40,000.
describe.skipIf(skip || !existsSync(resnet8.model))(`ResNet8, seed ${seed}, ${seeds} seeds`, () => {
  const engine = 'P=8,G=3,M=16,D=4';
  const sizes = { memory: 0x80000, most: 2, calls: 2, timeout: 4000, faults: 6 };
  const dataflow = { samples: 4, interval: 40_000 };

  it('engine: rings of descriptors', { timeout: 7_200_000 }, async () => {
    await manySeeds(await engineSoc(resnet8, engine, 4), { rings: true, sizes });
  });

  it('engine that fetches its lists from memory', { timeout: 7_200_000 }, async () => {
    await manySeeds(await engineSoc(resnet8, engine, 4, 'mapped'), { sizes });
  });

  it('dataflow, samples in memory', { timeout: 7_200_000 }, async () => {
    await manySeeds(await dataflowSoc(resnet8, 'mapped', dataflow), { sizes });
  });

  it('dataflow, samples as streams: rings', { timeout: 7_200_000 }, async () => {
    await manySeeds(await dataflowSoc(resnet8, 'stream', dataflow), { rings: true, sizes });
  });
});
