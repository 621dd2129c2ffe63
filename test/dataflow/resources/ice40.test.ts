/** Estimates for iCE40 against counts that Yosys 0.23 has made of the same modules; the nightly suite runs Yosys itself. */
import { describe, expect, it } from 'vitest';
import { boardFor } from '../../../src/build/backend.js';
import { resourceReport } from '../../../src/build/resource-report.js';
import { chainResources } from '../../../src/dataflow/resources/chain.js';
import { ice40Chain } from '../../../src/dataflow/resources/ice40.js';
import { ice40Cases } from './ice40-modules.js';
import { blockCases } from './modules.js';

/** LUT4, flip-flops, block memories of `synth_ice40 -dsp`, in the order of the cases. */
const counted = [
  ...[
    [73, 131, 0],
    [25, 35, 0],
  ],
  ...[
    [73, 36, 1],
    [58, 74, 0],
    [76, 78, 0],
    [81, 34, 1],
    [108, 54, 3],
    [19, 14, 0],
  ],
  ...[
    [37, 34, 0],
    [27, 37, 0],
    [33, 36, 0],
    [90, 129, 0],
    [76, 74, 0],
    [108, 134, 0],
  ],
  ...[
    [186, 390, 0],
    [119, 79, 0],
    [565, 282, 0],
    [228, 53, 0],
  ],
  ...[
    [437, 302, 17],
    [769, 283, 0],
    [205, 125, 0],
    [887, 541, 0],
    [157, 73, 14],
    [227, 154, 6],
  ],
] as const;

describe('estimates in cells of iCE40', () => {
  const cases = ice40Cases();
  it('have a count for every case', () => expect(counted).toHaveLength(cases.length));

  it.each(cases.map(({ name, chain }, k) => [name, chain, counted[k]!] as const))('%s', (_, chain, [lut, ff, ebr]) => {
    const { total } = ice40Chain(chain)!;
    expect(Math.abs(total.lut / lut - 1)).toBeLessThan(0.1);
    expect(Math.abs(total.ff - ff)).toBeLessThanOrEqual(2);
    expect(total.ebr).toBe(ebr);
  });

  it('stand in the report of a board of the family, and nowhere else', () => {
    const chain = cases.find(({ name }) => name.endsWith('784 x 64'))!.chain;
    const report = (board: string) => resourceReport(chain, chainResources(chain), boardFor(board));
    expect(report('icebreaker')).toMatchObject({ cells: 'iCE40, 4-input LUTs', cells_of_board: true, bram36: 1.89 });
    expect(report('icebreaker').share.lut).toBeCloseTo(report('icebreaker').lut / 5280, 3);
    expect(report('ulx3s')).toMatchObject({ cells: 'AMD, 6-input LUTs', cells_of_board: false });
    const other = blockCases().find(({ name }) => name.startsWith('argmax'))!.chain;
    expect(resourceReport(other, chainResources(other), boardFor('icebreaker')).cells_of_board).toBe(false);
  });
});
