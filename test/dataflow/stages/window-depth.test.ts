/** The depth of a sliding window's buffer: enough, and not one beat more, by the cycle model. */
import { describe, expect, it } from 'vitest';
import { SlidingWindowModel, type SlidingWindowSizes } from '../../../src/dataflow/stages/sliding-window.model.js';
import type { PatchOrder } from '../../../src/dataflow/stages/sliding-window.js';
import { fullRateWindowDepth, leastWindowDepth } from '../../../src/dataflow/stages/window-depth.js';
import { windowBeats } from '../../../src/dataflow/stages/window-order.js';
import { channel } from '../../../src/simulator/index.js';
import { randomWindow, withDepth } from './random-windows.js';

/** Cycles between the last beats of images, input always on offer, a reader that rests `pause` cycles after each patch. */
function intervals(order: PatchOrder, sizes: SlidingWindowSizes, images: number, pause: number): number[] {
  const [input, output] = [channel(0n), channel(0n)];
  const model = new SlidingWindowModel(input, output, order, sizes);
  const { given } = windowBeats(sizes);
  const patch = sizes.KH * sizes.KW * sizes.FOLDS;
  input.valid = true;
  const ends: number[] = [];
  for (let cycle = 0, free = 0, beats = 0; ends.length < images; cycle++) {
    if (cycle > 1_000_000) throw new Error('no output');
    output.ready = cycle >= free;
    model.settle();
    if (output.valid && output.ready) {
      if (++beats % patch === 0) free = cycle + 1 + pause;
      if (beats % given === 0) ends.push(cycle);
    }
    model.tick();
  }
  return ends.slice(1).map((end, i) => end - (ends[i] ?? 0));
}

describe('depth of a sliding window', () => {
  it.each([0, 1, 2])('is enough for full rate, and the least one that is: a pause of %i patches', (rest) => {
    const first = 10_000 * rest;
    for (let seed = first; seed < first + 100; seed++) {
      const sizes = randomWindow(seed);
      const { taken, given, rows, columns } = windowBeats(sizes);
      const patch = given / (rows * columns);
      const pause = rest * patch;
      const interval = Math.max(taken, rows * columns * (patch + pause));
      for (const order of ['pixels', 'groups'] as const) {
        const depth = fullRateWindowDepth(sizes, order, pause);
        const steady = intervals(order, withDepth(sizes, depth), 6, pause).slice(-2);
        expect({ seed, order, sizes, steady }).toEqual({ seed, order, sizes, steady: [interval, interval] });
        if (depth === leastWindowDepth(sizes) || (patch === 1 && pause > 0)) continue;
        const less = intervals(order, withDepth(sizes, depth - 1), 12, pause).slice(-4);
        expect({ seed, order, sizes, less: Math.max(...less) > interval }).toEqual({ seed, order, sizes, less: true });
      }
    }
  });
});
