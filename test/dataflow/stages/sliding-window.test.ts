/** Sliding windows: circuit, cycle model and Verilator in lockstep; patches by indexing the whole image. */
import { describe, it } from 'vitest';
import { randomStream } from '../../../src/base/random.js';
import { type PatchOrder, SlidingWindow } from '../../../src/dataflow/stages/sliding-window.js';
import { SlidingWindowModel, type SlidingWindowSizes } from '../../../src/dataflow/stages/sliding-window.model.js';
import { fullRateWindowDepth, leastWindowDepth } from '../../../src/dataflow/stages/window-depth.js';
import { windowBeats, type WindowSizes } from '../../../src/dataflow/stages/window-order.js';
import { buildDesign } from '../../../src/hdl/index.js';
import { expectAgreement, type ModuleCase, turnedStalls } from '../../blocks/module-bench.js';
import { randomWindow, withDepth } from './random-windows.js';
import { patches } from './window-patches.js';

function caseOf(order: PatchOrder, sizes: SlidingWindowSizes, turn: number, verilator: boolean): ModuleCase {
  const { taken } = windowBeats(sizes);
  const { KH, KW, FOLDS, SIMD, X_W, DEPTH } = sizes;
  return {
    design: buildDesign(SlidingWindow[order]),
    params: { ...sizes },
    model: (i, o) => new SlidingWindowModel(i, o, order, sizes),
    // The claims ask for a thousand units, which are for streams of single beats.
    inputs: (random, count) => Array.from({ length: Math.min(count, 6) * taken }, () => random.nextBigInt(SIMD * X_W)),
    reference: (beats) => patches(order, sizes, beats),
    capacity: DEPTH,
    claims: {
      latency: { from: 's_axis', to: 'm_axis', cycles: 2 },
      // Blocked, one beat waits at the output: the patch's first one, so that all of the patch is needed.
      ...(KH * KW * FOLDS > 1 ? { capacity: { stream: 's_axis', beats: Math.min(DEPTH, 6 * taken) } } : {}),
      paths: [],
    },
    // Over all cases every stall pattern occurs on either side.
    effort: { beats: 3, resets: 4, stalls: turnedStalls(turn).filter((_, i) => i % 4 === turn % 4) },
    turn,
    verilator,
  };
}

type Row = readonly [string, Partial<WindowSizes> & { H: number; W: number; KH: number; KW: number }, PatchOrder?];
const plain = { FOLDS: 1, SH: 1, SW: 1, DH: 1, DW: 1, PT: 0, PB: 0, PL: 0, PR: 0 };
/** The last column: Verilator takes part for this order. */
const rows: readonly Row[] = [
  ['one pixel', { H: 1, W: 1, KH: 1, KW: 1 }],
  ['a pointwise convolution', { H: 3, W: 4, KH: 1, KW: 1, FOLDS: 3 }],
  ['3 x 3, padded', { H: 5, W: 6, KH: 3, KW: 3, PT: 1, PB: 1, PL: 1, PR: 1, FOLDS: 2 }, 'pixels'],
  ['3 x 3, not padded', { H: 6, W: 5, KH: 3, KW: 3 }],
  ['even and asymmetric', { H: 5, W: 6, KH: 4, KW: 2, SH: 2, PT: 1, PB: 2, PL: 0, PR: 1, FOLDS: 2 }, 'groups'],
  ['stride above kernel', { H: 9, W: 8, KH: 2, KW: 1, SH: 4, SW: 3, FOLDS: 2 }],
  ['kernel 1, stride 3', { H: 7, W: 7, KH: 1, KW: 1, SH: 3, SW: 3 }],
  ['pooling', { H: 7, W: 6, KH: 2, KW: 2, SH: 2, SW: 2, FOLDS: 3 }],
  ['dilation', { H: 8, W: 9, KH: 3, KW: 2, DH: 2, DW: 3, SW: 2, PT: 2, PL: 1, PR: 3 }],
  ['7 x 7, stride 2', { H: 6, W: 5, KH: 7, KW: 7, SH: 2, SW: 2, PT: 3, PB: 3, PL: 3, PR: 3 }],
  ['a window as large as the image', { H: 4, W: 3, KH: 4, KW: 3, FOLDS: 2 }],
  ['windows beside the image only', { H: 1, W: 2, KH: 2, KW: 1, DH: 2, PT: 1, PB: 1 }],
  ['columns only', { H: 1, W: 9, KH: 1, KW: 5, SW: 2, PL: 4, PR: 4 }],
  ['padding beyond the window', { H: 3, W: 2, KH: 1, KW: 2, PT: 2, PB: 1, PL: 3, PR: 2, FOLDS: 2 }, 'pixels'],
];

describe('sliding window', () => {
  const cases = rows.flatMap(([name, sizes, verilator], k) =>
    (['pixels', 'groups'] as const).map((order) => [order, name, { ...plain, ...sizes }, k, verilator] as const),
  );
  it.each(cases)('%s: %s', async (order, _name, sizes, k, verilator) => {
    // The smallest buffer, or one in which images overlap.
    const small = (k + (order === 'pixels' ? 0 : 1)) % 2 === 0;
    const depth = small ? leastWindowDepth(sizes) : fullRateWindowDepth(sizes, order);
    await expectAgreement(caseOf(order, withDepth(sizes, depth), k, verilator === order));
  });

  it.each(Array.from({ length: 6 }, (_, seed) => seed))('random sizes, seed %i', async (seed) => {
    const order = seed % 2 === 0 ? 'pixels' : 'groups';
    const sizes = randomWindow(seed, 4);
    const [least, most] = [leastWindowDepth(sizes), fullRateWindowDepth(sizes, order)];
    const DEPTH = least + randomStream(BigInt(seed), 'depth').nextInt(most - least + 1);
    const { claims: _, ...one } = caseOf(order, withDepth(sizes, DEPTH), seed, false);
    const stalls = turnedStalls(seed).slice(0, 2);
    await expectAgreement({ ...one, claims: {}, effort: { beats: 2, resets: 2, stalls } });
  });
});
