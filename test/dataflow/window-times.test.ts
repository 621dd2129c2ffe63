/** Transfer times of sliding windows: equations against the cycle model, cycle by cycle, whatever the neighbours do. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { SlidingWindowModel } from '../../src/dataflow/stages/sliding-window.model.js';
import { fullRateWindowDepth, leastWindowDepth } from '../../src/dataflow/stages/window-depth.js';
import { windowBeats } from '../../src/dataflow/stages/window-order.js';
import { WindowTable, WindowTimes } from '../../src/dataflow/window-times.js';
import { type Channel, channel } from '../../src/simulator/index.js';
import { randomWindow, withDepth } from './stages/random-windows.js';
import { expectEqualTimes } from './times-bench.js';

describe('times of a sliding window', () => {
  it.each([0, 1000, 2000])('are those of the cycle model, seeds from %i', (first) => {
    let cases = 0;
    for (let seed = first; cases < 30; seed++) {
      const sizes = randomWindow(seed, 5);
      const { taken, given } = windowBeats(sizes);
      // The bench looks at 3000 cycles.
      const images = Math.min(4, Math.floor(2500 / (taken + given)));
      if (images < 2) continue;
      cases++;
      const order = seed % 2 === 0 ? 'pixels' : 'groups';
      const [least, most] = [leastWindowDepth(sizes), fullRateWindowDepth(sizes, order)];
      const full = withDepth(sizes, least + randomStream(BigInt(seed), 'depth').nextInt(most - least + 3));
      expectEqualTimes(
        {
          model: ([i = channel(0n)]: Channel<bigint>[], [o = channel(0n)]) => new SlidingWindowModel(i, o, order, full),
          times: ([i], [o]) => new WindowTimes(i!, o!, new WindowTable(sizes, order), full.DEPTH),
          inputs: [taken * images],
          outputs: 1,
        },
        BigInt(seed),
      );
    }
    expect(cases).toBe(30);
  });
});
