/** What a layer moves through DRAM, without building its streams: weights of a strip, rows of a tensor. */
import type { Engine } from '../config.js';
import { passCycles } from '../cycles.js';
import type { Header } from '../header.js';
import type { EngineLayer, Size } from '../layer.js';
import type { PassPlan } from '../passes.js';
import { weightBeats } from '../stream-sizes.js';
import { placeTensor } from '../tensor-place.js';
import { planLayer } from './plan-layer.js';

/** Channels of one weight tile: results leave and come back slab by slab. */
export interface Slab {
  readonly channel0: number;
  readonly channels: number;
}

/** Passes of a strip of a layer, wherever its tensors may lie. */
export function stripPasses(engine: Engine, layer: EngineLayer, rows: number): PassPlan[] {
  const input = placeTensor(engine, layer.input, { base: 0, group0: 0, phases: layer.x.stride, ring: 1 });
  const small = { ...input, rowStride: 0, blockStride: 0, phaseStride: layer.x.stride > 1 ? 1 : 0 };
  return planLayer(engine, layer, { input: small, axis: true, strip: { row0: 0, rows } });
}

/** Slabs of a tensor that a layer writes, in the order in which they leave. */
export function slabsOfPasses({ M }: Pick<Engine, 'M'>, passes: readonly PassPlan[]): Slab[] {
  return passes
    .filter(({ row0 }) => row0 === (passes[0]?.row0 ?? 0))
    .flatMap(({ weights: { channel0, channels } }) => slabsOf(M, channel0, channels));
}

/** Slabs of at most M channels. */
export function slabsOf(M: number, channel0: number, channels: number): Slab[] {
  return Array.from({ length: Math.ceil(channels / M) }, (_, tile) => ({
    channel0: channel0 + tile * M,
    channels: Math.min(M, channels - tile * M),
  }));
}

/** Bytes of a row of a slab as m_axis_y gives it, or, with `phases`, as s_axis_x takes it; filled up to a beat of `port` bits. */
export function slabRowBytes(
  { P, D, groupBits }: Pick<Engine, 'P' | 'D' | 'groupBits'>,
  width: number,
  { channels }: Slab,
  port: number,
  phases = 1,
): number {
  const words = phases * Math.ceil(Math.ceil(width / phases) / P);
  return (Math.ceil((words * Math.ceil(channels / D) * groupBits) / port) * port) / 8;
}

export interface StripFigures {
  /** Bytes on s_axis_w. */
  readonly bytes: number;
  readonly passes: number;
  /** Cycles that steps and drain take. */
  readonly cycles: number;
  /** Bytes of a further strip where the weights stay in the ring; undefined: they do not fit. */
  readonly again: number | undefined;
}

/** Figures of layers, remembered: plans look at the same layer many times. */
export class LayerFigures {
  readonly #strips = new Map<EngineLayer, Map<number, StripFigures>>();
  readonly #slabs = new Map<EngineLayer, readonly Slab[]>();

  constructor(readonly engine: Engine) {}

  /** Figures of a strip of `rows` output rows. */
  strip(layer: EngineLayer, rows: number): StripFigures {
    let known = this.#strips.get(layer);
    if (known === undefined) this.#strips.set(layer, (known = new Map<number, StripFigures>()));
    let found = known.get(rows);
    if (found === undefined) {
      const passes = stripPasses(this.engine, layer, rows);
      const bytes = (header: Header): number => (weightBeats(this.engine, header) * this.engine.WP) / 8;
      const total = passes.reduce((sum, { header }) => sum + bytes(header), 0);
      const [only] = passes;
      const keeps = only !== undefined && passes.length === 1 && only.header.hasWeights === 1;
      const words = keeps ? only.header.wWords * only.header.CHN * only.header.OTN : Infinity;
      found = {
        ...{ bytes: total, passes: passes.length },
        cycles: passes.reduce((sum, { header }) => sum + passCycles(this.engine, header), 0),
        again: keeps && words <= this.engine.WD ? bytes({ ...only.header, wReuse: 1 }) : undefined,
      };
      known.set(rows, found);
    }
    return found;
  }

  slabs(layer: EngineLayer): readonly Slab[] {
    let slabs = this.#slabs.get(layer);
    if (slabs === undefined)
      this.#slabs.set(layer, (slabs = slabsOfPasses(this.engine, stripPasses(this.engine, layer, 1))));
    return slabs;
  }

  /** Bytes of a row of a tensor in DRAM; `layer` writes it, undefined: the host does. */
  rowBytes(layer: EngineLayer | undefined, { width, channels }: Size, phases = 1): number {
    const slabs = layer === undefined ? slabsOf(this.engine.M, 0, channels) : this.slabs(layer);
    const port = layer === undefined ? this.engine.XP : this.engine.YP;
    return slabs.reduce((sum, slab) => sum + slabRowBytes(this.engine, width, slab, port, phases), 0);
  }
}
