/** What every stage of the integer pipeline has: element types, activations, its place in the network. */

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

export interface StageCommon {
  /** Unique, a legal identifier in every target language: `dense_0`. */
  readonly name: string;
  /** Name of the node of the model file this stage comes from. */
  readonly origin: string;
  /**
   * Names of the stages whose output streams this stage reads, or {@link inputName} for the port. Absent: the stage in front of
   * it in the list, the port for the first. Stages are listed so that every stage stands behind those it reads.
   */
  readonly from?: readonly string[];
  /** Elements of one sample at the input (all inputs together where a stage reads several streams). */
  readonly inputs: number;
  /** Elements of one sample at the output. */
  readonly outputs: number;
  /** Type of the elements at the input; where a stage reads several streams, `operands` says it for each. */
  readonly input: ElementType;
  readonly output: ElementType;
}

/** Name of the input port in {@link StageCommon.from}; no stage has it. */
export const inputName = 'input';

/** Least and greatest sum. */
export interface SumRange {
  readonly min: number;
  readonly max: number;
}
