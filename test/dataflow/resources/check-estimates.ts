/**
 * `npm run -s check:estimates [DIR]`: estimate beside Yosys for layers of real networks; Yosys's counts are kept in DIR.
 * `check:estimates ice40 [DIR]`: modules of binary networks in cells of an iCE40.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bramTiles, roundResources } from '../../../src/blocks/resources/index.js';
import { chainResources } from '../../../src/dataflow/resources/chain.js';
import { ice40Chain } from '../../../src/dataflow/resources/ice40.js';
import { layerCases } from './layers.js';
import { blockCases } from './modules.js';
import { stageCases } from './stage-modules.js';
import { digitsAsBuilt, digitsOnIce40, ice40Cases } from './ice40-modules.js';
import { synthesize } from './yosys.js';
import { synthesizeIce40 } from './yosys-ice40.js';

const ice40 = process.argv[2] === 'ice40';
const cache = process.argv[ice40 ? 3 : 2] ?? join(tmpdir(), 'heddle-yosys');
const percent = (estimate: number, measured: number): number => (100 * (estimate - measured)) / Math.max(1, measured);
const errors: number[] = [];
const cell = (estimate: number, measured: number): string => `${estimate}/${measured}`.padStart(12);

for (const { name, chain } of ice40 ? [...ice40Cases(), await digitsOnIce40(), await digitsAsBuilt()] : []) {
  const estimate = ice40Chain(chain)?.total ?? { lut: 0, ff: 0, ebr: 0 };
  const measured = synthesizeIce40(chain, cache);
  const error = percent(estimate.lut, measured.lut);
  errors.push(Math.abs(error));
  process.stdout.write(
    `${name.padEnd(34)}${cell(Math.round(estimate.lut), measured.lut)}${`${error.toFixed(0)} %`.padStart(7)}` +
      `${cell(estimate.ff, measured.ff)}${cell(estimate.ebr, measured.ebr)}\n`,
  );
}
for (const { name, chain } of ice40 ? [] : [...blockCases(), ...stageCases(), ...(await layerCases())]) {
  const estimate = roundResources(chainResources(chain).total);
  const measured = synthesize(chain, cache);
  const error = percent(estimate.lut, measured.lut);
  errors.push(Math.abs(error));
  const ff = percent(estimate.ff, measured.ff);
  process.stdout.write(
    `${name.padEnd(34)}${cell(estimate.lut, measured.lut)}${`${error.toFixed(0)} %`.padStart(7)}` +
      `${cell(estimate.ff, measured.ff)}${`${ff.toFixed(0)} %`.padStart(7)}` +
      `${cell(estimate.dsp, measured.dsp)}${cell(bramTiles(estimate), bramTiles(measured))}\n`,
  );
}
errors.sort((a, b) => a - b);
const median = errors[Math.floor(errors.length / 2)] ?? 0;
process.stdout.write(
  `${errors.length} cases, LUT error median ${median.toFixed(1)} %, worst ${(errors.at(-1) ?? 0).toFixed(1)} %\n`,
);
