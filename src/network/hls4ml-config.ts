/** What an hls4ml configuration says about the arithmetic, whichever YAML dialect it came from. */
import type { FixedType } from './fixed-type.js';

/** Types of one layer; what is absent follows the rules of `lower-hls4ml.ts`. */
export interface Hls4mlLayer {
  readonly weight?: FixedType;
  readonly bias?: FixedType;
  readonly scale?: FixedType;
  readonly result?: FixedType;
  readonly accum?: FixedType;
}

export interface Hls4mlConfig {
  /** `Model.Precision` or `convert.Precision`: type of every layer without its own. */
  readonly model: FixedType;
  readonly layers: ReadonlyMap<string, Hls4mlLayer>;
  /** Type of the network's input where the input layer names none. */
  readonly input?: FixedType;
  /** Type that the network's output is cast to (the HLSConfig dialect), or undefined. */
  readonly output?: FixedType;
  /** True where hls4ml drops a closing Softmax. */
  readonly removeSoftmax: boolean;
}
