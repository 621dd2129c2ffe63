/** Plans of passes: what one packet of the weight stream says, as plain data without the weights themselves. */
import type { Header } from './header.js';
import type { Tap } from './tap.js';

/** Entry of the row table: the weight word of the group that kernel row k begins in, and how many pairs of row k - 1 it still has. */
export interface RowEntry {
  readonly start: number;
  readonly rem: number;
}

/** Which part of a layer's weights and parameters a pass takes. */
export interface PassWeights {
  /** First output channel of the pass, in the layer. */
  readonly channel0: number;
  /** Output channels of the pass. */
  readonly channels: number;
  /** Input channels that an output channel of the pass sees, first one within the input of the pass is 0. */
  readonly inputs: number;
  /**
   * Channel of the layer's input that input 0 of the pass is, for layers with groups that are computed as one matrix with zeros;
   * weights outside of a channel's own group are 0.
   */
  readonly input0: number;
  /** Kernel column of every tap; null for a bubble. */
  readonly columns: readonly (number | null)[];
}

export interface PassPlan {
  /** Name of the layer. */
  readonly layer: string;
  readonly header: Header;
  readonly taps: readonly Tap[];
  readonly rows: readonly RowEntry[];
  readonly weights: PassWeights;
  /** Output rows of the layer that this pass computes. */
  readonly row0: number;
  /** Codes of the results are unsigned. */
  readonly unsigned: boolean;
}

/** Channels of weight tile `tile` of a pass. */
export function tileChannels(M: number, header: Pick<Header, 'OTN' | 'Mlast'>, tile: number): number {
  return tile === header.OTN - 1 ? header.Mlast : M;
}
