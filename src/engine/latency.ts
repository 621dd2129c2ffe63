/**
 * Pipeline of the engine behind the sequencer, in cycles. A step is in the sequencer's output registers in cycle c; nothing
 * behind them ever waits, so every later event is at c plus a constant of this file. The stages were placed from synthesis
 * (`npm run -s bench:area`).
 */

/** Issue of a step to the output registers of the sequencer: addresses are added up on the way. */
export const ISSUE_LATENCY = 6;
/** Step to the address registers of the banks: decoding a request for each of M banks is a stage of its own. */
export const BANK_ADDRESS = 1;
/** Address to the output register of a bank: the memories are synchronous. */
export const BANK_READ = 1;
/** Bank outputs to the word of a slice: M to 1 in two stages, since one of 32 words of 56 bits is too slow and too wide. */
export const BANK_MUX = 2;
/** Word to the window register that feeds the lanes. */
export const WINDOW = 1;
/** Window register to lanes with padding in place: keeps the mask out of the path from a window to many columns. */
export const LANES = 1;
/** Lanes and weights to the operand registers beside the PEs: a copy for every few channels, for the fan-out. */
export const OPERANDS = 1;
/** Operands to product, product to sum, sum to shadow register: one stage each inside a PE. */
export const PRODUCT = 1;
export const ACCUMULATE = 1;
export const SHADOW = 1;
/** Shadow registers of the G slices to their sum. */
export const SLICE_SUM = 1;

/** Step to the word at the input of a shared window. */
export const ISSUE_TO_WORD = BANK_ADDRESS + BANK_READ + BANK_MUX;
/** Step to lanes and weights at the input of the array: the weight word of a step issued in c is there in c + this. */
export const ISSUE_TO_WEIGHTS = ISSUE_TO_WORD + WINDOW + LANES;
/** Step to the last sum of a tile in the accumulators. */
export const ISSUE_TO_SUM = ISSUE_TO_WEIGHTS + OPERANDS + PRODUCT + ACCUMULATE;
/** Last step of a tile to its first group of sums at the output of the array; group k comes k cycles later. */
export const ISSUE_TO_DRAIN = ISSUE_TO_SUM + SHADOW + SLICE_SUM;
/**
 * Reads of private windows start this much later than those of shared ones: they need no bank multiplexer, and their lanes
 * are the operand registers. It is also the number of cycles without a dense step that must follow a depthwise one, less one.
 */
export const PRIVATE_READ_DELAY = BANK_MUX + LANES;

/** Sums to requantized pixels (`engine_requantize`): bias, left shift, multiplier, right shift in two, rounding, table. */
export function requantizeLatency({ MUL, LUT, NTHR }: Readonly<Record<'MUL' | 'LUT' | 'NTHR', number>>): number {
  return 5 + 3 * MUL + LUT + (NTHR > 0 ? 1 : 0);
}
/**
 * Groups of residual words that are on their way or wait: those of a tile that is read, and of the cycles from the issue of a
 * last step to its sums, so that tiles that leave the array back to back never wait.
 */
export function residualDepth({ M, D }: Readonly<Record<'M' | 'D', number>>): number {
  return M / D + 40;
}
/** Group of sums at `engine_post` to its pixels: partial sums and parameters are read, sums and parameters chosen. */
export const DRAIN_TO_REQUANTIZER = 2;
/** Results and residual words to their sums (`engine_addition`): operands, products, scale, right shift in two, sum. */
export const ADDITION = 6;
/** Those sums to the requantizer, which they pass again: they are chosen where those of the array are. */
export const ADDITION_TO_REQUANTIZER = ADDITION + 1;
/**
 * Last step of a tile to the first cycle in which no residual group may enter the addition, since it would be at the requantizer
 * together with the first group of the tile; group k claims the cycle k later.
 */
export const ISSUE_TO_CLAIM = ISSUE_TO_DRAIN + DRAIN_TO_REQUANTIZER - ADDITION_TO_REQUANTIZER;
/** Cycles between the last steps of two tiles for each group of D channels, at least: with a residual it passes the requantizer twice. */
export function cyclesOfGroup({ dstXram, ySW, res }: Readonly<Record<'dstXram' | 'ySW' | 'res', number>>): number {
  return Math.max(dstXram === 1 ? ySW : 1, res === 1 ? 2 : 1);
}
