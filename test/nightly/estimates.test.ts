/** Every layer of `npm run check:estimates` against Yosys. Takes some ten minutes. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bramTiles, roundResources } from '../../src/blocks/resources/index.js';
import { chainResources } from '../../src/dataflow/resources/chain.js';
import { layerCases } from '../dataflow/resources/layers.js';
import { ice40Chain } from '../../src/dataflow/resources/ice40.js';
import { digitsOnIce40, ice40Cases } from '../dataflow/resources/ice40-modules.js';
import { blockCases } from '../dataflow/resources/modules.js';
import { stageCases } from '../dataflow/resources/stage-modules.js';
import { synthesize } from '../dataflow/resources/yosys.js';
import { synthesizeIce40 } from '../dataflow/resources/yosys-ice40.js';
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

it.skipIf(!haveTools('yosys'))(
  'estimates of modules of binary networks in cells of iCE40 are within 10 %, memories exact',
  { timeout: 3_600_000 },
  async () => {
    for (const { name, chain } of [...ice40Cases(), await digitsOnIce40()]) {
      const { total } = ice40Chain(chain)!;
      const measured = synthesizeIce40(chain, join(tmpdir(), 'heddle-yosys'));
      expect(Math.abs(total.lut / measured.lut - 1), name).toBeLessThan(0.1);
      expect(Math.abs(total.ff - measured.ff), name).toBeLessThanOrEqual(Math.max(2, 0.05 * measured.ff));
      expect(total.ebr, name).toBe(measured.ebr);
    }
  },
);
