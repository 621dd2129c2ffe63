/** The equations of modules with one place are what their cycle models do, at random offers and stalls. */
import { describe, expect, it } from 'vitest';
import {
  concatRule,
  globalRule,
  joinRule,
  PlaceTimes,
  poolRule,
  upsampleRule,
} from '../../src/dataflow/place-times.js';
import { AddModel } from '../../src/dataflow/stages/add.model.js';
import { ConcatModel } from '../../src/dataflow/stages/concat.model.js';
import { DuplicateModel } from '../../src/dataflow/stages/duplicate.model.js';
import { PoolGlobalModel, PoolModel } from '../../src/dataflow/stages/pool.model.js';
import { UpsampleModel } from '../../src/dataflow/stages/upsample.model.js';
import { expectEqualTimes, type TimesCase } from './times-bench.js';

const seeds = Array.from({ length: 25 }, (_, i) => BigInt(i + 1));

const cases: readonly (readonly [string, TimesCase])[] = [
  [
    'duplicate',
    {
      model: ([input], outputs) => new DuplicateModel(input!, outputs),
      times: (inputs, outputs) => new PlaceTimes(inputs, outputs, joinRule),
      inputs: [60],
      outputs: 2,
    },
  ],
  [
    'add',
    {
      model: (inputs, [output]) => new AddModel(inputs, output!, 'uu', { PE: 1, X0_W: 1, X1_W: 1, OUT_W: 2 }),
      times: (inputs, outputs) => new PlaceTimes(inputs, outputs, joinRule),
      inputs: [60, 60],
      outputs: 1,
    },
  ],
  ...(
    [
      [1, 1],
      [3, 2],
      [2, 5],
    ] as const
  ).map(([FOLDS0, FOLDS1]): readonly [string, TimesCase] => [
    `concat of ${FOLDS0} and ${FOLDS1}`,
    {
      model: (inputs, [output]) => new ConcatModel(inputs, output!, { FOLDS0, FOLDS1 }),
      times: (inputs, outputs) => new PlaceTimes(inputs, outputs, concatRule([FOLDS0, FOLDS1])),
      inputs: [12 * FOLDS0, 12 * FOLDS1],
      outputs: 1,
    },
  ]),
  ...[1, 2, 9].map((K): readonly [string, TimesCase] => [
    `pool of ${K}`,
    {
      model: ([input], [output]) =>
        new PoolModel(input!, output!, { reduce: 'max', signed: true }, { PE: 1, K, X_W: 2, OUT_W: 2 }),
      times: (inputs, outputs) => new PlaceTimes(inputs, outputs, poolRule(K)),
      inputs: [60],
      outputs: 1,
    },
  ]),
  ...(
    [
      [1, 1],
      [3, 5],
      [4, 2],
      [1, 7],
    ] as const
  ).map(([FOLDS, PIXELS]): readonly [string, TimesCase] => [
    `pool of ${PIXELS} pixels of ${FOLDS}`,
    {
      model: ([input], [output]) => {
        const sizes = { PE: 1, FOLDS, PIXELS, X_W: 2, OUT_W: 4 };
        return new PoolGlobalModel(input!, output!, { reduce: 'sum', signed: false }, sizes);
      },
      times: (inputs, outputs) => new PlaceTimes(inputs, outputs, globalRule(FOLDS, PIXELS)),
      inputs: [60],
      outputs: 1,
    },
  ]),
  ...(
    [
      [1, 1, 1, 1],
      [2, 3, 2, 2],
      [1, 4, 3, 1],
      [3, 2, 1, 4],
    ] as const
  ).map(([FOLDS, COLUMNS, FY, FX]): readonly [string, TimesCase] => [
    `upsampling of rows of ${COLUMNS} x ${FOLDS} by ${FY} and ${FX}`,
    {
      model: ([input], [output]) => new UpsampleModel(input!, output!, { FOLDS, COLUMNS, FY, FX }),
      times: (inputs, outputs) => new PlaceTimes(inputs, outputs, upsampleRule(FOLDS, COLUMNS, FY, FX)),
      inputs: [30],
      outputs: 1,
    },
  ]),
];

describe('times of a module with one place', () => {
  it.each(cases)('%s', (_, one) => {
    for (const seed of seeds) expectEqualTimes(one, seed);
  });

  it('are not those of another module', () => {
    const [, one] = cases[0]!;
    const wrong: TimesCase = { ...one, times: (i, o) => new PlaceTimes(i, o, { ...joinRule, turn: () => 0 }) };
    expect(() => expectEqualTimes(wrong, 1n)).toThrow();
  });
});
