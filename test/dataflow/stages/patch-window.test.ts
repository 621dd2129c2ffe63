/** Sliding windows of whole patches: circuit, cycle model and Verilator in lockstep; patches by indexing the whole image. */
import { describe, expect, it } from 'vitest';
import { PatchWindow } from '../../../src/dataflow/stages/patch-window.js';
import { PatchWindowModel, type PatchWindowSizes } from '../../../src/dataflow/stages/patch-window.model.js';
import { windowBeats, type WindowSizes } from '../../../src/dataflow/stages/window-order.js';
import { FreezeTimes } from '../../../src/dataflow/timing-equations.js';
import { patchWindowPattern } from '../../../src/dataflow/window-times.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { channel } from '../../../src/simulator/index.js';
import { bubblesOf, expectAgreement, type ModuleCase, turnedStalls } from '../../blocks/module-bench.js';
import { expectEqualTimes } from '../times-bench.js';
import { randomWindow } from './random-windows.js';
import { patches } from './window-patches.js';

/** KH * KW beats of `sliding_window_groups` in one. */
function wholePatches(sizes: PatchWindowSizes, images: readonly bigint[]): bigint[] {
  const [taps, width] = [sizes.KH * sizes.KW, BigInt(sizes.SIMD * sizes.X_W)];
  const beats = patches('groups', sizes, images);
  return Array.from({ length: beats.length / taps }, (_, n) =>
    beats.slice(n * taps, (n + 1) * taps).reduceRight((patch, beat) => (patch << width) | beat, 0n),
  );
}

function caseOf(sizes: PatchWindowSizes, turn: number, verilator: boolean): ModuleCase {
  const { taken } = windowBeats(sizes);
  const { W, FOLDS, KH, KW, DH, DW, PT, PL, PR, SIMD, X_W } = sizes;
  // Steps from the first pixel to the lower right one of the first window.
  const steps = (((KH - 1) * DH - PT) * (PL + W + PR) + (KW - 1) * DW - PL) * FOLDS;
  return {
    design: buildDesign(PatchWindow),
    params: { ...sizes },
    model: (i, o) => new PatchWindowModel(i, o, sizes),
    inputs: (random, count) => Array.from({ length: Math.min(count, 6) * taken }, () => random.nextBigInt(SIMD * X_W)),
    reference: (beats) => wholePatches(sizes, beats),
    capacity: taken,
    claims: {
      latency: { from: 's_axis', to: 'm_axis', cycles: steps + 2 },
      paths: ['m_axis_tready -> s_axis_tready'],
    },
    effort: { beats: 3, resets: 4, stalls: turnedStalls(turn).filter((_, i) => i % 3 === turn % 3) },
    turn,
    verilator,
  };
}

const plain = { FOLDS: 1, SH: 1, SW: 1, DH: 1, DW: 1, PT: 0, PB: 0, PL: 0, PR: 0 };
const lanes = { SIMD: 2, X_W: 3, PAD: 5 };
type Row = readonly [string, Partial<WindowSizes> & { H: number; W: number; KH: number; KW: number }, boolean?];
const rows: readonly Row[] = [
  ['a pointwise convolution', { H: 3, W: 2, KH: 1, KW: 1, FOLDS: 2 }],
  ['3 x 3, padded', { H: 4, W: 5, KH: 3, KW: 3, PT: 1, PB: 1, PL: 1, PR: 1 }, true],
  ['3 x 3, folded', { H: 4, W: 4, KH: 3, KW: 3, FOLDS: 2 }],
  ['even, asymmetric, folded', { H: 5, W: 4, KH: 4, KW: 2, SH: 2, PT: 1, PB: 2, PR: 1, FOLDS: 3 }, true],
  ['stride above kernel', { H: 9, W: 8, KH: 2, KW: 1, SH: 4, SW: 3 }],
  ['dilation', { H: 6, W: 7, KH: 3, KW: 2, DH: 2, DW: 3, SW: 2, PT: 2, PL: 1, PR: 3, FOLDS: 2 }, true],
  ['columns only', { H: 1, W: 9, KH: 1, KW: 5, SW: 2, PL: 4, PR: 4 }],
  ['a window as large as the image', { H: 3, W: 2, KH: 3, KW: 2, FOLDS: 2 }],
];

/** Windows that this module takes: padding above and to the left of at most the window's extent, rows of two beats. */
const legal = ({ KH, KW, DH, DW, PT, PL, W, PR, FOLDS }: WindowSizes): boolean =>
  PT <= (KH - 1) * DH && PL <= (KW - 1) * DW && (PL + W + PR) * FOLDS >= 2;

describe('sliding window of whole patches', () => {
  it.each(rows.map(([name, sizes, verilator = false], k) => [name, sizes, k, verilator] as const))(
    '%s',
    async (_name, sizes, k, verilator) => {
      await expectAgreement(caseOf({ ...plain, ...lanes, ...sizes }, k, verilator));
    },
  );

  it('takes an image every (padded rows) * (padded columns) * FOLDS cycles', async () => {
    const sizes = { ...plain, ...lanes, ...{ H: 4, W: 3, KH: 3, KW: 2, PT: 1, PB: 1, PL: 1, FOLDS: 2 } };
    const one = caseOf(sizes, 1, false);
    // Between the first and the last beat of 3 images: all padding but that in front of the first and behind the last pixel.
    const [taken, padded, around] = [4 * 3 * 2, 6 * 4 * 2, 2 * (4 + 1 + 4)];
    expect(await bubblesOf(one, 's_axis', 3)).toBe(3 * (padded - taken) - around);
  });

  it('moves its beats when the equations of a freezing pipeline say so', () => {
    let cases = 0;
    for (let seed = 0; cases < 60; seed++) {
      const sizes = randomWindow(seed, 5);
      const { PT, H, PB, PL, W, PR, FOLDS } = sizes;
      const images = Math.min(4, Math.floor(1000 / ((PT + H + PB) * (PL + W + PR) * FOLDS)));
      if (!legal(sizes) || images < 2) continue;
      cases++;
      expectEqualTimes(
        {
          model: ([i = channel(0n)], [o = channel(0n)]) => new PatchWindowModel(i, o, { ...sizes, ...lanes }),
          times: ([i], [o]) => new FreezeTimes(i!, o!, 2, patchWindowPattern(sizes)),
          inputs: [windowBeats(sizes).taken * images],
          outputs: 1,
        },
        BigInt(seed),
      );
    }
  });
});
