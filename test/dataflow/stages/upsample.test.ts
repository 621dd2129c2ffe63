/** Upsampling: circuit, cycle model and Verilator in lockstep; images by the integer executor. */
import { describe, expect, it } from 'vitest';
import { Upsample } from '../../../src/dataflow/stages/upsample.js';
import { UpsampleModel } from '../../../src/dataflow/stages/upsample.model.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { upsampledValues } from '../../../src/network/run-image-stages.js';
import type { UpsampleStage } from '../../../src/network/stages.js';
import { bubblesOf, expectAgreement, type ModuleCase, uniformBeats } from '../../blocks/module-bench.js';

interface Sizes {
  readonly W: number;
  readonly FOLDS: number;
  readonly COLUMNS: number;
  readonly FY: number;
  readonly FX: number;
}

/** Whole rows: `count` beats and what is missing to the end of the row. */
function upsampleCase(params: Sizes): ModuleCase {
  const { W, FOLDS, COLUMNS, FY, FX } = params;
  const line = FOLDS * COLUMNS;
  return {
    design: buildDesign(Upsample),
    params: { ...params },
    model: (i, o) => new UpsampleModel(i, o, params),
    inputs: (random, count) => uniformBeats(W)(random, Math.ceil(count / FY / FX / line) * line),
    reference: (beats) => {
      // The executor moves numbers: it is given the places of the beats.
      const places = Float64Array.from(beats.keys());
      const image = { height: beats.length / line, width: COLUMNS, channels: FOLDS };
      const stage = { kind: 'upsample', image, factorY: FY, factorX: FX } as UpsampleStage;
      return Array.from(upsampledValues(stage, places), (at) => beats[at] ?? 0n);
    },
    claims: {
      latency: { from: 's_axis', to: 'm_axis', cycles: 1 },
      fullRate: ['m_axis'],
      paths: ['m_axis_tready -> s_axis_tready'],
    },
    effort: { beats: 90 },
  };
}

describe('upsample', () => {
  it.each([
    [{ W: 1, FOLDS: 1, COLUMNS: 1, FY: 1, FX: 1 }, false],
    [{ W: 8, FOLDS: 2, COLUMNS: 3, FY: 2, FX: 2 }, true],
    [{ W: 5, FOLDS: 1, COLUMNS: 4, FY: 3, FX: 1 }, false],
    [{ W: 33, FOLDS: 3, COLUMNS: 2, FY: 1, FX: 4 }, false],
  ] as const)('%o', async (sizes, verilator) => {
    await expectAgreement({ ...upsampleCase(sizes), turn: sizes.FX, verilator });
  });

  it('takes beats as the header says', async () => {
    // 4 rows of 6 beats leave in 24 cycles each; the last new beat of a row is number 9 of the beats that leave.
    const one = upsampleCase({ W: 4, FOLDS: 2, COLUMNS: 3, FY: 2, FX: 2 });
    const cycles = 3 * 24 + 9 + 1;
    expect(await bubblesOf(one, 's_axis', 96)).toBe(cycles - 4 * 6);
  });
});
