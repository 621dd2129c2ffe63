/** Resources of the stream blocks, from their parameters. */
import { counterBits } from './logic.js';
import { ram } from './memory.js';
import { addResources, noResources, type Resources } from './resources.js';

/** Two registers of W bits, a multiplexer in front of one. */
export const registerSliceResources = ({ W }: { readonly W: number }): Resources =>
  addResources({ lut: W + 4, ff: 2 * W + 2 });

/** Memory, two pointers, a level; the read pointer is kept twice where the memory is distributed. */
export function fifoResources({ W, DEPTH }: { readonly W: number; readonly DEPTH: number }): Resources {
  if (DEPTH === 1) return addResources({ lut: 2, ff: W + 1 });
  const pointer = counterBits(DEPTH);
  const level = Math.ceil(Math.log2(DEPTH + 1));
  const store = ram(W, DEPTH, 'dual');
  const block = store.style === 'block';
  const twice = !block;
  return addResources(store, {
    lut: block ? 7.5 * pointer : DEPTH <= 2 ? 6 : 4.4 * pointer + 5,
    ff: (twice ? 3 : 2) * pointer + level,
  });
}

export interface WidthConverterSizes {
  readonly IN_W: number;
  readonly OUT_W: number;
  readonly UP: number;
  readonly DOWN: number;
  readonly FRAME_IN: number;
  readonly FRAME_OUT: number;
}

/** Upsizer to the common multiple, downsizer from there. */
export function widthConverterResources(sizes: WidthConverterSizes): Resources {
  const { IN_W, OUT_W, UP, DOWN, FRAME_IN, FRAME_OUT } = sizes;
  return addResources(
    UP > 1 ? upsizerResources(IN_W, UP, FRAME_IN) : noResources,
    DOWN > 1 ? downsizerResources(OUT_W, DOWN, FRAME_OUT, UP > 1) : noResources,
  );
}

/**
 * The group collected so far and the wide beat; each place chooses among old, new and zero. The last place of the group is never
 * read, which synthesis sees where the places are a power of two.
 */
function upsizerResources(W: number, ratio: number, frame: number): Resources {
  const counters = counterBits(ratio) + counterBits(frame);
  // More than eight places compare their number in LUTs of their own.
  const decode = ratio > 8 ? 2 * ratio : 0;
  const places = 2 * ratio - (Number.isInteger(Math.log2(ratio)) ? 1 : 0);
  return addResources({ lut: ratio * W + decode + counters + 6, ff: places * W + counters + 1 });
}

/** A shift register of the wide beat that is loaded or shifted. */
function downsizerResources(W: number, ratio: number, frame: number, behindUpsizer: boolean): Resources {
  const counters = counterBits(ratio) + counterBits(frame);
  // With a wide frame counter the load comes late, and Yosys moves the choice into F7 and F8 multiplexers behind more LUTs;
  // not with an upsizer in front, whose valid is later still.
  const late = behindUpsizer ? 0 : counterBits(frame);
  const bit = late >= 9 ? 4 : late >= 6 ? 2 : 1;
  return addResources({ lut: (ratio - 1) * W * bit + W + counters + 6, ff: ratio * W + counters + 1 });
}
