/** Random sizes of sliding windows: kernels 1 - 7, strides 1 - 4, dilations 1 - 3, any padding, also more than the window covers. */
import { randomStream } from '../../../src/base/random.js';
import type { SlidingWindowSizes } from '../../../src/dataflow/stages/sliding-window.model.js';
import type { WindowSizes } from '../../../src/dataflow/stages/window-order.js';

/** Images of up to `room` positions more than the window along either axis. */
export function randomWindow(seed: number, room = 9): WindowSizes {
  const random = randomStream(BigInt(seed), 'window');
  const axis = () => {
    const [kernel, stride, dilation] = [1 + random.nextInt(7), 1 + random.nextInt(4), 1 + random.nextInt(3)];
    const extent = (kernel - 1) * dilation;
    const most = extent + (random.nextInt(4) === 0 ? 3 : 1);
    const [before, after] = [random.nextInt(most), random.nextInt(most)];
    const size = Math.max(1, extent + 1 - before - after) + random.nextInt(room);
    return { kernel, stride, dilation, before, after, size };
  };
  const [y, x] = [axis(), axis()];
  return {
    ...{ H: y.size, KH: y.kernel, SH: y.stride, DH: y.dilation, PT: y.before, PB: y.after },
    ...{ W: x.size, KW: x.kernel, SW: x.stride, DW: x.dilation, PL: x.before, PR: x.after },
    FOLDS: 1 + random.nextInt(3),
  };
}

export const withDepth = (sizes: WindowSizes, DEPTH: number): SlidingWindowSizes => ({
  ...sizes,
  ...{ DEPTH, SIMD: 2, X_W: 5, PAD: 19 },
});
