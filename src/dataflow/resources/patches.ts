/** Resources of the window of whole patches and of the depthwise unit. */
import {
  accumulator,
  addResources,
  counterBits,
  dspsOfProduct,
  lutProduct,
  noResources,
  ram,
  type Resources,
  romWithRegister,
  timesResources,
} from '../../blocks/resources/index.js';
import type { Styles } from '../layer-styles.js';
import { type Arithmetic, isBinary } from '../stages/arithmetic.js';
import type { DepthwiseSizes } from '../stages/depthwise.model.js';
import type { PatchWindowSizes } from '../stages/patch-window.model.js';
import { widthFor } from './images.js';
import { controlLuts, flips, operandBits, productBits, productStyle } from './matvec.js';

/**
 * Places in the padded image, the rows above in a memory of one word a column, the columns of the window in shift registers
 * (those that no pixel is taken from are shift registers of LUTs).
 */
export function patchWindowResources(sizes: Omit<PatchWindowSizes, 'PAD'>, asked?: Styles['ram']): Resources {
  const { H, W, FOLDS, KH, KW, SH, SW, DH, DW, PT, PB, PL, PR, SIMD, X_W } = sizes;
  const beat = SIMD * X_W;
  const [tall, columns] = [(KH - 1) * DH, PL + W + PR];
  const line = columns * FOLDS;
  const row = widthFor(PT + H + PB + SH);
  const column = widthFor(columns + SW);
  const positions = counterBits(FOLDS) + 2 * row + 2 * column + counterBits(line);
  const { style, lut, bram36, bram18, uram } = ram(tall * beat, line, 'dual', asked);
  const block = style === 'block';
  // Read at a clock edge, and written in the cycle after at a place that is kept.
  const store = {
    bram36,
    bram18,
    uram,
    lut: block ? Math.max(0, lut - tall * beat) : lut,
    ff: block ? 0 : tall * beat,
  };
  const rowsAbove = tall === 0 ? noResources : addResources(store, { ff: counterBits(line) });
  const gap = DW * FOLDS - 1;
  // Beats between two columns of the window: registers, or a shift register of LUTs that ends in the column.
  const span =
    gap < 2 ? { ff: (KW + (KW - 1) * gap) * beat } : { ff: beat, lut: (KW - 1) * Math.ceil((gap + 1) / 32) * beat };
  return addResources(rowsAbove, timesResources(KH, span), {
    lut: 2 * positions + (FOLDS > 1 ? 12 : 0) + (block ? 2 * counterBits(line) : 0),
    ff: positions + beat + 3,
  });
}

/** PE rows of one product each, a weight word for each position and group of channels. DSPs take the register of the activation in. */
export function depthwiseResources(
  arithmetic: Arithmetic,
  { PE, FOLDS, K, X_W, W_W, ACC_W, P_SHIFT = 0 }: DepthwiseSizes,
  columns?: number,
  { mult, ram: asked }: Styles = {},
): Resources {
  const words = FOLDS * K;
  const counters = counterBits(K) + counterBits(words);
  const weights = romWithRegister(PE * W_W, words, columns, asked);
  const P_W = Math.max(1, productBits(arithmetic, X_W, W_W) - P_SHIFT);
  const [x, w] = operandBits(arithmetic, X_W, W_W);
  const made = productStyle(arithmetic, X_W, W_W, mult);
  const dsp = made === 'dsp' ? Math.max(1, dspsOfProduct(x, w, productBits(arithmetic, X_W, W_W))) : 0;
  const product =
    dsp > 0
      ? { dsp, ff: P_SHIFT > 0 ? P_W : 0 }
      : {
          lut: isBinary(arithmetic) ? 1 : flips(arithmetic) ? P_W : lutProduct(X_W, W_W, arithmetic === 'ss'),
          ff: P_W,
        };
  const total = { lut: K > 1 ? accumulator(ACC_W, P_W) : 0, ff: ACC_W };
  return addResources(weights, timesResources(PE, addResources(product, total)), {
    lut: counters + controlLuts,
    ff: (dsp > 0 ? 0 : PE * X_W) + counters + 7,
  });
}
