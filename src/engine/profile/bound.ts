/** What bounds a layer, in a word. */
import type { Engine } from '../config.js';
import { layerBound } from '../cycles.js';
import type { LayerPlan } from '../plan/plan-job.js';
import type { LayerCycles, LayerStalls } from './layer-cycles.js';

export type BoundBy =
  'compute' | 'weight port' | 'pixel port' | 'output port' | 'drain' | 'residual' | 'rows' | 'start';

const causes: Readonly<Record<keyof LayerStalls, BoundBy>> = {
  weights: 'weight port',
  rows: 'pixel port',
  drain: 'drain',
  residual: 'residual',
  preparation: 'rows',
  start: 'start',
};

/** Share of the cycles that waiting must take before the layer counts as bound by what it waits for. */
const NOTICEABLE = 0.1;

/** `compute` where steps fill the time; otherwise what steps waited for most. */
export function boundBy(engine: Engine, { passes, traffic }: LayerPlan, used: LayerCycles): BoundBy {
  const bound = layerBound(engine, passes, (8 * traffic.pixels) / engine.XP);
  if (used.stalls === undefined)
    return bound.by === 'compute' && bound.compute > bound.steps / (1 - NOTICEABLE) ? 'drain' : bound.by;
  if (used.steps >= (1 - NOTICEABLE) * used.cycles) return 'compute';
  const stalls = Object.entries(used.stalls) as [keyof LayerStalls, number][];
  const [most] = stalls.reduce((a, b) => (b[1] > a[1] ? b : a));
  return most === 'drain' && bound.outputPort > (1 - NOTICEABLE) * used.cycles ? 'output port' : causes[most];
}

/** The same without the beats of ports: what steps waited for most. */
export function boundOf({ steps, cycles, stalls }: LayerCycles): BoundBy {
  if (stalls === undefined || steps >= (1 - NOTICEABLE) * cycles) return 'compute';
  const causesOf = Object.entries(stalls) as [keyof LayerStalls, number][];
  return causes[causesOf.reduce((a, b) => (b[1] > a[1] ? b : a))[0]];
}
