/** Factors of rows and columns: circuit, cycle model and Verilator in lockstep. */
import { describe, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { BorderScale } from '../../../src/dataflow/stages/border-scale.js';
import { BorderScaleModel } from '../../../src/dataflow/stages/border-scale.model.js';
import { packBigLanes, readBigLanes } from '../../../src/dataflow/stages/lanes.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { expectAgreement, uniformBeats } from '../../blocks/module-bench.js';

describe('border scale', () => {
  // signed, PE, FOLDS, ROWS, COLUMNS, X_W, Y_FACTOR_W, X_FACTOR_W, OUT_W
  it.each([
    [true, 2, 2, 3, 4, 6, 3, 2, 11, true],
    [false, 1, 1, 1, 1, 1, 1, 1, 3, false],
    [false, 3, 1, 1, 5, 8, 1, 3, 10, false],
    [true, 1, 3, 4, 1, 20, 5, 1, 20, false],
  ] as const)(
    'signed %s, PE %i, FOLDS %i, %i rows of %i',
    async (signed, PE, FOLDS, ROWS, COLUMNS, X_W, Y_FACTOR_W, X_FACTOR_W, OUT_W, verilator) => {
      const sizes = { PE, FOLDS, ROWS, COLUMNS, X_W, Y_FACTOR_W, X_FACTOR_W, OUT_W };
      const random = randomStream(BigInt(ROWS), 'factors');
      const table = (file: string, count: number, width: number) => ({
        ...{ file, width, words: Array.from({ length: count }, () => random.nextBigInt(width)) },
      });
      const rows = table('rows.mem', ROWS, Y_FACTOR_W);
      const columns = table('columns.mem', COLUMNS, X_FACTOR_W);
      const images = { ROW_FACTORS: rows, COLUMN_FACTORS: columns };
      const design = buildDesign(BorderScale[signed ? 'signed' : 'unsigned']);
      await expectAgreement({
        ...{ design, params: sizes, images, verilator },
        model: (i, o) => new BorderScaleModel(i, o, signed, sizes, images),
        inputs: uniformBeats(PE * X_W),
        reference: (beats) => {
          const image = ROWS * COLUMNS * FOLDS;
          return beats.map((beat, n) => {
            const y = Math.floor((n % image) / (COLUMNS * FOLDS));
            const x = Math.floor((n % (COLUMNS * FOLDS)) / FOLDS);
            const sums = readBigLanes(beat, PE, X_W, signed);
            return packBigLanes(
              sums.map((sum) => sum * (rows.words[y] ?? 0n) * (columns.words[x] ?? 0n)),
              OUT_W,
            );
          });
        },
        claims: {
          latency: { from: 's_axis', to: 'm_axis', cycles: 2 },
          fullRate: ['s_axis', 'm_axis'],
          capacity: { stream: 's_axis', beats: 2 },
          paths: ['m_axis_tready -> s_axis_tready'],
        },
        turn: PE,
      });
    },
  );
});
