/**
 * The C library drives Verilated accelerators, with many seeds: frames, refused beats of memory, frames given up. Dataflow with
 * samples in memory, or behind the vendor's DMA with simple transfers and with descriptors; engines behind it, or with lists.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { skipWithoutVerilator } from '../../src/cosim/verilator-available.js';
import { dataflowSoc } from '../firmware/dataflow-soc.js';
import { digits } from '../firmware/digits.js';
import { engineSoc } from '../firmware/engine-soc.js';
import { accessesOf, manySeeds, seed, seeds } from '../firmware/many-seeds.js';
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
const engines = {
  digits: 'P=2,G=2,M=8,D=4,XD=512,WD=256,PD=64,NTHR=1',
  tfc: 'P=4,G=2,M=16,D=2,XD=512,LUT=0,ADD=0,NTHR=3',
  resnet8: 'P=8,G=3,M=16,D=4',
};
const planned = { samples: 4, interval: 40_000 };
const resnetSizes = { memory: 0x80000, most: 2, calls: 2, timeout: 4000, faults: 6 };
const skip = skipWithoutVerilator() || !havePrograms('gcc');

describe.skipIf(skip)(`digits, seed ${seed}, ${seeds} seeds`, () => {
  const engine = engines.digits;
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
  const engine = engines.tfc;
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
  const engine = engines.resnet8;
  const sizes = resnetSizes;

  it('engine: rings of descriptors', { timeout: 7_200_000 }, async () => {
    await manySeeds(await engineSoc(resnet8, engine, 4), { rings: true, sizes });
  });

  it('engine that fetches its lists from memory', { timeout: 7_200_000 }, async () => {
    await manySeeds(await engineSoc(resnet8, engine, 4, 'mapped'), { sizes });
  });

  it('dataflow, samples in memory', { timeout: 7_200_000 }, async () => {
    await manySeeds(await dataflowSoc(resnet8, 'mapped', planned), { sizes });
  });

  it('dataflow, samples as streams: rings', { timeout: 7_200_000 }, async () => {
    await manySeeds(await dataflowSoc(resnet8, 'stream', planned), { rings: true, sizes });
  });
});

// Digits has four layers, TFC as well, ResNet8 eight convolutions, three additions, a pool and a dense layer.
describe.skipIf(skip || !existsSync(tfc.model) || !existsSync(resnet8.model))('accesses of registers', () => {
  const subjects = [
    ['digits', digits, engines.digits, { samples: 4 }, {}],
    ['TFC', tfc, engines.tfc, { samples: 4 }, { memory: 0x80000 }],
    ['ResNet8', resnet8, engines.resnet8, planned, resnetSizes],
  ] as const;

  it('samples in memory: 8 a call of a dataflow accelerator, 3 a sample of an engine, whatever the network', async () => {
    for (const [name, request, engine, plan, sizes] of subjects) {
      const dataflow = await accessesOf(await dataflowSoc(request, 'mapped', plan), { sizes });
      const mapped = await accessesOf(await engineSoc(request, engine, 4, 'mapped'), { sizes });
      console.log(
        `${name}: [samples, accesses] dataflow ${JSON.stringify(dataflow)}, engine ${JSON.stringify(mapped)}`,
      );
      expect(dataflow.map(([, accesses]) => accesses)).toEqual(dataflow.map(() => 8));
      expect(mapped.map(([, accesses]) => accesses)).toEqual(mapped.map(([samples]) => 3 * samples));
    }
  });

  it('streams: 24 a sample of an engine for every network whose tensors stay in it', async () => {
    const found = new Set<number>();
    for (const [name, request, engine, , sizes] of subjects) {
      const rings = await accessesOf(await engineSoc(request, engine, 4), { rings: true, sizes });
      console.log(`${name}: [samples, accesses] engine, rings ${JSON.stringify(rings)}`);
      for (const [samples, accesses] of rings) found.add(accesses / samples);
    }
    expect([...found]).toEqual([24]);
  });
});
