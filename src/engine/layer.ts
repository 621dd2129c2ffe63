/** One layer as the engine computes it: plain integers, no trace of the file format that it came from. */
import type { RoundingMode } from '../network/stage-types.js';
import type { requantCodes } from './header.js';

export interface Size {
  /** Rows. */
  readonly height: number;
  /** Pixels of a row. */
  readonly width: number;
  readonly channels: number;
}

/** One axis of a window: position p looks at `p * stride - pad + k * dilation`, k below `kernel`. */
export interface Axis {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding in front. What lies behind follows from the size of the output. */
  readonly pad: number;
}

/**
 * From a sum to a result. Lists have one value for all channels or one per output channel.
 *
 * `z = sum + bias` (fixed: `z = sum`), `t = z << leftShift`, then
 * - `shift`: `y = round(t / 2^shift)`,
 * - `mult`: `y = round(((t * mult + 2^30) >> 31) / 2^shift)`,
 * - `single`: `y = round(t * mult / 2^shift)`,
 * - `fixed`: `y = round((z * mult + bias) / 2^shift)`, bias of 48 bits;
 * then `y + zeroPoint`, clamped to `lo` .. `hi`, or its low XB bits where `wrap` is set (with `lo` = 0 negative
 * results are 0 first). Sums (behind `mult`) that are not negative
 * are shifted right by `leaky` less. With `thresholds` the result is `lo + #{i : z >= thresholds[channel * levels + i]}` instead.
 */
export interface Requant {
  readonly mode: keyof typeof requantCodes;
  readonly round: RoundingMode;
  readonly bias: readonly number[];
  readonly mult: readonly number[];
  readonly shift: readonly number[];
  readonly leftShift: readonly number[];
  readonly zeroPoint: number;
  readonly lo: number;
  readonly hi: number;
  readonly wrap: boolean;
  readonly leaky: number;
  readonly thresholds?: { readonly levels: number; readonly table: readonly number[] };
  /** Table of 2^XB codes by the low XB bits of a result: the last thing before the residual. */
  readonly lut?: readonly number[];
}

/**
 * Addition of a residual: the own result or the residual is multiplied, the other one shifted,
 *
 *     (a << up) + round(((b - zero) * factor + 2^10 >> 11) / 2^drop)
 *
 * with b the own result where `scalesOwn`, rounded half away from zero; the sum goes through `second`, whose lists have one value
 * each. This is what TFLite's ADD does: its operand of the greater scale is multiplied by exactly 1/2.
 */
export interface Residual {
  readonly scalesOwn: boolean;
  readonly up: number;
  readonly zero: number;
  readonly factor: number;
  readonly drop: number;
  /** Pixels of the residual are 0 .. 2^XB - 1. */
  readonly unsigned: boolean;
  readonly second: Requant;
}

export interface EngineLayer {
  readonly name: string;
  /** `dense`: any convolution or matrix; `dw`: one kernel per channel; `max`, `sum`: pooling. */
  readonly op: 'dense' | 'dw' | 'max' | 'sum';
  readonly input: Size;
  readonly output: Size;
  readonly y: Axis;
  readonly x: Axis;
  /** Groups of a `dense` layer; output channel o reads the channels of group `floor(o / (output.channels / groups))`. */
  readonly groups: number;
  /** Row-major [output channels][y.kernel][x.kernel][input channels / groups]; `dw`: one input channel. Absent for pooling. */
  readonly weights?: Int8Array | Int32Array;
  /** Value of the padding; ignored by pooling, where padding is never the greatest and adds nothing. */
  readonly padValue: number;
  /** Pixels are 0 .. 2^XB - 1. */
  readonly unsigned: boolean;
  readonly requant: Requant;
  readonly residual?: Residual;
}

/** A requantization that only clamps: bias 0, no shift, signed 8 bits. */
export const plainRequant: Requant = {
  ...{ mode: 'shift', round: 'floor', bias: [0], mult: [0], shift: [0], leftShift: [0] },
  ...{ zeroPoint: 0, lo: -128, hi: 127, wrap: false, leaky: 0 },
};

/** Element of a list with one value for all channels or one per channel. */
export function perChannel(list: readonly number[], channel: number): number {
  return list[list.length === 1 ? 0 : channel] ?? 0;
}
