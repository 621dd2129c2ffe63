/** `npm run -s check:estimates [DIR]`: estimate beside Yosys for layers of real networks; Yosys's counts are kept in DIR. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bramTiles, roundResources } from '../../../src/blocks/resources/index.js';
import { chainResources } from '../../../src/dataflow/resources/chain.js';
import { layerCases } from './layers.js';
import { blockCases } from './modules.js';
import { stageCases } from './stage-modules.js';
import { synthesize } from './yosys.js';

const cache = process.argv[2] ?? join(tmpdir(), 'heddle-yosys');
const percent = (estimate: number, measured: number): number => (100 * (estimate - measured)) / Math.max(1, measured);
const errors: number[] = [];
const cell = (estimate: number, measured: number): string => `${estimate}/${measured}`.padStart(12);

for (const { name, chain } of [...blockCases(), ...stageCases(), ...(await layerCases())]) {
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
