/** How much of a layer's input the X-RAM holds at a time, and which output rows are computed from it. */
import type { Engine } from '../config.js';
import { engineError } from '../errors.js';
import type { EngineLayer } from '../layer.js';
import { placeTensor, type TensorPlace } from '../tensor-place.js';
import { planLayer } from './plan-layer.js';

/** The input as a whole or as a ring of rows, and the strips of output rows that follow from it. */
export interface RowShape {
  /** Rows of the input that are held. */
  readonly ring: number;
  /** Words a bank that they take. */
  readonly words: number;
  /** Output rows of a strip; all of them where the input is there as a whole. */
  readonly strip: number;
  /** The weights stay in the ring over all strips. */
  readonly kept: boolean;
  /** Why, one sentence. */
  readonly note: string;
}

/**
 * The choice with the least DRAM traffic in `words` words a bank (default: all of the X-RAM). Throws H2205 where a window does
 * not fit.
 */
export function rowShape(engine: Engine, layer: EngineLayer, words = engine.XD): RowShape {
  const whole = placeTensor(engine, layer.input, { base: 0, group0: 0, phases: layer.x.stride });
  const { height } = layer.input;
  const capacity = Math.floor(words / whole.rowStride);
  const strip = layer.output.height;
  if (capacity >= height) {
    const note = 'the input is on the chip as a whole';
    return { ring: height, words: height * whole.rowStride, strip, kept: false, note };
  }
  const reach = (layer.y.kernel - 1) * layer.y.dilation + 1;
  if (capacity < reach)
    throw engineError(
      'H2205',
      layer.name,
      `a window of ${reach} rows takes ${reach * whole.rowStride} words a bank, the X-RAM has ${words} (XD)`,
    );
  const ring = capacity;
  const most = Math.min(strip, 1 + Math.floor((ring - reach) / layer.y.stride));
  // Half as many rows leave room for those of the next strip meanwhile.
  const half = Math.max(1, Math.min(most, Math.floor((ring - reach + layer.y.stride) / (2 * layer.y.stride))));
  const held = { ring, words: ring * whole.rowStride };
  const count = (rows: number): number => Math.ceil(strip / rows);
  return weightsStay(engine, layer, { ...whole, ring }, half)
    ? { ...held, strip: half, kept: true, note: `${count(half)} strips; all weights stay in the ring` }
    : { ...held, strip: most, kept: false, note: `${count(most)} strips; weights come again for each` };
}

/** True where strips of `rows` rows are one pass each and the weights of all tiles fit into the ring. */
function weightsStay(engine: Engine, layer: EngineLayer, place: TensorPlace, rows: number): boolean {
  const [first, second] = planLayer(engine, layer, { input: place, axis: true, strip: { row0: 0, rows } });
  if (first === undefined || second !== undefined || first.header.hasWeights === 0) return false;
  const { wWords, CHN, OTN } = first.header;
  return wWords * CHN * OTN <= engine.WD;
}
