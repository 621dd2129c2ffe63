/** Estimates beside Yosys for a few small layers; `npm run check:estimates` prints all of them, the nightly run checks them. */
import { describe, expect, it } from 'vitest';
import { bramTiles, roundResources } from '../../../src/blocks/resources/index.js';
import { chainResources, columnsOf, frameResources, moduleResources } from '../../../src/dataflow/resources/chain.js';
import { haveTools } from '../../verilog/tools.js';
import { type LayerCase, layerCases } from './layers.js';
import { stageCases } from './stage-modules.js';
import { synthesize } from './yosys.js';

function pick(cases: readonly LayerCase[], name: string): LayerCase {
  const found = cases.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  return found;
}

describe.skipIf(!haveTools('yosys'))('Yosys', () => {
  it.each(['digits_w4a4 dense_2', 'digits_w1a1 dense_3', 'stream us 2 4 4 4 14'])(
    '%s',
    { timeout: 120_000 },
    async (name) => {
      const { chain } = pick([...stageCases(), ...(await layerCases(true))], name);
      const estimate = roundResources(chainResources(chain).total);
      const measured = synthesize(chain);
      expect(Math.abs(estimate.lut / measured.lut - 1)).toBeLessThan(0.15);
      expect(Math.abs(estimate.ff / measured.ff - 1)).toBeLessThan(0.05);
      expect(estimate.dsp).toBe(measured.dsp);
      expect(bramTiles(estimate)).toBe(bramTiles(measured));
    },
  );
});

it('adds up the modules of a chain, by stage and in total', async () => {
  const { chain } = pick(await layerCases(true), 'digits_w4a4 whole');
  const { total, stages } = chainResources(chain);
  const modules = chain.nodes.map((node) => moduleResources(node).lut);
  const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);
  expect(total.lut).toBeCloseTo(sum(modules) + frameResources(chain.output.beats).lut, 6);
  expect(sum([...stages.values()].map(({ lut }) => lut))).toBeCloseTo(total.lut, 6);
  expect([...stages.keys()]).toEqual(['input', 'dense_0', 'dense_1', 'dense_2', 'output']);
});

it('counts the different columns of memories', () => {
  const image = (words: readonly bigint[], width: number) => ({ file: 'x.mem', width, words });
  // Columns from the lowest: 01, 10, 01, 00, 11.
  expect(columnsOf(image([0b10101n, 0b10010n], 5))).toBe(2);
  expect(columnsOf(image([0n, 0n, 0n], 7))).toBe(0);
});
