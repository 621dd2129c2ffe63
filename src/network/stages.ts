/**
 * The integer pipeline: a network after lowering, as a list of stages that compute on integer codes only.
 *
 * This is the contract between the numerics of a network (import, passes, exact threshold search) and the hardware
 * back ends. Everything here is exact: `run-stages.ts` computes it with integers and defines what hardware must equal.
 */

/**
 * Type of one element of a stream.
 *
 * `int`: the code is the value, two's complement when signed. `bipolar`: one bit, code 0 is -1 and code 1 is +1.
 */
export type ElementType =
  { readonly kind: 'int'; readonly bits: number; readonly signed: boolean } | { readonly kind: 'bipolar' };

/** Rounding of a right shift, `numerics.md` 6.2. */
export type RoundingMode = 'floor' | 'half-up' | 'half-away' | 'half-even' | 'to-zero';

/**
 * One exact fixed-point step on channel c, the fixed mode of `numerics.md` 6.2:
 * `t = x * multiplier[c] + addend[c]`, `u = (t + round(mode, t, shift)) >> shift` (a negative shift is a left shift), then
 * `relu` sets negative u to 0, then `overflow` fits u into `result`: drop the upper bits, or clamp.
 */
export interface FixedStep {
  /** One value per channel, or a single value for all channels. */
  readonly multiplier: readonly bigint[];
  readonly addend: readonly bigint[];
  readonly shift: number;
  readonly rounding: RoundingMode;
  readonly relu: boolean;
  readonly overflow: 'wrap' | 'saturate';
  readonly result: { readonly bits: number; readonly signed: boolean };
}

/** What happens to an accumulator before it leaves its stage. */
export type Activation =
  | { readonly kind: 'none' }
  | {
      /**
       * `code = lowest(output) + #{k : acc >= table[c * levels + k]}`, thresholds ascending within a channel, where
       * lowest is the least code of the output type (0 for unsigned and bipolar). Decreasing channels have been turned
       * by negating their weights. A threshold above the reachable range never fires.
       */
      readonly kind: 'thresholds';
      readonly levels: number;
      /** [channels][levels], or one row for all channels when `perChannel` is false. */
      readonly table: readonly number[];
      readonly perChannel: boolean;
    }
  | { readonly kind: 'fixed'; readonly steps: readonly FixedStep[] };

interface StageCommon {
  /** Unique, a legal identifier in every target language: `dense_0`. */
  readonly name: string;
  /** Name of the node of the model file this stage comes from. */
  readonly origin: string;
  /** Elements of one sample at the input. */
  readonly inputs: number;
  /** Elements of one sample at the output. */
  readonly outputs: number;
  readonly input: ElementType;
  readonly output: ElementType;
}

/** Matrix times vector, then an activation per output channel. `inputs` and `outputs` are the matrix's columns and rows. */
export interface DenseStage extends StageCommon {
  readonly kind: 'dense';
  readonly weight: ElementType;
  /** Values (not codes; -1 and +1 when bipolar), row-major [outputs][inputs]. */
  readonly weights: Int32Array;
  /** Least and greatest sum that any input of type `input` can reach in any channel, bias not included. */
  readonly accumulator: { readonly min: number; readonly max: number };
  readonly activation: Activation;
}

/** The same activation without a matrix in front: input quantization, a MultiThreshold of its own. Channel = element index. */
export interface ElementwiseStage extends StageCommon {
  readonly kind: 'elementwise';
  readonly activation: Activation;
}

/** Index of the greatest element, the first one among equals; `outputs` is 1. */
export interface ArgmaxStage extends StageCommon {
  readonly kind: 'argmax';
}

export type Stage = DenseStage | ElementwiseStage | ArgmaxStage;

/** How host values become codes at the input port. */
export interface InputPort {
  /** Shape of one sample in the model's own layout, batch axis left out. */
  readonly shape: readonly number[];
  readonly type: ElementType;
  /** A real value is `(code - zeroPoint) * scale`. */
  readonly scale: number;
  /** 0 where absent. A port with a zero point quantizes as TFLite does: halves away from zero, saturating. */
  readonly zeroPoint?: number;
  /** True where the model itself fixes type and scale; an integer array is then taken as codes. */
  readonly fixedByModel: boolean;
}

/** How codes at the output port become host values: `real = code * scale[c] + offset[c]` in float64, c cyclic. */
export interface OutputPort {
  /** Shape of one sample in the model's own layout. */
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly scale: readonly number[];
  readonly offset: readonly number[];
  /** Computed by the host on the real values of one sample, in float64. */
  readonly tail?: 'softmax';
}

export interface StageNetwork {
  readonly name: string;
  /** `qonnx`, `finn`, `qkeras` or `hls4ml`: whose arithmetic this is. */
  readonly numerics: string;
  readonly input: InputPort;
  readonly stages: readonly Stage[];
  readonly output: OutputPort;
}
