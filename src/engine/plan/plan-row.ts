/**
 * One layer on its own, from DRAM to DRAM: as a whole where its input fits into the X-RAM, otherwise in strips of output rows
 * over a ring of input rows. The choice with the least DRAM traffic is taken, and says why.
 */
import type { Engine } from '../config.js';
import type { EngineLayer } from '../layer.js';
import { type LayerPlan, planJob } from './plan-job.js';

/** The plan of a layer whose input comes from s_axis_x and whose results go to m_axis_y. Throws H2205 where a window does not fit. */
export function planRow(engine: Engine, layer: EngineLayer): LayerPlan {
  return planJob(engine, [{ layer }])[0] as LayerPlan;
}
