/**
 * The integer pipeline: a network after lowering, as a list of stages that compute on integer codes only.
 *
 * This is the contract between the numerics of a network (import, passes, exact threshold search) and the hardware
 * back ends. Everything here is exact: `run-stages.ts` computes it with integers and defines what hardware must equal.
 *
 * Without branches the list is a chain. With branches it is a graph without cycles: `from` names what a stage reads.
 * `image-stages.ts` says in which order the elements of an image flow.
 */
import type { ImageStage } from './image-stages.js';
import { inputName, type Activation, type ElementType, type StageCommon, type SumRange } from './stage-types.js';

export type * from './image-stages.js';
export type * from './stage-types.js';

/** Matrix times vector, then an activation per output channel. `inputs` and `outputs` are the matrix's columns and rows. */
export interface DenseStage extends StageCommon {
  readonly kind: 'dense';
  readonly weight: ElementType;
  /** Values (not codes; -1 and +1 when bipolar), row-major [outputs][inputs]. */
  readonly weights: Int32Array;
  /**
   * Every product is floored by this right shift before it is added: `sum of floor(w * x / 2^productShift)`. hls4ml casts each
   * product to accum_t, which may have fewer fractional bits. Absent: 0, exact products.
   */
  readonly productShift?: number;
  /** Least and greatest sum that any input of type `input` can reach in any channel, bias not included. */
  readonly accumulator: SumRange;
  readonly activation: Activation;
}

/** An activation without a matrix in front: input quantization, a MultiThreshold of its own. */
export interface ElementwiseStage extends StageCommon {
  readonly kind: 'elementwise';
  /** Channel of element i is `i % channels`. Absent: every element is a channel of its own. */
  readonly channels?: number;
  readonly activation: Activation;
}

/** Index of the greatest element, the first one among equals; `outputs` is 1. */
export interface ArgmaxStage extends StageCommon {
  readonly kind: 'argmax';
}

export type Stage = DenseStage | ElementwiseStage | ArgmaxStage | ImageStage;

/** How host values become codes at the input port. */
export interface InputPort {
  /** Shape of one sample in the model's own layout, batch axis left out. */
  readonly shape: readonly number[];
  /** Axes of `shape` in the order of the stream, the slowest first: [1, 2, 0] for a model of [C, H, W]. Absent: as they are. */
  readonly streamOrder?: readonly number[];
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
  /** As in {@link InputPort.streamOrder}. Scale and offset count channels in the order of the stream. */
  readonly streamOrder?: readonly number[];
  readonly type: ElementType;
  readonly scale: readonly number[];
  readonly offset: readonly number[];
  /** Computed by the host on the real values of one sample, in float64. */
  readonly tail?: 'softmax';
  /** Where the model's output is codes again behind the tail. */
  readonly hostCodes?: HostCodes;
}

/** What the host makes of a real value y: the code `clamp(round(y / scale) + zeroPoint, min, max)`, halves away from zero. */
export interface HostCodes {
  readonly scale: number;
  readonly zeroPoint: number;
  readonly min: number;
  readonly max: number;
}

export interface StageNetwork {
  readonly name: string;
  /** `qonnx`, `finn`, `qkeras` or `hls4ml`: whose arithmetic this is. */
  readonly numerics: string;
  readonly input: InputPort;
  /** The last one's output is the output port. */
  readonly stages: readonly Stage[];
  readonly output: OutputPort;
}

/** The names that stage `index` of a network reads, one per operand: stages, or `input` for the port. */
export function sourcesOf(stages: readonly Stage[], index: number): readonly string[] {
  return stages[index]?.from ?? [stages[index - 1]?.name ?? inputName];
}
