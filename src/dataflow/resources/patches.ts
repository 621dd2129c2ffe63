/** Resources of the window of whole patches and of the depthwise unit. */
import { addResources, counterBits, noResources, ram, type Resources } from '../../blocks/resources/index.js';
import type { Arithmetic } from '../stages/arithmetic.js';
import type { DepthwiseSizes } from '../stages/depthwise.model.js';
import type { PatchWindowSizes } from '../stages/patch-window.model.js';
import { matvecResources } from './matvec.js';

/** Rows above the newest one in a memory of one word a column, the rows of the window as shift registers, counters. */
export function patchWindowResources(sizes: Omit<PatchWindowSizes, 'PAD'>): Resources {
  const { H, W, FOLDS, KH, KW, SH, SW, DH, DW, PT, PB, PL, PR, SIMD, X_W } = sizes;
  const beat = SIMD * X_W;
  const [tall, wide] = [(KH - 1) * DH, (KW - 1) * DW];
  const [rows, columns] = [PT + H + PB, PL + W + PR];
  const store = tall === 0 ? noResources : ram(tall * beat, columns * FOLDS, 'dual');
  const places = counterBits(FOLDS) + 2 * counterBits(columns + SW) + 2 * counterBits(rows + SH);
  const address = 2 * counterBits(columns * FOLDS);
  const padded = PT + PB + PL + PR > 0;
  return addResources(store, {
    lut: 2 * places + address + (padded ? beat + 12 : 4) + 12,
    ff: places + address + beat + KH * (wide * FOLDS + 1) * beat + 3,
  });
}

/** A matrix-vector unit of one lane whose rows have operands of their own. */
export function depthwiseResources(arithmetic: Arithmetic, sizes: DepthwiseSizes, columns?: number): Resources {
  const { PE, FOLDS, K, ...widths } = sizes;
  const one = { MH: PE, MW: K, PE, SIMD: 1, GROUPS: FOLDS, ...widths };
  return addResources(matvecResources(arithmetic, one, columns), { ff: (PE - 1) * widths.X_W });
}
