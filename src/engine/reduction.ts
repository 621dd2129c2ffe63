/** How the pairs (kernel row, input channel) of a sum are dealt to the slices: groups, chunks, row table. */
import type { Engine } from './config.js';
import type { RowEntry } from './passes.js';

export interface Reduction {
  /** Groups go on from one kernel row to the next. */
  readonly wrap: boolean;
  /** Chunks of input channels. */
  readonly chunks: number;
  /** Input channels of a chunk; the last one may have fewer. */
  readonly chunkChannels: number;
  /** Weight words of a chunk. */
  readonly words: number;
  readonly rows: readonly RowEntry[];
}

type Shape = Pick<Engine, 'G' | 'M'>;

/**
 * True where groups may straddle kernel rows: a chunk has at least G channels, and no straddling group reads a bank twice
 * (channels c and c' lie in one bank when `c - c'` is a multiple of M).
 */
export function mayWrap({ G, M }: Shape, kernelRows: number, channels: number): boolean {
  if (channels < G) return false;
  for (let k = 1; k < kernelRows; k++) {
    const rem = (k * channels) % G;
    for (let i = 0; i < (rem === 0 ? 0 : rem); i++)
      for (let next = 0; next < G - rem; next++) if ((channels - rem + i - next) % M === 0) return false;
  }
  return true;
}

/** Groups of G pairs in a chunk of `channels` channels. */
function groupsOf({ G }: Shape, kernelRows: number, channels: number, wrap: boolean): number {
  return wrap ? Math.ceil((kernelRows * channels) / G) : kernelRows * Math.ceil(channels / G);
}

/** A dense reduction with `chunks` chunks. `taps`: entries of the tap program. */
export function denseReduction(
  shape: Shape,
  kernel: { readonly rows: number; readonly taps: number },
  channels: number,
  chunks: number,
): Reduction {
  const chunkChannels = Math.ceil(channels / chunks);
  const wrap = mayWrap(shape, kernel.rows, chunkChannels);
  const rows = Array.from({ length: kernel.rows }, (_, k): RowEntry => {
    if (!wrap) return { start: k * Math.ceil(chunkChannels / shape.G) * kernel.taps, rem: 0 };
    const pairs = k * chunkChannels;
    return { start: Math.floor(pairs / shape.G) * kernel.taps, rem: pairs % shape.G };
  });
  const words = groupsOf(shape, kernel.rows, chunkChannels, wrap) * kernel.taps;
  return { wrap, chunks: Math.ceil(channels / chunkChannels), chunkChannels, words, rows };
}

/** A depthwise reduction: G taps of a kernel row share one weight word. Pooling has no words. */
export function depthwiseReduction(
  { G }: Shape,
  kernel: { readonly rows: number; readonly taps: number },
  hasWeights: boolean,
): Reduction {
  const perRow = hasWeights ? Math.ceil(kernel.taps / G) : 0;
  const rows = Array.from({ length: kernel.rows }, (_, k): RowEntry => ({ start: k * perRow, rem: 0 }));
  return { wrap: false, chunks: 1, chunkChannels: 1, words: kernel.rows * perRow, rows };
}
