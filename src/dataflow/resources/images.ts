/** Resources of what works on images and on several streams: windows, copies, sums, concatenations. */
import { addResources, comparator, counterBits, ram, type Resources } from '../../blocks/resources/index.js';
import type { Styles } from '../layer-styles.js';
import type { WindowSizes } from '../stages/window-order.js';

export interface SlidingWindowSizes extends WindowSizes {
  readonly SIMD: number;
  readonly X_W: number;
  readonly DEPTH: number;
}

/** Bits that hold 0 .. n. */
export const widthFor = (n: number): number => Math.max(1, Math.ceil(Math.log2(n + 1)));

/**
 * A ring of DEPTH beats, five positions, three beat numbers with their distances and comparisons, two addresses.
 */
export function slidingWindowResources(sizes: SlidingWindowSizes, asked?: Styles['ram']): Resources {
  const { H, W, FOLDS, KH, KW, SH, SW, DH, DW, PT, PB, PL, PR, SIMD, X_W, DEPTH } = sizes;
  const line = W * FOLDS;
  const image = H * line;
  const [tall, wide] = [(KH - 1) * DH, (KW - 1) * DW];
  const reach =
    2 * image +
    PT * line +
    PL * FOLDS +
    (PT + H + PB + SH + DH + tall) * line +
    (PL + W + PR + SW + DW + wide + 1) * FOLDS +
    DEPTH;
  const number = widthFor(reach);
  const address = counterBits(DEPTH);
  const rows = widthFor(PT + H + PB + SH + DH);
  const columns = widthFor(PL + W + PR + SW + DW);
  // A window of one row or column has no position in it; positions that stay 0 vanish.
  const positions = counterBits(FOLDS) + rows + columns + (KH > 1 ? widthFor(tall) : 0) + (KW > 1 ? widthFor(wide) : 0);
  const beat = SIMD * X_W;
  // Read at a clock edge: a block memory needs no register stage beside it.
  const { style, lut, ff, bram36, bram18, uram } = ram(beat, DEPTH, 'dual', asked);
  const block = style === 'block';
  const store = block ? { bram36, bram18, uram, lut: Math.max(0, lut - beat) } : { lut, ff: ff + beat };
  const inside = 2 * (rows + columns) + (PT + PL + PB + PR > 0 ? 12 : 4);
  return addResources(store, {
    lut: 2 * positions + inside + 4.5 * number + 2 * comparator(number) + 4 * address + 12,
    ff: positions + 3 * number + 2 * address + 7,
  });
}

/** A place and two marks of who has had the beat. */
export const duplicateResources = ({ W }: { readonly W: number }): Resources => addResources({ lut: 5, ff: W + 2 });

export interface AddSizes {
  readonly PE: number;
  readonly X0_W: number;
  readonly X1_W: number;
  readonly OUT_W: number;
}

/** A place for each operand and an adder a lane. */
export const addStageResources = ({ PE, X0_W, X1_W, OUT_W }: AddSizes): Resources =>
  addResources({ lut: PE * Math.min(OUT_W, Math.max(X0_W, X1_W) + 1) + 5, ff: PE * (X0_W + X1_W) + 2 });

/** A multiplexer in front of a register. */
export const concatResources = ({
  W,
  FOLDS0,
  FOLDS1,
}: {
  readonly W: number;
  readonly FOLDS0: number;
  readonly FOLDS1: number;
}): Resources => {
  const fold = counterBits(FOLDS0 + FOLDS1);
  return addResources({ lut: W + 2 * fold + 4, ff: W + fold + 1 });
};
