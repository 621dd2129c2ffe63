/** Every layer of `npm run check:estimates` against Yosys. Takes some ten minutes. */
import { expect, it } from 'vitest';
import { bramTiles, roundResources } from '../../src/blocks/resources/index.js';
import { chainResources } from '../../src/dataflow/resources/chain.js';
import { layerCases } from '../dataflow/resources/layers.js';
import { blockCases } from '../dataflow/resources/modules.js';
import { stageCases } from '../dataflow/resources/stage-modules.js';
import { synthesize } from '../dataflow/resources/yosys.js';
import { haveTools } from '../verilog/tools.js';

it.skipIf(!haveTools('yosys'))(
  'LUT estimates are within 20 % at worst, 8 % in the median',
  { timeout: 3_600_000 },
  async () => {
    const errors: number[] = [];
    for (const { name, chain } of [...blockCases(), ...stageCases(), ...(await layerCases())]) {
      const estimate = roundResources(chainResources(chain).total);
      const measured = synthesize(chain);
      errors.push(Math.abs(estimate.lut / measured.lut - 1));
      expect(estimate.dsp, name).toBe(measured.dsp);
      expect(Math.abs(bramTiles(estimate) - bramTiles(measured)), name).toBeLessThanOrEqual(0.5);
    }
    errors.sort((a, b) => a - b);
    expect(errors[Math.floor(errors.length / 2)]).toBeLessThan(0.08);
    expect(errors.at(-1)).toBeLessThan(0.2);
  },
);
