/** DRAM traffic and bounds of layers that run one behind the other, tensors handed over on the chip wherever they fit. */
import type { Engine } from '../config.js';
import { layerBound, type LayerBound } from '../cycles.js';
import type { EngineLayer } from '../layer.js';
import { extentOf, placeTensor } from '../tensor-place.js';
import type { Traffic } from './plan-job.js';
import { planRow } from './plan-row.js';

/** A layer of a chain. */
export interface ChainedLayer {
  readonly layer: EngineLayer;
  /** Factor in both directions by which a pool behind this layer makes its results smaller; 1 without. */
  readonly pool: number;
  /** A residual of the size of the output is added, and must be there. */
  readonly residual: boolean;
}

export interface ChainRow {
  readonly name: string;
  readonly traffic: Traffic & { readonly residual: number };
  readonly bound: LayerBound;
  readonly note: string;
}

/** Bytes of all ports and rows together. */
export function totalTraffic(rows: readonly ChainRow[]): number {
  return rows.reduce((sum, { traffic: t }) => sum + t.weights + t.pixels + t.results + t.residual, 0);
}

/**
 * Every layer with what it moves: results stay where input, results and residual fit into the X-RAM beside each other, and then
 * the next layer loads nothing. Residuals are read from DRAM unless input and results are both on the chip.
 */
export function chainTraffic(engine: Engine, chain: readonly ChainedLayer[]): ChainRow[] {
  let onChip = false;
  return chain.map(({ layer, pool, residual }, index) => {
    const plan = planRow(engine, layer);
    const next = chain[index + 1]?.layer;
    const { height, width, channels } = layer.output;
    const size = { height: Math.ceil(height / pool), width: Math.ceil(width / pool), channels };
    const words = (place: ReturnType<typeof placeTensor>): number => extentOf(engine, place).words;
    const own = words(placeTensor(engine, layer.input, { base: 0, group0: 0, phases: layer.x.stride }));
    const result = words(placeTensor(engine, size, { base: 0, group0: 0, phases: next?.x.stride ?? 1 }));
    const together = own + result * (residual ? 2 : 1);
    const stays = next !== undefined && together <= engine.XD;
    const arrived = onChip;
    onChip = stays;
    const traffic = {
      weights: plan.traffic.weights,
      pixels: arrived ? 0 : plan.traffic.pixels,
      results: stays ? 0 : plan.traffic.results / pool ** 2,
      residual: residual && !(arrived && stays) ? height * width * channels : 0,
    };
    const why = stays
      ? `results stay: ${together} of ${engine.XD} words a bank`
      : next === undefined
        ? 'results are the output'
        : `results leave: ${together} words a bank, there are ${engine.XD}`;
    return {
      ...{ name: layer.name, traffic, note: `${arrived ? 'the input is there' : plan.note}; ${why}` },
      bound: layerBound(engine, plan.passes, (8 * traffic.pixels) / engine.XP),
    };
  });
}
