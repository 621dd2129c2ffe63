/**
 * Every beat of a frame refused, one after the other, with SLVERR and with DECERR: reads of samples, weights and lists, answers of
 * writes. The C library has to say code, port and address (mapped) or the status of the DMA (streams), and the next frame is right.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { skipWithoutVerilator } from '../../src/cosim/verilator-available.js';
import { dataflowSoc } from '../firmware/dataflow-soc.js';
import { digits } from '../firmware/digits.js';
import { engineSoc } from '../firmware/engine-soc.js';
import { seed } from '../firmware/many-seeds.js';
import { buildFirmware, clientFlags, runSoc } from '../firmware/soc-bench.js';
import { havePrograms } from '../soc/programs.js';

const work = mkdtempSync(join(tmpdir(), 'heddle-errors-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const engine = 'P=2,G=4,M=8,D=4,XD=128,WD=1024,LUT=0,ADD=0,DW=0';
const small = { ...digits, model: join(digits.model, '..', 'digits_w4a4.onnx') };
const cases = [
  ['dataflow, samples in memory', () => dataflowSoc(digits, 'mapped'), false, [0, 0.3, 0.7]],
  ['dataflow, simple transfers', () => dataflowSoc(digits, 'stream'), false, [0.3]],
  ['dataflow, rings of descriptors', () => dataflowSoc(digits, 'stream'), true, [0.3]],
  ['engine that fetches its lists', () => engineSoc(small, engine, 3, 'mapped'), false, [0.3]],
  ['engine, rings of descriptors', () => engineSoc(small, engine, 3), true, [0.3]],
] as const;

describe.skipIf(skipWithoutVerilator() || !havePrograms('gcc'))(`every beat, seed ${seed}`, () => {
  it.each(cases)('%s', async (_, subject, rings, stalls) => {
    const { soc, headers } = await subject();
    // One sample at a time; a DMA that stopped is noticed when the time is over.
    const program = buildFirmware(work, headers, 'gcc', clientFlags({ timeout: 200, refused: 1 }));
    for (const stall of stalls) {
      const said = await runSoc(soc, [program], { seed, stall, rings, args: ['each', '1', rings ? '1' : '0'] });
      const counts = [...said.matchAll(/faults (.) (\d+) of (\d+) beats/g)].map(([, channel, made, all]) => {
        expect(made).toBe(all);
        return [channel, Number(all) > 0];
      });
      expect(counts).toEqual([
        ['r', true],
        ['b', true],
      ]);
      console.log(said.trim().split('\n').filter((line) => line.startsWith('faults')).join(', ')); // prettier-ignore
    }
  });
});
